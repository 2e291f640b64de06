/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_VUI_H
#define RTMP_PAYLOAD_CODEC_VUI_H

#include "payload/media/reader.h"

/* Parts of a sequence parameter set that H.264, H.265 and H.266 share. */

/* The VUI of H.264 and H.265 up to the chroma location: the same in both. */
void rtmp_vui_colour(struct rtmp_media *m);

/* The timing flag, num_units_in_tick and time_scale; a frame lasts `ticks` ticks. */
void rtmp_vui_timing(struct rtmp_media *m, unsigned ticks);

/* The picture size after cropping, read from position `start` on; width and height in luma samples.
 * Impossible values: RTMP_ERROR_FORMAT. */
void rtmp_sps_size(struct rtmp_media *m, uint32_t start, const uint32_t size[2],
                   const uint64_t crop[2]);

/* Read the size of H.265 and H.266: width, height and conformance window, whose unit depends on
 * `chroma`, the chroma_format_idc. */
void rtmp_sps_window_size(struct rtmp_media *m, uint32_t chroma);

#endif
