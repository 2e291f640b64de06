/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_TREES_H
#define RTMPX_TAP_TREES_H

/* Statistics > RTMP > Messages (tshark -z rtmpx,tree): messages by kind, commands by name, media by
 * codec; > Status codes (-z rtmpx_status,tree): by level and code. */
void rtmpx_register_trees(void);

#endif
