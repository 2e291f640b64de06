/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_SORTED_H
#define RTMP_BASE_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Index of the first of `count` sorted records of `size` bytes that does not lie before `key`;
 * `count`: all do. `before` says of one record whether it does, and must be true up to some record
 * and false from there on. Inline, so that `before` costs no call.
 */
static inline uint32_t rtmp_first_not_before(const void *records, uint32_t count, size_t size,
                                             bool (*before)(const void *record, uint64_t key),
                                             uint64_t key) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before((const char *)records + middle * size, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same of an array, whose records say how large they are. */
#define RTMP_FIRST_NOT_BEFORE(records, count, before, key)                                         \
    rtmp_first_not_before(records, count, sizeof *(records), before, key)

#endif
