/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_HANDSHAKE_H
#define RTMPX_TREE_HANDSHAKE_H

#include "noun.h"
#include "session/session.h"

extern const struct rtmpx_noun rtmpx_noun_handshake;

/*
 * Add the items of a part that lies at `tvb_offset` in `tvb`. What a packet says appears where the
 * packet ends, generated when its bytes lie (in part) in earlier frames; the bytes of a packet that
 * ends later are raw. Without a tree only the expert item of an encrypted session is raised.
 */
void rtmpx_tree_handshake(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, int tvb_offset,
                          const struct rtmp_handshake_range *range,
                          const struct rtmp_handshake *handshake);

/* `Handshake C0+C1 (RTMPE)`, `Handshake S1 (part)`. The digests are not asked for. */
void rtmpx_summary_handshake(struct rtmp_text *text, const struct rtmp_handshake_range *range,
                             const struct rtmp_handshake *handshake);

#endif
