/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/video.h"

#include "payload/media/enhanced.h"
#include "payload/media/packet.h"

enum { FRAME_TYPE_COMMAND = 5 };

static void read_avc_packet(struct rtmp_media *m) {
    static const enum rtmp_media_kind kinds[] = {RTMP_MEDIA_CONFIG, RTMP_MEDIA_FRAME,
                                                 RTMP_MEDIA_SEQUENCE_END};
    uint32_t type = rtmp_media_u(m, RTMP_FIELD_VIDEO_PACKET_TYPE, 8);
    if (!rtmp_ok(&m->reader)) {
        m->info.kind = RTMP_MEDIA_CUT;
        return;
    }
    m->info.packet_type = (uint8_t)type;
    m->info.kind = type < 3 ? kinds[type] : RTMP_MEDIA_OTHER;
    rtmp_packet_composition_time(m);
}

static void read_legacy(struct rtmp_media *m) {
    uint32_t id = rtmp_media_u(m, RTMP_FIELD_VIDEO_CODEC_ID, 4);
    m->info.format = (uint8_t)id;
    rtmp_packet_set_codec(m, rtmp_span_of(0, 1), rtmp_codec_of_video_id((uint8_t)id));
    bool command = m->info.frame_type == FRAME_TYPE_COMMAND;
    /* Servers send a seek command of an AVC stream as two bytes, without the packet type. */
    if (rtmp_video_has_packet_type(id) && !(command && rtmp_media_announced(m) < 5))
        read_avc_packet(m);
    if (!rtmp_ok(&m->reader))
        return;
    if (command)
        rtmp_packet_command(m);
    else if (m->info.kind == RTMP_MEDIA_CONFIG)
        rtmp_packet_config(m);
    else
        rtmp_packet_frame(m);
}

void rtmp_video_read(struct rtmp_media *m) {
    bool enhanced = rtmp_media_u(m, RTMP_FIELD_VIDEO_ENHANCED, 1);
    m->info.frame_type = (uint8_t)rtmp_media_u(m, RTMP_FIELD_VIDEO_FRAME_TYPE, 3);
    if (enhanced)
        rtmp_enhanced_read(m, rtmp_media_u(m, RTMP_FIELD_VIDEO_PACKET_TYPE, 4));
    else if (rtmp_ok(&m->reader))
        read_legacy(m);
}
