/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which stream a message concerns: by its message stream, by what it names, by what else is there.
 */
#include "session/stream_events.h"

#include <string.h>

#include "session_fixture.h"

static struct session_fixture f;

/* ---- messages, each in a frame of its own ---- */

struct body {
    uint8_t bytes[256];
    uint32_t len;
};

static void add_byte(struct body *body, unsigned byte) {
    body->bytes[body->len++] = (uint8_t)byte;
}

static void add_string(struct body *body, const char *text) {
    add_byte(body, 2);
    add_byte(body, 0);
    add_byte(body, (unsigned)strlen(text));
    memcpy(body->bytes + body->len, text, strlen(text));
    body->len += (uint32_t)strlen(text);
}

static void add_number(struct body *body, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    add_byte(body, 0);
    for (unsigned shift = 64; shift; shift -= 8)
        add_byte(body, (unsigned)(bits >> (shift - 8)) & 0xFF);
}

/* `name`, 0, null, and what the caller adds. */
static struct body command_body(const char *name) {
    struct body body = {.len = 0};
    add_string(&body, name);
    add_number(&body, 0);
    add_byte(&body, 5);
    return body;
}

/* Send a message on a message stream; its index among the direction's messages. */
static unsigned send(unsigned side, uint8_t type, uint8_t stream_id, const struct body *body) {
    struct stream s = {.len = 0};
    put_message(&s, 3, type, body->bytes, body->len, 128);
    s.bytes[8] = stream_id; /* of the fmt 0 header, little-endian */
    struct rtmp_message_record message;
    unsigned n = 0;
    while (session_message(&f, side, n, &message))
        n++;
    session_feed(&f, side, s.bytes, s.len);
    return n;
}

static unsigned send_name(unsigned side, const char *command, uint8_t stream_id, const char *name) {
    struct body body = command_body(command);
    if (name)
        add_string(&body, name);
    return send(side, RTMP_MESSAGE_COMMAND_AMF0, stream_id, &body);
}

static unsigned send_number(const char *command, double number) {
    struct body body = command_body(command);
    add_number(&body, number);
    return send(CLIENT, RTMP_MESSAGE_COMMAND_AMF0, 0, &body);
}

static unsigned send_audio(unsigned side, uint8_t stream_id) {
    const struct body body = {.bytes = {0x2F, 1, 2}, .len = 3};
    return send(side, RTMP_MESSAGE_AUDIO, stream_id, &body);
}

static const struct rtmp_stream *stream_of(unsigned side, unsigned n) {
    struct rtmp_message_record message;
    assert_true(session_message(&f, side, n, &message));
    const struct rtmp_session_direction *direction = session_side(&f, side);
    uint32_t index = message.id >> 1;
    return rtmp_stream_of(direction, rtmp_records_fragment(&direction->records, index), index);
}

/* The number of the stream that a message concerns; -1: none. */
static int number_of(unsigned side, unsigned n) {
    const struct rtmp_stream *stream = stream_of(side, n);
    return stream ? (int)stream->number : -1;
}

static const struct rtmp_stream *stream_numbered(uint32_t number) {
    assert_in_range(number, 0, f.capture.streams.count - 1);
    return f.capture.streams.stream[number];
}

/* ---- tests ---- */

static void a_stream_owns_the_messages_of_its_message_stream(void **state) {
    (void)state;
    unsigned early = send_audio(CLIENT, 1);
    unsigned publish = send_name(CLIENT, "publish", 1, "cam");
    unsigned audio = send_audio(CLIENT, 1);
    unsigned other = send_name(CLIENT, "getStats", 0, NULL);
    unsigned status = send_name(SERVER, "onStatus", 1, NULL);
    assert_int_equal(number_of(CLIENT, early), -1);
    assert_int_equal(number_of(CLIENT, publish), 0);
    assert_int_equal(number_of(CLIENT, audio), 0);
    assert_int_equal(number_of(CLIENT, other), -1);
    assert_int_equal(number_of(SERVER, status), 0);
    assert_int_equal(stream_of(CLIENT, audio)->role, RTMP_STREAM_PUBLISH);
    assert_memory_equal(stream_of(CLIENT, audio)->name->bytes, "cam", 3);
}

static void publishes_one_after_another_are_several_streams(void **state) {
    (void)state;
    unsigned audio[3];
    static const char *const names[] = {"a", "b", "a"};
    for (unsigned i = 0; i < 3; i++) {
        send_name(CLIENT, "publish", 1, names[i]);
        audio[i] = send_audio(CLIENT, 1);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(number_of(CLIENT, audio[i]), i);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_REPLACED);
    assert_int_equal(stream_numbered(2)->ended, RTMP_STREAM_OPEN);
}

static void what_ends_a_stream_is_its_own(void **state) {
    (void)state;
    send_name(CLIENT, "publish", 1, "a");
    send_name(CLIENT, "publish", 2, "b");
    unsigned unpublish = send_name(CLIENT, "FCUnpublish", 0, "a");
    unsigned delete_b = send_number("deleteStream", 2);
    unsigned delete_a = send_number("deleteStream", 1);
    unsigned delete_other = send_number("deleteStream", 7);
    unsigned late = send_audio(CLIENT, 1);
    assert_int_equal(number_of(CLIENT, unpublish), 0);
    assert_int_equal(number_of(CLIENT, delete_b), 1);
    assert_int_equal(number_of(CLIENT, delete_a), 0);
    assert_int_equal(number_of(CLIENT, delete_other), -1);
    assert_int_equal(number_of(CLIENT, late), 0);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_UNPUBLISHED);
    assert_int_equal(stream_numbered(1)->ended, RTMP_STREAM_DELETED);
}

static void media_of_a_play_may_come_on_another_message_stream(void **state) {
    (void)state;
    send_name(CLIENT, "play", 1, "a");
    unsigned status = send_name(SERVER, "onStatus", 0, NULL);
    unsigned audio = send_audio(SERVER, 0);
    assert_int_equal(number_of(SERVER, status), 0);
    assert_int_equal(number_of(SERVER, audio), 0);
    /* With another play it could be either's. */
    send_name(CLIENT, "play", 2, "b");
    assert_int_equal(number_of(SERVER, send_audio(SERVER, 0)), -1);
    assert_int_equal(number_of(SERVER, send_audio(SERVER, 2)), 1);
    assert_int_equal(number_of(SERVER, audio), 0);
}

static void a_play_does_not_own_what_the_client_sends(void **state) {
    (void)state;
    send_name(CLIENT, "play", 1, "a");
    assert_int_equal(number_of(CLIENT, send_audio(CLIENT, 3)), -1);
}

static void media_of_the_other_side_belong_to_no_stream(void **state) {
    (void)state;
    static const uint8_t types[] = {RTMP_MESSAGE_AUDIO, RTMP_MESSAGE_VIDEO, RTMP_MESSAGE_AGGREGATE};
    const struct body body = {.bytes = {0x2F, 1, 2}, .len = 3};
    send_name(CLIENT, "publish", 1, "a");
    send_name(CLIENT, "play", 2, "b");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(number_of(SERVER, send(SERVER, types[i], 1, &body)), -1);
        assert_int_equal(number_of(CLIENT, send(CLIENT, types[i], 2, &body)), -1);
    }
    assert_false(stream_numbered(0)->has_media || stream_numbered(0)->is_uncertain);
    assert_false(stream_numbered(1)->has_media || stream_numbered(1)->is_uncertain);
    assert_int_equal(number_of(CLIENT, send_audio(CLIENT, 1)), 0);
    assert_int_equal(number_of(SERVER, send_audio(SERVER, 2)), 1);
    /* What they say in words concerns it. */
    assert_int_equal(number_of(SERVER, send_name(SERVER, "onStatus", 1, NULL)), 0);
    assert_int_equal(number_of(SERVER, send(SERVER, RTMP_MESSAGE_DATA_AMF0, 1, &body)), 0);
}

/* The number of the stream of a message, had it been read behind a loss; -1: none. */
static int number_behind_loss(unsigned side, unsigned n) {
    struct rtmp_message_record message;
    assert_true(session_message(&f, side, n, &message));
    const struct rtmp_session_direction *direction = session_side(&f, side);
    uint32_t index = message.id >> 1;
    struct rtmp_fragment_record fragment = *rtmp_records_fragment(&direction->records, index);
    fragment.flags |= RTMP_FRAGMENT_UNCERTAIN;
    fragment.stream_id = 0; /* a message stream that no stream has */
    const struct rtmp_stream *stream = rtmp_stream_of(direction, &fragment, index);
    return stream ? (int)stream->number : -1;
}

/* Behind a loss media were in no row of the table of streams, and not in the exported file. */
static void behind_a_loss_media_are_of_the_only_stream(void **state) {
    (void)state;
    const unsigned early = send_audio(CLIENT, 1);
    (void)send_name(CLIENT, "publish", 1, "a");
    (void)send_name(CLIENT, "play", 3, "c");
    const unsigned of_one = send_audio(CLIENT, 1);
    const unsigned command = send_name(CLIENT, "closeStream", 1, NULL);
    (void)send_name(CLIENT, "publish", 2, "b");
    const unsigned of_two = send_audio(CLIENT, 1);
    assert_int_equal(number_behind_loss(CLIENT, early), -1);
    assert_int_equal(number_behind_loss(CLIENT, of_one), 0);
    assert_int_equal(number_behind_loss(CLIENT, command), -1);
    assert_int_equal(number_behind_loss(CLIENT, of_two), -1);
}

static void a_user_control_event_names_its_stream(void **state) {
    (void)state;
    send_name(CLIENT, "play", 1, "a");
    const struct body eof = {.bytes = {0, 1, 0, 0, 0, 1}, .len = 6};
    const struct body other = {.bytes = {0, 1, 0, 0, 0, 9}, .len = 6};
    assert_int_equal(number_of(SERVER, send(SERVER, RTMP_MESSAGE_USER_CONTROL, 0, &other)), -1);
    assert_int_equal(number_of(SERVER, send(SERVER, RTMP_MESSAGE_USER_CONTROL, 0, &eof)), 0);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_EOF);
}

/* nginx-rtmp, where a player pauses and goes on. */
static void a_stream_that_begins_again_has_not_ended(void **state) {
    (void)state;
    send_name(CLIENT, "play", 1, "a");
    const struct body eof = {.bytes = {0, 1, 0, 0, 0, 1}, .len = 6};
    const struct body begin = {.bytes = {0, 0, 0, 0, 0, 1}, .len = 6};
    (void)send(SERVER, RTMP_MESSAGE_USER_CONTROL, 0, &eof);
    (void)send(SERVER, RTMP_MESSAGE_USER_CONTROL, 0, &begin);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_OPEN);
    send_name(CLIENT, "closeStream", 1, NULL);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_CLOSED);
}

static void publish_false_ends_the_stream(void **state) {
    (void)state;
    send_name(CLIENT, "publish", 1, "a");
    struct body body = command_body("publish");
    add_byte(&body, 1);
    add_byte(&body, 0);
    assert_int_equal(number_of(CLIENT, send(CLIENT, RTMP_MESSAGE_COMMAND_AMF0, 1, &body)), 0);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_CLOSED);
    assert_int_equal(f.capture.streams.count, 1);
}

/* The stream that it names may have ended before; one of another name is not ended instead. */
static void an_unpublish_ends_no_other_stream(void **state) {
    (void)state;
    send_name(CLIENT, "publish", 1, "a?key=1");
    send_name(CLIENT, "publish", 2, "b");
    send_number("deleteStream", 1);
    unsigned ended = send_name(CLIENT, "FCUnpublish", 0, "a?key=1");
    unsigned unknown = send_name(CLIENT, "FCUnpublish", 0, "c");
    assert_int_equal(number_of(CLIENT, ended), -1);
    assert_int_equal(number_of(CLIENT, unknown), -1);
    assert_int_equal(stream_numbered(1)->ended, RTMP_STREAM_OPEN);
    send_name(CLIENT, "publish", 3, "a?key=2");
    send_name(CLIENT, "publish", 4, "d");
    unsigned without_query = send_name(CLIENT, "FCUnpublish", 0, "a");
    assert_int_equal(number_of(CLIENT, without_query), 2);
    assert_int_equal(stream_numbered(2)->ended, RTMP_STREAM_UNPUBLISHED);
}

/* A command with a transaction id. */
static unsigned send_call(unsigned side, const char *command, uint8_t stream_id, double id) {
    struct body body = {.len = 0};
    add_string(&body, command);
    add_number(&body, id);
    add_byte(&body, 5);
    return send(side, RTMP_MESSAGE_COMMAND_AMF0, stream_id, &body);
}

static void an_answer_concerns_the_stream_of_its_call(void **state) {
    (void)state;
    send_call(CLIENT, "publish", 1, 5);
    send_call(CLIENT, "play", 2, 6);
    send_call(CLIENT, "createStream", 0, 7);
    assert_int_equal(number_of(SERVER, send_call(SERVER, "_result", 0, 6)), 1);
    assert_int_equal(number_of(SERVER, send_call(SERVER, "_error", 0, 5)), 0);
    assert_int_equal(number_of(SERVER, send_call(SERVER, "_error", 0, 5)), -1);
    assert_int_equal(number_of(SERVER, send_call(SERVER, "_result", 0, 7)), -1);
}

/* An onStatus with this level and code. */
static unsigned send_status(uint8_t stream_id, const char *level, const char *code) {
    struct body body = command_body("onStatus");
    static const uint8_t member[] = {3, 0, 5, 'l', 'e', 'v', 'e', 'l'};
    memcpy(body.bytes + body.len, member, sizeof member);
    body.len += sizeof member;
    add_string(&body, level);
    memcpy(body.bytes + body.len, "\0\4code", 6);
    body.len += 6;
    add_string(&body, code);
    memcpy(body.bytes + body.len, "\0\0\11", 3);
    body.len += 3;
    return send(SERVER, RTMP_MESSAGE_COMMAND_AMF0, stream_id, &body);
}

/* A publish that was refused is not in the way of the next one, on another message stream. */
static void a_status_may_end_a_stream(void **state) {
    (void)state;
    send_name(CLIENT, "publish", 1, "a");
    send_status(1, "error", "NetStream.Seek.Failed");
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_OPEN);
    send_status(1, "error", "NetStream.Publish.BadName");
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_STATUS);
    send_name(CLIENT, "publish", 2, "b");
    assert_int_equal(number_of(SERVER, send_status(0, "status", "NetStream.Publish.Start")), 1);
    assert_int_equal(number_of(CLIENT, send_audio(CLIENT, 7)), 1);
    send_number("deleteStream", 1);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_STATUS);
    assert_int_equal(stream_numbered(1)->ended, RTMP_STREAM_OPEN);
}

static void a_play_that_stopped_may_start_again(void **state) {
    (void)state;
    send_name(CLIENT, "play", 1, "a");
    send_status(1, "status", "NetStream.Play.Start");
    send_status(1, "status", "NetStream.Play.Stop");
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_STATUS);
    send_status(1, "status", "NetStream.Play.Start");
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_OPEN);
    send_number("deleteStream", 1);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_DELETED);
    send_status(1, "status", "NetStream.Play.Stop");
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_DELETED);
}

static void the_end_of_the_connection_ends_its_streams(void **state) {
    (void)state;
    send_name(CLIENT, "publish", 1, "a");
    rtmp_session_close(&f.session, true, false);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_CONNECTION);
    assert_int_equal(number_of(CLIENT, send_name(CLIENT, "FCUnpublish", 0, "a")), 0);
    assert_int_equal(stream_numbered(0)->ended, RTMP_STREAM_CONNECTION);
}

/* Thousands of ids, in any order: those that fit are found. */
static void message_stream_ids_are_bounded(void **state) {
    (void)state;
    const struct rtmp_memory memory = recorder_memory(&f.rec);
    struct rtmp_stream_bindings bindings = {.count = 0};
    const struct rtmp_stream stream = {.number = 5};
    for (uint32_t i = 0; i < 2 * RTMP_LIMIT_STREAM_IDS; i++)
        rtmp_stream_bind(&bindings, &memory, i * 2654435761U, 10, &stream);
    for (uint32_t i = 0; i < 2 * RTMP_LIMIT_STREAM_IDS; i++) {
        const struct rtmp_stream *found = rtmp_stream_bound(&bindings, i * 2654435761U, 10);
        assert_ptr_equal(found, i < RTMP_LIMIT_STREAM_IDS ? &stream : NULL);
        assert_null(rtmp_stream_bound(&bindings, i * 2654435761U, 9));
    }
    rtmp_stream_bindings_destroy(&bindings, &memory);
}

/* Each allocation of a publish fails once; nothing wrong is shown. */
static void without_memory_a_stream_is_not_known(void **state) {
    for (long n = 1; n < 40; n++) {
        f.rec.fail_at = f.rec.allocations + n;
        send_name(CLIENT, "publish", 1, "cam");
        unsigned audio = send_audio(CLIENT, 1);
        struct rtmp_message_record message;
        if (session_message(&f, CLIENT, audio, &message)) {
            const struct rtmp_stream *stream = stream_of(CLIENT, audio);
            assert_true(!stream || stream->id == 1);
        }
        session_teardown(state);
        session_setup(state);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_stream_owns_the_messages_of_its_message_stream),
        SESSION_TEST(publishes_one_after_another_are_several_streams),
        SESSION_TEST(what_ends_a_stream_is_its_own),
        SESSION_TEST(an_unpublish_ends_no_other_stream),
        SESSION_TEST(an_answer_concerns_the_stream_of_its_call),
        SESSION_TEST(a_status_may_end_a_stream),
        SESSION_TEST(a_play_that_stopped_may_start_again),
        SESSION_TEST(media_of_a_play_may_come_on_another_message_stream),
        SESSION_TEST(a_play_does_not_own_what_the_client_sends),
        SESSION_TEST(media_of_the_other_side_belong_to_no_stream),
        SESSION_TEST(behind_a_loss_media_are_of_the_only_stream),
        SESSION_TEST(a_user_control_event_names_its_stream),
        SESSION_TEST(a_stream_that_begins_again_has_not_ended),
        SESSION_TEST(publish_false_ends_the_stream),
        SESSION_TEST(the_end_of_the_connection_ends_its_streams),
        SESSION_TEST(message_stream_ids_are_bounded),
        SESSION_TEST(without_memory_a_stream_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
