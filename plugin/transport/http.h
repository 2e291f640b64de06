/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_HTTP_H
#define RTMPX_TRANSPORT_HTTP_H

#include "noun.h"

/* The items of a tunnelled body besides RTMP. */
extern const struct rtmpx_noun rtmpx_noun_tunnel;

/* RTMPT: RTMP in HTTP. Registers its dissectors; at handoff adds them to Wireshark's tables. */
void rtmpx_register_transport_http(int proto);
void rtmpx_handoff_transport_http(int proto);

#endif
