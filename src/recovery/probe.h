/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_PROBE_H
#define RTMP_RECOVERY_PROBE_H

#include "recovery/state.h"

/*
 * A probe follows headers through the search buffer, from one position on, and adds up the evidence
 * that they are headers at all: each by itself (evidence.h), and that the next one stands where the
 * last one says. All positions are those of the search buffer.
 */
#define RTMP_PROBE_HEADERS 12U

/* What a probe has learnt on its way, apart from the direction's own state. Begins with chunk_size
 * set and the rest zero. */
struct rtmp_probe {
    struct {
        uint32_t csid, begin, length, rest;
        uint32_t extended, timestamp;
        bool has_extended;
        uint8_t type;
    } open[RTMP_PROBE_HEADERS]; /* the messages met, by chunk stream */
    uint32_t open_count;
    uint32_t last; /* of them: the one whose chunk was read last */
    bool assumed;  /* a missing header was taken for a continuation of that message */
    uint32_t chunk_size;
    bool sizing; /* chunk_size is a guess to be tested */
    int bits;
    bool headless;  /* it began at a header without a length: only a strong header where that
                       message ends ends it */
    bool believed;  /* `start` is set */
    uint32_t start; /* the first header that is believed */
    uint32_t start_csid;
    bool landed; /* a length pointed at a header that hardly stands there by chance */
    uint32_t landed_at;
    int after; /* evidence behind the message at `start`: where it ends, and other headers */
    bool failed;
    uint32_t need; /* buffered bytes that would tell more; UINT32_MAX: none would */
};

/* Read one header at `*pos`, which then moves behind its data; `first`: the probe begins here.
 * False: the probe ends here. */
bool rtmp_probe_step(const struct rtmp_recovery *r, struct rtmp_probe *probe, uint32_t *pos,
                     bool first);

/* Continue at `pos` until the probe ends or the evidence is enough. */
void rtmp_probe_from(const struct rtmp_recovery *r, struct rtmp_probe *probe, uint32_t pos,
                     bool first);

/* The header at `pos`, as its bytes say. Returns its bytes, without a repeated extended timestamp;
 * 0: not all of it is in the buffer. */
uint32_t rtmp_probe_header_at(const struct rtmp_recovery *r, uint32_t pos,
                              struct rtmp_chunk_header *header);

/* Does a header stand at `pos` that says its type and length, and hardly by chance? `seen`: of a
 * chunk stream that was seen before. */
bool rtmp_probe_strong_at(const struct rtmp_recovery *r, uint32_t pos, bool seen);

/* Bytes of a repeated extended timestamp behind a fmt 3 header, at `pos`: 4 or 0. */
uint32_t rtmp_probe_extended_bytes(const struct rtmp_recovery *r,
                                   const struct rtmp_chunk_stream *cs, uint32_t pos);

/* Length of the message that the header at `pos` begins. */
uint32_t rtmp_probe_length_at(const struct rtmp_recovery *r, uint32_t pos);

#endif
