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

uint32_t rtmp_amf0_scalar_length(const struct rtmp_reader *reader) {
    struct rtmp_reader r = *reader;
    struct rtmp_amf_leaf leaf;
    uint8_t marker = rtmp_u8(&r);
    return rtmp_amf0_scalar_behind(&r, marker, &leaf) && rtmp_ok(&r) ? r.pos - reader->pos : 0;
}
