/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* The frame header of MPEG-1/2/2.5 audio (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-3). */

enum { SYNC = 0x7FF, VERSION_25 = 0, VERSION_RESERVED = 1, VERSION_1 = 3, LAYER_III = 1, MONO = 3 };

static uint32_t bit_rate_of(uint32_t version, uint32_t layer, uint32_t index) {
    static const uint16_t kbps[2][15] = {
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
    };
    return layer == LAYER_III && index < 15 ? kbps[version != VERSION_1][index] : 0;
}

static uint32_t mpeg_sample_rate_of(uint32_t version, uint32_t index) {
    static const uint16_t rates[] = {44100, 48000, 32000};
    if (index > 2 || version == VERSION_RESERVED)
        return 0;
    return rates[index] >> (version == VERSION_1 ? 0 : version == VERSION_25 ? 2 : 1);
}

void rtmp_mpeg_audio_frame(struct rtmp_media *m) {
    struct rtmp_reader ahead = m->reader;
    if (rtmp_u32(&ahead) >> 21 != SYNC)
        return; /* a frame may begin in an earlier message */
    uint32_t start = m->reader.pos;
    rtmp_bits_skip(&m->bits, 11);
    uint32_t version = rtmp_media_u(m, RTMP_FIELD_MPEG_VERSION, 2);
    uint32_t layer = rtmp_media_u(m, RTMP_FIELD_MPEG_LAYER, 2);
    rtmp_bits_skip(&m->bits, 1); /* protection_bit */
    uint32_t at = m->reader.pos;
    uint32_t bit_rate = bit_rate_of(version, layer, rtmp_bits_take(&m->bits, 4));
    if (bit_rate)
        rtmp_media_computed(m, RTMP_FIELD_MPEG_BIT_RATE, rtmp_media_since(m, at), bit_rate, NULL);
    uint32_t rate = mpeg_sample_rate_of(version, rtmp_bits_take(&m->bits, 2));
    rtmp_bits_skip(&m->bits, 2); /* padding, private */
    uint32_t mode = rtmp_media_u(m, RTMP_FIELD_MPEG_CHANNEL_MODE, 2);
    rtmp_bits_skip(&m->bits, 6);
    rtmp_media_sample_rate(m, rtmp_media_since(m, start), rate);
    rtmp_media_channels(m, rtmp_media_since(m, start), mode == MONO ? 1 : 2);
}
