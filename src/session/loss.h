/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_LOSS_H
#define RTMP_SESSION_LOSS_H

#include "session/state.h"

/*
 * What is not known any more when messages of a direction may be missing: which requests of the
 * connection are open, what copies of SharedObjects hold, whether the direction used the id of a
 * call that waits again, and whether it acknowledges what the other sends.
 */

/* Messages up to the offset `end` of the direction may be missing. */
void rtmp_loss_up_to(struct rtmp_session_direction *direction, uint64_t end);

/* A note of the direction, which may be that of a loss. */
void rtmp_loss_note(struct rtmp_session_direction *direction, const struct rtmp_note *note);

/* The last open hole of the direction was filled: all its calls since the first one are known. */
void rtmp_loss_filled(struct rtmp_session_direction *direction);

#endif
