/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_MESSAGE_BODY_H
#define RTMPX_MESSAGE_BODY_H

#include "conversation.h"

/* The bytes of one segment and their records, as the message code needs them. */
struct rtmpx_view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    struct rtmpx_direction *direction;
    const struct rtmpx_segment *segment;
    const struct rtmpx_fragment *fragments;
    uint32_t fragment_count;
    const struct rtmpx_fresh_body *fresh; /* on the first visit */
};

/* Does a message complete in the segment? */
bool rtmpx_completes_message(const struct rtmpx_view *view);

/* Where a part of a message is: view->parts[index]. */
struct rtmpx_fragment_of_message {
    uint32_t reassembly; /* of the message */
    uint32_t index;
};

/* What is known of the segment's messages while they are visited in order, in packet memory. Begins
 * as {.view = view, .fresh = view->fresh}. */
struct rtmpx_messages {
    const struct rtmpx_view *view;
    const struct rtmpx_fresh_body *fresh; /* the next one */
    /* The parts of messages of several parts, by message; NULL: not asked for yet. */
    struct rtmpx_fragment_of_message *fragments;
    uint32_t count;
    uint32_t tabs;                          /* of the frame, when the last one was added */
    struct rtmpx_fragment_of_message alone; /* the one that was asked for last and has no others */
};

/* The parts in this segment of the message that part `index` completes, in order. Returns how many,
 * at least 1; *run, the first, is good until the next call. */
uint32_t rtmpx_fragments_of_message(struct rtmpx_messages *messages, uint32_t index,
                                    const struct rtmpx_fragment_of_message **run);

/* The message of a part, without its body. */
struct rtmp_message rtmpx_message_of(const struct rtmpx_fragment *fragment);

/*
 * The body of the message that part `index` completes: kept, from one run of bytes, or put together
 * from its chunks. Fills all of *body but its message, which the caller has.
 *
 * head: bytes that are enough of a body that has to be put together (a summary of media needs no
 * more), UINT32_MAX: all. with_tvb: for items; unless the bytes are those of the frame they get a
 * tab of their own. What body points to is the segment's, in file scope or in packet memory.
 */
void rtmpx_find_body(struct rtmpx_messages *messages, uint32_t index, uint32_t head, bool with_tvb,
                     struct rtmpx_body *body);

#endif
