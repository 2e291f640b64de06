/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/enhanced.h"

#include "payload/codec/codecs.h"
#include "payload/media/packet.h"

/* Enhanced RTMP v2, "ExAudioTagHeader" and "ExVideoTagHeader" with their bodies. Version 1 has
 * no ModEx, multitrack and commands. */

enum packet {
    SEQUENCE_START = 0,
    CODED_FRAMES = 1,
    SEQUENCE_END = 2,
    CODED_FRAMES_X = 3,      /* video */
    METADATA = 4,            /* video */
    MULTICHANNEL_CONFIG = 4, /* audio */
    MPEG2_TS_START = 5,      /* video */
    AUDIO_MULTITRACK = 5,
    VIDEO_MULTITRACK = 6,
    MODEX = 7,
};

enum layout { ONE_TRACK = 0, MANY_TRACKS = 1, MANY_CODECS = 2 };

enum { FRAME_TYPE_COMMAND = 5 };

static enum rtmp_media_field packet_type_field(const struct rtmp_media *m) {
    return m->video ? RTMP_FIELD_VIDEO_PACKET_TYPE : RTMP_FIELD_AUDIO_PACKET_TYPE;
}

static bool is_multitrack(const struct rtmp_media *m, uint32_t type) {
    return type == (m->video ? VIDEO_MULTITRACK : AUDIO_MULTITRACK);
}

/* Size minus one: one byte for 1 .. 255; from 256 on FF and 16 bits. */
static uint32_t read_modex_size(struct rtmp_reader *r) {
    uint32_t size = rtmp_u8(r) + 1U;
    return size == 256 ? rtmp_u16(r) + 1U : size;
}

/* The ModEx type follows its data. */
static void read_modex_data(struct rtmp_media *m, uint32_t size) {
    uint32_t type = rtmp_peek_at(&m->reader, m->reader.pos + size) >> 4;
    if (type == 0 && size >= 3 && size < rtmp_left(&m->reader)) {
        m->info.nano_offset = rtmp_media_u(m, RTMP_FIELD_TIMESTAMP_NANO_OFFSET, 24);
        size -= 3;
    }
    rtmp_media_bytes(m, RTMP_FIELD_MODEX_DATA, size);
}

/* Read one modifier. False: an error, which ends the body. */
static bool read_modex(struct rtmp_media *m, uint32_t *next) {
    struct rtmp_reader ahead = m->reader;
    uint32_t size = read_modex_size(&ahead);
    uint32_t size_bytes = ahead.pos - m->reader.pos;
    uint32_t whole = size_bytes + size + 1;
    bool fits = rtmp_ok(&ahead) && whole <= rtmp_media_announced(m);
    struct rtmp_media_range outer;
    if (!rtmp_media_enter(m, RTMP_FIELD_MODEX, fits ? whole : rtmp_media_announced(m), &outer))
        return false;
    struct rtmp_span span = rtmp_take(&m->reader, size_bytes ? size_bytes : 1);
    rtmp_media_value(m, RTMP_FIELD_MODEX_SIZE, span, size, NULL);
    if (!fits)
        rtmp_fail_at(&m->reader, rtmp_ok(&ahead) ? RTMP_ERROR_LENGTH : RTMP_ERROR_END, span.pos);
    else
        read_modex_data(m, size);
    rtmp_media_u(m, RTMP_FIELD_MODEX_TYPE, 4);
    *next = rtmp_media_u(m, packet_type_field(m), 4);
    bool ok = rtmp_ok(&m->reader);
    rtmp_media_leave(m, &outer);
    return ok;
}

static void read_fourcc(struct rtmp_media *m) {
    struct rtmp_span span = rtmp_span_of(m->reader.pos, 4);
    uint32_t fourcc = rtmp_u32(&m->reader);
    if (!rtmp_ok(&m->reader))
        return;
    if (m->info.fourcc == 0)
        m->info.fourcc = fourcc;
    rtmp_media_value(m, m->video ? RTMP_FIELD_VIDEO_FOURCC : RTMP_FIELD_AUDIO_FOURCC, span, fourcc,
                     NULL);
    rtmp_packet_set_codec(m, span, rtmp_codec_of_fourcc(fourcc));
}

static void read_multichannel(struct rtmp_media *m) {
    m->info.kind = RTMP_MEDIA_MULTICHANNEL;
    uint32_t order = rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNEL_ORDER, 8);
    uint32_t count = rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNEL_COUNT, 8);
    m->info.channels = count;
    if (order == 1) {
        uint32_t start = m->reader.pos;
        uint32_t mask = rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNEL_MASK, 32);
        for (unsigned bit = 0; bit < 24; bit++)
            if (mask >> bit & 1)
                rtmp_media_computed(m, RTMP_FIELD_AUDIO_CHANNEL, rtmp_span_of(start, 4), bit, NULL);
    }
    if (order == 2)
        for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
            rtmp_media_u(m, RTMP_FIELD_AUDIO_CHANNEL, 8);
}

static void read_frames(struct rtmp_media *m, bool with_composition_time) {
    m->info.kind = RTMP_MEDIA_FRAME;
    m->info.timed = with_composition_time;
    if (with_composition_time && rtmp_codec_has_composition_time(m->codec))
        rtmp_packet_composition_time(m);
    if (rtmp_ok(&m->reader))
        rtmp_packet_frame(m);
}

static void read_ts_start(struct rtmp_media *m) {
    m->info.kind = RTMP_MEDIA_CONFIG;
    if (rtmp_codec_has_obus(m->codec))
        rtmp_av1_ts_descriptor(m);
    else
        rtmp_media_rest(m, RTMP_FIELD_VIDEO_CONFIG);
}

static void read_unknown(struct rtmp_media *m) {
    m->info.kind = RTMP_MEDIA_OTHER;
    rtmp_media_rest(m, m->video ? RTMP_FIELD_VIDEO_DATA : RTMP_FIELD_AUDIO_DATA);
}

static void read_video_packet(struct rtmp_media *m, uint32_t type) {
    switch (type) {
    case CODED_FRAMES:
        read_frames(m, true);
        break;
    case CODED_FRAMES_X:
        read_frames(m, false);
        break;
    case METADATA:
        m->info.kind = RTMP_MEDIA_METADATA;
        rtmp_media_rest(m, RTMP_FIELD_VIDEO_METADATA);
        break;
    case MPEG2_TS_START:
        read_ts_start(m);
        break;
    default:
        read_unknown(m);
    }
}

static void read_enhanced_packet(struct rtmp_media *m, uint32_t type) {
    if (type == SEQUENCE_START) {
        m->info.kind = RTMP_MEDIA_CONFIG;
        rtmp_packet_config(m);
    } else if (type == SEQUENCE_END)
        m->info.kind = RTMP_MEDIA_SEQUENCE_END;
    else if (m->video)
        read_video_packet(m, type);
    else if (type == CODED_FRAMES)
        read_frames(m, false);
    else if (type == MULTICHANNEL_CONFIG)
        read_multichannel(m);
    else
        read_unknown(m);
}

static void read_enhanced_track(struct rtmp_media *m, uint32_t layout, uint32_t type) {
    uint32_t header = (layout == MANY_CODECS ? 4U : 0U) + 1U;
    uint32_t whole = rtmp_media_announced(m);
    struct rtmp_reader ahead = m->reader;
    (void)rtmp_take(&ahead, header);
    uint32_t size = layout == ONE_TRACK ? 0 : rtmp_u24(&ahead);
    if (layout != ONE_TRACK && rtmp_ok(&ahead) && header + 3 + size < whole)
        whole = header + 3 + size;
    struct rtmp_media_range outer;
    if (!rtmp_media_enter(m, RTMP_FIELD_TRACK, whole, &outer))
        return;
    if (layout == MANY_CODECS)
        read_fourcc(m);
    uint32_t id = rtmp_media_u(m, RTMP_FIELD_TRACK_ID, 8);
    m->track = (uint8_t)id;
    if (m->info.tracks++ == 0)
        m->info.track_id = (uint8_t)id;
    if (layout != ONE_TRACK) {
        uint32_t at = m->reader.pos;
        rtmp_media_u(m, RTMP_FIELD_TRACK_SIZE, 24);
        if (rtmp_ok(&m->reader) && size > rtmp_media_announced(m))
            rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, at);
    }
    if (rtmp_ok(&m->reader))
        read_enhanced_packet(m, type);
    rtmp_media_leave(m, &outer);
}

static void read_multitrack(struct rtmp_media *m) {
    uint32_t at = m->reader.pos;
    uint32_t layout = rtmp_media_u(m, RTMP_FIELD_MULTITRACK_TYPE, 4);
    uint32_t type = rtmp_media_u(m, packet_type_field(m), 4);
    if (!rtmp_ok(&m->reader))
        return;
    m->info.kind = RTMP_MEDIA_OTHER;
    m->info.multitrack = true;
    m->info.packet_type = (uint8_t)type;
    if (layout > MANY_CODECS || type == MODEX || is_multitrack(m, type))
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
    m->info.many_codecs = layout == MANY_CODECS;
    if (layout != MANY_CODECS)
        read_fourcc(m);
    if (layout != ONE_TRACK)
        m->info.tracks_pos = m->reader.pos;
    uint32_t header = layout == ONE_TRACK ? 1 : layout == MANY_TRACKS ? 4 : 8;
    bool first = true; /* an empty list is an error */
    while (rtmp_media_has_next(m, header) || (first && rtmp_ok(&m->reader))) {
        read_enhanced_track(m, layout, type);
        first = false;
    }
}

void rtmp_enhanced_read(struct rtmp_media *m, uint32_t type) {
    m->info.enhanced = true;
    m->info.kind = RTMP_MEDIA_CUT;
    while (type == MODEX)
        if (!read_modex(m, &type))
            return;
    if (!rtmp_ok(&m->reader))
        return;
    m->info.packet_type = (uint8_t)type;
    if (m->video && m->info.frame_type == FRAME_TYPE_COMMAND && type != METADATA) {
        rtmp_packet_command(m);
        return;
    }
    if (is_multitrack(m, type)) {
        read_multitrack(m);
        return;
    }
    read_fourcc(m);
    if (rtmp_ok(&m->reader))
        read_enhanced_packet(m, type);
}
