/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "session/clock.h"

static const uint8_t aac[] = {0xAF, 1, 0};
static const uint8_t aac_config[] = {0xAF, 0, 0};
static const uint8_t avc[] = {0x27, 1, 0, 0, 0};
static const uint8_t avc_config[] = {0x17, 0, 0, 0, 0};
static const uint8_t enhanced_config[] = {0x90, 'h', 'v', 'c', '1'};

#define STEP(stream, kind, ms, bytes)                                                              \
    rtmp_clocks_run_backwards(                                                                     \
        &clocks, &(struct rtmp_message){.stream_id = (stream), .type = (kind), .timestamp = (ms)}, \
        bytes, sizeof bytes)
enum { AUDIO = RTMP_MESSAGE_AUDIO, VIDEO = RTMP_MESSAGE_VIDEO };

/* time_drift_audio_fast_pub_gst_rtmpsink: audio and video on one chunk stream, each only rises. */
static void each_kind_and_stream_counts_by_itself(void **state) {
    (void)state;
    struct rtmp_clocks clocks = {.oldest = 0};
    assert_false(STEP(1, AUDIO, 100, aac));
    assert_false(STEP(1, VIDEO, 40, avc));
    assert_false(STEP(1, AUDIO, 123, aac));
    assert_false(STEP(2, AUDIO, 0, aac));
    assert_false(STEP(1, VIDEO, 80, avc));
    assert_true(STEP(1, AUDIO, 122, aac));
    assert_false(STEP(1, AUDIO, 145, aac)); /* once for its cause */
    assert_false(STEP(2, AUDIO, 23, aac));
}

static void configurations_do_not_count(void **state) {
    (void)state;
    struct rtmp_clocks clocks = {.oldest = 0};
    assert_false(STEP(1, VIDEO, 16775000, avc));
    assert_false(STEP(1, VIDEO, 0, avc_config));
    assert_false(STEP(1, VIDEO, 0, enhanced_config));
    assert_false(STEP(1, VIDEO, 16775040, avc));
    assert_false(STEP(1, AUDIO, 16775000, aac));
    assert_false(STEP(1, AUDIO, 0, aac_config));
    assert_true(STEP(1, AUDIO, 0, aac));
}

/* extts_pub_ffmpeg51_32bit_wrap */
static void wraps_are_not_backwards(void **state) {
    (void)state;
    struct rtmp_clocks clocks = {.oldest = 0};
    assert_false(STEP(1, AUDIO, 0xFFFFFFF0, aac));
    assert_false(STEP(1, AUDIO, 7, aac));
    rtmp_clocks_reset(&clocks);
    assert_false(STEP(1, AUDIO, 2147483627, aac));
    assert_false(STEP(1, AUDIO, 3, aac));
    assert_false(STEP(1, AUDIO, 26, aac));
}

/* A second publish begins at 0 again. */
static void a_reset_begins_anew(void **state) {
    (void)state;
    struct rtmp_clocks clocks = {.oldest = 0};
    assert_false(STEP(1, AUDIO, 5000, aac));
    rtmp_clocks_reset(&clocks);
    assert_false(STEP(1, AUDIO, 0, aac));
}

static void more_streams_than_clocks_make_room(void **state) {
    (void)state;
    struct rtmp_clocks clocks = {.oldest = 0};
    for (uint32_t stream = 0; stream < 3 * RTMP_CLOCKS; stream++)
        assert_false(STEP(stream, AUDIO, 1000, aac));
    assert_false(STEP(0, AUDIO, 500, aac)); /* forgotten */
    assert_true(STEP(3 * RTMP_CLOCKS - 1, AUDIO, 500, aac));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_and_stream_counts_by_itself),
        cmocka_unit_test(configurations_do_not_count),
        cmocka_unit_test(wraps_are_not_backwards),
        cmocka_unit_test(a_reset_begins_anew),
        cmocka_unit_test(more_streams_than_clocks_make_room),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
