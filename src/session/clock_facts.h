/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CLOCK_FACTS_H
#define RTMP_SESSION_CLOCK_FACTS_H

#include "session/state.h"

/* Complete message `index` of a direction as clocks see it, on any pass. False: it is no audio or
 * video that counts. */
bool rtmp_clock_message_of(const struct rtmp_session_direction *direction, uint32_t index,
                           struct rtmp_clock_message *message);

/* The facts that clocks give of a complete message, `fragment` its record at `index`, on any pass
 * (clock.h). False: it has none. */
bool rtmp_media_facts_of(const struct rtmp_session_direction *direction,
                         const struct rtmp_fragment_record *fragment, uint32_t index,
                         struct rtmp_media_facts *facts);

#endif
