/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/fragment.h"

void rtmp_run_begin(struct rtmp_dechunk *d, struct rtmp_run *run, uint32_t stream,
                    uint64_t offset) {
    struct rtmp_chunk_stream *cs = &d->streams.items[stream];
    run->on = true;
    run->stream = stream;
    /* Field by field: what only a complete part has is not there yet. */
    struct rtmp_part *part = &run->part;
    part->offset = offset;
    part->at = cs->received;
    part->phase = cs->phase;
    part->chunk_size = cs->chunk_size;
    part->flags = 0;
    part->carry = 0;
    part->available = 0;
    part->missing = 0;
}

void rtmp_run_end(struct rtmp_dechunk *d, struct rtmp_run *run, uint64_t end) {
    if (!run->on)
        return;
    struct rtmp_chunk_stream *cs = &d->streams.items[run->stream];
    struct rtmp_part *part = &run->part;
    part->size = (uint32_t)(end - part->offset);
    part->message = cs->message;
    part->message_offset = cs->message_offset;
    part->fmt = cs->fmt;
    part->flags |= cs->flags;
    part->chunks = cs->chunks;
    part->slot = &cs->slot;
    part->header = part->carry ? run->header : NULL;
    run->on = false;
    d->sink.part(d->sink.user, part);
}

void rtmp_run_end_feed(struct rtmp_dechunk *d, struct rtmp_run *run, uint64_t end) {
    const struct rtmp_part *part = &run->part;
    if (!run->on || part->flags != 0 || !rtmp_run_more(d, run->stream, part->offset, end, part->at))
        rtmp_run_end(d, run, end);
}

static void close_message(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    cs->open = false;
    cs->slot = 0;
    rtmp_body_release(cs, &d->memory, &d->bodies);
}

void rtmp_dechunk_abandon(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    if (!cs->open)
        return;
    rtmp_dechunk_note(d, RTMP_NOTE_ABANDONED, cs->message_offset, cs->received - cs->missing,
                      &cs->message);
    close_message(d, cs);
}

/* Set chunk size and abort are the chunk stream's own messages: they act before anything else. */
static bool acts(const struct rtmp_part *part, uint8_t type) {
    return (type == RTMP_MESSAGE_SET_CHUNK_SIZE || type == RTMP_MESSAGE_ABORT) &&
           part->available >= 4;
}

static void obey(struct rtmp_dechunk *d, uint8_t type, uint32_t value) {
    if (type == RTMP_MESSAGE_SET_CHUNK_SIZE) {
        value &= 0x7FFFFFFFU; /* specified: the top bit is 0 */
        if (value) {
            d->chunk_size = value;
            d->chunk_size_known = true;
            d->chunk_size_set = true;
        }
    } else {
        struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, value);
        if (cs)
            rtmp_dechunk_abandon(d, cs);
    }
}

void rtmp_run_complete(struct rtmp_dechunk *d, struct rtmp_run *run, uint64_t end,
                       const uint8_t *direct, uint64_t body_offset) {
    struct rtmp_chunk_stream *cs = &d->streams.items[run->stream];
    struct rtmp_part *part = &run->part;
    part->flags |= RTMP_PART_COMPLETE;
    part->missing = cs->missing;
    if (direct) {
        part->flags |= RTMP_PART_CONTIGUOUS;
        part->body = direct;
        part->body_offset = body_offset;
        part->available = cs->message.length;
    } else {
        part->body = cs->body;
        part->available = cs->kept;
    }
    if (part->available) {
        cs->first_byte = part->body[0];
        cs->has_first_byte = true;
    }
    uint8_t type = cs->message.type;
    bool acting = acts(part, type);
    struct rtmp_reader r = rtmp_reader_over(part->body, part->available);
    uint32_t value = acting ? rtmp_u32(&r) : 0;
    part->streams = &d->bodies.streams;
    rtmp_run_end(d, run, end);
    rtmp_media_streams_learn(&d->bodies.streams, &cs->message, part->body, part->available);
    close_message(d, cs);
    if (acting)
        obey(d, type, value);
}
