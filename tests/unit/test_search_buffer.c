/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/search_buffer.h"

#include <string.h>

#include "direction_fixture.h"
#include "vectors.h"

static void holes_and_segments_keep_their_places(void **state) {
    (void)state;
    struct recorder rec = recorder_new();
    struct rtmp_memory memory = recorder_memory(&rec);
    struct rtmp_search_buffer buffer = {.offset = 100};
    static const uint8_t bytes[] = {1, 2, 3, 4};
    assert_true(rtmp_search_buffer_append(&buffer, &memory, bytes, NULL, 4));
    assert_true(
        rtmp_search_buffer_append(&buffer, &memory, NULL, NULL, 3000)); /* more than at first */
    assert_true(rtmp_search_buffer_append(&buffer, &memory, bytes, NULL, 4));
    buffer.marks[2] = RTMP_MARK_SHORT;
    buffer.marks[3004] = RTMP_MARK_SEGMENT;
    assert_int_equal(rtmp_search_buffer_run(&buffer, 0), 4);
    assert_int_equal(rtmp_search_buffer_run(&buffer, 4), 3000);
    assert_int_equal(buffer.bytes[4], 0);
    assert_false(rtmp_search_buffer_misses(&buffer, 0, 4));
    assert_true(rtmp_search_buffer_misses(&buffer, 3, 2));
    assert_false(rtmp_search_buffer_misses(&buffer, 3004, 100));
    assert_int_equal(rtmp_search_buffer_missing(&buffer, 10), 6);
    assert_int_equal(rtmp_search_buffer_missing(&buffer, 3008), 3000);
    assert_int_equal(rtmp_search_buffer_next_segment(&buffer, 0, 3008), 2);
    assert_int_equal(rtmp_search_buffer_next_segment(&buffer, 3, 5000), 3004);
    assert_int_equal(rtmp_search_buffer_next_segment(&buffer, 3005, 5000), 5000);
    assert_false(rtmp_search_buffer_aligned(&buffer, 2));
    assert_true(rtmp_search_buffer_aligned(&buffer, 3004));

    rtmp_search_buffer_drop(&buffer, 3003);
    assert_int_equal(buffer.offset, 3103);
    assert_int_equal(buffer.count, 5);
    assert_int_equal(rtmp_search_buffer_missing(&buffer, 5), 1);
    assert_true(rtmp_search_buffer_misses(&buffer, 0, 1));
    assert_true(rtmp_search_buffer_aligned(&buffer, 1));

    struct rtmp_search_buffer copy;
    assert_true(rtmp_search_buffer_copy(&copy, &buffer, &memory));
    rtmp_search_buffer_free(&buffer, &memory);
    assert_int_equal(buffer.count, 0);
    assert_int_equal(copy.offset, 3103);
    assert_int_equal(rtmp_search_buffer_missing(&copy, 5), 1);
    assert_memory_equal(copy.bytes + 1, bytes, 4);
    assert_true(rtmp_search_buffer_aligned(&copy, 1));
    rtmp_search_buffer_drop(&copy, 5);
    assert_true(rtmp_search_buffer_append(&copy, &memory, bytes, NULL, 4));
    assert_int_equal(copy.offset, 3108);
    assert_int_equal(rtmp_search_buffer_missing(&copy, 4), 0);
    rtmp_search_buffer_free(&copy, &memory);
    assert_int_equal(rec.live, 0);
}

static void what_finds_no_memory_changes_nothing(void **state) {
    (void)state;
    struct recorder rec = {.fail_at = 2, .fail_on = true};
    struct rtmp_memory memory = recorder_memory(&rec);
    struct rtmp_search_buffer buffer = {.offset = 7};
    static const uint8_t bytes[] = {1, 2};
    assert_true(rtmp_search_buffer_append(&buffer, &memory, bytes, NULL, 2));
    assert_false(rtmp_search_buffer_append(&buffer, &memory, NULL, NULL, 60000));
    assert_int_equal(buffer.count, 2);
    struct rtmp_search_buffer copy;
    assert_false(rtmp_search_buffer_copy(&copy, &buffer, &memory));
    assert_null(copy.bytes);
    assert_int_equal(copy.count, 0);
    rtmp_search_buffer_free(&buffer, &memory);
    assert_int_equal(rec.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_and_segments_keep_their_places),
        cmocka_unit_test(what_finds_no_memory_changes_nothing),
    };
    return cmocka_run_group_tests_name("search_buffer", tests, NULL, NULL);
}
