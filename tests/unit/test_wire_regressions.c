/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzzing found in the wire layer, a case each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "direction_fixture.h"
#include "vectors.h"

/* One feed holds a chunk of a message and the header of another message on the same chunk stream.
 * The fragment was reported with the values of the second message. */
static void a_fragment_of_a_replaced_message_keeps_its_values(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    f.recovery.dechunk.chunk_size = 4;
    feed(&f, "04 000001 000008 08 01000000 AF010203" /* half of 8 bytes */
             "04 000002 000002 08 01000000 AF01");
    assert_int_equal(f.rec.fragment_count, 2);
    assert_int_equal(f.rec.fragments[0].message.length, 8);
    assert_int_equal(f.rec.fragments[0].message.timestamp, 1);
    assert_int_equal(f.rec.fragments[0].message_offset, 0);
    assert_false(f.rec.fragments[0].flags & RTMP_FRAGMENT_COMPLETE);
    assert_int_equal(f.rec.fragments[1].message.length, 2);
    assert_int_equal(f.rec.fragments[1].message_offset, 16);
    assert_int_equal(f.rec.notes[RTMP_NOTE_ABANDONED], 1);
    fixture_end(&f);
}

/* A header and what might be its extended timestamp were fed before. It is payload after all, and
 * the byte behind it is no header: the rest of the bytes fed before was dropped. */
static void bytes_of_a_partial_header_are_buffered_when_synchronisation_is_lost(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 FFFFFF 000081 08 01000000 01C5C5C5"); /* 129 bytes: one is left for chunk 2 */
    uint8_t body[128] = {0xAF};
    feed_bytes(&f, body, sizeof body);
    feed(&f, "C4 01C5C5"); /* a byte of payload, then fmt 3 of an unknown chunk stream */
    feed(&f, "00");
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 1);
    assert_true(is_lost(&f));
    assert_int_equal(f.recovery.dechunk.position, 16 + 128 + 4 + 1);
    assert_int_equal(buffered_bytes(&f), 3);
    assert_int_equal(last_fragment(&f.rec)->message.length, 129);
    assert_true(last_fragment(&f.rec)->flags & RTMP_FRAGMENT_COMPLETE);
    assert_int_equal(last_fragment(&f.rec)->offset + last_fragment(&f.rec)->size, 16 + 128 + 2);
    fixture_end(&f);
}

/* The ids 64 .. 65599 fill 65536 entries. The next id below 64 got the entry of another. */
static void chunk_stream_behind_65536_others_is_its_own(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    for (uint32_t csid = 64; csid <= RTMP_LIMIT_CSID; csid++) {
        uint32_t id = csid - 64;
        uint8_t chunk[] = {1, (uint8_t)id, (uint8_t)(id >> 8), 0, 0, 0, 0, 0, 1, 8, 1, 0, 0, 0, 0};
        feed_pieces(&f, chunk, sizeof chunk, sizeof chunk);
    }
    assert_int_equal(f.recovery.dechunk.streams.count, 65536);
    feed(&f, "03 000007 000002 09 02000000 1700" /* fmt 0, then 3 */
             "C3 1701");
    assert_int_equal(f.recovery.dechunk.streams.count, 65537);
    assert_int_equal(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 3)->message.type, 9);
    assert_int_equal(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 64)->message.type, 8);
    assert_int_equal(f.rec.fragment_count, 65536 + 2);
    fixture_end(&f);
}

/* Begun midstream, a message longer than the search buffer: its chunk size cannot be inferred, and
 * the direction waited for it without end. */
static void size_that_cannot_be_inferred_is_given_up(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    for (int i = 0; i < 4; i++) /* what synchronises: short messages of two chunk streams */
        feed(&f, "04 000010 000004 08 01000000 AF010203 06 000010 000005 09 01000000 2701000000");
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 1);
    size_t before = f.rec.fragment_count;
    feed(&f, "06 000020 1F0000 09 01000000 1701000000"); /* two megabytes in one chunk */
    uint8_t body[4096];
    memset(body, 0x5A, sizeof body);
    for (uint32_t fed = 5; fed < 0x1F0000; fed += 4096)
        feed_bytes(&f, body, 0x1F0000 - fed < 4096 ? 0x1F0000 - fed : 4096);
    for (int i = 0; i < 4; i++)
        feed(&f, "04 000030 000004 08 01000000 AF010203 06 000030 000005 09 01000000 2701000000");
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 2);
    size_t fragments = f.rec.fragment_count - before;
    assert_true(fragments >= 6 && fragments <= 9);
    fixture_end(&f);
}

/* An allocation fails while the chunk size is inferred. The buffer is empty then, and nothing must
 * be inferred from it. */
static void sizing_ends_when_nothing_can_be_buffered(void **state) {
    (void)state;
    for (int fail = 0; fail < 4; fail++) {
        struct fixture f;
        fixture_begin(&f);
        begin_midstream(&f, 0);
        for (int i = 0; i < 4; i++)
            feed(&f, "04 000010 000004 08 01000000 AF010203");
        f.rec.fail_at = f.rec.allocations + fail + 1;
        f.rec.fail_on = true;
        feed(&f, "06 000020 008000 09 01000000 1701000000");
        uint8_t body[4096] = {0};
        for (int i = 0; i < 4; i++)
            feed_bytes(&f, body, sizeof body);
        assert_int_equal(f.recovery.dechunk.position, 4 * 16 + 17 + 4 * sizeof body);
        fixture_end(&f);
    }
}

/* Each loss of synchronisation marked every chunk stream: hours for a capture of megabytes. */
static void losses_cost_no_more_with_many_chunk_streams(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    for (uint32_t csid = 64; csid <= RTMP_LIMIT_CSID; csid++) {
        uint32_t id = csid - 64;
        uint8_t chunk[] = {1, (uint8_t)id, (uint8_t)(id >> 8), 0, 0, 0, 0, 0, 1, 8, 1, 0, 0, 0, 0};
        feed_pieces(&f, chunk, sizeof chunk, sizeof chunk);
    }
    assert_non_null(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 64));
    for (int i = 0; i < 20000; i++) /* no header, then two that confirm each other */
        feed(&f, "FF 04 000010 000004 08 01000000 AF010203 05 000010 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 20000);
    /* Each chunk stream broke once, then only the two in use. */
    assert_true(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 64)->untrusted);
    assert_false(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 5)->untrusted);
    fixture_end(&f);
}

/* A header that was not accepted yet created its chunk stream, without type and length. A header
 * that inherited from it then began a message of type 0. */
static void doubtful_header_makes_no_chunk_stream(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    for (int i = 0; i < 4; i++)
        feed(&f, "04 000010 000004 08 01000000 AF010203");
    assert_false(is_lost(&f));
    feed(&f, "06 000020 008000 09 01000000 1701000000"); /* where is it cut? */
    assert_true(is_lost(&f));
    assert_null(rtmp_chunk_streams_find(&f.recovery.dechunk.streams, 6));
    fixture_end(&f);
}

/* Bytes that may begin a handshake are buffered. Their positions were counted only when they were
 * read, and all offsets behind them were wrong. */
static void undecided_bytes_count(void **state) {
    (void)state;
    struct recorder rec = recorder_new();
    struct rtmp_direction direction;
    static const uint8_t doubt[] = {3, 0, 0, 3, 0xE8, 0x12, 0x34, 0x56, 0x78};
    for (int gap = 0; gap < 2; gap++) {
        direction_begin(&direction, RTMP_ROLE_CLIENT, &rec, NULL);
        direction.start_unknown = true;
        rtmp_direction_feed(&direction, doubt, 4);
        rtmp_direction_feed(&direction, doubt + 4, 5);
        assert_int_equal(direction.phase, RTMP_PHASE_UNDECIDED);
        assert_int_equal(direction.position, 9);
        static const uint8_t same[RTMP_HANDSHAKE_SIZE];
        if (gap)
            rtmp_direction_gap(&direction, sizeof same);
        else
            rtmp_direction_feed(&direction, same, sizeof same);
        assert_int_equal(direction.phase, RTMP_PHASE_CHUNKS);
        assert_int_equal(direction.position, 9 + sizeof same);
        assert_int_equal(direction.chunks.dechunk.position, 9 + sizeof same);
        rtmp_direction_destroy(&direction);
        assert_int_equal(rec.live, 0);
        recorder_clear(&rec);
    }
}

/* The verdict on a handshake is computed when first asked for: it must be the same whenever that
 * is. */
static void handshake_does_not_depend_on_when_it_is_asked_for(void **state) {
    (void)state;
    struct rtmp_handshake_second seen[2];
    for (int late = 0; late < 2; late++) {
        struct pair pair;
        pair_begin(&pair);
        uint8_t packets[RTMP_HANDSHAKE_TOTAL] = {3};
        rtmp_direction_feed(&pair.client, packets, sizeof packets); /* C2 before S1 */
        if (!late)
            seen[0] = rtmp_direction_handshake(&pair.client)->second;
        rtmp_direction_feed(&pair.server, packets, sizeof packets);
        seen[1] = rtmp_direction_handshake(&pair.client)->second;
        pair_end(&pair);
        if (late)
            assert_memory_equal(&seen[0], &seen[1], sizeof seen[0]);
    }
    assert_false(seen[1].echo_known);
}

/* The header that changed the length is in the gap. Of two messages that inherit the new length the
 * first seemed to have the old one, because both together are as long and a header follows. */
static void length_before_a_gap_is_not_that_of_two_messages(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    uint8_t body[13] = {0, 5};
    feed(&f, "03 000010 00000D 13 00000000");
    feed_bytes(&f, body, sizeof body);
    feed_gap(&f, 14); /* fmt 1, a message of 6 bytes */
    feed(&f, "C3 000500000001");
    feed(&f, "C3 000500000002");
    feed(&f, "43 000000 00000D 13 00050000000000000000000000");
    feed(&f, "43 000000 000006 13 000500000003");
    for (size_t i = 0; i < f.rec.fragment_count; i++)
        if (f.rec.fragments[i].message_offset < 25 + 14 + 14)
            assert_true(f.rec.fragments[i].message_offset == 0);
    assert_int_equal(last_fragment(&f.rec)->message.length, 6);
    fixture_end(&f);
}

/* The same with headers of their own: the second message states its length, at a position that the
 * first one would cover. */
static void length_before_a_gap_is_not_that_of_a_message_and_the_next(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    uint8_t body[52] = {0x27, 1};
    feed(&f, "06 000000 000034 09 01000000"); /* 52 bytes */
    feed_bytes(&f, body, sizeof body);
    feed_gap(&f, 29); /* fmt 1, a message of 21 bytes */
    feed(&f, "86 000028 2701000000 0102030405060708090A0B0C0D0E0F10"
             "46 000014 000017 09 2701000000 0102030405060708090A0B0C0D0E0F101112");
    feed(&f, "46 000017 000015 09 2701000000 0102030405060708090A0B0C0D0E0F10");
    for (size_t i = 0; i < f.rec.fragment_count; i++)
        assert_true(f.rec.fragments[i].message_offset == 0 ||
                    f.rec.fragments[i].message.length != 52);
    assert_int_equal(last_fragment(&f.rec)->message.length, 21);
    fixture_end(&f);
}

/* Begun midstream, audio continues with fmt 3 on a chunk stream whose length is unknown. Each video
 * message has a header of its own; that the unknown chunk stream followed it was taken as proof
 * against it. */
static void a_header_before_an_unknown_chunk_stream_is_found(void **state) {
    (void)state;
    static const char *const video[] = {"06 000064 000064 09 01000000 17", "46 000028 000064 09 27",
                                        "46 000028 000064 09 27"};
    struct fixture f;
    uint8_t body[99];
    uint8_t audio[51];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)((seed = seed * 1664525U + 1013904223U) >> 24);
    memcpy(audio + 1, body, sizeof audio - 1);
    audio[0] = 0xC4;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t len;
        uint8_t *header = guarded_hex(video[i], &len);
        uint8_t bytes[sizeof audio + 13 + sizeof body + sizeof audio];
        memcpy(bytes, audio, sizeof audio);
        memcpy(bytes + sizeof audio, header, len);
        memcpy(bytes + sizeof audio + len, body, sizeof body);
        memcpy(bytes + sizeof audio + len + sizeof body, audio, sizeof audio);
        uint32_t skip = i == 0 ? sizeof audio : 0; /* the first is a segment of its own */
        feed_bytes(&f, bytes + skip, (uint32_t)(sizeof bytes - 13 + len) - 2 * skip);
        guarded_free(header, len);
    }
    size_t complete = 0;
    for (size_t i = 0; i < f.rec.fragment_count; i++) {
        assert_int_equal(f.rec.fragments[i].message.csid, 6);
        complete += (f.rec.fragments[i].flags & RTMP_FRAGMENT_COMPLETE) != 0;
    }
    assert_int_equal(complete, 3);
    assert_int_equal(f.recovery.dechunk.orphan_csid, 4);
    fixture_end(&f);
}

/* Behind a header to be proved follow twelve that begin messages, each on its own chunk stream: one
 * more than a probe records. It wrote behind its table. */
static void a_probe_over_many_chunk_streams_stays_in_its_table(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "03 000010 000001 08 01000000 AF");
    feed_gap(&f, 5);
    feed(&f, "04 000010 000004 08 01000000 AF010203 04 000020 000004 08 01000000 AF010203");
    char hex[3 + 14 * 21] = "C3AF";
    for (int i = 0; i < 14; i++) /* deltas of a quarter of an hour: weak evidence */
        (void)snprintf(hex + 4 + i * 20, 21, "40%02X0F000000000108AF", i);
    feed(&f, hex);
    assert_false(is_lost(&f));
    assert_int_equal(last_fragment(&f.rec)->message.csid, 64 + 13);
    fixture_end(&f);
}

/* Zeros in AAC form a plausible message stream id. The bytes before them were taken for a header of
 * 10 MiB on a new chunk stream, which hid the messages behind it (observed: ffmpeg, when a segment
 * with only a header was lost). */
static void an_implausible_length_is_evidence_against_a_header(void **state) {
    (void)state;
    struct fixture f;
    uint8_t lost[352 + 28]; /* of a message whose header is missing */
    size_t len;
    uint8_t *seeming =
        guarded_hex("35 97695C A2A820 08 28000000 000000000000000000000000000000E0", &len);
    memset(lost, 0xFF, 352);
    memcpy(lost + 352, seeming, len);
    guarded_free(seeming, len);
    fixture_begin(&f);
    feed(&f, "02 000000 000004 01 00000000 0000014D"
             "04 000010 000004 08 01000000 AF010203 06 000010 000006 09 01000000 270100002801");
    feed_gap(&f, 8);
    feed_bytes(&f, lost, sizeof lost);
    feed(&f, "46 000028 000006 09 270100002802");
    feed(&f, "46 000028 000006 09 270100002803");
    for (size_t i = 0; i < f.rec.fragment_count; i++)
        assert_true(f.rec.fragments[i].message.csid <= 6);
    assert_int_equal(f.rec.fragment_count, 3 + 2);
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_before_an_unknown_chunk_stream_is_found),
        cmocka_unit_test(a_probe_over_many_chunk_streams_stays_in_its_table),
        cmocka_unit_test(a_fragment_of_a_replaced_message_keeps_its_values),
        cmocka_unit_test(bytes_of_a_partial_header_are_buffered_when_synchronisation_is_lost),
        cmocka_unit_test(chunk_stream_behind_65536_others_is_its_own),
        cmocka_unit_test(size_that_cannot_be_inferred_is_given_up),
        cmocka_unit_test(sizing_ends_when_nothing_can_be_buffered),
        cmocka_unit_test(doubtful_header_makes_no_chunk_stream),
        cmocka_unit_test(undecided_bytes_count),
        cmocka_unit_test(handshake_does_not_depend_on_when_it_is_asked_for),
        cmocka_unit_test(an_implausible_length_is_evidence_against_a_header),
        cmocka_unit_test(length_before_a_gap_is_not_that_of_two_messages),
        cmocka_unit_test(length_before_a_gap_is_not_that_of_a_message_and_the_next),
        cmocka_unit_test(losses_cost_no_more_with_many_chunk_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
