/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_TOOLS_DECODER_CONFIGS_OF_SIZE_H
#define TESTS_TOOLS_DECODER_CONFIGS_OF_SIZE_H

#include "payload/media/decoder_config.h"

/* Decoder configurations that announce `size` (0: none) for the codecs with NAL units on the
 * first tracks of stream 0. Valid until the next call. */
static inline const struct rtmp_decoder_configs *decoder_configs_of_size(uint8_t size) {
    static const enum rtmp_codec codecs[] = {RTMP_CODEC_H264, RTMP_CODEC_HEVC, RTMP_CODEC_VVC};
    static struct rtmp_decoder_configs configs;
    configs = (struct rtmp_decoder_configs){.version = size};
    for (uint8_t i = 0; size && i < 15; i++) {
        configs.item[i].track = i / 3;
        configs.item[i].codec = (uint8_t)codecs[i % 3];
        configs.item[i].nal_length_size = size;
        configs.count++;
    }
    return &configs;
}

#endif
