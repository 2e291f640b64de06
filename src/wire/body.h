/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_BODY_H
#define RTMP_WIRE_BODY_H

#include "payload/media/decoder_config.h"
#include "wire/chunk_stream.h"

/*
 * The bytes kept of a chunk stream's open message, when it spans chunks or feeds: all of them, but
 * of audio and video the head, behind it the outline of coded frames (payload/media/outline.h), and
 * everything when the head shows a configuration record or metadata.
 */

/* The buffer of the last message that was done with, for the next one of any chunk stream: a
 * direction seldom has more than one message open. */
struct rtmp_body_buffer {
    uint8_t *bytes;
    uint32_t capacity;
};

/* What the bodies of a direction share. */
struct rtmp_bodies {
    struct rtmp_body_buffer spare;
    struct rtmp_decoder_configs streams; /* what its configuration records said */
};

/* `len` bytes of the body that are not kept: nothing to do. Asked for every chunk and segment: most
 * of a video stream's bytes pass by. */
static inline bool rtmp_body_discard(struct rtmp_chunk_stream *cs, uint32_t len) {
    if (len > cs->outline.skip)
        return false;
    cs->outline.skip -= len;
    return true;
}

/* A message begins. */
void rtmp_body_begin(struct rtmp_chunk_stream *cs);

/* `len` more bytes of the body. media_head: bytes to keep of audio and video before they are
 * outlined. False: memory could not be had. */
bool rtmp_body_keep(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                    struct rtmp_bodies *bodies, uint32_t media_head, const uint8_t *bytes,
                    uint32_t len);

/* `count` bytes of the body are missing. Unless they would have been left out, nothing is kept
 * behind them. */
void rtmp_body_skip_gap(struct rtmp_chunk_stream *cs, uint32_t count);

/* The message is done with: forget its bytes. */
void rtmp_body_release(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                       struct rtmp_bodies *bodies);

#endif
