/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_FRAGMENT_H
#define RTMP_WIRE_FRAGMENT_H

#include "wire/dechunk.h"

/*
 * A run: the bytes of ONE message that follow each other inside one feed. It gathers chunk after
 * chunk and becomes a part (dechunk.h) when other bytes come, the feed ends or the message does.
 */
struct rtmp_fragment_builder {
    bool on;         /* begun and not ended; the rest is not set before it begins */
    uint32_t stream; /* index of the message's chunk stream */
    struct rtmp_fragment fragment;
    uint8_t header[RTMP_CHUNK_HEADER_MAX]; /* the first header, when part.carry > 0 */
};

/* Begin with the byte at `offset`, of the message that is open in the chunk stream of this index.
 */
void rtmp_fragment_begin(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint32_t stream,
                         uint64_t offset);

/* Give the part to the sink, if one was begun; `end` is the offset behind its last byte. */
void rtmp_fragment_end(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint64_t end);

/* Tell the sink the short way (struct rtmp_sink), if it takes it: of bytes that were fed after the
 * open chunk's first ones were told. */
static inline bool rtmp_fragment_continue(struct rtmp_dechunk *d, uint32_t stream, uint64_t offset,
                                          uint64_t end, uint32_t at) {
    return d->sink.on_continuation &&
           d->sink.on_continuation(d->sink.user, d->streams.items[stream].slot, offset,
                                   (uint32_t)(end - offset), at);
}

/* rtmp_fragment_end() at the end of a feed that began synchronised, the short way if it may be. */
void rtmp_fragment_end_feed(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                            uint64_t end);

/* End it, and with it the message, which acts if it is the chunk stream's own (Set Chunk Size,
 * Abort). `direct`: its whole body lies there, at `body_offset` in the stream; NULL: what was kept
 * of it. */
void rtmp_fragment_complete(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run, uint64_t end,
                            const uint8_t *direct, uint64_t body_offset);

#endif
