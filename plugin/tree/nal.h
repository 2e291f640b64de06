/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_NAL_H
#define RTMPX_TREE_NAL_H

#include "noun.h"
#include "payload/media/media.h"

/* Parameter sets as Wireshark's own dissectors of H.264 and H.265 show them, when a preference
 * asks. */
extern const struct rtmpx_noun rtmpx_noun_nal;

void rtmpx_handoff_nal(void);

/*
 * A parameter set of H.264 or H.265 under `tree`, by Wireshark's own dissector, when the preference
 * asks for it and somebody wants it. unit: all of the NAL unit. Whatever is in it, nothing but a
 * comment of ours follows from it.
 */
void rtmpx_tree_parameter_set(proto_tree *tree, const struct rtmpx_body *body,
                              enum rtmp_codec codec, uint32_t type, struct rtmp_span unit);

#endif
