/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf0_scalar.h"

bool rtmp_amf0_scalar(struct rtmp_reader *reader, struct rtmp_amf_leaf *leaf) {
    struct rtmp_reader r = *reader;
    uint8_t marker = rtmp_u8(&r);
    if (!rtmp_amf0_scalar_behind(&r, marker, leaf) || !rtmp_ok(&r))
        return false;
    leaf->whole = rtmp_span_of(reader->pos, r.pos - reader->pos);
    reader->pos = r.pos;
    return true;
}

/* Without reading it: commands skip most of their values. */
uint32_t rtmp_amf0_scalar_length(const struct rtmp_reader *reader) {
    uint32_t pos = reader->pos;
    uint32_t length;
    switch (rtmp_peek_at(reader, pos)) {
    case RTMP_AMF0_NUMBER:
        length = 1 + 8;
        break;
    case RTMP_AMF0_BOOLEAN:
        length = 1 + 1;
        break;
    case RTMP_AMF0_STRING:
        length =
            1 + 2 + (uint32_t)(rtmp_peek_at(reader, pos + 1) << 8 | rtmp_peek_at(reader, pos + 2));
        break;
    case RTMP_AMF0_NULL:
    case RTMP_AMF0_UNDEFINED:
        length = 1;
        break;
    default:
        return 0;
    }
    return length <= rtmp_left(reader) ? length : 0;
}
