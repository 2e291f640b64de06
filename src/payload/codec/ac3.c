/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* syncinfo() and the head of bsi() of AC-3 and E-AC-3 (ETSI TS 102 366, 4.3 and E.1.2). bsid has
 * the same position in both and distinguishes them. */

enum { SYNC_WORD = 0x0B77, LAST_AC3_BSID = 10, HALF_RATE = 3 };

static uint32_t ac3_sample_rate_of(uint32_t code) {
    static const uint16_t rates[] = {48000, 44100, 32000};
    return code < 3 ? rates[code] : 0;
}

static uint32_t ac3_channels_of(uint32_t mode, uint32_t lfe) {
    static const uint8_t channels[] = {2, 1, 2, 3, 3, 4, 4, 5};
    return channels[mode] + lfe;
}

static void read_ac3(struct rtmp_media *m, uint32_t start) {
    rtmp_bits_skip(&m->bits, 16); /* crc1 */
    uint32_t rate = ac3_sample_rate_of(rtmp_bits_take(&m->bits, 2));
    rtmp_media_u(m, RTMP_FIELD_AC3_FRAME_SIZE_CODE, 6);
    rtmp_media_u(m, RTMP_FIELD_AC3_BSID, 5);
    rtmp_bits_skip(&m->bits, 3); /* bsmod */
    uint32_t mode = rtmp_media_u(m, RTMP_FIELD_AC3_CHANNEL_MODE, 3);
    if ((mode & 1) && mode != 1)
        rtmp_bits_skip(&m->bits, 2); /* cmixlev */
    if (mode & 4)
        rtmp_bits_skip(&m->bits, 2); /* surmixlev */
    if (mode == 2)
        rtmp_bits_skip(&m->bits, 2); /* dsurmod */
    uint32_t lfe = rtmp_media_u(m, RTMP_FIELD_AC3_LFE, 1);
    rtmp_media_sample_rate(m, rtmp_media_since(m, start), rate);
    rtmp_media_channels(m, rtmp_media_since(m, start), ac3_channels_of(mode, lfe));
}

static void read_eac3(struct rtmp_media *m, uint32_t start) {
    rtmp_media_u(m, RTMP_FIELD_EAC3_STREAM_TYPE, 2);
    rtmp_media_u(m, RTMP_FIELD_EAC3_SUBSTREAM_ID, 3);
    rtmp_media_u(m, RTMP_FIELD_EAC3_FRAME_SIZE, 11);
    uint32_t code = rtmp_bits_take(&m->bits, 2);
    uint32_t on_continuation =
        rtmp_bits_take(&m->bits, 2); /* numblkscod, or fscod2 at half rates */
    uint32_t rate =
        code == HALF_RATE ? ac3_sample_rate_of(on_continuation) / 2 : ac3_sample_rate_of(code);
    uint32_t mode = rtmp_media_u(m, RTMP_FIELD_AC3_CHANNEL_MODE, 3);
    uint32_t lfe = rtmp_media_u(m, RTMP_FIELD_AC3_LFE, 1);
    rtmp_media_u(m, RTMP_FIELD_AC3_BSID, 5);
    rtmp_media_sample_rate(m, rtmp_media_since(m, start), rate);
    rtmp_media_channels(m, rtmp_media_since(m, start), ac3_channels_of(mode, lfe));
}

void rtmp_ac3_frame(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    if (rtmp_media_u(m, RTMP_FIELD_AC3_SYNC_WORD, 16) != SYNC_WORD) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, start);
        return;
    }
    uint32_t bsid = rtmp_peek_at(&m->reader, start + 5) >> 3;
    if (rtmp_left(&m->reader) < 4)
        (void)rtmp_take(&m->reader, 4);
    else if (bsid <= LAST_AC3_BSID)
        read_ac3(m, start);
    else
        read_eac3(m, start);
}
