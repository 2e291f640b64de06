/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_PROTOCOL_H
#define RTMPX_PROTOCOL_H

#include "compat-wireshark.h"

/* Name of the protocol in Wireshark's list and in the tree. */
#define RTMPX_PROTOCOL_NAME "Real Time Messaging Protocol (rtmpx)"

/* The protocol's id, set by rtmpx_register_protocol(). */
extern int proto_rtmpx;

void rtmpx_register_protocol(void);

#endif
