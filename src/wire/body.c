/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/body.h"

#include <string.h>

#include "payload/media.h"

/* Of coded frames the head is kept; configuration records and metadata are read to their end. */
static bool worth_keeping(const struct rtmp_chunk_stream *cs) {
    const struct rtmp_media_body body = {.video = cs->message.type == RTMP_MESSAGE_VIDEO,
                                         .bytes = cs->body,
                                         .available = cs->kept,
                                         .length = cs->message.length};
    enum rtmp_media_kind kind = rtmp_media_describe(&body).kind;
    return kind == RTMP_MEDIA_CONFIG || kind == RTMP_MEDIA_METADATA ||
           kind == RTMP_MEDIA_MULTICHANNEL;
}

/* Room grows with what was received, never with what was announced. */
static bool make_room(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                      struct rtmp_body_buffer *spare, uint32_t want) {
    if (!cs->body) {
        cs->body = spare->bytes;
        cs->capacity = spare->capacity;
        *spare = (struct rtmp_body_buffer){NULL, 0};
    }
    if (want <= cs->capacity)
        return true;
    uint32_t capacity = cs->capacity ? cs->capacity : 256;
    while (capacity < want)
        capacity *= 2;
    uint8_t *body = memory->resize(memory->user, cs->body, capacity);
    if (!body)
        return false;
    cs->body = body;
    cs->capacity = capacity;
    return true;
}

static bool append(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                   struct rtmp_body_buffer *spare, const uint8_t *bytes, uint32_t len) {
    if (!make_room(cs, memory, spare, cs->kept + len)) {
        cs->holed = true;
        return false;
    }
    memcpy(cs->body + cs->kept, bytes, len);
    cs->kept += len;
    return true;
}

bool rtmp_body_keep(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                    struct rtmp_body_buffer *spare, uint32_t media_head, const uint8_t *bytes,
                    uint32_t len) {
    if (len == 0 || rtmp_body_is_full(cs, media_head))
        return true;
    if (!rtmp_body_is_media(cs) || cs->keep_whole)
        return append(cs, memory, spare, bytes, len);
    uint32_t head = media_head - cs->kept;
    if (len < head)
        head = len;
    if (!append(cs, memory, spare, bytes, head))
        return false;
    if (cs->kept < media_head)
        return true;
    cs->keep_whole = worth_keeping(cs);
    return !cs->keep_whole || len == head || append(cs, memory, spare, bytes + head, len - head);
}

void rtmp_body_release(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                       struct rtmp_body_buffer *spare) {
    enum { SPARE_MAX = 4096 };
    cs->kept = 0;
    if (!cs->body)
        return;
    if (!spare->bytes && cs->capacity <= SPARE_MAX)
        *spare = (struct rtmp_body_buffer){cs->body, cs->capacity};
    else
        (void)memory->resize(memory->user, cs->body, 0);
    cs->body = NULL;
    cs->capacity = 0;
}
