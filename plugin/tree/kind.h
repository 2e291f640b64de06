/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_KIND_H
#define RTMPX_TREE_KIND_H

#include "noun.h"
#include "wanted.h"

/*
 * Facts that messages of one kind only have: audio, video, data, commands. I/O graphs, io,stat and
 * columns take every occurrence of a field in a frame, so only such facts can be summed and
 * plotted. A tag of an aggregate is a message of its kind; the aggregate itself is none.
 */
extern const struct rtmpx_noun rtmpx_noun_kind;

/* Are any of them wanted? Without a call: asked for every message. */
static inline bool rtmpx_kind_wanted(proto_tree *tree) {
    return tree && (rtmpx_tree_visible(tree) || rtmpx_noun_referenced(&rtmpx_noun_kind));
}

/* Add those of a message, generated, at `start` in the tvb. Of a message that is not of these
 * kinds: none. A timestamp that is relative is not known, so it is left out. */
void rtmpx_tree_kind(proto_tree *tree, tvbuff_t *tvb, uint32_t start,
                     const struct rtmp_message *message);

#endif
