/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MEDIA_H
#define RTMPX_TREE_MEDIA_H

#include "payload/media/media.h"
#include "rtmpx.h"

/* The Wireshark field of each core field; both register functions fill their part. */
extern int rtmpx_media_hf[RTMP_FIELD_COUNT];

/* tree-codec.c: the fields of configuration records and of the codecs' own headers. */
void rtmpx_register_codec(int proto);
bool rtmpx_codec_wanted(proto_tree *tree);

/*
 * tree-nal.c: a parameter set of H.264 or H.265 under `tree`, by Wireshark's own dissector, when
 * the tree is visible or a field of that dissector is asked for. unit: all of the NAL unit.
 * Whatever is in it, nothing but a comment of ours follows from it.
 */
void rtmpx_register_nal(int proto);
void rtmpx_handoff_nal(void);
bool rtmpx_nal_wanted(proto_tree *tree);
void rtmpx_tree_parameter_set(proto_tree *tree, const struct rtmpx_body *body,
                              enum rtmp_codec codec, uint32_t type, struct rtmp_span unit);

#endif
