/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_OUTLINE_KEEP_H
#define TESTS_UNIT_OUTLINE_KEEP_H

#include <stdlib.h>
#include <string.h>

#include "payload/media/outline.h"

/*
 * Keep the outline of a body that arrives in pieces of `piece` bytes and whose first `head` bytes
 * are kept whole, as rtmp_body_keep() does. *kept is allocated here. Returns the body that the
 * plugin would give to a reader.
 */
static inline struct rtmp_media_body keep_outline(const struct rtmp_media_body *body, uint32_t head,
                                                  uint32_t piece, uint8_t **kept) {
    struct rtmp_media_body result = *body;
    *kept = malloc(body->length + 1U);
    memcpy(*kept, body->bytes, head);
    result.bytes = *kept;
    result.available = head;
    struct rtmp_outline outline;
    enum rtmp_keep keep = rtmp_outline_begin(&outline, &result);
    for (uint32_t pos = head; keep != RTMP_KEEP_HEAD && pos < body->length;) {
        uint32_t len = body->length - pos < piece ? body->length - pos : piece;
        uint32_t count = len;
        if (keep == RTMP_KEEP_OUTLINE) {
            count = rtmp_outline_keep(&outline, body->decoder_configs, body->bytes + pos, len);
            if (count == 0)
                len = len < outline.skip ? len : outline.skip;
        }
        memcpy(*kept + result.available, body->bytes + pos, count);
        result.available += count;
        if (count == 0) {
            outline.skip -= len;
            if (len == 0)
                break;
        }
        pos += count ? count : len;
    }
    result.head = head;
    return result;
}

#endif
