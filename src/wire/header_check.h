/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_HEADER_CHECK_H
#define RTMP_WIRE_HEADER_CHECK_H

#include "wire/chunk_stream.h"

/*
 * What chunk headers say that a sender is not expected to write. Answers follow from one header and
 * what is known of its chunk stream; the reader (dechunk.h) decides what to do.
 */

/* Does this message, of whose body `available` bytes are there, apply to chunks: a Set Chunk Size
 * or an Abort that is no garbage? Observed: 5 bytes instead of 4; other chunk streams than 2. */
bool rtmp_message_controls_chunking(const struct rtmp_message *message, uint32_t available);

/* Has a fmt 0 or 1 header an unassigned type, or is it garbage of a control type on a new chunk
 * stream with an id of two or three bytes (specified: chunk stream 2)? cs: NULL when new. */
bool rtmp_header_is_unlikely(const struct rtmp_chunk_stream *cs,
                             const struct rtmp_chunk_header *header);

/* A delta that a sender computed as negative and cut to 24 bits (observed), which leads back to a
 * timestamp that is not negative. From 0 it is the first of a stream that begins late. cs: begun
 * with this header. */
static inline bool rtmp_header_has_cut_delta(const struct rtmp_chunk_stream *cs,
                                             const struct rtmp_chunk_header *header) {
    return (header->fmt == 1 || header->fmt == 2) && !header->has_extended &&
           header->timestamp >= 1U << 23 &&
           cs->message.timestamp - header->timestamp >= (1U << 24) - header->timestamp;
}

/* Specified: types 1 to 6 on chunk stream 2 and message stream 0. */
static inline bool rtmp_message_is_misplaced_control(const struct rtmp_message *message) {
    return message->type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH &&
           message->type >= RTMP_MESSAGE_SET_CHUNK_SIZE &&
           (message->csid != 2 || message->stream_id != 0);
}

#endif
