/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_CODECS_H
#define RTMP_PAYLOAD_CODEC_CODECS_H

#include "payload/media/reader.h"

/*
 * One function for each codec's configuration record and one for its coded frames, in the file of
 * the codec. Each reads the current range of `m` up to what it knows; an error in it ends the
 * range, not the message. media/packet.c lists them by codec.
 */
void rtmp_aac_config(struct rtmp_media *m);
void rtmp_av1_config(struct rtmp_media *m);
/* AV1 video descriptor of an MPEG-2 TS sequence start. */
void rtmp_av1_ts_descriptor(struct rtmp_media *m);
void rtmp_avc_config(struct rtmp_media *m);
void rtmp_flac_config(struct rtmp_media *m);
void rtmp_hevc_config(struct rtmp_media *m);
void rtmp_opus_config(struct rtmp_media *m);
void rtmp_vpx_config(struct rtmp_media *m);
void rtmp_vvc_config(struct rtmp_media *m);

void rtmp_ac3_frame(struct rtmp_media *m);
void rtmp_av1_frame(struct rtmp_media *m);
void rtmp_avc_frame(struct rtmp_media *m);
void rtmp_h263_frame(struct rtmp_media *m);
void rtmp_hevc_frame(struct rtmp_media *m);
void rtmp_mpeg_audio_frame(struct rtmp_media *m);
void rtmp_opus_frame(struct rtmp_media *m);
void rtmp_screen_frame(struct rtmp_media *m);
void rtmp_sorenson_frame(struct rtmp_media *m);
void rtmp_vp6_frame(struct rtmp_media *m);
void rtmp_vp6a_frame(struct rtmp_media *m);
void rtmp_vp8_frame(struct rtmp_media *m);
void rtmp_vp9_frame(struct rtmp_media *m);
void rtmp_vvc_frame(struct rtmp_media *m);

#endif
