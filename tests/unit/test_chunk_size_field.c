/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chunk sizes as reports from the field have them: changed in a gap, never seen, or garbage. */
#include <string.h>

#include "direction_fixture.h"

/* A picture on chunk stream 6, `length` bytes that look random, and an audio message behind it. */
static void feed_picture(struct fixture *f, uint32_t timestamp, uint32_t length, uint32_t size) {
    const uint8_t header[12] = {6,
                                (uint8_t)(timestamp >> 16),
                                (uint8_t)(timestamp >> 8),
                                (uint8_t)timestamp,
                                (uint8_t)(length >> 16),
                                (uint8_t)(length >> 8),
                                (uint8_t)length,
                                9,
                                1};
    static uint8_t out[200000];
    uint32_t len = sizeof header;
    uint32_t random = length + timestamp;
    memcpy(out, header, len);
    for (uint32_t at = 0; at < length; at++) {
        if (at && at % size == 0)
            out[len++] = 0xC6;
        random = random * 1664525U + 1013904223U;
        out[len++] = at == 0 ? 0x27 : (uint8_t)(random >> 24);
    }
    feed_pieces(f, out, len, 1448);
    feed(f, "04 000020 000004 08 01000000 AF010203");
}

/* `count` pictures and as many audio messages from index `from` on, all whole. */
static void assert_pictures(const struct fixture *f, size_t from, size_t count, uint32_t length,
                            uint32_t chunks) {
    assert_int_equal(f->rec.count, from + 2 * count);
    for (size_t i = from; i < f->rec.count; i += 2) {
        const struct recorded_message *picture = &f->rec.messages[i];
        assert_int_equal(picture->message.type, 9);
        assert_int_equal(picture->message.length, length);
        assert_int_equal(picture->missing, 0);
        assert_int_equal(picture->chunks, chunks);
        assert_int_equal(f->rec.messages[i + 1].message.length, 4);
    }
}

/* scs-60000-1024, scs-1024-60000: the second Set Chunk Size is lost. */
static void a_second_chunk_size_in_a_gap(void **state) {
    (void)state;
    static const struct {
        const char *first;
        uint32_t size, chunks;
    } cases[] = {{"02 000000 000004 01 00000000 0000EA60", 1024, 3},
                 {"02 000000 000004 01 00000000 00000400", 60000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_begin(&f);
        feed(&f, cases[i].first);
        feed(&f, "04 000010 000004 08 01000000 AF010203");
        feed_gap(&f, 16);
        feed(&f, "04 000018 000004 08 01000000 AF010203");
        size_t before = f.rec.count;
        feed_picture(&f, 0x40, 3000, cases[i].size);
        feed_picture(&f, 0x80, 3000, cases[i].size);
        assert_pictures(&f, before, 2, 3000, cases[i].chunks);
        assert_int_equal(f.recovery.dechunk.chunk_size, i == 0 ? 1024 : 3000);
        fixture_end(&f);
    }
}

/* mid-60000, mid-12345: no Set Chunk Size is in the capture, pictures are longer than a search
 * buffer. */
static void pictures_longer_than_a_search_buffer(void **state) {
    (void)state;
    static const struct { uint32_t size, chunks; } cases[] = {{60000, 2}, {12345, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_begin(&f);
        f.recovery.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
        begin_midstream(&f, 0);
        for (int k = 0; k < 3; k++)
            feed(&f, "04 000010 000004 08 01000000 AF010203");
        size_t before = f.rec.count;
        assert_true(before > 0);
        feed_picture(&f, 0x40, 70000, cases[i].size);
        feed_picture(&f, 0x80, 70000, cases[i].size);
        assert_pictures(&f, before, 2, 70000, cases[i].chunks);
        fixture_end(&f);
    }
}

/* 33_length_too_big: garbage is no Set Chunk Size; 40_set_chunk_size_len5 and 15_chunk_size_top_bit
 * are. */
static void only_what_senders_write_sets_the_chunk_size(void **state) {
    (void)state;
    static const struct {
        const char *message;
        uint32_t size;
    } cases[] = {
        {"02 000000 000004 01 00000000 00002000", 0x2000},
        {"02 000000 000005 01 00000000 0000200000", 0x2000},
        {"02 000000 000004 01 00000000 80002000", 0x2000},
        {"03 000000 000004 01 00000000 00002000", 0x2000},
        {"02 000000 000004 01 01000000 00002000", 0x2000},
        {"03 000000 000004 01 07000000 00002000", 0x2000},
        {"00 B8 000000 000004 01 07000000 00002000", 0x2000},
        {"03 000000 000004 01 010233CA 00002000", 128},
        {"02 000000 000009 01 00000000 000020000000000000", 128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_begin(&f);
        feed(&f, cases[i].message);
        assert_int_equal(f.rec.count, 1);
        assert_int_equal(f.recovery.dechunk.chunk_size, cases[i].size);
        fixture_end(&f);
    }
    struct fixture f;
    fixture_begin(&f);
    feed(&f, "00 B8 000000 0000AF 01 00000000 00002000"); /* chunk stream 248 */
    assert_true(is_lost(&f));
    assert_int_equal(f.recovery.dechunk.chunk_size, 128);
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_chunk_size_in_a_gap),
        cmocka_unit_test(pictures_longer_than_a_search_buffer),
        cmocka_unit_test(only_what_senders_write_sets_the_chunk_size),
    };
    return cmocka_run_group_tests_name("chunk_size_field", tests, NULL, NULL);
}
