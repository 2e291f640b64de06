/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_CONFIG_MESSAGE_H
#define RTMP_PAYLOAD_MEDIA_CONFIG_MESSAGE_H

#include "base/message.h"
#include "payload/media/decoder_config.h"

/*
 * A message is complete: enter into the table what its configuration records announce, if it is
 * video or an aggregate and holds any. `available` of its bytes are there. The first two bytes rule
 * out nearly all messages that hold none.
 */
void rtmp_decoder_configs_learn(struct rtmp_decoder_configs *decoder_configs,
                                const struct rtmp_message *message, const uint8_t *bytes,
                                uint32_t available);

#endif
