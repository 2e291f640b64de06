/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_HANDSHAKE_H
#define RTMPX_TREE_HANDSHAKE_H

#include "rtmpx.h"
#include "session/direction.h"

/*
 * Bytes [offset, offset + len) of a direction's first RTMP_HANDSHAKE_TOTAL bytes, and which of its
 * packets (C1 / S1, C2 / S2) end there.
 */
struct rtmpx_handshake_range {
    uint64_t offset;
    uint32_t len;
    bool completes_first;
    bool completes_second;
};

void rtmpx_register_handshake(int proto);

/* True when somebody wants handshake items (visible tree or a referenced field). */
bool rtmpx_handshake_wanted(proto_tree *tree);

/*
 * Add the items of a part that lies at `tvb_offset` in `tvb`. What a packet says appears where the
 * packet ends, generated when its bytes lie (in part) in earlier frames; the bytes of a packet that
 * ends later are raw. Without a tree only the expert item of an encrypted session is raised.
 */
void rtmpx_tree_handshake(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, int tvb_offset,
                          const struct rtmpx_handshake_range *range,
                          const struct rtmp_handshake *handshake);

/* `Handshake C0+C1 (RTMPE)`, `Handshake S1 (part)`. The digests are not asked for. */
void rtmpx_summary_handshake(struct rtmp_text *text, const struct rtmpx_handshake_range *range,
                             const struct rtmp_handshake *handshake);

#endif
