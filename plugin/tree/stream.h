/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_STREAM_H
#define RTMPX_TREE_STREAM_H

#include "conversation.h"
#include "noun.h"

extern const struct rtmpx_noun rtmpx_noun_stream;

/* Generated items under a message: the stream that it concerns. `start`: where in the segment they
 * stand. Called only when the noun is wanted (wanted.h). */
void rtmpx_tree_stream(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_stream *stream, const struct rtmp_message_place *message,
                       uint32_t start);

#endif
