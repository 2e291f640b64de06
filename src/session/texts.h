/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_TEXTS_H
#define RTMP_SESSION_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * Names and values that facts of several messages refer to (of calls, streams, SharedObjects and
 * their attributes), each kept once in a capture. They are bytes from the wire: of any length, not
 * always UTF-8, and different when any byte differs. All zero is the beginning.
 */
struct rtmp_kept_text {
    uint32_t number; /* 1, 2, ... in the order in which they were first kept */
    uint32_t hash;
    uint32_t len;
    uint8_t bytes[]; /* no terminator */
};

struct rtmp_texts {
    const struct rtmp_kept_text **text; /* by number - 1 */
    uint32_t *slot;                     /* hash table of numbers, 0: empty */
    uint32_t count, capacity;
    uint32_t slots; /* a power of two, or 0 */
    uint64_t bytes; /* of all texts */
};

/* The kept text of `len` bytes; it stays where it is while the table lives. NULL: no memory, or
 * RTMP_LIMIT_TEXT_BYTES. */
const struct rtmp_kept_text *rtmp_texts_keep(struct rtmp_texts *texts,
                                             const struct rtmp_memory *memory, const uint8_t *bytes,
                                             uint32_t len);

/* The text of a number that is not 0. */
static inline const struct rtmp_kept_text *rtmp_texts_known(const struct rtmp_texts *texts,
                                                            uint32_t number) {
    return texts->text[number - 1];
}

/* The text of a number, NULL of 0. */
static inline const struct rtmp_kept_text *rtmp_texts_of(const struct rtmp_texts *texts,
                                                         uint32_t number) {
    return number ? rtmp_texts_known(texts, number) : NULL;
}

/* Free what it holds. */
void rtmp_texts_destroy(struct rtmp_texts *texts, const struct rtmp_memory *memory);

#endif
