/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/bits.h"

/* Move to the next byte. */
static void advance(struct rtmp_bits *bits) {
    uint8_t byte = rtmp_u8(bits->reader);
    bits->used = 0;
    bits->zeros = byte == 0 && bits->zeros < 2 ? (uint8_t)(bits->zeros + 1) : byte == 0 ? 2 : 0;
}

/* Skip an emulation prevention byte, which holds no bits. */
static void skip_emulation(struct rtmp_bits *bits) {
    if (bits->rbsp && bits->used == 0 && bits->zeros == 2 && rtmp_left(bits->reader) &&
        rtmp_peek_at(bits->reader, bits->reader->pos) == 3)
        advance(bits);
}

/* Undo a read that failed. */
static uint32_t give_back(struct rtmp_bits *bits, const struct rtmp_bits *before, uint32_t pos) {
    bits->used = before->used;
    bits->zeros = before->zeros;
    bits->reader->pos = pos;
    return 0;
}

uint32_t rtmp_bits_take_across(struct rtmp_bits *bits, unsigned n) {
    const struct rtmp_bits before = *bits;
    uint32_t start = bits->reader->pos;
    uint32_t value = 0;
    while (n > 0) {
        skip_emulation(bits);
        if (!rtmp_ok(bits->reader) || rtmp_left(bits->reader) == 0) {
            rtmp_fail_at(bits->reader, RTMP_ERROR_END, bits->reader->pos);
            return give_back(bits, &before, start);
        }
        unsigned room = 8U - bits->used;
        unsigned count = n < room ? n : room;
        unsigned byte = rtmp_peek_at(bits->reader, bits->reader->pos);
        value = value << count | ((byte >> (room - count)) & ((1U << count) - 1U));
        n -= count;
        bits->used = (uint8_t)(bits->used + count);
        if (bits->used == 8)
            advance(bits);
    }
    return value;
}

uint32_t rtmp_bits_ue(struct rtmp_bits *bits) {
    const struct rtmp_bits before = *bits;
    uint32_t start = bits->reader->pos;
    unsigned zeros = 0;
    while (rtmp_ok(bits->reader) && zeros <= 32 && rtmp_bits_take(bits, 1) == 0)
        zeros++;
    uint32_t rest = zeros <= 32 ? rtmp_bits_take(bits, zeros) : 0;
    /* 32 leading zeros: only 2^32 - 1 fits, whose other bits are zero. */
    if (zeros > 32 || (zeros == 32 && rest != 0))
        rtmp_fail_at(bits->reader, RTMP_ERROR_FORMAT, start);
    if (!rtmp_ok(bits->reader))
        return give_back(bits, &before, start);
    return zeros == 32 ? 0xFFFFFFFFU : (1U << zeros) - 1U + rest;
}

int32_t rtmp_bits_se(struct rtmp_bits *bits) {
    uint32_t code = rtmp_bits_ue(bits);
    if (code == 0xFFFFFFFFU) { /* 2^31: beyond the range of se(v) */
        rtmp_fail_at(bits->reader, RTMP_ERROR_FORMAT, bits->reader->pos);
        return 0;
    }
    return code & 1 ? (int32_t)((code + 1) / 2) : -(int32_t)(code / 2);
}

void rtmp_bits_skip(struct rtmp_bits *bits, uint32_t n) {
    while (n > 0 && rtmp_ok(bits->reader)) {
        unsigned count = n < 32 ? (unsigned)n : 32U;
        (void)rtmp_bits_take(bits, count);
        n -= count;
    }
}

void rtmp_bits_align(struct rtmp_bits *bits) {
    if (bits->used)
        advance(bits);
}
