/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Senders whose chunks have another size than they announced. What is fed at once is a segment. */
#include <string.h>

#include "session_fixture.h"

/* Bytes of a segment. */
struct segment {
    uint8_t bytes[1 << 14];
    uint32_t len;
};

static void put_bytes(struct segment *s, const void *bytes, uint32_t len) {
    assert_true(s->len + len <= sizeof s->bytes);
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
}

/* A video message of chunk stream 6 in chunks of `size` bytes: fmt 0 at 1000 ms, or fmt 1 with a
 * delta of 40 ms. Its payload begins no header. */
static void put_video(struct segment *s, uint8_t fmt, uint32_t length, uint32_t size) {
    const uint8_t high = (uint8_t)(length >> 8), low = (uint8_t)length;
    const uint8_t absolute[] = {6, 0, 0x03, 0xE8, 0, high, low, 9, 1, 0, 0, 0};
    const uint8_t relative[] = {0x46, 0, 0, 40, 0, high, low, 9};
    const uint8_t payload[] = {0x27, 1, 0, 0, 0}, again = 0xC6, filler = 0xFA;
    put_bytes(s, fmt ? relative : absolute, fmt ? sizeof relative : sizeof absolute);
    for (uint32_t at = 0; at < length; at++) {
        if (at && at % size == 0)
            put_bytes(s, &again, 1);
        put_bytes(s, at < sizeof payload ? &payload[at] : &filler, 1);
    }
}

static void feed_segment(struct fixture *f, struct segment *s) {
    feed_bytes(f, s->bytes, s->len);
    s->len = 0;
}

static void announce(struct fixture *f, uint16_t size) {
    const uint8_t message[] = {
        2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, (uint8_t)(size >> 8), (uint8_t)size};
    feed_bytes(f, message, sizeof message);
}

static void assert_video(const struct fixture *f, size_t n, uint32_t length, uint32_t timestamp,
                         uint32_t chunks) {
    assert_int_equal(f->rec.messages[n].message.length, length);
    assert_int_equal(f->rec.messages[n].message.timestamp, timestamp);
    assert_int_equal(f->rec.messages[n].chunks, chunks);
    assert_int_equal(f->rec.messages[n].missing, 0);
}

static void assert_read(struct fixture *f, size_t messages) {
    assert_int_equal(f->rec.count, messages);
    assert_int_equal(f->rec.notes[RTMP_NOTE_CHUNKS_UNANNOUNCED], 1);
    assert_int_equal(f->rec.notes[RTMP_NOTE_LOST], 0);
    assert_int_equal(f->rec.notes[RTMP_NOTE_ABANDONED], 0);
    fixture_end(f);
}

static void the_first_message_of_longer_chunks_is_read(void **state) {
    (void)state;
    struct fixture f;
    struct segment s = {.len = 0};
    fixture_begin(&f);
    put_video(&s, 0, 432, 432); /* 128 holds */
    feed_segment(&f, &s);
    assert_video(&f, 0, 432, 1000, 1);
    assert_read(&f, 1);
}

static void the_first_message_of_shorter_chunks_is_read(void **state) {
    (void)state;
    struct fixture f;
    struct segment s = {.len = 0};
    fixture_begin(&f);
    announce(&f, 4096);
    put_video(&s, 0, 6000, 1024);
    put_video(&s, 1, 7000, 1024);
    feed_segment(&f, &s);
    assert_video(&f, 1, 6000, 1000, 6);
    assert_video(&f, 2, 7000, 1040, 7);
    assert_read(&f, 3);
}

/* By the announced size it would end among its own bytes. */
static void a_message_not_longer_than_announced_is_read(void **state) {
    (void)state;
    struct fixture f;
    struct segment s = {.len = 0};
    fixture_begin(&f);
    announce(&f, 8192);
    put_video(&s, 0, 6000, 1024);
    feed_segment(&f, &s);
    assert_video(&f, 1, 6000, 1000, 6);
    assert_read(&f, 2);
}

/* A header that is read again adds its delta once. */
static void a_message_that_is_read_again_keeps_its_timestamp(void **state) {
    (void)state;
    struct fixture f;
    struct segment s = {.len = 0};
    fixture_begin(&f);
    put_video(&s, 0, 100, 100);
    put_video(&s, 1, 500, 500);
    put_video(&s, 1, 600, 600);
    feed_segment(&f, &s);
    assert_video(&f, 0, 100, 1000, 1);
    assert_video(&f, 1, 500, 1040, 1);
    assert_video(&f, 2, 600, 1080, 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 0);
    fixture_end(&f);
}

/* No other size explains the bytes: synchronisation is lost where it was before. */
static void bytes_that_are_no_chunks_are_no_reason_for_another_size(void **state) {
    (void)state;
    struct fixture f;
    struct segment s = {.len = 0};
    fixture_begin(&f);
    put_video(&s, 0, 1000, 128);
    const uint8_t garbage[64] = {0xFF, 0xFE, 0xFD};
    memcpy(s.bytes + 12 + 128, garbage, sizeof garbage);
    s.len = 12 + 128 + sizeof garbage;
    feed_segment(&f, &s);
    for (int i = 0; i < 1200; i++) /* in later segments */
        feed_bytes(&f, garbage, sizeof garbage);
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_CHUNKS_UNANNOUNCED], 0);
    assert_int_equal(f.rec.fragments[0].size, 12 + 128);
    assert_int_equal(f.rec.count, 0);
    fixture_end(&f);
}

/* ---- over several segments: what was shown of the message is withdrawn ---- */

/* The chunk size by which the fragments of a direction are walked, 0: they differ. */
static uint32_t recorded_size(const struct rtmp_records *records) {
    uint32_t size = 0;
    for (uint32_t i = 0; i < records->segment_count; i++) {
        const struct rtmp_segment_record *segment = &records->segments[i];
        for (uint32_t k = 0; k < segment->fragment_count; k++) {
            const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(
                records, rtmp_records_fragment(records, segment->first_fragment + k));
            if (reassembly && size && reassembly->chunk_size != size)
                return 0;
            if (reassembly)
                size = reassembly->chunk_size;
        }
    }
    return size;
}

/* Three video messages in chunks of `real` bytes, where `announced` holds, in segments of `mss`
 * bytes. */
static void read_in_segments(struct session_fixture *f, uint16_t announced, uint32_t real,
                             uint32_t mss) {
    struct segment s = {.len = 0};
    if (announced != RTMP_DEFAULT_CHUNK_SIZE) {
        const uint8_t size[] = {0, 0, (uint8_t)(announced >> 8), (uint8_t)announced};
        put_message(&f->stream, 2, RTMP_MESSAGE_SET_CHUNK_SIZE, size, 4, 4);
        session_send(f, CLIENT);
    }
    put_video(&s, 0, 6000, real);
    put_video(&s, 1, 5000, real);
    for (uint32_t at = 0; at < s.len; at += mss)
        session_feed(f, CLIENT, s.bytes + at, s.len - at < mss ? s.len - at : mss);
}

static void assert_read_in_segments(struct session_fixture *f, uint32_t announced, uint32_t real) {
    const struct rtmp_records *records = &session_side(f, CLIENT)->records;
    const unsigned first = announced != RTMP_DEFAULT_CHUNK_SIZE;
    struct rtmp_message_record message;
    for (unsigned i = 0; i < 2; i++) {
        assert_true(session_message(f, CLIENT, first + i, &message));
        assert_int_equal(message.message.length, i ? 5000 : 6000);
        assert_int_equal(message.message.timestamp, i ? 1040 : 1000);
        assert_false(message.message.relative);
        assert_int_equal(message.reassembly->missing, 0);
        assert_int_equal(message.reassembly->chunks, (message.message.length + real - 1) / real);
    }
    assert_false(session_message(f, CLIENT, first + 2, &message));
    /* Each segment says what it holds: nobody looks for a header. */
    for (uint32_t i = 0; i < records->segment_count; i++) {
        const struct rtmp_segment_record *segment = &records->segments[i];
        if (rtmp_segment_offset(segment) >= BEGIN)
            assert_true(segment->fragment_count || segment->rest != RTMP_REST_UNKNOWN);
    }
    for (uint32_t i = 0; i < records->note_count; i++) {
        assert_int_not_equal(records->notes[i].kind, RTMP_NOTE_LOST);
        assert_int_not_equal(records->notes[i].kind, RTMP_NOTE_ABANDONED);
    }
}

static void a_first_message_of_several_segments_is_read(void **state) {
    (void)state;
    static const uint16_t announced[] = {RTMP_DEFAULT_CHUNK_SIZE, 2048, 4096, 5500, 60000};
    static const uint32_t real[] = {128, 1024, 4096, 4500};
    static const uint32_t mss[] = {7, 100, 536, 1460, 4380};
    for (size_t a = 0; a < sizeof announced / sizeof *announced; a++)
        for (size_t r = 0; r < sizeof real / sizeof *real; r++)
            for (size_t m = 0; m < sizeof mss / sizeof *mss; m++) {
                struct session_fixture f;
                session_begin(&f);
                session_shake_hands(&f);
                read_in_segments(&f, announced[a], real[r], mss[m]);
                assert_read_in_segments(&f, announced[a], real[r]);
                assert_int_equal(recorded_size(&session_side(&f, CLIENT)->records), real[r]);
                session_end(&f);
            }
}

static void a_hole_ends_the_doubt(void **state) {
    (void)state;
    struct session_fixture f;
    struct segment s = {.len = 0};
    session_begin(&f);
    session_shake_hands(&f);
    put_video(&s, 0, 6000, 1024);
    session_feed(&f, CLIENT, s.bytes, 100);
    assert_int_not_equal(session_side(&f, CLIENT)->wire.chunks.buffer.count, 0);
    session_feed_at(&f, CLIENT, BEGIN + 110, s.bytes + 110, 500);
    assert_int_equal(session_side(&f, CLIENT)->wire.chunks.dechunk.held_at, 0);
    session_feed_at(&f, CLIENT, BEGIN + 100, s.bytes + 100, 10);
    session_end(&f);
}

/* What is held reaches up to the last segment, or nothing is: bytes were read twice, others never.
 */
static void another_message_ends_the_doubt(void **state) {
    (void)state;
    static const uint8_t audio[] = {4, 0, 0x03, 0xE8, 0, 0, 4, 8, 1, 0, 0, 0, 0xAF, 1, 0x21, 0x10};
    enum { CHUNK = RTMP_DEFAULT_CHUNK_SIZE };
    const uint8_t no_header[20] = {0xFA, 0xFA, 0xFA, 0xFA};
    struct session_fixture f;
    struct segment s = {.len = 0};
    const struct rtmp_direction *wire = &session_side(&f, CLIENT)->wire;
    session_begin(&f);
    session_shake_hands(&f);
    put_video(&s, 0, 6000, CHUNK);
    session_feed(&f, CLIENT, audio, sizeof audio);
    session_feed(&f, CLIENT, s.bytes, 12 + CHUNK);
    session_feed(&f, CLIENT, audio, sizeof audio);
    assert_int_equal(wire->chunks.dechunk.held_at, 0);
    session_feed(&f, CLIENT, s.bytes + 12 + CHUNK, 1 + CHUNK);
    session_feed(&f, CLIENT, no_header, sizeof no_header);
    assert_int_equal(wire->chunks.dechunk.position,
                     BEGIN + 2 * sizeof audio + 13 + 2 * CHUNK + sizeof no_header);
    session_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_message_of_longer_chunks_is_read),
        cmocka_unit_test(the_first_message_of_shorter_chunks_is_read),
        cmocka_unit_test(a_message_not_longer_than_announced_is_read),
        cmocka_unit_test(a_message_that_is_read_again_keeps_its_timestamp),
        cmocka_unit_test(bytes_that_are_no_chunks_are_no_reason_for_another_size),
        cmocka_unit_test(a_first_message_of_several_segments_is_read),
        cmocka_unit_test(a_hole_ends_the_doubt),
        cmocka_unit_test(another_message_ends_the_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
