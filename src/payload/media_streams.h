/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_STREAMS_H
#define RTMP_PAYLOAD_MEDIA_STREAMS_H

#include "payload/media.h"
#include "wire/limits.h"

/*
 * The bytes of a NAL unit's length in coded frames, as the configuration records of one direction
 * announced them so far: by message stream id and track (0 outside multitrack messages). All zero
 * is the beginning.
 */
struct rtmp_media_streams {
    struct {
        uint32_t stream_id;
        uint8_t track;
        uint8_t nal_length_size;
    } item[RTMP_LIMIT_MEDIA_STREAMS];
    uint8_t count;
    uint8_t oldest; /* of a full table: the next to go */
};

/* A video message is complete: remember what its configuration record says, if it is one. */
void rtmp_media_streams_learn(struct rtmp_media_streams *streams, uint32_t stream_id,
                              const struct rtmp_media_body *body);

/* What was announced for the stream of this video message (its head is enough): 1..4, or 0. */
uint8_t rtmp_media_streams_length_size(const struct rtmp_media_streams *streams, uint32_t stream_id,
                                       const struct rtmp_media_body *body);

#endif
