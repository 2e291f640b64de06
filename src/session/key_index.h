/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_KEY_INDEX_H
#define RTMP_SESSION_KEY_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * Where the entry of a number is: numbers of kept texts, for example, to places in an array. A
 * hash table, so that finding one takes as long among ten thousand as among ten. All zero is the
 * beginning.
 */
struct rtmp_key_slot {
    uint64_t key;
    uint32_t place; /* + 1; 0: empty */
};

struct rtmp_key_index {
    struct rtmp_key_slot *slot;
    uint32_t slots; /* a power of two, or 0 */
    uint32_t count;
};

/* The place of a key + 1; 0: none. */
uint32_t rtmp_key_find(const struct rtmp_key_index *index, uint64_t key);

/* Note the place of a key that has none yet. False: no memory. */
bool rtmp_key_add(struct rtmp_key_index *index, const struct rtmp_memory *memory, uint64_t key,
                  uint32_t place);

/* Forget a key that has a place. */
void rtmp_key_remove(struct rtmp_key_index *index, uint64_t key);

/* Free what it holds; all keys are forgotten. */
void rtmp_key_index_destroy(struct rtmp_key_index *index, const struct rtmp_memory *memory);

#endif
