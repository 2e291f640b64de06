/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/series.h"

#include <math.h>

#include "base/limits.h"
#include "base/list.h"

/* Points of a bucket that remain: the first, the least and the greatest of each measure. */
enum { KEPT = 1 + 2 * RTMP_MEASURES };
/* Points that a bucket may gather before it is thinned. */
enum { GATHERED = 4 * KEPT };

static int64_t bucket_of(const struct rtmp_series *series, const struct rtmp_series_point *point) {
    const int64_t ms = 1000000;
    /* it may wrap: a damaged file holds any time */
    int64_t passed = (int64_t)((uint64_t)point->time - (uint64_t)series->point[0].time);
    int64_t whole = passed >= 0 ? passed / ms : -((ms - 1 - passed) / ms);
    return whole >> (series->width - 1);
}

/* Mark the least and the greatest of a measure among `count` points. */
static void mark_extremes(const struct rtmp_series_point *point, uint32_t count,
                          enum rtmp_measure measure, bool *marked) {
    uint32_t least = count;
    uint32_t greatest = count;
    for (uint32_t i = 0; i < count; i++) {
        double value = point[i].value[measure];
        if (isnan(value))
            continue;
        if (least == count || value < point[least].value[measure])
            least = i;
        if (greatest == count || value > point[greatest].value[measure])
            greatest = i;
    }
    if (least == count)
        return;
    marked[least] = true;
    marked[greatest] = true;
}

/* Thin one bucket of at most GATHERED points in place. Returns how many remain. */
static uint32_t thin_bucket(struct rtmp_series_point *point, uint32_t count) {
    bool marked[GATHERED] = {true};
    for (unsigned i = 0; i < RTMP_MEASURES; i++)
        mark_extremes(point, count, (enum rtmp_measure)i, marked);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (marked[i])
            point[kept++] = point[i];
    return kept;
}

/* Sort the points into buckets of the present width, and thin each. */
static void rebuild(struct rtmp_series *series) {
    struct rtmp_series_point *point = series->point;
    uint32_t end = 0;
    series->buckets = 0;
    for (uint32_t i = 0; i < series->count; i++) {
        bool begins = i == 0 || bucket_of(series, &point[i]) != bucket_of(series, &point[end - 1]);
        if (begins) {
            if (i > 0)
                end = series->last_bucket +
                      thin_bucket(point + series->last_bucket, end - series->last_bucket);
            series->last_bucket = end;
            series->buckets++;
        } else if (end - series->last_bucket == GATHERED) {
            end = series->last_bucket + thin_bucket(point + series->last_bucket, GATHERED);
        }
        point[end++] = point[i];
    }
    series->count =
        series->last_bucket + thin_bucket(point + series->last_bucket, end - series->last_bucket);
}

void rtmp_series_thin(struct rtmp_series *series, uint32_t buckets) {
    enum { WIDEST = 62 };
    while (series->count && (series->width == 0 || series->buckets > buckets) &&
           series->width < WIDEST) {
        series->width++;
        rebuild(series);
    }
}

/* Room for one more in the last bucket, which begins anew if the point is of the next one. */
static void make_room(struct rtmp_series *series, const struct rtmp_series_point *point) {
    uint32_t last = series->last_bucket;
    bool begins = bucket_of(series, point) != bucket_of(series, &series->point[series->count - 1]);
    if (!begins && series->count - last < GATHERED)
        return;
    series->count = last + thin_bucket(series->point + last, series->count - last);
    if (!begins)
        return;
    series->last_bucket = series->count;
    series->buckets++;
}

bool rtmp_series_add(struct rtmp_series *series, const struct rtmp_memory *memory,
                     const struct rtmp_series_point *point) {
    series->messages++;
    if (series->width == 0 && series->count == RTMP_LIMIT_REPORT_UNTHINNED)
        rtmp_series_thin(series, RTMP_LIMIT_REPORT_BUCKETS);
    if (series->width)
        make_room(series, point);
    struct rtmp_series_point *grown =
        rtmp_list_with_room(memory, series->point, series->count, &series->capacity, sizeof *grown);
    if (!grown)
        return false;
    series->point = grown;
    series->point[series->count++] = *point;
    if (series->width && series->buckets > RTMP_LIMIT_REPORT_BUCKETS)
        rtmp_series_thin(series, RTMP_LIMIT_REPORT_BUCKETS);
    return true;
}

void rtmp_series_destroy(struct rtmp_series *series, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, series->point);
}
