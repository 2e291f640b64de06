/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_BODY_H
#define RTMP_PAYLOAD_MEDIA_BODY_H

#include "payload/media/reader.h"

/* Read a body from its header on. Below outline.h and media.h, which use it. */

/* A reader over the body. sink: NULL for the info alone. The caller sets m.bits.reader to the
 * reader of its own copy, and the holes if the body has an outline. */
struct rtmp_media rtmp_media_over(const struct rtmp_media_body *body, rtmp_media_sink sink,
                                  void *context);

/* Read all of the body: fields to m->sink, what the message is to m->info. */
void rtmp_media_read_body(struct rtmp_media *m);

/* What the message is, by the bytes before the outline: of a long multitrack message the first
 * tracks only. */
struct rtmp_media_info rtmp_media_describe_head(const struct rtmp_media_body *body);

#endif
