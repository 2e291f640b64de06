/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/nal_length.h"

#include <stdbool.h>
#include <stddef.h>

/* Do lengths of `size` bytes lead from NAL unit to NAL unit exactly to the limit? */
static bool lengths_fit(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit,
                        unsigned size) {
    uint32_t pos = r->pos;
    do {
        if (limit - pos <= size)
            return false;
        if (r->end < limit && (pos >= r->end || r->end - pos <= size))
            return true; /* cut: they do as far as there are bytes */
        uint32_t len = 0;
        for (unsigned i = 0; i < size; i++)
            len = len << 8 | rtmp_peek_at(r, pos + i);
        if (len < (codec == RTMP_CODEC_H264 ? 1U : 2U) || len > limit - pos - size ||
            rtmp_peek_at(r, pos + size) & 0x80)
            return false;
        pos += size + len;
    } while (pos != limit);
    return true;
}

uint8_t rtmp_nal_length_size(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit) {
    static const uint8_t sizes[] = {4, 2, 1};
    for (size_t i = 0; i < sizeof sizes; i++)
        if (lengths_fit(codec, r, limit, sizes[i]))
            return sizes[i];
    return 0;
}
