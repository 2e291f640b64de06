/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* STREAMINFO (RFC 9639, 8.2). Enhanced RTMP has the "fLaC" marker and the block header before
 * it; some writers (observed: FFmpeg 9, gortmplib) omit both. */

enum { MARKER = 0x664C6143, STREAMINFO_LENGTH = 34 };

static uint32_t peek_u32(const struct rtmp_media *m) {
    struct rtmp_reader ahead = m->reader;
    return rtmp_u32(&ahead);
}

void rtmp_flac_config(struct rtmp_media *m) {
    if (peek_u32(m) == MARKER)
        rtmp_media_bytes(m, RTMP_FIELD_CONFIG_MAGIC, 4);
    if ((peek_u32(m) & 0x7FFFFFFF) == STREAMINFO_LENGTH) {
        rtmp_media_u(m, RTMP_FIELD_FLAC_LAST_BLOCK, 1);
        rtmp_media_u(m, RTMP_FIELD_FLAC_BLOCK_TYPE, 7);
        rtmp_media_u(m, RTMP_FIELD_FLAC_BLOCK_LENGTH, 24);
    }
    rtmp_media_u(m, RTMP_FIELD_FLAC_MIN_BLOCK_SIZE, 16);
    rtmp_media_u(m, RTMP_FIELD_FLAC_MAX_BLOCK_SIZE, 16);
    rtmp_media_u(m, RTMP_FIELD_FLAC_MIN_FRAME_SIZE, 24);
    rtmp_media_u(m, RTMP_FIELD_FLAC_MAX_FRAME_SIZE, 24);
    uint32_t rate = rtmp_media_u(m, RTMP_FIELD_AUDIO_SAMPLE_RATE, 20);
    uint32_t channels = rtmp_media_plus(m, RTMP_FIELD_AUDIO_CHANNEL_COUNT, 3, 1);
    rtmp_media_plus(m, RTMP_FIELD_FLAC_BITS_PER_SAMPLE, 5, 1);
    uint32_t start = m->reader.pos;
    uint64_t samples = (uint64_t)rtmp_bits_take(&m->bits, 4) << 32;
    samples |= rtmp_bits_take(&m->bits, 32);
    rtmp_media_value(m, RTMP_FIELD_FLAC_TOTAL_SAMPLES, rtmp_media_since(m, start), (int64_t)samples,
                     NULL);
    rtmp_media_bytes(m, RTMP_FIELD_FLAC_MD5, 16);
    if (!rtmp_ok(&m->reader))
        return;
    m->info.sample_rate = rate;
    m->info.channels = channels;
    rtmp_media_rest(m, RTMP_FIELD_FLAC_OTHER_BLOCKS);
}
