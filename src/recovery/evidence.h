/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_EVIDENCE_H
#define RTMP_RECOVERY_EVIDENCE_H

#include "wire/chunk_stream.h"

/*
 * The evidence for a chunk header by itself, in bits (weights.h): roughly minus log2 of the chance
 * that random bytes agree as well with what is known of the direction and of messages in general.
 */

/* A header that begins a message, compared with its chunk stream (NULL: new). Negative: it is no
 * header. */
int rtmp_evidence_header(const struct rtmp_chunk_stream *cs,
                         const struct rtmp_chunk_header *header);

/* The timestamp delta of a fmt 1 or 2 header. */
int rtmp_evidence_delta(const struct rtmp_chunk_header *header);

/* The first `available` bytes (at least one) of the body behind a header. */
struct rtmp_evidence_body {
    const struct rtmp_body_format *format;
    const uint8_t *bytes;
    uint32_t available;
    uint32_t length; /* of the message */
    uint8_t type;    /* of the message */
};

/* cs: its chunk stream, NULL when new. Negative: no body of this type begins so. */
int rtmp_evidence_of_body(const struct rtmp_chunk_stream *cs,
                          const struct rtmp_evidence_body *body);

#endif
