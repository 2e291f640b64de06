/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CHUNKING_H
#define RTMP_SESSION_CHUNKING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many chunks a second the messages of a direction are cut into. Each chunk costs a header and
 * its handling by both sides: with the chunk size of 128 bytes that holds until another is set, a
 * stream of 5 Mbit/s has 4,900 of them. What counts them: chunk_rate.h. All zero is the beginning.
 */
struct rtmp_chunking {
    int64_t since;    /* time of capture from which on chunks are counted, ns */
    uint64_t chunks;  /* of messages of several chunks that came since */
    uint32_t segment; /* index of the one behind which they are counted */
    bool is_counting;
    bool is_told; /* once for its cause */
};

#endif
