/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_CODEC_H
#define RTMPX_TREE_CODEC_H

#include "noun.h"

/* The fields of configuration records and of the codecs' own headers. */
extern const struct rtmpx_noun rtmpx_noun_video_codec, rtmpx_noun_audio_codec;

#endif
