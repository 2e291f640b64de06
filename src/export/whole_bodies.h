/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_WHOLE_BODIES_H
#define RTMP_EXPORT_WHOLE_BODIES_H

#include "session/message_body.h"

/*
 * Bodies of audio and video that span segments, of one direction. The records keep only the
 * beginning and an outline of those; here they are put together again while the segments are
 * visited in the order of the capture, on any pass. A body whose bytes were read in another order
 * (recovery/late.h) is not. All zero is the beginning.
 */
struct rtmp_whole_bodies {
    struct rtmp_open_body {
        uint32_t csid;
        uint32_t reassembly; /* the message's first, its index + 1 */
        uint32_t filled, capacity;
        uint8_t *bytes;
    } open[RTMP_LIMIT_WHOLE_BODIES];
    uint32_t count;
    uint8_t *last; /* the last one that was returned */
};

void rtmp_whole_bodies_destroy(struct rtmp_whole_bodies *bodies, const struct rtmp_memory *memory);

/*
 * Fragment `index` of a segment; to be called for each, in order. Returns the body of the message
 * that it completes, of its whole length and good until the next call; NULL: it completes none,
 * bytes are missing, or the message is of another type or lies in this segment alone
 * (message_body.h).
 */
const uint8_t *rtmp_whole_bodies_follow(struct rtmp_whole_bodies *bodies,
                                        const struct rtmp_memory *memory,
                                        const struct rtmp_segment_view *view, uint32_t index);

#endif
