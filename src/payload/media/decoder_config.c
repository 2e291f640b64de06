/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/decoder_config.h"

#include "payload/aggregate.h"

/* Not part of what every message passes through. */
#define RARE __attribute__((noinline))

/* Where the table has a track of a stream in a codec, `count`: nowhere. */
static unsigned find(const struct rtmp_decoder_configs *s, uint32_t stream_id, uint8_t track,
                     enum rtmp_codec codec) {
    unsigned i = 0;
    while (i < s->count && (s->item[i].stream_id != stream_id || s->item[i].track != track ||
                            s->item[i].codec != codec))
        i++;
    return i;
}

uint8_t rtmp_decoder_configs_length_size(const struct rtmp_decoder_configs *s, uint32_t stream_id,
                                         uint8_t track, enum rtmp_codec codec) {
    unsigned i = s ? find(s, stream_id, track, codec) : 0;
    return s && i < s->count ? s->item[i].nal_length_size : 0;
}

/* Versions of two tables that came from one are the same only if both learned the same. */
static void set_version(struct rtmp_decoder_configs *s, unsigned i) {
    uint32_t change = s->item[i].stream_id ^ (uint32_t)s->item[i].track << 24 ^
                      (uint32_t)s->item[i].codec << 16 ^ (uint32_t)s->item[i].nal_length_size << 8;
    s->version = (s->version ^ change) * 0x01000193U + 1U;
    if (s->version == 0)
        s->version = 1;
}

static void remember(struct rtmp_decoder_configs *s, uint32_t stream_id, uint8_t track,
                     enum rtmp_codec codec, uint8_t size) {
    unsigned i = find(s, stream_id, track, codec);
    if (i < s->count && s->item[i].nal_length_size == size)
        return;
    if (i == RTMP_LIMIT_DECODER_CONFIGS) {
        i = s->oldest;
        s->oldest = (uint8_t)((i + 1) % RTMP_LIMIT_DECODER_CONFIGS);
    } else if (i == s->count)
        s->count++;
    s->item[i].stream_id = stream_id;
    s->item[i].track = track;
    s->item[i].codec = (uint8_t)codec;
    s->item[i].nal_length_size = size;
    set_version(s, i);
}

/* A configuration message while its records are read, one for each track. */
struct record {
    struct rtmp_decoder_configs *streams;
    uint32_t stream_id;
    uint8_t track;
    enum rtmp_codec codec;
};

static void on_event(void *context, const struct rtmp_media_event *event) {
    struct record *record = context;
    switch ((int)event->field) {
    case RTMP_FIELD_VIDEO_CODEC:
        record->codec = (enum rtmp_codec)event->value;
        break;
    case RTMP_FIELD_TRACK_ID:
        record->track = (uint8_t)event->value;
        break;
    case RTMP_FIELD_NAL_LENGTH_SIZE:
        remember(record->streams, record->stream_id, record->track, record->codec,
                 (uint8_t)event->value);
        break;
    default:
        break;
    }
}

/* Asked of every video message: the first two bytes rule out nearly all that are no record. */
static bool may_configure(const struct rtmp_media_body *body) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    uint8_t first = rtmp_peek_at(&r, 0);
    uint8_t type = first & 0x80 ? first & 15 : rtmp_peek_at(&r, 1);
    return body->available > 1 && (type == 0 || (first & 0x80 && type >= 6));
}

static RARE void learn_video(struct rtmp_decoder_configs *s, const struct rtmp_message *message,
                             const uint8_t *bytes, uint32_t available) {
    const struct rtmp_media_body body = {
        .video = true, .bytes = bytes, .available = available, .length = message->length};
    if (!may_configure(&body) || rtmp_media_describe(&body).kind != RTMP_MEDIA_CONFIG)
        return;
    struct record record = {.streams = s, .stream_id = message->stream_id};
    rtmp_media_read(&body, on_event, &record);
}

/* Its tags are messages of its own stream, whatever they say. */
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
