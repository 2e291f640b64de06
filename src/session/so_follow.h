/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_FOLLOW_H
#define RTMP_SESSION_SO_FOLLOW_H

#include "session/state.h"

/*
 * What SharedObject messages do to the client's copies, and to each other. Adobe publishes none of
 * it; these rules hold in sessions of FluorineFx, Red5, crtmpserver and rtmp-python with four
 * clients (observed):
 *
 * A copy belongs to a connection and a name, from its use to its release. Events apply in their
 * order, also those of one message. A change sets, null as well; only a remove removes, only a
 * clear clears. A success carries a name only: the value is that of the client's oldest open
 * request of that name. The requester gets success or remove, the others change or remove. A
 * refusal of a write names the attribute in a change of the same message (FluorineFx), or not at
 * all (Red5): then it is the client's oldest open request. A use may never be answered, and the
 * object works.
 *
 * Late messages change nothing. After a loss in either direction copies are incomplete, and their
 * requests unknown, until the client uses the object again or all its attributes are removed.
 */

/* A message of type 19 or 16, the last one recorded, is complete. */
void rtmp_so_follow(struct rtmp_session_direction *direction, const struct rtmp_fragment *fragment);

/* Messages of the connection may be missing from here on. */
static inline void rtmp_so_follow_loss(struct rtmp_session *session) {
    session->so.losses++;
}

/* One side closes the connection: no answers are to be expected. */
void rtmp_so_follow_close(struct rtmp_session *session);

/* Free what the session's copies and records hold. */
void rtmp_so_follow_destroy(struct rtmp_session *session);

#endif
