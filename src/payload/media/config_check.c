/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/config_check.h"

/* What a configuration message holds. */
struct found {
    enum rtmp_codec codec;
    bool record;
    bool sequence_set;
    bool picture_set;
};

/* The NAL unit types of the parameter sets that a decoder needs. */
static const struct set_types {
    enum rtmp_codec codec;
    uint8_t sequence, picture;
} set_types[] = {{RTMP_CODEC_H264, 7, 8}, {RTMP_CODEC_HEVC, 33, 34}, {RTMP_CODEC_VVC, 15, 16}};

static const struct set_types *set_types_of(enum rtmp_codec codec) {
    for (size_t i = 0; i < sizeof set_types / sizeof *set_types; i++)
        if (set_types[i].codec == codec)
            return &set_types[i];
    return NULL;
}

static void check_unit_type(struct found *found, uint32_t type) {
    const struct set_types *types = set_types_of(found->codec);
    if (!types)
        return;
    found->sequence_set |= type == types->sequence;
    found->picture_set |= type == types->picture;
}

static void on_checked_event(void *context, const struct rtmp_media_event *event) {
    struct found *found = context;
    switch ((int)event->field) {
    case RTMP_FIELD_VIDEO_CODEC:
    case RTMP_FIELD_AUDIO_CODEC:
        found->codec = (enum rtmp_codec)event->value;
        break;
    case RTMP_FIELD_VIDEO_CONFIG:
    case RTMP_FIELD_AUDIO_CONFIG:
        found->record |= event->span.len != 0;
        break;
    case RTMP_FIELD_NAL_TYPE:
        check_unit_type(found, (uint32_t)event->value);
        break;
    default:
        break;
    }
}

/* Codecs that no record configures: their configuration messages are empty (observed: FFmpeg 9,
 * AC-3). */
static bool needs_no_record(enum rtmp_codec codec) {
    return codec == RTMP_CODEC_AC3 || codec == RTMP_CODEC_EAC3 || codec == RTMP_CODEC_MP3;
}

bool rtmp_config_lacks(const struct rtmp_media_body *body) {
    if (rtmp_media_describe(body).kind != RTMP_MEDIA_CONFIG)
        return false;
    struct found found = {.codec = RTMP_CODEC_UNKNOWN};
    rtmp_media_read(body, on_checked_event, &found);
    if (needs_no_record(found.codec))
        return false;
    return !found.record ||
           (set_types_of(found.codec) && !(found.sequence_set && found.picture_set));
}

bool rtmp_config_is_needed(const struct rtmp_media_body *body) {
    const struct rtmp_media_info info = rtmp_media_describe(body);
    if (info.kind != RTMP_MEDIA_FRAME)
        return false;
    return set_types_of(info.codec) || info.codec == RTMP_CODEC_AAC ||
           info.codec == RTMP_CODEC_FLAC;
}
