/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_PROBE_H
#define RTMP_RECOVERY_PROBE_H

#include "wire/dechunk.h"

/*
 * A walk from header to header over the bytes that a direction holds, to tell whether they are
 * headers at all.
 *
 * It gathers bits of evidence: roughly minus log2 of the chance that random bytes agree as well
 * with what is known of the direction (its chunk streams, their types and message stream ids,
 * plausible lengths and timestamps) and with a next header where this one says. Among 64 Ki
 * positions of payload a threshold of 34 bits leaves a chance of 2^-18 of a phantom.
 */
#define RTMP_EVIDENCE_ENOUGH  34
#define RTMP_EVIDENCE_ALIGNED 12 /* where a segment begins: one position, not one of 64 Ki */
#define RTMP_EVIDENCE_LANDING 10 /* that a length points at a strong header by chance: 2^-10 */
#define RTMP_PROBE_HEADERS    12

/* What it has learnt on its way, apart from the direction's own state. */
struct rtmp_probe {
    struct {
        uint32_t csid, begin, length, rest;
        uint32_t extended, timestamp;
        bool has_extended;
        uint8_t type;
    } open[RTMP_PROBE_HEADERS];
    uint32_t open_count;
    uint32_t last; /* of them: the one whose chunk was read last */
    bool assumed;  /* a header that is missing was taken for one that goes on with it */
    uint32_t chunk_size;
    bool sizing; /* chunk_size is a guess to be tested */
    int bits;
    bool headless;  /* it began at a header that does not say how long its message is: where that
                       one ends it ends only if a strong header stands there */
    bool believed;  /* `start` is set */
    uint32_t start; /* the first header that is believed */
    uint32_t start_csid;
    bool landed; /* a length pointed at a header that hardly stands there by chance */
    uint32_t landed_at;
    int after; /* evidence behind the message that begins there: where it ends, and other headers */
    bool failed;
    uint32_t need; /* held bytes that would tell more; UINT32_MAX: nothing would */
};

/* One header at held `*pos`, which then moves behind its data; `first`: the walk begins here.
 * False: the walk ends here. */
bool rtmp_probe_step(struct rtmp_dechunk *d, struct rtmp_probe *walk, uint32_t *pos, bool first);

/* On from held `pos` until the walk ends or the evidence is enough. */
void rtmp_probe_from(struct rtmp_dechunk *d, struct rtmp_probe *walk, uint32_t pos, bool first);

/* The header at held `pos`, as its bytes say. Returns its bytes, without a repeated extended
 * timestamp; 0: it is not all there. */
uint32_t rtmp_probe_header_at(const struct rtmp_dechunk *d, uint32_t pos,
                              struct rtmp_chunk_header *header);

/* Does a header stand at held `pos` that says its type and length, and hardly by chance? `seen`: of
 * a chunk stream that was seen before. */
bool rtmp_probe_strong_at(const struct rtmp_dechunk *d, uint32_t pos, bool seen);

/* Bytes of a repeated extended timestamp behind a fmt 3 header, at held `pos`: 4 or 0. */
uint32_t rtmp_probe_extended_bytes(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                                   uint32_t pos);

/* Length of the message that the header at held `pos` begins. */
uint32_t rtmp_probe_length_at(struct rtmp_dechunk *d, uint32_t pos);

#endif
