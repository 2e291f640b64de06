/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of one direction: written once, in order, found by frame, offset and index. */
#include "session/record.h"

#include <stdlib.h>
#include <string.h>

#include "direction_fixture.h"
#include "vectors.h"

static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_records records;

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    records = (struct rtmp_records){.memory = &memory};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_records_destroy(&records);
    assert_int_equal(rec.live, 0);
    return 0;
}

/* A segment of a frame with so many fragments, numbered in the capture by their timestamps. */
static uint32_t numbered;

static void add_segment(uint32_t frame, uint64_t offset, uint32_t fragments) {
    struct rtmp_segment_record *segment = rtmp_records_open_segment(&records);
    assert_non_null(segment);
    segment->frame = frame;
    rtmp_segment_set_offset(segment, offset);
    for (uint32_t i = 0; i < fragments; i++) {
        struct rtmp_fragment_record *fragment = rtmp_records_add_fragment(&records);
        assert_non_null(fragment);
        *fragment = (struct rtmp_fragment_record){.timestamp = numbered++};
    }
    rtmp_records_close_segment(&records, &records.segments[records.segment_count - 1]);
}

/* ---- fragments ---- */

/* Few, many, none: those of a segment follow each other, and their indices only grow. */
static void fragments_are_found_by_segment_and_index(void **state) {
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 5, 0, 127, 128, 129, 3, 0, 1000, 1, 60, 61, 62, 63};
    enum { COUNTS = sizeof counts / sizeof *counts };
    numbered = 0;
    for (uint32_t i = 0; i < 4 * COUNTS; i++)
        add_segment(i, i, counts[i % COUNTS]);
    uint32_t number = 0;
    uint32_t behind = 0;
    for (uint32_t i = 0; i < 4 * COUNTS; i++) {
        const struct rtmp_segment_record *segment = &records.segments[i];
        const struct rtmp_fragment_record *first = rtmp_records_fragments(&records, segment);
        assert_int_equal(segment->fragment_count, counts[i % COUNTS]);
        assert_int_equal(first != NULL, segment->fragment_count > 0);
        assert_true(segment->first_fragment >= behind);
        behind = segment->first_fragment + segment->fragment_count;
        for (uint32_t k = 0; k < segment->fragment_count; k++) {
            uint32_t index = segment->first_fragment + k;
            assert_int_equal(first[k].timestamp, number++);
            assert_ptr_equal(rtmp_records_fragment(&records, index), &first[k]);
            assert_int_equal(rtmp_records_segment_of(&records, index), i);
        }
    }
    assert_int_equal(number, numbered);
}

/* What a message of one fragment costs, in memory that is touched. */
static void a_message_costs_little(void **state) {
    (void)state;
    enum { MESSAGES = 100000 };
    for (uint32_t i = 0; i < MESSAGES; i++)
        add_segment(i, i, 1);
    size_t touched = MESSAGES * (sizeof *records.segments + sizeof(struct rtmp_fragment_record)) +
                     records.block_count * sizeof *records.blocks;
    assert_in_range(touched / MESSAGES, 1, 56);
}

static void a_block_that_cannot_be_had_loses_only_its_fragment(void **state) {
    (void)state;
    numbered = 0;
    add_segment(1, 0, 4);
    struct rtmp_segment_record *segment = rtmp_records_open_segment(&records);
    segment->frame = 2;
    rec.fail_at = rec.allocations + 1;
    assert_null(rtmp_records_add_fragment(&records));
    rec.fail_at = -1;
    struct rtmp_fragment_record *fragment = rtmp_records_add_fragment(&records);
    *fragment = (struct rtmp_fragment_record){.timestamp = 77};
    rtmp_records_close_segment(&records, &records.segments[records.segment_count - 1]);
    assert_int_equal(records.segments[1].fragment_count, 1);
    assert_int_equal(rtmp_records_fragments(&records, &records.segments[1])->timestamp, 77);
}

/* Without a record for the segment nothing is recorded, and the next one is as ever. */
static void a_segment_that_cannot_be_had_has_no_fragments(void **state) {
    (void)state;
    numbered = 0;
    for (uint32_t i = 0; i < 4; i++)
        add_segment(i, i, 1);
    rec.fail_at = rec.allocations + 1;
    assert_null(rtmp_records_open_segment(&records));
    rec.fail_at = -1;
    assert_null(rtmp_records_add_fragment(&records));
    add_segment(9, 9, 2);
    assert_int_equal(records.segment_count, 5);
    assert_int_equal(records.segments[4].fragment_count, 2);
    assert_int_equal(rtmp_records_fragments(&records, &records.segments[4])[1].timestamp, 5);
}

/* ---- frames and offsets ---- */

static void segments_are_found_by_frame(void **state) {
    (void)state;
    bool several;
    add_segment(3, 0, 1);
    add_segment(5, 10, 1);
    add_segment(5, 20, 1);
    add_segment(5, 30, 1);
    add_segment(8, 40, 1);
    assert_int_equal(rtmp_records_find_frame(&records, 3, &several), 0);
    assert_false(several);
    uint32_t first = rtmp_records_find_frame(&records, 5, &several);
    assert_int_equal(first, 1);
    assert_true(several);
    for (uint32_t i = 0; i < 3; i++) {
        const struct rtmp_segment_record *segment = rtmp_records_segment(&records, first + i, 5);
        assert_ptr_equal(segment, &records.segments[first + i]);
        assert_int_equal(rtmp_records_begins_frame(&records, segment), i == 0);
    }
    assert_null(rtmp_records_segment(&records, first + 3, 5));
    static const uint32_t others[] = {0, 4, 6, 9, UINT32_MAX};
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(rtmp_records_segment(
            &records, rtmp_records_find_frame(&records, others[i], &several), others[i]));
}

/* A read filter takes frames out: the number is that of the next one that stays. */
static void a_frame_that_was_taken_away_is_not_found(void **state) {
    (void)state;
    bool several;
    add_segment(3, 0, 1);
    add_segment(4, 10, 1);
    add_segment(4, 20, 1);
    rtmp_records_drop_frame(&records, 4);
    add_segment(4, 30, 1);
    rtmp_records_drop_frame(&records, 4);
    add_segment(4, 40, 1);
    add_segment(4, 50, 1);
    assert_int_equal(rtmp_records_find_frame(&records, 4, &several), 4);
    assert_true(several);
    assert_true(rtmp_records_begins_frame(&records, &records.segments[4]));
    assert_false(rtmp_records_begins_frame(&records, &records.segments[5]));
    struct rtmp_reassembly *reassembly = rtmp_records_add_reassembly(&records);
    *reassembly = (struct rtmp_reassembly){.first = 1, .completed_segment = 4};
    const struct rtmp_fragment_record fragment = {.reassembly = 1};
    assert_int_equal(rtmp_records_completed_in(&records, &fragment), 0);
    records.reassemblies[0].completed_segment = 5;
    assert_int_equal(rtmp_records_completed_in(&records, &fragment), 4);
}

static void segments_are_found_by_offset(void **state) {
    (void)state;
    assert_int_equal(rtmp_records_segment_at(&records, 0), 0);
    add_segment(1, 100, 1);
    add_segment(2, 200, 1);
    add_segment(3, 200, 0); /* nothing new */
    add_segment(4, 300, 1);
    static const struct {
        uint64_t offset;
        uint32_t found;
    } cases[] = {{0, 0},   {99, 0},  {100, 1}, {199, 1},
                 {200, 3}, {299, 3}, {300, 4}, {RTMP_SEGMENT_OFFSET_MAX, 4}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rtmp_records_segment_at(&records, cases[i].offset), cases[i].found);
}

static void notes_are_found_by_segment(void **state) {
    (void)state;
    const struct rtmp_note_record *notes = NULL;
    for (uint32_t i = 0; i < 4; i++)
        add_segment(i, i, 0);
    assert_int_equal(rtmp_records_notes_of(&records, &records.segments[0], &notes), 0);
    static const uint32_t segments[] = {1, 1, 3};
    for (uint32_t i = 0; i < 3; i++)
        *rtmp_records_add_note(&records) =
            (struct rtmp_note_record){.segment = segments[i], .count = i};
    static const uint32_t counts[] = {0, 2, 0, 1};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(rtmp_records_notes_of(&records, &records.segments[i], &notes), counts[i]);
    assert_int_equal(notes[0].count, 2);
}

/* ---- facts ---- */

/* Messages of a segment move to another block while it is open, and their facts with them. */
static void facts_stay_with_their_messages(void **state) {
    (void)state;
    enum { MESSAGES = 700 };
    numbered = 0;
    add_segment(1, 0, 3);
    struct rtmp_segment_record *segment = rtmp_records_open_segment(&records);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct rtmp_fragment_record *message = rtmp_records_add_fragment(&records);
        *message = (struct rtmp_fragment_record){.timestamp = i};
        if (i % 3 == 0) {
            struct rtmp_facts_record *facts = rtmp_records_add_facts(&records, message);
            assert_non_null(facts);
            facts->name = (i + 1) & RTMP_FACTS_NAME_MAX;
            facts->reply_kind = RTMP_REPLY_ANOTHER;
            facts->is_answer = i % 2;
        }
        if (i % 5 == 0) {
            message->type = RTMP_MESSAGE_VIDEO;
            const struct rtmp_decoder_configs configs = {.version = 1 + i / 5 % 2};
            assert_true(rtmp_records_note_configs(&records, &configs));
        }
    }
    segment = &records.segments[1];
    rtmp_records_close_segment(&records, &records.segments[records.segment_count - 1]);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint32_t index = segment->first_fragment + i;
        struct rtmp_message_facts facts =
            rtmp_records_facts(&records, index, rtmp_records_fragment(&records, index));
        if (i % 3)
            assert_null(facts.call);
        else
            assert_int_equal(facts.call->name, i + 1);
        bool is_answer = i % 3 == 0 && i % 2;
        assert_int_equal(facts.reply_kind, is_answer ? RTMP_REPLY_ANOTHER : RTMP_REPLY_UNKNOWN);
        if (i % 5)
            assert_null(facts.decoder_configs);
        else
            assert_int_equal(facts.decoder_configs->version, 1 + i / 5 % 2);
    }
    assert_int_equal(records.configs_count, 2);
}

/* Facts and links of the segment that is being read name its messages by index. */
static void a_fragment_keeps_its_index_while_its_segment_grows(void **state) {
    (void)state;
    for (uint32_t before = 0; before < 3 * RTMP_FRAGMENT_BLOCK; before += 17) {
        add_segment(before, before, before);
        assert_non_null(rtmp_records_open_segment(&records));
        for (uint32_t i = 0; i < 3 * RTMP_FRAGMENT_BLOCK; i++) {
            struct rtmp_fragment_record *fragment = rtmp_records_add_fragment(&records);
            assert_non_null(fragment);
            *fragment = (struct rtmp_fragment_record){.timestamp = i};
            uint32_t first = records.segments[records.segment_count - 1].first_fragment;
            assert_int_equal(rtmp_records_next_index(&records) - 1, first + i);
            assert_int_equal(rtmp_records_fragment(&records, first)->timestamp, 0);
            assert_ptr_equal(rtmp_records_fragment(&records, first + i), fragment);
        }
        rtmp_records_close_segment(&records, &records.segments[records.segment_count - 1]);
    }
}

/* A table that cannot be kept is not taken for the one before. */
static void a_table_without_memory_is_refused(void **state) {
    (void)state;
    const struct rtmp_decoder_configs first = {.version = 5};
    const struct rtmp_decoder_configs second = {.version = 6};
    const struct rtmp_decoder_configs none = {.version = 0};
    add_segment(1, 0, 1);
    assert_true(rtmp_records_note_configs(&records, &none));
    assert_int_equal(records.config_change_count, 0);
    assert_true(rtmp_records_note_configs(&records, &first));
    while (records.configs_count < records.configs_capacity)
        assert_true(rtmp_records_note_configs(
            &records, &(struct rtmp_decoder_configs){.version = 10 + records.configs_count}));
    rec.fail_at = rec.allocations + 1;
    assert_false(rtmp_records_note_configs(&records, &second));
    assert_true(rtmp_records_note_configs(&records, &second));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(fragments_are_found_by_segment_and_index),
        TEST(a_message_costs_little),
        TEST(a_block_that_cannot_be_had_loses_only_its_fragment),
        TEST(a_segment_that_cannot_be_had_has_no_fragments),
        TEST(segments_are_found_by_frame),
        TEST(a_frame_that_was_taken_away_is_not_found),
        TEST(segments_are_found_by_offset),
        TEST(notes_are_found_by_segment),
        TEST(facts_stay_with_their_messages),
        TEST(a_fragment_keeps_its_index_while_its_segment_grows),
        TEST(a_table_without_memory_is_refused),
    };
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
