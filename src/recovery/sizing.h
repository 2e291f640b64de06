/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_SIZING_H
#define RTMP_RECOVERY_SIZING_H

#include "wire/dechunk.h"

/*
 * The chunk size of a direction whose Set Chunk Size was not seen, inferred from where a long
 * message is cut.
 */
#define RTMP_EVIDENCE_SIZE 20 /* bits: that a message is cut into chunks of one size */

/* What the bytes behind one header say about the chunk size. */
struct rtmp_size_guess {
    uint32_t size;
    int bits;          /* evidence beyond the first header; -1: no size fits */
    bool landed;       /* with this size a header stands where the message ends */
    uint32_t ends_at;  /* a header stands at this held position, where the message ends whichever of
                          the sizes it is that fit; 0: none */
    bool out_of_sight; /* no matter: the message ends in a hole; `size` fits what is there of it */
    bool wait;         /* more bytes may tell ... */
    uint32_t need;     /* ... when this many are held */
};

/* The least size that chunks of messages can be taken to have before one was seen. */
uint32_t rtmp_sizing_least(const struct rtmp_dechunk *d);

/* The header at held `start` announces a message longer than any seen in one chunk: where it is cut
 * shows the chunk size. */
struct rtmp_size_guess rtmp_sizing_guess(struct rtmp_dechunk *d, uint32_t start);

/* Chunks have this size, or, when `length` is no longer than it, messages of that length are one
 * chunk. */
void rtmp_sizing_accept(struct rtmp_dechunk *d, uint32_t size, uint32_t length);

/* After a hole: a Set Chunk Size may have been lost, unless there was one before: senders set it
 * once (observed). The size is then confirmed anew by the next long message. */
void rtmp_sizing_doubt(struct rtmp_dechunk *d);

#endif
