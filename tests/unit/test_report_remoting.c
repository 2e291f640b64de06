/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flash Remoting in a report: its connections, rows of calls and replies, findings. */
#include "report_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "direction_fixture.h"

static struct rtmp_report report;
static const struct rtmp_report_options options = {.shows_secrets = false};
static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_remoting_calls calls;

/* Records live as long as the capture. */
enum { RECORDS_MAX = 64 };
static void *records[RECORDS_MAX];
static unsigned record_count;

static void *keep_record(void *user, void *old, size_t size) {
    (void)user;
    assert_null(old);
    assert_true(record_count < RECORDS_MAX);
    return records[record_count++] = malloc(size);
}

static const struct rtmp_memory capture_memory = {.resize = keep_record, .user = NULL};

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    calls = (struct rtmp_remoting_calls){.first = NULL};
    rtmp_report_init(&report, &memory, &options);
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_report_destroy(&report);
    assert_int_equal(rec.live, 0);
    while (record_count)
        free(records[--record_count]);
    return 0;
}

/* A packet of frame `frame`, a millisecond a frame, on a TCP stream. */
static struct rtmp_remoting_packet *add(const void *bytes, size_t len, bool is_reply,
                                        uint32_t frame, uint32_t tcp) {
    const struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    struct rtmp_remoting_packet *record =
        rtmp_remoting_packet_new(&capture_memory, reader, is_reply, NULL);
    const struct rtmp_report_packet packet = {
        .record = record,
        .reader = reader,
        .ends = {.client = "10.0.0.1:5000", .server = "10.0.0.2:80", .tcp = tcp + 1},
    };
    record->frame.number = frame;
    record->time = frame * INT64_C(1000000);
    if (is_reply)
        rtmp_remoting_calls_reply(&calls, record, true);
    else
        rtmp_remoting_calls_request(&calls, record);
    rtmp_report_add_packet(&report, &packet);
    return record;
}

/* A literal without its terminator. */
#define ADD(literal, is_reply, frame, tcp) add(literal, sizeof(literal) - 1, is_reply, frame, tcp)

/* One message: version and counts, target, response URI, length not known. */
#define PACKET  "\0\0\0\0\0\1"
#define UNKNOWN "\xFF\xFF\xFF\xFF"
/* s.sum("rtmp://h/a?k=1") /1 */
#define CALL PACKET "\0\5s.sum\0\2/1" UNKNOWN "\x0A\0\0\0\1\2\0\x0Ertmp://h/a?k=1"
/* /1/onResult true */
#define RESULT PACKET "\0\x0B/1/onResult\0\4null" UNKNOWN "\1\1"
/* /1/onStatus {code: "C", description: "no"} */
#define FAULT                                                                                      \
    PACKET "\0\x0B/1/onStatus\0\4null" UNKNOWN "\3\0\4code\2\0\1C\0\x0B"                           \
           "description\2\0\2no\0\0\x09"

static void assert_only_finding(enum rtmp_finding_kind kind, uint32_t frame) {
    rtmp_report_finish(&report);
    assert_int_equal(report.findings.count, 1);
    assert_int_equal(report.findings.finding[0].kind, kind);
    assert_int_equal(report.findings.finding[0].first.frame, frame);
}

static void a_call_has_the_time_to_its_reply(void **state) {
    (void)state;
    ADD(CALL, false, 4, 7);
    ADD(RESULT, true, 9, 7);
    rtmp_report_finish(&report);
    const struct rtmp_report_call *call = report.calls.call;
    assert_int_equal(report.calls.count, 2);
    assert_string_equal(report_text(&report.store, call[0].name), "s.sum");
    assert_string_equal(report_text(&report.store, call[0].arguments),
                        "\"rtmp://h/a?\xE2\x80\xA6\"");
    assert_int_equal(call[0].answer, RTMP_REPORT_ANSWER_RESULT);
    assert_false(call[0].is_error);
    assert_int_equal(call[0].other.frame, 9);
    assert_int_equal(call[0].other.time - call[0].place.time, 5000000);
    assert_string_equal(report_text(&report.store, call[1].name), "/1/onResult");
    assert_string_equal(report_text(&report.store, call[1].arguments), "true");
    assert_int_equal(call[1].other.frame, 4);
    assert_int_equal(call[1].answer, RTMP_REPORT_ANSWER_NOT_WANTED);
    assert_int_equal(report.findings.count, 0);
}

static void each_tcp_connection_is_listed_once(void **state) {
    (void)state;
    ADD(CALL, false, 1, 0);
    ADD(CALL, false, 2, 3);
    ADD(RESULT, true, 3, 0);
    assert_int_equal(report.remoting.count, 2);
    assert_int_equal(rtmp_report_http_of(&report.remoting, 4), 2);
    assert_int_equal(rtmp_report_http_of(&report.remoting, 9), 0);
    const struct rtmp_report_http *http = report.remoting.http;
    assert_string_equal(report_text(&report.store, http->client), "10.0.0.1:5000");
    assert_string_equal(report_text(&report.store, http->server), "10.0.0.2:80");
    assert_int_equal(http->first.frame, 1);
    assert_int_equal(http->last.frame, 3);
    assert_int_equal(http->messages[0], 1);
    assert_int_equal(http->messages[1], 1);
}

static void an_error_is_a_finding_of_its_tcp_connection(void **state) {
    (void)state;
    ADD(CALL, false, 4, 7);
    ADD(FAULT, true, 9, 7);
    ADD(CALL, false, 10, 7);
    ADD(FAULT, true, 11, 7);
    ADD(CALL, false, 12, 8);
    ADD(FAULT, true, 13, 8);
    rtmp_report_finish(&report);
    assert_int_equal(report.findings.count, 2);
    const struct rtmp_finding *failed = &report.findings.finding[0];
    char out[128];
    struct rtmp_text filter = rtmp_text_over(out, sizeof out);
    rtmp_finding_filter(&filter, failed);
    assert_int_equal(failed->kind, RTMP_FINDING_REMOTING_FAILED);
    assert_int_equal(failed->count, 2);
    assert_int_equal(failed->first.frame, 9);
    assert_string_equal(report_text(&report.store, failed->detail), "s.sum: C. no");
    assert_string_equal(out, "rtmpx.remoting.error_status && tcp.stream == 7");
    assert_true(report.calls.call[0].is_error);
    assert_true(report.calls.call[1].is_error);
    assert_string_equal(report_text(&report.store, report.calls.call[1].arguments), "no");
}

static void a_call_that_is_answered_again_is_noted(void **state) {
    (void)state;
    ADD(CALL, false, 1, 0);
    ADD("\0\0\0\0\0\2\0\x0B/1/onResult\0\0" UNKNOWN "\5\0\x0B/1/onResult\0\0" UNKNOWN "\5", true, 2,
        0);
    assert_only_finding(RTMP_FINDING_REMOTING_SECOND_ANSWER, 2);
}

static void a_length_that_is_not_that_of_the_value_is_noted(void **state) {
    (void)state;
    ADD(PACKET "\0\1a\0\0\0\0\0\x09\5", false, 3, 0);
    assert_only_finding(RTMP_FINDING_REMOTING_LENGTH, 3);
}

static void bytes_behind_the_last_message_are_noted(void **state) {
    (void)state;
    ADD(PACKET "\0\1a\0\0" UNKNOWN "\5more", false, 3, 0);
    assert_only_finding(RTMP_FINDING_REMOTING_TRAILING, 3);
}

static void what_cannot_be_read_is_an_error(void **state) {
    (void)state;
    ADD(PACKET "\0\1a\0\0" UNKNOWN "\x13", false, 3, 0);
    assert_only_finding(RTMP_FINDING_REMOTING_MALFORMED, 3);
}

static void bytes_that_were_not_captured_are_none(void **state) {
    (void)state;
    static const char bytes[] = PACKET "\0\1a\0\0" UNKNOWN "\2\0\x09x";
    const struct rtmp_reader reader = rtmp_reader_over((const uint8_t *)bytes, sizeof bytes - 1);
    struct rtmp_report_packet packet = {
        .record = rtmp_remoting_packet_new(&capture_memory, reader, false, NULL),
        .reader = reader,
        .is_cut = true};
    rtmp_report_add_packet(&report, &packet);
    assert_int_equal(report.findings.count, 0);
    assert_int_equal(report.calls.count, 1);
    packet.is_cut = false;
    rtmp_report_add_packet(&report, &packet);
    assert_int_equal(report.findings.count, 1);
}

static bool yes(const struct rtmp_remoting_packet *request) {
    (void)request;
    return true;
}

/* It is known at the end of the capture only. */
static void a_call_whose_exchange_ended_without_a_reply_is_noted(void **state) {
    (void)state;
    ADD(CALL, false, 5, 0);
    ADD(CALL, false, 6, 1)->is_over = yes;
    assert_only_finding(RTMP_FINDING_REMOTING_NO_ANSWER, 6);
    assert_int_equal(report.findings.finding[0].tcp, 2);
    assert_int_equal(report.calls.call[0].answer, RTMP_REPORT_ANSWER_NONE);
    assert_int_equal(report.calls.call[1].answer, RTMP_REPORT_ANSWER_NONE);
}

static void a_call_that_wants_no_reply_has_none(void **state) {
    (void)state;
    ADD(PACKET "\0\1a\0\4null" UNKNOWN "\5", false, 3, 0)->is_over = yes;
    rtmp_report_finish(&report);
    assert_int_equal(report.findings.count, 0);
    assert_int_equal(report.calls.call[0].answer, RTMP_REPORT_ANSWER_NOT_WANTED);
}

/* Messages that are not linked are left out, and counted. */
static void messages_beyond_the_records_are_left_out(void **state) {
    (void)state;
    enum { HEAD = 6, EACH = 9, COUNT = RTMP_LIMIT_REMOTING_MESSAGES + 3 };
    static uint8_t bytes[HEAD + EACH * COUNT] = {0, 0, 0, 0, COUNT >> 8, COUNT & 0xFF};
    for (unsigned i = 0; i < COUNT; i++)
        memcpy(bytes + HEAD + i * EACH, "\0\0\0\0\xFF\xFF\xFF\xFF\5", EACH);
    struct rtmp_remoting_packet *record = add(bytes, sizeof bytes, true, 1, 0);
    assert_int_equal(record->count, RTMP_LIMIT_REMOTING_MESSAGES);
    assert_int_equal(report.calls.count, RTMP_LIMIT_REMOTING_MESSAGES);
    assert_int_equal(report.store.left_out[RTMP_REPORT_COMMANDS], 3);
    assert_int_equal(report.remoting.http[0].messages[1], COUNT);
}

static void connections_beyond_the_bound_are_left_out(void **state) {
    (void)state;
    static const uint8_t empty[6];
    const struct rtmp_remoting_packet record = {.frame = {.number = 1}};
    struct rtmp_report_packet packet = {.record = &record, .reader = rtmp_reader_over(empty, 6)};
    for (uint32_t i = 0; i < RTMP_LIMIT_REPORT_CONNECTIONS + 5; i++) {
        packet.ends.tcp = i + 1;
        rtmp_report_add_packet(&report, &packet);
    }
    assert_int_equal(report.remoting.count, RTMP_LIMIT_REPORT_CONNECTIONS);
    assert_int_equal(report.store.left_out[RTMP_REPORT_HTTP], 5);
    assert_int_equal(rtmp_report_http_of(&report.remoting, RTMP_LIMIT_REPORT_CONNECTIONS + 1), 0);
}

static void without_memory_rows_are_left_out(void **state) {
    for (long fail = 0; fail < 30; fail++) {
        end(state);
        begin(state);
        rec.fail_at = rec.allocations + fail;
        ADD(CALL, false, 4, 7);
        ADD(FAULT, true, 9, 7);
        rtmp_report_finish(&report);
        assert_true(report.calls.count <= 2);
    }
    assert_non_null(report_finding(&report, RTMP_FINDING_REMOTING_FAILED));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_call_has_the_time_to_its_reply),
        TEST(each_tcp_connection_is_listed_once),
        TEST(an_error_is_a_finding_of_its_tcp_connection),
        TEST(a_call_that_is_answered_again_is_noted),
        TEST(a_length_that_is_not_that_of_the_value_is_noted),
        TEST(bytes_behind_the_last_message_are_noted),
        TEST(what_cannot_be_read_is_an_error),
        TEST(bytes_that_were_not_captured_are_none),
        TEST(a_call_whose_exchange_ended_without_a_reply_is_noted),
        TEST(a_call_that_wants_no_reply_has_none),
        TEST(messages_beyond_the_records_are_left_out),
        TEST(connections_beyond_the_bound_are_left_out),
        TEST(without_memory_rows_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
