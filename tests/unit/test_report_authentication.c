/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentications of a report: which connections are the rounds of one, and how it ends. */
#include "report_fixture.h"

#include <stdio.h>
#include <string.h>

#include "session_fixture.h"

static struct session_fixture f;
static struct rtmp_session sessions[4];
static struct rtmp_report report;
static struct rtmp_memory memory;
static const struct rtmp_report_options options = {.shows_secrets = false};

static const char asked[] = "[ code=403 need auth; authmod=adobe ] : ";
static const char challenge[] = "[ authmod=adobe ] : ?reason=needauth&user=u&salt=s&challenge=c";
static const char failed[] = "[ authmod=adobe ] : ?reason=authfailed";
static const char user[] = "live?authmod=adobe&user=u";
static const char response[] = "live?authmod=adobe&user=u&challenge=c&response=r";

/* ---- commands ---- */

struct body {
    uint8_t bytes[512];
    uint32_t len;
};

static void add_text(struct body *body, const char *text) {
    body->bytes[body->len++] = 0;
    body->bytes[body->len++] = (uint8_t)strlen(text);
    memcpy(body->bytes + body->len, text, strlen(text));
    body->len += (uint32_t)strlen(text);
}

static void add_property(struct body *body, const char *key, const char *value) {
    add_text(body, key);
    body->bytes[body->len++] = 2;
    add_text(body, value);
}

/* `name`, transaction id 1, and what the caller adds. */
static struct body command(const char *name) {
    static const uint8_t one[] = {0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0};
    struct body body = {.bytes = {2}, .len = 1};
    add_text(&body, name);
    memcpy(body.bytes + body.len, one, sizeof one);
    body.len += sizeof one;
    return body;
}

static void end_object(struct body *body) {
    memcpy(body->bytes + body->len, "\0\0\x09", 3);
    body->len += 3;
}

static void feed_session(struct rtmp_session_direction *direction, const uint8_t *bytes,
                         uint32_t len) {
    const struct rtmp_fresh_body *fresh;
    f.frame.number++;
    const struct rtmp_segment segment = {.offset = direction->wire.position,
                                         .bytes = bytes,
                                         .captured = len,
                                         .reported = len,
                                         .frame = f.frame,
                                         .packet = &f.packet};
    (void)rtmp_session_feed(direction, &segment, &fresh);
}

/* Of connection `number`, whose client has a port of its own. */
static void send(unsigned number, unsigned side, const struct body *body) {
    struct rtmp_session *session = &sessions[number];
    struct rtmp_session_direction *direction = &session->direction[side];
    char client[32];
    (void)snprintf(client, sizeof client, "10.0.0.1:500%u", number);
    put_message(&f.stream, 3, RTMP_MESSAGE_COMMAND_AMF0, body->bytes, body->len, 128);
    feed_session(direction, f.stream.bytes, f.stream.len);
    f.stream.len = 0;
    if (!rtmp_report_knows(&report, session))
        rtmp_report_begin_connection(
            &report, session,
            &(struct rtmp_report_ends){.client = client, .server = "10.0.0.2:1935"});
    struct rtmp_message_record record;
    uint32_t index = rtmp_records_next_index(&direction->records) - 1;
    assert_true(rtmp_session_message(session, rtmp_session_message_id(direction, index), &record));
    rtmp_report_add_segment(&report, direction, &direction->records.segments[record.last_segment],
                            0);
    const struct rtmp_row_message row = {
        .direction = direction, .record = &record, .bytes = body->bytes, .available = body->len};
    rtmp_report_add_message(&report, &row);
}

static void connect_to(unsigned number, const char *app) {
    struct body body = command("connect");
    body.bytes[body.len++] = 3;
    add_property(&body, "app", app);
    end_object(&body);
    send(number, CLIENT, &body);
}

static void answer(unsigned number, const char *name, const char *level, const char *description) {
    struct body body = command(name);
    body.bytes[body.len++] = 5;
    body.bytes[body.len++] = 3;
    add_property(&body, "level", level);
    add_property(&body, "code", "NetConnection.Connect.Rejected");
    add_property(&body, "description", description);
    end_object(&body);
    send(number, SERVER, &body);
}

static void refuse(unsigned number, const char *description) {
    answer(number, "_error", "error", description);
}

/* ---- */

static void shake_hands(struct rtmp_session *session) {
    uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {3, 0xEE};
    memset(bytes + 9, 0x5A, sizeof bytes - 9);
    feed_session(&session->direction[CLIENT], bytes, 1 + RTMP_HANDSHAKE_SIZE);
    feed_session(&session->direction[SERVER], bytes, sizeof bytes);
    feed_session(&session->direction[CLIENT], bytes + 1 + RTMP_HANDSHAKE_SIZE, RTMP_HANDSHAKE_SIZE);
}

static int begin(void **state) {
    session_setup(state);
    memory = recorder_memory(&f.rec);
    for (unsigned i = 0; i < 4; i++) {
        rtmp_session_init(&sessions[i], i + 1, &f.capture, &memory,
                          &(struct rtmp_session_options){.midstream_chunk_size = 0});
        shake_hands(&sessions[i]);
    }
    rtmp_report_init(&report, &memory, &options);
    return 0;
}

static int end(void **state) {
    rtmp_report_destroy(&report);
    for (unsigned i = 0; i < 4; i++)
        rtmp_session_destroy(&sessions[i]);
    return session_teardown(state);
}

static void assert_told(enum rtmp_finding_kind kind, const char *words) {
    rtmp_report_finish(&report);
    const struct rtmp_finding *found = report_finding(&report, kind);
    assert_non_null(found);
    assert_int_equal(found->count, 1);
    assert_string_equal(report_text(&report.store, found->detail), words);
    assert_null(report_finding(&report, RTMP_FINDING_REFUSED));
}

static void three_connections_are_the_rounds_of_one(void **state) {
    (void)state;
    connect_to(0, "live");
    refuse(0, asked);
    connect_to(1, user);
    refuse(1, challenge);
    connect_to(2, response);
    answer(2, "_result", "status", "");
    assert_told(RTMP_FINDING_AUTHENTICATED, "3 rounds, accepted.");
    assert_int_equal(report.auths.count, 1);
    assert_int_equal(report.findings.count, 1);
}

static void a_wrong_response_is_refused(void **state) {
    (void)state;
    connect_to(0, "live");
    refuse(0, asked);
    connect_to(1, user);
    refuse(1, challenge);
    connect_to(2, response);
    refuse(2, failed);
    assert_told(RTMP_FINDING_NOT_AUTHENTICATED, "3 rounds, refused.");
}

static void a_client_that_has_no_user_is_not_authenticated(void **state) {
    (void)state;
    connect_to(0, "live");
    refuse(0, asked);
    assert_told(RTMP_FINDING_NOT_AUTHENTICATED, "1 round, which the client does not continue.");
}

static void rounds_before_the_capture_are_not_counted(void **state) {
    (void)state;
    connect_to(0, response);
    answer(0, "_result", "status", "");
    assert_told(RTMP_FINDING_AUTHENTICATED, "1 round, accepted.");
}

static void another_application_begins_another_one(void **state) {
    (void)state;
    connect_to(0, "other");
    refuse(0, asked);
    connect_to(1, user);
    rtmp_report_finish(&report);
    assert_int_equal(report.auths.count, 2);
}

/* As crtmpserver does (observed): the second answer accepts what the first refused. */
static void a_second_answer_accepts_nothing(void **state) {
    (void)state;
    connect_to(0, user);
    refuse(0, challenge);
    answer(0, "_result", "status", "");
    assert_told(RTMP_FINDING_NOT_AUTHENTICATED, "1 round, which the client does not continue.");
}

static void other_refusals_stay_errors(void **state) {
    (void)state;
    connect_to(0, "live");
    refuse(0, "[ no such application ]");
    rtmp_report_finish(&report);
    assert_non_null(report_finding(&report, RTMP_FINDING_REFUSED));
    assert_int_equal(report.auths.count, 0);
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, end, &f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(three_connections_are_the_rounds_of_one),
        TEST(a_wrong_response_is_refused),
        TEST(a_client_that_has_no_user_is_not_authenticated),
        TEST(rounds_before_the_capture_are_not_counted),
        TEST(another_application_begins_another_one),
        TEST(a_second_answer_accepts_nothing),
        TEST(other_refusals_stay_errors),
    };
    return cmocka_run_group_tests_name("report authentication", tests, NULL, NULL);
}
