/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How connections end: what was asked for, what the server said of it, who closed. */
#include "session_fixture.h"

#include <string.h>

static struct session_fixture f;
static struct stream s;

static int begin(void **state) {
    (void)state;
    session_begin(&f);
    session_shake_hands(&f);
    s.len = 0;
    return 0;
}

static int end(void **state) {
    (void)state;
    session_end(&f);
    return 0;
}

/* A command of one side in the next frame: the frame's number. */
static uint32_t send(unsigned side, const char *name, double id) {
    put_command(&s, name, id);
    session_feed(&f, side, s.bytes, s.len);
    s.len = 0;
    return f.frame.number;
}

static uint32_t put_text(uint8_t *out, const char *text) {
    out[0] = 0;
    out[1] = (uint8_t)strlen(text);
    memcpy(out + 2, text, strlen(text));
    return 2 + (uint32_t)strlen(text);
}

/* An onStatus with a level and a code. */
static void send_status(const char *level, const char *code) {
    uint8_t body[128] = {2};
    uint32_t len = 1 + put_text(body + 1, "onStatus");
    len += 9; /* transaction id 0 */
    body[len++] = 5;
    body[len++] = 3;
    const char *const pairs[] = {"level", level, "code", code};
    for (unsigned i = 0; i < 4; i++) {
        if (i % 2)
            body[len++] = 2;
        len += put_text(body + len, pairs[i]);
    }
    body[len + 2] = 9;
    put_message(&s, 5, RTMP_MESSAGE_COMMAND_AMF0, body, len + 3, 128);
    session_feed(&f, SERVER, s.bytes, s.len);
    s.len = 0;
}

static void assert_ending(const struct rtmp_ending *ending, enum rtmp_ending_kind kind,
                          enum rtmp_request request, uint32_t frame) {
    assert_non_null(ending);
    assert_int_equal(ending->kind, kind);
    assert_int_equal(ending->request, request);
    assert_int_equal(ending->request_frame, frame);
}

static void a_server_leaves_connect_unanswered(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "connect", 1);
    const struct rtmp_ending *ending = rtmp_session_close(&f.session, false, false);
    assert_ending(ending, RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CONNECT, frame);
    assert_false(ending->by_client);
    assert_null(rtmp_session_close(&f.session, true, false)); /* the first closes */
}

static void a_client_does_not_wait_for_its_stream(void **state) {
    (void)state;
    send(CLIENT, "connect", 1);
    send(SERVER, "_result", 1);
    uint32_t frame = send(CLIENT, "createStream", 2);
    const struct rtmp_ending *ending = rtmp_session_close(&f.session, true, false);
    assert_ending(ending, RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CREATE_STREAM, frame);
    assert_true(ending->by_client);
}

static void answered_calls_are_no_cause(void **state) {
    (void)state;
    send(CLIENT, "connect", 1);
    send(SERVER, "_result", 1);
    send(CLIENT, "createStream", 2);
    send(SERVER, "_error", 2);
    send(CLIENT, "releaseStream", 3); /* other calls without an answer are nothing */
    assert_null(rtmp_session_close(&f.session, false, false));
}

static void a_server_drops_a_publisher(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_status("status", "NetStream.Publish.Start");
    assert_ending(rtmp_session_close(&f.session, false, false), RTMP_ENDING_IN_USE,
                  RTMP_REQUEST_PUBLISH, frame);
}

static void an_error_says_why(void **state) {
    (void)state;
    send(CLIENT, "publish", 5);
    send_status("error", "NetStream.Publish.BadName");
    assert_null(rtmp_session_close(&f.session, false, false));
}

static void a_play_that_ended_is_no_cause(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    send_status("status", "NetStream.Play.Start");
    send_status("status", "NetStream.Play.Stop");
    assert_null(rtmp_session_close(&f.session, false, false));
}

static void a_publisher_vanishes(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_status("status", "NetStream.Publish.Start");
    const struct rtmp_ending *ending = rtmp_session_close(&f.session, true, false);
    assert_ending(ending, RTMP_ENDING_IN_USE, RTMP_REQUEST_PUBLISH, frame);
    assert_true(ending->by_client);
}

static void a_client_ends_its_streams(void **state) {
    (void)state;
    const char *const names[] = {"deleteStream", "closeStream", "FCUnpublish"};
    for (unsigned i = 0; i < 3; i++) {
        f.session.is_closed = false;
        send(CLIENT, "publish", 5);
        send_status("status", "NetStream.Publish.Start");
        send(CLIENT, names[i], 0);
        assert_null(rtmp_session_close(&f.session, true, false));
    }
}

static void a_player_may_leave(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    send_status("status", "NetStream.Play.Start");
    assert_null(rtmp_session_close(&f.session, true, false));
}

static void media_answers_a_play(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    put_avc_frame(&s);
    session_feed(&f, SERVER, s.bytes, s.len);
    assert_null(rtmp_session_close(&f.session, true, false));
}

static void nothing_is_said_where_bytes_are_missing(void **state) {
    (void)state;
    send(CLIENT, "connect", 1);
    assert_null(rtmp_session_close(&f.session, false, true));
    f.session.is_closed = false;
    put_command(&s, "onBWDone", 0);
    session_feed_at(&f, SERVER, session_side(&f, SERVER)->wire.position + 100, s.bytes, s.len);
    assert_null(rtmp_session_close(&f.session, false, false));
}

static void too_many_requests_forget_the_first(void **state) {
    (void)state;
    uint32_t frame = 0;
    for (unsigned i = 0; i < 3 * RTMP_LIMIT_OPEN_REQUESTS; i++)
        frame = send(CLIENT, "createStream", i + 1);
    assert_int_equal(f.session.requests.count, RTMP_LIMIT_OPEN_REQUESTS);
    assert_ending(rtmp_session_close(&f.session, false, false), RTMP_ENDING_UNANSWERED,
                  RTMP_REQUEST_CREATE_STREAM, frame);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_server_leaves_connect_unanswered),
        TEST(a_client_does_not_wait_for_its_stream),
        TEST(answered_calls_are_no_cause),
        TEST(a_server_drops_a_publisher),
        TEST(an_error_says_why),
        TEST(a_play_that_ended_is_no_cause),
        TEST(a_publisher_vanishes),
        TEST(a_client_ends_its_streams),
        TEST(a_player_may_leave),
        TEST(media_answers_a_play),
        TEST(nothing_is_said_where_bytes_are_missing),
        TEST(too_many_requests_forget_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
