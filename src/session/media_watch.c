/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/media_watch.h"

#include <stdlib.h>
#include <string.h>

#define MS           INT64_C(1000000) /* ns */
#define SECOND       (1000 * MS)
#define SAMPLE_EVERY (SECOND / 4)
#define FIRST_TIME   (RTMP_WATCH_FIRST_SAMPLES * SAMPLE_EVERY)

/* Fewer samples have no median to rely on: a slide show, or a stream with pauses. */
#define FIRST_SAMPLES_MIN 20U

/* So many samples in a row are no hiccup. */
#define BEYOND_MIN 4U

/* A stream whose lag falls faster is not sent at the pace at which it is played. */
#define UNPACED_DRIFT (-100.0) /* ms per second */

/* ---- samples ---- */

static int compare_lags(const void *a, const void *b) {
    const int64_t lag_a = ((const struct rtmp_lag_sample *)a)->lag;
    const int64_t lag_b = ((const struct rtmp_lag_sample *)b)->lag;
    return (lag_a > lag_b) - (lag_a < lag_b);
}

static int64_t median_of(const struct rtmp_lag_sample *samples, unsigned count) {
    struct rtmp_lag_sample sorted[RTMP_WATCH_FIRST_SAMPLES];
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_lags);
    return sorted[count / 2].lag;
}

/* ms per second from the median of the first half to that of the second: no single message that is
 * late moves it. */
static double drift_of(const struct rtmp_kind_watch *kind) {
    const unsigned half = kind->first_count / 2;
    const struct rtmp_lag_sample *second = &kind->first[half];
    int64_t moved =
        rtmp_watch_minus(median_of(second, kind->first_count - half), median_of(kind->first, half));
    int64_t time = rtmp_watch_minus(second[half / 2].arrival, kind->first[half / 2].arrival);
    return time > 0 ? (double)moved / (double)time * 1000 : 0;
}

/* Samples and what is compared with them begin with the next message. */
static void sample_anew(struct rtmp_kind_watch *kind) {
    kind->first_count = 0;
    kind->beyond = 0;
    kind->is_settled = false;
    kind->next_sample = INT64_MIN;
}

/* The first samples are complete. */
static bool settle(struct rtmp_kind_watch *kind, const struct rtmp_media_thresholds *thresholds,
                   struct rtmp_watch_found *found) {
    kind->is_settled = true;
    kind->is_paced = false;
    if (kind->first_count < FIRST_SAMPLES_MIN)
        return false;
    found->drift = drift_of(kind);
    kind->is_paced = found->drift > UNPACED_DRIFT;
    kind->median = median_of(kind->first, kind->first_count);
    return kind->is_paced && thresholds->drift &&
           (found->drift >= thresholds->drift || -found->drift >= thresholds->drift);
}

/* Is the lag beyond the median's neighbourhood for a second? */
static bool is_beyond(struct rtmp_kind_watch *kind, const struct rtmp_media_thresholds *thresholds,
                      int64_t lag) {
    int64_t skew = rtmp_watch_minus(lag, kind->median);
    bool beyond = kind->is_paced && thresholds->skew &&
                  (skew >= thresholds->skew * MS || skew <= -(thresholds->skew * MS));
    kind->beyond = beyond ? kind->beyond + 1 : 0;
    return kind->beyond == BEYOND_MIN;
}

static void add_first(struct rtmp_kind_watch *kind, const struct rtmp_lag_sample *sample) {
    if (kind->first_count == 0)
        kind->first_arrival = sample->arrival;
    if (kind->first_count < RTMP_WATCH_FIRST_SAMPLES)
        kind->first[kind->first_count++] = *sample;
}

/* A message a quarter of a second after the last sample, or later. */
static void sample(struct rtmp_kind_watch *kind, const struct rtmp_media_thresholds *thresholds,
                   const struct rtmp_lag_sample *sample, struct rtmp_watch_found *found) {
    kind->next_sample = rtmp_watch_minus(sample->arrival, -SAMPLE_EVERY);
    kind->last[kind->last_count++ % RTMP_WATCH_LAST_SAMPLES] = *sample;
    bool told = false;
    if (kind->is_settled)
        told = is_beyond(kind, thresholds, sample->lag);
    else if (kind->first_count &&
             rtmp_watch_minus(sample->arrival, kind->first_arrival) >= FIRST_TIME)
        told = settle(kind, thresholds, found);
    else
        add_first(kind, sample);
    if (!told || kind->has_skew)
        return;
    kind->has_skew = true;
    found->what |= RTMP_WATCH_SKEW;
    found->skew = rtmp_watch_minus(sample->lag, kind->median) / MS;
    found->drift = drift_of(kind);
}

/* ---- stalls ---- */

/* By how much the newest message of a kind came sooner than the latest one of the seconds before.
 */
static int64_t sent_ahead(const struct rtmp_kind_watch *kind) {
    int64_t ahead = 0;
    for (unsigned i = 0; i < RTMP_WATCH_LAST_SAMPLES && i < kind->last_count; i++) {
        const struct rtmp_lag_sample *sample = &kind->last[i];
        if (rtmp_watch_minus(kind->arrival, sample->arrival) >
            RTMP_WATCH_LAST_SAMPLES * SAMPLE_EVERY)
            continue;
        int64_t by = rtmp_watch_minus(sample->lag, kind->lag);
        ahead = by > ahead ? by : ahead;
    }
    return ahead;
}

/* A server that sends in bunches, or ahead, has sent what is played during its silence. */
static bool is_covered(const struct rtmp_media_watch *watch, int64_t silence) {
    for (unsigned i = 0; i < RTMP_WATCH_KINDS; i++)
        if (watch->kind[i].is_begun && sent_ahead(&watch->kind[i]) >= silence / 5 * 4)
            return true;
    return false;
}

static bool is_running(const struct rtmp_media_watch *watch) {
    return watch->arrival != INT64_MAX && watch->arrival != 0;
}

static bool is_stall(const struct rtmp_media_watch *watch,
                     const struct rtmp_media_thresholds *thresholds, int64_t silence) {
    return thresholds->stall && is_running(watch) && silence >= thresholds->stall * MS &&
           !is_covered(watch, silence);
}

int64_t rtmp_watch_silence(const struct rtmp_media_watch *watch, int64_t until) {
    if (!is_running(watch))
        return -1;
    const int64_t silence = rtmp_watch_minus(until, watch->arrival);
    return silence < 0 || is_covered(watch, silence) ? 0 : silence;
}

static void find_stall(const struct rtmp_media_watch *watch, const struct rtmp_watched *message,
                       int64_t silence, struct rtmp_watch_found *found) {
    const struct rtmp_kind_watch *kind = &watch->kind[message->kind];
    found->what |= RTMP_WATCH_STALL;
    found->silence = silence;
    found->timestamps_paused = kind->is_begun && message->elapsed > kind->elapsed &&
                               rtmp_watch_minus(rtmp_watch_lag(message), kind->lag) < silence / 2;
}

/* ---- jumps ---- */

/*
 * Has only this kind left messages out, while the other one goes on at its pace? (observed: OBS
 * drops video up to the next key frame)
 */
static bool has_left_out(const struct rtmp_media_watch *watch, const struct rtmp_watched *message,
                         int64_t threshold) {
    const struct rtmp_kind_watch *kind = &watch->kind[message->kind];
    const struct rtmp_kind_watch *other = &watch->kind[1 - message->kind];
    return other->is_begun && other->arrival > kind->arrival && other->jumped <= kind->arrival &&
           message->behind < threshold / MS;
}

/* A negative delta that was cut to 24 bits: the header tells (RTMP_NOTE_TIMESTAMP_DELTA). */
static bool is_cut_delta(int64_t step) {
    return step >= 0x800000 && step <= 0xFFFFFF;
}

static void look_for_jump(struct rtmp_media_watch *watch,
                          const struct rtmp_media_thresholds *thresholds,
                          const struct rtmp_watched *message, struct rtmp_watch_found *found) {
    struct rtmp_kind_watch *kind = &watch->kind[message->kind];
    const int64_t threshold = thresholds->jump * MS;
    const int64_t step = rtmp_watch_minus(message->elapsed, kind->elapsed);
    const int64_t sooner = rtmp_watch_minus(kind->lag, rtmp_watch_lag(message));
    if (step < 0) {
        if (sooner <= -SECOND)
            sample_anew(kind);
        return;
    }
    if (!threshold || sooner < threshold)
        return;
    sample_anew(kind);
    if (has_left_out(watch, message, threshold) || is_cut_delta(step))
        return;
    kind->jumped = message->arrival;
    found->what |= RTMP_WATCH_JUMP;
    found->jump = sooner / MS;
}

/* ---- messages ---- */

void rtmp_watch_look(struct rtmp_media_watch *watch, const struct rtmp_media_thresholds *thresholds,
                     const struct rtmp_watched *message, struct rtmp_watch_found *found) {
    struct rtmp_kind_watch *kind = &watch->kind[message->kind];
    const int64_t silence = rtmp_watch_minus(message->arrival, watch->arrival);
    const struct rtmp_lag_sample now = {message->arrival, rtmp_watch_lag(message)};
    *found = (struct rtmp_watch_found){.what = 0};
    if (is_stall(watch, thresholds, silence)) {
        find_stall(watch, message, silence, found);
        for (unsigned i = 0; i < RTMP_WATCH_KINDS; i++)
            sample_anew(&watch->kind[i]);
    }
    if (kind->is_begun)
        look_for_jump(watch, thresholds, message, found);
    if (now.arrival >= kind->next_sample || !kind->is_begun)
        sample(kind, thresholds, &now, found);
    kind->is_begun = true;
    watch->arrival = kind->arrival = now.arrival;
    kind->elapsed = message->elapsed;
    kind->lag = now.lag;
}

void rtmp_watch_begin_kind_anew(struct rtmp_media_watch *watch, unsigned kind) {
    if (watch->kind[kind].is_begun)
        watch->kind[kind] = (struct rtmp_kind_watch){.has_skew = watch->kind[kind].has_skew};
}

void rtmp_watch_begin_anew(struct rtmp_media_watch *watch) {
    rtmp_watch_pause(watch);
    for (unsigned i = 0; i < RTMP_WATCH_KINDS; i++)
        rtmp_watch_begin_kind_anew(watch, i);
}
