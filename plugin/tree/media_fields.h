/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MEDIA_FIELDS_H
#define RTMPX_TREE_MEDIA_FIELDS_H

#include "payload/media/fields.h"

/* The Wireshark field of each core field of audio and video. tree/media.c, codec_video.c and
 * codec_audio.c register one list each of base/names/. */
extern int rtmpx_media_hf[RTMP_FIELD_COUNT];

#endif
