/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_H

#include "payload/media/fields.h"

/*
 * Audio (type 8) and video (type 9) message bodies: legacy FLV tags, Enhanced RTMP v1 and v2, codec
 * configuration records and the codec's own headers of coded frames.
 *
 *     struct rtmp_media_body body = {.video = true, .bytes = b, .available = n, .length = n};
 *     rtmp_media_read(&body, sink, context);                     // every field, in wire order
 *     struct rtmp_media_info info = rtmp_media_describe(&body);  // what the message is
 *
 * No allocation, no recursion, work linear in the bytes. Errors are events (RTMP_MEDIA_STOP); what
 * encloses the range that holds one is read on. Sources: Adobe FLV 10.1 annex E, Enhanced RTMP v1
 * and v2, ISO/IEC 14496-3 and -15, ITU-T H.264 / H.265 / H.266, AV1 and its ISOBMFF binding,
 * RFC 6386 (VP8), RFC 7845 (Opus), RFC 9639 (FLAC), ETSI TS 102 366 (AC-3).
 */

/* Give every field of the body to `sink`, in wire order. */
void rtmp_media_read(const struct rtmp_media_body *body, rtmp_media_sink sink, void *context);

/* What the message is. Reads headers and a configuration record, never coded data. */
struct rtmp_media_info rtmp_media_describe(const struct rtmp_media_body *body);

#endif
