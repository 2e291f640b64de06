/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_NAL_H
#define RTMPX_TREE_NAL_H

#include "noun.h"
#include "payload/media/media.h"

/* Parameter sets as Wireshark's own dissectors of H.264 and H.265 show them, with the preference
 * rtmpx.parameter_sets. */
extern const struct rtmpx_noun rtmpx_noun_nal;

void rtmpx_handoff_nal(void);

/*
 * A parameter set of H.264 or H.265 under `tree`, by Wireshark's own dissector, when the preference
 * is set and the items are wanted. unit: the complete NAL unit. Exceptions are caught: the only
 * result of a bad one is an expert item (comment).
 */
void rtmpx_tree_parameter_set(proto_tree *tree, const struct rtmpx_body *body,
                              enum rtmp_codec codec, uint32_t type, struct rtmp_span unit);

#endif
