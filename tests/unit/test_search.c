/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the next chunk header: what bytes of a capture hardly ever need, in the smallest form. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "direction_fixture.h"
#include "vectors.h"

/* The gap begins inside a chunk and ends where the message's last chunk ends. */
static void a_message_that_ends_with_a_gap_is_complete(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 00012C 08 01000000"); /* 300 bytes in chunks of 128 */
    feed_same(&f, 0xAF, 128);
    feed(&f, "C4");
    feed_same(&f, 0xAF, 100);
    feed_gap(&f, 28 + 1 + 44);
    feed(&f, "04 000010 000004 08 01000000 AF010203 04 000020 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[0].message.length, 300);
    assert_int_equal(f.rec.messages[0].missing, 28 + 44);
    assert_int_equal(f.rec.messages[0].chunks, 3);
    assert_int_equal(f.rec.messages[1].message.timestamp, 0x10);
    assert_int_equal(f.rec.messages[2].message.timestamp, 0x20);
    assert_int_equal(f.rec.notes[RTMP_NOTE_ABANDONED], 0);
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 0);
    fixture_end(&f);
}

/* A header with too little evidence waits for the next one. Bytes buffered before it may be dropped
 * meanwhile, which is reported once. */
static void a_header_that_waits_outlasts_the_bytes_buffered_before_it(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    f.recovery.dechunk.chunk_size = 65536;
    feed_same(&f, 0xFF, 60000); /* fmt 3 of chunk stream 63, which is not open */
    feed(&f, "FF 09 000000 007530 09 01000000 FF"); /* 30,000 bytes of video */
    feed_same(&f, 0xFF, 29997);
    assert_int_equal(f.rec.count, 0);
    feed(&f, "FFFF 04 000010 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.notes[RTMP_NOTE_SEARCHED], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 1);
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.messages[0].message.length, 30000);
    assert_int_equal(f.rec.messages[0].missing, 0);
    assert_int_equal(f.rec.messages[1].message.length, 4);
    fixture_end(&f);
}

/* The search buffer stays below its bound for any input. */
static void a_search_buffers_no_more_than_its_bound(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    for (unsigned i = 0; i < 100; i++) {
        feed_same(&f, 0xFF, 5000);
        assert_true(buffered_bytes(&f) <= RTMP_LIMIT_SEARCH_BYTES);
    }
    assert_int_equal(f.recovery.dechunk.position, 500000);
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_SEARCHED], 1);
    fixture_end(&f);
}

/* The bytes of a segment that a snapshot length left, then a gap for those it cut off. */
static void feed_cut(struct fixture *f, const char *hex, uint64_t cut) {
    feed(f, hex);
    feed_gap(f, cut);
}

/* Each segment is cut. A header that inherits its length is confirmed by the header where its
 * message ends, several gaps later. */
static void headers_confirm_each_other_over_gaps(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "02 000000 000004 01 00000000 00001000");
    feed_cut(&f, "04 000000 000401 08 01000000 7F7F7F7F", 1021);
    feed(&f, "84 000080 7F7F7F7F");
    feed_gap(&f, 1021 + 4); /* a header is missing, and all of its message */
    feed_gap(&f, 1025);
    for (int i = 0; i < 3; i++) {
        feed(&f, "C4"); /* a segment of its own */
        feed_cut(&f, "7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F", 1009);
    }
    feed(&f, "43 000000 000004 14 02000000");
    assert_int_equal(f.rec.count, 7);
    for (size_t i = 3; i < 6; i++) {
        assert_int_equal(f.rec.messages[i].message.length, 1025);
        assert_int_equal(f.rec.messages[i].missing, 1009);
    }
    assert_int_equal(f.rec.notes[RTMP_NOTE_GAP], 6);
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 1);
    fixture_end(&f);
}

/* No Set Chunk Size was seen, but the gap may contain one. The continuation header of the next long
 * message is missing too; the header behind that message is there and confirms the size. */
static void a_chunk_size_is_confirmed_over_a_gap(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 000004 08 01000000 AF010203");
    feed_gap(&f, 12);
    feed(&f, "04 000010 0000C8 08 01000000 AF010203");
    feed_gap(&f, 124 + 1 + 72);
    feed(&f, "04 000020 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[1].message.length, 200);
    assert_int_equal(f.rec.messages[1].chunks, 2);
    assert_int_equal(f.rec.messages[1].missing, 196);
    fixture_end(&f);
}

/* The last bytes before a gap are a header: no further byte can confirm it. */
static void a_header_before_a_gap_is_found(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 000064 08 01000000 AF010203");
    feed_gap(&f, 96 + 40);
    feed_cut(&f, "55555555 04 000010 000064 08 01000000", 100);
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.messages[1].message.timestamp, 0x10);
    assert_int_equal(f.rec.messages[1].missing, 100);
    assert_false(is_lost(&f));
    fixture_end(&f);
}

/* A gap larger than the search buffer, then more gaps than it can take: bytes before them are
 * dropped. */
static void gaps_count_against_the_bound_of_the_search_buffer(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    f.recovery.dechunk.chunk_size = 65536;
    feed_gap(&f, 1000000);
    assert_int_equal(buffered_bytes(&f), 0);
    for (unsigned i = 0; i < 200; i++) {
        feed_cut(&f, "FFFFFFFF", 1400);
        assert_true(buffered_bytes(&f) <= RTMP_LIMIT_SEARCH_BYTES);
    }
    feed_gap(&f, RTMP_LIMIT_SEARCH_BYTES);
    assert_int_equal(buffered_bytes(&f), 0);
    feed(&f, "04 000010 000004 08 01000000 AF010203 04 000020 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.notes[RTMP_NOTE_SEARCHED], 0);
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 1);
    fixture_end(&f);
}

/* A fmt 3 header was rejected because a gap may have changed its chunk stream, and messages were
 * skipped until one stated its length. The header behind its message proves that the inherited
 * values hold. */
static void what_a_header_inherits_is_proved_by_the_next(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "05 000000 00000A 08 01000000");
    feed_same(&f, 0x7F, 10);
    feed_gap(&f, 12);
    feed(&f, "04 000010 000004 08 01000000 AF010203 04 000020 000004 08 01000000 AF010203"
             "C5 7F7F7F7F7F7F7F7F7F7F 44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 5);
    assert_int_equal(f.rec.messages[3].message.csid, 5);
    assert_int_equal(f.rec.messages[3].message.length, 10);
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 0);
    assert_int_equal(f.rec.notes[RTMP_NOTE_RESYNCHRONIZED], 1);
    fixture_end(&f);
}

/* The first gap may contain a Set Chunk Size. Chunks of 128 bytes were assumed behind it. */
static void a_chunk_size_set_in_a_gap_is_inferred(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 000004 08 01000000 AF010203");
    feed_gap(&f, 16);
    feed(&f, "04 000010 00012C 08 01000000 AF"); /* 300 bytes in one chunk */
    feed_same(&f, 0x7F, 299);
    feed(&f, "44 000010 00012C 08 AF");
    feed_same(&f, 0x7F, 299);
    feed(&f, "44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 4);
    assert_int_equal(f.rec.messages[1].chunks, 1);
    assert_int_equal(f.rec.messages[2].chunks, 1);
    assert_int_equal(f.rec.messages[2].message.timestamp, 0x20);
    fixture_end(&f);
}

/* Sizes below the default were not tried: the message was read as one chunk with its continuation
 * headers in its body, and the next of them began a phantom. */
static void a_small_chunk_size_set_in_a_gap_is_inferred(void **state) {
    (void)state;
    static const uint8_t body[] = {0xAF, 1, 2, 3, 4, 5, 6, 7, 8};
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "02 000000 000004 02 00000000 00000009");
    feed_gap(&f, 12);
    feed(&f, "04 000010 000009 08 01000000 AF C401 C402 C403");
    feed(&f, "C404 C405 C406 C407 C408");
    feed(&f, "44 000010 000009 08 AF C401 C402 C403 C404 C405 C406 C407 C408");
    assert_int_equal(f.rec.count, 3);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(f.rec.messages[i].chunks, 9);
        assert_int_equal(f.rec.messages[i].available, sizeof body);
        assert_memory_equal(f.rec.messages[i].body, body, sizeof body);
    }
    fixture_end(&f);
}

/* Bytes that could be continuation headers of a small chunk size are payload when a header stands
 * behind the message. */
static void payload_that_looks_like_small_chunks_is_payload(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_gap(&f, 100);
    feed(&f, "04 000010 000008 08 01000000 AF01 C403 04C4 0506");
    feed(&f, "44 000010 000005 08 AF01 C403 04 44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[0].chunks, 1);
    assert_int_equal(f.rec.messages[1].chunks, 1);
    fixture_end(&f);
}

/* A Set Chunk Size that inherits its type from a header in the gap was shown with the type that its
 * chunk stream had before the gap, which has the same length. Acknowledgements repeat, so there
 * another one is likely. */
static void control_messages_are_not_known_by_their_length(void **state) {
    (void)state;
    static const struct {
        const char *before;
        size_t count;
    } cases[] = {{"02 000000 000004 02 00000000 00000009", 2},
                 {"02 000000 000004 05 00000000 00100000", 2},
                 {"02 000000 000004 03 00000000 00001000", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_begin(&f);
        feed(&f, cases[i].before);
        feed_gap(&f, 12);
        feed(&f, "C2 00002000 04 000010 000004 08 01000000 AF010203");
        feed(&f, "44 000010 000004 08 AF010203");
        assert_int_equal(f.rec.count, 1 + cases[i].count);
        assert_int_equal(f.rec.messages[f.rec.count - 1].message.timestamp, 0x20);
        fixture_end(&f);
    }
}

/* Only the first byte of a body was weighed. In a cut capture no header follows, and the header of
 * a new chunk stream had too little evidence. */
static void what_a_body_begins_with_is_evidence(void **state) {
    (void)state;
    static const char *const headers[] = {
        "7F7F7F 46 000064 000633 09 27 01 000000 00",
        "7F7F7F 46 000064 000633 09 91 6176 6331 00",
        "7F7F7F 44 0007FF 000633 08 AF 01 2132",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct fixture f;
        fixture_begin(&f);
        feed(&f, "02 000000 000004 01 00000000 00001000");
        feed_gap(&f, 100);
        feed(&f, headers[i]);
        feed_gap(&f, 1600);
        assert_int_equal(f.rec.count, 2);
        assert_int_equal(f.rec.messages[1].message.length, 0x633);
        fixture_end(&f);
    }
}

/* A header at one of ten positions needs less evidence than one among thousands. Here the captured
 * bytes of its segment end with the header. */
static void few_positions_need_less_evidence(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 000004 08 01000000 AF010203");
    feed_gap(&f, 100);
    feed(&f, "7F7F7F 44 000017 000072 08");
    feed_gap(&f, 200);
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.messages[1].message.length, 0x72);
    fixture_end(&f);
}

/* The message ends inside the gap for every possible chunk size, so the size need not be known. The
 * end was waited for, in vain. */
static void a_message_that_ends_in_a_gap_for_every_chunk_size_is_complete(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_gap(&f, 100);
    feed(&f, "03 000000 000125 12 01000000 02 000A 6F6E4D65746144617461");
    feed_gap(&f, 400);
    assert_int_equal(f.rec.count, 1);
    assert_int_equal(f.rec.messages[0].message.length, 293);
    assert_int_equal(f.rec.messages[0].missing, 293 - 13);
    fixture_end(&f);
}

/* An open message is longer than the last one of its chunk stream. Continuation headers before the
 * position where the shorter length would end were taken as evidence for a header there. */
static void continuation_headers_are_no_evidence_for_where_a_message_ends(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "02 000000 000004 01 00000000 00000080 07 000000 000258 09 01000000 27");
    feed_same(&f, 0x7F, 127);
    for (int i = 0; i < 4; i++) {
        feed(&f, "C7");
        feed_same(&f, 0x7F, i < 3 ? 128 : 88);
    }
    feed_gap(&f, 200);
    for (int i = 0; i < 8; i++) {
        feed(&f, "C7 7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F");
        feed_same(&f, 0x7F, i == 4 ? 68 : 108);
        if (i == 4) {
            feed(&f, "6E A6B0A4 A1AE8A 10 7F7F7F7F7F7F7F7F7F7F7F7F");
            feed_same(&f, 0x7F, 20);
        }
    }
    feed(&f, "04 000010 000004 08 01000000 AF010203 44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.messages[f.rec.count - 1].message.timestamp, 0x20);
    assert_int_equal(f.rec.count, 4);
    fixture_end(&f);
}

/* Payload that resembles a weak header has a length that by chance ends at a strong header. */
static void a_strong_header_is_no_proof_of_a_weak_one_that_leads_to_it(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_gap(&f, 100);
    feed(&f, "7F7F7F 4006 000010 00000A 08 7F7F7F7F7F7F7F7F7F7F"
             "04 000010 000004 08 01000000 AF010203 04 000020 000004 08 01000000 AF010203");
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.messages[0].message.csid, 4);
    assert_int_equal(f.rec.messages[0].message.timestamp, 0x10);
    fixture_end(&f);
}

/* The last message before a pause was not reported until a header followed. That it ends with its
 * segment is as much evidence. */
static void a_message_that_ends_with_its_segment_is_reported_at_once(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 00000A 08 01000000 7F7F7F7F7F7F7F7F7F7F");
    feed_gap(&f, 100);
    feed(&f, "84 000017 7F7F7F7F7F7F7F7F7F7F");
    assert_int_equal(f.rec.count, 2);
    fixture_end(&f);
}

/* A one-byte basic header behind a zero was read as a two-byte one of another chunk stream. */
static void a_zero_before_a_header_is_payload(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_gap(&f, 100);
    feed(&f, "7F7F7F00 04 000010 000004 08 01000000 AF010203 44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.rec.messages[0].message.csid, 4);
    fixture_end(&f);
}

/* Behind a gap a segment begins with a three-byte basic header, whose last byte was read as the
 * basic header of a known chunk stream. */
static void a_segment_begins_with_the_longer_header(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "03 000000 000004 14 00000000 02000161");
    feed_gap(&f, 33);
    feed(&f, "01A803 000002 000014 08 01000000 AF01AB2A01146359F29F3B76337347C3D70F04B3");
    feed(&f, "0000 000003 000014 08 01000000 AF01AEE62E75CA0B7925186BC61AFC2718E37589");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[1].message.csid, 1000);
    assert_int_equal(f.rec.messages[2].message.csid, 64);
    fixture_end(&f);
}

/* That a header stands where a segment begins was weighed only for the last two segments. */
static void the_beginning_of_an_earlier_segment_is_evidence(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 00007C 08 01000000");
    feed_same(&f, 0x7F, 124);
    feed_gap(&f, 100);
    feed(&f, "C4 7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F");
    for (int i = 0; i < 3; i++)
        feed_same(&f, 0x7F, i < 2 ? 31 : 30);
    assert_int_equal(f.rec.count, 1);
    feed(&f, "44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[1].message.length, 124);
    fixture_end(&f);
}

/* A message of several chunks was read as one, so the chunk size seemed larger than it is, and
 * smaller ones were no longer tried. */
static void a_chunk_size_inferred_too_large_is_corrected(void **state) {
    (void)state;
    static const uint32_t lengths[] = {300, 900};
    for (size_t i = 0; i < 2; i++) { /* shorter and longer than the guess */
        struct fixture f;
        fixture_begin(&f);
        feed(&f, "04 000000 000004 08 01000000 AF010203");
        f.recovery.dechunk.chunk_size_known = false;
        f.recovery.dechunk.chunk_size = f.recovery.dechunk.chunk_size_floor = 500;
        for (uint32_t n = 0; n < 8; n++) {
            char header[40];
            (void)snprintf(header, sizeof header, "44 000010 %06X 08", lengths[i]);
            feed(&f, header);
            uint32_t rest = lengths[i];
            for (; rest > 128; rest -= 128) {
                feed_same(&f, 0x7F, 128);
                feed(&f, "C4");
            }
            feed_same(&f, 0x7F, rest);
        }
        assert_in_range(f.rec.count, 1 + 7, 1 + 8);
        assert_int_equal(f.rec.messages[f.rec.count - 1].message.length, lengths[i]);
        assert_int_equal(f.recovery.dechunk.chunk_size, 128);
        assert_true(f.recovery.dechunk.chunk_size_known);
        fixture_end(&f);
    }
}

/* An unassigned type was taken for a loss of synchronisation, and the messages beside it were
 * skipped. Where chunking requires a header, one whose other fields are plausible is accepted. */
static void an_unknown_type_where_a_header_must_stand_is_a_message(void **state) {
    (void)state;
    static const uint8_t types[] = {0, 7, 10, 21, 23, 99, 255};
    for (size_t i = 0; i < sizeof types; i++) {
        struct fixture f;
        char hex[120];
        fixture_begin(&f);
        feed(&f, "03 000010 000004 14 00000000 02000161");
        (void)snprintf(hex, sizeof hex, "44 000000 00000A %02X 78787878787878787878 C3 02000162",
                       types[i]);
        feed(&f, hex); /* a chunk stream of its own, without a beginning */
        (void)snprintf(hex, sizeof hex, "43 000000 000003 %02X 787878 03 000010 000003 %02X",
                       types[i], types[i]);
        feed(&f, hex);
        feed(&f, "00000000 787878 43 000010 000004 14 02000163");
        assert_int_equal(f.rec.count, 6);
        assert_int_equal(f.rec.messages[1].message.type, types[i]);
        assert_int_equal(f.rec.messages[1].message.length, 10);
        assert_int_equal(f.rec.messages[2].message.type, 20);
        assert_int_equal(f.rec.messages[4].message.type, types[i]);
        assert_int_equal(f.rec.messages[5].message.timestamp, 0x20);
        assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 0);
        fixture_end(&f);
    }
}

/* Zeros, text, and a timestamp of hours with a length of megabytes. */
static void an_unknown_type_with_implausible_fields_is_no_header(void **state) {
    (void)state;
    static const char *const bytes[] = {
        "00000000 00000000 00000000 00000000",
        "47455420 2F66696C 65204854 54502F31",
        "46 A29F24 E88E06 CD B1D91232",
    };
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct fixture f;
        fixture_begin(&f);
        feed(&f, "03 000010 000004 14 00000000 02000161");
        feed(&f, bytes[i]);
        assert_int_equal(f.rec.count, 1);
        assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 1);
        feed(&f, "03 000010 000004 14 00000000 02000161 43 000010 000004 14 02000163");
        assert_int_equal(f.rec.count, 3);
        fixture_end(&f);
    }
}

/* Behind a gap a header of an unassigned type, made of a string and zeros, hid the header that
 * began among its bytes. */
static void a_search_ends_at_no_unknown_type(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "02 000400 000004 01 00000000 00001000 03 000010 000004 14 00000000 02000161");
    feed_gap(&f, 8);
    feed(&f, "02000B 4643556E7075626C697368 004018000000000000 05 02000461 6C6177");
    feed(&f, "43 000000 000022 14 02000C64656C65746553747265616D 00401C000000000000 05 "
             "003FF0000000000000");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[2].message.type, 20);
    assert_int_equal(f.rec.messages[2].message.length, 34);
    fixture_end(&f);
}

/* A fmt 2 header of an unknown chunk stream: its message is skipped. The last byte of that message
 * and the header behind it formed another header, which hid two messages. */
static void of_overlapping_headers_the_one_with_most_evidence_is_taken(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "02 000000 000004 01 00000000 00000080");
    feed(&f, "03 00000A 00000F 14 00000000 0200026D30 003FF0000000000000 05");
    feed(&f, "9F 00000A 0200026D30 003FF0000000000000 05");
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 1);
    feed(&f, "03 00000A 00000F 14 00000000 0200026D30 003FF0000000000000 05"
             "C3 0200026D30 003FF0000000000000 05");
    assert_int_equal(f.rec.count, 4);
    assert_int_equal(f.rec.messages[2].message.csid, 3);
    assert_int_equal(f.rec.messages[3].message.length, 15);
    fixture_end(&f);
}

/* Begun midstream: two messages, then one of 300 bytes in two chunks with 0xC4 at two positions
 * where the continuation header may stand, then two more messages. */
static void feed_cut_once(struct fixture *f, uint32_t place, uint32_t other) {
    begin_midstream(f, 0);
    feed(f, "04 000000 000004 08 01000000 AF010203 44 000010 000004 08 AF010203");
    uint8_t bytes[8 + 301 + 12] = {0x44, 0, 0, 0x10, 0, 1, 0x2C, 8, 0xAF, 1};
    memset(bytes + 10, 0x7F, 301 - 2);
    bytes[8 + place] = bytes[8 + other] = 0xC4;
    static const uint8_t next[12] = {0x44, 0, 0, 0x10, 0, 0, 4, 8, 0xAF, 1, 2, 3};
    memcpy(bytes + 8 + 301, next, sizeof next);
    feed_bytes(f, bytes, sizeof bytes);
    feed(f, "44 000010 000004 08 AF010203");
}

/* Two chunk sizes are possible. The message was skipped, and the timestamps of its chunk stream
 * were wrong behind it. */
static void a_message_of_ambiguous_chunk_size_is_passed_over(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_cut_once(&f, 157, 211);
    assert_int_equal(f.rec.count, 4);
    assert_int_equal(f.rec.messages[1].message.timestamp, 0x10);
    assert_int_equal(f.rec.messages[2].message.timestamp, 0x30);
    assert_int_equal(f.rec.messages[3].message.timestamp, 0x40);
    assert_int_equal(f.rec.notes[RTMP_NOTE_ABANDONED], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], 0);
    fixture_end(&f);
}

/* Only one chunk size is possible, though no program is known to choose it. The message was
 * skipped. */
static void the_only_possible_chunk_size_is_taken(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed_cut_once(&f, 157, 157);
    assert_int_equal(f.rec.count, 5);
    assert_int_equal(f.rec.messages[2].message.length, 300);
    assert_int_equal(f.rec.messages[2].chunks, 2);
    assert_int_equal(f.rec.messages[4].message.timestamp, 0x40);
    assert_int_equal(f.recovery.dechunk.chunk_size, 157);
    fixture_end(&f);
}

/* A message in two chunks ends at the same byte whichever of two bytes is the continuation header.
 * The first was taken for it, and the body was wrong (observed: ffmpeg, chunks of 333 bytes). */
static void of_two_possible_continuation_headers_none_is_taken(void **state) {
    (void)state;
    enum { CUT = 333, AUDIO = 363, VIDEO = 1024 };
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    feed_same(&f, 0x7F, 100);
    feed(&f, "44 000017 00016B 08");
    uint8_t audio[AUDIO + 1];
    memset(audio, 0x7F, sizeof audio);
    memcpy(audio, "\xAF\x01", 2);
    audio[201] = audio[CUT] = 0xC4;
    feed_bytes(&f, audio, sizeof audio);
    uint8_t video[VIDEO + 3];
    memset(video, 0x7F, sizeof video);
    memcpy(video, "\x27\x01\0\0", 5);
    for (size_t at = CUT; at < sizeof video; at += CUT + 1)
        video[at] = 0xC6;
    for (int turn = 0; turn < 2; turn++) {
        feed(&f, "46 000021 000400 09");
        feed_bytes(&f, video, sizeof video);
    }
    for (size_t i = 0; i < f.rec.count; i++)
        assert_int_equal(f.rec.messages[i].message.type, RTMP_MESSAGE_VIDEO);
    assert_int_equal(f.rec.count, 2);
    assert_int_equal(f.recovery.dechunk.chunk_size, CUT);
    fixture_end(&f);
}

/* Bytes that look like continuation headers at equal distances, read before the second header of
 * the true size had come: one of many sizes fits by chance (observed). */
static void one_of_many_possible_chunk_sizes_needs_more_evidence(void **state) {
    (void)state;
    enum { SIZE = 4096, CHANCE = 1301, LENGTH = 10423, SEGMENT = 5500 };
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    feed(&f, "04 000000 000004 08 01000000 AF010203 44 000010 000004 08 AF010203");
    uint8_t bytes[8 + LENGTH + 2] = {0x44, 0, 0, 0x21, 0, LENGTH >> 8, LENGTH & 0xFF, 9, 0x27, 1};
    memset(bytes + 13, 0x7F, sizeof bytes - 13);
    bytes[8 + SIZE] = bytes[8 + 2 * SIZE + 1] = 0xC4;
    for (uint32_t chunk = 1; chunk <= 4; chunk++)
        bytes[8 + chunk * (CHANCE + 1) - 1] = 0xC4;
    for (uint32_t at = 0; at < sizeof bytes; at += SEGMENT) {
        uint32_t left = (uint32_t)sizeof bytes - at;
        feed_bytes(&f, bytes + at, left < SEGMENT ? left : SEGMENT);
    }
    feed(&f, "44 000017 000004 08 AF010203 44 000017 000004 08 AF010203");
    assert_int_equal(f.rec.count, 5);
    assert_int_equal(f.rec.messages[2].message.length, LENGTH);
    assert_int_equal(f.rec.messages[2].chunks, 3);
    assert_int_equal(f.recovery.dechunk.chunk_size, SIZE);
    fixture_end(&f);
}

/* Begun midstream inside AMF, whose zeros form a header that begins before the true one. */
static void zeros_and_numbers_are_no_audio_of_stream_0(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    feed(&f, "00 0000000000000000 00 3FF0000000000000 00 4000000000000000"
             "00 4008000000000000 000009 000009");
    feed(&f, "07 000000 00005E 09 01000000 1701");
    feed_same(&f, 0x7F, 92);
    feed(&f, "46 000017 000004 09 27010203 46 000017 000004 09 27010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[0].message.type, RTMP_MESSAGE_VIDEO);
    assert_int_equal(f.rec.messages[0].message.stream_id, 1);
    fixture_end(&f);
}

/* The end of onMetaData, its last continuation header and the next message's header. */
static void the_end_of_an_object_is_no_control_message_of_another_chunk_stream(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    feed(&f, "000000000866696C6573697A650040D4FA80000000");
    feed(&f, "C400000009");
    static const char *const headers[] = {"04 000000 0000D1 08 01000000 2EFF",
                                          "44 000017 0000D1 08 2EFF", "44 000017 0000D1 08 2EFF"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        feed(&f, headers[i]);
        feed_same(&f, 0x7F, 126);
        feed(&f, "C4");
        feed_same(&f, 0x7F, 81);
    }
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[0].message.type, RTMP_MESSAGE_AUDIO);
    fixture_end(&f);
}

/* A message ends with its segment, and the next header is a segment of one byte. A payload byte
 * that looks like a continuation header, where a round chunk size would end, made the message one
 * byte longer. */
static void a_message_that_ends_with_its_segment_is_one_chunk(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    begin_midstream(&f, 0);
    uint8_t body[300];
    memset(body, 0x7F, sizeof body);
    body[0] = 0x27;
    body[1] = 1;
    body[2] = body[3] = body[4] = 0;
    body[200] = 0xC6;
    feed(&f, "06 000000 00012C 09 01000000");
    feed_bytes(&f, body, sizeof body);
    feed(&f, "C4");
    feed_same(&f, 0x91, 100); /* fmt 2, if it were a header */
    feed(&f, "46 000010 000005 09 2701000000 46 000010 000005 09 2701000000");
    assert_true(f.rec.count >= 1);
    assert_int_equal(f.rec.messages[0].message.length, 300);
    assert_int_equal(f.rec.messages[0].chunks, 1);
    fixture_end(&f);
}

/* Behind a gap a segment begins with a zero, the last byte of a message. It was read as the basic
 * header of another chunk stream, and the beginning of the body as a message stream id. */
static void a_zero_before_a_header_that_begins_a_segment_is_payload(void **state) {
    (void)state;
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "04 000000 000004 08 01000000 AF010203");
    feed_gap(&f, 100);
    feed(&f, "00 44 000010 000008 08 AF01000000000000 44 000010 000004 08 AF010203");
    assert_int_equal(f.rec.count, 3);
    assert_int_equal(f.rec.messages[1].message.csid, 4);
    assert_int_equal(f.rec.messages[1].message.length, 8);
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_type_where_a_header_must_stand_is_a_message),
        cmocka_unit_test(an_unknown_type_with_implausible_fields_is_no_header),
        cmocka_unit_test(a_search_ends_at_no_unknown_type),
        cmocka_unit_test(of_overlapping_headers_the_one_with_most_evidence_is_taken),
        cmocka_unit_test(a_segment_begins_with_the_longer_header),
        cmocka_unit_test(a_message_that_ends_with_a_gap_is_complete),
        cmocka_unit_test(a_header_that_waits_outlasts_the_bytes_buffered_before_it),
        cmocka_unit_test(a_search_buffers_no_more_than_its_bound),
        cmocka_unit_test(headers_confirm_each_other_over_gaps),
        cmocka_unit_test(a_chunk_size_is_confirmed_over_a_gap),
        cmocka_unit_test(a_header_before_a_gap_is_found),
        cmocka_unit_test(gaps_count_against_the_bound_of_the_search_buffer),
        cmocka_unit_test(what_a_header_inherits_is_proved_by_the_next),
        cmocka_unit_test(a_chunk_size_set_in_a_gap_is_inferred),
        cmocka_unit_test(a_small_chunk_size_set_in_a_gap_is_inferred),
        cmocka_unit_test(payload_that_looks_like_small_chunks_is_payload),
        cmocka_unit_test(control_messages_are_not_known_by_their_length),
        cmocka_unit_test(what_a_body_begins_with_is_evidence),
        cmocka_unit_test(few_positions_need_less_evidence),
        cmocka_unit_test(a_message_that_ends_in_a_gap_for_every_chunk_size_is_complete),
        cmocka_unit_test(continuation_headers_are_no_evidence_for_where_a_message_ends),
        cmocka_unit_test(a_strong_header_is_no_proof_of_a_weak_one_that_leads_to_it),
        cmocka_unit_test(a_message_that_ends_with_its_segment_is_reported_at_once),
        cmocka_unit_test(a_zero_before_a_header_is_payload),
        cmocka_unit_test(a_zero_before_a_header_that_begins_a_segment_is_payload),
        cmocka_unit_test(a_message_of_ambiguous_chunk_size_is_passed_over),
        cmocka_unit_test(the_only_possible_chunk_size_is_taken),
        cmocka_unit_test(of_two_possible_continuation_headers_none_is_taken),
        cmocka_unit_test(one_of_many_possible_chunk_sizes_needs_more_evidence),
        cmocka_unit_test(zeros_and_numbers_are_no_audio_of_stream_0),
        cmocka_unit_test(the_end_of_an_object_is_no_control_message_of_another_chunk_stream),
        cmocka_unit_test(a_message_that_ends_with_its_segment_is_one_chunk),
        cmocka_unit_test(the_beginning_of_an_earlier_segment_is_evidence),
        cmocka_unit_test(a_chunk_size_inferred_too_large_is_corrected),
    };
    return cmocka_run_group_tests_name("resync", tests, NULL, NULL);
}
