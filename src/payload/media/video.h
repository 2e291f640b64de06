/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_VIDEO_H
#define RTMP_PAYLOAD_MEDIA_VIDEO_H

#include "payload/media/reader.h"

/* Read a video body: VideoTagHeader (Adobe FLV 10.1, E.4.3), or Enhanced RTMP's header. */
void rtmp_video_read(struct rtmp_media *m);

#endif
