/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timing.h"

#include <time.h>

enum { ROUNDS = 25 };
static const double round_ns = 2e6;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double round_of(timing_work work, void *user, unsigned calls) {
    static volatile uint64_t sink;
    double start = now();
    for (unsigned i = 0; i < calls; i++)
        sink += work(user);
    (void)sink; /* clang: set is not used */
    return (now() - start) / calls;
}

static unsigned calls_for(timing_work work, void *user) {
    double once = round_of(work, user, 3);
    return once >= round_ns ? 1 : (unsigned)(round_ns / (once + 1)) + 1;
}

struct timing_pair timing_compare(timing_work first, timing_work second, void *user) {
    unsigned first_calls = calls_for(first, user), second_calls = calls_for(second, user);
    struct timing_pair least = {0};
    for (int i = 0; i < ROUNDS; i++) {
        double a = round_of(first, user, first_calls), b = round_of(second, user, second_calls);
        if (i == 0 || a < least.first)
            least.first = a;
        if (i == 0 || b < least.second)
            least.second = b;
    }
    return least;
}
