/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/rate.h"

#include "base/limits.h"
#include "base/list.h"

static uint32_t add_capped(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void rtmp_rate_halve(struct rtmp_rate *rate) {
    uint32_t count = (rate->count + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t second = 2 * i + 1;
        rate->bytes[i] =
            add_capped(rate->bytes[2 * i], second < rate->count ? rate->bytes[second] : 0);
    }
    rate->count = count;
    rate->halved++;
}

/* The step of a time, which exists then. */
static int64_t step_of(struct rtmp_rate *rate, int64_t time) {
    for (;;) {
        int64_t passed = (int64_t)((uint64_t)time - (uint64_t)rate->begin); /* it may wrap */
        int64_t step = passed / rtmp_rate_step(rate);
        if (step < RTMP_LIMIT_REPORT_STEPS)
            return step < 0 ? 0 : step;
        rtmp_rate_halve(rate);
    }
}

bool rtmp_rate_add(struct rtmp_rate *rate, const struct rtmp_memory *memory, int64_t time,
                   uint32_t bytes) {
    if (rate->count == 0)
        rate->begin = time;
    uint32_t step = (uint32_t)step_of(rate, time);
    while (rate->count <= step) {
        uint32_t *grown =
            rtmp_list_with_room(memory, rate->bytes, rate->count, &rate->capacity, sizeof *grown);
        if (!grown)
            return false;
        rate->bytes = grown;
        rate->bytes[rate->count++] = 0;
    }
    rate->bytes[step] = add_capped(rate->bytes[step], bytes);
    return true;
}

void rtmp_rate_destroy(struct rtmp_rate *rate, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, rate->bytes);
}
