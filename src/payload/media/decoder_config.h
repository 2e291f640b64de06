/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H
#define RTMP_PAYLOAD_MEDIA_DECODER_CONFIG_H

#include <stdint.h>

#include "base/limits.h"
#include "payload/media/codec_traits.h"

/*
 * The size of a NAL unit's length in coded frames, 1..4 bytes, as the configuration records of one
 * direction announced it so far: by message stream id, track (0 outside multitrack messages) and
 * codec. Starts as all zero.
 */
struct rtmp_decoder_configs {
    struct {
        uint32_t stream_id;
        uint8_t track;
        uint8_t codec; /* enum rtmp_codec */
        uint8_t nal_length_size;
    } item[RTMP_LIMIT_DECODER_CONFIGS];
    uint8_t count;
    uint8_t oldest;   /* index of the next entry to replace in a full table */
    uint32_t version; /* changes with each change of the table; 0 while it is empty */
};

/* A record of a track in a codec announces `size`, 1..4 bytes. A full table forgets its oldest
 * entry. */
void rtmp_decoder_configs_set(struct rtmp_decoder_configs *streams, uint32_t stream_id,
                              uint8_t track, enum rtmp_codec codec, uint8_t size);

/* The announced size, 1..4 bytes, or 0. streams: NULL allowed. */
uint8_t rtmp_decoder_configs_length_size(const struct rtmp_decoder_configs *streams,
                                         uint32_t stream_id, uint8_t track, enum rtmp_codec codec);

#endif
