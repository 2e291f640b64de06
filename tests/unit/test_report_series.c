/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points of charts and steps of bit rates: bounded, and no peak is lost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"
#include "direction_fixture.h"
#include "export/report/rate.h"
#include "export/report/series.h"

static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_series series;
static struct rtmp_rate rate;

static const int64_t ms = 1000000;

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    series = (struct rtmp_series){.count = 0};
    rate = (struct rtmp_rate){.count = 0};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_series_destroy(&series, &memory);
    rtmp_rate_destroy(&rate, &memory);
    assert_int_equal(rec.live, 0);
    return 0;
}

/* A message; gaps and A/V offsets are unknown. */
static bool add_point(uint32_t frame, int64_t time_ms, double skew, double step) {
    const struct rtmp_series_point point = {
        .time = time_ms * ms, .frame = frame, .length = frame, .value = {skew, NAN, step, NAN}};
    return rtmp_series_add(&series, &memory, &point);
}

static bool has_frame(uint32_t frame) {
    for (uint32_t i = 0; i < series.count; i++)
        if (series.point[i].frame == frame)
            return true;
    return false;
}

static void assert_in_order(void) {
    for (uint32_t i = 1; i < series.count; i++)
        assert_true(series.point[i - 1].frame < series.point[i].frame);
}

static void few_messages_remain_whole(void **state) {
    (void)state;
    for (uint32_t i = 0; i < RTMP_LIMIT_REPORT_UNTHINNED; i++)
        assert_true(add_point(i, i, i % 7, 1));
    assert_int_equal(series.count, RTMP_LIMIT_REPORT_UNTHINNED);
    assert_int_equal(rtmp_series_width(&series), 0);
}

static void of_many_each_peak_remains(void **state) {
    (void)state;
    enum { COUNT = 200000, PEAK = 123457, DIP = 77777, JUMP = 199990 };
    for (uint32_t i = 0; i < COUNT; i++)
        add_point(i, (int64_t)i * 10,
                  i == PEAK  ? 900
                  : i == DIP ? -900.0
                             : i % 13,
                  i == JUMP ? 5000 : 10);
    assert_int_equal(series.messages, COUNT);
    assert_true(series.buckets <= RTMP_LIMIT_REPORT_BUCKETS);
    assert_true(series.buckets > RTMP_LIMIT_REPORT_BUCKETS / 2 - 1);
    assert_int_equal(rtmp_series_width(&series), 2048);
    assert_true(has_frame(0));
    assert_true(has_frame(PEAK));
    assert_true(has_frame(DIP));
    assert_true(has_frame(JUMP));
    assert_in_order();
}

/* The same buckets, whether they are made at once or grow: what remains is the same. */
static void buckets_that_grow_are_those_made_at_once(void **state) {
    (void)state;
    enum { COUNT = 30000, WIDTH = 512 };
    uint32_t seed = 1;
    static double skew[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        seed = seed * 1664525 + 1013904223;
        skew[i] = seed >> 16;
        add_point(i, (int64_t)i * 10, skew[i], NAN);
    }
    assert_int_equal(rtmp_series_width(&series), WIDTH);
    for (uint32_t first = 0, i = 0; i <= COUNT; i++) {
        if (i < COUNT && i * 10 / WIDTH == first * 10 / WIDTH)
            continue;
        uint32_t least = first;
        uint32_t greatest = first;
        for (uint32_t j = first; j < i; j++) {
            least = skew[j] < skew[least] ? j : least;
            greatest = skew[j] > skew[greatest] ? j : greatest;
        }
        assert_true(has_frame(first));
        assert_true(has_frame(least));
        assert_true(has_frame(greatest));
        first = i;
    }
    assert_true(series.count <= 3 * series.buckets);
}

static void many_messages_at_one_time_are_one_bucket(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 100000; i++)
        add_point(i, 0, i == 4321 ? 1 : 0, NAN);
    assert_true(has_frame(4321));
    assert_true(series.count < 40);
}

static void time_that_runs_backwards_or_is_absurd_is_bounded(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        const struct rtmp_series_point point = {.time = i % 3 == 0   ? INT64_MIN
                                                        : i % 3 == 1 ? INT64_MAX
                                                                     : (int64_t)i * ms,
                                                .frame = i,
                                                .value = {NAN, NAN, NAN, NAN}};
        assert_true(rtmp_series_add(&series, &memory, &point));
        assert_true(rtmp_rate_add(&rate, &memory, point.time, 1));
    }
    assert_true(series.count <= 9 * RTMP_LIMIT_REPORT_BUCKETS + 40);
    assert_true(rate.count <= RTMP_LIMIT_REPORT_STEPS);
}

static void thinning_once_more_halves_the_buckets(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        add_point(i, i, i, NAN);
    rtmp_series_thin(&series, 100);
    assert_true(series.buckets <= 100);
    assert_int_equal(rtmp_series_width(&series), 16);
    assert_true(has_frame(999));
    rtmp_series_thin(&series, 1);
    assert_int_equal(series.buckets, 1);
    assert_true(has_frame(999));
    assert_int_equal(series.messages, 1000);
}

static void without_memory_points_are_left_out(void **state) {
    (void)state;
    rec.fail_at = rec.allocations;
    rec.fail_on = true;
    assert_false(add_point(1, 0, 0, 0));
    assert_false(rtmp_rate_add(&rate, &memory, 0, 10));
    rec.fail_at = -1;
    rec.fail_on = false;
    assert_true(add_point(2, 0, 0, 0));
    assert_int_equal(series.count, 1);
    assert_int_equal(series.messages, 2);
}

/* ---- bit rates ---- */

static void a_rate_keeps_the_sum_of_all_bytes(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(rtmp_rate_add(&rate, &memory, (int64_t)i * 50 * ms, i % 1000));
    for (uint32_t i = 0; i < rate.count; i++)
        sum += rate.bytes[i];
    assert_int_equal(sum, UINT64_C(100) * 499500);
    assert_true(rate.count <= RTMP_LIMIT_REPORT_STEPS);
    assert_true(rate.count > RTMP_LIMIT_REPORT_STEPS / 2);
    assert_int_equal(rtmp_rate_step(&rate), 1600 * ms);
}

static void a_step_is_a_tenth_of_a_second_at_first(void **state) {
    (void)state;
    rtmp_rate_add(&rate, &memory, 1000 * ms, 5);
    rtmp_rate_add(&rate, &memory, 1099 * ms, 6);
    rtmp_rate_add(&rate, &memory, 1300 * ms, 7);
    rtmp_rate_add(&rate, &memory, 900 * ms, 8); /* before the first: in it */
    assert_int_equal(rate.count, 4);
    assert_int_equal(rate.bytes[0], 19);
    assert_int_equal(rate.bytes[1], 0);
    assert_int_equal(rate.bytes[3], 7);
    rtmp_rate_halve(&rate);
    assert_int_equal(rate.count, 2);
    assert_int_equal(rate.bytes[1], 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(few_messages_remain_whole),
        TEST(of_many_each_peak_remains),
        TEST(buckets_that_grow_are_those_made_at_once),
        TEST(many_messages_at_one_time_are_one_bucket),
        TEST(time_that_runs_backwards_or_is_absurd_is_bounded),
        TEST(thinning_once_more_halves_the_buckets),
        TEST(without_memory_points_are_left_out),
        TEST(a_rate_keeps_the_sum_of_all_bytes),
        TEST(a_step_is_a_tenth_of_a_second_at_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
