/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <stdint.h>

/* What one measured function does; returns something made of its work, so that none is left out. */
typedef uint64_t (*timing_work)(void *user);

/*
 * Nanoseconds of processor time that one call of each of two functions takes: the least of many
 * rounds in turn, because what else the machine does only ever adds.
 */
struct timing_pair {
    double first, second;
};
struct timing_pair timing_compare(timing_work first, timing_work second, void *user);

#endif
