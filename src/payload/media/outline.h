/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_OUTLINE_H
#define RTMP_PAYLOAD_MEDIA_OUTLINE_H

#include "base/limits.h"
#include "payload/media/fields.h"
#include "wire/body_format.h"

/*
 * The part that is kept of a long audio or video body: its head, and behind that the beginning of
 * every NAL unit, OBU and track, so that a tree can list them all.
 *
 * Receiver and reader use the same state: the receiver asks it which bytes to keep; the reader runs
 * it over the kept bytes and learns where bytes were left out.
 *
 *     if (rtmp_outline_begin(&outline, &body) == RTMP_KEEP_OUTLINE)   // body: the head
 *         // of the bytes that follow n are kept, then outline.skip are not
 *         n = rtmp_outline_keep(&outline, body.decoder_configs, bytes, len);
 *
 * Work is constant for each unit, whatever its size. Sizes and positions in bytes. struct
 * rtmp_outline and enum rtmp_keep are in wire/body_format.h: wire keeps one of each for every open
 * body.
 */

/* Begin behind the head of a body, of which body->available of body->length bytes are there. */
enum rtmp_keep rtmp_outline_begin(struct rtmp_outline *outline, const struct rtmp_media_body *body);

/* `len` more bytes of the body: returns how many of them to keep, 0 while outline->skip is not
 * 0. decoder_configs: as in the body. */
uint32_t rtmp_outline_keep(struct rtmp_outline *outline,
                           const struct rtmp_decoder_configs *decoder_configs, const uint8_t *bytes,
                           uint32_t len);

/* List the holes of a kept body (body->head > 0) in order; room for RTMP_OUTLINE_HOLES. Returns
 * how many there are. *length_size: bytes of a NAL unit's length, for a body without an
 * announced one. */
#define RTMP_OUTLINE_HOLES (RTMP_LIMIT_OUTLINE_UNITS + 1)
uint32_t rtmp_outline_holes(const struct rtmp_media_body *body, struct rtmp_hole *holes,
                            uint8_t *length_size);

#endif
