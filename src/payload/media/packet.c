/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/packet.h"

#include "payload/codec/codecs.h"

void rtmp_packet_set_codec(struct rtmp_media *m, struct rtmp_span span, enum rtmp_codec codec) {
    m->codec = codec;
    if (m->info.codec == RTMP_CODEC_UNKNOWN)
        m->info.codec = codec;
    rtmp_media_computed(m, m->video ? RTMP_FIELD_VIDEO_CODEC : RTMP_FIELD_AUDIO_CODEC, span, codec,
                        rtmp_codec_name(codec));
}

void rtmp_packet_composition_time(struct rtmp_media *m) {
    struct rtmp_span span = rtmp_span_of(m->reader.pos, 3);
    m->info.composition_time = rtmp_s24(&m->reader);
    rtmp_media_value(m, RTMP_FIELD_VIDEO_COMPOSITION_TIME, span, m->info.composition_time, NULL);
}

void rtmp_packet_command(struct rtmp_media *m) {
    m->info.command = (uint8_t)rtmp_media_u(m, RTMP_FIELD_VIDEO_COMMAND, 8);
    m->info.kind = rtmp_ok(&m->reader) ? RTMP_MEDIA_COMMAND : RTMP_MEDIA_CUT;
}

/* The readers of a codec's configuration record and coded frames; NULL: their bytes are shown. */
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
    [RTMP_CODEC_H264] = {rtmp_avc_config, rtmp_avc_frame},
    [RTMP_CODEC_HEVC] = {rtmp_hevc_config, rtmp_hevc_frame},
    [RTMP_CODEC_VVC] = {rtmp_vvc_config, rtmp_vvc_frame},
    [RTMP_CODEC_AV1] = {rtmp_av1_config, rtmp_av1_frame},
    [RTMP_CODEC_VP8] = {rtmp_vpx_config, rtmp_vp8_frame},
    [RTMP_CODEC_VP9] = {rtmp_vpx_config, rtmp_vp9_frame},
};

static void note_data(struct rtmp_media *m) {
    if (m->info.data_pos == 0)
        m->info.data_pos = m->reader.pos;
}

void rtmp_packet_config(struct rtmp_media *m) {
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

void rtmp_packet_frame(struct rtmp_media *m) {
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
