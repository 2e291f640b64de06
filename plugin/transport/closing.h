/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_CLOSING_H
#define RTMPX_TRANSPORT_CLOSING_H

#include "rtmpx.h"
#include "session/session.h"

/*
 * What packets of TCP connections that carry RTMP tell beside their bytes: FIN and RST, and what
 * TCP's analysis says of a packet. TCP calls no dissector for a segment without data, and of those
 * with data not for all, so a postdissector looks at all frames: only when somebody will see what
 * it finds, and not before the first RTMP connection.
 */

/* First visit, of a frame in which a connection is found: its packets will be told to the session.
 * in_tls: the session's bytes are not those of TCP. */
void rtmpx_watch_closing(packet_info *pinfo, proto_tree *tree, struct rtmp_session *session,
                         bool from_client, bool in_tls);

void rtmpx_register_closing(int proto);

#endif
