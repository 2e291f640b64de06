/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_MESSAGE_BODY_H
#define RTMP_SESSION_MESSAGE_BODY_H

#include "session/session.h"

/*
 * The messages that complete in one segment: of each the fragments in the segment, and its body:
 * kept with the records, one range of the segment, or reassembled from its chunks.
 */

/* A segment as it is shown: its record and its bytes, which are borrowed. */
struct rtmp_segment_view {
    struct rtmp_session_direction *direction;
    const struct rtmp_segment_record *segment;
    const struct rtmp_fragment_record *fragments; /* fragment_count of them */
    const uint8_t *bytes;                         /* the captured ones */
    const struct rtmp_memory *packet;             /* for bodies; need not be freed */
    const struct rtmp_fresh_body *fresh;          /* on the first pass */
};

/* Does a message complete in the segment? */
bool rtmp_segment_completes_message(const struct rtmp_segment_view *view);

/* A fragment of a message: view->fragments[index]. */
struct rtmp_message_fragment {
    uint32_t reassembly; /* of the message */
    uint32_t index;
};

/* What is known of the segment's messages while they are visited in order. Begins as
 * {.view = view, .fresh = view->fresh}; what it points to is in packet memory. */
struct rtmp_segment_messages {
    const struct rtmp_segment_view *view;
    const struct rtmp_fresh_body *fresh; /* the next one */
    /* The fragments of messages of several, by message; NULL: not asked for yet. */
    struct rtmp_message_fragment *fragments;
    uint32_t count;
    struct rtmp_message_fragment alone; /* the last one asked for, if it is alone */
};

/* The fragments in this segment of the message that fragment `index` completes, in order. Returns
 * how many, at least 1; *run, the first, is good until the next call. */
uint32_t rtmp_segment_fragments_of(struct rtmp_segment_messages *messages, uint32_t index,
                                   const struct rtmp_message_fragment **run);

/* Where the bytes of a body lie. */
struct rtmp_message_body {
    const uint8_t *bytes; /* in the segment, in its packet memory, or kept with the records */
    uint32_t available;   /* may be less than the message's length; an end there is not the sender's
                             error */
    uint32_t head;        /* bytes after so many are an outline of the rest
                             (payload/media/outline.h); 0: nothing is left out but at the end */
    bool in_one_range;    /* bytes are those of the segment */
    uint32_t start;       /* in the segment, of one range */
};

/*
 * The body of the message that fragment `index` completes. enough: bytes to reassemble of a body
 * that is in several chunks (a summary of media needs few); UINT32_MAX: all. Messages are asked for
 * in order.
 */
struct rtmp_message_body rtmp_segment_message_body(struct rtmp_segment_messages *messages,
                                                   uint32_t index, uint32_t enough);

#endif
