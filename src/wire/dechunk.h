/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_DECHUNK_H
#define RTMP_WIRE_DECHUNK_H

#include "wire/body.h"
#include "wire/chunk.h"
#include "wire/chunk_stream.h"
#include "wire/fragment.h"

/*
 * Chunks of one direction -> messages, as long as headers stand where chunking says they do.
 * Resumable at any byte: feed(a) feed(b) == feed(ab). Results go to the sink at once.
 *
 * Where a header cannot be read, reading stops and says why (enum rtmp_dechunk_stop); recovery/,
 * which drives this reader, decides what to do. A caller with complete captures may use it alone.
 */
enum rtmp_dechunk_state {
    RTMP_AT_HEADER,
    RTMP_IN_DATA,
    RTMP_STOPPED, /* at a header that cannot be read: see `stop` */
};

enum rtmp_dechunk_stop {
    RTMP_STOP_NOTHING, /* what stands here cannot be a header of this direction */
    RTMP_STOP_CUT,    /* what stands here is no header, though the open message is not complete: its
                         chunks may have another size. It was not reported, or is withdrawn:
                         `position` is back at its header, in this feed or in an earlier one whose
                         bytes are held */
    RTMP_STOP_UNSURE, /* a header; where its chunk ends depends on a chunk size not yet known */
    RTMP_STOP_UNPROVEN, /* a fmt 2 or 3 header of an untrusted chunk stream: what it inherits may
                           have changed in a gap, or it continues a lost message */
};

struct rtmp_dechunk {
    struct rtmp_memory memory;
    struct rtmp_sink sink;
    uint64_t position; /* offset of the next byte; of the header when stopped */
    uint32_t chunk_size;
    bool chunk_size_known;  /* default after a handshake, or seen in Set Chunk Size */
    bool chunk_size_set;    /* by a Set Chunk Size */
    bool chunk_size_proved; /* a chunk was seen to end where it predicts */
    bool size_doubted;      /* the last message that began may show that it is wrong (recovery.h) */
    bool whole;       /* no byte before was missing or skipped: what headers inherit is known */
    bool ends_in_gap; /* for every chunk size still possible, the next message ends inside a gap: it
                         is read though the size is not known */
    bool fmt3_repeats_timestamp; /* fmt 3 right after fmt 0: the literal reading of Adobe RTMP
                                    5.3.1.2.4, the delta is the fmt 0's timestamp */
    bool extended_omitted; /* this sender was seen to leave out extended timestamps on fmt 3 */
    enum rtmp_dechunk_state state;
    enum rtmp_dechunk_stop stop;
    uint32_t chunk_size_floor; /* messages up to this length were one chunk */
    uint64_t cut_at;      /* offset + 1 of the last message that RTMP_STOP_CUT took back; 0: none */
    uint64_t held_at;     /* offset + 1 of the message whose bytes are held from its header on, so
                             that it can be taken back behind its feed; 0: none */
    uint32_t orphan_csid; /* a chunk stream met first in fmt 2 or 3, with nothing to inherit from;
                             0: none */
    bool stopped_at_orphan; /* RTMP_STOP_NOTHING: at such a header */

    uint32_t current; /* index of the stream whose chunk is open (RTMP_IN_DATA) */
    uint32_t left;    /* bytes of that chunk still to come */

    /* The first bytes of a header that the last feed cut. When stopped: bytes of earlier feeds that
     * stand at `position` and are not read. */
    uint8_t partial_header[RTMP_CHUNK_HEADER_MAX];
    uint32_t partial_header_len;

    struct rtmp_chunk_streams streams;
    struct rtmp_bodies bodies;

    /* Is an unusual fmt 0 or 1 header accepted: of an unassigned message type, or one that looks
     * like garbage of a control type on a new chunk stream? cs: its chunk stream, NULL when new.
     * The function is NULL: it is accepted. */
    bool (*believes)(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *header);
};

/* Begin at `position` (3073 after a handshake). memory and sink are copied, format is static. */
void rtmp_dechunk_init(struct rtmp_dechunk *d, const struct rtmp_memory *memory,
                       const struct rtmp_sink *sink, const struct rtmp_body_format *format);

/* Free what it holds; open messages are forgotten. */
void rtmp_dechunk_destroy(struct rtmp_dechunk *d);

/* rtmp_dechunk_feed() of bytes that lie inside the open chunk, and of those that do not. */
__attribute__((noinline)) void rtmp_dechunk_feed_inside(struct rtmp_dechunk *d,
                                                        const uint8_t *bytes, uint32_t len);
__attribute__((noinline)) uint32_t rtmp_dechunk_feed_across(struct rtmp_dechunk *d,
                                                            const uint8_t *bytes, uint32_t len);

/* The next `len` bytes of the direction. Most segments of a video stream lie inside a chunk and do
 * not need the stack that reading headers takes. Returns how many were read, all unless it stopped.
 */
static inline uint32_t rtmp_dechunk_feed(struct rtmp_dechunk *d, const uint8_t *bytes,
                                         uint32_t len) {
    if (d->state != RTMP_IN_DATA || len >= d->left)
        return rtmp_dechunk_feed_across(d, bytes, len);
    if (len)
        rtmp_dechunk_feed_inside(d, bytes, len);
    return len;
}

/* rtmp_dechunk_feed() of bytes that were held before they could be read: every fragment goes to the
 * sink's `fragment`. */
uint32_t rtmp_dechunk_replay(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len);

/* Stopped: continue with a header at `position`. */
void rtmp_dechunk_resume(struct rtmp_dechunk *d, uint64_t position);

/* `count` bytes are missing inside the open chunk: returns how many of them lie in it and were
 * stepped over. */
uint32_t rtmp_dechunk_skip_gap(struct rtmp_dechunk *d, uint64_t count);

/* How the open message of a chunk stream continues behind a gap. */
struct rtmp_dechunk_place {
    uint32_t stream;       /* index */
    uint32_t received;     /* body position */
    uint32_t missing;      /* of the body, inside the gap */
    uint32_t chunk_origin; /* as in struct rtmp_fragment */
    uint32_t chunks;
    uint32_t left; /* bytes of the chunk left behind the gap; 0: a header comes */
};

/* Continue at `position` from that place; a message that is complete there is reported. */
void rtmp_dechunk_continue(struct rtmp_dechunk *d, const struct rtmp_dechunk_place *place,
                           uint64_t position);

/* The header at `offset` begins a message that cannot be read, because its chunk size stays
 * unknown: its chunk stream continues behind it. */
void rtmp_dechunk_pass_over(struct rtmp_dechunk *d, const struct rtmp_chunk_header *header,
                            uint64_t offset);

/* Give up the open message of a chunk stream, if there is one. */
void rtmp_dechunk_abandon(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs);

#endif
