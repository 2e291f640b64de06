/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_HANDSHAKE_H
#define RTMPX_TREE_HANDSHAKE_H

#include "noun.h"
#include "session/session.h"

extern const struct rtmpx_noun rtmpx_noun_handshake;

/*
 * Add the items of a range of handshake bytes at `tvb_offset` in `tvb`. The fields of a packet are
 * shown where the packet ends, generated when some of its bytes are in earlier frames; the bytes of
 * a packet that ends later are raw. Without a tree only the expert item of an encrypted session is
 * raised.
 */
void rtmpx_tree_handshake(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, int tvb_offset,
                          const struct rtmp_handshake_range *range,
                          const struct rtmp_handshake *handshake);

/* `Handshake C0+C1 (RTMPE)`, `Handshake S1 (fragment)`. Does not verify digests. */
void rtmpx_summary_handshake(struct rtmp_text *text, const struct rtmp_handshake_range *range,
                             const struct rtmp_handshake *handshake);

#endif
