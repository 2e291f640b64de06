/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CODEC_H
#define RTMPX_TREE_CODEC_H

#include "noun.h"
#include "payload/media/media.h"

/* The fields of configuration records and of the codecs' own headers. */
extern const struct rtmpx_noun rtmpx_noun_codec;

/* The Wireshark field of each core field of audio and video; tree/media.c registers the first ones.
 */
extern int rtmpx_media_hf[RTMP_FIELD_COUNT];

#endif
