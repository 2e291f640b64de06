/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>
#include <string.h>

/* The identification header OpusHead (RFC 7845, 5.1) and the TOC byte of a packet (RFC 6716, 3.1).
 */

void rtmp_opus_config(struct rtmp_media *m) {
    const uint8_t *magic = rtmp_bytes(&m->reader, rtmp_span_of(m->reader.pos, 8));
    if (!magic || memcmp(magic, "OpusHead", 8) != 0) {
        rtmp_fail_at(&m->reader, magic ? RTMP_ERROR_FORMAT : RTMP_ERROR_END, m->reader.pos);
        return;
    }
    rtmp_media_bytes(m, RTMP_FIELD_CONFIG_MAGIC, 8);
    rtmp_media_u(m, RTMP_FIELD_CONFIG_VERSION, 8);
    m->info.channels = rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNEL_COUNT, 8);
    rtmp_media_le(m, RTMP_FIELD_OPUS_PRE_SKIP, 2);
    uint32_t start = m->reader.pos;
    uint32_t rate = rtmp_media_le(m, RTMP_FIELD_NONE, 4);
    if (rtmp_ok(&m->reader))
        m->info.sample_rate = rate;
    rtmp_media_value(m, RTMP_FIELD_AUDIO_SAMPLE_RATE, rtmp_media_since(m, start), rate, NULL);
    start = m->reader.pos;
    int32_t gain = (int32_t)(rtmp_media_le(m, RTMP_FIELD_NONE, 2) ^ 0x8000) - 0x8000;
    rtmp_media_value(m, RTMP_FIELD_OPUS_OUTPUT_GAIN, rtmp_media_since(m, start), gain, NULL);
    if (rtmp_media_u(m, RTMP_FIELD_OPUS_MAPPING_FAMILY, 8) == 0)
        return;
    rtmp_media_u(m, RTMP_FIELD_OPUS_STREAM_COUNT, 8);
    rtmp_media_u(m, RTMP_FIELD_OPUS_COUPLED_COUNT, 8);
    rtmp_media_bytes(m, RTMP_FIELD_OPUS_CHANNEL_MAPPING, m->info.channels);
}

void rtmp_opus_frame(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_OPUS_TOC_CONFIG, 5);
    rtmp_media_u(m, RTMP_FIELD_OPUS_TOC_STEREO, 1);
    rtmp_media_u(m, RTMP_FIELD_OPUS_TOC_FRAMES, 2);
}
