/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MEDIA_H
#define RTMPX_TREE_MEDIA_H

#include "payload/media.h"
#include "rtmpx.h"

/* The Wireshark field of each core field; both register functions fill their part. */
extern int rtmpx_media_hf[RTMP_FIELD_COUNT];

/* tree-codec.c: the fields of configuration records and of the codecs' own headers. */
void rtmpx_register_codec(int proto);
bool rtmpx_codec_wanted(proto_tree *tree);

#endif
