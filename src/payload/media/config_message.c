/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/config_message.h"

#include "payload/aggregate.h"
#include "payload/media/media.h"

/* Only for configuration messages: must not grow the function that every message calls. */
#define RARE __attribute__((noinline))

/* State while the records of a configuration message are read, one for each track. */
struct record {
    struct rtmp_decoder_configs *decoder_configs;
    uint32_t stream_id;
    uint8_t track;
    enum rtmp_codec codec;
};

static void on_config_event(void *context, const struct rtmp_media_event *event) {
    struct record *record = context;
    switch ((int)event->field) {
    case RTMP_FIELD_VIDEO_CODEC:
        record->codec = (enum rtmp_codec)event->value;
        break;
    case RTMP_FIELD_TRACK_ID:
        record->track = (uint8_t)event->value;
        break;
    case RTMP_FIELD_NAL_LENGTH_SIZE:
        rtmp_decoder_configs_set(record->decoder_configs, record->stream_id, record->track,
                                 record->codec, (uint8_t)event->value);
        break;
    default:
        break;
    }
}

/* Called for every video message: the first two bytes exclude nearly all without a record. */
static bool may_be_config(const struct rtmp_media_body *body) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    uint8_t first = rtmp_peek_at(&r, 0);
    uint8_t type = first & 0x80 ? first & 15 : rtmp_peek_at(&r, 1);
    return body->available > 1 && (type == 0 || (first & 0x80 && type >= 6));
}

static RARE void learn_video(struct rtmp_decoder_configs *s, const struct rtmp_message *message,
                             const uint8_t *bytes, uint32_t available) {
    const struct rtmp_media_body body = {
        .video = true, .bytes = bytes, .available = available, .length = message->length};
    if (!may_be_config(&body) || rtmp_media_describe(&body).kind != RTMP_MEDIA_CONFIG)
        return;
    struct record record = {.decoder_configs = s, .stream_id = message->stream_id};
    rtmp_media_read(&body, on_config_event, &record);
}

/* Tags belong to the message stream of the aggregate, whatever their stream id (observed). */
static RARE void learn_aggregate(struct rtmp_decoder_configs *s, const struct rtmp_message *message,
                                 const uint8_t *bytes, uint32_t available) {
    struct rtmp_reader reader = rtmp_reader_over(bytes, available);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, 0);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        struct rtmp_message inner = {.length = tag.size, .stream_id = message->stream_id};
        if (tag.type == RTMP_MESSAGE_VIDEO)
            learn_video(s, &inner, bytes + tag.data.pos, tag.data.len);
    }
}

void rtmp_decoder_configs_learn(struct rtmp_decoder_configs *s, const struct rtmp_message *message,
                                const uint8_t *bytes, uint32_t available) {
    if (message->type == RTMP_MESSAGE_VIDEO)
        learn_video(s, message, bytes, available);
    else if (message->type == RTMP_MESSAGE_AGGREGATE)
        learn_aggregate(s, message, bytes, available);
}
