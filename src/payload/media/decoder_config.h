/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H
#define RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H

#include <stdint.h>

#include "payload/media/codec_traits.h"
#include "wire/body_format.h"

/* The announced sizes of NAL unit lengths: struct rtmp_decoder_configs is in wire/body_format.h,
 * because wire keeps one for each direction. */

/* A record of a track in a codec announces `size`, 1..4 bytes. A full table forgets its oldest
 * entry. */
void rtmp_decoder_configs_set(struct rtmp_decoder_configs *decoder_configs, uint32_t stream_id,
                              uint8_t track, enum rtmp_codec codec, uint8_t size);

/* The announced size, 1..4 bytes, or 0. decoder_configs: NULL allowed. */
uint8_t rtmp_decoder_configs_length_size(const struct rtmp_decoder_configs *decoder_configs,
                                         uint32_t stream_id, uint8_t track, enum rtmp_codec codec);

#endif
