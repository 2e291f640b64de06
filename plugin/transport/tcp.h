/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_TCP_H
#define RTMPX_TRANSPORT_TCP_H

/* RTMP in TCP. Registers its dissectors; at handoff adds them to Wireshark's tables. */
void rtmpx_register_transport_tcp(int proto);
void rtmpx_handoff_transport_tcp(int proto);

#endif
