/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_SUMMARY_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_SUMMARY_H

#include "base/text.h"
#include "payload/media/media.h"

/*
 * Append one line that says what a media message is: "Video H.264 keyframe, ts 1040 ms, 4.1 kB",
 * "Video H.264 config 1280x720", "Audio AAC config 44100 Hz stereo", "Audio silence".
 * timestamp: of the message, ms. Reads what rtmp_media_describe reads.
 */
void rtmp_media_summary(struct rtmp_text *text, const struct rtmp_media_body *body,
                        uint32_t timestamp);

/* The four characters of a FourCC as text, whatever bytes they are. */
void rtmp_fourcc_text(struct rtmp_text *text, uint32_t fourcc);

#endif
