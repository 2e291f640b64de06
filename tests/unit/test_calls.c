/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/calls.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/message.h"
#include "vectors.h"

static struct rtmp_calls calls[2];

static bool no_memory;

static void *resize(void *user, void *old, size_t size) {
    (void)user;
    if (size && no_memory)
        return NULL;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, size);
}

static const struct rtmp_memory memory = {.resize = resize, .user = NULL};

static int begin(void **state) {
    (void)state;
    no_memory = false;
    rtmp_calls_destroy(&calls[0], &memory);
    rtmp_calls_destroy(&calls[1], &memory);
    return 0;
}

static enum rtmp_reply_kind follow(unsigned side, const uint8_t *bytes, size_t len, uint8_t type) {
    struct rtmp_command_head head;
    if (!rtmp_command_read_head(&head, rtmp_reader_over(bytes, (uint32_t)len), type))
        return RTMP_REPLY_UNKNOWN;
    return rtmp_calls_follow(&calls[side], &calls[1 - side], &memory, &head, false);
}

static enum rtmp_reply_kind follow_hex(unsigned side, const char *hex, uint8_t type) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    enum rtmp_reply_kind reply_kind = follow(side, bytes, len, type);
    guarded_free(bytes, len);
    return reply_kind;
}

/* Calls of a side that wait for their answer. */
static unsigned waiting(unsigned side) {
    unsigned count = 0;
    for (uint32_t i = 0; i < calls[side].sets; i++)
        for (unsigned age = 0; age < RTMP_CALLS_IN_SET; age++)
            count += calls[side].set[i].call[age].transaction_id != 0;
    return count;
}

/* A name and a transaction id in AMF0; all prefixes of it leave everything as it is. */
static enum rtmp_reply_kind say(unsigned side, const char *name, double id) {
    uint8_t body[64] = {2, 0, (uint8_t)strlen(name)};
    size_t len = 3 + strlen(name);
    memcpy(body + 3, name, strlen(name));
    uint64_t bits;
    memcpy(&bits, &id, sizeof bits);
    body[len++] = 0;
    for (unsigned shift = 64; shift; shift -= 8)
        body[len++] = (uint8_t)(bits >> (shift - 8));
    for (size_t prefix = 0; prefix < len; prefix++) {
        unsigned before = waiting(side) + waiting(1 - side);
        uint8_t *copy = guarded_copy(body, prefix);
        assert_int_equal(follow(side, copy, prefix, RTMP_MESSAGE_COMMAND_AMF0), RTMP_REPLY_UNKNOWN);
        guarded_free(copy, prefix);
        assert_int_equal(waiting(side) + waiting(1 - side), before);
    }
    return follow(side, body, len, RTMP_MESSAGE_COMMAND_AMF0);
}

static void an_answer_is_that_of_its_call(void **state) {
    (void)state;
    say(0, "connect", 1);
    say(0, "createStream", 4);
    say(0, "getStreamLength", 5);
    assert_int_equal(say(1, "_result", 5), RTMP_REPLY_ANOTHER);
    assert_int_equal(say(1, "_result", 4), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(say(1, "_error", 1), RTMP_REPLY_ANOTHER);
    assert_int_equal(waiting(0), 0);
}

static void each_side_has_calls_of_its_own(void **state) {
    (void)state;
    say(1, "createStream", 2);
    assert_int_equal(say(1, "_result", 2), RTMP_REPLY_UNKNOWN);
    assert_int_equal(say(0, "_result", 2), RTMP_REPLY_CREATE_STREAM);
}

static void what_was_not_seen_is_not_known(void **state) {
    (void)state;
    assert_int_equal(say(1, "_result", 4), RTMP_REPLY_UNKNOWN);
    say(0, "createStream", 0); /* asks for no answer */
    assert_int_equal(say(1, "_result", 0), RTMP_REPLY_UNKNOWN);
    say(0, "createStream", 4);
    assert_int_equal(say(1, "_result", 4), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(say(1, "_result", 4), RTMP_REPLY_UNKNOWN);
    no_memory = true;
    say(1, "createStream", 5);
    assert_int_equal(say(0, "_result", 5), RTMP_REPLY_UNKNOWN);
}

static void an_id_used_again_is_the_later_call(void **state) {
    (void)state;
    say(0, "FCPublish", 1);
    say(0, "createStream", 1);
    assert_int_equal(say(1, "_result", 1), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(say(1, "_result", 1), RTMP_REPLY_ANOTHER);
}

static void other_encodings_are_read(void **state) {
    (void)state;
#define CREATE_STREAM "63726561746553747265616d"
#define TWO           "4000000000000000"
    /* Type 17 with its format byte; AMF3 values without it; each value behind an AVM+ marker. */
    static const char *const calls_of_2[] = {
        "00 02 000c " CREATE_STREAM " 00 " TWO " 05",
        "06 19 " CREATE_STREAM " 04 02 01",
        "00 11 06 19 " CREATE_STREAM " 11 05 " TWO " 05",
    };
    for (unsigned i = 0; i < sizeof calls_of_2 / sizeof calls_of_2[0]; i++) {
        follow_hex(0, calls_of_2[i], RTMP_MESSAGE_COMMAND_AMF3);
        assert_int_equal(say(1, "_result", 2), RTMP_REPLY_CREATE_STREAM);
    }
    static const char *const no_calls[] = {"", "00", "00 03 000009 00 " TWO,
                                           "00 02 000c " CREATE_STREAM " 05", "06 01 06 01"};
    for (unsigned i = 0; i < sizeof no_calls / sizeof no_calls[0]; i++)
        follow_hex(0, no_calls[i], RTMP_MESSAGE_COMMAND_AMF3);
    assert_int_equal(waiting(0), 0);
}

static void the_longest_unanswered_make_room(void **state) {
    (void)state;
    for (unsigned id = 1; id <= RTMP_LIMIT_CALLS + 2; id++)
        say(0, "createStream", id);
    assert_int_equal(waiting(0), RTMP_LIMIT_CALLS);
    assert_int_equal(say(1, "_result", 2), RTMP_REPLY_UNKNOWN);
    for (unsigned id = 3; id <= RTMP_LIMIT_CALLS + 2; id++)
        assert_int_equal(say(1, "_result", id), RTMP_REPLY_CREATE_STREAM);
}

/* Ids need not be counted from 1, nor be numbers that count at all. */
static void any_number_is_an_id(void **state) {
    (void)state;
    static const double ids[] = {-1, 0.5, 1.5, 4294967295.0, 4294967296.0, 1e300, INFINITY, -1e300};
    for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        say(0, "getStreamLength", i + 1);
        say(0, "createStream", ids[i]);
        assert_int_equal(say(1, "_result", i + 1), RTMP_REPLY_ANOTHER);
        assert_int_equal(say(1, "_result", ids[i]), RTMP_REPLY_CREATE_STREAM);
    }
    say(0, "createStream", 8.5);
    assert_int_equal(say(1, "_result", 8), RTMP_REPLY_UNKNOWN);
    assert_int_equal(say(1, "_result", 8.5), RTMP_REPLY_CREATE_STREAM);
    say(0, "createStream", NAN);
    assert_int_equal(say(1, "_result", NAN), RTMP_REPLY_UNKNOWN);
    assert_int_equal(waiting(0), 1);
}

/* However many calls of one id come, the others keep their places. */
static void calls_of_one_id_crowd_no_other_out(void **state) {
    (void)state;
    say(0, "createStream", 2);
    for (unsigned i = 0; i < 2 * RTMP_LIMIT_CALLS; i++)
        say(0, "getStreamLength", 1);
    assert_int_equal(say(1, "_result", 2), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(waiting(0), RTMP_CALLS_IN_SET);
}

/* A late call was made before those that wait: it replaces none, and none falls out for it. */
static void a_late_call_takes_no_place(void **state) {
    (void)state;
    const struct rtmp_command_head late = {.transaction_id = 3};
    for (unsigned id = 1; id <= 3; id++)
        say(0, "createStream", id);
    rtmp_calls_follow(&calls[0], &calls[1], &memory, &late, true);
    assert_int_equal(say(1, "_result", 3), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(say(1, "_result", 3), RTMP_REPLY_UNKNOWN);
    rtmp_calls_follow(&calls[0], &calls[1], &memory, &late, true);
    assert_int_equal(say(1, "_result", 3), RTMP_REPLY_ANOTHER);
    for (unsigned id = 3; id <= RTMP_LIMIT_CALLS; id++)
        say(0, "createStream", id);
    const struct rtmp_command_head one_more = {.transaction_id = RTMP_LIMIT_CALLS + 1};
    rtmp_calls_follow(&calls[0], &calls[1], &memory, &one_more, true);
    assert_int_equal(say(1, "_result", 1), RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(say(1, "_result", RTMP_LIMIT_CALLS + 1), RTMP_REPLY_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_answer_is_that_of_its_call, begin),
        cmocka_unit_test_setup(each_side_has_calls_of_its_own, begin),
        cmocka_unit_test_setup(what_was_not_seen_is_not_known, begin),
        cmocka_unit_test_setup(an_id_used_again_is_the_later_call, begin),
        cmocka_unit_test_setup(other_encodings_are_read, begin),
        cmocka_unit_test_setup(the_longest_unanswered_make_room, begin),
        cmocka_unit_test_setup(any_number_is_an_id, begin),
        cmocka_unit_test_setup(calls_of_one_id_crowd_no_other_out, begin),
        cmocka_unit_test_setup(a_late_call_takes_no_place, begin),
    };
    int failed = cmocka_run_group_tests_name("calls", tests, NULL, NULL);
    rtmp_calls_destroy(&calls[0], &memory);
    rtmp_calls_destroy(&calls[1], &memory);
    return failed;
}
