/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_HTTP_REMOTING_H
#define RTMPX_TRANSPORT_HTTP_REMOTING_H

/* Flash Remoting: AMF packets in HTTP. Registers its dissector; at handoff takes its media type. */
void rtmpx_register_transport_remoting(int proto);
void rtmpx_handoff_transport_remoting(void);

#endif
