/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_MEDIA_H
#define RTMPX_TREE_MEDIA_H

#include "noun.h"

/* Audio and video messages. */
extern const struct rtmpx_noun rtmpx_noun_media;

#endif
