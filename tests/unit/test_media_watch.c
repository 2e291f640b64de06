/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/media_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { AUDIO = RTMP_WATCH_AUDIO, VIDEO = RTMP_WATCH_VIDEO };
#define MS    INT64_C(1000000)
#define START (INT64_C(1700000000) * 1000 * MS)

static const struct rtmp_media_thresholds thresholds = {2000, 2000, 200, 7, 3000};

static struct rtmp_media_watch watch;
static struct rtmp_watch_found found;
static int64_t newest[RTMP_WATCH_KINDS]; /* timestamp of each kind */

static int begin(void **state) {
    (void)state;
    watch = (struct rtmp_media_watch){.arrival = 0};
    newest[AUDIO] = newest[VIDEO] = 0;
    return 0;
}

/* The next message, by the ms of its arrival and of its timestamp. What does it show? */
static unsigned message(unsigned kind, int64_t arrival, int64_t timestamp) {
    const struct rtmp_watched watched = {kind, START + arrival * MS, timestamp,
                                         timestamp - newest[1 - kind]};
    newest[kind] = timestamp;
    found = (struct rtmp_watch_found){.what = 0};
    if (!rtmp_watch_is_plain(&watch, &thresholds, &watched))
        rtmp_watch_look(&watch, &thresholds, &watched, &found);
    return found.what;
}

/* Both kinds each 40 ms of timestamp from `begin` up to `end`; the arrival is `lag` later. */
static unsigned play(int64_t begin_ms, int64_t end, int64_t lag) {
    unsigned what = 0;
    for (int64_t at = begin_ms; at < end; at += 40)
        what |= message(AUDIO, at + lag, at) | message(VIDEO, at + lag, at + 10);
    return what;
}

static void an_even_stream_shows_nothing(void **state) {
    (void)state;
    assert_int_equal(play(0, 30000, 0), 0);
}

/* ---- stalls ---- */

static void a_silence_is_told_by_the_message_that_ends_it(void **state) {
    (void)state;
    assert_int_equal(play(0, 4000, 0), 0);
    assert_int_equal(message(AUDIO, 3960 + 1999, 4000), 0);
    assert_int_equal(message(AUDIO, 5959 + 2000, 4040), RTMP_WATCH_STALL);
    assert_int_equal(found.silence, 2000 * MS);
    assert_false(found.timestamps_paused);
    assert_int_equal(message(AUDIO, 7960, 4080), 0);
}

static void timestamps_that_pause_with_it_tell_of_the_sender(void **state) {
    (void)state;
    assert_int_equal(play(0, 4000, 0), 0);
    assert_int_equal(message(VIDEO, 7000, 7010), RTMP_WATCH_STALL);
    assert_true(found.timestamps_paused);
    assert_int_equal(play(7040, 20000, 0), 0);
}

/* time_sender_stall_burst_pub_ffmpeg51: what it catches up with is no skew. */
static void a_second_silence_is_told_as_well(void **state) {
    (void)state;
    assert_int_equal(play(0, 4000, 0), 0);
    assert_int_equal(message(AUDIO, 7000, 4000), RTMP_WATCH_STALL);
    for (int64_t at = 4000; at < 7000; at += 40)
        assert_int_equal(message(VIDEO, 7001, at), 0);
    assert_int_equal(play(7040, 11000, 0), 0);
    assert_int_equal(message(AUDIO, 14000, 11000), RTMP_WATCH_STALL);
}

/* Node-Media-Server 2 and nginx-rtmp behind a slow link, as seen by players. */
static void a_server_that_sends_in_bunches_does_not_stall(void **state) {
    (void)state;
    for (int64_t bunch = 0; bunch < 10; bunch++)
        for (int64_t at = bunch * 2500; at < (bunch + 1) * 2500; at += 40)
            assert_int_equal(message(VIDEO, bunch * 2500 + (at - bunch * 2500) / 100, at), 0);
}

static void before_the_first_message_and_after_a_pause_is_no_silence(void **state) {
    (void)state;
    assert_int_equal(message(AUDIO, 60000, 0), 0);
    rtmp_watch_pause(&watch);
    assert_int_equal(message(AUDIO, 90000, 30000), 0);
    rtmp_watch_begin_anew(&watch);
    assert_int_equal(message(AUDIO, 190000, 0), 0);
    assert_int_equal(message(AUDIO, 192000, 2000), RTMP_WATCH_STALL);
}

static void other_media_end_a_silence(void **state) {
    (void)state;
    assert_int_equal(message(AUDIO, 0, 0), 0);
    rtmp_watch_touch(&watch, START + 1500 * MS);
    assert_int_equal(message(AUDIO, 3000, 3000), 0);
}

/* ---- the end ---- */

static void a_silence_lasts_from_the_newest_message(void **state) {
    (void)state;
    assert_int_equal(rtmp_watch_silence(&watch, START), -1);
    play(0, 4000, 0);
    assert_int_equal(rtmp_watch_silence(&watch, START + 3960 * MS), 0);
    assert_int_equal(rtmp_watch_silence(&watch, START + 9000 * MS), 5040 * MS);
}

static void what_came_ahead_covers_a_silence(void **state) {
    (void)state;
    play(0, 2000, 0);
    for (int64_t at = 2000; at < 8000; at += 40)
        message(AUDIO, 2000 + (at - 2000) / 10, at);
    assert_int_equal(rtmp_watch_silence(&watch, START + 7000 * MS), 0);
    assert_true(rtmp_watch_silence(&watch, START + 20000 * MS) > 17000 * MS);
}

static void a_stream_that_pauses_has_no_silence(void **state) {
    (void)state;
    play(0, 4000, 0);
    rtmp_watch_pause(&watch);
    assert_int_equal(rtmp_watch_silence(&watch, START + 9000 * MS), -1);
}

/* ---- jumps ---- */

static void a_jump_is_told_of_each_kind(void **state) {
    (void)state;
    assert_int_equal(play(0, 6000, 0), 0);
    assert_int_equal(message(AUDIO, 6000, 26000), RTMP_WATCH_JUMP);
    assert_int_equal(found.jump, 20000 - 0);
    assert_int_equal(message(VIDEO, 6000, 26010), RTMP_WATCH_JUMP);
    assert_int_equal(play(26040, 60000, -20000), 0);
}

static void a_step_that_the_arrival_makes_too_is_no_jump(void **state) {
    (void)state;
    assert_int_equal(play(0, 4000, 0), 0);
    assert_int_equal(message(AUDIO, 5900, 5900 + 1900), 0);
    assert_int_equal(message(VIDEO, 5900, 5900 + 1900), 0);
}

/* OBS drops video up to the next key frame, while audio goes on. */
static void video_that_is_left_out_is_no_jump(void **state) {
    (void)state;
    assert_int_equal(play(0, 4000, 0), 0);
    for (int64_t at = 4000; at < 4200; at += 20) /* late audio is caught up with */
        assert_int_equal(message(AUDIO, at, 4000 + (at - 4000) * 11), 0);
    assert_int_equal(message(VIDEO, 4200, 6300), 0);
}

static void a_negative_delta_that_was_cut_is_told_by_its_header(void **state) {
    (void)state;
    assert_int_equal(message(VIDEO, 0, 0), 0);
    assert_int_equal(message(VIDEO, 40, 0xFFFFF0), 0);
}

static void going_backwards_is_no_jump(void **state) {
    (void)state;
    assert_int_equal(play(0, 6000, 0), 0);
    assert_int_equal(message(AUDIO, 6000, 0), 0);
    assert_int_equal(message(AUDIO, 6040, 40), 0);
}

/* ---- skew ---- */

static unsigned drifting(int64_t end, int64_t per_second, int64_t jitter) {
    unsigned what = 0;
    for (int64_t at = 0; at < end; at += 40) {
        int64_t late = at * per_second / 1000 + at / 40 * 7919 % (jitter + 1);
        what |= message(AUDIO, at + late, at);
    }
    return what;
}

static void a_drift_is_told_after_ten_seconds(void **state) {
    (void)state;
    assert_int_equal(drifting(9800, 10, 40), 0);
    assert_int_equal(message(AUDIO, 10140, 10000), RTMP_WATCH_SKEW);
    assert_true(found.drift > 8 && found.drift < 12);
}

static void a_clock_that_runs_fast_drifts_too(void **state) {
    (void)state;
    assert_int_equal(drifting(15000, -10, 0), RTMP_WATCH_SKEW);
}

static void jitter_is_no_drift(void **state) {
    (void)state;
    assert_int_equal(drifting(60000, 0, 80), 0);
}

static void it_is_told_once(void **state) {
    (void)state;
    assert_int_equal(drifting(10200, 100, 0), RTMP_WATCH_SKEW);
    assert_int_equal(found.what, 0);
    int64_t at = 10200;
    for (; at < 40000; at += 40)
        assert_int_equal(message(AUDIO, at + at / 10, at), 0);
}

static void a_lag_that_stays_is_told_a_hiccup_is_not(void **state) {
    (void)state;
    assert_int_equal(play(0, 15000, 0), 0);
    assert_int_equal(message(AUDIO, 15700, 15000), 0);
    assert_int_equal(play(15720, 20000, 0), 0);
    assert_int_equal(play(20000, 20720, 300), 0);
    assert_int_equal(play(20720, 21200, 300), RTMP_WATCH_SKEW);
}

/* Recordings are sent as fast as the network takes them. */
static void what_is_sent_ahead_has_no_skew(void **state) {
    (void)state;
    unsigned what = 0;
    for (int64_t at = 0; at < 60000; at += 20)
        what |= message(VIDEO, at, at * 3);
    assert_int_equal(what, 0);
}

/* A player that joins gets two seconds at once. */
static void a_burst_at_the_beginning_is_no_skew(void **state) {
    (void)state;
    for (int64_t at = 0; at < 2000; at += 40)
        assert_int_equal(message(VIDEO, at / 50, at), 0);
    for (int64_t at = 2000; at < 30000; at += 40)
        assert_int_equal(message(VIDEO, at - 1960, at), 0);
}

static void thresholds_of_0_tell_nothing(void **state) {
    (void)state;
    const struct rtmp_media_thresholds none = {0};
    for (int64_t i = 0; i < 400; i++) {
        const struct rtmp_watched watched = {AUDIO, START + i * i * 100 * MS, i % 7 * 30000, 0};
        if (!rtmp_watch_is_plain(&watch, &none, &watched)) {
            rtmp_watch_look(&watch, &none, &watched, &found);
            assert_int_equal(found.what, 0);
        }
    }
}

/* A damaged file may hold any time. */
static void any_time_is_taken(void **state) {
    (void)state;
    static const int64_t times[] = {INT64_MAX, INT64_MIN, 0, -1, 1, INT64_MAX - 1, INT64_MIN + 1};
    for (unsigned i = 0; i < 343; i++) {
        const struct rtmp_watched watched = {i % 2, times[i % 7], times[i / 7 % 7], times[i / 49]};
        if (!rtmp_watch_is_plain(&watch, &thresholds, &watched))
            rtmp_watch_look(&watch, &thresholds, &watched, &found);
    }
}

int main(void) {
#define WATCH(test) cmocka_unit_test_setup(test, begin)
    const struct CMUnitTest tests[] = {
        WATCH(an_even_stream_shows_nothing),
        WATCH(a_silence_is_told_by_the_message_that_ends_it),
        WATCH(timestamps_that_pause_with_it_tell_of_the_sender),
        WATCH(a_second_silence_is_told_as_well),
        WATCH(a_server_that_sends_in_bunches_does_not_stall),
        WATCH(before_the_first_message_and_after_a_pause_is_no_silence),
        WATCH(other_media_end_a_silence),
        WATCH(a_silence_lasts_from_the_newest_message),
        WATCH(what_came_ahead_covers_a_silence),
        WATCH(a_stream_that_pauses_has_no_silence),
        WATCH(a_jump_is_told_of_each_kind),
        WATCH(a_step_that_the_arrival_makes_too_is_no_jump),
        WATCH(video_that_is_left_out_is_no_jump),
        WATCH(a_negative_delta_that_was_cut_is_told_by_its_header),
        WATCH(going_backwards_is_no_jump),
        WATCH(a_drift_is_told_after_ten_seconds),
        WATCH(a_clock_that_runs_fast_drifts_too),
        WATCH(jitter_is_no_drift),
        WATCH(it_is_told_once),
        WATCH(a_lag_that_stays_is_told_a_hiccup_is_not),
        WATCH(what_is_sent_ahead_has_no_skew),
        WATCH(a_burst_at_the_beginning_is_no_skew),
        WATCH(thresholds_of_0_tell_nothing),
        WATCH(any_time_is_taken),
    };
    return cmocka_run_group_tests_name("media_watch", tests, NULL, NULL);
}
