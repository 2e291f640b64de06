/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_ENDING_H
#define RTMPX_TREE_ENDING_H

#include "noun.h"
#include "session/ending.h"

extern const struct rtmpx_noun rtmpx_noun_ending;

/* Items, under an item of the protocol, of the frame that closes a connection: who did, after which
 * request. tvb: the frame's. */
void rtmpx_tree_ending(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                       const struct rtmp_ending *ending);

#endif
