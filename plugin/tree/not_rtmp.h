/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_NOT_RTMP_H
#define RTMPX_TREE_NOT_RTMP_H

#include "conversation.h"
#include "noun.h"

/* An answer to a handshake that is no RTMP: an HTTP status line, a TLS alert, other text. */
extern const struct rtmpx_noun rtmpx_noun_not_rtmp;

/* Is all of the segment such an answer? */
static inline bool rtmpx_is_not_rtmp(const struct rtmpx_view *view) {
    return view->core.direction->wire.phase == RTMP_PHASE_NOT_RTMP;
}

/* Add the items of a segment of it; the first one has its first line, with the expert item. */
void rtmpx_tree_not_rtmp(proto_tree *tree, struct rtmpx_view *view);

/* `Not RTMP: HTTP/1.1 400 Bad Request`, of later segments `Not RTMP`. */
void rtmpx_summary_not_rtmp(struct rtmp_text *text, struct rtmpx_view *view);

#endif
