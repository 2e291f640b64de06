/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#include "payload/aggregate.h"

#define TAGS_MAX 8

/* Read all tags of a body, which tile it up to the reader's position. */
struct run {
    struct rtmp_aggregate_tag tags[TAGS_MAX];
    unsigned count;
    struct rtmp_reader reader;
};

static void assert_tag_holds(const struct rtmp_aggregate_tag *tag, uint32_t pos) {
    assert_int_equal(tag->whole.pos, pos);
    assert_int_equal(tag->type_span.pos, pos);
    assert_int_equal(tag->size_span.pos, rtmp_span_end(tag->type_span));
    assert_int_equal(tag->timestamp_span.pos, rtmp_span_end(tag->size_span));
    assert_int_equal(tag->stream_id_span.pos, rtmp_span_end(tag->timestamp_span));
    assert_int_equal(tag->data.pos, rtmp_span_end(tag->stream_id_span));
    assert_true(tag->data.len <= tag->size);
    uint32_t end = rtmp_span_end(tag->data);
    if (tag->has_back_pointer) {
        assert_int_equal(tag->back_pointer_span.pos, end);
        end = rtmp_span_end(tag->back_pointer_span);
    }
    assert_int_equal(rtmp_span_end(tag->whole), end);
}

static struct run run_body(const uint8_t *bytes, size_t len, uint32_t timestamp) {
    struct run run = {.reader = rtmp_reader_over(bytes, (uint32_t)len)};
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    uint32_t pos = 0;
    rtmp_aggregate_init(&aggregate, &run.reader, timestamp);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        assert_tag_holds(&tag, pos);
        pos = rtmp_span_end(tag.whole);
        assert_int_equal(run.reader.pos, pos);
        assert_true(run.count < TAGS_MAX);
        run.tags[run.count++] = tag;
    }
    assert_int_equal(run.reader.pos, pos);
    return run;
}

static struct run run_hex(const char *hex, uint32_t timestamp) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct run whole = run_body(bytes, len, timestamp);
    for (size_t prefix = 0; prefix < len; prefix++) {
        uint8_t *copy = guarded_copy(bytes, prefix);
        (void)run_body(copy, prefix, timestamp);
        guarded_free(copy, prefix);
    }
    for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);)
        (void)run_body(m.bytes, m.len, timestamp);
    guarded_free(bytes, len);
    return whole;
}

static void assert_end(const struct run *run, unsigned count, enum rtmp_error error,
                       uint32_t left) {
    assert_int_equal(run->count, count);
    assert_int_equal(run->reader.error, error);
    assert_int_equal(rtmp_left(&run->reader), left);
}

/* Audio at 1000, video at 1040, audio at 1023: the message's own timestamp is 50000. */
#define THREE_TAGS                                                                                 \
    "08 000002 0003e8 00 000001 af01 0000000d "                                                    \
    "09 000001 000410 00 000000 27 0000000c "                                                      \
    "08 000000 0003ff 00 000000 0000000b"

static void three_tags(void **state) {
    (void)state;
    struct run run = run_hex(THREE_TAGS, 50000);
    assert_end(&run, 3, RTMP_OK, 0);
    assert_int_equal(run.tags[0].type, 8);
    assert_int_equal(run.tags[0].size, 2);
    assert_int_equal(run.tags[0].data.len, 2);
    assert_int_equal(run.tags[0].timestamp, 1000);
    assert_int_equal(run.tags[0].rebased_timestamp, 50000);
    assert_int_equal(run.tags[0].stream_id, 1);
    assert_int_equal(run.tags[0].back_pointer, 13);
    assert_int_equal(run.tags[1].type, 9);
    assert_int_equal(run.tags[1].rebased_timestamp, 50040);
    assert_int_equal(run.tags[2].size, 0);
    assert_int_equal(run.tags[2].rebased_timestamp, 50023);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(run.tags[i].remark, RTMP_OK);
}

/* Bits 24..31 follow bits 0..23; the arithmetic wraps at 2^32. */
static void timestamps_wrap(void **state) {
    (void)state;
    struct run run = run_hex("08 000000 ffffff ff 000000 0000000b "
                             "08 000000 000004 00 000000 0000000b",
                             0xFFFFFFFEU);
    assert_end(&run, 2, RTMP_OK, 0);
    assert_int_equal(run.tags[0].timestamp, 0xFFFFFFFFU);
    assert_int_equal(run.tags[0].rebased_timestamp, 0xFFFFFFFEU);
    assert_int_equal(run.tags[1].rebased_timestamp, 3);
    run = run_hex("08 000000 563412 78 000000 0000000b", 0);
    assert_int_equal(run.tags[0].timestamp, 0x78563412U);
}

static void the_last_back_pointer_may_be_missing(void **state) {
    (void)state;
    struct run run = run_hex("08 000002 000000 00 000000 af01", 0);
    assert_end(&run, 1, RTMP_OK, 0);
    assert_false(run.tags[0].has_back_pointer);
    run = run_hex("08 000002 000000 00 000000 af01 0000", 0);
    assert_end(&run, 1, RTMP_ERROR_END, 2);
    assert_false(run.tags[0].has_back_pointer);
}

static void a_wrong_back_pointer_is_a_remark(void **state) {
    (void)state;
    struct run run = run_hex("08 000000 000000 00 000000 0000000c "
                             "08 000000 000000 00 000000 0000000b",
                             0);
    assert_end(&run, 2, RTMP_OK, 0);
    assert_int_equal(run.tags[0].remark, RTMP_REMARK_BACK_POINTER);
    assert_int_equal(run.tags[1].remark, RTMP_OK);
}

static void a_size_past_the_end(void **state) {
    (void)state;
    struct run run = run_hex("08 ffffff 000000 00 000000 af01", 0);
    assert_end(&run, 1, RTMP_ERROR_LENGTH, 0);
    assert_int_equal(run.tags[0].size, 0xFFFFFF);
    assert_int_equal(run.tags[0].data.len, 2);
    assert_int_equal(run.reader.error_pos, 1);
}

static void a_header_cut_short(void **state) {
    (void)state;
    struct run run = run_hex("08 000000 000000 00 000000 0000000b 0800", 0);
    assert_end(&run, 1, RTMP_ERROR_END, 2);
    assert_end(&(struct run){.reader = run_hex("", 0).reader}, 0, RTMP_OK, 0);
}

/* 16 MB of empty tags: eleven bytes of progress each, linear. */
static void empty_tags_make_progress(void **state) {
    (void)state;
    const uint32_t len = 0xFFFFFF;
    uint8_t *bytes = calloc(len, 1);
    assert_non_null(bytes);
    struct rtmp_reader reader = rtmp_reader_over(bytes, len);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, 0);
    while (rtmp_aggregate_next(&aggregate, &tag))
        assert_int_equal(tag.remark, RTMP_REMARK_BACK_POINTER);
    assert_int_equal(aggregate.count, len / 15);
    free(bytes);
}

static void assert_summary(const char *hex, bool incomplete, const char *expected) {
    char line[64];
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_aggregate_summary(&text, rtmp_reader_over(bytes, (uint32_t)len), incomplete);
    assert_string_equal(line, expected);
    guarded_free(bytes, len);
}

static void summaries(void **state) {
    (void)state;
    assert_summary(THREE_TAGS, false, "Aggregate: 3 tags");
    assert_summary(THREE_TAGS, true, "Aggregate: 3+ tags");
    assert_summary("08 000000 000000 00 000000", false, "Aggregate: 1 tag");
    assert_summary("", false, "Aggregate: 0 tags");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_tags),
        cmocka_unit_test(timestamps_wrap),
        cmocka_unit_test(the_last_back_pointer_may_be_missing),
        cmocka_unit_test(a_wrong_back_pointer_is_a_remark),
        cmocka_unit_test(a_size_past_the_end),
        cmocka_unit_test(a_header_cut_short),
        cmocka_unit_test(empty_tags_make_progress),
        cmocka_unit_test(summaries),
    };
    return cmocka_run_group_tests_name("aggregate", tests, NULL, NULL);
}
