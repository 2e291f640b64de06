/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_BYTES_H
#define RTMP_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/*
 * The one reader of input bytes. Nothing else in the core dereferences them.
 *
 * A cursor over `end` bytes at `data`, kept as positions, not pointers. The first error sticks with
 * its position; from then on every read returns zero and moves nothing, so a run of reads is
 * checked once at its end. Inside a loop that a count from the wire drives, check `ok` every turn.
 * The bytes are borrowed: whoever made the reader keeps them alive.
 */
struct rtmp_reader {
    const uint8_t *data;
    uint32_t pos;
    uint32_t end;
    uint32_t error_pos;
    enum rtmp_error error;
};

/* A range of the input, in bytes from its start. An empty span has len 0 and a meaningful pos. */
struct rtmp_span {
    uint32_t pos;
    uint32_t len;
};

static inline struct rtmp_reader rtmp_reader_over(const uint8_t *data, uint32_t len) {
    return (struct rtmp_reader){
        .data = data, .pos = 0, .end = len, .error_pos = 0, .error = RTMP_OK};
}

static inline struct rtmp_span rtmp_span_of(uint32_t pos, uint32_t len) {
    return (struct rtmp_span){.pos = pos, .len = len};
}

static inline uint32_t rtmp_span_end(struct rtmp_span span) {
    return span.pos + span.len;
}

static inline bool rtmp_ok(const struct rtmp_reader *r) {
    return r->error == RTMP_OK;
}

/* Bytes between the cursor and the end. */
static inline uint32_t rtmp_left(const struct rtmp_reader *r) {
    return r->end - r->pos;
}

/* Record the first error at `pos`. Later ones are ignored. */
static inline void rtmp_fail_at(struct rtmp_reader *r, enum rtmp_error error, uint32_t pos) {
    if (r->error == RTMP_OK) {
        r->error = error;
        r->error_pos = pos;
    }
}

/* Move over `len` bytes and return their range; past the end: RTMP_ERROR_END, nothing moves, empty.
 */
static inline struct rtmp_span rtmp_take(struct rtmp_reader *r, uint32_t len) {
    if (r->error != RTMP_OK || len > rtmp_left(r)) {
        rtmp_fail_at(r, RTMP_ERROR_END, r->pos);
        return rtmp_span_of(r->pos, 0);
    }
    r->pos += len;
    return rtmp_span_of(r->pos - len, len);
}

/* The bytes of a span of this input (for text and raw bytes; length is span.len). Out of range:
 * NULL. */
static inline const uint8_t *rtmp_bytes(const struct rtmp_reader *r, struct rtmp_span span) {
    if (span.pos > r->end || span.len > r->end - span.pos)
        return NULL;
    return r->data + span.pos;
}

/* Are the bytes of a span the `len` characters of `text`? Out of range: no. */
static inline bool rtmp_bytes_are(const struct rtmp_reader *r, struct rtmp_span span,
                                  const char *text, size_t len) {
    const uint8_t *bytes = span.len == len ? rtmp_bytes(r, span) : NULL;
    return bytes && memcmp(bytes, text, len) == 0;
}

/* The byte at `pos` without moving; past the end 0 and no error. */
static inline uint8_t rtmp_peek_at(const struct rtmp_reader *r, uint32_t pos) {
    return pos < r->end ? r->data[pos] : 0;
}

static inline uint8_t rtmp_u8(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 1);
    return s.len ? r->data[s.pos] : 0;
}

static inline uint16_t rtmp_u16(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 2);
    if (!s.len)
        return 0;
    const uint8_t *p = r->data + s.pos;
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/* 3 bytes big-endian, 4 little-endian, from memory that is known to hold them. */
static inline uint32_t rtmp_be24(const uint8_t *p) {
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t rtmp_le32(const uint8_t *p) {
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t rtmp_u24(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 3);
    return s.len ? rtmp_be24(r->data + s.pos) : 0;
}

static inline uint32_t rtmp_u32(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 4);
    if (!s.len)
        return 0;
    const uint8_t *p = r->data + s.pos;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Little-endian: the message stream id alone is written so (Adobe RTMP 5.3.1.2.1). */
static inline uint32_t rtmp_u32_le(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 4);
    return s.len ? rtmp_le32(r->data + s.pos) : 0;
}

/* Signed 24-bit, two's complement (composition time). */
static inline int32_t rtmp_s24(struct rtmp_reader *r) {
    uint32_t u = rtmp_u24(r);
    return (int32_t)(u ^ 0x800000U) - 0x800000;
}

static inline uint64_t rtmp_u64(struct rtmp_reader *r) {
    struct rtmp_span s = rtmp_take(r, 8);
    if (!s.len)
        return 0;
    const uint8_t *p = r->data + s.pos;
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
           (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
           (uint64_t)p[6] << 8 | p[7];
}

/* IEEE 754 binary64, big-endian. */
static inline double rtmp_f64(struct rtmp_reader *r) {
    uint64_t bits = rtmp_u64(r);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
