/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media_reader.h"

enum { FRAME_TYPE_COMMAND = 5 };

/* Codec ids whose messages carry a packet type and a composition time: AVC (specified), MPEG-4
 * Visual (observed: FFmpeg) and the CDNs' own ids, which copy AVC's layout. */
static bool has_packet_type(uint32_t codec_id) {
    return codec_id == 7 || codec_id == 9 || codec_id >= 12;
}

void rtmp_video_composition_time(struct rtmp_media *m) {
    struct rtmp_span span = rtmp_span_of(m->reader.pos, 3);
    m->info.composition_time = rtmp_s24(&m->reader);
    rtmp_media_value(m, RTMP_FIELD_VIDEO_COMPOSITION_TIME, span, m->info.composition_time, NULL);
}

void rtmp_video_command(struct rtmp_media *m) {
    m->info.command = (uint8_t)rtmp_media_u(m, RTMP_FIELD_VIDEO_COMMAND, 8);
    m->info.kind = rtmp_ok(&m->reader) ? RTMP_MEDIA_COMMAND : RTMP_MEDIA_CUT;
}

static void read_packet(struct rtmp_media *m) {
    static const enum rtmp_media_kind kinds[] = {RTMP_MEDIA_CONFIG, RTMP_MEDIA_FRAME,
                                                 RTMP_MEDIA_SEQUENCE_END};
    uint32_t type = rtmp_media_u(m, RTMP_FIELD_VIDEO_PACKET_TYPE, 8);
    if (!rtmp_ok(&m->reader)) {
        m->info.kind = RTMP_MEDIA_CUT;
        return;
    }
    m->info.packet_type = (uint8_t)type;
    m->info.kind = type < 3 ? kinds[type] : RTMP_MEDIA_OTHER;
    rtmp_video_composition_time(m);
}

static void read_legacy(struct rtmp_media *m) {
    uint32_t id = rtmp_media_u(m, RTMP_FIELD_VIDEO_CODEC_ID, 4);
    m->info.format = (uint8_t)id;
    rtmp_media_set_codec(m, rtmp_span_of(0, 1), rtmp_codec_of_video_id((uint8_t)id));
    bool command = m->info.frame_type == FRAME_TYPE_COMMAND;
    /* Servers send a seek command of an AVC stream as two bytes, without the packet type. */
    if (has_packet_type(id) && !(command && rtmp_media_announced(m) < 5))
        read_packet(m);
    if (!rtmp_ok(&m->reader))
        return;
    if (command)
        rtmp_video_command(m);
    else if (m->info.kind == RTMP_MEDIA_CONFIG)
        rtmp_media_config(m);
    else
        rtmp_media_frame(m);
}

void rtmp_video_read(struct rtmp_media *m) {
    bool enhanced = rtmp_media_u(m, RTMP_FIELD_VIDEO_ENHANCED, 1);
    m->info.frame_type = (uint8_t)rtmp_media_u(m, RTMP_FIELD_VIDEO_FRAME_TYPE, 3);
    if (enhanced)
        rtmp_enhanced_read(m, rtmp_media_u(m, RTMP_FIELD_VIDEO_PACKET_TYPE, 4));
    else if (rtmp_ok(&m->reader))
        read_legacy(m);
}
