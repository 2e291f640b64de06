/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CHUNK_H
#define RTMPX_TREE_CHUNK_H

#include "conversation.h"

void rtmpx_register_chunk(int proto);

/* True when somebody wants chunk items. */
bool rtmpx_chunk_wanted(proto_tree *tree);

/*
 * Add an rtmpx.chunk item for each chunk of a part, over its bytes in `tvb`, continuation headers
 * included.
 */
void rtmpx_tree_chunks(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                       const struct rtmpx_direction *direction,
                       const struct rtmpx_fragment *fragment);

/*
 * Append the body bytes of a part to `out` (room for `room` bytes); returns how many. The bytes of
 * chunk headers are left out.
 */
uint32_t rtmpx_chunk_data(const struct rtmpx_direction *direction,
                          const struct rtmpx_fragment *fragment, tvbuff_t *tvb, uint8_t *out,
                          uint32_t room);

#endif
