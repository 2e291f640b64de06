/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_CONVERSATION_H
#define RTMPX_CONVERSATION_H

#include "rtmpx.h"
#include "session/calls.h"
#include "session/direction.h"

/*
 * What the first visit of each frame leaves behind, for any later visit to look up.
 *
 * A connection has two directions; a direction is a 64-bit byte count of its own. The first pass
 * feeds its bytes to the core and appends records; later passes only read them. All of it lives in
 * file scope.
 */

/* Which frame. A read filter that takes one out of the capture (tshark -2 -R) gives its number to
 * the next, so that only the place tells them apart. All zero: none. */
struct rtmpx_frame {
    uint32_t number;
    int64_t at; /* its place in the file */
};

static inline struct rtmpx_frame rtmpx_frame_of(const packet_info *pinfo) {
    return (struct rtmpx_frame){pinfo->num, pinfo->fd->file_off};
}

static inline bool rtmpx_frame_is(struct rtmpx_frame frame, const packet_info *pinfo) {
    return frame.number == pinfo->num && frame.at == pinfo->fd->file_off;
}

/* A run of bytes of one message inside one segment (rtmp_fragment, packed). 32 bytes. */
struct rtmpx_fragment {
    uint32_t start;              /* in the segment's tvb */
    uint32_t size;               /* 0: all its bytes lie in earlier frames */
    uint32_t at : 24;            /* body position */
    uint32_t partial_header : 5; /* bytes of its first header in earlier segments */
    uint32_t fmt : 2;
    uint32_t length : 24;
    uint32_t type : 8;
    uint32_t timestamp;
    uint32_t stream_id;
    uint32_t csid : 17;
    uint32_t flags : 9;   /* RTMP_FRAGMENT_* */
    uint32_t context : 6; /* of a complete message, what others say of it: of a command its enum
                             rtmp_reply_kind, of video and aggregates rtmpx_streams_of() */
    uint32_t reassembly;  /* index + 1; 0: the message is this one chunk */
};
_Static_assert(sizeof(struct rtmpx_fragment) == 32, "all that the smallest message costs");

/* One call of the dissector: bytes of one direction in one frame. 24 bytes. */
struct rtmpx_segment {
    uint64_t offset; /* of the first byte of the tvb; when it fills holes, of what comes next */
    struct rtmpx_fragment *fragments;
    uint32_t frame;
    uint32_t fragment_count : 29;
    uint32_t undecided : 1; /* handshake or chunks: not yet known at its end */
    uint32_t repeated : 1;  /* nothing of it is new */
    uint32_t dropped : 1;   /* a read filter took the frame away: another has its number */
};

/* A message of several chunks or segments. */
struct rtmpx_reassembly {
    uint32_t first_frame;
    uint32_t completed_segment; /* index + 1; 0: not (yet); of a message's first one */
    uint32_t chunk_origin, chunk_size;
    uint32_t chunks;
    uint32_t missing;
    uint32_t available; /* bytes at `body` */
    uint32_t first;     /* index + 1 of the message's first assembly: a change of chunk size in the
                           message begins another, and there may be as many as it has chunks */
    uint8_t *body;      /* kept when earlier segments hold a part of it, else NULL */
    uint8_t *header;    /* of its first chunk, when two segments share it, else NULL */
};

/*
 * The body of a message of several chunks that lies in one segment, as it was put together when
 * they were read: while the frame is first visited, in its packet memory. Later visits put it
 * together again.
 */
struct rtmpx_fresh_body {
    const struct rtmpx_fresh_body *next; /* that of a later part */
    uint32_t fragment;                   /* index in the segment of the part that completes it */
    uint8_t bytes[];                     /* all of the message's */
};

/* Something about a place that the tree says as an expert item. */
struct rtmpx_note {
    uint32_t segment;
    uint32_t start; /* in the tvb */
    uint64_t count;
    enum rtmp_note_kind kind;
    uint32_t csid;
    uint32_t length; /* RTMP_NOTE_ABANDONED */
};

struct rtmpx_direction {
    struct rtmp_direction wire;
    struct rtmpx_direction *peer;
    struct rtmp_calls calls;
    struct rtmp_decoder_configs *streams; /* each state that messages found */
    uint32_t streams_count, streams_capacity;
    struct rtmpx_segment *segments;
    struct rtmpx_reassembly *reassemblies;
    struct rtmpx_note *remarks;
    struct rtmpx_fragment
        *next_fragment; /* where the next one goes, in a block with room for so many */
    uint32_t fragment_room, fragment_block;
    uint32_t segment_count, segment_capacity;
    uint32_t reassembly_count, reassembly_capacity;
    uint32_t note_count, note_capacity;
    uint64_t open_offset, open_end;  /* of the bytes that are being fed */
    wmem_allocator_t *packet_memory; /* of their frame */
    const struct rtmpx_fresh_body **next_fresh;
    uint32_t id;                 /* distinct within the capture */
    uint32_t first_seq;          /* TCP: the sequence number of the byte at offset 0 */
    struct rtmpx_frame recorded; /* the last one */
};

struct rtmpx_connection {
    struct rtmpx_direction direction[2]; /* 0: client to server */
    uint32_t server_port;
};

/* What lives across connections is forgotten with each capture. */
void rtmpx_register_conversation(void);

/* A new connection in file scope, as the preferences have it. id: distinct within the capture. */
struct rtmpx_connection *rtmpx_connection_new(uint32_t id);

/* Instead of an offset: somewhere behind the direction's position, nobody knows how far. */
#define RTMPX_OFFSET_UNKNOWN UINT64_MAX
/* Or: before it, whether they were read or not. */
#define RTMPX_OFFSET_SEEN (UINT64_MAX - 1)

/*
 * First pass: record the bytes of `tvb` (the `captured` ones, and what the snapshot length cut off)
 * as those at `offset` of the direction. Bytes before the direction's position fill holes, or were
 * seen and are skipped; a distance beyond it is a hole, and RTMPX_OFFSET_UNKNOWN one of unknown
 * length.
 * Returns the record, NULL when nothing is new. *fresh: the first of its fresh bodies, or NULL.
 */
const struct rtmpx_segment *rtmpx_record(struct rtmpx_direction *direction,
                                         const packet_info *pinfo, tvbuff_t *tvb, uint32_t captured,
                                         uint64_t offset, const struct rtmpx_fresh_body **fresh);

/*
 * On a later visit, the record of this call: the n-th call for this direction in this frame,
 * counted from the first call of the visit. NULL: all was seen before (retransmitted bytes).
 */
const struct rtmpx_segment *rtmpx_segment_of(const struct rtmpx_direction *direction,
                                             packet_info *pinfo);

/* The remarks of a segment: count, and the first through `*remarks`. */
uint32_t rtmpx_notes_of(const struct rtmpx_direction *direction,
                        const struct rtmpx_segment *segment, const struct rtmpx_note **remarks);

/* The assembly of a part, NULL for a message of one chunk in one segment. */
const struct rtmpx_reassembly *rtmpx_reassembly_of(const struct rtmpx_direction *direction,
                                                   const struct rtmpx_fragment *fragment);

/* The media streams as a complete message found them, NULL: nothing was known, or it is none of
 * video and aggregates. */
const struct rtmp_decoder_configs *rtmpx_streams_of(const struct rtmpx_direction *direction,
                                                    const struct rtmpx_fragment *fragment);

/* Frame in which the part's message completes, 0 when it never does or is not known yet. */
uint32_t rtmpx_completed_in(const struct rtmpx_direction *direction,
                            const struct rtmpx_fragment *fragment);

/* Does the part's message complete in this very segment (a frame may have several)? */
bool rtmpx_completes_here(const struct rtmpx_direction *direction,
                          const struct rtmpx_fragment *fragment,
                          const struct rtmpx_segment *segment);

/* How often this was asked for `key` before, during this visit of the frame. Keys are the ids of
 * directions, and one of no direction: RTMPX_COUNT_TABS. */
#define RTMPX_COUNT_TABS UINT32_MAX
uint32_t rtmpx_count_in_visit(packet_info *pinfo, uint32_t key);

/* The frame that holds the byte at `offset` of the direction. */
uint32_t rtmpx_frame_at(const struct rtmpx_direction *direction, uint64_t offset);

#endif
