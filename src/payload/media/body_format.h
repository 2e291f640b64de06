/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_BODY_FORMAT_H
#define RTMP_PAYLOAD_MEDIA_BODY_FORMAT_H

#include "wire/body_format.h"

/* What wire and recovery need to know of message bodies, from the readers of audio and video. */
extern const struct rtmp_body_format rtmp_media_body_format;

#endif
