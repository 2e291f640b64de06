/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_PROMISE_H
#define RTMPX_TRANSPORT_PROMISE_H

#include "compat-wireshark.h"

/*
 * May these be the first bytes of a handshake, too few to be certain? Some stacks send the version
 * byte, C0 or S0, in a segment of its own, and TLS 1.0 puts the first byte of all that is written
 * into a record of its own (observed). The next bytes decide, so a heuristic asks for them.
 */
bool rtmpx_handshake_promised(tvbuff_t *tvb);

/* Ask TCP or TLS for more bytes. False: the user's preferences forbid reassembly. */
bool rtmpx_ask_for_more(packet_info *pinfo);

#endif
