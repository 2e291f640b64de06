/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_STREAM_EVENTS_H
#define RTMP_SESSION_STREAM_EVENTS_H

#include "session/arguments.h"
#include "session/state.h"
#include "wire/fragment.h"

/*
 * What messages say of streams (streams.h), in the order in which they are recorded. Each function
 * is called with the fragment of a complete message whose record is the last one.
 */

/* A command whose head was read. */
void rtmp_stream_follow_command(struct rtmp_session_direction *direction,
                                const struct rtmp_command_head *head,
                                const struct rtmp_fragment *fragment,
                                struct rtmp_arguments *arguments);

/* A user control message. */
void rtmp_stream_follow_control(struct rtmp_session_direction *direction,
                                const struct rtmp_fragment *fragment);

/* Media or data on a message stream whose stream is not settled. */
void rtmp_stream_settle_media(struct rtmp_session_direction *direction, uint32_t id);

/* The same of each media or data message: nearly always on the message stream of the last one. */
static inline void rtmp_stream_follow_media(struct rtmp_session_direction *direction, uint32_t id) {
    if (!direction->streams.media_settled || direction->streams.media_id != id)
        rtmp_stream_settle_media(direction, id);
}

/* The connection ended. */
void rtmp_stream_close_all(struct rtmp_session *session);

/* The stream that a complete message concerns, `fragment` its record at `index`. NULL: none, or not
 * known. */
const struct rtmp_stream *rtmp_stream_of(const struct rtmp_session_direction *direction,
                                         const struct rtmp_fragment_record *fragment,
                                         uint32_t index);

#endif
