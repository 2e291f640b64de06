/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TCP_PREFERENCES_H
#define RTMPX_TCP_PREFERENCES_H

#include "compat-wireshark.h"

/* The user's preferences of TCP that decide what it hands on (src/README.md has the table). */

/* At handoff: find them. Looking for one costs as much as a segment of a video stream does in all.
 */
void rtmpx_find_tcp_preferences(void);

/* Do sequence numbers count from the first byte of each direction? */
bool rtmpx_tcp_counts_relatively(void);

/* Is all that TCP hands on in order? */
bool rtmpx_tcp_orders(void);

/* Does TCP keep to itself some segments that come late or again? */
bool rtmpx_tcp_withholds(void);

#endif
