/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_FLOW_H
#define RTMPX_TREE_FLOW_H

#include "conversation.h"
#include "noun.h"

/* Acknowledgements against what was sent, pings and their responses (session/flow.h). */
extern const struct rtmpx_noun rtmpx_noun_flow;

/* What is known of the flow of the message that fragment `index` of the segment completes. */
void rtmpx_tree_flow(proto_tree *tree, const struct rtmpx_view *view, uint32_t index);

/* A note about acknowledgements; false: the note is of another kind. */
bool rtmpx_tree_flow_note(proto_tree *tree, const struct rtmpx_view *view,
                          const struct rtmp_note_record *note);

#endif
