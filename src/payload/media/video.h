/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_VIDEO_H
#define RTMP_PAYLOAD_MEDIA_VIDEO_H

#include "payload/media/reader.h"

/* Read a video body: VideoTagHeader (Adobe FLV 10.1, E.4.3), or Enhanced RTMP's header. */
void rtmp_video_read(struct rtmp_media *m);

/* Do messages of a legacy codec id have a packet type and a composition time? AVC (specified),
 * MPEG-4 Visual (observed: FFmpeg) and the CDNs' own ids (observed), which copy AVC's layout. */
static inline bool rtmp_video_has_packet_type(uint32_t codec_id) {
    return codec_id == 7 || codec_id == 9 || codec_id >= 12;
}

#endif
