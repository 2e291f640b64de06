/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_RECORDER_H
#define RTMP_SESSION_RECORDER_H

#include "session/state.h"

/*
 * What the wire layer reports while a segment is fed becomes records: fragments of messages, their
 * reassembly, and what late bytes correct.
 */

/* Where the wire layer of a direction reports to. */
struct rtmp_sink rtmp_recorder_sink(struct rtmp_session_direction *direction);

/* No hole is open: messages that late bytes may correct are no longer remembered. */
void rtmp_recorder_forget_messages(struct rtmp_session_direction *direction);

#endif
