/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How connections end: what was asked for, what the server said of it, who closed. */
#include "session_fixture.h"

#include <string.h>

static struct session_fixture f;

/* A command of one side in the next frame: the frame's number. */
static uint32_t send(unsigned side, const char *name, double id) {
    put_command(&f.stream, name, id);
    session_send(&f, side);
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
    put_message(&f.stream, 5, RTMP_MESSAGE_COMMAND_AMF0, body, len + 3, 128);
    session_send(&f, SERVER);
}

static void assert_ending(const struct rtmp_ending *ending, enum rtmp_ending_kind kind,
                          enum rtmp_request request, uint32_t frame) {
    assert_non_null(ending);
    assert_int_equal(ending->kind, kind);
    assert_int_equal(ending->request, request);
    assert_int_equal(ending->request_frame, frame);
}

static const struct rtmp_ending *close_by(unsigned side) {
    rtmp_session_close(&f.session, side == CLIENT, false);
    return rtmp_session_ending(&f.session);
}

static const struct rtmp_ending *close_lossy(unsigned side) {
    rtmp_session_close(&f.session, side == CLIENT, true);
    return rtmp_session_ending(&f.session);
}

static void send_user_control(uint8_t event, uint8_t stream_id) {
    const uint8_t body[] = {0, event, 0, 0, 0, stream_id};
    put_message(&f.stream, 2, RTMP_MESSAGE_USER_CONTROL, body, sizeof body, 128);
    session_send(&f, SERVER);
}

static void send_stream_begin(uint8_t stream_id) {
    send_user_control(0, stream_id);
}

static void a_server_leaves_connect_unanswered(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "connect", 1);
    const struct rtmp_ending *ending = close_by(SERVER);
    assert_ending(ending, RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CONNECT, frame);
    assert_false(ending->by_client);
    assert_ptr_equal(close_by(CLIENT), ending); /* the first closes */
    assert_false(ending->by_client);
}

static void a_client_does_not_wait_for_its_stream(void **state) {
    (void)state;
    send(CLIENT, "connect", 1);
    send(SERVER, "_result", 1);
    uint32_t frame = send(CLIENT, "createStream", 2);
    const struct rtmp_ending *ending = close_by(CLIENT);
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
    assert_null(close_by(SERVER));
}

static void a_server_drops_a_publisher(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_status("status", "NetStream.Publish.Start");
    assert_ending(close_by(SERVER), RTMP_ENDING_IN_USE, RTMP_REQUEST_PUBLISH, frame);
}

static void an_error_says_why(void **state) {
    (void)state;
    send(CLIENT, "publish", 5);
    send_status("error", "NetStream.Publish.BadName");
    assert_null(close_by(SERVER));
}

static void a_play_that_ended_is_no_cause(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    send_status("status", "NetStream.Play.Start");
    send_status("status", "NetStream.Play.Stop");
    assert_null(close_by(SERVER));
}

static void send_media(unsigned side) {
    put_avc_frame(&f.stream);
    session_send(&f, side);
}

static void a_publisher_vanishes(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_status("status", "NetStream.Publish.Start");
    send_media(CLIENT);
    const struct rtmp_ending *ending = close_by(CLIENT);
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
        assert_null(close_by(CLIENT));
    }
}

static void a_player_may_leave(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    send_status("status", "NetStream.Play.Start");
    send_media(SERVER);
    assert_null(close_by(CLIENT));
}

static void a_client_leaves_a_stream_without_media(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_status("status", "NetStream.Publish.Start");
    const struct rtmp_ending *ending = close_by(CLIENT);
    assert_ending(ending, RTMP_ENDING_NO_MEDIA, RTMP_REQUEST_PUBLISH, frame);
    assert_true(ending->by_client);
}

static void a_client_leaves_a_play_without_media(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "play", 0);
    send_status("status", "NetStream.Play.Start");
    assert_ending(close_by(CLIENT), RTMP_ENDING_NO_MEDIA, RTMP_REQUEST_PLAY, frame);
}

static void media_answers_a_play(void **state) {
    (void)state;
    send(CLIENT, "play", 0);
    send_media(SERVER);
    assert_null(close_by(CLIENT));
}

static void stream_begin_answers_a_play(void **state) {
    (void)state;
    send_stream_begin(1);
    uint32_t frame = send(CLIENT, "play", 0); /* on stream 1: what came before is no answer */
    send_stream_begin(0);
    assert_ending(close_by(SERVER), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_PLAY, frame);
    f.session.is_closed = false;
    send_stream_begin(1);
    assert_ending(close_by(SERVER), RTMP_ENDING_IN_USE, RTMP_REQUEST_PLAY, frame);
}

/* nginx-rtmp, where the player pauses and goes on, or another publisher follows. */
static void stream_begin_goes_on_behind_stream_eof(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "play", 0);
    send_stream_begin(1);
    send_user_control(1, 1);
    assert_null(close_by(SERVER));
    f.session.is_closed = false;
    send_stream_begin(1);
    assert_ending(close_by(SERVER), RTMP_ENDING_IN_USE, RTMP_REQUEST_PLAY, frame);
}

static void stream_begin_answers_no_publish(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "publish", 5);
    send_stream_begin(1);
    assert_ending(close_by(CLIENT), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_PUBLISH, frame);
}

/* A FIN ends one direction: the other may still bring the answer. */
static void an_answer_behind_the_fin_is_one(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "connect", 1);
    assert_ending(close_by(CLIENT), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CONNECT, frame);
    send(SERVER, "_result", 1);
    assert_null(rtmp_session_ending(&f.session));
    rtmp_session_reset(&f.session, false); /* the server's RST says nothing of what was read */
    assert_null(rtmp_session_ending(&f.session));
}

static void media_behind_the_fin_answers_a_play(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "play", 0);
    assert_ending(close_by(CLIENT), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_PLAY, frame);
    put_avc_frame(&f.stream);
    session_feed(&f, SERVER, f.stream.bytes, f.stream.len);
    assert_null(rtmp_session_ending(&f.session));
}

static void an_answer_that_the_client_resets_is_none(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "connect", 1);
    rtmp_session_close(&f.session, true, false);
    send(SERVER, "_result", 1);
    rtmp_session_reset(&f.session, true);
    assert_ending(rtmp_session_ending(&f.session), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CONNECT,
                  frame);
}

/* The server cannot answer behind its FIN, whatever the client sends then. */
static void a_server_that_closed_stays_silent(void **state) {
    (void)state;
    uint32_t frame = send(CLIENT, "play", 0);
    rtmp_session_close(&f.session, false, false);
    send(CLIENT, "deleteStream", 0);
    assert_ending(rtmp_session_ending(&f.session), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_PLAY,
                  frame);
}

static void nothing_is_said_where_bytes_are_missing(void **state) {
    (void)state;
    send(CLIENT, "connect", 1);
    assert_null(close_lossy(SERVER));
    f.session.is_closed = false;
    put_command(&f.stream, "onBWDone", 0);
    session_feed_at(&f, SERVER, session_side(&f, SERVER)->wire.position + 100, f.stream.bytes,
                    f.stream.len);
    assert_null(close_by(SERVER));
}

static void too_many_requests_forget_the_first(void **state) {
    (void)state;
    uint32_t frame = 0;
    for (unsigned i = 0; i < 3 * RTMP_LIMIT_OPEN_REQUESTS; i++)
        frame = send(CLIENT, "createStream", i + 1);
    assert_int_equal(f.session.requests.count, RTMP_LIMIT_OPEN_REQUESTS);
    assert_ending(close_by(SERVER), RTMP_ENDING_UNANSWERED, RTMP_REQUEST_CREATE_STREAM, frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_server_leaves_connect_unanswered),
        SESSION_TEST(a_client_does_not_wait_for_its_stream),
        SESSION_TEST(answered_calls_are_no_cause),
        SESSION_TEST(a_server_drops_a_publisher),
        SESSION_TEST(an_error_says_why),
        SESSION_TEST(a_play_that_ended_is_no_cause),
        SESSION_TEST(a_publisher_vanishes),
        SESSION_TEST(a_client_ends_its_streams),
        SESSION_TEST(a_player_may_leave),
        SESSION_TEST(a_client_leaves_a_stream_without_media),
        SESSION_TEST(a_client_leaves_a_play_without_media),
        SESSION_TEST(media_answers_a_play),
        SESSION_TEST(stream_begin_answers_a_play),
        SESSION_TEST(stream_begin_goes_on_behind_stream_eof),
        SESSION_TEST(stream_begin_answers_no_publish),
        SESSION_TEST(an_answer_behind_the_fin_is_one),
        SESSION_TEST(media_behind_the_fin_answers_a_play),
        SESSION_TEST(an_answer_that_the_client_resets_is_none),
        SESSION_TEST(a_server_that_closed_stays_silent),
        SESSION_TEST(nothing_is_said_where_bytes_are_missing),
        SESSION_TEST(too_many_requests_forget_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
