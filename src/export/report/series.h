/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_SERIES_H
#define RTMP_EXPORT_REPORT_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * The audio or video messages of a stream as points of charts, thinned while they come, in fixed
 * memory: of each bucket of time remain the first message and those with the least and the greatest
 * value of each measure. So every peak of a chart is a real message with its frame.
 *
 * Until there are more than RTMP_LIMIT_REPORT_UNTHINNED messages all remain. Then buckets are 1 ms
 * wide; when there would be more than RTMP_LIMIT_REPORT_BUCKETS, two neighbours become one, twice
 * as wide: the extremes of both are among the extremes of each. All zero is the beginning.
 */
enum rtmp_measure {
    RTMP_MEASURE_SKEW,      /* ms (session/clock.h) */
    RTMP_MEASURE_GAP,       /* ms of arrival since the message before it */
    RTMP_MEASURE_STEP,      /* ms of timestamp since the message before it */
    RTMP_MEASURE_AV_OFFSET, /* ms, of video */
    RTMP_MEASURES
};

struct rtmp_series_point {
    int64_t time; /* of capture, ns */
    uint32_t frame;
    uint32_t length;             /* of the message, bytes */
    double value[RTMP_MEASURES]; /* NAN: it has none */
};

struct rtmp_series {
    struct rtmp_series_point *point;
    uint32_t count, capacity;
    uint32_t messages;
    uint32_t buckets;
    uint32_t last_bucket; /* where it begins in `point` */
    uint8_t width;        /* of a bucket is 2^(width - 1) ms; 0: nothing is thinned */
};

/* The next message. False: no memory, it is not among the points. */
bool rtmp_series_add(struct rtmp_series *series, const struct rtmp_memory *memory,
                     const struct rtmp_series_point *point);

/* Make the buckets as wide as it takes for at most so many; 0 < buckets. */
void rtmp_series_thin(struct rtmp_series *series, uint32_t buckets);

/* ms; 0: nothing is thinned. */
static inline uint64_t rtmp_series_width(const struct rtmp_series *series) {
    return series->width ? UINT64_C(1) << (series->width - 1) : 0;
}

void rtmp_series_destroy(struct rtmp_series *series, const struct rtmp_memory *memory);

#endif
