/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_FRAGMENT_H
#define RTMP_WIRE_FRAGMENT_H

#include "wire/chunk_stream.h"

/*
 * What dechunking reports to a sink: fragments of messages, and notes, while their bytes are being
 * fed. Positions are 64-bit offsets of the direction's bytes, from 0 at the first byte of the
 * connection (the handshake counts).
 */

/*
 * Consecutive bytes of ONE message inside one feed: whole chunks or pieces of them, with no bytes
 * of other messages between. Chunk boundaries follow from `at`, `chunk_origin` and `chunk_size`: a
 * header stands wherever (body position - chunk_origin) is a multiple of chunk_size.
 */
struct rtmp_fragment {
    struct rtmp_message message;
    uint64_t offset; /* of its first byte in this feed */
    uint32_t size;   /* bytes, chunk headers included; 0 only when all came in earlier feeds */
    uint32_t at;     /* body position where it begins (missing bytes count) */
    uint32_t chunk_origin, chunk_size;
    uint32_t chunks;         /* chunks of the message up to and including this fragment */
    uint16_t flags;          /* RTMP_FRAGMENT_* (chunk_stream.h) */
    uint8_t partial_header;  /* bytes of its first header that came in earlier feeds */
    uint8_t fmt;             /* of the message's first chunk */
    bool has_extended;       /* the last fmt 0, 1 or 2 header of the chunk stream was extended */
    uint64_t message_offset; /* of the message's first byte */
    uint32_t *slot; /* a value that the sink keeps for this message; 0 at its first fragment */
    const uint8_t *header; /* the first header's bytes when partial_header > 0, else NULL */
    /* With RTMP_FRAGMENT_COMPLETE: */
    const uint8_t *body;  /* contiguous from body position 0; borrowed for the call */
    uint64_t body_offset; /* with RTMP_FRAGMENT_CONTIGUOUS */
    uint32_t available;   /* bytes at `body`: less than length when some are lost, or when only the
                             head and an outline of a media body are kept (body.h) */
    uint32_t missing;     /* bytes of the body that are not in the capture */
    uint8_t **owner; /* what owns `body`, a block of exactly `available` bytes: the sink keeps it
                        by setting *owner to NULL, and frees it with the memory that the reader
                        was given. NULL: the body is to be copied */
    const struct rtmp_decoder_configs *decoder_configs; /* before this message; borrowed */
};

enum rtmp_note_kind {
    RTMP_NOTE_GAP, /* `count` bytes are missing from the capture; 0: how many is unknown */
    RTMP_NOTE_RESYNCHRONIZED, /* a chunk header is confirmed; `count` bytes were skipped */
    RTMP_NOTE_NOT_RTMP,       /* the answer to a handshake is something else (preface.h) */
    RTMP_NOTE_MIDSTREAM,      /* no handshake seen: chunk size and chunk streams are inferred */
    RTMP_NOTE_ABANDONED,      /* an open message will not be completed; `count` bytes were there */
    RTMP_NOTE_LOST,           /* no chunk header stands here: a search begins. `count` 1: bytes were
                                 missing before; `csid`: of a fmt 2 or 3 header that inherits from nothing */
    RTMP_NOTE_SEARCHED,   /* no header among RTMP_LIMIT_SEARCH_BYTES: the first are given up, once
                             for each search */
    RTMP_NOTE_LATE,       /* `count` bytes that were missing have come (recovery/late.h) */
    RTMP_NOTE_MEMORY,     /* memory could not be had: a body is not kept */
    RTMP_NOTE_CHUNK_SIZE, /* from here on the chunk size is `count`: inferred */
    RTMP_NOTE_CHUNK_SIZE_SET,     /* the same, as the user set it */
    RTMP_NOTE_CHUNKS_UNANNOUNCED, /* nothing is missing, but chunks are `count` bytes long, which no
                                     Set Chunk Size announced */
    RTMP_NOTE_TIMESTAMP_UNCERTAIN, /* messages of this chunk stream count their timestamps from
                                      before a loss, and have their message stream id from there */
    /* Reported at each occurrence; the recorder counts them. */
    RTMP_NOTE_FIRST_COUNTED,
    RTMP_NOTE_TIMESTAMP_AMBIGUOUS =
        RTMP_NOTE_FIRST_COUNTED, /* fmt 3 begins a message right after fmt 0: delta read as 0 */
    RTMP_NOTE_EXTENDED_OMITTED,  /* a fmt 3 chunk lacks the extended timestamp that was due */
    RTMP_NOTE_FIRST_FMT,         /* a chunk stream begins with fmt 1 */
    RTMP_NOTE_CONTINUATION_FMT,  /* a continuation is not fmt 3 */
    RTMP_NOTE_CONTROL_CSID,    /* types 1 to 6 not on chunk stream 2, or not on message stream 0 */
    RTMP_NOTE_TIMESTAMP_DELTA, /* a 24-bit delta of 2^23 or more: a negative one that was cut */
    RTMP_NOTE_CONFIG, /* a configuration message that configures nothing (session/session.h) */
    /* Windows of bytes were sent and not acknowledged; the message's length is the window
     * (session/flow.h). */
    RTMP_NOTE_NO_ACKNOWLEDGEMENT, /* none of the direction ever was */
    RTMP_NOTE_WINDOW_EXCEEDED,    /* some were */
    RTMP_NOTE_COUNT,
};

struct rtmp_note {
    enum rtmp_note_kind kind;
    uint64_t offset;
    uint64_t count;
    struct rtmp_message message; /* RTMP_NOTE_ABANDONED and those about one message */
};

struct rtmp_sink {
    void *user;
    void (*fragment)(void *user, const struct rtmp_fragment *fragment);
    void (*note)(void *user, const struct rtmp_note *note);
    /* Optional: bytes that came late tell more of a message that was reported before (with this
     * message_offset): its timestamp and stream id. Complete; borrowed for the call. */
    void (*corrected)(void *user, const struct rtmp_fragment *fragment);
    /*
     * Optional: the message with this slot, which is not complete, was read with a wrong chunk
     * size. Its fragments so far do not hold; its bytes are read again, as those of a message whose
     * slot is 0. Without it messages of which fragments were reported are not read again.
     */
    void (*withdrawn)(void *user, uint32_t slot);
    /*
     * Optional, cheaper than `fragment` for most fragments of long messages: the `size` bytes of a
     * feed from `offset`, at body position `at`, all belong to the message with this slot, continue
     * its open chunk, have chunk boundaries as before, and do not complete it. False: report it
     * with `fragment`.
     */
    bool (*on_continuation)(void *user, uint32_t slot, uint64_t offset, uint32_t size, uint32_t at);
};

/* Report a note to the sink; message: NULL if the note has none. */
static inline void rtmp_sink_note(const struct rtmp_sink *sink, enum rtmp_note_kind kind,
                                  uint64_t offset, uint64_t count,
                                  const struct rtmp_message *message) {
    struct rtmp_note note = {.kind = kind, .offset = offset, .count = count};
    if (message)
        note.message = *message;
    sink->note(sink->user, &note);
}

/* A fragment that grows chunk by chunk, until bytes of another message come, the feed ends or the
 * message does. */
struct rtmp_fragment_builder {
    bool on;         /* a fragment is open; the rest is set only then */
    uint32_t stream; /* index of the message's chunk stream */
    struct rtmp_fragment fragment;
    uint8_t header[RTMP_CHUNK_HEADER_MAX]; /* the first header, when partial_header > 0 */
};

/* Begin with the byte at `offset`, of the open message of chunk stream `stream` (an index). */
void rtmp_fragment_begin(struct rtmp_fragment_builder *builder,
                         const struct rtmp_chunk_streams *streams, uint32_t stream,
                         uint64_t offset);

/* Give the fragment to the sink, if one was begun; `end` is the offset behind its last byte. */
void rtmp_fragment_end(struct rtmp_fragment_builder *builder, struct rtmp_chunk_streams *streams,
                       const struct rtmp_sink *sink, uint64_t end);

#endif
