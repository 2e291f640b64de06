/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_ROOM_H
#define RTMPX_TREE_ROOM_H

#include "conversation.h"

/*
 * What a frame has room for. Wireshark gives up a frame with more items than a preference allows
 * (1,000,000), as a "Dissector bug".
 *
 * Room is counted in what the wire holds (notes, chunks, messages, events of their bodies), never
 * in items made: which items are made depends on the filter and the output, and a filter must find
 * the same frames whatever is shown. What a segment and a message get follows from the records of
 * the frame alone.
 */
struct rtmpx_room {
    uint32_t notes;
    uint32_t messages; /* and parts of messages that complete elsewhere */
    uint32_t bodies;   /* of messages of several fragments: each may have a tab of bytes */
    uint32_t chunks;
    uint32_t chunks_each; /* of a fragment of the segment at most */
    uint32_t events;      /* of bodies: values, keys, parts */
    uint32_t events_each; /* of a message that completes in the segment at most */
    uint32_t before;      /* bytes of AMF in earlier messages of the frame */
};

/* A message that completes is stepped over. */
void rtmpx_room_pass(struct rtmpx_room *room, const struct rtmp_fragment_record *fragment);

/* What the earlier segments of the frame leave for this one. */
struct rtmpx_room rtmpx_room_for(const struct rtmpx_view *view);

/* Events of bodies that a frame has room for, when it holds no RTMP. */
uint32_t rtmpx_room_events(void);

/* Is there room for one more of something? It is taken then. */
static inline bool rtmpx_room_take(uint32_t *left) {
    if (*left == 0)
        return false;
    --*left;
    return true;
}

/* Events that a body of so many bytes has at most: a bit field of a codec's configuration is one,
 * and a few are computed. */
static inline uint32_t rtmpx_most_events(uint32_t length) {
    return length * 8 + 64;
}

#endif
