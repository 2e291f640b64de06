/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Totals of a stream: rates of coded media over timestamps, key frames, the first one's delay. */
#include "export/stream_totals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct rtmp_stream_totals totals;

static int begin(void **state) {
    (void)state;
    totals = (struct rtmp_stream_totals){.key_frames = 0};
    return 0;
}

static void add_media(uint8_t type, uint32_t timestamp, uint32_t length,
                      struct rtmp_media_info media) {
    const struct rtmp_message_record record = {
        .message = {.type = type, .timestamp = timestamp, .length = length},
        .time = (int64_t)timestamp * 1000000,
    };
    rtmp_stream_totals_add(&totals, &record, &media, false);
}

static void add_video(uint32_t timestamp, uint32_t length, uint8_t frame_type) {
    add_media(RTMP_MESSAGE_VIDEO, timestamp, length,
              (struct rtmp_media_info){
                  .kind = RTMP_MEDIA_FRAME, .codec = RTMP_CODEC_H264, .frame_type = frame_type});
}

static void add_config(uint32_t timestamp) {
    add_media(
        RTMP_MESSAGE_VIDEO, timestamp, 40,
        (struct rtmp_media_info){
            .kind = RTMP_MEDIA_CONFIG, .codec = RTMP_CODEC_H264, .width = 640, .height = 360});
}

static void add_command(unsigned direction, int64_t time) {
    const struct rtmp_message_record record = {
        .direction = direction, .message = {.type = RTMP_MESSAGE_COMMAND_AMF0}, .time = time};
    rtmp_stream_totals_add(&totals, &record, NULL, false);
}

static void rates_leave_configuration_out(void **state) {
    (void)state;
    add_config(0);
    for (uint32_t i = 0; i < 11; i++)
        add_video(5000 + i * 100, 1000, i % 5 == 0 ? 1 : 2);
    add_config(99000);
    assert_int_equal(totals.video.messages, 13);
    assert_int_equal(totals.video.coded, 11);
    assert_int_equal(rtmp_stream_totals_duration(&totals), 1000);
    assert_int_equal(rtmp_kind_totals_rate(&totals.video), 88000);
    assert_true(rtmp_kind_totals_frame_rate(&totals.video) == 10.0);
    assert_int_equal(totals.key_frames, 3);
    assert_int_equal(rtmp_stream_totals_key_interval(&totals), 500);
    assert_int_equal(totals.width, 640);
}

static void drift_is_the_slope_of_the_lag(void **state) {
    (void)state;
    double drift;
    for (uint32_t i = 0; i <= 100; i++) {
        assert_int_equal(rtmp_kind_totals_drift(&totals.video, &drift), i > 50);
        const struct rtmp_message_record record = {
            .message = {.type = RTMP_MESSAGE_VIDEO, .timestamp = i * 100},
            .time = INT64_C(1700000000000000000) + i * INT64_C(101000000),
        };
        const struct rtmp_media_info media = {.kind = RTMP_MEDIA_FRAME, .codec = RTMP_CODEC_H264};
        rtmp_stream_totals_add(&totals, &record, &media, false);
    }
    assert_true(rtmp_kind_totals_drift(&totals.video, &drift));
    assert_true(drift > 9.9009 && drift < 9.901); /* 1 ms each 101 ms */
    assert_false(rtmp_kind_totals_drift(&totals.audio, &drift));
}

static void without_media_nothing_is_known(void **state) {
    (void)state;
    assert_int_equal(rtmp_stream_totals_duration(&totals), 0);
    assert_int_equal(rtmp_kind_totals_rate(&totals.audio), 0);
    assert_true(rtmp_kind_totals_frame_rate(&totals.video) == 0);
    assert_int_equal(rtmp_stream_totals_key_interval(&totals), 0);
    assert_int_equal(rtmp_stream_totals_key_delay(&totals), -1);
    add_video(7, 10, 1);
    assert_int_equal(rtmp_stream_totals_key_delay(&totals), -1);
}

static void the_delay_counts_from_the_first_status(void **state) {
    (void)state;
    add_command(0, 1000000000);
    add_command(1, 1200000000);
    add_command(1, 9000000000);
    add_video(1700, 10, 2);
    assert_int_equal(rtmp_stream_totals_key_delay(&totals), -1);
    add_video(1900, 10, 1);
    add_video(3000, 10, 1);
    assert_int_equal(rtmp_stream_totals_key_delay(&totals), 700);
}

static void timestamps_count_on_behind_a_wrap(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 21; i++)
        add_video(UINT32_MAX - 999 + i * 100, 100, 1);
    assert_int_equal(rtmp_stream_totals_duration(&totals), 2000);
    assert_int_equal(rtmp_stream_totals_key_interval(&totals), 100);
}

/* Observed: FFmpeg counts modulo 2^31. The table of streams showed a duration of 0. */
static void timestamps_count_on_behind_a_wrap_at_31_bits(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 21; i++)
        add_video((INT32_MAX - 999U + i * 100) & INT32_MAX, 100, 1);
    assert_int_equal(rtmp_stream_totals_duration(&totals), 2000);
}

/* A frame of 1000 bytes each 100 ms from `first` on, arriving at `arrival` ms and later. */
static void add_run(uint32_t first, uint32_t count, uint32_t arrival, bool relative, bool jumps) {
    for (uint32_t i = 0; i < count; i++) {
        const struct rtmp_message_record record = {
            .message = {.type = RTMP_MESSAGE_VIDEO,
                        .timestamp = first + i * 100,
                        .length = 1000,
                        .relative = relative},
            .time = INT64_C(1700000000000000000) + (arrival + i * INT64_C(101)) * 1000000,
        };
        const struct rtmp_media_info media = {
            .kind = RTMP_MEDIA_FRAME, .codec = RTMP_CODEC_H264, .frame_type = i % 10 ? 2 : 1};
        rtmp_stream_totals_add(&totals, &record, &media, jumps && i == 0);
    }
}

static void assert_60_steps_of_100_ms(void) {
    double drift;
    assert_int_equal(rtmp_stream_totals_duration(&totals), 6000);
    assert_true(rtmp_kind_totals_frame_rate(&totals.video) == 10.0);
    assert_int_equal(rtmp_stream_totals_key_interval(&totals), 1000);
    assert_true(rtmp_kind_totals_drift(&totals.video, &drift));
    assert_true(drift > 9.90 && drift < 9.91);
    assert_in_range(rtmp_kind_totals_rate(&totals.video), 80000, 81400); /* with the first one */
}

/* The table gave 27.95 frames a second for 10, and a drift of thousands of ms. */
static void a_publisher_that_starts_again_counts_from_there(void **state) {
    (void)state;
    add_run(0, 31, 0, false, false);
    add_run(0, 31, 5000, false, false);
    assert_60_steps_of_100_ms();
}

/* The jump counted as time of the stream. */
static void a_jump_is_no_time(void **state) {
    (void)state;
    add_run(0, 31, 0, false, false);
    add_run(23000, 31, 3200, false, true);
    assert_60_steps_of_100_ms();
    assert_int_equal(totals.video.first, 0);
    assert_int_equal(totals.video.last, 26000);
}

/* The table said that the stream had no duration, no rate and no key frames behind a loss. */
static void timestamps_behind_a_loss_tell_their_steps(void **state) {
    (void)state;
    add_run(0, 31, 0, false, false);
    add_run(3100, 31, 9000, true, false);
    assert_60_steps_of_100_ms();
    assert_int_equal(totals.video.last, 3000);
}

static void codecs_are_named_once(void **state) {
    (void)state;
    add_video(0, 10, 1);
    add_video(1, 10, 1);
    add_media(RTMP_MESSAGE_VIDEO, 2, 10,
              (struct rtmp_media_info){.kind = RTMP_MEDIA_FRAME, .codec = RTMP_CODEC_HEVC});
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_kind_totals_codecs(&text, &totals.video);
    assert_string_equal(out, "H.264, HEVC");
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(drift_is_the_slope_of_the_lag),
        TEST(rates_leave_configuration_out),
        TEST(without_media_nothing_is_known),
        TEST(the_delay_counts_from_the_first_status),
        TEST(timestamps_count_on_behind_a_wrap),
        TEST(timestamps_count_on_behind_a_wrap_at_31_bits),
        TEST(a_publisher_that_starts_again_counts_from_there),
        TEST(a_jump_is_no_time),
        TEST(timestamps_behind_a_loss_tell_their_steps),
        TEST(codecs_are_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
