/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TCP_PREFERENCES_H
#define RTMPX_TCP_PREFERENCES_H

#include "compat-wireshark.h"

/* The TCP preferences that decide which segments TCP hands on (src/README.md has the table). */

/* At handoff: find them. A search for one costs as much as dissecting a segment of a video stream.
 */
void rtmpx_find_tcp_preferences(void);

/* Do sequence numbers count from the first byte of each direction? */
bool rtmpx_tcp_counts_relatively(void);

/* Does TCP analyse its packets? */
bool rtmpx_tcp_analyses(void);

/* Does TCP hand on all segments in order? */
bool rtmpx_tcp_orders(void);

/* Does TCP hand on only some of the segments that come late or again? */
bool rtmpx_tcp_withholds(void);

#endif
