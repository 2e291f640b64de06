/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk.h"

bool rtmp_chunk_header_read(struct rtmp_reader *reader, struct rtmp_chunk_header *h) {
    struct rtmp_reader copy = *reader; /* stays in registers */
    struct rtmp_reader *r = &copy;
    uint8_t first = rtmp_u8(r);
    uint32_t basic = rtmp_chunk_basic_bytes(first);
    uint32_t id = first & 0x3F;
    *h = (struct rtmp_chunk_header){
        .fmt = first >> 6,
        .basic_length = (uint8_t)basic,
        .message_length = (uint8_t)(rtmp_chunk_header_bytes(first) - basic),
        .csid = id,
    };
    if (basic > 1)
        h->csid = 64U + rtmp_u8(r);
    if (basic > 2)
        h->csid += 256U * rtmp_u8(r);
    if (h->fmt <= 2)
        h->timestamp = rtmp_u24(r);
    if (h->fmt <= 1) {
        h->length = rtmp_u24(r);
        h->type = rtmp_u8(r);
    }
    if (h->fmt == 0)
        h->stream_id = rtmp_u32_le(r);
    if (h->fmt <= 2 && h->timestamp == RTMP_EXTENDED_TIMESTAMP) {
        h->has_extended = true;
        h->extended = rtmp_u32(r);
    }
    *reader = copy;
    return rtmp_ok(reader);
}
