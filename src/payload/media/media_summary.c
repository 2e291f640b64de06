/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media_summary.h"

void rtmp_fourcc_text(struct rtmp_text *text, uint32_t fourcc) {
    const uint8_t bytes[4] = {(uint8_t)(fourcc >> 24), (uint8_t)(fourcc >> 16),
                              (uint8_t)(fourcc >> 8), (uint8_t)fourcc};
    rtmp_text_wire(text, bytes, sizeof bytes, 0);
}

static void add_codec(struct rtmp_text *text, const struct rtmp_media_body *body,
                      const struct rtmp_media_info *info) {
    rtmp_text_add(text, body->video ? "Video" : "Audio");
    if (info->codec != RTMP_CODEC_UNKNOWN) {
        rtmp_text_add(text, " ");
        rtmp_text_add(text, rtmp_codec_name(info->codec));
    } else if (info->fourcc) {
        rtmp_text_add(text, " ");
        rtmp_fourcc_text(text, info->fourcc);
    } else if (!info->enhanced && info->kind != RTMP_MEDIA_EMPTY)
        rtmp_text_format(text, " %s %u", body->video ? "codec" : "format", info->format);
    if (info->tracks > 1)
        rtmp_text_format(text, " %u tracks", info->tracks);
    else if (info->multitrack)
        rtmp_text_format(text, " track %u", info->track_id);
}

static void add_frame(struct rtmp_text *text, const struct rtmp_media_body *body,
                      const struct rtmp_media_info *info, const struct rtmp_message *message) {
    static const char *const frames[] = {"", " keyframe", " inter", " disposable",
                                         " generated keyframe"};
    if (body->video && info->frame_type < sizeof frames / sizeof frames[0])
        rtmp_text_add(text, frames[info->frame_type]);
    rtmp_text_add(text, message->relative ? ", ts +" : ", ts ");
    rtmp_text_unsigned(text, message->timestamp);
    rtmp_text_add(text, " ms, ");
    rtmp_text_size(text, body->length);
}

static void add_channels(struct rtmp_text *text, uint32_t channels) {
    if (channels == 1 || channels == 2)
        rtmp_text_add(text, channels == 1 ? " mono" : " stereo");
    else if (channels)
        rtmp_text_format(text, " %u channels", channels);
}

static void add_config(struct rtmp_text *text, const struct rtmp_media_info *info) {
    rtmp_text_add(text, " config");
    if (info->width)
        rtmp_text_format(text, " %ux%u", info->width, info->height);
    if (info->sample_rate)
        rtmp_text_format(text, " %u Hz", info->sample_rate);
    add_channels(text, info->channels);
}

void rtmp_media_summary(struct rtmp_text *text, const struct rtmp_media_body *body,
                        const struct rtmp_message *message) {
    struct rtmp_media_info info = rtmp_media_describe(body);
    add_codec(text, body, &info);
    switch (info.kind) {
    case RTMP_MEDIA_EMPTY:
        rtmp_text_add(text, body->video ? " empty" : " silence");
        break;
    case RTMP_MEDIA_CONFIG:
        add_config(text, &info);
        break;
    case RTMP_MEDIA_SEQUENCE_END:
        rtmp_text_add(text, " end of sequence");
        break;
    case RTMP_MEDIA_METADATA:
        rtmp_text_add(text, " metadata");
        break;
    case RTMP_MEDIA_COMMAND:
        rtmp_text_add(text, info.command == 0   ? " command: start seek"
                            : info.command == 1 ? " command: end seek"
                                                : " command");
        break;
    case RTMP_MEDIA_MULTICHANNEL:
        rtmp_text_add(text, " multichannel config");
        add_channels(text, info.channels);
        break;
    case RTMP_MEDIA_FRAME:
        add_frame(text, body, &info, message);
        break;
    case RTMP_MEDIA_OTHER:
        rtmp_text_format(text, " packet type %u", info.packet_type);
        break;
    case RTMP_MEDIA_CUT:
        rtmp_text_add(text, " cut short");
        break;
    }
}
