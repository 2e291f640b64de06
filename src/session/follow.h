/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_FOLLOW_H
#define RTMP_SESSION_FOLLOW_H

#include "session/state.h"

/*
 * What a complete message says of others, and others of it: its facts are settled, and the state of
 * the session follows it (calls, requests, clocks, decoder configurations).
 */

/* The message of the last fragment, whose record is written. False: no memory, its facts are not
 * known. */
bool rtmp_follow_message(struct rtmp_session_direction *direction,
                         struct rtmp_fragment_record *record, const struct rtmp_fragment *fragment);

/* Before clocks are judged anew or the connection ends: a play that audio or video followed is
 * answered. */
void rtmp_follow_media(struct rtmp_session *session);

#endif
