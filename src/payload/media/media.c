/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media.h"

#include <stddef.h>

#include "payload/media/media_reader.h"

const char *rtmp_codec_name(enum rtmp_codec codec) {
    static const char *const names[] = {
#define CODEC(identifier, text) text,
#include "base/names/codecs.def"
#undef CODEC
    };
    return (unsigned)codec < RTMP_CODEC_COUNT ? names[codec] : names[RTMP_CODEC_UNKNOWN];
}

enum rtmp_codec rtmp_codec_of_sound_format(uint8_t format) {
    switch (format) {
#define NAME(value, identifier, text, codec)                                                       \
    case value:                                                                                    \
        return RTMP_CODEC_##codec;
#include "base/names/sound_formats.def"
#undef NAME
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}

enum rtmp_codec rtmp_codec_of_video_id(uint8_t id) {
    switch (id) {
#define NAME(value, identifier, text, codec)                                                       \
    case value:                                                                                    \
        return RTMP_CODEC_##codec;
#include "base/names/video_codecs.def"
#undef NAME
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}

enum rtmp_codec rtmp_codec_of_fourcc(uint32_t fourcc) {
    switch (fourcc) {
#define FOURCC(a, b, c, d, identifier, codec)                                                      \
    case (uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d):           \
        return RTMP_CODEC_##codec;
#include "base/names/fourccs.def"
#undef FOURCC
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}

const char *rtmp_codec_name_of_metadata(bool video, double value) {
    if (!(value >= 0 && value <= 0xFFFFFFFFU) || value != (double)(uint32_t)value)
        return NULL;
    uint32_t id = (uint32_t)value;
    enum rtmp_codec codec = id > 15 ? rtmp_codec_of_fourcc(id)
                            : video ? rtmp_codec_of_video_id((uint8_t)id)
                                    : rtmp_codec_of_sound_format((uint8_t)id);
    return codec == RTMP_CODEC_UNKNOWN ? NULL : rtmp_codec_name(codec);
}

bool rtmp_media_is_key(const struct rtmp_media_info *info) {
    return info->frame_type == 1 || info->frame_type == 4;
}

void rtmp_media_set_codec(struct rtmp_media *m, struct rtmp_span span, enum rtmp_codec codec) {
    m->codec = codec;
    if (m->info.codec == RTMP_CODEC_UNKNOWN)
        m->info.codec = codec;
    rtmp_media_computed(m, m->video ? RTMP_FIELD_VIDEO_CODEC : RTMP_FIELD_AUDIO_CODEC, span, codec,
                        rtmp_codec_name(codec));
}

/* What reads a codec's configuration record and its coded frames; NULL: bytes. */
static const struct {
    void (*config)(struct rtmp_media *m);
    void (*frame)(struct rtmp_media *m);
} readers[RTMP_CODEC_COUNT] = {
    [RTMP_CODEC_MP3] = {NULL, rtmp_mpeg_audio_frame},
    [RTMP_CODEC_AAC] = {rtmp_aac_config, NULL},
    [RTMP_CODEC_OPUS] = {rtmp_opus_config, rtmp_opus_frame},
    [RTMP_CODEC_FLAC] = {rtmp_flac_config, NULL},
    [RTMP_CODEC_AC3] = {NULL, rtmp_ac3_frame},
    [RTMP_CODEC_EAC3] = {NULL, rtmp_ac3_frame},
    [RTMP_CODEC_SORENSON] = {NULL, rtmp_sorenson_frame},
    [RTMP_CODEC_SCREEN] = {NULL, rtmp_screen_frame},
    [RTMP_CODEC_SCREEN2] = {NULL, rtmp_screen_frame},
    [RTMP_CODEC_H263] = {NULL, rtmp_h263_frame},
    [RTMP_CODEC_VP6] = {NULL, rtmp_vp6_frame},
    [RTMP_CODEC_VP6A] = {NULL, rtmp_vp6a_frame},
    [RTMP_CODEC_H264] = {rtmp_avc_config, rtmp_nal_frame},
    [RTMP_CODEC_HEVC] = {rtmp_hevc_config, rtmp_nal_frame},
    [RTMP_CODEC_VVC] = {rtmp_vvc_config, rtmp_nal_frame},
    [RTMP_CODEC_AV1] = {rtmp_av1_config, rtmp_av1_frame},
    [RTMP_CODEC_VP8] = {rtmp_vpx_config, rtmp_vp8_frame},
    [RTMP_CODEC_VP9] = {rtmp_vpx_config, rtmp_vp9_frame},
};

static void note_data(struct rtmp_media *m) {
    if (m->info.data_pos == 0)
        m->info.data_pos = m->reader.pos;
}

void rtmp_media_config(struct rtmp_media *m) {
    enum rtmp_media_field field = m->video ? RTMP_FIELD_VIDEO_CONFIG : RTMP_FIELD_AUDIO_CONFIG;
    struct rtmp_media_range outer;
    note_data(m);
    if (rtmp_media_announced(m) == 0 ||
        !rtmp_media_enter(m, field, rtmp_media_announced(m), &outer))
        return;
    if (readers[m->codec].config)
        readers[m->codec].config(m);
    else
        rtmp_media_skip_rest(m);
    rtmp_media_leave(m, &outer);
}

void rtmp_media_frame(struct rtmp_media *m) {
    enum rtmp_media_field field = m->video ? RTMP_FIELD_VIDEO_DATA : RTMP_FIELD_AUDIO_DATA;
    struct rtmp_media_range outer;
    note_data(m);
    if (rtmp_media_announced(m) == 0)
        return;
    if (!m->sink || !readers[m->codec].frame) {
        rtmp_media_rest(m, field);
        return;
    }
    if (!rtmp_media_enter(m, field, rtmp_media_announced(m), &outer))
        return;
    m->coded = true;
    readers[m->codec].frame(m);
    rtmp_media_skip_rest(m);
    rtmp_media_leave(m, &outer);
    m->coded = false;
}

static uint32_t length_of(const struct rtmp_media_body *body) {
    return body->length > body->available ? body->length : body->available;
}

static void read_body(struct rtmp_media *m) {
    if (m->limit == 0) {
        m->info.kind = RTMP_MEDIA_EMPTY;
        rtmp_media_computed(m, m->video ? RTMP_FIELD_VIDEO_EMPTY : RTMP_FIELD_AUDIO_SILENCE,
                            rtmp_span_of(0, 0), 1, NULL);
        rtmp_fail_at(&m->reader, RTMP_REMARK_EMPTY, 0);
    } else if (m->video)
        rtmp_video_read(m);
    else
        rtmp_audio_read(m);
    rtmp_media_report(m);
}

static struct rtmp_media media_of(const struct rtmp_media_body *body) {
    return (struct rtmp_media){.reader = rtmp_reader_over(body->bytes, body->available),
                               .limit = length_of(body),
                               .streams = body->streams,
                               .stream_id = body->stream_id,
                               .video = body->video};
}

/* A body with holes, read to its end. */
static struct rtmp_media_info read_outline(const struct rtmp_media_body *body, rtmp_media_sink sink,
                                           void *context) {
    struct rtmp_hole holes[RTMP_OUTLINE_HOLES];
    struct rtmp_media m = media_of(body);
    m.bits.reader = &m.reader;
    m.sink = sink;
    m.context = context;
    m.holes = holes;
    m.hole_count = rtmp_outline_holes(body, holes, &m.nal_length_size);
    read_body(&m);
    return m.info;
}

static bool has_outline(const struct rtmp_media_body *body) {
    return body->head && body->available > body->head;
}

void rtmp_media_read(const struct rtmp_media_body *body, rtmp_media_sink sink, void *context) {
    if (has_outline(body)) {
        (void)read_outline(body, sink, context);
        return;
    }
    struct rtmp_media m = media_of(body);
    m.bits.reader = &m.reader;
    m.sink = sink;
    m.context = context;
    read_body(&m);
}

struct rtmp_media_info rtmp_media_describe(const struct rtmp_media_body *body) {
    struct rtmp_media m = media_of(body);
    m.bits.reader = &m.reader;
    read_body(&m);
    return m.info.tracks_pos && has_outline(body) ? read_outline(body, NULL, NULL) : m.info;
}
