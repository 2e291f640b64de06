/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_SIZING_H
#define RTMP_RECOVERY_SIZING_H

#include "recovery/state.h"

/*
 * The chunk size of a direction whose Set Chunk Size was not seen, inferred from where a long
 * message is cut. Positions are those of the search buffer.
 */

/* The chunk size that the bytes behind one header indicate. */
struct rtmp_size_guess {
    uint32_t size;
    int bits;         /* evidence beyond the first header; -1: no size fits */
    bool landed;      /* with this size a header stands where the message ends */
    uint32_t ends_at; /* a header stands here, where the message ends for every size that fits;
                         0: none */
    bool ends_in_gap; /* for every size still possible the message ends inside a gap; `size` fits
                         its captured bytes */
    bool wait;        /* more bytes may decide ... */
    uint32_t need;    /* ... when this many are buffered */
};

/* The header at `start` announces a message longer than any seen in one chunk: where it is cut
 * shows the chunk size. */
struct rtmp_size_guess rtmp_sizing_guess(const struct rtmp_recovery *r, uint32_t start);

/* Chunks have this size. If `length` is not longer, only this is certain: messages of that length
 * are one chunk. */
void rtmp_sizing_accept(struct rtmp_recovery *r, uint32_t size, uint32_t length);

#endif
