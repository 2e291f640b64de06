/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_CHUNK_STREAM_H
#define RTMP_WIRE_CHUNK_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/message.h"
#include "wire/body_format.h"
#include "wire/chunk.h"

/* Flags of a fragment (fragment.h). */
enum {
    RTMP_FRAGMENT_FIRST = 1 << 0,    /* the message's first chunk header ends in this fragment */
    RTMP_FRAGMENT_COMPLETE = 1 << 1, /* the message ends with this fragment */
    RTMP_FRAGMENT_HEADER = 1 << 2,   /* it begins with a chunk header, of which the first
                                        `partial_header` bytes came in an earlier feed */
    RTMP_FRAGMENT_EXTENDED = 1 << 3, /* its fmt 3 headers repeat the extended timestamp */
    RTMP_FRAGMENT_OMITTED = 1 << 4, /* its fmt 3 headers lack the extended timestamp that was due */
    RTMP_FRAGMENT_AMBIGUOUS = 1 << 5, /* fmt 3 began a message right after fmt 0: delta read as 0 */
    RTMP_FRAGMENT_CONTIGUOUS = 1 << 6, /* the whole body is one range of the direction's bytes */
    RTMP_FRAGMENT_UNCERTAIN = 1 << 7,  /* the timestamp counts from before a loss, or from 0 where
                                          nothing was seen; the message stream id is from there too
                                          and may be another */
    /* Flags that hold for all fragments of a message. */
    RTMP_FRAGMENT_OF_MESSAGE = RTMP_FRAGMENT_AMBIGUOUS | RTMP_FRAGMENT_UNCERTAIN,
};

/* What is known of one chunk stream. */
struct rtmp_chunk_stream {
    struct rtmp_message message; /* the open message, or the last one */
    uint32_t delta;
    uint32_t extended; /* value of the last extended timestamp */
    uint32_t received; /* body position: bytes received or known to be missing */
    uint32_t missing;
    uint32_t chunks;
    uint32_t chunk_origin, chunk_size; /* as in struct rtmp_fragment */
    uint32_t kept, capacity;           /* bytes at `body` */
    uint8_t *body;
    uint64_t message_offset; /* of the message's first byte in the direction */
    uint32_t slot;           /* a value that the sink keeps for the open message */
    uint8_t fmt;             /* of the message's first chunk */
    uint8_t first_byte;      /* of the last body: evidence in a search for a header */
    bool has_first_byte;
    bool open;
    bool muted;          /* the open message was reported before, with missing bytes: not again */
    bool has_extended;   /* the last fmt 0, 1 or 2 header was extended */
    bool after_fmt0;     /* no delta given since the last fmt 0 */
    bool uncertain;      /* messages of it may have been lost since its last absolute timestamp */
    bool uncertain_told; /* RTMP_NOTE_TIMESTAMP_UNCERTAIN was reported for this loss */
    bool untrusted;      /* after a loss: what its fmt 2 and 3 headers inherit is not known */
    uint16_t flags;      /* RTMP_FRAGMENT_* that hold for the open message */
    uint32_t next;       /* index + 1 of the next trusted one */
    enum rtmp_keep keep; /* of the open body; RTMP_KEEP_HEAD until its head is complete */
    struct rtmp_outline outline; /* of the open body; `skip` is used for any body */
};

/* Ids below this number are found through one byte each, the others in pages of this many ids. */
#define RTMP_CHUNK_STREAMS_PAGE 64U

/*
 * The chunk streams of one direction, found by id in constant time, whatever ids a sender chooses:
 * those below 64 (nearly all) through a table of one-byte indexes, the others through a table of
 * pages that are allocated when needed. Bounded by the number of ids, RTMP_LIMIT_CSID. Pointers to
 * items hold until the next rtmp_chunk_streams_add().
 */
struct rtmp_chunk_streams {
    struct rtmp_chunk_stream *items;
    uint32_t count, capacity;
    uint32_t first_trusted;                     /* index + 1 of the first trusted one; 0: none */
    uint8_t low[RTMP_CHUNK_STREAMS_PAGE];       /* csid < 64 -> index + 1, 0: not there */
    uint16_t *directory;                        /* csid / 64 -> number of its page + 1, 0: none */
    uint32_t (*pages)[RTMP_CHUNK_STREAMS_PAGE]; /* csid % 64 -> index + 1, 0: not there */
    uint32_t directory_size, page_count, page_capacity;
};

/* The chunk stream of an id, or NULL. */
struct rtmp_chunk_stream *rtmp_chunk_streams_find(const struct rtmp_chunk_streams *streams,
                                                  uint32_t csid);

/* A new chunk stream, all zero but its id, which must not be there yet. NULL: no memory. */
struct rtmp_chunk_stream *rtmp_chunk_streams_add(struct rtmp_chunk_streams *streams,
                                                 const struct rtmp_memory *memory, uint32_t csid);

/* What the stream's fmt 2 and 3 headers inherit is known again. */
void rtmp_chunk_streams_trust(struct rtmp_chunk_streams *streams, struct rtmp_chunk_stream *stream);

/* Take a trusted stream and distrust it; NULL: none is trusted. Constant time: the work after a
 * loss is bounded by the messages before it, however many chunk streams there are. */
struct rtmp_chunk_stream *rtmp_chunk_streams_distrust_next(struct rtmp_chunk_streams *streams);

/* A copy that shares nothing, in memory of its own: rtmp_chunk_streams_size() bytes. False: no
 * memory, the copy is to be destroyed. */
bool rtmp_chunk_streams_copy(struct rtmp_chunk_streams *copy,
                             const struct rtmp_chunk_streams *streams,
                             const struct rtmp_memory *memory);
uint64_t rtmp_chunk_streams_size(const struct rtmp_chunk_streams *streams);

/* Free the table and the bodies of its open messages. */
void rtmp_chunk_streams_destroy(struct rtmp_chunk_streams *streams,
                                const struct rtmp_memory *memory);

/*
 * Does the extended timestamp stand behind a fmt 3 header? Both practices are in the wild
 * (observed: FFmpeg, SRS, Red5 repeat it; librtmp and rtmplite do not) and only the bytes tell: the
 * 4 bytes repeat the value of the last extended header, or the message's absolute timestamp
 * (observed: Red5), or they are payload. 0: no, 1: yes, -1: not enough bytes to tell.
 */
int rtmp_chunk_stream_repeats_extended(uint32_t extended, uint32_t timestamp, const uint8_t *bytes,
                                       uint32_t len);

/*
 * Read the chunk header that begins `bytes` (`len` is at least 1). Returns its length, that of the
 * extended timestamp behind a fmt 3 header included (*repeats_extended says whether it has one); 0
 * when more bytes are needed.
 */
uint32_t rtmp_chunk_streams_read_header(const struct rtmp_chunk_streams *streams,
                                        const uint8_t *bytes, uint32_t len,
                                        struct rtmp_chunk_header *header, bool *repeats_extended);

/* Is this header a continuation of the open message? Specified: fmt 3 alone. Observed: encoders
 * that continue with fmt 1 and repeat the values of the open message. */
bool rtmp_chunk_stream_continues(const struct rtmp_chunk_stream *cs,
                                 const struct rtmp_chunk_header *header);

/* The header begins a message: what it does not say is inherited. fmt3_repeats_timestamp: see
 * dechunk.h. */
void rtmp_chunk_stream_begin(struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *header,
                             bool fmt3_repeats_timestamp);

#endif
