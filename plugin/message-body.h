/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_MESSAGE_BODY_H
#define RTMPX_MESSAGE_BODY_H

#include "conversation.h"

/* The segment's messages while they are visited in order. */
struct rtmpx_messages {
    struct rtmpx_view *view;
    struct rtmp_segment_messages core;
};

struct rtmpx_messages rtmpx_messages_of(struct rtmpx_view *view);

/*
 * The body of the message that fragment `index` completes, and its facts. Fills all of *body except
 * its message, which the caller has. enough: see rtmp_segment_message_body(). with_tvb: the body is
 * for items; bytes that are not in the frame get a tab of their own.
 */
void rtmpx_find_body(struct rtmpx_messages *messages, uint32_t index, uint32_t enough,
                     bool with_tvb, struct rtmpx_body *body);

#endif
