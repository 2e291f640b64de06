/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H
#define RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H

#include "base/limits.h"
#include "base/message.h"
#include "payload/media/media.h"
#include "wire/body_format.h"

/* What the configuration records of one direction announced: struct rtmp_decoder_configs stands in
 * wire/body_format.h, because wire keeps one for each direction. */

/* A message is complete: remember what its configuration records say, if it is video or an
 * aggregate and has any. Few bytes tell that nearly all have none. */
void rtmp_decoder_configs_learn(struct rtmp_decoder_configs *streams,
                                const struct rtmp_message *message, const uint8_t *bytes,
                                uint32_t available);

/* What was announced: 1..4, or 0. streams: NULL allowed. */
uint8_t rtmp_decoder_configs_length_size(const struct rtmp_decoder_configs *streams,
                                         uint32_t stream_id, uint8_t track, enum rtmp_codec codec);

#endif
