/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_PORTS_H
#define RTMPX_TRANSPORT_PORTS_H

#include "compat-wireshark.h"

/* The TCP ports of the preference rtmpx.tcp.port, which are `tcp`'s. */
void rtmpx_register_ports(dissector_handle_t tcp);
void rtmpx_handoff_ports(void);

/* The preference may have been set: a port that is in it no more is no longer ours, the standard
 * one goes back to who had it before. */
void rtmpx_apply_ports(void);

#endif
