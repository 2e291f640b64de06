/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/search_buffer.h"

#include <string.h>

#include "direction_fixture.h"
#include "vectors.h"

static void holes_and_segments_keep_their_places(void **state) {
    (void)state;
    struct recorder rec = recorder_new();
    struct rtmp_memory memory = recorder_memory(&rec);
    struct rtmp_search_buffer held = {.offset = 100};
    static const uint8_t bytes[] = {1, 2, 3, 4};
    assert_true(rtmp_search_buffer_append(&held, &memory, bytes, NULL, 4));
    assert_true(
        rtmp_search_buffer_append(&held, &memory, NULL, NULL, 3000)); /* more than at first */
    assert_true(rtmp_search_buffer_append(&held, &memory, bytes, NULL, 4));
    held.marks[2] = RTMP_MARK_SHORT;
    held.marks[3004] = RTMP_MARK_SEGMENT;
    assert_int_equal(rtmp_search_buffer_run(&held, 0), 4);
    assert_int_equal(rtmp_search_buffer_run(&held, 4), 3000);
    assert_int_equal(held.bytes[4], 0);
    assert_false(rtmp_search_buffer_misses(&held, 0, 4));
    assert_true(rtmp_search_buffer_misses(&held, 3, 2));
    assert_false(rtmp_search_buffer_misses(&held, 3004, 100));
    assert_int_equal(rtmp_search_buffer_missing(&held, 10), 6);
    assert_int_equal(rtmp_search_buffer_missing(&held, 3008), 3000);
    assert_int_equal(rtmp_search_buffer_next_segment(&held, 0, 3008), 2);
    assert_int_equal(rtmp_search_buffer_next_segment(&held, 3, 5000), 3004);
    assert_int_equal(rtmp_search_buffer_next_segment(&held, 3005, 5000), 5000);
    assert_false(rtmp_search_buffer_aligned(&held, 2));
    assert_true(rtmp_search_buffer_aligned(&held, 3004));

    rtmp_search_buffer_drop(&held, 3003);
    assert_int_equal(held.offset, 3103);
    assert_int_equal(held.count, 5);
    assert_int_equal(rtmp_search_buffer_missing(&held, 5), 1);
    assert_true(rtmp_search_buffer_misses(&held, 0, 1));
    assert_true(rtmp_search_buffer_aligned(&held, 1));

    struct rtmp_search_buffer copy;
    assert_true(rtmp_search_buffer_copy(&copy, &held, &memory));
    rtmp_search_buffer_free(&held, &memory);
    assert_int_equal(held.count, 0);
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
    struct rtmp_search_buffer held = {.offset = 7};
    static const uint8_t bytes[] = {1, 2};
    assert_true(rtmp_search_buffer_append(&held, &memory, bytes, NULL, 2));
    assert_false(rtmp_search_buffer_append(&held, &memory, NULL, NULL, 60000));
    assert_int_equal(held.count, 2);
    struct rtmp_search_buffer copy;
    assert_false(rtmp_search_buffer_copy(&copy, &held, &memory));
    assert_null(copy.bytes);
    assert_int_equal(copy.count, 0);
    rtmp_search_buffer_free(&held, &memory);
    assert_int_equal(rec.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_and_segments_keep_their_places),
        cmocka_unit_test(what_finds_no_memory_changes_nothing),
    };
    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
