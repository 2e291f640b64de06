/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_DISSECT_H
#define RTMPX_DISSECT_H

#include "conversation.h"

/*
 * The one way in for every transport: show the bytes of `tvb`, which are those at `offset` of a
 * direction. On the first visit of the frame they are recorded; a later visit looks them up and
 * ignores `offset`. Returns the bytes consumed: all of them.
 */
int rtmpx_dissect_bytes(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        struct rtmp_session_direction *direction, uint64_t offset);

/* Offset of the next byte of a direction: where a transport without positions of its own goes on.
 */
uint64_t rtmpx_next_offset(const struct rtmp_session_direction *direction);

/*
 * Are these the first bytes of a handshake, too few to be sure? Some stacks send the version byte,
 * C0 or S0, in a segment of its own, and TLS 1.0 puts the first byte of all that is written into a
 * record of its own (observed). What it is the next bytes tell: a heuristic asks for them. False:
 * the user does not let streams be put together.
 */
bool rtmpx_handshake_promised(tvbuff_t *tvb);
bool rtmpx_ask_for_more(packet_info *pinfo);

/* Does TCP, by the user's preferences, keep to itself some segments that come late or again? */
bool rtmpx_tcp_withholds(void);

/*
 * What comes through TLS has no position, but the TCP segments below have. Of those that bytes of a
 * direction were handed on in: the last one's frame, and where the last one ends.
 */
struct rtmpx_tcp_mark {
    struct rtmp_frame frame;
    uint32_t seen;
    bool is_late; /* what that frame brought */
};

enum rtmpx_tcp_place {
    RTMPX_TCP_NEXT,        /* nothing says otherwise */
    RTMPX_TCP_BEHIND_HOLE, /* TCP lost segments before it */
    RTMPX_TCP_LATE,        /* sent again, or behind what was handed on before it */
};

/* First pass: where the `len` bytes at hand stand, which took at least as many of TCP and at most
 * `overhead` more. Moves the mark. */
enum rtmpx_tcp_place rtmpx_tcp_place(struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len,
                                     uint32_t overhead);

/* The preference rtmpx.tcp.port may have been set: a port that is in it no more is no longer ours,
 * the standard one goes back to who had it before. */
void rtmpx_apply_ports(void);

/* Transports: each registers its tables and heuristics. */
void rtmpx_register_transport_tcp(int proto);
void rtmpx_handoff_transport_tcp(int proto);
void rtmpx_register_transport_tls(int proto);
void rtmpx_handoff_transport_tls(int proto);
void rtmpx_register_transport_http(int proto);
void rtmpx_handoff_transport_http(int proto);

#endif
