/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_DIAGNOSIS_H
#define RTMPX_TREE_DIAGNOSIS_H

#include "conversation.h"
#include "noun.h"

extern const struct rtmpx_noun rtmpx_noun_diagnosis;

/* Generated items and expert items of what is wrong with a stream's audio and video, as found with
 * the message of fragment `index`. `start`: where in the segment they stand. Called only when the
 * noun is wanted (wanted.h). */
void rtmpx_tree_diagnosis(proto_tree *tree, const struct rtmpx_view *view, uint32_t index,
                          uint32_t start);

/* The expert item of a stream that ends without media, at the end of the connection. */
void rtmpx_add_no_media(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb);

#endif
