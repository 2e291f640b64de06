/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_NAL_H
#define RTMP_PAYLOAD_CODEC_NAL_H

#include <stdbool.h>
#include <stdint.h>

#include "payload/media/media.h"

/* nal_unit_type from the first two bytes of a NAL unit of H.264, HEVC or VVC (H.264 uses one). */
uint8_t rtmp_nal_type(enum rtmp_codec codec, uint8_t first, uint8_t second);

/* Bytes of a NAL unit's length in coded frames when nobody has announced it: the first of 4, 2 and
 * 1 that steps from unit to unit up to `limit`, or as far as the reader's bytes go. 0: none does.
 */
uint8_t rtmp_nal_length_size(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit);

#endif
