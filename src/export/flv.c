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

static bool put_tag(struct rtmp_flv *flv, uint8_t type, int64_t place, const uint8_t *data,
                    uint32_t len) {
    uint8_t *out =
        rtmp_buffer_reserve(&flv->file, (size_t)TAG_HEADER_SIZE + len + BACK_POINTER_SIZE);
    if (!out)
        return false;
    const uint32_t time = place < 0 ? 0 : (uint32_t)place;
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

/* ---- places of timestamps ---- */

/* Messages that are a little out of order start no clock again. */
#define MOST_BACK 1000 /* ms */

static struct rtmp_flv_clock *clock_of(struct rtmp_flv *flv, uint8_t type) {
    return &flv->clocks[type == RTMP_MESSAGE_VIDEO ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO];
}

/* Behind a loss each kind goes on from the last tag. */
static int64_t relative_place(const struct rtmp_flv *flv, const struct rtmp_flv_clock *clock,
                              uint32_t timestamp) {
    const int64_t step = rtmp_clock_distance(clock->last, timestamp);
    return clock->is_begun && clock->relative && step >= 0 ? clock->place + step : flv->last;
}

/* Does it belong to what was before another kind started again? */
static bool is_straggler(const struct rtmp_flv *flv, const struct rtmp_flv_clock *clock,
                         uint32_t timestamp) {
    const int64_t step = rtmp_clock_distance(clock->last, timestamp);
    return clock->is_begun && !clock->relative && clock->starts != flv->starts &&
           step > -MOST_BACK && step < MOST_BACK;
}

/* Timestamps begin, or begin again: they go on from the last tag. */
static void set_anchor(struct rtmp_flv *flv, uint32_t timestamp) {
    flv->has_anchor = true;
    flv->anchor = timestamp;
    flv->place = flv->last;
}

/* All kinds count from the same beginning, so that they stay together: the first kind to start
 * again takes the others with it. */
static int64_t absolute_place(struct rtmp_flv *flv, struct rtmp_flv_clock *clock,
                              uint32_t timestamp) {
    if (clock->is_begun && !clock->relative && clock->starts == flv->starts &&
        rtmp_clock_distance(clock->last, timestamp) <= -MOST_BACK) {
        flv->starts++;
        set_anchor(flv, timestamp);
    }
    flv->place += rtmp_clock_distance(flv->anchor, timestamp);
    flv->anchor = timestamp;
    clock->starts = flv->starts;
    return flv->place;
}

/* The place of audio or video that is coded media. */
static int64_t settle_coded(struct rtmp_flv *flv, const struct rtmp_message *message) {
    struct rtmp_flv_clock *clock = clock_of(flv, message->type);
    if (!message->relative && !flv->has_anchor)
        set_anchor(flv, message->timestamp);
    if (!message->relative && is_straggler(flv, clock, message->timestamp))
        return flv->last;
    clock->place = message->relative ? relative_place(flv, clock, message->timestamp)
                                     : absolute_place(flv, clock, message->timestamp);
    clock->is_begun = true;
    clock->relative = message->relative;
    clock->last = message->timestamp;
    return clock->place;
}

/* That of another one: senders repeat configuration at 0 (observed). */
static int64_t settle_other(const struct rtmp_flv *flv, const struct rtmp_message *message) {
    const int64_t step = rtmp_clock_distance(flv->anchor, message->timestamp);
    const bool is_known = flv->has_anchor && !message->relative;
    return is_known && step > -MOST_BACK ? flv->place + step : flv->last;
}

/* ---- messages ---- */

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
    const bool coded = media.kind == RTMP_MEDIA_FRAME;
    if (video && !is_playable(flv, &media)) {
        flv->left_out++;
        return;
    }
    const int64_t place = coded ? settle_coded(flv, message) : settle_other(flv, message);
    if (put_tag(flv, message->type, place, body, message->length))
        flv->last = place < 0 ? 0 : place;
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
    if (!put_tag(flv, RTMP_MESSAGE_DATA_AMF0, settle_other(flv, message), rtmp_bytes(&reader, rest),
                 rest.len))
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

void rtmp_flv_lose(struct rtmp_flv *flv) {
    flv->needs_key_frame = true;
}

/* ---- its name ---- */

void rtmp_flv_file_name(struct rtmp_text *text, const uint8_t *name, size_t len, uint32_t number) {
    const uint8_t *query = len ? memchr(name, '?', len) : NULL;
    static const struct rtmp_file_kind kind = {.otherwise = "stream", .extension = "flv"};
    rtmp_file_name(text, name, query ? (size_t)(query - name) : len, number, &kind);
}
