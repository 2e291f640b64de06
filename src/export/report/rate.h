/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_RATE_H
#define RTMP_EXPORT_REPORT_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * Bytes of a kind of a stream in steps of time: all bytes, summed before anything is thinned. A
 * step is 100 ms; when there would be more than RTMP_LIMIT_REPORT_STEPS, two become one, twice as
 * long. All zero is the beginning.
 */
struct rtmp_rate {
    uint32_t *bytes;
    uint32_t count, capacity;
    int64_t begin;  /* time of capture of the first step, ns */
    uint8_t halved; /* a step is 100 ms * 2^halved */
};

/* Bytes that came at a time. Those before the first step are counted in it. False: no memory. */
bool rtmp_rate_add(struct rtmp_rate *rate, const struct rtmp_memory *memory, int64_t time,
                   uint32_t bytes);

/* Two steps become one. */
void rtmp_rate_halve(struct rtmp_rate *rate);

/* Length of a step, ns. */
static inline int64_t rtmp_rate_step(const struct rtmp_rate *rate) {
    return INT64_C(100000000) << rate->halved;
}

void rtmp_rate_destroy(struct rtmp_rate *rate, const struct rtmp_memory *memory);

#endif
