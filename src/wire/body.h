/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_BODY_H
#define RTMP_WIRE_BODY_H

#include "wire/chunk_stream.h"

/*
 * The bytes kept of a chunk stream's open message, when it spans chunks or feeds: all of them, but
 * of audio and video the head, behind it the outline of coded frames (body_format.h), and
 * everything when the head shows a configuration record or metadata.
 */

/* The buffer of the last message that was done with, for the next one of any chunk stream: a
 * direction seldom has more than one message open. Larger ones are not kept. */
#define RTMP_BODY_SPARE_MAX 4096U
struct rtmp_body_buffer {
    uint8_t *bytes;
    uint32_t capacity;
};

/* What the bodies of a direction share. */
struct rtmp_bodies {
    const struct rtmp_body_format *format;
    uint32_t media_head; /* bytes kept of an audio or video body before it is outlined */
    struct rtmp_body_buffer spare;
    struct rtmp_decoder_configs decoder_configs; /* what its configuration records said */
};

/* Are these `len` bytes of the body to be left out? Then they are counted here. Called for every
 * chunk and segment: most bytes of a video stream are not kept. */
static inline bool rtmp_body_discard(struct rtmp_chunk_stream *cs, uint32_t len) {
    if (len > cs->outline.skip)
        return false;
    cs->outline.skip -= len;
    return true;
}

/* A message begins. */
void rtmp_body_begin(struct rtmp_chunk_stream *cs);

/* `len` more bytes of the body. False: memory could not be had. */
bool rtmp_body_keep(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                    struct rtmp_bodies *bodies, const uint8_t *bytes, uint32_t len);

/* `count` bytes of the body are missing. Nothing is kept behind them, unless they would have been
 * left out anyway. */
void rtmp_body_skip_gap(struct rtmp_chunk_stream *cs, uint32_t count);

/* What owns the kept bytes if their block may be handed over to the sink: it has exactly their
 * size, and is too large to be the spare. Otherwise NULL. */
static inline uint8_t **rtmp_body_owner(struct rtmp_chunk_stream *cs) {
    return cs->capacity > RTMP_BODY_SPARE_MAX && cs->kept == cs->capacity ? &cs->body : NULL;
}

/* The message is done with: forget its bytes. */
void rtmp_body_release(struct rtmp_chunk_stream *cs, const struct rtmp_memory *memory,
                       struct rtmp_bodies *bodies);

#endif
