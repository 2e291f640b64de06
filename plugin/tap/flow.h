/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_FLOW_H
#define RTMPX_TAP_FLOW_H

/* Statistics > Flow Graph > RTMP Flows, tshark -z flow,rtmpx,network: an arrow a message, with its
 * summary; of audio, video and aggregates that follow each other in a direction, for one stream,
 * only the first. Where Wireshark lacks what it needs, there is no such flow. */
void rtmpx_register_flow(int proto);

#endif
