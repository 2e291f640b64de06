/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MESSAGE_H
#define RTMPX_TREE_MESSAGE_H

#include "message-body.h"
#include "noun.h"

/* The items of all messages, and chunk headers and bytes outside messages. */
extern const struct rtmpx_noun rtmpx_noun_message;

/* May the fragments of the segment add an item to an invisible tree? Only "no" is certain: for
 * messages that complete here it is checked later for each. */
bool rtmpx_fragments_wanted(proto_tree *tree, const struct rtmpx_view *view);

/* Add the items of all fragments of the segment: messages that complete here, and chunks of those
 * that do not. */
void rtmpx_tree_fragments(proto_tree *tree, struct rtmpx_view *view);

/* One line about all messages that complete in the segment (session/summary_line.h). */
void rtmpx_summary_fragments(struct rtmp_text *text, struct rtmpx_view *view);

#endif
