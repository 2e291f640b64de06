/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_PACKET_H
#define RTMP_PAYLOAD_MEDIA_PACKET_H

#include "payload/media/reader.h"

/* What legacy and enhanced headers have in common: the codec, and the content that a packet type
 * announces. */

/* Set the codec of the current track and report its name; span: the bytes that announce it. */
void rtmp_packet_set_codec(struct rtmp_media *m, struct rtmp_span span, enum rtmp_codec codec);

/* Signed 24 bits, ms. */
void rtmp_packet_composition_time(struct rtmp_media *m);

/* The byte of an info / command frame. */
void rtmp_packet_command(struct rtmp_media *m);

/* The rest of the range, by the codec's own reader: a configuration record / a coded frame. */
void rtmp_packet_config(struct rtmp_media *m);
void rtmp_packet_frame(struct rtmp_media *m);

#endif
