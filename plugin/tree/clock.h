/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CLOCK_H
#define RTMPX_TREE_CLOCK_H

#include "conversation.h"
#include "noun.h"
#include "wanted.h"

/* Facts that the clocks of a stream give of an audio or video message (session/clock.h). */
extern const struct rtmpx_noun rtmpx_noun_clock;

/* Are any of them wanted? Without a call: asked for every message. */
static inline bool rtmpx_clock_wanted(proto_tree *tree) {
    return tree && (rtmpx_tree_visible(tree) || rtmpx_noun_referenced(&rtmpx_noun_clock));
}

/* Add those of the message that fragment `index` of the segment completes, generated, at `start` in
 * the segment. Of a message that is not audio or video: none. */
void rtmpx_tree_clock(proto_tree *tree, const struct rtmpx_view *view, uint32_t index,
                      uint32_t start);

#endif
