/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_OUTLINE_H
#define RTMP_PAYLOAD_MEDIA_OUTLINE_H

#include "base/limits.h"
#include "payload/media/fields.h"
#include "wire/body_format.h"

/*
 * What is kept of an audio or video body that is too long to be kept: its head, and behind that
 * the beginning of every NAL unit, OBU and track, so that a tree can list them all.
 *
 * One description serves both sides. Who receives the body asks it what to keep; who reads the kept
 * bytes lets the same description walk over them and learns what is not there.
 *
 *     if (rtmp_outline_begin(&outline, &body) == RTMP_KEEP_OUTLINE)   // body: the head
 *         // of the bytes that follow n are kept, then outline.skip are not
 *         n = rtmp_outline_keep(&outline, body.streams, bytes, len);
 *
 * Work is constant for a unit, not for its bytes. Sizes and positions in bytes. struct rtmp_outline
 * and enum rtmp_keep stand in wire/body_format.h: wire keeps one of each for every open body.
 */

/* Begin behind the head of a body: body->available bytes of it, body->length in all. */
enum rtmp_keep rtmp_outline_begin(struct rtmp_outline *outline, const struct rtmp_media_body *body);

/* The body goes on with these bytes: how many of them are kept, 0 while outline->skip is not 0.
 * streams: as the body had them when it began. */
uint32_t rtmp_outline_keep(struct rtmp_outline *outline, const struct rtmp_decoder_configs *streams,
                           const uint8_t *bytes, uint32_t len);

/* What was left out of a kept body (body->head > 0), in order; room for RTMP_OUTLINE_HOLES.
 * *length_size: of its NAL units where the body's streams say none. Returns how many. */
#define RTMP_OUTLINE_HOLES (RTMP_LIMIT_OUTLINE_UNITS + 1)
uint32_t rtmp_outline_holes(const struct rtmp_media_body *body, struct rtmp_hole *holes,
                            uint8_t *length_size);

#endif
