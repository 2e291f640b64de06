/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CODEC_NAL_LENGTH_H
#define RTMP_PAYLOAD_CODEC_NAL_LENGTH_H

#include "base/bytes.h"
#include "payload/media/codec_traits.h"

/*
 * Bytes of a NAL unit's length in a coded frame without a configuration record that announces them:
 * the first of 4, 2 and 1 by which lengths lead from unit to unit from r->pos to exactly `limit` (a
 * position like r->pos), or as far as the reader's bytes reach. 0: none does.
 */
uint8_t rtmp_nal_length_size(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit);

#endif
