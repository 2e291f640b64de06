/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_BITS_H
#define RTMP_PAYLOAD_CODEC_BITS_H

#include "base/bytes.h"

/*
 * Bits, most significant first, from a reader of bytes.
 *
 * The reader's cursor is at the byte that holds the next bit; `used` bits of it were read. Errors
 * are the reader's (sticky, with position); a read that fails moves nothing and returns zero. When
 * `rbsp` is set, the bytes are those of a NAL unit and each emulation prevention byte (03 after two
 * zero bytes) is skipped (ITU-T H.264 7.4.1, H.265 7.4.2, H.266 7.4.2). Work is linear in the bits
 * taken.
 */
struct rtmp_bits {
    struct rtmp_reader *reader;
    uint8_t used;  /* 0..7 */
    uint8_t zeros; /* of rbsp: zero bytes directly before the cursor */
    bool rbsp;
};

/* As rtmp_bits_take(), for bits in several bytes and with emulation prevention bytes. */
uint32_t rtmp_bits_take_across(struct rtmp_bits *bits, unsigned n);

/* The next n bits (n <= 32) as an unsigned number. Inline for bits of one byte, such as the
 * headers of all messages. */
static inline uint32_t rtmp_bits_take(struct rtmp_bits *bits, unsigned n) {
    struct rtmp_reader *r = bits->reader;
    unsigned used = bits->used + n;
    if (bits->rbsp || n > 8 || used > 8 || !rtmp_ok(r) || r->pos >= r->end)
        return rtmp_bits_take_across(bits, n);
    uint32_t value = ((uint32_t)rtmp_peek_at(r, r->pos) >> (8U - used)) & ((1U << n) - 1U);
    bits->used = used & 7U;
    r->pos += used >> 3;
    return value;
}

/* Exp-Golomb numbers ue(v) and se(v); more than 32 leading zeros is RTMP_ERROR_FORMAT. */
uint32_t rtmp_bits_ue(struct rtmp_bits *bits);
int32_t rtmp_bits_se(struct rtmp_bits *bits);

/* Skip n bits. */
void rtmp_bits_skip(struct rtmp_bits *bits, uint32_t n);

/* Move to the next byte boundary; nothing when the cursor is on one. */
void rtmp_bits_align(struct rtmp_bits *bits);

#endif
