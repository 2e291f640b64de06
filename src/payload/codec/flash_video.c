/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* Headers of Flash's video codecs: VP6 (Adobe FLV 10.1 E.4.3.2, E.4.3.3 and the VP6 bitstream
 * overview), screen video 1 and 2 (SWF 19, chapter 14) and Sorenson H.263 (SWF 19, H.263). */

enum { MACROBLOCK = 16 };

/* The frame header up to the size; `adjust` is the adjustment byte. */
static void read_vp6_header(struct rtmp_media *m, uint32_t adjust) {
    bool inter = rtmp_bits_take(&m->bits, 1);
    rtmp_media_value(m, RTMP_FIELD_VPX_KEY_FRAME, rtmp_span_of(m->reader.pos, 1), !inter, NULL);
    rtmp_media_u(m, RTMP_FIELD_QUANTIZER, 6);
    bool separate = rtmp_media_u(m, RTMP_FIELD_VP6_SEPARATE_COEFFICIENTS, 1);
    if (inter)
        return;
    rtmp_media_u(m, RTMP_FIELD_VP6_VERSION, 5);
    uint32_t filter = rtmp_media_u(m, RTMP_FIELD_VP6_FILTER, 2);
    rtmp_media_u(m, RTMP_FIELD_VP6_INTERLACED, 1);
    if (separate || filter == 0)
        rtmp_media_u(m, RTMP_FIELD_VP6_COEFFICIENT_OFFSET, 16);
    uint32_t start = m->reader.pos;
    uint32_t height = rtmp_bits_take(&m->bits, 8) * MACROBLOCK;
    uint32_t width = rtmp_bits_take(&m->bits, 8) * MACROBLOCK;
    rtmp_bits_skip(&m->bits, 16); /* the size to scale to, in macroblocks */
    uint32_t across = adjust >> 4;
    uint32_t down = adjust & 15;
    rtmp_media_size(m, rtmp_media_since(m, start), width > across ? width - across : 0,
                    height > down ? height - down : 0);
}

static uint32_t read_vp6_adjustment(struct rtmp_media *m) {
    uint32_t across = rtmp_media_u(m, RTMP_FIELD_VP6_HORIZONTAL_ADJUSTMENT, 4);
    uint32_t down = rtmp_media_u(m, RTMP_FIELD_VP6_VERTICAL_ADJUSTMENT, 4);
    return across << 4 | down;
}

void rtmp_vp6_frame(struct rtmp_media *m) {
    read_vp6_header(m, read_vp6_adjustment(m));
}

void rtmp_vp6a_frame(struct rtmp_media *m) {
    uint32_t adjust = read_vp6_adjustment(m);
    rtmp_media_u(m, RTMP_FIELD_VP6_ALPHA_OFFSET, 24);
    read_vp6_header(m, adjust);
}

void rtmp_screen_frame(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    rtmp_media_u(m, RTMP_FIELD_SCREEN_BLOCK_WIDTH, 4);
    uint32_t width = rtmp_bits_take(&m->bits, 12);
    rtmp_media_u(m, RTMP_FIELD_SCREEN_BLOCK_HEIGHT, 4);
    uint32_t height = rtmp_bits_take(&m->bits, 12);
    rtmp_media_size(m, rtmp_media_since(m, start), width, height);
    if (m->codec != RTMP_CODEC_SCREEN2)
        return;
    rtmp_bits_skip(&m->bits, 6);
    rtmp_media_u(m, RTMP_FIELD_SCREEN_HAS_KEY_BLOCKS, 1);
    rtmp_media_u(m, RTMP_FIELD_SCREEN_HAS_PALETTE, 1);
}

/* The first 17 bits of the picture start code, the same in H.263 and its Sorenson variant. */
static bool read_start_code(struct rtmp_media *m) {
    uint32_t at = m->reader.pos;
    if (rtmp_bits_take(&m->bits, 17) == 1)
        return true;
    rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
    return false;
}

void rtmp_sorenson_frame(struct rtmp_media *m) {
    static const uint16_t sizes[][2] = {{352, 288}, {176, 144}, {128, 96}, {320, 240}, {160, 120}};
    if (!read_start_code(m))
        return;
    rtmp_media_u(m, RTMP_FIELD_SORENSON_VERSION, 5);
    rtmp_media_u(m, RTMP_FIELD_H263_TEMPORAL_REFERENCE, 8);
    uint32_t start = m->reader.pos;
    uint32_t code = rtmp_bits_take(&m->bits, 3);
    uint32_t width = 0;
    uint32_t height = 0;
    if (code < 2) {
        width = rtmp_bits_take(&m->bits, code ? 16 : 8);
        height = rtmp_bits_take(&m->bits, code ? 16 : 8);
    } else if (code < 7) {
        width = sizes[code - 2][0];
        height = sizes[code - 2][1];
    }
    rtmp_media_size(m, rtmp_media_since(m, start), width, height);
    rtmp_media_u(m, RTMP_FIELD_H263_PICTURE_TYPE, 2);
    rtmp_bits_skip(&m->bits, 1); /* deblocking */
    rtmp_media_u(m, RTMP_FIELD_QUANTIZER, 5);
}

void rtmp_h263_frame(struct rtmp_media *m) {
    static const uint16_t sizes[][2] = {
        {128, 96}, {176, 144}, {352, 288}, {704, 576}, {1408, 1152}};
    if (!read_start_code(m))
        return;
    rtmp_bits_skip(&m->bits, 5); /* the rest of the start code */
    rtmp_media_u(m, RTMP_FIELD_H263_TEMPORAL_REFERENCE, 8);
    rtmp_bits_skip(&m->bits, 5); /* two fixed bits, split screen, document camera, freeze release */
    uint32_t start = m->reader.pos;
    uint32_t format = rtmp_bits_take(&m->bits, 3);
    if (format < 1 || format > 5)
        return; /* extended picture type: the size is in optional fields */
    rtmp_media_size(m, rtmp_media_since(m, start), sizes[format - 1][0], sizes[format - 1][1]);
    rtmp_media_u(m, RTMP_FIELD_H263_PICTURE_TYPE, 1);
}
