/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_TCP_PLACE_H
#define RTMPX_TRANSPORT_TCP_PLACE_H

#include "conversation.h"

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

/* First pass: where the `len` bytes of this call stand, which took at least as many of TCP and at
 * most `overhead` more. Moves the mark. */
enum rtmpx_tcp_place rtmpx_tcp_place(struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len,
                                     uint32_t overhead);

#endif
