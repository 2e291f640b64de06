/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk.h"

bool rtmp_chunk_header_read(struct rtmp_reader *reader, struct rtmp_chunk_header *h) {
    static const uint8_t message_length[4] = {11, 7, 3, 0};
    struct rtmp_reader copy = *reader; /* stays in registers */
    struct rtmp_reader *r = &copy;
    uint32_t start = r->pos;
    uint8_t first = rtmp_u8(r);
    *h =
        (struct rtmp_chunk_header){.fmt = first >> 6, .message_length = message_length[first >> 6]};
    uint32_t id = first & 0x3F;
    if (id == 0) {
        h->csid = 64U + rtmp_u8(r);
    } else if (id == 1) {
        uint32_t low = rtmp_u8(r);
        h->csid = 64U + low + 256U * rtmp_u8(r);
    } else {
        h->csid = id;
    }
    h->basic_length = (uint8_t)(r->pos - start);
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
