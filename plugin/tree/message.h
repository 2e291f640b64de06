/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MESSAGE_H
#define RTMPX_TREE_MESSAGE_H

#include "message-body.h"
#include "noun.h"

/* What all messages have, and chunk headers and bytes between them. */
extern const struct rtmpx_noun rtmpx_noun_message;

/* Would the parts of the segment add an item to an invisible tree? Only a no is sure: of messages
 * that complete here it is seen when they are visited. */
bool rtmpx_fragments_wanted(proto_tree *tree, const struct rtmpx_view *view);

/* Add the items of all parts of the segment: messages that complete, chunks of those that do not.
 */
void rtmpx_tree_fragments(proto_tree *tree, struct rtmpx_view *view);

/* One line about all messages that complete in the segment, runs collapsed. */
void rtmpx_summary_fragments(struct rtmp_text *text, struct rtmpx_view *view);

#endif
