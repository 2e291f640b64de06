/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/flv.h"

#include "export/file_name.h"
#include "payload/aggregate.h"
#include "payload/media/media.h"

/* ---- the file ---- */

static uint8_t *put_u24(uint8_t *out, uint32_t value) {
    *out++ = (uint8_t)(value >> 16);
    *out++ = (uint8_t)(value >> 8);
    *out++ = (uint8_t)value;
    return out;
}

static uint8_t *put_u32(uint8_t *out, uint32_t value) {
    *out++ = (uint8_t)(value >> 24);
    return put_u24(out, value);
}

enum { HEADER_SIZE = 9, BACK_POINTER_SIZE = 4, TAG_HEADER_SIZE = 11, FLAGS_AT = 4 };

/* Version 1, nothing in it so far; then the size of the tag before the first. */
static bool put_header(struct rtmp_flv *flv) {
    static const uint8_t header[HEADER_SIZE + BACK_POINTER_SIZE] = {
        'F', 'L', 'V', 1, 0, 0, 0, HEADER_SIZE >> 8, HEADER_SIZE};
    return rtmp_buffer_add(&flv->file, header, sizeof header);
}

/* The header says which kinds of tags there are. */
static void set_flag(const struct rtmp_flv *flv, uint8_t type) {
    enum { HAS_VIDEO = 1, HAS_AUDIO = 4 };
    if (type == RTMP_MESSAGE_AUDIO)
        flv->file.bytes[FLAGS_AT] |= HAS_AUDIO;
    else if (type == RTMP_MESSAGE_VIDEO)
        flv->file.bytes[FLAGS_AT] |= HAS_VIDEO;
}

/* Where in the file a timestamp is. */
static uint32_t time_in_file(const struct rtmp_flv *flv, uint32_t timestamp) {
    uint32_t distance = timestamp - flv->first;
    return flv->has_first && distance <= INT32_MAX ? distance : 0;
}

static bool put_tag(struct rtmp_flv *flv, uint8_t type, uint32_t timestamp, const uint8_t *data,
                    uint32_t len) {
    uint8_t *out =
        rtmp_buffer_reserve(&flv->file, (size_t)TAG_HEADER_SIZE + len + BACK_POINTER_SIZE);
    if (!out)
        return false;
    uint32_t time = time_in_file(flv, timestamp);
    *out++ = type;
    out = put_u24(out, len);
    out = put_u24(out, time);
    *out++ = (uint8_t)(time >> 24);
    out = put_u24(out, 0); /* stream id: always 0 */
    if (data)
        memcpy(out, data, len);
    out = put_u32(out + len, TAG_HEADER_SIZE + len);
    flv->file.size = (size_t)(out - flv->file.bytes);
    set_flag(flv, type);
    return true;
}

/* ---- messages ---- */

/* Of types that tags have. */
static struct rtmp_flv_clock *clock_of(struct rtmp_flv *flv, uint8_t type) {
    return &flv->clocks[type == RTMP_MESSAGE_AUDIO ? 0 : type == RTMP_MESSAGE_VIDEO ? 1 : 2];
}

/* The message's timestamp; of a relative one, on from the last tag. */
static uint32_t settle_timestamp(struct rtmp_flv *flv, const struct rtmp_message *message) {
    struct rtmp_flv_clock *clock = clock_of(flv, message->type);
    bool falls_back = message->timestamp - clock->last > INT32_MAX;
    if (!message->relative)
        clock->distance = 0;
    else if (!clock->relative || falls_back)
        clock->distance = flv->last - message->timestamp;
    clock->relative = message->relative;
    clock->last = message->timestamp;
    return message->timestamp + clock->distance;
}

/* Does video go on with this message? */
static bool is_playable(struct rtmp_flv *flv, const struct rtmp_media_info *media) {
    bool key = media->frame_type == 1 || media->frame_type == 4;
    if (media->kind != RTMP_MEDIA_FRAME)
        return true;
    flv->needs_key_frame = flv->needs_key_frame && !key;
    return !flv->needs_key_frame;
}

/* A whole message of audio or video. */
static void add_media_tag(struct rtmp_flv *flv, const struct rtmp_message *message,
                          const uint8_t *body) {
    bool video = message->type == RTMP_MESSAGE_VIDEO;
    const struct rtmp_media_body whole = {
        .video = video, .bytes = body, .available = message->length, .length = message->length};
    const struct rtmp_media_info media = rtmp_media_describe(&whole);
    uint32_t timestamp = settle_timestamp(flv, message);
    if (video && !is_playable(flv, &media)) {
        flv->left_out++;
        return;
    }
    if (media.kind == RTMP_MEDIA_FRAME && !flv->has_first) {
        flv->has_first = true;
        flv->first = timestamp;
    }
    if (put_tag(flv, message->type, timestamp, body, message->length))
        flv->last = timestamp;
    else
        flv->left_out++;
}

/* A whole data message. */
static void add_data_tag(struct rtmp_flv *flv, const struct rtmp_message *message,
                         const uint8_t *body) {
    static const char set_data_frame[] = "\x02\0\x0D@setDataFrame"; /* AMF0 string */
    enum { SET_DATA_FRAME_SIZE = sizeof set_data_frame - 1 };
    struct rtmp_reader reader = rtmp_reader_over(body, message->length);
    if (message->type == RTMP_MESSAGE_DATA_AMF3)
        (void)rtmp_u8(&reader);
    if (rtmp_bytes_are(&reader, rtmp_span_of(reader.pos, SET_DATA_FRAME_SIZE), set_data_frame,
                       SET_DATA_FRAME_SIZE))
        (void)rtmp_take(&reader, SET_DATA_FRAME_SIZE);
    struct rtmp_span rest = rtmp_span_of(reader.pos, rtmp_left(&reader));
    uint32_t timestamp = settle_timestamp(flv, message);
    if (!put_tag(flv, RTMP_MESSAGE_DATA_AMF0, timestamp, rtmp_bytes(&reader, rest), rest.len))
        flv->left_out++;
}

/* A message that tags have, or a tag of an aggregate. */
static void add_single(struct rtmp_flv *flv, const struct rtmp_message *message,
                       const uint8_t *body, uint32_t available) {
    bool media = message->type == RTMP_MESSAGE_AUDIO || message->type == RTMP_MESSAGE_VIDEO;
    bool data = message->type == RTMP_MESSAGE_DATA_AMF0 || message->type == RTMP_MESSAGE_DATA_AMF3;
    static const uint8_t nothing[1];
    if (!media && !data)
        return;
    if (!body)
        body = nothing;
    if (flv->file.size == 0 && !put_header(flv)) {
        flv->left_out++;
    } else if (available < message->length) {
        flv->left_out++;
        flv->needs_key_frame |= message->type == RTMP_MESSAGE_VIDEO;
    } else if (media) {
        add_media_tag(flv, message, body);
    } else {
        add_data_tag(flv, message, body);
    }
}

static void add_aggregate(struct rtmp_flv *flv, const struct rtmp_message *message,
                          const uint8_t *body, uint32_t available) {
    struct rtmp_reader reader = rtmp_reader_over(body, available);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, message->timestamp);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        const struct rtmp_message inner = {
            .type = tag.type,
            .timestamp = tag.rebased_timestamp,
            .length = tag.size,
            .stream_id = message->stream_id,
            .relative = message->relative,
        };
        add_single(flv, &inner, rtmp_bytes(&reader, tag.data), tag.data.len);
    }
    if (available < message->length)
        flv->needs_key_frame = true;
}

void rtmp_flv_add(struct rtmp_flv *flv, const struct rtmp_message *message, const uint8_t *body,
                  uint32_t available) {
    if (message->type == RTMP_MESSAGE_AGGREGATE)
        add_aggregate(flv, message, body, available);
    else
        add_single(flv, message, body, available);
}

/* ---- its name ---- */

void rtmp_flv_file_name(struct rtmp_text *text, const uint8_t *name, size_t len, uint32_t number) {
    const uint8_t *query = len ? memchr(name, '?', len) : NULL;
    static const struct rtmp_file_kind kind = {.otherwise = "stream", .extension = "flv"};
    rtmp_file_name(text, name, query ? (size_t)(query - name) : len, number, &kind);
}
