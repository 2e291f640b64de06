/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TRANSPORT_TCP_PLACE_H
#define RTMPX_TRANSPORT_TCP_PLACE_H

#include "conversation.h"

/*
 * Bytes that come through TLS have no position, but the TCP segments below have. This mark keeps,
 * of the segments whose bytes were handed on, the frame and the end of the last one.
 */
struct rtmpx_tcp_mark {
    struct rtmp_frame frame;
    uint32_t seen;
    bool is_late; /* place of that frame's bytes */
};

enum rtmpx_tcp_place {
    RTMPX_TCP_NEXT,        /* follows the last bytes, as far as known */
    RTMPX_TCP_BEHIND_HOLE, /* TCP lost segments before it */
    RTMPX_TCP_LATE,        /* sent again, or after bytes that follow it */
};

/* First pass: the place of the `len` bytes of this call, which took `len` to `len + overhead` bytes
 * of TCP. Moves the mark. */
enum rtmpx_tcp_place rtmpx_tcp_place(struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len,
                                     uint32_t overhead);

#endif
