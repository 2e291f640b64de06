/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_NAL_H
#define RTMP_PAYLOAD_CODEC_NAL_H

#include "payload/media/reader.h"

/*
 * NAL units of H.264, HEVC and VVC (the codec is m->codec). The codec's own file passes its reader
 * of sequence parameter sets, which begins behind the NAL unit header; SEI messages are listed
 * here.
 */
typedef void rtmp_sps_reader(struct rtmp_media *m);

/* Two bits of a configuration record: the bytes of a NAL unit's length, minus one. */
void rtmp_nal_read_length_size(struct rtmp_media *m);

/* Parameter sets of a configuration record: `count` times a 16-bit length and a NAL unit. */
void rtmp_nal_parameter_sets(struct rtmp_media *m, uint32_t count, rtmp_sps_reader *read_sps);

/* The NAL units of a coded frame. The size of their lengths: as a configuration record announced
 * it, else as the outline was made, else the one that fits the bytes; none fits: a remark. */
void rtmp_nal_frame(struct rtmp_media *m, rtmp_sps_reader *read_sps);

#endif
