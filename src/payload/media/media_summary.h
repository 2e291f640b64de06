/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_SUMMARY_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_SUMMARY_H

#include "base/message.h"
#include "base/text.h"
#include "payload/media/media.h"

/*
 * Append one line for a media message: "Video H.264 keyframe, ts 1040 ms, 4.1 kB",
 * "Video H.264 config 1280x720", "Audio AAC config 44100 Hz stereo", "Audio silence".
 * Of a timestamp that is relative: "ts +23 ms". Reads as much as rtmp_media_describe().
 */
void rtmp_media_summary(struct rtmp_text *text, const struct rtmp_media_body *body,
                        const struct rtmp_message *message);

/* Append the four characters of a big-endian FourCC; other bytes as escapes (rtmp_text_wire). */
void rtmp_fourcc_text(struct rtmp_text *text, uint32_t fourcc);

#endif
