/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media.h"

#include "payload/media/body.h"
#include "payload/media/outline.h"

/* A body with holes, read to its end. */
static struct rtmp_media_info read_outline(const struct rtmp_media_body *body, rtmp_media_sink sink,
                                           void *context) {
    struct rtmp_hole holes[RTMP_OUTLINE_HOLES];
    struct rtmp_media m = rtmp_media_over(body, sink, context);
    m.bits.reader = &m.reader;
    m.holes = holes;
    m.hole_count = rtmp_outline_holes(body, holes, &m.nal_length_size);
    rtmp_media_read_body(&m);
    return m.info;
}

static bool has_outline(const struct rtmp_media_body *body) {
    return body->head && body->available > body->head;
}

void rtmp_media_read(const struct rtmp_media_body *body, rtmp_media_sink sink, void *context) {
    if (has_outline(body)) {
        (void)read_outline(body, sink, context);
        return;
    }
    struct rtmp_media m = rtmp_media_over(body, sink, context);
    m.bits.reader = &m.reader;
    rtmp_media_read_body(&m);
}

struct rtmp_media_info rtmp_media_describe(const struct rtmp_media_body *body) {
    struct rtmp_media_info info = rtmp_media_describe_head(body);
    return info.tracks_pos && has_outline(body) ? read_outline(body, NULL, NULL) : info;
}
