/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* VPCodecConfigurationRecord (VP codec ISO media file format binding), the VP8 frame tag (RFC 6386,
 * 9.1) and the VP9 uncompressed header (VP9 bitstream specification, 6.2). */

enum { VP8_START_CODE = 0x9D012A, VP9_SYNC_CODE = 0x498342 };
enum { COLOUR_SPACE_RGB = 7 };

void rtmp_vpx_config(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_CONFIG_VERSION, 8); /* the record includes the FullBox header */
    rtmp_media_u(m, RTMP_FIELD_CONFIG_FLAGS, 24);
    uint32_t start = m->reader.pos;
    uint32_t profile = rtmp_media_named(m, RTMP_FIELD_VPX_PROFILE, 8, rtmp_names_vpx_profiles);
    uint32_t level = rtmp_media_u(m, RTMP_FIELD_VPX_LEVEL, 8);
    rtmp_media_profile(m, rtmp_media_since(m, start),
                       rtmp_name_of(rtmp_names_vpx_profiles, profile), (double)level / 10.0);
    rtmp_media_u(m, RTMP_FIELD_BIT_DEPTH_LUMA, 4);
    rtmp_media_u(m, RTMP_FIELD_VPX_CHROMA, 3);
    rtmp_media_u(m, RTMP_FIELD_FULL_RANGE, 1);
    rtmp_media_u(m, RTMP_FIELD_COLOUR_PRIMARIES, 8);
    rtmp_media_u(m, RTMP_FIELD_TRANSFER_CHARACTERISTICS, 8);
    rtmp_media_u(m, RTMP_FIELD_MATRIX_COEFFICIENTS, 8);
    uint32_t at = m->reader.pos;
    uint32_t size = rtmp_media_u(m, RTMP_FIELD_VPX_INITIALIZATION_SIZE, 16);
    if (size > rtmp_media_announced(m))
        rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, at);
    rtmp_media_bytes(m, RTMP_FIELD_VPX_INITIALIZATION, size);
}

/* The tag is little-endian: its bits from the lowest are key, version, show, partition size. */
void rtmp_vp8_frame(struct rtmp_media *m) {
    struct rtmp_span span = rtmp_take(&m->reader, 3);
    if (!span.len)
        return;
    uint32_t tag = (uint32_t)rtmp_peek_at(&m->reader, span.pos + 2) << 16 |
                   (uint32_t)rtmp_peek_at(&m->reader, span.pos + 1) << 8 |
                   rtmp_peek_at(&m->reader, span.pos);
    struct rtmp_span first = rtmp_span_of(span.pos, 1);
    rtmp_media_value(m, RTMP_FIELD_VPX_KEY_FRAME, first, !(tag & 1), NULL);
    rtmp_media_value(m, RTMP_FIELD_VPX_PROFILE, first, tag >> 1 & 7,
                     rtmp_name_of(rtmp_names_vpx_profiles, tag >> 1 & 7));
    rtmp_media_value(m, RTMP_FIELD_VPX_SHOW_FRAME, first, tag >> 4 & 1, NULL);
    rtmp_media_value(m, RTMP_FIELD_VP8_FIRST_PARTITION, span, tag >> 5, NULL);
    if (tag & 1)
        return;
    uint32_t at = m->reader.pos;
    if (rtmp_media_u(m, RTMP_FIELD_VPX_SYNC_CODE, 24) != VP8_START_CODE) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
        return;
    }
    at = m->reader.pos;
    uint32_t width =
        rtmp_media_le(m, RTMP_FIELD_NONE, 2) & 0x3FFF; /* the upper two bits are the scale */
    uint32_t height = rtmp_media_le(m, RTMP_FIELD_NONE, 2) & 0x3FFF;
    rtmp_media_size(m, rtmp_media_since(m, at), width, height);
}

/* color_config(): its subsampling bits depend on profile and colour space. */
static void read_vp9_colour(struct rtmp_media *m, uint32_t profile) {
    uint32_t start = m->reader.pos;
    uint32_t twelve = profile >= 2 ? rtmp_bits_take(&m->bits, 1) : 0;
    rtmp_media_value(m, RTMP_FIELD_BIT_DEPTH_LUMA, rtmp_media_since(m, start),
                     profile < 2 ? 8
                     : twelve    ? 12
                                 : 10,
                     NULL);
    uint32_t space = rtmp_media_u(m, RTMP_FIELD_VP9_COLOUR_SPACE, 3);
    if (space != COLOUR_SPACE_RGB)
        rtmp_media_u(m, RTMP_FIELD_FULL_RANGE, 1);
    if (profile & 1)
        rtmp_bits_skip(&m->bits, space == COLOUR_SPACE_RGB ? 1 : 3);
}

void rtmp_vp9_frame(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    if (rtmp_bits_take(&m->bits, 2) != 2) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, start);
        return;
    }
    uint32_t profile = rtmp_bits_take(&m->bits, 1);
    profile |= rtmp_bits_take(&m->bits, 1) << 1;
    rtmp_media_value(m, RTMP_FIELD_VPX_PROFILE, rtmp_media_since(m, start), profile,
                     rtmp_name_of(rtmp_names_vpx_profiles, profile));
    if (profile == 3)
        rtmp_bits_skip(&m->bits, 1);
    if (rtmp_media_u(m, RTMP_FIELD_VP9_SHOW_EXISTING, 1)) {
        rtmp_bits_skip(&m->bits, 3);
        return;
    }
    bool inter = rtmp_bits_take(&m->bits, 1);
    rtmp_media_value(m, RTMP_FIELD_VPX_KEY_FRAME, rtmp_media_since(m, start), !inter, NULL);
    rtmp_media_u(m, RTMP_FIELD_VPX_SHOW_FRAME, 1);
    rtmp_bits_skip(&m->bits, 1); /* error_resilient_mode */
    if (inter)
        return;
    uint32_t at = m->reader.pos;
    if (rtmp_media_u(m, RTMP_FIELD_VPX_SYNC_CODE, 24) != VP9_SYNC_CODE) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
        return;
    }
    read_vp9_colour(m, profile);
    at = m->reader.pos;
    uint32_t width = rtmp_bits_take(&m->bits, 16) + 1;
    uint32_t height = rtmp_bits_take(&m->bits, 16) + 1;
    rtmp_media_size(m, rtmp_media_since(m, at), width, height);
}
