/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/fragment.h"

#include "payload/media/config_message.h"

void rtmp_fragment_begin(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint32_t stream,
                         uint64_t offset) {
    struct rtmp_chunk_stream *cs = &d->streams.items[stream];
    run->on = true;
    run->stream = stream;
    /* Field by field: what only a complete part has is not there yet. */
    struct rtmp_fragment *fragment = &run->fragment;
    fragment->offset = offset;
    fragment->at = cs->received;
    fragment->chunk_origin = cs->chunk_origin;
    fragment->chunk_size = cs->chunk_size;
    fragment->flags = 0;
    fragment->partial_header = 0;
    fragment->available = 0;
    fragment->missing = 0;
}

void rtmp_fragment_end(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint64_t end) {
    if (!run->on)
        return;
    struct rtmp_chunk_stream *cs = &d->streams.items[run->stream];
    struct rtmp_fragment *fragment = &run->fragment;
    fragment->size = (uint32_t)(end - fragment->offset);
    fragment->message = cs->message;
    fragment->message_offset = cs->message_offset;
    fragment->fmt = cs->fmt;
    fragment->flags |= cs->flags;
    fragment->chunks = cs->chunks;
    fragment->slot = &cs->slot;
    fragment->header = fragment->partial_header ? run->header : NULL;
    run->on = false;
    d->sink.fragment(d->sink.user, fragment);
}

void rtmp_fragment_end_feed(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                            uint64_t end) {
    const struct rtmp_fragment *fragment = &run->fragment;
    if (!run->on || fragment->flags != 0 ||
        !rtmp_fragment_continue(d, run->stream, fragment->offset, end, fragment->at))
        rtmp_fragment_end(d, run, end);
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
static bool is_protocol_control(const struct rtmp_fragment *fragment, uint8_t type) {
    return (type == RTMP_MESSAGE_SET_CHUNK_SIZE || type == RTMP_MESSAGE_ABORT) &&
           fragment->available >= 4;
}

static void apply_protocol_control(struct rtmp_dechunk *d, uint8_t type, uint32_t value) {
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

void rtmp_fragment_complete(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint64_t end,
                            const uint8_t *direct, uint64_t body_offset) {
    struct rtmp_chunk_stream *cs = &d->streams.items[run->stream];
    struct rtmp_fragment *fragment = &run->fragment;
    fragment->flags |= RTMP_FRAGMENT_COMPLETE;
    fragment->missing = cs->missing;
    if (direct) {
        fragment->flags |= RTMP_FRAGMENT_CONTIGUOUS;
        fragment->body = direct;
        fragment->body_offset = body_offset;
        fragment->available = cs->message.length;
    } else {
        fragment->body = cs->body;
        fragment->available = cs->kept;
    }
    if (fragment->available) {
        cs->first_byte = fragment->body[0];
        cs->has_first_byte = true;
    }
    uint8_t type = cs->message.type;
    bool is_control = is_protocol_control(fragment, type);
    struct rtmp_reader r = rtmp_reader_over(fragment->body, fragment->available);
    uint32_t value = is_control ? rtmp_u32(&r) : 0;
    fragment->streams = &d->bodies.streams;
    rtmp_fragment_end(d, run, end);
    rtmp_decoder_configs_learn(&d->bodies.streams, &cs->message, fragment->body,
                               fragment->available);
    close_message(d, cs);
    if (is_control)
        apply_protocol_control(d, type, value);
}
