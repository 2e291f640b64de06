/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_PROBE_H
#define RTMP_RECOVERY_PROBE_H

#include "recovery/state.h"

/*
 * A probe reads from one position of the search buffer header after header, and adds up the
 * evidence that they are headers: of each by itself (evidence.h), and that each stands where the
 * one before says. All positions are those of the search buffer.
 */
#define RTMP_PROBE_HEADERS 12U

/* What a probe has found so far, apart from the direction's own state. Begins with chunk_size set
 * and the rest zero. */
struct rtmp_probe {
    struct {
        uint32_t csid, begin, length, rest;
        uint32_t extended, timestamp;
        bool has_extended;
        uint8_t type;
    } open[RTMP_PROBE_HEADERS]; /* the messages found, one a chunk stream */
    uint32_t open_count;
    uint32_t last; /* index in `open` of the one whose chunk was read last */
    bool assumed;  /* a missing header was assumed to continue that message */
    uint32_t chunk_size;
    bool sizing; /* chunk_size is a guess to be tested */
    int bits;
    bool headless;  /* it began at a header without a length: that message ends only at a strong
                       header */
    bool believed;  /* `start` is set */
    uint32_t start; /* the first header with enough evidence */
    uint32_t start_csid;
    bool landed; /* a message ended at a header that hardly stands there by chance */
    uint32_t landed_at;
    int after; /* evidence behind the message at `start`: from its end and from other headers */
    bool failed;
    uint32_t need; /* buffered bytes at which the probe can continue; UINT32_MAX: it is finished */
};

/* Read one header at `*pos`, which then moves behind its data; `first`: the probe begins here.
 * False: the probe ends here. */
bool rtmp_probe_step(const struct rtmp_recovery *r, struct rtmp_probe *probe, uint32_t *pos,
                     bool first);

/* Continue at `pos` until the probe ends or the evidence is enough. */
void rtmp_probe_from(const struct rtmp_recovery *r, struct rtmp_probe *probe, uint32_t pos,
                     bool first);

/* Read the header at `pos`, nothing inherited. Returns its length without a repeated extended
 * timestamp; 0: not all of it is in the buffer. */
uint32_t rtmp_probe_header_at(const struct rtmp_recovery *r, uint32_t pos,
                              struct rtmp_chunk_header *header);

/* Is there a header with type and length (fmt 0 or 1) at `pos` that hardly stands there by chance?
 * `seen`: of a chunk stream that was seen before. */
bool rtmp_probe_strong_at(const struct rtmp_recovery *r, uint32_t pos, bool seen);

/* Bytes of a repeated extended timestamp behind a fmt 3 header, at `pos`: 4 or 0. */
uint32_t rtmp_probe_extended_bytes(const struct rtmp_recovery *r,
                                   const struct rtmp_chunk_stream *cs, uint32_t pos);

/* Length of the message that the header at `pos` begins. */
uint32_t rtmp_probe_length_at(const struct rtmp_recovery *r, uint32_t pos);

#endif
