/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a gap explains what is wrong behind it. */
#include <string.h>

#include "direction_fixture.h"

#define AUDIO   "04 000010 000004 08 01000000 AF010203"
#define GARBAGE "3E FFFFF0 FFFFF0 F0 F0F0F0F0 3E3E3E3E3E3E" /* fmt 0 of an unassigned type */

static struct fixture f;

static int begin(void **state) {
    (void)state;
    fixture_begin(&f);
    return 0;
}

static int end(void **state) {
    (void)state;
    fixture_end(&f);
    return 0;
}

static void feed_audio(unsigned count) {
    for (unsigned i = 0; i < count; i++)
        feed(&f, AUDIO);
}

/* Synchronisation was lost so often, and so often a gap explains it. */
static void assert_lost(size_t times, size_t behind_gap) {
    assert_int_equal(f.rec.notes[RTMP_NOTE_LOST], times);
    assert_int_equal(f.rec.noted[RTMP_NOTE_LOST], behind_gap);
}

static void garbage_soon_behind_a_gap_is_explained(void **state) {
    (void)state;
    feed_audio(1);
    feed_gap(&f, 100);
    feed_audio(4);
    feed(&f, GARBAGE);
    assert_lost(1, 1);
}

static void garbage_long_behind_a_gap_is_not(void **state) {
    (void)state;
    feed_audio(1);
    feed_gap(&f, 100);
    feed_audio((1U << 20) / 16 + 1);
    feed(&f, GARBAGE);
    assert_lost(1, 0);
    feed_audio(4);
    feed(&f, GARBAGE);
    assert_lost(2, 0);
    feed_gap(&f, 100); /* a new one */
    feed_audio(4);
    feed(&f, GARBAGE);
    assert_lost(3, 1);
}

static void garbage_without_a_gap_is_not_explained(void **state) {
    (void)state;
    feed_audio(1);
    feed(&f, GARBAGE);
    assert_lost(1, 0);
}

/* It hides the header that began the chunk stream, however seldom that is used. */
static void a_chunk_stream_that_began_in_a_gap_is_explained(void **state) {
    (void)state;
    feed_audio(1);
    feed_gap(&f, 100);
    feed_audio((1U << 20) / 16 + 1);
    feed(&f, "85 000010 AF010203");
    assert_lost(1, 1);
}

/* Two pictures in chunks of 4096 bytes, though 128 holds. */
static void feed_pictures(void) {
    for (unsigned i = 0; i < 2; i++) {
        feed(&f, "06 000010 002000 09 01000000");
        feed_same(&f, 0x27, 4096);
        feed(&f, "C6");
        feed_same(&f, 0x27, 4096);
        feed_audio(1);
    }
}

/* A Set Chunk Size may be in the gap until the size is known again, however much is read: short
 * messages say nothing of it. */
static void a_gap_explains_the_chunk_size_until_it_is_known(void **state) {
    (void)state;
    feed_audio(1);
    feed_gap(&f, 100);
    feed_audio((1U << 20) / 16 + 1);
    feed_pictures();
    assert_int_equal(f.rec.notes[RTMP_NOTE_CHUNK_SIZE], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_CHUNKS_UNANNOUNCED], 0);
}

/* A Set Chunk Size whose header inherits from one in the gap is skipped: it was announced. */
static void a_chunk_size_behind_a_header_in_a_gap_is_announced(void **state) {
    (void)state;
    feed(&f, "02 000000 000004 01 00000000 00001000");
    feed_gap(&f, 100);
    feed_pictures(); /* the size is known again */
    assert_true(f.recovery.dechunk.chunk_size_known);
    feed(&f, "C3 00000800"); /* on a chunk stream that began in the gap */
    feed(&f, "06 000020 001000 09 01000000");
    feed_same(&f, 0x27, 2048);
    feed(&f, "C6");
    feed_same(&f, 0x27, 2048);
    feed_audio(4);
    assert_lost(1, 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_CHUNK_SIZE], 1);
    assert_int_equal(f.rec.notes[RTMP_NOTE_CHUNKS_UNANNOUNCED], 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(garbage_soon_behind_a_gap_is_explained),
        TEST(garbage_long_behind_a_gap_is_not),
        TEST(garbage_without_a_gap_is_not_explained),
        TEST(a_chunk_stream_that_began_in_a_gap_is_explained),
        TEST(a_gap_explains_the_chunk_size_until_it_is_known),
        TEST(a_chunk_size_behind_a_header_in_a_gap_is_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
