/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report of sessions that are fed: connections, streams, calls, flow, SharedObjects, findings. */
#include "report_fixture.h"

#include <math.h>
#include <string.h>

#include "session/stream_events.h"
#include "so_fixture.h"

static struct session_fixture f;
static struct rtmp_report report;
static const struct rtmp_report_options options = {.shows_secrets = false};
static struct rtmp_memory memory;

/* ---- messages ---- */

/* Add what a segment of a session completes, as a transport's tap does. */
static void add_segment(struct rtmp_session *session, unsigned side, uint32_t index,
                        const uint8_t *bytes, const struct rtmp_memory *packet) {
    struct rtmp_session_direction *direction = &session->direction[side];
    const struct rtmp_segment_record *segment = &direction->records.segments[index];
    struct rtmp_segment_view view = {.direction = direction,
                                     .segment = segment,
                                     .fragments =
                                         rtmp_records_fragments(&direction->records, segment),
                                     .bytes = bytes,
                                     .packet = packet};
    struct rtmp_segment_messages messages = {.view = &view};
    const struct rtmp_report_ends ends = {
        .client = "10.0.0.1:5000", .server = "10.0.0.2:1935", .tcp = 5, .round_trip = 42000};
    if (!rtmp_report_knows(&report, session))
        rtmp_report_begin_connection(&report, session, &ends);
    rtmp_report_add_segment(&report, direction, segment, 0);
    for (uint32_t i = 0; i < segment->fragment_count; i++) {
        struct rtmp_message_record record;
        uint32_t message = segment->first_fragment + i;
        if (!rtmp_session_message(session, rtmp_session_message_id(direction, message), &record))
            continue;
        const struct rtmp_message_body body = rtmp_segment_message_body(&messages, i, UINT32_MAX);
        const struct rtmp_row_message row = {
            .direction = direction,
            .record = &record,
            .stream = rtmp_stream_of(direction, &view.fragments[i], message),
            .bytes = body.bytes,
            .available = body.available,
            .head = body.head};
        rtmp_report_add_message(&report, &row);
    }
}

/* One side sends what is in f.stream. */
static void send_stream(unsigned side) {
    struct stream sent = f.stream;
    session_send(&f, side);
    add_segment(&f.session, side, f.session.direction[side].records.segment_count - 1, sent.bytes,
                &f.packet);
}

static void send_message(unsigned side, uint8_t type, uint8_t stream_id, const void *body,
                         uint32_t len) {
    uint32_t at = f.stream.len;
    put_message(&f.stream, 3, type, body, len, 128);
    f.stream.bytes[at + 8] = stream_id;
    send_stream(side);
}

struct body {
    uint8_t bytes[256];
    uint32_t len;
};

static void add_string(struct body *body, const char *text) {
    const uint8_t head[] = {2, 0, (uint8_t)strlen(text)};
    memcpy(body->bytes + body->len, head, sizeof head);
    memcpy(body->bytes + body->len + sizeof head, text, strlen(text));
    body->len += (uint32_t)(sizeof head + strlen(text));
}

static void add_number(struct body *body, uint8_t high, uint8_t low) {
    const uint8_t number[] = {0, high, low, 0, 0, 0, 0, 0, 0};
    memcpy(body->bytes + body->len, number, sizeof number);
    body->len += sizeof number;
}

static void add_property(struct body *body, const char *key, const char *value) {
    const uint8_t head[] = {0, (uint8_t)strlen(key)};
    memcpy(body->bytes + body->len, head, sizeof head);
    memcpy(body->bytes + body->len + sizeof head, key, strlen(key));
    body->len += (uint32_t)(sizeof head + strlen(key));
    add_string(body, value);
}

/* `name`, a transaction id (0x3FF0: 1), null or an object of one property, an argument. */
static void send_call(const char *name, uint8_t id, uint8_t stream_id, const char *argument) {
    struct body body = {.len = 0};
    add_string(&body, name);
    add_number(&body, id ? 0x3F : 0, id ? 0xF0 : 0);
    body.bytes[body.len++] = 5;
    if (argument)
        add_string(&body, argument);
    send_message(CLIENT, RTMP_MESSAGE_COMMAND_AMF0, stream_id, body.bytes, body.len);
}

static void send_status(uint8_t stream_id, const char *level, const char *code) {
    struct body body = {.len = 0};
    add_string(&body, "onStatus");
    add_number(&body, 0, 0);
    body.bytes[body.len++] = 5;
    body.bytes[body.len++] = 3;
    add_property(&body, "level", level);
    add_property(&body, "code", code);
    memcpy(body.bytes + body.len, "\0\0\x09", 3);
    body.len += 3;
    send_message(SERVER, RTMP_MESSAGE_COMMAND_AMF0, stream_id, body.bytes, body.len);
}

static void send_u32(unsigned side, uint8_t type, uint32_t value) {
    const uint8_t body[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                            (uint8_t)value};
    send_message(side, type, 0, body, sizeof body);
}

static void send_event(unsigned side, uint8_t event, uint8_t timestamp) {
    const uint8_t body[] = {0, event, 0, 0, 0, timestamp};
    send_message(side, RTMP_MESSAGE_USER_CONTROL, 0, body, sizeof body);
}

static int begin(void **state) {
    session_setup(state);
    memory = recorder_memory(&f.rec);
    rtmp_report_init(&report, &memory, &options);
    return 0;
}

static int end(void **state) {
    rtmp_report_destroy(&report);
    return session_teardown(state);
}

/* ---- tests ---- */

static void a_call_has_the_time_to_its_answer(void **state) {
    (void)state;
    send_call("createStream", 1, 0, NULL);
    uint32_t asked = f.frame.number;
    put_command(&f.stream, "_result", 1);
    send_stream(SERVER);
    send_call("releaseStream", 0, 0, "cam?key=1");
    rtmp_report_finish(&report);
    const struct rtmp_report_call *call = report.calls.call;
    assert_int_equal(report.calls.count, 3);
    assert_string_equal(report_text(&report.store, call[0].name), "createStream");
    assert_int_equal(call[0].answer, RTMP_REPORT_ANSWER_RESULT);
    assert_int_equal(call[0].other.frame, asked + 1);
    assert_int_equal(call[0].other.time - call[0].place.time, 1000000);
    assert_int_equal(call[1].other.frame, asked);
    assert_int_equal(call[1].answer, RTMP_REPORT_ANSWER_NOT_WANTED);
    assert_string_equal(report_text(&report.store, call[2].arguments), "\"cam?\xE2\x80\xA6\"");
}

static void a_publish_is_answered_by_its_first_status(void **state) {
    (void)state;
    send_call("publish", 0, 1, "cam");
    send_status(1, "error", "NetStream.Publish.BadName");
    send_status(1, "status", "NetStream.Unpublish.Success");
    rtmp_report_finish(&report);
    assert_int_equal(report.stream_count, 1);
    const struct rtmp_report_stream *stream = report.stream[0];
    assert_string_equal(report_text(&report.store, stream->name), "cam");
    assert_int_equal(stream->status_count, 2);
    assert_string_equal(report_text(&report.store, stream->status[0].code),
                        "NetStream.Publish.BadName");
    assert_int_equal(report.calls.call[0].answer, RTMP_REPORT_ANSWER_STATUS);
    assert_int_equal(report.calls.call[0].other.frame, stream->status[0].place.frame);
    const struct rtmp_finding *refused = report_finding(&report, RTMP_FINDING_REFUSED);
    assert_non_null(refused);
    assert_int_equal(refused->stream, 1);
    assert_int_equal(refused->first.frame, stream->status[0].place.frame);
    assert_non_null(strstr(report_text(&report.store, refused->detail),
                           "publish: NetStream.Publish.BadName ("));
}

/* Answered by `_error`, or by a status of that level. */
static void a_call_knows_that_its_answer_is_an_error(void **state) {
    (void)state;
    send_call("createStream", 1, 0, NULL);
    put_command(&f.stream, "_error", 1);
    send_stream(SERVER);
    send_call("createStream", 1, 0, NULL);
    put_command(&f.stream, "_result", 1);
    send_stream(SERVER);
    send_call("publish", 0, 1, "cam");
    send_status(1, "error", "NetStream.Publish.BadName");
    rtmp_report_finish(&report);
    static const bool is_error[] = {true, true, false, false, true, true};
    assert_int_equal(report.calls.count, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(report.calls.call[i].is_error, is_error[i]);
}

static void media_become_points_and_key_frames(void **state) {
    (void)state;
    static const uint8_t key[] = {0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65};
    send_call("publish", 0, 1, "cam");
    put_avc_config(&f.stream, 4);
    send_stream(CLIENT);
    send_message(CLIENT, RTMP_MESSAGE_VIDEO, 1, key, sizeof key);
    put_avc_frame(&f.stream);
    send_stream(CLIENT);
    rtmp_report_finish(&report);
    const struct rtmp_report_kind *video = &report.stream[0]->kind[RTMP_CLOCK_VIDEO];
    assert_int_equal(video->configs, 1);
    assert_int_equal(video->unconfigured, 0);
    assert_int_equal(video->series.count, 3);
    assert_true(isnan(video->series.point[0].value[RTMP_MEASURE_GAP]));
    assert_true(video->series.point[1].value[RTMP_MEASURE_GAP] == 1);
    assert_true(video->series.point[2].value[RTMP_MEASURE_SKEW] == 1); /* timestamps stand still */
    assert_int_equal(report.stream[0]->key_count, 1);
    assert_int_equal(report.stream[0]->key[0].length, sizeof key);
    int64_t intervals[3];
    assert_false(rtmp_report_key_intervals(report.stream[0], &memory, intervals));
}

static void acknowledgements_stand_against_what_was_sent(void **state) {
    (void)state;
    send_u32(SERVER, RTMP_MESSAGE_WINDOW_ACK_SIZE, 5000);
    send_u32(SERVER, RTMP_MESSAGE_SET_CHUNK_SIZE, 4096);
    uint64_t sent = f.session.direction[SERVER].wire.position;
    send_u32(CLIENT, RTMP_MESSAGE_ACKNOWLEDGEMENT, (uint32_t)sent - 16);
    rtmp_report_finish(&report);
    const struct rtmp_report_connection *connection = report.connection;
    assert_int_equal(connection->windows.count, 1);
    assert_int_equal(connection->windows.setting[0].direction, 1);
    assert_int_equal(connection->chunk_sizes.setting[0].value, 4096);
    assert_int_equal(connection->acks[0].window, 5000);
    assert_int_equal(connection->acks[0].count, 1);
    assert_int_equal(connection->acks[0].ack[0].outstanding, 16);
    assert_int_equal(connection->acks[1].count, 0);
    struct rtmp_report_sent steps[4];
    const struct rtmp_session_direction *server = &f.session.direction[SERVER];
    assert_int_equal(rtmp_report_sent_of(server, steps, 4), 3);
    assert_int_equal(steps[0].bytes, RTMP_HANDSHAKE_TOTAL);
    assert_int_equal(steps[2].bytes, sent);
    assert_int_equal(rtmp_report_sent_of(server, steps, 2), 2);
    assert_int_equal(steps[1].bytes, sent);
}

static void a_ping_without_an_answer_is_a_finding(void **state) {
    (void)state;
    send_event(SERVER, 6, 1);
    uint32_t first = f.frame.number;
    send_event(SERVER, 6, 2);
    send_event(CLIENT, 7, 1);
    rtmp_report_finish(&report);
    const struct rtmp_report_pings *pings = &report.connection[0].pings;
    assert_int_equal(pings->count, 2);
    assert_int_equal(pings->ping[0].answer_frame, first + 2);
    assert_int_equal(pings->ping[0].round_trip, 2000000);
    const struct rtmp_finding *ping = report_finding(&report, RTMP_FINDING_PING);
    assert_non_null(ping);
    assert_int_equal(ping->count, 1);
    assert_int_equal(ping->first.frame, first + 1);
}

static void missing_bytes_are_one_finding_with_their_sum(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        put_command(&f.stream, "call", 0);
        send_stream(CLIENT);
        put_command(&f.stream, "later", 0);
        struct stream sent = f.stream;
        f.stream.len = 0;
        session_feed_at(&f, CLIENT, f.session.direction[CLIENT].wire.position + 100, sent.bytes,
                        sent.len);
    }
    rtmp_report_finish(&report);
    const struct rtmp_finding *gap = report_finding(&report, RTMP_FINDING_GAP);
    assert_non_null(gap);
    assert_int_equal(gap->sum, 200);
    assert_int_equal(gap->count, 2);
}

static void who_closed_an_unanswered_request_is_told(void **state) {
    (void)state;
    put_command(&f.stream, "connect", 1);
    send_stream(CLIENT);
    rtmp_session_close(&f.session, false, false);
    rtmp_session_closed_in(&f.session, 99, 99000000, true);
    rtmp_report_finish(&report);
    const struct rtmp_finding *closed = report_finding(&report, RTMP_FINDING_CLOSED_UNANSWERED);
    assert_non_null(closed);
    assert_int_equal(closed->first.frame, 99);
    assert_int_equal(closed->tcp, 5);
    assert_string_equal(report_text(&report.store, closed->detail), "connect of frame 4.");
    assert_true(f.session.closing.is_reset);
    assert_false(f.session.closing.by_client);
}

static void a_message_that_cannot_be_read_to_its_end_is_an_error(void **state) {
    (void)state;
    static const uint8_t command[] = {2, 0, 9, 'x'}; /* a text of 9 bytes */
    static const uint8_t good[] = {2, 0, 1, 'x', 5};
    static const uint8_t event[] = {0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 9, 0};
    const uint8_t *const bodies[] = {good, command, event};
    const uint32_t lengths[] = {sizeof good, sizeof command, sizeof event};
    const uint8_t types[] = {RTMP_MESSAGE_DATA_AMF0, RTMP_MESSAGE_COMMAND_AMF0,
                             RTMP_MESSAGE_SHARED_OBJECT_AMF0};
    for (unsigned i = 0; i < 3; i++)
        send_message(CLIENT, types[i], 0, bodies[i], lengths[i]);
    send_message(SERVER, RTMP_MESSAGE_WINDOW_ACK_SIZE, 0, good, 2);
    static const uint8_t media[] = {0x17, 0, 0, 0, 0, 9}; /* no record has version 9 */
    send_message(CLIENT, RTMP_MESSAGE_VIDEO, 1, media, sizeof media);
    put_avc_config(&f.stream, 4);
    send_stream(CLIENT);
    put_avc_frame(&f.stream);
    send_stream(CLIENT);
    /* An aggregate, and one whose tag is longer than it: nothing was found of that. */
    static const uint8_t tag[] = {18, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 'x', 0, 0, 0, 15};
    send_message(CLIENT, RTMP_MESSAGE_AGGREGATE, 1, tag, sizeof tag);
    send_message(CLIENT, RTMP_MESSAGE_AGGREGATE, 1, tag, sizeof tag - 5);
    rtmp_report_finish(&report);
    const struct rtmp_finding *found = report_finding(&report, RTMP_FINDING_MESSAGE_MALFORMED);
    assert_non_null(found);
    assert_int_equal(found->count, 5);
    assert_int_equal(found->first.frame, 5);
    assert_null(report_finding(&report, RTMP_FINDING_LIMIT));
}

/* It was in no finding. */
static void a_message_beyond_a_limit_is_a_warning(void **state) {
    (void)state;
    uint8_t body[5 * 120]; /* an array in an array ... */
    for (size_t i = 0; i < sizeof body; i += 5)
        memcpy(body + i, "\x0A\0\0\0\1", 5);
    send_message(CLIENT, RTMP_MESSAGE_DATA_AMF0, 0, body, sizeof body);
    rtmp_report_finish(&report);
    const struct rtmp_finding *found = report_finding(&report, RTMP_FINDING_LIMIT);
    assert_non_null(found);
    assert_int_equal(found->count, 1);
    assert_null(report_finding(&report, RTMP_FINDING_MESSAGE_MALFORMED));
}

/* Where the expert item is, which its filter finds; not where the encrypted bytes begin. */
static void encryption_is_found_once_where_the_handshake_tells_of_it(void **state) {
    (void)state;
    static const uint8_t bytes[RTMP_HANDSHAKE_TOTAL + 50] = {6, 0xee};
    const uint32_t parts[] = {1 + RTMP_HANDSHAKE_SIZE, RTMP_HANDSHAKE_SIZE, 50};
    session_begin(&f);
    memory = recorder_memory(&f.rec);
    rtmp_report_init(&report, &memory, &options);
    const struct rtmp_report_ends ends = {.tcp = 1};
    rtmp_report_begin_connection(&report, &f.session, &ends);
    for (unsigned side = 0; side < 2; side++) {
        uint32_t at = 0;
        for (unsigned i = 0; i < 3; i++) {
            const struct rtmp_segment_record *segment =
                session_feed(&f, side, bytes + at, parts[i]);
            rtmp_report_add_segment(&report, session_side(&f, side), segment, parts[i]);
            at += parts[i];
        }
    }
    rtmp_report_finish(&report);
    assert_int_equal(report.findings.count, 1);
    const struct rtmp_finding *encrypted = report_finding(&report, RTMP_FINDING_ENCRYPTED);
    assert_non_null(encrypted);
    assert_int_equal(encrypted->first.frame, 1);
    assert_int_equal(encrypted->count, 1);
    rtmp_report_destroy(&report);
    session_end(&f);
}

/* Each allocation fails once: nothing is freed twice, nothing is lost, and no row is half made. */
static void without_memory_rows_are_left_out(void **state) {
    for (long fail = 0; fail < 60; fail++) {
        session_teardown(state);
        session_setup(state);
        memory = recorder_memory(&f.rec);
        rtmp_report_init(&report, &memory, &options);
        f.rec.fail_at = f.rec.allocations + fail;
        send_call("publish", 0, 1, "cam");
        send_status(1, "error", "NetStream.Publish.BadName");
        put_avc_frame(&f.stream);
        send_stream(CLIENT);
        send_event(SERVER, 6, 1);
        rtmp_report_finish(&report);
        rtmp_report_destroy(&report);
        rtmp_report_init(&report, &memory, &options);
    }
}

/* What the session noted, from a length on. */
static void shorter_stalls_are_left_out(void **state) {
    static const uint8_t mp3[] = {0x2F, 0};
    for (uint32_t stall = 2000; stall <= 3001; stall += 1001) {
        rtmp_report_destroy(&report);
        session_teardown(state);
        session_setup(state);
        memory = recorder_memory(&f.rec);
        const struct rtmp_report_options longer = {.stall = stall};
        rtmp_report_init(&report, &memory, &longer);
        send_call("publish", 0, 1, "cam");
        send_message(CLIENT, RTMP_MESSAGE_AUDIO, 1, mp3, sizeof mp3);
        struct rtmp_session_direction *direction = &f.session.direction[CLIENT];
        const struct rtmp_media_fault fault = {.message =
                                                   rtmp_records_next_index(&direction->records) - 1,
                                               .kind = RTMP_FAULT_STALL,
                                               .value = INT64_C(3000000000)};
        assert_true(rtmp_diagnosis_add(&direction->diagnosis, &f.session.memory, &fault));
        rtmp_report_finish(&report);
        assert_int_equal(report.stream[0]->stall_count, stall == 2000);
        assert_int_equal(report_finding(&report, RTMP_FINDING_STALL) != NULL, stall == 2000);
    }
}

/* ---- SharedObjects ---- */

static struct so_fixture so;

static void *keep_forever(void *user, void *old, size_t size) {
    (void)user;
    (void)old;
    (void)size;
    return NULL;
}

static void send_so(unsigned client, unsigned side, uint32_t version, const char *events) {
    const struct rtmp_memory packet = {.resize = keep_forever};
    uint8_t body[1024];
    uint32_t len = so_body(body, so.name, version, so.flags, events);
    so_send(&so, client, side, version, events);
    struct stream bytes = {.len = 0};
    put_message(&bytes, 3, RTMP_MESSAGE_SHARED_OBJECT_AMF0, body, len, 4096);
    struct rtmp_session *session = &so.session[client];
    add_segment(session, side, session->direction[side].records.segment_count - 1, bytes.bytes,
                &packet);
}

static void begin_objects(unsigned clients) {
    so_begin(&so, clients, "app");
    memory = recorder_memory(&so.rec);
    rtmp_report_init(&report, &memory, &options);
}

static void end_objects(void) {
    rtmp_report_destroy(&report);
    so_end(&so);
}

static const char *key_of(const struct rtmp_report_object *object, uint32_t place) {
    return place ? report_text(&report.store, object->keys.text[place - 1]) : "";
}

static const char *value_of(const struct rtmp_report_object *object, uint32_t place) {
    return place ? report_text(&report.store, object->values.text[place - 1]) : "";
}

static void an_object_has_its_events_and_the_copies_at_their_end(void **state) {
    (void)state;
    begin_objects(1);
    send_so(0, CLIENT, 0, "1");
    send_so(0, SERVER, 1, "11 | 4 a=1, b=two");
    send_so(0, CLIENT, 1, "3 a=5");
    send_so(0, SERVER, 2, "5 a");
    send_so(0, CLIENT, 2, "3 c=9");
    rtmp_report_finish(&report);
    assert_int_equal(report.objects.count, 1);
    const struct rtmp_report_object *object = report.objects.object;
    assert_string_equal(report_text(&report.store, object->name), "room");
    assert_int_equal(object->event_count, 7);
    const struct rtmp_report_event *event = object->event;
    assert_int_equal(event[0].state, RTMP_SO_STATE_LINKED);
    assert_int_equal(event[0].link, event[1].place.frame);
    assert_string_equal(key_of(object, event[2].key), "a");
    assert_string_equal(key_of(object, event[3].key), "b");
    assert_string_equal(value_of(object, event[3].value), "\"two\"");
    assert_int_equal(event[4].type, 3);
    assert_int_equal(event[4].state, RTMP_SO_STATE_LINKED);
    assert_int_equal(event[5].link, event[4].place.frame);
    assert_int_equal(event[6].state, RTMP_SO_STATE_UNANSWERED);
    assert_int_equal(object->copy_count, 1);
    const struct rtmp_report_copy *copy = object->copy;
    assert_int_equal(copy->used, event[0].place.frame);
    assert_int_equal(copy->confirmed, event[1].place.frame);
    assert_int_equal(copy->version, 2);
    assert_int_equal(copy->attribute_count, 2);
    assert_string_equal(key_of(object, copy->attribute[0].key), "b");
    assert_string_equal(key_of(object, copy->attribute[1].key), "a");
    assert_string_equal(value_of(object, copy->attribute[1].value), "5");
    assert_int_equal(copy->attribute[1].frame, event[5].place.frame);
    assert_int_equal(copy->open_count, 1);
    assert_string_equal(key_of(object, copy->open[0].key), "c");
    end_objects();
}

static void a_refusal_says_what_and_why(void **state) {
    (void)state;
    begin_objects(1);
    send_so(0, CLIENT, 0, "1");
    send_so(0, SERVER, 1, "11 | 4 a=1");
    send_so(0, CLIENT, 1, "3 a=5");
    send_so(0, SERVER, 1, "7 SharedObject.NoWriteAccess | 4 a=1");
    rtmp_report_finish(&report);
    const struct rtmp_finding *refused = report_finding(&report, RTMP_FINDING_SO_REFUSED);
    assert_non_null(refused);
    assert_int_equal(refused->object, 1);
    assert_string_equal(report_text(&report.store, refused->detail),
                        "SharedObject.NoWriteAccess: attribute a");
    end_objects();
}

static void copies_that_differ_are_a_finding_of_the_object(void **state) {
    (void)state;
    begin_objects(2);
    send_so(0, CLIENT, 0, "1");
    send_so(0, SERVER, 1, "11");
    send_so(1, CLIENT, 0, "1");
    send_so(1, SERVER, 1, "11");
    send_so(0, SERVER, 2, "4 a=1");
    send_so(1, SERVER, 2, "4 a=2");
    rtmp_report_finish(&report);
    assert_non_null(report_finding(&report, RTMP_FINDING_SO_DIVERGED));
    assert_int_equal(report.objects.object[0].diverged_count, 1);
    assert_int_equal(report.objects.object[0].copy_count, 2);
    end_objects();
}

#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, begin, end, &f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_call_has_the_time_to_its_answer),
        TEST(a_publish_is_answered_by_its_first_status),
        TEST(a_call_knows_that_its_answer_is_an_error),
        TEST(media_become_points_and_key_frames),
        TEST(acknowledgements_stand_against_what_was_sent),
        TEST(a_ping_without_an_answer_is_a_finding),
        TEST(missing_bytes_are_one_finding_with_their_sum),
        TEST(who_closed_an_unanswered_request_is_told),
        TEST(without_memory_rows_are_left_out),
        TEST(shorter_stalls_are_left_out),
        TEST(a_message_that_cannot_be_read_to_its_end_is_an_error),
        TEST(a_message_beyond_a_limit_is_a_warning),
        cmocka_unit_test(encryption_is_found_once_where_the_handshake_tells_of_it),
        cmocka_unit_test(an_object_has_its_events_and_the_copies_at_their_end),
        cmocka_unit_test(a_refusal_says_what_and_why),
        cmocka_unit_test(copies_that_differ_are_a_finding_of_the_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
