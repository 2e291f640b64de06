/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CHUNK_RATE_H
#define RTMP_SESSION_CHUNK_RATE_H

#include "session/state.h"

/* First pass: a complete message of several chunks, the last one of the direction (chunking.h). */
void rtmp_chunking_follow(struct rtmp_session_direction *direction,
                          const struct rtmp_fragment *fragment);

#endif
