/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "items.h"

const char *rtmpx_wire_string(const struct rtmpx_body *body, struct rtmp_span span) {
    if (span.pos > body->available || span.len > body->available - span.pos)
        return "";
    /* Three bytes for each that is no character, the ellipsis and the terminator. */
    size_t cap = (size_t)span.len * 3 + 8;
    struct rtmp_text text = rtmp_text_over(wmem_alloc_array(body->pinfo->pool, char, cap), cap);
    rtmp_text_wire(&text, body->bytes + span.pos, span.len, 0);
    return text.out;
}
