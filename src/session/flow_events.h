/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_FLOW_EVENTS_H
#define RTMP_SESSION_FLOW_EVENTS_H

#include "session/state.h"

/*
 * What complete messages say of the flow (flow.h): Acknowledgements, windows and pings are settled
 * against what both sides had sent when they were complete.
 */

/* An Acknowledgement, Window Acknowledgement Size or user control message. */
void rtmp_flow_follow_control(struct rtmp_session_direction *direction,
                              struct rtmp_fragment_record *record,
                              const struct rtmp_fragment *fragment);

/* More bytes than the thresholds allow are not acknowledged. */
void rtmp_flow_check_overdue(struct rtmp_session_direction *direction,
                             const struct rtmp_fragment *fragment);

/* Any message: are acknowledgements overdue at its end? */
static inline void rtmp_flow_follow_bytes(struct rtmp_session_direction *direction,
                                          const struct rtmp_fragment *fragment) {
    if (rtmp_acks_behind(&direction->acks, fragment->offset + fragment->size))
        rtmp_flow_check_overdue(direction, fragment);
}

#endif
