/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/body_format.h"

#include "payload/media/config_message.h"
#include "payload/media/media.h"
#include "payload/media/outline.h"

static enum rtmp_keep begin_outline(struct rtmp_outline *outline,
                                    const struct rtmp_decoder_configs *configs,
                                    const struct rtmp_message *message, const uint8_t *head,
                                    uint32_t available) {
    const struct rtmp_media_body body = {.video = message->type == RTMP_MESSAGE_VIDEO,
                                         .bytes = head,
                                         .available = available,
                                         .length = message->length,
                                         .stream_id = message->stream_id,
                                         .decoder_configs = configs};
    return rtmp_outline_begin(outline, &body);
}

/* Longer composition times are no evidence of one. */
#define COMPOSITION_TIME_MAX 60000 /* ms */

static enum rtmp_body_likeness likeness(uint8_t type, const uint8_t *bytes, uint32_t available,
                                        uint32_t length) {
    const struct rtmp_media_body body = {.video = type == RTMP_MESSAGE_VIDEO,
                                         .bytes = bytes,
                                         .available = available,
                                         .length = length};
    const struct rtmp_media_info info = rtmp_media_describe(&body);
    if (info.enhanced)
        return info.codec == RTMP_CODEC_UNKNOWN ? RTMP_BODY_UNKNOWN : RTMP_BODY_FOURCC;
    if (!body.video)
        return info.codec == RTMP_CODEC_AAC && available >= 2 && info.packet_type <= 1
                   ? RTMP_BODY_PACKET
                   : RTMP_BODY_UNKNOWN;
    bool is_timed = rtmp_codec_has_composition_time(info.codec);
    if (!is_timed || available < 2 || info.packet_type > 2)
        return RTMP_BODY_UNKNOWN;
    bool is_near = info.composition_time > -COMPOSITION_TIME_MAX &&
                   info.composition_time < COMPOSITION_TIME_MAX;
    return available >= 5 && is_near ? RTMP_BODY_TIMED : RTMP_BODY_PACKET;
}

const struct rtmp_body_format rtmp_media_body_format = {.begin = begin_outline,
                                                        .keep = rtmp_outline_keep,
                                                        .learn = rtmp_decoder_configs_learn,
                                                        .likeness = likeness};
