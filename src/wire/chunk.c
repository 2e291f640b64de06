/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk.h"

bool rtmp_chunk_header_read(struct rtmp_reader *r, struct rtmp_chunk_header *h) {
    uint8_t first = rtmp_peek_at(r, r->pos);
    uint32_t basic = rtmp_chunk_basic_bytes(first);
    uint32_t bytes = rtmp_chunk_header_bytes(first);
    struct rtmp_span span = rtmp_take(r, bytes);
    if (!span.len)
        return false;
    /* Read for every chunk; the length was checked above, once. */
    const uint8_t *p = r->data + span.pos;
    *h = (struct rtmp_chunk_header){
        .fmt = first >> 6,
        .basic_length = (uint8_t)basic,
        .message_length = (uint8_t)(bytes - basic),
        .csid = first & 0x3F,
    };
    if (basic > 1)
        h->csid = 64U + p[1] + (basic > 2 ? 256U * p[2] : 0);
    p += basic;
    if (h->fmt == 3)
        return true;
    h->timestamp = rtmp_be24(p);
    if (h->fmt <= 1) {
        h->length = rtmp_be24(p + 3);
        h->type = p[6];
    }
    if (h->fmt == 0)
        h->stream_id = rtmp_le32(p + 7);
    if (h->timestamp == RTMP_EXTENDED_TIMESTAMP) {
        h->has_extended = true;
        h->extended = rtmp_u32(r);
    }
    return rtmp_ok(r);
}
