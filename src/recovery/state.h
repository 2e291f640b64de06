/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_STATE_H
#define RTMP_RECOVERY_STATE_H

#include "recovery/search_buffer.h"
#include "wire/dechunk.h"

/*
 * The state of one direction whose bytes may be missing: the reader of its chunks, and what is
 * needed to find the next chunk header behind a loss. README.md has the state diagram.
 */
enum rtmp_recovery_state {
    RTMP_SYNCHRONISED, /* chunks are read as they come */
    RTMP_SEARCHING,    /* any buffered byte may begin a header */
    RTMP_SIZING,       /* the first buffered byte is a header; still to infer: the chunk size */
    RTMP_PROVING,      /* the first buffered byte is a header; still to prove: that it starts a new
                          message */
};

/* Where chunking predicts the open message behind a gap, until the bytes that follow confirm it. */
struct rtmp_continuation {
    bool valid;
    bool complete;         /* the message ends with the gap: a header follows */
    bool chunk_size_known; /* before the gap, which the open message then fills */
    struct rtmp_dechunk_place place;
};

/* A buffered position that may begin a header: too few bytes follow to decide. */
struct rtmp_candidate {
    uint32_t pos;
    uint32_t need; /* number of buffered bytes at which to examine it again */
};
#define RTMP_SEARCH_CANDIDATES 8U

struct rtmp_recovery {
    struct rtmp_dechunk dechunk; /* its position is that of the next byte in every state */
    enum rtmp_recovery_state state;
    bool midstream; /* began without a handshake and was not synchronised yet */
    bool has_gaps;  /* bytes of the direction were missing, or it began midstream */
    bool gap_tells; /* a gap may be why no header stands where one is expected: not enough was read
                       since synchronisation was found behind it */
    bool gap_hides_size; /* a gap may hold a Set Chunk Size: the size is not known since */
    bool size_told;      /* chunks were reported to be longer than known, by an unknown size */
    bool searched;       /* RTMP_NOTE_SEARCHED was reported in this search */

    struct rtmp_search_buffer buffer; /* bytes that may hold a header; when synchronised those of
                                         the message at dechunk.held_at, or none */
    uint32_t scanned;                 /* buffered positions that were examined */
    uint32_t look_again;              /* SIZING, PROVING: buffered bytes at which to try again */
    struct rtmp_candidate candidate[RTMP_SEARCH_CANDIDATES];
    uint32_t candidate_count;
    struct rtmp_continuation continuation;
    uint64_t found_at;    /* where it was found last */
    uint64_t lost_offset; /* where synchronisation was lost */
    uint64_t lost_gap;    /* bytes from there to the buffer that are not in the capture */

    /* Where the last two feeds began and the last one ends: segments, as far as the capture shows
     * them. */
    uint64_t fed_before, fed_offset, fed_end;
};

/* The least size that chunks can be taken to have while it is not known. */
static inline uint32_t rtmp_recovery_least_chunk_size(const struct rtmp_recovery *r) {
    bool proved = r->dechunk.chunk_size_floor > RTMP_DEFAULT_CHUNK_SIZE;
    return proved ? r->dechunk.chunk_size_floor : RTMP_DEFAULT_CHUNK_SIZE;
}

/* A Set Chunk Size may have been lost: the size is confirmed anew by the next long message. */
static inline void rtmp_recovery_doubt_chunk_size(struct rtmp_recovery *r) {
    r->dechunk.chunk_size_known = r->dechunk.chunk_size_proved = false;
    r->dechunk.chunk_size_floor = 0;
}

/* Drop the search buffer; a search begins at the reader's position. */
static inline void rtmp_recovery_begin_search(struct rtmp_recovery *r) {
    r->dechunk.state = RTMP_STOPPED;
    r->dechunk.left = 0;
    r->dechunk.partial_header_len = 0;
    r->state = RTMP_SEARCHING;
    r->buffer.count = r->buffer.missing = 0;
    r->buffer.offset = r->dechunk.position;
    r->scanned = 0;
    r->candidate_count = 0;
}

#endif
