/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/remoting_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vectors.h"

/* Everything that is allocated during a test, freed at its end. */
enum { ALLOCATIONS_MAX = 4096 };
static void *allocated[ALLOCATIONS_MAX];
static unsigned allocations, allowed;
static struct rtmp_remoting_calls calls;

static void *resize(void *user, void *old, size_t size) {
    (void)user;
    unsigned i = 0;
    while (old && allocated[i] != old)
        i++;
    if (size == 0) {
        free(old);
        allocated[i] = allocated[--allocations];
        return NULL;
    }
    if (!old && allocations == allowed)
        return NULL;
    void *block = realloc(old, size);
    allocated[old ? i : allocations++] = block;
    return block;
}

static const struct rtmp_memory memory = {.resize = resize, .user = NULL};

static int begin(void **state) {
    (void)state;
    calls = (struct rtmp_remoting_calls){.first = NULL};
    allocations = 0;
    allowed = ALLOCATIONS_MAX;
    return 0;
}

static int end(void **state) {
    (void)state;
    while (allocations)
        free(allocated[--allocations]);
    return 0;
}

static uint8_t *put_text(uint8_t *at, const char *text) {
    size_t len = strlen(text);
    *at++ = (uint8_t)(len >> 8);
    *at++ = (uint8_t)len;
    memcpy(at, text, len);
    return at + len;
}

/* A packet of messages, each a text `target response`, with null as value. */
static struct rtmp_remoting_packet *packet_of(const char *messages, bool is_reply) {
    uint8_t bytes[1024] = {0};
    uint8_t *at = bytes + 6;
    char copy[512];
    assert_true(strlen(messages) < sizeof copy);
    memcpy(copy, messages, strlen(messages) + 1);
    char *rest = NULL;
    for (char *target = strtok_r(copy, " ", &rest); target; target = strtok_r(NULL, " ", &rest)) {
        at = put_text(at, target);
        at = put_text(at, is_reply ? "null" : strtok_r(NULL, " ", &rest));
        memset(at, 0xFF, 4);
        at[4] = 5;
        at += 5;
        bytes[5]++;
    }
    size_t len = (size_t)(at - bytes);
    uint8_t *guarded = guarded_copy(bytes, len);
    struct rtmp_remoting_packet *packet =
        rtmp_remoting_packet_new(&memory, rtmp_reader_over(guarded, (uint32_t)len), is_reply, NULL);
    guarded_free(guarded, len);
    return packet;
}

static struct rtmp_remoting_packet *request(const char *messages, uint32_t frame) {
    struct rtmp_remoting_packet *packet = packet_of(messages, false);
    packet->frame.number = frame;
    packet->time = frame * INT64_C(1000);
    rtmp_remoting_calls_request(&calls, packet);
    return packet;
}

static struct rtmp_remoting_packet *reply_in(const char *messages, uint32_t frame, bool in_order) {
    struct rtmp_remoting_packet *packet = packet_of(messages, true);
    packet->frame.number = frame;
    packet->time = frame * INT64_C(1000);
    rtmp_remoting_calls_reply(&calls, packet, in_order);
    return packet;
}

static struct rtmp_remoting_packet *reply(const char *messages, uint32_t frame) {
    return reply_in(messages, frame, true);
}

static void assert_linked(const struct rtmp_remoting_record *call,
                          const struct rtmp_remoting_record *answer) {
    assert_ptr_equal(call->peer, answer);
    assert_ptr_equal(answer->peer, call);
    assert_false(rtmp_remoting_has_no_answer(call));
    assert_string_equal(rtmp_remoting_answered(answer), call->call);
}

static void a_reply_is_linked_with_its_call(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.b /1", 4);
    assert_null(call->message[0].peer);
    assert_false(rtmp_remoting_has_no_answer(&call->message[0]));
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 7);
    assert_linked(&call->message[0], &answer->message[0]);
    assert_ptr_equal(call->peer, answer);
    assert_int_equal(rtmp_remoting_time(&answer->message[0]), 3000);
    assert_int_equal(calls.count, 0);
}

static void calls_of_a_batch_are_linked_whatever_their_order(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1 a.b /2 a.c /3", 1);
    struct rtmp_remoting_packet *answer = reply("/3/onResult /1/onStatus /2/onResult", 2);
    assert_linked(&call->message[2], &answer->message[0]);
    assert_linked(&call->message[0], &answer->message[1]);
    assert_linked(&call->message[1], &answer->message[2]);
    assert_true(answer->message[1].is_fault);
    assert_false(answer->message[0].is_fault);
}

static void ids_are_of_their_exchange(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *first_answer = reply("/1/onResult", 2);
    struct rtmp_remoting_packet *second = request("a.b /1", 3);
    struct rtmp_remoting_packet *second_answer = reply("/1/onResult", 4);
    assert_linked(&first->message[0], &first_answer->message[0]);
    assert_linked(&second->message[0], &second_answer->message[0]);
}

static void pipelined_exchanges_are_linked_in_order(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *second = request("a.b /1", 1);
    struct rtmp_remoting_packet *first_answer = reply("/1/onResult", 2);
    struct rtmp_remoting_packet *second_answer = reply("/1/onResult", 2);
    assert_linked(&first->message[0], &first_answer->message[0]);
    assert_linked(&second->message[0], &second_answer->message[0]);
}

static void replies_are_linked_by_their_number(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call[3];
    calls.pipelines = true;
    for (uint32_t i = 0; i < 3; i++) {
        call[i] = packet_of("a.a /1", false);
        call[i]->requests = 5 + i;
        call[i]->replies = 2; /* HTTP did not see all of them */
        rtmp_remoting_calls_request(&calls, call[i]);
    }
    struct rtmp_remoting_packet *third = packet_of("/1/onResult", true);
    third->requests = 7;
    third->replies = 5;
    rtmp_remoting_calls_reply(&calls, third, true);
    assert_linked(&call[2]->message[0], &third->message[0]);
    assert_true(rtmp_remoting_has_no_answer(&call[0]->message[0]));
    assert_true(rtmp_remoting_has_no_answer(&call[1]->message[0]));
}

static void a_client_that_has_received_something_lost_its_reply(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *second = packet_of("a.b /1", false);
    second->acknowledged = first->acknowledged + 200;
    rtmp_remoting_calls_request(&calls, second);
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 3);
    assert_true(rtmp_remoting_has_no_answer(&first->message[0]));
    assert_linked(&second->message[0], &answer->message[0]);
}

static void a_request_before_the_answered_one_has_no_answer(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *second = request("a.b /2", 2);
    struct rtmp_remoting_packet *answer = reply("/2/onResult", 3);
    assert_linked(&second->message[0], &answer->message[0]);
    assert_true(rtmp_remoting_has_no_answer(&first->message[0]));
    assert_int_equal(calls.count, 0);
}

static void replies_of_http2_come_in_any_order(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *second = request("a.b /2", 2);
    struct rtmp_remoting_packet *second_answer = reply_in("/2/onResult", 3, false);
    assert_false(rtmp_remoting_has_no_answer(&first->message[0]));
    struct rtmp_remoting_packet *first_answer = reply_in("/1/onResult", 4, false);
    assert_linked(&first->message[0], &first_answer->message[0]);
    assert_linked(&second->message[0], &second_answer->message[0]);
}

/* A packet on a stream of HTTP/2. */
static struct rtmp_remoting_packet *on_stream(const char *messages, bool is_reply,
                                              uint32_t stream) {
    struct rtmp_remoting_packet *packet = packet_of(messages, is_reply);
    packet->stream = stream;
    if (is_reply)
        rtmp_remoting_calls_reply(&calls, packet, false);
    else
        rtmp_remoting_calls_request(&calls, packet);
    return packet;
}

static void a_reply_belongs_to_the_request_of_its_stream(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = on_stream("a.a /1", false, 1);
    struct rtmp_remoting_packet *second = on_stream("a.b /1", false, 3);
    struct rtmp_remoting_packet *second_answer = on_stream("/1/onResult", true, 3);
    struct rtmp_remoting_packet *first_answer = on_stream("/1/onResult", true, 1);
    assert_linked(&first->message[0], &first_answer->message[0]);
    assert_linked(&second->message[0], &second_answer->message[0]);
    assert_int_equal(calls.count, 0);
}

static void a_reply_of_a_stream_without_request_is_linked_to_nothing(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = on_stream("a.a /1", false, 1);
    struct rtmp_remoting_packet *answer = on_stream("/1/onResult", true, 3);
    assert_null(answer->message[0].peer);
    assert_null(call->message[0].peer);
    assert_int_equal(calls.count, 1);
}

static void a_request_that_was_answered_otherwise_has_no_answer(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1", 1);
    struct rtmp_remoting_packet *second = request("a.b /1", 3);
    rtmp_remoting_calls_pass(&calls);
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 4);
    assert_linked(&second->message[0], &answer->message[0]);
    assert_true(rtmp_remoting_has_no_answer(&first->message[0]));
    rtmp_remoting_calls_pass(&calls); /* there is none */
    assert_int_equal(calls.count, 0);
}

static bool yes(const struct rtmp_remoting_packet *packet) {
    (void)packet;
    return true;
}

/* Only the transport knows of other replies, and of the connection's end. */
static void a_request_whose_exchange_is_over_has_no_answer(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.a /1 a.b null", 1);
    first->is_over = yes;
    assert_true(rtmp_remoting_has_no_answer(&first->message[0]));
    assert_false(rtmp_remoting_has_no_answer(&first->message[1]));
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 2);
    assert_linked(&first->message[0], &answer->message[0]);
}

static void a_call_that_its_reply_leaves_out_has_no_answer(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1 a.b /2 a.c null", 1);
    reply("/1/onResult", 2);
    assert_false(rtmp_remoting_has_no_answer(&call->message[0]));
    assert_true(rtmp_remoting_has_no_answer(&call->message[1]));
    assert_false(rtmp_remoting_has_no_answer(&call->message[2])); /* asks for none */
}

/* What is missing may be the answer. */
static void of_a_broken_reply_nothing_is_said(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1 a.b /2", 1);
    static const uint8_t cut[] = {0, 0, 0, 0, 0, 2, 0, 2, '/', '1', 0, 0, 0, 0, 0, 0, 5};
    struct rtmp_remoting_packet *answer =
        rtmp_remoting_packet_new(&memory, rtmp_reader_over(cut, sizeof cut), true, NULL);
    assert_false(answer->is_whole);
    rtmp_remoting_calls_reply(&calls, answer, true);
    assert_linked(&call->message[0], &answer->message[0]);
    assert_false(rtmp_remoting_has_no_answer(&call->message[1]));
}

static void a_second_answer_is_linked_to_nothing(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1", 1);
    struct rtmp_remoting_packet *answer = reply("/1/onResult /1/onStatus /9/onResult", 2);
    assert_linked(&call->message[0], &answer->message[0]);
    assert_true(answer->message[1].is_second);
    assert_null(answer->message[1].peer);
    assert_false(answer->message[2].is_second); /* there was no such call */
    assert_null(rtmp_remoting_answered(&answer->message[2]));
    assert_int_equal(rtmp_remoting_time(&answer->message[2]), 0);
}

static void calls_with_the_same_id_are_answered_one_by_one(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1 a.b /1", 1);
    struct rtmp_remoting_packet *answer = reply("/1/onResult /1/onResult /1/onResult", 2);
    assert_linked(&call->message[0], &answer->message[0]);
    assert_linked(&call->message[1], &answer->message[1]);
    assert_true(answer->message[2].is_second);
}

static void debug_events_are_no_answer(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1", 1);
    struct rtmp_remoting_packet *answer = reply("/1/onDebugEvents /1/onResult", 2);
    assert_linked(&call->message[0], &answer->message[1]);
    assert_ptr_equal(answer->message[0].peer, &call->message[0]);
    assert_false(answer->message[0].is_second);
    call = request("a.a /1", 3);
    reply("/1/onDebugEvents", 4);
    assert_true(rtmp_remoting_has_no_answer(&call->message[0]));
}

static void a_reply_without_request_is_linked_to_nothing(void **state) {
    (void)state;
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 2);
    assert_null(answer->message[0].peer);
    assert_null(answer->peer);
    assert_false(answer->message[0].is_second);
}

/* HTTP pairs them, whatever is in them. */
static void a_reply_with_other_ids_takes_the_first_request(void **state) {
    (void)state;
    struct rtmp_remoting_packet *call = request("a.a /1", 1);
    struct rtmp_remoting_packet *answer = reply("/7/onResult", 2);
    assert_ptr_equal(call->peer, answer);
    assert_null(answer->message[0].peer);
    assert_true(rtmp_remoting_has_no_answer(&call->message[0]));
    call = request("a.a /1", 3);
    reply("", 4);
    assert_true(rtmp_remoting_has_no_answer(&call->message[0]));
}

static void the_first_of_too_many_requests_makes_room(void **state) {
    (void)state;
    struct rtmp_remoting_packet *first = request("a.first /1", 1);
    struct rtmp_remoting_packet *second = request("a.second /1", 2);
    for (uint32_t i = 1; i < RTMP_LIMIT_REMOTING_REQUESTS; i++)
        request("a.b /2", i + 2);
    assert_int_equal(calls.count, RTMP_LIMIT_REMOTING_REQUESTS);
    struct rtmp_remoting_packet *answer = reply("/1/onResult", 100);
    assert_linked(&second->message[0], &answer->message[0]);
    assert_false(rtmp_remoting_has_no_answer(&first->message[0]));
}

static void an_id_that_is_too_long_links_nothing(void **state) {
    (void)state;
    char id[RTMP_LIMIT_REMOTING_ID + 2];
    memset(id, '1', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    char text[sizeof id + 16] = "a.b ";
    memcpy(text + 4, id, sizeof id);
    struct rtmp_remoting_packet *call = request(text, 1);
    struct rtmp_remoting_packet *answer = reply(id, 2);
    assert_int_equal(call->message[0].id_length, 0);
    assert_null(answer->message[0].peer);
    assert_false(rtmp_remoting_has_no_answer(&call->message[0]));
}

/* Fails each allocation in turn: what is not there is not linked. */
static void without_memory_nothing_is_linked(void **state) {
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        allowed = allocations + i;
        struct rtmp_remoting_packet *packet = packet_of("a.b /1", false);
        if (!packet) {
            assert_int_equal(i, 0);
            continue;
        }
        assert_true(packet->count <= 1);
        if (packet->count)
            assert_true(i == 3 ? packet->message[0].call && !packet->message[0].id_length
                               : !packet->message[0].call);
    }
}

/* In the name of a call, as in any text. */
static void a_name_hides_the_values_of_a_query(void **state) {
    (void)state;
    struct rtmp_mask mask = {.salt = 7};
    static const char bytes[] = "\0\0\0\0\0\1\0\7a?k=key\0\2/1\xFF\xFF\xFF\xFF\5";
    char word[RTMP_MASK_WORD_SIZE], wanted[64];
    const struct rtmp_remoting_packet *packet = rtmp_remoting_packet_new(
        &memory, rtmp_reader_over((const uint8_t *)bytes, sizeof bytes - 1), false, &mask);
    rtmp_mask_word(&mask, (const uint8_t *)"key", 3, word);
    snprintf(wanted, sizeof wanted, "a?k=%s", word);
    assert_ptr_equal(packet->mask, &mask);
    assert_string_equal(packet->message[0].call, wanted);
}

/* In whatever form the arguments come: the last is {pw: "hunter2"} of auth.Login. */
static void a_login_hides_what_is_in_its_arguments(void **state) {
    (void)state;
    static const char login[] = "\0\0\0\0\0\1\0\012auth.Login\0\2/1\xFF\xFF\xFF\xFF"
                                "\012\0\0\0\1\3\0\2pw\2\0\7hunter2\0\0\011";
    struct rtmp_mask mask = {.salt = 7};
    (void)rtmp_remoting_packet_new(
        &memory, rtmp_reader_over((const uint8_t *)login, sizeof login - 1), false, &mask);
    assert_int_equal(mask.count, 1);
    assert_true(rtmp_mask_lists(&mask, (const uint8_t *)"hunter2", 7));
}

static void a_header_named_so_is_a_secret(void **state) {
    (void)state;
    static const char header[] = "\0\0\0\1\0\013Credentials\0\xFF\xFF\xFF\xFF"
                                 "\2\0\7hunter2\0\0";
    struct rtmp_mask mask = {.salt = 7};
    (void)rtmp_remoting_packet_new(
        &memory, rtmp_reader_over((const uint8_t *)header, sizeof header - 1), false, &mask);
    assert_true(rtmp_mask_lists(&mask, (const uint8_t *)"hunter2", 7));
}

/* What a login sent is hidden in what comes back. */
static void a_reply_hides_the_password_that_it_repeats(void **state) {
    (void)state;
    static const char login[] = "\0\0\0\0\0\1\0\012auth.login\0\2/1\xFF\xFF\xFF\xFF"
                                "\012\0\0\0\2\2\0\3bob\2\0\7hunter2";
    static const char reply[] = "\0\0\0\0\0\1\0\013/1/onResult\0\4null\xFF\xFF\xFF\xFF"
                                "\2\0\016bad: hunter2.\n";
    struct rtmp_mask mask = {.salt = 7};
    char word[RTMP_MASK_WORD_SIZE], out[160];
    const struct rtmp_reader bytes = rtmp_reader_over((const uint8_t *)reply, sizeof reply - 1);
    (void)rtmp_remoting_packet_new(
        &memory, rtmp_reader_over((const uint8_t *)login, sizeof login - 1), false, &mask);
    const struct rtmp_remoting_packet *packet =
        rtmp_remoting_packet_new(&memory, bytes, true, &mask);
    assert_int_equal(mask.count, 2);
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, packet->mask);
    rtmp_remoting_packet_line(&text, bytes, packet, false);
    rtmp_mask_word(&mask, (const uint8_t *)"hunter2", 7, word);
    assert_non_null(strstr(out, word));
    assert_null(strstr(out, "hunter2"));
}

static void assert_packet_line(const struct rtmp_remoting_packet *packet, const char *text) {
    char out[160];
    struct rtmp_text found = rtmp_text_over(out, sizeof out);
    static const uint8_t no_bytes[1];
    rtmp_remoting_packet_line(&found, rtmp_reader_over(no_bytes, 0), packet, false);
    assert_string_equal(out, text);
}

static void a_line_counts_calls(void **state) {
    (void)state;
    assert_packet_line(request("s.sum /1 s.echo /2 s.echo /3 s.fail /4", 1),
                       "4 calls: s.sum, s.echo x2, s.fail");
    assert_packet_line(reply("/1/onResult /2/onResult /3/onResult /4/onStatus /5/onResult", 2),
                       "5 replies: s.sum, s.echo x2, error of s.fail, /5");
    assert_packet_line(request("a /1 b /2 c /3 d /4 e /5 f /6 g /7", 3),
                       "7 calls: a, b, c, d, e, f, \xE2\x80\xA6");
    assert_packet_line(request("", 4), "packet without messages");
}

static void a_walk_has_each_message_also_one_that_is_cut(void **state) {
    (void)state;
    static const uint8_t bytes[] = "\0\0\0\0\0\2"
                                   "\0\1a\0\2/1\xFF\xFF\xFF\xFF\5"
                                   "\0\1b\0\2/2\xFF\xFF\xFF\xFF\2\0\x09x";
    const uint32_t len = sizeof bytes - 1;
    uint8_t *guarded = guarded_copy(bytes, len);
    const struct rtmp_reader reader = rtmp_reader_over(guarded, len);
    const struct rtmp_remoting_packet *packet =
        rtmp_remoting_packet_new(&memory, reader, false, NULL);
    struct rtmp_remoting_walk walk;
    struct rtmp_remoting_message message;
    char out[64];
    rtmp_remoting_walk_begin(&walk, packet, reader);
    assert_true(rtmp_remoting_walk_next(&walk, &message));
    assert_ptr_equal(message.record, &packet->message[0]);
    assert_int_equal(message.length, 12);
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_remoting_message_text(&text, &message, false);
    assert_string_equal(out, "a(null) /1");
    assert_true(rtmp_remoting_walk_next(&walk, &message));
    assert_ptr_equal(message.record, &packet->message[1]);
    assert_int_equal(message.head.name.pos, 20);
    assert_int_equal(message.length, 15);
    assert_false(rtmp_remoting_walk_next(&walk, &message));
    guarded_free(guarded, len);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_reply_is_linked_with_its_call),
        TEST(calls_of_a_batch_are_linked_whatever_their_order),
        TEST(ids_are_of_their_exchange),
        TEST(pipelined_exchanges_are_linked_in_order),
        TEST(replies_are_linked_by_their_number),
        TEST(a_client_that_has_received_something_lost_its_reply),
        TEST(a_request_before_the_answered_one_has_no_answer),
        TEST(replies_of_http2_come_in_any_order),
        TEST(a_reply_belongs_to_the_request_of_its_stream),
        TEST(a_reply_of_a_stream_without_request_is_linked_to_nothing),
        TEST(a_request_that_was_answered_otherwise_has_no_answer),
        TEST(a_request_whose_exchange_is_over_has_no_answer),
        TEST(a_call_that_its_reply_leaves_out_has_no_answer),
        TEST(of_a_broken_reply_nothing_is_said),
        TEST(a_second_answer_is_linked_to_nothing),
        TEST(calls_with_the_same_id_are_answered_one_by_one),
        TEST(debug_events_are_no_answer),
        TEST(a_reply_without_request_is_linked_to_nothing),
        TEST(a_reply_with_other_ids_takes_the_first_request),
        TEST(the_first_of_too_many_requests_makes_room),
        TEST(an_id_that_is_too_long_links_nothing),
        TEST(without_memory_nothing_is_linked),
        TEST(a_name_hides_the_values_of_a_query),
        TEST(a_reply_hides_the_password_that_it_repeats),
        TEST(a_login_hides_what_is_in_its_arguments),
        TEST(a_header_named_so_is_a_secret),
        TEST(a_line_counts_calls),
        TEST(a_walk_has_each_message_also_one_that_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
