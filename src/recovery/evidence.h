/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_EVIDENCE_H
#define RTMP_RECOVERY_EVIDENCE_H

#include "wire/chunk_stream.h"

/*
 * What speaks for a chunk header by itself, in bits: roughly minus log2 of the chance that random
 * bytes agree as well with what is known of the direction, and with what messages are like.
 */
#define RTMP_EVIDENCE_STRONG 25 /* a header that hardly stands in payload by chance */

/* The header that begins a message, against what is known of its chunk stream (NULL: nothing).
 * Negative: it is none. */
int rtmp_evidence_header(const struct rtmp_chunk_stream *cs,
                         const struct rtmp_chunk_header *header);

/* The timestamp of a fmt 1 or 2 header, which counts from the message before. */
int rtmp_evidence_delta(const struct rtmp_chunk_header *header);

/* Bytes of a body of this type and length behind the header: the first `available` (at least one).
 * -1: it cannot begin so. */
int rtmp_evidence_body(const struct rtmp_chunk_stream *cs, uint8_t type, const uint8_t *bytes,
                       uint32_t available, uint32_t length);

#endif
