/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_ENHANCED_H
#define RTMP_PAYLOAD_MEDIA_ENHANCED_H

#include "payload/media/reader.h"

/* Read the rest of an Enhanced RTMP body: from behind byte 0, whose low bits are `packet_type`, to
 * the end of all tracks. Source: Enhanced RTMP v2, ExAudioTagHeader and ExVideoTagHeader. */
void rtmp_enhanced_read(struct rtmp_media *m, uint32_t packet_type);

#endif
