/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/audio.h"

#include "payload/media/enhanced.h"
#include "payload/media/packet.h"

enum { SOUND_FORMAT_EX_HEADER = 9 };

static void read_aac(struct rtmp_media *m) {
    uint32_t type = rtmp_media_u(m, RTMP_FIELD_AUDIO_PACKET_TYPE, 8);
    if (!rtmp_ok(&m->reader)) {
        m->info.kind = RTMP_MEDIA_CUT;
        return;
    }
    m->info.packet_type = (uint8_t)type;
    if (type == 0) {
        m->info.kind = RTMP_MEDIA_CONFIG;
        rtmp_packet_config(m);
        return;
    }
    m->info.kind = type == 1 ? RTMP_MEDIA_FRAME : RTMP_MEDIA_OTHER;
    rtmp_packet_frame(m);
}

void rtmp_audio_read(struct rtmp_media *m) {
    uint32_t format = rtmp_media_u(m, RTMP_FIELD_AUDIO_FORMAT, 4);
    m->info.format = (uint8_t)format;
    if (!rtmp_ok(&m->reader))
        return;
    if (format == SOUND_FORMAT_EX_HEADER) {
        uint32_t type = rtmp_media_u(m, RTMP_FIELD_AUDIO_PACKET_TYPE, 4);
        rtmp_enhanced_read(m, type);
        return;
    }
    rtmp_media_u(m, RTMP_FIELD_AUDIO_RATE, 2);
    rtmp_media_u(m, RTMP_FIELD_AUDIO_SAMPLE_SIZE, 1);
    rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNELS, 1);
    rtmp_packet_set_codec(m, rtmp_span_of(0, 1), rtmp_codec_of_sound_format((uint8_t)format));
    if (m->codec == RTMP_CODEC_AAC)
        read_aac(m);
    else
        rtmp_packet_frame(m);
}
