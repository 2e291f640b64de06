/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_TLS_H
#define RTMPX_TRANSPORT_TLS_H

/* RTMPS: RTMP in TLS. Registers its dissectors; at handoff adds them to Wireshark's tables. */
void rtmpx_register_transport_tls(int proto);
void rtmpx_handoff_transport_tls(int proto);

#endif
