/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_BODY_H
#define RTMP_WIRE_BODY_H

#include "wire/chunk_stream.h"

/*
 * The bytes kept of a chunk stream's open message, when it spans chunks or feeds: all of them, but
 * of audio and video the head, unless that shows a configuration record or metadata.
 */

/* The buffer of the last message that was done with, for the next one of any chunk stream: a
 * direction seldom has more than one message open. */
struct rtmp_body_buffer {
    uint8_t *bytes;
    uint32_t capacity;
};

static inline bool rtmp_body_is_media(const struct rtmp_chunk_stream *stream) {
    return stream->message.type == RTMP_MESSAGE_AUDIO || stream->message.type == RTMP_MESSAGE_VIDEO;
}

/* Is nothing more kept of it? Asked for every chunk: most of a video stream's bytes pass by. */
static inline bool rtmp_body_is_full(const struct rtmp_chunk_stream *stream, uint32_t media_head) {
    return stream->holed ||
           (stream->kept >= media_head && !stream->keep_whole && rtmp_body_is_media(stream));
}

/* `len` more bytes of the body. media_head: bytes to keep of coded audio and video. Nothing is kept
 * behind a hole. False: memory could not be had, which makes a hole. */
bool rtmp_body_keep(struct rtmp_chunk_stream *stream, const struct rtmp_memory *memory,
                    struct rtmp_body_buffer *spare, uint32_t media_head, const uint8_t *bytes,
                    uint32_t len);

/* The message is done with: forget its bytes. */
void rtmp_body_release(struct rtmp_chunk_stream *stream, const struct rtmp_memory *memory,
                       struct rtmp_body_buffer *spare);

#endif
