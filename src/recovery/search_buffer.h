/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_SEARCH_BUFFER_H
#define RTMP_RECOVERY_SEARCH_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/* What is known of a buffered byte. */
enum rtmp_mark {
    RTMP_MARK_NONE,
    RTMP_MARK_SHORT,   /* a segment begins with it; no evidence, as segments are short here */
    RTMP_MARK_SEGMENT, /* a segment begins with it */
    RTMP_MARK_MISSING, /* it is not in the capture; reads as 0 */
};

/*
 * The bytes of a direction in which the next chunk header is searched, with the gaps among them and
 * the places where segments begin. All zero: empty. Positions count from 0 at the first buffered
 * byte.
 */
struct rtmp_search_buffer {
    uint8_t *bytes; /* `capacity` of them, then as many marks (enum rtmp_mark) */
    uint8_t *marks;
    uint32_t count, capacity;
    uint32_t missing; /* of them */
    uint64_t offset;  /* of the first byte in its direction */
};

/* `len` more bytes with their marks; marks NULL: none. bytes NULL: they are missing. False: no
 * memory, nothing is changed. */
bool rtmp_search_buffer_append(struct rtmp_search_buffer *buffer, const struct rtmp_memory *memory,
                               const uint8_t *bytes, const uint8_t *marks, uint32_t len);

/* Forget the first `count` bytes. */
void rtmp_search_buffer_drop(struct rtmp_search_buffer *buffer, uint32_t count);

/* A copy that shares nothing. False: no memory, the copy is empty. */
bool rtmp_search_buffer_copy(struct rtmp_search_buffer *copy,
                             const struct rtmp_search_buffer *buffer,
                             const struct rtmp_memory *memory);

/* Free the bytes; it is empty again. */
void rtmp_search_buffer_free(struct rtmp_search_buffer *buffer, const struct rtmp_memory *memory);

/* Is any of the `len` bytes at `pos` missing? Bytes behind the buffer count as not missing. */
bool rtmp_search_buffer_misses(const struct rtmp_search_buffer *buffer, uint32_t pos, uint32_t len);

/* How many of the first `count` bytes are missing? */
uint32_t rtmp_search_buffer_missing(const struct rtmp_search_buffer *buffer, uint32_t count);

/* How many bytes from `pos` on are all missing, or all present. */
uint32_t rtmp_search_buffer_run(const struct rtmp_search_buffer *buffer, uint32_t pos);

/* The first of the positions `pos` .. `end` - 1 at which a segment begins, as far as that is
 * marked; `end`: none. */
uint32_t rtmp_search_buffer_next_segment(const struct rtmp_search_buffer *buffer, uint32_t pos,
                                         uint32_t end);

/* Is `pos` marked RTMP_MARK_SEGMENT? Senders flush messages, so a header is likely where a segment
 * begins. */
bool rtmp_search_buffer_aligned(const struct rtmp_search_buffer *buffer, uint32_t pos);

#endif
