/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_RECOVERY_H
#define RTMP_RECOVERY_RECOVERY_H

#include "recovery/state.h"

/*
 * Chunks of one direction whose bytes may be missing -> messages.
 *
 * Bytes come in order with rtmp_recovery_feed(); bytes known to be missing are announced with
 * rtmp_recovery_gap(). While nothing is missing, everything is read by wire/dechunk. After a loss
 * of synchronisation bytes are buffered until a chunk header is confirmed by what follows; then
 * they are read. Results go to the sink (wire/fragment.h) at once.
 */

/* memory and sink are copied, format is static. Begins at position 0. */
void rtmp_recovery_init(struct rtmp_recovery *r, const struct rtmp_memory *memory,
                        const struct rtmp_sink *sink, const struct rtmp_body_format *format);

/* Free what it holds; open messages are forgotten. */
void rtmp_recovery_destroy(struct rtmp_recovery *r);

/* Of rtmp_recovery_feed(): the bytes that were not read where they came, because synchronisation is
 * lost. */
__attribute__((cold)) void rtmp_recovery_feed_unread(struct rtmp_recovery *r, const uint8_t *bytes,
                                                     uint32_t len);

/* Of rtmp_recovery_feed(): the `len` bytes were read, and the open message may show that the chunk
 * size is wrong. Until it does, or a chunk ends where that predicts, or another message begins, its
 * bytes are held. */
__attribute__((cold)) void rtmp_recovery_hold_doubted(struct rtmp_recovery *r, const uint8_t *bytes,
                                                      uint32_t len);

/* The next `len` bytes of the direction. */
static inline void rtmp_recovery_feed(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len) {
    r->fed_before = r->fed_offset;
    r->fed_offset = r->dechunk.position;
    r->fed_end = r->dechunk.position + len;
    uint32_t read = r->state == RTMP_SYNCHRONISED ? rtmp_dechunk_feed(&r->dechunk, bytes, len) : 0;
    if (read < len)
        rtmp_recovery_feed_unread(r, bytes + read, len - read);
    else if (r->dechunk.size_doubted || r->dechunk.held_at)
        rtmp_recovery_hold_doubted(r, bytes, len);
}

/* `count` bytes of the direction are not in the capture. Reports RTMP_NOTE_GAP. */
void rtmp_recovery_gap(struct rtmp_recovery *r, uint64_t count);

/* Bytes of the direction are missing, how many is unknown: search for a chunk header from here on.
 * Reports nothing; positions continue as if nothing was missing. */
void rtmp_recovery_break(struct rtmp_recovery *r);

/* Search for a chunk header from here on, with nothing known: the capture begins inside the
 * connection. chunk_size: as the user set it, or 0 to infer it. */
void rtmp_recovery_begin_midstream(struct rtmp_recovery *r, uint32_t chunk_size);

/* A copy that shares nothing but the sink, in memory of its own (the bodies' spare buffer and the
 * bytes of a message that is held are not copied). False: no memory, the copy is empty. */
bool rtmp_recovery_copy(struct rtmp_recovery *copy, const struct rtmp_recovery *r);

/* Bytes that a copy takes. */
uint64_t rtmp_recovery_size(const struct rtmp_recovery *r);

#endif
