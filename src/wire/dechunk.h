/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_DECHUNK_H
#define RTMP_WIRE_DECHUNK_H

#include "base/memory.h"
#include "base/message.h"
#include "recovery/search_buffer.h"
#include "wire/body.h"
#include "wire/chunk.h"
#include "wire/chunk_stream.h"

/*
 * Chunks of one direction -> messages. Resumable at any byte: feed(a) feed(b) == feed(ab).
 *
 * Bytes come in order with rtmp_dechunk_feed(); bytes that are known to be missing are announced
 * with rtmp_dechunk_gap(). Results go to the sink at once. After loss of synchronisation the
 * direction holds bytes until a chunk header is confirmed by what follows (resync.c).
 * Positions are 64-bit offsets of the direction's bytes, from 0 at the first byte of the connection
 * (the handshake counts).
 */

/*
 * A run of bytes of ONE message inside the bytes of one feed call: whole chunks, or pieces of them,
 * with nothing of other messages between. Chunk boundaries follow from `at`, `phase` and
 * `chunk_size`: a header stands wherever (body position - phase) is a multiple of chunk_size.
 */
struct rtmp_fragment {
    struct rtmp_message message;
    uint64_t offset; /* of its first byte in this feed */
    uint32_t size;   /* bytes, chunk headers included; 0 only when all came before */
    uint32_t at;     /* body position where it begins (missing bytes count) */
    uint32_t chunk_origin, chunk_size;
    uint32_t chunks; /* chunks of the message up to and including this part */
    uint16_t flags;
    uint8_t partial_header;  /* bytes of its first header that were fed earlier */
    uint8_t fmt;             /* of the message's first chunk */
    uint64_t message_offset; /* of the message's first byte */
    uint32_t *slot;          /* the sink's own word for this message; 0 at its first part */
    const uint8_t *header;   /* the first header's bytes when carry > 0, else NULL */
    /* With RTMP_FRAGMENT_COMPLETE: */
    const uint8_t *body;  /* contiguous from body position 0; borrowed for the call */
    uint64_t body_offset; /* with RTMP_FRAGMENT_CONTIGUOUS */
    uint32_t available;   /* bytes at `body`: less than length when some are lost, or of media
                             only the head and an outline are kept (body.h) */
    uint32_t missing;     /* bytes of the body that are not in the capture */
    const struct rtmp_decoder_configs *streams; /* as rtmp_media_body has them; for the call */
};

enum rtmp_note_kind {
    RTMP_NOTE_GAP, /* `count` bytes are missing from the capture; 0: how many is unknown */
    RTMP_NOTE_RESYNCHRONIZED, /* a chunk header is confirmed; `count` bytes were skipped */
    RTMP_NOTE_MIDSTREAM,      /* no handshake seen: chunk size and chunk streams are inferred */
    RTMP_NOTE_ABANDONED,      /* an open message will not be completed; `count` bytes were there */
    RTMP_NOTE_LOST,           /* what stands here is no chunk header: looking for the next */
    RTMP_NOTE_SEARCHED, /* no header among RTMP_LIMIT_SEARCH_BYTES: the first are given up, once
                           for a search */
    RTMP_NOTE_LATE,     /* `count` bytes that were missing have come (late.h) */
    RTMP_NOTE_MEMORY,   /* memory could not be had: a body is not kept */
};

struct rtmp_note {
    enum rtmp_note_kind kind;
    uint64_t offset;
    uint64_t count;
    struct rtmp_message message; /* RTMP_NOTE_ABANDONED */
};

struct rtmp_sink {
    void *user;
    void (*fragment)(void *user, const struct rtmp_fragment *fragment);
    void (*note)(void *user, const struct rtmp_note *note);
    /*
     * Optional, a short way to say what `part` would of most parts of long messages: what was fed
     * goes on inside the chunk that was open, and its `size` bytes from `offset`, body position
     * `at`, are all of the message with this slot, cut as before, and do not complete it. False:
     * say it with `part`.
     */
    bool (*on_continuation)(void *user, uint32_t slot, uint64_t offset, uint32_t size, uint32_t at);
};

enum rtmp_dechunk_state {
    RTMP_AT_HEADER,
    RTMP_IN_DATA,
    RTMP_LOST,
};

/* The way across a hole that chunking predicts, until what follows confirms it. */
struct rtmp_continuation {
    bool valid;
    bool complete;         /* the message ends with the hole: a header comes */
    bool chunk_size_known; /* before the hole, which the open message then fills */
    uint32_t stream;       /* index of the open chunk stream */
    uint32_t received;     /* body position at the end of the hole */
    uint32_t missing;      /* of the body, inside the hole */
    uint32_t chunk_origin;
    uint32_t chunks;
    uint32_t left; /* bytes of the chunk left at the end of the hole; 0: a header comes */
};

/* A held position that may begin a header: not enough follows to tell. */
struct rtmp_candidate {
    uint32_t pos;
    uint32_t need; /* held bytes at which to look again */
};
#define RTMP_SEARCH_CANDIDATES 8U

struct rtmp_dechunk {
    struct rtmp_memory memory;
    struct rtmp_sink sink;
    uint64_t position; /* offset of the next byte */
    uint32_t chunk_size;
    bool chunk_size_known; /* default after a handshake, or seen in Set Chunk Size */
    bool chunk_size_set;   /* by a Set Chunk Size */
    bool midstream;        /* began without a handshake and is not yet synchronised */
    bool inferring;        /* RTMP_LOST, but only the chunk size is: a header stands at held 0 */
    bool out_of_sight; /* the message of the next header ends in a hole, whatever the chunk size */
    bool proving;      /* RTMP_LOST, but only whether the header at held 0 begins a message */
    uint32_t guess_again;      /* inferring: held bytes at which to look again */
    uint32_t chunk_size_floor; /* !chunk_size_known: messages up to this length were one chunk */
    uint32_t media_head;       /* bytes kept of an audio or video body that spans chunks or feeds */
    bool fmt3_repeats_timestamp; /* fmt 3 right after fmt 0: the literal reading of Adobe RTMP
                                    5.3.1.2.4, the delta is the fmt 0's timestamp */
    enum rtmp_dechunk_state state;
    bool extended_omitted; /* this sender was seen to leave out extended timestamps on fmt 3 */

    uint32_t current; /* index of the stream whose chunk is open (RTMP_IN_DATA) */
    uint32_t left;    /* bytes of that chunk still to come */
    uint8_t partial_header[RTMP_CHUNK_HEADER_MAX];
    uint32_t partial_header_len;

    struct rtmp_chunk_streams streams;
    struct rtmp_bodies bodies;

    struct rtmp_search_buffer held; /* RTMP_LOST: what may still be understood */
    uint32_t scanned;               /* held positions that were looked at */
    bool searched;                  /* RTMP_NOTE_SEARCHED was said */
    struct rtmp_candidate candidate[RTMP_SEARCH_CANDIDATES];
    uint32_t candidate_count;
    uint64_t fed_before, fed_offset,
        fed_end;          /* where the last two feeds began, the last one ends */
    uint64_t lost_offset; /* where synchronisation was lost */
    uint64_t lost_gap;    /* bytes from there to what is held that are not in the capture */
    uint32_t headless;    /* a chunk stream that was met with nothing to inherit from; 0: none */
    struct rtmp_continuation continuation;
};

/* Begin at `position` (3073 after a handshake). memory and sink are copied. */
void rtmp_dechunk_init(struct rtmp_dechunk *d, const struct rtmp_memory *memory,
                       const struct rtmp_sink *sink, uint64_t position);

/* Free what it holds; open messages are forgotten. */
void rtmp_dechunk_destroy(struct rtmp_dechunk *d);

/* The next `len` bytes of the direction. */
void rtmp_dechunk_feed(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len);

/* `count` bytes of the direction are not in the capture. Reports RTMP_NOTE_GAP. */
void rtmp_dechunk_gap(struct rtmp_dechunk *d, uint64_t count);

/* Bytes of the direction are missing, nobody knows how many: look for a chunk header from here on.
 * Reports nothing; positions go on as if nothing was missing. */
void rtmp_dechunk_break(struct rtmp_dechunk *d);

/* Look for a chunk header from here on, knowing nothing: the capture begins inside the connection.
 * chunk_size: what a person knows, or 0 to infer it. */
void rtmp_dechunk_begin_midstream(struct rtmp_dechunk *d, uint32_t chunk_size);

/* ---- shared by dechunk.c, run.c, hypothesis.c and resync.c ---- */

/* Tell the sink; message: NULL if the note has none. */
void rtmp_dechunk_note(struct rtmp_dechunk *d, enum rtmp_note_kind kind, uint64_t offset,
                       uint64_t count, const struct rtmp_message *message);

/* hypothesis.c: predict the far side of a hole of `count` bytes: what is open goes on there. */
void rtmp_continuation_predict(struct rtmp_dechunk *d, uint64_t count);

/* Take the hypothesis for the truth: the open message goes on, or ends, where it says. */
void rtmp_dechunk_follow_continuation(struct rtmp_dechunk *d);

/* The header at held 0 begins a message that cannot be read, as nobody knows where it is cut: its
 * chunk stream goes on behind it. */
void rtmp_dechunk_pass_over(struct rtmp_dechunk *d);

/* run.c: give up the open message of a chunk stream, if there is one. */
void rtmp_dechunk_abandon(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs);

/* resync.c: hold nothing; a search begins at `position`. */
void rtmp_search_begin(struct rtmp_dechunk *d);

/* resync.c: hold some of `len` more bytes, with their marks if there are any (held.h), while
 * RTMP_LOST; returns how many (at least 1 of len > 0). */
uint32_t rtmp_search_hold(struct rtmp_dechunk *d, const uint8_t *bytes, const uint8_t *marks,
                          uint32_t len);

/* resync.c: hold a hole of `count` bytes while RTMP_LOST. False: it cannot be held. */
bool rtmp_search_hold_missing(struct rtmp_dechunk *d, uint64_t count);

/* resync.c: look for a chunk header in what is held. True: the state is synchronised again and the
 * held bytes from `position` on are the input. */
bool rtmp_search_find(struct rtmp_dechunk *d);

#endif
