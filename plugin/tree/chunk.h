/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CHUNK_H
#define RTMPX_TREE_CHUNK_H

#include "conversation.h"
#include "noun.h"

/* Chunks, headers included. */
extern const struct rtmpx_noun rtmpx_noun_chunk;

/* Add an rtmpx.chunk item for each chunk of a fragment, over its bytes in the segment, continuation
 * headers included. *chunks: so many may still be added. */
void rtmpx_tree_chunks(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_fragment_record *fragment, uint32_t *chunks);

#endif
