/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_CHUNK_WALK_H
#define RTMP_WIRE_CHUNK_WALK_H

#include "wire/chunk.h"

/*
 * A walk over the chunks of a fragment (struct rtmp_fragment) whose bytes were read before: where
 * its headers and its data are. The walk is given what the first reading decided, and decides
 * nothing anew: a header stands wherever (body position - chunk_origin) is a multiple of
 * chunk_size.
 *
 * The caller fills all members from the fragment; bytes and header are borrowed.
 */
struct rtmp_chunk_walk {
    struct rtmp_reader reader; /* over the fragment's bytes, at its first */
    uint32_t csid;
    uint32_t length; /* of the message */
    uint32_t at;     /* body position of the next data byte */
    uint32_t chunk_origin, chunk_size;
    uint32_t partial_header; /* bytes of the first header that stand before the fragment */
    const uint8_t *header;   /* RTMP_CHUNK_HEADER_MAX bytes from there on, when it is that of the
                                message's first chunk, else NULL */
    bool header_next;        /* the cursor stands at a header */
    bool repeats_extended;   /* fmt 3 headers repeat the extended timestamp */
};

/* One chunk, or the piece of one that a fragment holds. Positions are in the fragment's bytes. */
struct rtmp_chunk_piece {
    bool has_header;         /* its header ends in the fragment */
    uint32_t partial_header; /* bytes of it that stand before the fragment */
    struct rtmp_chunk_header header;
    uint32_t start;
    uint32_t basic, message,
        extended; /* positions of the header's pieces, when all of it is here */
    bool has_extended;
    uint32_t extended_value; /* 0 when some of its bytes are before the fragment */
    struct rtmp_span data;
};

/* The next piece. False: there is none, or its header is not complete. The cursor then stands where
 * the walk ended. */
bool rtmp_chunk_walk_next(struct rtmp_chunk_walk *walk, struct rtmp_chunk_piece *piece);

/* Append the body bytes that the walk has left to `out`, at most `room`; returns how many. Faster
 * than a walk piece by piece: headers are stepped over. */
uint32_t rtmp_chunk_walk_gather(struct rtmp_chunk_walk *walk, uint8_t *out, uint32_t room);

#endif
