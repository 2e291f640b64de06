/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both directions of a connection: messages with their identity, and the facts that others give. */
#include "session_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "payload/media/decoder_config.h"
#include "vectors.h"

static struct session_fixture f;

static const struct rtmp_segment_record *send_command(unsigned side, const char *name, double id) {
    put_command(&f.stream, name, id);
    return session_send(&f, side);
}

static struct rtmp_message_record message_of(unsigned side, unsigned n) {
    struct rtmp_message_record message;
    assert_true(session_message(&f, side, n, &message));
    return message;
}

static unsigned messages_of(unsigned side) {
    struct rtmp_message_record message;
    unsigned count = 0;
    while (session_message(&f, side, count, &message))
        count++;
    return count;
}

static unsigned nal_length_size(const struct rtmp_message_record *message) {
    return rtmp_decoder_configs_length_size(message->facts.decoder_configs, 1, 0, RTMP_CODEC_H264);
}

/* ---- messages ---- */

static void a_message_has_an_identity(void **state) {
    (void)state;
    send_command(CLIENT, "connect", 1);
    send_command(SERVER, "_result", 1);
    send_command(CLIENT, "createStream", 2);
    const unsigned sides[] = {CLIENT, SERVER, CLIENT};
    uint32_t ids[3];
    for (unsigned i = 0; i < 3; i++) {
        struct rtmp_message_record m = message_of(sides[i], i / 2);
        ids[i] = m.id;
        assert_int_equal(m.session, 7);
        assert_int_equal(m.direction, sides[i]);
        assert_int_equal(m.message.type, RTMP_MESSAGE_COMMAND_AMF0);
        assert_int_equal(m.message.csid, 3);
        assert_int_equal(m.message.timestamp, 20);
        assert_int_equal(m.time, (4 + i) * 1000000); /* three frames of handshake */
        assert_int_equal(m.first_segment, m.last_segment + 1);
        assert_null(m.reassembly);
        assert_false(m.facts.late);
    }
    assert_true(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] < ids[2]);
    struct rtmp_message_record none;
    assert_false(rtmp_session_message(&f.session, UINT32_MAX, &none));
    assert_false(rtmp_session_message(&f.session, 1000, &none));
}

static void a_message_of_several_segments_has_first_and_last(void **state) {
    (void)state;
    uint8_t body[300] = {1};
    put_message(&f.stream, 5, RTMP_MESSAGE_DATA_AMF0, body, sizeof body, 128);
    for (uint32_t at = 0; at < f.stream.len; at += 100)
        session_feed(&f, SERVER, f.stream.bytes + at,
                     f.stream.len - at < 100 ? f.stream.len - at : 100);
    struct rtmp_message_record m = message_of(SERVER, 0);
    assert_int_equal(messages_of(SERVER), 1);
    assert_int_equal(m.first_segment, 2); /* behind that of the handshake */
    assert_int_equal(m.last_segment, 4);
    assert_int_equal(m.time, f.frame.number * 1000000);
    assert_int_equal(m.reassembly->chunks, 3);
    assert_int_equal(m.reassembly->available, 300);
    assert_memory_equal(m.reassembly->body, body, 300);
    const struct rtmp_records *records = &session_side(&f, SERVER)->records;
    assert_int_equal(rtmp_records_first_frame(records, m.reassembly), 4);
    const struct rtmp_fragment_record *first = rtmp_records_fragment(records, 0);
    assert_int_equal(rtmp_records_completed_in(records, first), 7);
    assert_false(rtmp_records_completes_in(records, first, &records->segments[1]));
    assert_true(rtmp_records_completes_in(records, first, &records->segments[4]));
}

/* ---- facts ---- */

static void an_answer_is_known_by_the_call_of_the_other_side(void **state) {
    (void)state;
    send_command(CLIENT, "connect", 1);
    send_command(CLIENT, "createStream", 2);
    send_command(SERVER, "_result", 2);
    send_command(SERVER, "_result", 1);
    send_command(SERVER, "_result", 9);
    assert_int_equal(message_of(SERVER, 0).facts.reply_kind, RTMP_REPLY_CREATE_STREAM);
    assert_int_equal(message_of(SERVER, 1).facts.reply_kind, RTMP_REPLY_ANOTHER);
    assert_int_equal(message_of(SERVER, 2).facts.reply_kind, RTMP_REPLY_UNKNOWN);
    assert_int_equal(message_of(CLIENT, 1).facts.reply_kind, RTMP_REPLY_UNKNOWN);
}

static void video_has_the_configuration_before_it(void **state) {
    (void)state;
    static const unsigned found[] = {0, 0, 4, 4, 2, 2};
    put_avc_frame(&f.stream);
    put_avc_config(&f.stream, 4);
    put_avc_frame(&f.stream);
    put_avc_config(&f.stream, 2);
    put_avc_frame(&f.stream);
    put_avc_config(&f.stream, 2);
    session_send(&f, CLIENT);
    for (unsigned i = 0; i < 6; i++) {
        struct rtmp_message_record m = message_of(CLIENT, i);
        assert_int_equal(nal_length_size(&m), found[i]);
        assert_int_equal(m.facts.decoder_configs != NULL, found[i] != 0);
    }
}

/* More tables than are told apart: of later ones nothing is known, and nothing wrong said. */
static void tables_of_configurations_are_bounded(void **state) {
    (void)state;
    enum { CHANGES = RTMP_LIMIT_DECODER_CONFIG_STATES + 5 };
    for (unsigned i = 0; i < CHANGES; i++) {
        put_avc_config(&f.stream, i % 2 ? 4 : 2);
        put_avc_frame(&f.stream);
    }
    session_send(&f, CLIENT);
    for (unsigned i = 0; i < CHANGES; i++) {
        struct rtmp_message_record m = message_of(CLIENT, 2 * i + 1);
        unsigned expected = i < RTMP_LIMIT_DECODER_CONFIG_STATES ? (i % 2 ? 4 : 2) : 0;
        assert_int_equal(nal_length_size(&m), expected);
    }
}

/* ---- late messages ---- */

/* Messages of one direction; that of `lost` comes last. Offsets as on the wire. */
static void send_late(unsigned side, const struct stream *parts, unsigned count, unsigned lost) {
    uint64_t offset = session_side(&f, side)->wire.position;
    uint64_t late = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i == lost)
            late = offset;
        else
            session_feed_at(&f, side, offset, parts[i].bytes, parts[i].len);
        offset += parts[i].len;
    }
    assert_non_null(session_feed_at(&f, side, late, parts[lost].bytes, parts[lost].len));
}

static struct stream parts[4];

static void clear_parts(void) {
    for (unsigned i = 0; i < 4; i++)
        parts[i].len = 0;
}

/* Those behind it were read without it, and stay as they were; the next one finds it. */
static void a_late_configuration_holds_for_what_is_read_later(void **state) {
    (void)state;
    clear_parts();
    put_avc_frame(&parts[0]);
    put_avc_config(&parts[1], 4);
    put_avc_frame(&parts[2]);
    send_late(CLIENT, parts, 3, 1);
    put_avc_frame(&f.stream);
    session_send(&f, CLIENT);
    static const unsigned found[] = {0, 0, 0, 4};
    assert_int_equal(messages_of(CLIENT), 4);
    for (unsigned i = 0; i < 4; i++) {
        struct rtmp_message_record m = message_of(CLIENT, i);
        assert_int_equal(nal_length_size(&m), found[i]);
        assert_int_equal(m.facts.late, i == 2); /* in the order in which they were completed */
    }
}

/* The order is that of the stream: what was announced last there holds, whenever it was read. */
static void a_late_configuration_does_not_replace_a_later_one(void **state) {
    (void)state;
    clear_parts();
    put_avc_frame(&parts[0]);
    put_avc_config(&parts[1], 4);
    put_avc_config(&parts[2], 2);
    put_avc_frame(&parts[3]);
    send_late(CLIENT, parts, 4, 1);
    put_avc_frame(&f.stream);
    session_send(&f, CLIENT);
    static const unsigned found[] = {0, 0, 2, 0, 2};
    assert_int_equal(messages_of(CLIENT), 5);
    for (unsigned i = 0; i < 5; i++) {
        struct rtmp_message_record m = message_of(CLIENT, i);
        assert_int_equal(nal_length_size(&m), found[i]);
    }
}

/* Audio of 4 bytes on chunk stream 4: fmt 0 at 1000 ms, or fmt 1 with a delta of 23 ms. */
static void put_audio(struct stream *part, unsigned fmt) {
    static const uint8_t absolute[] = {4, 0, 3, 0xE8, 0, 0, 4, 8, 1, 0, 0, 0, 0xAF, 1, 2, 3};
    static const uint8_t delta[] = {0x44, 0, 0, 23, 0, 0, 4, 8, 0xAF, 1, 2, 3};
    const uint8_t *bytes = fmt == 0 ? absolute : delta;
    uint32_t len = fmt == 0 ? sizeof absolute : sizeof delta;
    memcpy(part->bytes + part->len, bytes, len);
    part->len += len;
}

/* net_reorder20_pub: what was read behind a hole counts from there until its bytes come; then the
 * records say what was sent, and what became of the hole. */
static void late_bytes_correct_what_was_read_without_them(void **state) {
    (void)state;
    clear_parts();
    put_audio(&parts[0], 0);
    put_audio(&parts[1], 1);
    for (unsigned i = 0; i < 3; i++)
        put_audio(&parts[2], 1);
    struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    const struct rtmp_records *records = &dir->records;
    uint64_t offset = dir->wire.position;
    uint64_t hole = offset + parts[0].len;
    session_feed_at(&f, CLIENT, offset, parts[0].bytes, parts[0].len);
    session_feed_at(&f, CLIENT, hole + parts[1].len, parts[2].bytes, parts[2].len);
    assert_int_equal(messages_of(CLIENT), 4);
    for (unsigned i = 1; i < 4; i++) {
        assert_true(message_of(CLIENT, i).message.relative);
        assert_int_equal(message_of(CLIENT, i).message.timestamp, 1000 + 23 * i);
    }
    session_feed_at(&f, CLIENT, hole, parts[1].bytes, parts[1].len);
    assert_int_equal(messages_of(CLIENT), 5);
    for (unsigned i = 1; i < 4; i++) {
        assert_false(message_of(CLIENT, i).message.relative);
        assert_int_equal(message_of(CLIENT, i).message.timestamp, 1000 + 23 * (i + 1));
        assert_int_equal(message_of(CLIENT, i).message.stream_id, 1);
    }
    assert_int_equal(message_of(CLIENT, 4).message.timestamp, 1023);
    assert_int_equal(records->notes[0].kind, RTMP_NOTE_GAP);
    assert_int_equal(records->notes[0].length, records->notes[0].count);
    for (uint32_t i = 0; i < records->note_count; i++)
        if (records->notes[i].kind == RTMP_NOTE_TIMESTAMP_UNCERTAIN)
            assert_int_equal(records->notes[i].length, 3);
    assert_null(dir->recent);
}

/* A message with bytes missing is shown once; when they come, it gets its timestamp. Two holes: one
 * before it, one inside. */
static void late_bytes_correct_a_message_that_lacked_some(void **state) {
    (void)state;
    static const uint8_t header[] = {0x44, 0, 0, 23, 0, 0, 100, 8};
    enum { FIRST = 40, MISSING = 20 };
    clear_parts();
    put_audio(&parts[0], 0);
    put_audio(&parts[1], 1);
    for (unsigned i = 0; i < 3; i++)
        put_audio(&parts[2], 1);
    memcpy(parts[3].bytes, header, sizeof header);
    memset(parts[3].bytes + sizeof header, 0xAF, header[6]);
    parts[3].len = sizeof header + header[6];
    put_audio(&parts[3], 1);
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    uint64_t offset = dir->wire.position, first_hole = offset + parts[0].len;
    uint64_t behind = first_hole + parts[1].len, cut = behind + parts[2].len;
    uint32_t rest = parts[3].len - FIRST - MISSING;
    session_feed_at(&f, CLIENT, offset, parts[0].bytes, parts[0].len);
    session_feed_at(&f, CLIENT, behind, parts[2].bytes, parts[2].len);
    session_feed_at(&f, CLIENT, cut, parts[3].bytes, FIRST);
    session_feed_at(&f, CLIENT, cut + FIRST + MISSING, parts[3].bytes + FIRST + MISSING, rest);
    assert_int_equal(messages_of(CLIENT), 6);
    assert_int_equal(message_of(CLIENT, 4).message.length, 100);
    assert_true(message_of(CLIENT, 4).message.relative);
    session_feed_at(&f, CLIENT, first_hole, parts[1].bytes, parts[1].len);
    session_feed_at(&f, CLIENT, cut + FIRST, parts[3].bytes + FIRST, MISSING);
    assert_int_equal(messages_of(CLIENT), 7); /* and the one of the first hole */
    for (unsigned i = 1; i < 6; i++) {
        assert_false(message_of(CLIENT, i).message.relative);
        assert_int_equal(message_of(CLIENT, i).message.timestamp, 1000 + 23 * (i + 1));
    }
}

/* One note for a kind, which counts; what is told once has one for each. */
static void what_is_told_often_is_counted(void **state) {
    (void)state;
    static const uint8_t control[] = {3, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0x10, 0};
    for (unsigned i = 0; i < 5; i++)
        session_feed(&f, SERVER, control, sizeof control);
    const struct rtmp_records *records = &session_side(&f, SERVER)->records;
    assert_int_equal(records->note_count, 1);
    assert_int_equal(records->notes[0].kind, RTMP_NOTE_CONTROL_CSID);
    assert_int_equal(records->notes[0].count, 5);
    assert_int_equal(records->notes[0].csid, 3);
}

static void a_late_call_does_not_replace_a_later_one(void **state) {
    (void)state;
    clear_parts();
    put_command(&parts[0], "connect", 1);
    put_command(&parts[1], "FCPublish", 2);
    put_command(&parts[2], "createStream", 2);
    send_late(CLIENT, parts, 3, 1);
    send_command(SERVER, "_result", 2);
    assert_int_equal(message_of(SERVER, 0).facts.reply_kind, RTMP_REPLY_CREATE_STREAM);
}

/* Frames give the order across directions: the answer came before the call was captured. */
static void a_late_call_does_not_rewrite_its_answer(void **state) {
    (void)state;
    clear_parts();
    put_command(&parts[0], "connect", 1);
    put_command(&parts[1], "createStream", 2);
    put_command(&parts[2], "play", 0);
    uint64_t at = session_side(&f, CLIENT)->wire.position;
    session_feed_at(&f, CLIENT, at, parts[0].bytes, parts[0].len);
    uint64_t lost = at + parts[0].len;
    session_feed_at(&f, CLIENT, lost + parts[1].len, parts[2].bytes, parts[2].len);
    send_command(SERVER, "_result", 2);
    session_feed_at(&f, CLIENT, lost, parts[1].bytes, parts[1].len);
    send_command(SERVER, "_result", 2);
    assert_int_equal(message_of(SERVER, 0).facts.reply_kind, RTMP_REPLY_UNKNOWN);
    assert_int_equal(message_of(SERVER, 1).facts.reply_kind, RTMP_REPLY_CREATE_STREAM);
}

/* Directions that wait are those of the capture, whatever their connection. */
static void the_oldest_hole_makes_room(void **state) {
    (void)state;
    enum { COUNT = RTMP_LIMIT_LATE_DIRECTIONS + 1 };
    struct rtmp_session *sessions = calloc(COUNT, sizeof *sessions);
    const struct rtmp_memory memory = recorder_memory(&f.rec);
    const struct rtmp_session_options options = {0};
    put_command(&f.stream, "connect", 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        rtmp_session_init(&sessions[i], i, &f.capture, &memory, &options);
        struct rtmp_session_direction *dir = &sessions[i].direction[CLIENT];
        uint8_t shake[RTMP_HANDSHAKE_TOTAL] = {3, 0xee};
        const struct rtmp_fresh_body *fresh;
        struct rtmp_segment segment = {.bytes = shake,
                                       .captured = sizeof shake,
                                       .reported = sizeof shake,
                                       .frame = {i + 1, i}};
        rtmp_session_feed(dir, &segment, &fresh);
        segment.offset = BEGIN + 100;
        segment.bytes = f.stream.bytes;
        segment.captured = segment.reported = f.stream.len;
        rtmp_session_feed(dir, &segment, &fresh);
        assert_non_null(dir->wire.late);
    }
    assert_null(sessions[0].direction[CLIENT].wire.late);
    for (uint32_t i = 1; i < COUNT; i++)
        assert_non_null(sessions[i].direction[CLIENT].wire.late);
    for (uint32_t i = 0; i < COUNT; i++)
        rtmp_session_destroy(&sessions[i]);
    for (uint32_t i = 0; i < RTMP_LIMIT_LATE_DIRECTIONS; i++)
        assert_null(f.capture.waiting[i]);
    free(sessions);
}

/* ---- segments ---- */

static void nothing_new_has_a_record_and_no_messages(void **state) {
    (void)state;
    put_command(&f.stream, "connect", 1);
    const struct rtmp_records *records = &session_side(&f, CLIENT)->records;
    assert_non_null(session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, f.stream.len));
    assert_null(session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, f.stream.len));
    assert_null(session_feed_at(&f, CLIENT, RTMP_OFFSET_SEEN, f.stream.bytes, f.stream.len));
    assert_null(session_feed_at(&f, CLIENT, BEGIN + f.stream.len, NULL, 0));
    assert_int_equal(messages_of(CLIENT), 1);
    bool several;
    for (uint32_t frame = 5; frame <= 7; frame++) {
        uint32_t index = rtmp_records_find_frame(records, frame, &several);
        assert_false(several);
        assert_true(rtmp_records_segment(records, index, frame)->repeated);
    }
}

/* Of a segment that begins in what was read, the rest is. */
static void a_segment_may_overlap(void **state) {
    (void)state;
    put_command(&f.stream, "connect", 1);
    uint32_t first = f.stream.len;
    put_command(&f.stream, "createStream", 2);
    session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, first + 4);
    const struct rtmp_segment_record *segment =
        session_feed_at(&f, CLIENT, BEGIN + 2, f.stream.bytes + 2, f.stream.len - 2);
    assert_non_null(segment);
    assert_int_equal(messages_of(CLIENT), 2);
    assert_int_equal(session_side(&f, CLIENT)->wire.position, BEGIN + f.stream.len);
}

/* Segments are found by the offset of a byte, also behind repeated and overlapping ones. */
static void each_byte_is_found_in_the_segment_that_brought_it(void **state) {
    (void)state;
    put_command(&f.stream, "connect", 1);
    put_command(&f.stream, "createStream", 2);
    put_command(&f.stream, "publish", 3);
    const struct rtmp_records *records = &session_side(&f, CLIENT)->records;
    uint32_t before = records->segment_count;
    assert_non_null(session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, 30));
    assert_null(session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, 30)); /* repeated */
    assert_non_null(
        session_feed_at(&f, CLIENT, BEGIN + 10, f.stream.bytes + 10, 40));       /* 20 are new */
    assert_null(session_feed_at(&f, CLIENT, BEGIN + 5, f.stream.bytes + 5, 10)); /* repeated */
    assert_non_null(
        session_feed_at(&f, CLIENT, BEGIN + 20, f.stream.bytes + 20, 40)); /* 10 are new */
    assert_non_null(
        session_feed_at(&f, CLIENT, BEGIN + 60, f.stream.bytes + 60, f.stream.len - 60));
    assert_int_equal(messages_of(CLIENT), 3);
    for (uint32_t i = before; i < records->segment_count; i++)
        assert_true(rtmp_segment_offset(&records->segments[i]) >=
                    rtmp_segment_offset(&records->segments[i - 1]));
    static const uint32_t begin[] = {0, 30, 50, 60}, found[] = {1, 3, 5, 6};
    for (uint32_t at = 0; at < f.stream.len; at++) {
        unsigned i = 3;
        while (at < begin[i])
            i--;
        assert_int_equal(rtmp_records_segment_at(records, BEGIN + at), before + found[i]);
    }
}

static void a_hole_of_unknown_length_is_noted(void **state) {
    (void)state;
    put_command(&f.stream, "connect", 1);
    put_command(&f.stream, "createStream", 2);
    const struct rtmp_segment_record *segment =
        session_feed_at(&f, CLIENT, RTMP_OFFSET_UNKNOWN, f.stream.bytes, f.stream.len);
    assert_non_null(segment);
    const struct rtmp_note_record *notes = NULL;
    uint32_t count = rtmp_records_notes_of(&session_side(&f, CLIENT)->records, segment, &notes);
    assert_in_range(count, 1, 3);
    assert_int_equal(notes[0].kind, RTMP_NOTE_GAP);
    assert_int_equal(notes[0].count, 0);
    assert_int_equal(messages_of(CLIENT), 2);
}

static void a_snapshot_length_cuts_a_message(void **state) {
    (void)state;
    uint8_t body[100] = {0xAF, 1};
    put_message(&f.stream, 4, RTMP_MESSAGE_AUDIO, body, sizeof body, 128);
    const struct rtmp_segment segment = {.offset = BEGIN,
                                         .bytes = f.stream.bytes,
                                         .captured = 40,
                                         .reported = f.stream.len,
                                         .frame = {9, 900}};
    const struct rtmp_fresh_body *fresh;
    assert_non_null(rtmp_session_feed(session_side(&f, CLIENT), &segment, &fresh));
    struct rtmp_message_record m = message_of(CLIENT, 0);
    assert_int_equal(m.reassembly->missing, f.stream.len - 40);
    assert_int_equal(m.reassembly->available, 40 - 12);
    assert_true(m.reassembly->in_segment);
    assert_null(fresh);
}

/* TLS records and tunnelled messages: several calls for one frame. */
static void a_frame_has_several_segments(void **state) {
    (void)state;
    const struct rtmp_records *records = &session_side(&f, CLIENT)->records;
    const struct rtmp_frame frame = {20, 5000};
    bool several;
    for (unsigned i = 0; i < 3; i++) {
        f.stream.len = 0;
        put_command(&f.stream, "createStream", i + 1);
        session_feed_frame(&f, CLIENT, frame, f.stream.bytes, f.stream.len);
    }
    uint32_t first = rtmp_records_find_frame(records, 20, &several);
    assert_true(several);
    for (unsigned i = 0; i < 3; i++) {
        assert_non_null(rtmp_records_segment(records, first + i, 20));
        assert_int_equal(message_of(CLIENT, i).last_segment, first + i);
    }
    assert_null(rtmp_records_segment(records, first + 3, 20));
}

/* A read filter took frame 20 away; another has its number and is found by it. */
static void a_frame_that_was_taken_away_is_not_found(void **state) {
    (void)state;
    const struct rtmp_records *records = &session_side(&f, CLIENT)->records;
    const struct rtmp_frame frames[] = {{20, 5000}, {20, 6000}};
    bool several;
    uint8_t body[100] = {0};
    put_message(&f.stream, 5, RTMP_MESSAGE_DATA_AMF0, body, sizeof body, 128);
    session_feed_frame(&f, CLIENT, frames[0], f.stream.bytes, 50);
    session_feed_frame(&f, CLIENT, frames[1], f.stream.bytes + 50, f.stream.len - 50);
    struct rtmp_message_record m = message_of(CLIENT, 0);
    uint32_t found = rtmp_records_find_frame(records, 20, &several);
    assert_false(several);
    assert_int_equal(found, m.last_segment);
    assert_true(records->segments[m.first_segment - 1].dropped);
    assert_false(records->segments[m.last_segment].dropped);
}

/* Larger offsets than a record has room for are read, and do not count as handshake. */
static void offsets_are_bounded(void **state) {
    (void)state;
    struct rtmp_handshake_range range;
    put_command(&f.stream, "connect", 1);
    const uint64_t far = UINT64_C(3) << 40;
    session_feed_at(&f, CLIENT, BEGIN, f.stream.bytes, f.stream.len);
    const struct rtmp_segment_record *segment =
        session_feed_at(&f, CLIENT, far, f.stream.bytes, f.stream.len);
    assert_non_null(segment);
    assert_int_equal(rtmp_segment_offset(segment), RTMP_SEGMENT_OFFSET_MAX);
    assert_int_equal(session_side(&f, CLIENT)->wire.position, far + f.stream.len);
    assert_false(
        rtmp_session_handshake_range(session_side(&f, CLIENT), segment, f.stream.len, &range));
}

/* Segments that hold nothing but a part of a chunk header do not say that one is looked for. */
static void a_segment_may_hold_a_part_of_a_header(void **state) {
    (void)state;
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    put_command(&f.stream, "connect", 1);
    for (uint32_t i = 0; i < f.stream.len; i++) {
        const struct rtmp_segment_record *segment = session_feed(&f, CLIENT, f.stream.bytes + i, 1);
        assert_int_equal(rtmp_session_rest(dir, segment),
                         i < 11 ? RTMP_REST_HEADER : RTMP_REST_UNKNOWN);
        assert_int_equal(segment->fragment_count, i >= 11);
    }
}

/* The same where C2 is due: until they tell, they are taken for C2. */
static void chunks_instead_of_c2_begin_with_a_header(void **state) {
    (void)state;
    struct session_fixture g;
    static const uint8_t packet[RTMP_HANDSHAKE_FIRST] = {RTMP_HANDSHAKE_PLAIN};
    const struct rtmp_session_direction *dir = session_side(&g, CLIENT);
    struct rtmp_message_record message;
    struct rtmp_handshake_range range;
    session_begin(&g);
    session_feed(&g, CLIENT, packet, sizeof packet);
    session_feed(&g, SERVER, packet, sizeof packet);
    put_command(&g.stream, "connect", 1);
    g.stream.bytes[8] = 0; /* message stream id */
    session_feed(&g, CLIENT, g.stream.bytes, 5);
    session_feed(&g, CLIENT, g.stream.bytes + 5, 4);
    session_feed(&g, CLIENT, g.stream.bytes + 9, g.stream.len - 9);
    assert_true(session_message(&g, CLIENT, 0, &message));
    for (uint32_t i = 1; i < 3; i++) {
        assert_false(rtmp_session_handshake_range(dir, &dir->records.segments[i], 4, &range));
        assert_int_equal(rtmp_session_rest(dir, &dir->records.segments[i]), RTMP_REST_HEADER);
    }
    assert_int_equal(rtmp_session_rest(dir, &dir->records.segments[3]), RTMP_REST_UNKNOWN);
    session_end(&g);
}

static void ranges_of_a_handshake(void **state) {
    (void)state;
    struct rtmp_handshake_range range;
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    const struct rtmp_segment_record *segments = dir->records.segments;
    put_command(&f.stream, "connect", 1);
    const struct rtmp_segment_record *behind = session_send(&f, CLIENT);
    assert_true(rtmp_session_handshake_range(dir, &segments[0], 1537, &range));
    assert_int_equal(range.offset, 0);
    assert_int_equal(range.len, 1537);
    assert_true(range.completes_first && !range.completes_second);
    assert_true(rtmp_session_handshake_range(dir, &segments[1], 2000, &range));
    assert_int_equal(range.offset, 1537);
    assert_int_equal(range.len, 1536);
    assert_true(!range.completes_first && range.completes_second);
    assert_false(rtmp_session_handshake_range(dir, behind, 100, &range));
    assert_int_equal(rtmp_session_encrypted_from(dir, behind, 100), 100);
}

static void what_follows_the_handshake_of_rtmpe_is_encrypted(void **state) {
    (void)state;
    session_end(&f);
    session_begin(&f);
    uint8_t bytes[RTMP_HANDSHAKE_TOTAL + 50] = {6, 0xee};
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    uint32_t len = sizeof bytes;
    session_feed(&f, CLIENT, bytes, len);
    session_feed(&f, CLIENT, bytes, 20);
    const struct rtmp_segment_record *segments = dir->records.segments;
    assert_int_equal(rtmp_session_encrypted_from(dir, &segments[0], len), RTMP_HANDSHAKE_TOTAL);
    assert_int_equal(rtmp_session_encrypted_from(dir, &segments[0], RTMP_HANDSHAKE_TOTAL),
                     RTMP_HANDSHAKE_TOTAL);
    assert_int_equal(rtmp_session_encrypted_from(dir, &segments[1], 20), 0);
}

/* ---- memory ---- */

static void put_conversation(unsigned side) {
    uint8_t body[700];
    memset(body, 0x33, sizeof body);
    put_command(&f.stream, side == CLIENT ? "createStream" : "_result", 2);
    put_avc_config(&f.stream, 4);
    put_avc_frame(&f.stream);
    put_message(&f.stream, 5, RTMP_MESSAGE_DATA_AMF0, body, sizeof body, 128);
    put_avc_frame(&f.stream);
}

/* The n-th allocation fails, or all from there on: what is still recorded is right, and the session
 * reads on. False: there are fewer. */
static bool converse(long fail, bool persistent) {
    session_begin(&f);
    f.rec.fail_at = fail;
    f.rec.fail_on = persistent;
    session_shake_hands(&f);
    for (unsigned side = 0; side < 2; side++) {
        f.stream.len = 0;
        put_conversation(side);
        for (uint32_t at = 0; at < f.stream.len; at += 90)
            session_feed(&f, side, f.stream.bytes + at,
                         f.stream.len - at < 90 ? f.stream.len - at : 90);
        session_feed_at(&f, side, session_side(&f, side)->wire.position + 30, f.stream.bytes,
                        f.stream.len);
        assert_int_equal(session_side(&f, side)->wire.position,
                         BEGIN + f.stream.len + 30 + f.stream.len);
    }
    for (unsigned side = 0; side < 2; side++) {
        struct rtmp_message_record m;
        for (unsigned i = 0; session_message(&f, side, i, &m); i++) {
            unsigned size = nal_length_size(&m);
            assert_true(size == 0 || size == 4);
            if (m.reassembly && m.reassembly->body && m.message.type == RTMP_MESSAGE_DATA_AMF0)
                for (uint32_t at = 0; at < m.reassembly->available; at++)
                    assert_int_equal(m.reassembly->body[at], 0x33);
        }
    }
    bool reached = f.rec.allocations >= fail;
    f.rec.fail_at = -1;
    session_end(&f);
    return reached;
}

static void memory_that_fails_loses_only_what_needed_it(void **state) {
    (void)state;
    session_end(&f);
    for (int persistent = 0; persistent < 2; persistent++)
        for (long fail = 1; converse(fail, persistent); fail++)
            ;
    session_begin(&f);
}

/* ---- memory ---- */

/* Of one byte each, in segments that hold as many as a TCP segment does. */
static void small_messages_share_their_blocks(void **state) {
    (void)state;
    enum { SEGMENTS = 40, IN_SEGMENT = 1448 };
    put_message(&f.stream, 4, RTMP_MESSAGE_AUDIO, NULL, 0, 128);
    session_send(&f, CLIENT);
    const size_t before = f.rec.held;
    for (unsigned i = 0; i < SEGMENTS; i++) {
        memset(f.stream.bytes, 0xC4, IN_SEGMENT);
        f.stream.len = IN_SEGMENT;
        assert_int_equal(session_send(&f, CLIENT)->fragment_count, IN_SEGMENT);
    }
    assert_in_range((f.rec.held - before) / (SEGMENTS * IN_SEGMENT), 32, 39);
}

/* One that comes in two segments is kept once, in a block of its size. */
static void long_bodies_are_handed_over(void **state) {
    (void)state;
    enum { MESSAGES = 50, LENGTH = 15000 };
    static uint8_t body[LENGTH];
    size_t kept = 0;
    for (unsigned i = 0; i < MESSAGES; i++) {
        body[0] = (uint8_t)i;
        put_message(&f.stream, 3, RTMP_MESSAGE_DATA_AMF0, body, sizeof body, 128);
        session_feed(&f, CLIENT, f.stream.bytes, 9000);
        session_feed(&f, CLIENT, f.stream.bytes + 9000, f.stream.len - 9000);
        f.stream.len = 0;
    }
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct rtmp_message_record m = message_of(CLIENT, i);
        assert_int_equal(m.reassembly->available, LENGTH);
        assert_int_equal(m.reassembly->body[0], i);
        kept += m.reassembly->available;
    }
    assert_int_equal(kept, MESSAGES * LENGTH);
    assert_in_range(f.rec.held, kept, kept / 100 * 110);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_message_has_an_identity),
        SESSION_TEST(a_message_of_several_segments_has_first_and_last),
        SESSION_TEST(an_answer_is_known_by_the_call_of_the_other_side),
        SESSION_TEST(video_has_the_configuration_before_it),
        SESSION_TEST(tables_of_configurations_are_bounded),
        SESSION_TEST(a_late_configuration_holds_for_what_is_read_later),
        SESSION_TEST(late_bytes_correct_what_was_read_without_them),
        SESSION_TEST(late_bytes_correct_a_message_that_lacked_some),
        SESSION_TEST(what_is_told_often_is_counted),
        SESSION_TEST(a_late_configuration_does_not_replace_a_later_one),
        SESSION_TEST(a_late_call_does_not_replace_a_later_one),
        SESSION_TEST(a_late_call_does_not_rewrite_its_answer),
        SESSION_TEST(the_oldest_hole_makes_room),
        SESSION_TEST(nothing_new_has_a_record_and_no_messages),
        SESSION_TEST(a_segment_may_overlap),
        SESSION_TEST(each_byte_is_found_in_the_segment_that_brought_it),
        SESSION_TEST(a_hole_of_unknown_length_is_noted),
        SESSION_TEST(a_snapshot_length_cuts_a_message),
        SESSION_TEST(a_frame_has_several_segments),
        SESSION_TEST(a_frame_that_was_taken_away_is_not_found),
        SESSION_TEST(offsets_are_bounded),
        SESSION_TEST(ranges_of_a_handshake),
        SESSION_TEST(a_segment_may_hold_a_part_of_a_header),
        cmocka_unit_test(chunks_instead_of_c2_begin_with_a_header),
        SESSION_TEST(what_follows_the_handshake_of_rtmpe_is_encrypted),
        SESSION_TEST(memory_that_fails_loses_only_what_needed_it),
        SESSION_TEST(small_messages_share_their_blocks),
        SESSION_TEST(long_bodies_are_handed_over),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
