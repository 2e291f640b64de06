/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/fragment.h"

void rtmp_fragment_begin(struct rtmp_fragment_builder *builder,
                         const struct rtmp_chunk_streams *streams, uint32_t stream,
                         uint64_t offset) {
    const struct rtmp_chunk_stream *cs = &streams->items[stream];
    builder->on = true;
    builder->stream = stream;
    /* Field by field: the fields of a complete message are not set yet. */
    struct rtmp_fragment *fragment = &builder->fragment;
    fragment->offset = offset;
    fragment->at = cs->received;
    fragment->chunk_origin = cs->chunk_origin;
    fragment->chunk_size = cs->chunk_size;
    fragment->flags = 0;
    fragment->partial_header = 0;
    fragment->available = 0;
    fragment->missing = 0;
}

void rtmp_fragment_end(struct rtmp_fragment_builder *builder, struct rtmp_chunk_streams *streams,
                       const struct rtmp_sink *sink, uint64_t end) {
    if (!builder->on)
        return;
    struct rtmp_chunk_stream *cs = &streams->items[builder->stream];
    struct rtmp_fragment *fragment = &builder->fragment;
    fragment->size = (uint32_t)(end - fragment->offset);
    fragment->message = cs->message;
    fragment->message_offset = cs->message_offset;
    fragment->fmt = cs->fmt;
    fragment->has_extended = cs->has_extended;
    fragment->flags |= cs->flags;
    fragment->chunks = cs->chunks;
    fragment->slot = &cs->slot;
    fragment->header = fragment->partial_header ? builder->header : NULL;
    builder->on = false;
    if (!cs->muted)
        sink->fragment(sink->user, fragment);
    else if ((fragment->flags & RTMP_FRAGMENT_COMPLETE) && sink->corrected)
        sink->corrected(sink->user, fragment);
}
