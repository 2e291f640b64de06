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
static uint64_t offset; /* of the last call */

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
    offset = 0;
    return 0;
}

/* What a body is to the calls: a call makes NOT_SEEN of it, an answer what it answers. The facts of
 * a call have its offset for an index. */
static enum rtmp_call_match follow(unsigned side, const uint8_t *bytes, size_t len, uint8_t type,
                                   uint32_t *facts) {
    struct rtmp_command_head head;
    if (!rtmp_command_read_head(&head, rtmp_reader_over(bytes, (uint32_t)len), type))
        return RTMP_CALL_NOT_SEEN;
    if (head.is_answer)
        return rtmp_calls_answer(&calls[1 - side], head.transaction_id, RTMP_CALLS_ANY, facts);
    if (rtmp_calls_expect_answer(&head)) {
        offset++;
        rtmp_calls_add(&calls[side], &memory,
                       (struct rtmp_call){.transaction_id = head.transaction_id,
                                          .offset = offset,
                                          .facts = (uint32_t)offset});
    }
    return RTMP_CALL_NOT_SEEN;
}

static void follow_hex(unsigned side, const char *hex, uint8_t type) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    assert_int_equal(follow(side, bytes, len, type, NULL), RTMP_CALL_NOT_SEEN);
    guarded_free(bytes, len);
}

/* Calls of a side that wait for their answer. */
static unsigned waiting(unsigned side) {
    return calls[side].count - calls[side].answered;
}

/* A name and a transaction id in AMF0; all prefixes of it leave everything as it is. */
static enum rtmp_call_match say(unsigned side, const char *name, double id, uint32_t *facts) {
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
        assert_int_equal(follow(side, copy, prefix, RTMP_MESSAGE_COMMAND_AMF0, facts),
                         RTMP_CALL_NOT_SEEN);
        guarded_free(copy, prefix);
        assert_int_equal(waiting(side) + waiting(1 - side), before);
    }
    return follow(side, body, len, RTMP_MESSAGE_COMMAND_AMF0, facts);
}

/* Returns the call, to name it by. */
static uint32_t call(unsigned side, double id) {
    (void)say(side, "call", id, NULL);
    return (uint32_t)offset;
}

/* A call whose bytes came late, at an offset. */
static void call_late(unsigned side, double id, uint64_t at) {
    rtmp_calls_add(&calls[side], &memory,
                   (struct rtmp_call){.transaction_id = id, .offset = at, .facts = (uint32_t)at});
}

static void answers(unsigned side, double id, uint32_t expected) {
    uint32_t facts = 0;
    assert_int_equal(say(side, "_result", id, &facts), RTMP_CALL_FOUND);
    assert_int_equal(facts, expected);
}

/* An answer that is linked to nothing. */
static void answers_none(unsigned side, double id, enum rtmp_call_match expected) {
    uint32_t facts = 77;
    assert_int_equal(say(side, "_error", id, &facts), expected);
    assert_int_equal(facts, 77);
}

static void an_answer_is_that_of_its_call(void **state) {
    (void)state;
    uint32_t one = call(0, 1), four = call(0, 4), five = call(0, 5);
    answers(1, 5, five);
    answers(1, 4, four);
    answers(1, 1, one);
    assert_int_equal(waiting(0), 0);
}

static void each_side_has_calls_of_its_own(void **state) {
    (void)state;
    uint32_t server = call(1, 2);
    answers_none(1, 2, RTMP_CALL_NOT_SEEN);
    uint32_t client = call(0, 2);
    answers(1, 2, client);
    answers(0, 2, server);
}

static void what_was_not_seen_is_not_known(void **state) {
    (void)state;
    answers_none(1, 4, RTMP_CALL_NOT_SEEN);
    no_memory = true;
    call(1, 5);
    answers_none(0, 5, RTMP_CALL_NOT_SEEN);
}

/* An id of 0, of either sign, and onStatus ask for none. */
static void not_every_command_asks_for_an_answer(void **state) {
    (void)state;
    call(0, 0);
    call(0, -0.0);
    call(0, NAN);
    say(1, "onStatus", 3, NULL);
    assert_int_equal(waiting(0) + waiting(1), 0);
    answers_none(1, 0, RTMP_CALL_NOT_SEEN);
    answers_none(1, NAN, RTMP_CALL_NOT_SEEN);
    answers_none(0, 3, RTMP_CALL_NOT_SEEN);
}

static void a_second_answer_is_known_as_one(void **state) {
    (void)state;
    uint32_t one = call(0, 1), two = call(0, 2);
    answers(1, 1, one);
    answers_none(1, 1, RTMP_CALL_ANSWERED);
    answers(1, 2, two);
    answers_none(1, 1, RTMP_CALL_ANSWERED);
    answers_none(1, 2, RTMP_CALL_ANSWERED);
}

static void an_id_that_was_answered_starts_anew(void **state) {
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        answers(1, 1, call(0, 1));
        answers_none(1, 1, RTMP_CALL_ANSWERED);
    }
}

/* The other answer may be that of the earlier call: it is no second one. */
static void an_id_used_again_is_the_later_call(void **state) {
    (void)state;
    call(0, 1);
    uint32_t later = call(0, 1);
    answers(1, 1, later);
    answers_none(1, 1, RTMP_CALL_UNCERTAIN);
    answers(1, 1, call(0, 1));
    answers_none(1, 1, RTMP_CALL_UNCERTAIN);
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
        answers(1, 2, i + 1);
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
        call(0, id * 16);
    assert_int_equal(waiting(0), RTMP_LIMIT_CALLS);
    answers_none(1, 32, RTMP_CALL_NOT_SEEN);
    for (uint32_t id = 3; id <= RTMP_LIMIT_CALLS + 2; id++)
        answers(1, id * 16, id);
}

/* A client may send hundreds of calls at once. */
static void hundreds_of_calls_wait(void **state) {
    (void)state;
    answers(1, 1, call(0, 1));
    uint32_t first = call(0, 2);
    for (uint32_t id = 3; id <= 1000; id++)
        call(0, id);
    for (uint32_t id = 2; id <= 1000; id++)
        answers(1, id, first + id - 2);
    call(0, 1001);
    answers_none(1, 1000, RTMP_CALL_ANSWERED);
}

/* However many calls are answered, those that wait keep their places. */
static void what_was_answered_makes_room_first(void **state) {
    (void)state;
    uint32_t waits = call(0, 1);
    for (uint32_t id = 2; id < 4 * RTMP_LIMIT_CALLS_ANSWERED; id++)
        answers(1, id, call(0, id));
    assert_int_equal(calls[0].answered, RTMP_LIMIT_CALLS_ANSWERED);
    answers(1, 1, waits);
    answers_none(1, 2, RTMP_CALL_NOT_SEEN);
    answers_none(1, 4 * RTMP_LIMIT_CALLS_ANSWERED - 1, RTMP_CALL_ANSWERED);
}

/* Ids need not be counted from 1, nor be numbers that count at all. */
static void any_number_is_an_id(void **state) {
    (void)state;
    static const double ids[] = {
        -1, 0.5, 1.5, 4294967295.0, 4294967296.0, 1e300, INFINITY, -1e300, 5e-324, -INFINITY, 7};
    for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        uint32_t another = call(0, i + 10), found = call(0, ids[i]);
        answers(1, i + 10, another);
        answers(1, ids[i], found);
    }
    uint32_t half = call(0, 8.5);
    answers_none(1, 8, RTMP_CALL_NOT_SEEN);
    answers(1, 8.5, half);
    assert_int_equal(waiting(0), 0);
}

/* However many calls of one id come, the others keep their places. */
static void calls_of_one_id_crowd_no_other_out(void **state) {
    (void)state;
    uint32_t two = call(0, 2);
    for (unsigned i = 0; i < 2 * RTMP_LIMIT_CALLS; i++)
        call(0, 1);
    answers(1, 2, two);
    assert_int_equal(waiting(0), 1);
}

/* ---- late calls, and calls that are missing ---- */

/* The last call of an id is that with the highest offset, whenever its bytes came. */
static void a_late_call_has_its_place(void **state) {
    (void)state;
    offset = 9;
    uint32_t three = call(0, 3); /* at 10 */
    call_late(0, 3, 5);
    answers(1, 3, three);
    answers_none(1, 3, RTMP_CALL_UNCERTAIN); /* it may be that of the late one */
    call_late(0, 3, 6);
    answers_none(1, 3, RTMP_CALL_UNCERTAIN);
    call_late(0, 4, 7);
    answers(1, 4, 7);
    uint32_t five = call(0, 5); /* at 11 */
    offset = 19;
    call(0, 6);
    call_late(0, 5, 15);
    answers(1, 5, 15);
    assert_int_not_equal(five, 15);
    answers_none(1, 5, RTMP_CALL_UNCERTAIN);
}

static void a_late_call_takes_no_place(void **state) {
    (void)state;
    offset = 9;
    for (unsigned id = 1; id <= RTMP_LIMIT_CALLS; id++)
        call(0, id);
    call_late(0, RTMP_LIMIT_CALLS + 1, 5);
    answers_none(1, RTMP_LIMIT_CALLS + 1, RTMP_CALL_NOT_SEEN);
    answers(1, 1, 10);
    call_late(0, RTMP_LIMIT_CALLS + 2, 5); /* one is answered */
    answers(1, RTMP_LIMIT_CALLS + 2, 5);
    answers(1, 2, 11);
}

/* An answer that came late, when these many facts were known. */
static enum rtmp_call_match answer_late(double id, uint32_t before) {
    uint32_t facts = 77;
    enum rtmp_call_match match = rtmp_calls_answer(&calls[0], id, before, &facts);
    if (match != RTMP_CALL_FOUND)
        assert_int_equal(facts, 77);
    return match;
}

/* It was sent before others of its id, or was not; and before calls that were made since. */
static void a_late_answer_is_no_second_one(void **state) {
    (void)state;
    uint32_t one = call(0, 1);
    answers(1, 1, one);
    assert_int_equal(answer_late(1, 100), RTMP_CALL_UNCERTAIN);
    answers_none(1, 1, RTMP_CALL_ANSWERED);
    answers(1, 2, call(0, 2));
    call(0, 2);
    assert_int_equal(answer_late(2, 100), RTMP_CALL_UNCERTAIN);
    uint32_t three = call(0, 3);
    assert_int_equal(answer_late(3, three), RTMP_CALL_UNCERTAIN);
    assert_int_equal(answer_late(3, three + 1), RTMP_CALL_FOUND);
}

/* Among what is missing may be another call of the id. */
static void calls_before_a_loss_are_uncertain(void **state) {
    (void)state;
    uint32_t answered = call(0, 1);
    call(0, 2);
    answers(1, 1, answered);
    calls[0].known_since = offset + 10;
    offset += 10;
    uint32_t behind = call(0, 3);
    answers_none(1, 1, RTMP_CALL_UNCERTAIN);
    answers_none(1, 2, RTMP_CALL_UNCERTAIN);
    answers(1, 3, behind);
    answers(1, 2, call(0, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_answer_is_that_of_its_call, begin),
        cmocka_unit_test_setup(each_side_has_calls_of_its_own, begin),
        cmocka_unit_test_setup(what_was_not_seen_is_not_known, begin),
        cmocka_unit_test_setup(not_every_command_asks_for_an_answer, begin),
        cmocka_unit_test_setup(a_second_answer_is_known_as_one, begin),
        cmocka_unit_test_setup(an_id_that_was_answered_starts_anew, begin),
        cmocka_unit_test_setup(an_id_used_again_is_the_later_call, begin),
        cmocka_unit_test_setup(other_encodings_are_read, begin),
        cmocka_unit_test_setup(the_longest_unanswered_make_room, begin),
        cmocka_unit_test_setup(hundreds_of_calls_wait, begin),
        cmocka_unit_test_setup(what_was_answered_makes_room_first, begin),
        cmocka_unit_test_setup(any_number_is_an_id, begin),
        cmocka_unit_test_setup(calls_of_one_id_crowd_no_other_out, begin),
        cmocka_unit_test_setup(a_late_call_has_its_place, begin),
        cmocka_unit_test_setup(a_late_call_takes_no_place, begin),
        cmocka_unit_test_setup(a_late_answer_is_no_second_one, begin),
        cmocka_unit_test_setup(calls_before_a_loss_are_uncertain, begin),
    };
    int failed = cmocka_run_group_tests_name("calls", tests, NULL, NULL);
    rtmp_calls_destroy(&calls[0], &memory);
    rtmp_calls_destroy(&calls[1], &memory);
    return failed;
}
