/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/body.h"

#include <string.h>

/* More than any message has. */
#define ALL_THE_REST UINT32_MAX

void rtmp_body_begin(struct rtmp_chunk_stream *cs) {
    uint8_t type = cs->message.type;
    bool media = type == RTMP_MESSAGE_AUDIO || type == RTMP_MESSAGE_VIDEO;
    cs->kept = 0;
    cs->keep = media ? RTMP_KEEP_HEAD : RTMP_KEEP_WHOLE;
    cs->outline.skip = 0;
}

/* Room grows with what was received, never with what was announced; that is its bound, so that a
 * long body fills its block and can be handed over (rtmp_body_owner()). */
static bool make_body_room(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
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
    if (capacity > RTMP_BODY_SPARE_MAX && capacity > cs->message.length)
        capacity =
            cs->message.length > RTMP_BODY_SPARE_MAX ? cs->message.length : RTMP_BODY_SPARE_MAX;
    uint8_t *body = memory->resize(memory->user, cs->body, capacity);
    if (!body)
        return false;
    cs->body = body;
    cs->capacity = capacity;
    return true;
}

static bool append(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                   struct rtmp_bodies *bodies, const uint8_t *bytes, uint32_t len) {
    if (!make_body_room(cs, memory, &bodies->spare, cs->kept + len)) {
        cs->outline.skip = ALL_THE_REST;
        return false;
    }
    memcpy(cs->body + cs->kept, bytes, len);
    cs->kept += len;
    return true;
}

/* The head is complete: it says what of the rest is kept. */
static void decide_keep(struct rtmp_chunk_stream *cs, const struct rtmp_bodies *bodies) {
    cs->keep = bodies->format->begin(&cs->outline, &bodies->decoder_configs, &cs->message, cs->body,
                                     cs->kept);
    if (cs->keep == RTMP_KEEP_HEAD)
        cs->outline.skip = ALL_THE_REST;
    else if (cs->keep == RTMP_KEEP_WHOLE)
        cs->outline.skip = 0;
}

bool rtmp_body_keep(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                    struct rtmp_bodies *bodies, const uint8_t *bytes, uint32_t len) {
    const uint32_t media_head = bodies->media_head;
    if (cs->keep == RTMP_KEEP_WHOLE && cs->outline.skip == 0)
        return append(cs, memory, bodies, bytes, len);
    while (len > cs->outline.skip) {
        bytes += cs->outline.skip;
        len -= cs->outline.skip;
        cs->outline.skip = 0;
        uint32_t take = len;
        if (cs->keep == RTMP_KEEP_OUTLINE)
            take = bodies->format->keep(&cs->outline, &bodies->decoder_configs, bytes, len);
        else if (cs->keep == RTMP_KEEP_HEAD && take > media_head - cs->kept)
            take = media_head - cs->kept;
        if (take == 0 && cs->outline.skip == 0)
            return true;
        if (!append(cs, memory, bodies, bytes, take))
            return false;
        bytes += take;
        len -= take;
        if (cs->keep == RTMP_KEEP_HEAD && cs->kept == media_head)
            decide_keep(cs, bodies);
    }
    cs->outline.skip -= len;
    return true;
}

void rtmp_body_skip_gap(struct rtmp_chunk_stream *cs, uint32_t count) {
    if (count <= cs->outline.skip)
        cs->outline.skip -= count;
    else
        cs->outline.skip = ALL_THE_REST;
}

void rtmp_body_release(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                       struct rtmp_bodies *bodies) {
    cs->kept = 0;
    if (!cs->body)
        return;
    if (!bodies->spare.bytes && cs->capacity <= RTMP_BODY_SPARE_MAX)
        bodies->spare = (struct rtmp_body_buffer){cs->body, cs->capacity};
    else
        (void)memory->resize(memory->user, cs->body, 0);
    cs->body = NULL;
    cs->capacity = 0;
}
