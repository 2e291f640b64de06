/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_PORTS_H
#define RTMPX_TRANSPORT_PORTS_H

#include "compat-wireshark.h"

/* Register `tcp` for the TCP ports of the preference rtmpx.tcp.port. */
void rtmpx_register_ports(dissector_handle_t tcp);
void rtmpx_handoff_ports(void);

/* Apply the preference: a port that is no longer in it is released, the standard port to its owner
 * before us. */
void rtmpx_apply_ports(void);

#endif
