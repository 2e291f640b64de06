/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/items.h"

#include "tree/note.h"
#include "wanted.h"

#include "payload/command/labels.h"

const unit_name_string rtmpx_unit_ms = {" ms", NULL};

void rtmpx_append_text(proto_item *item, const char *before, const char *text, const char *after) {
    proto_item_append_text(item, "%s",
                           ""); /* makes Wireshark format the text, if the item is shown */
    const field_info *field = item ? PITEM_FINFO(item) : NULL;
    size_t used = field && field->rep ? strlen(field->rep->representation) : ITEM_LABEL_LENGTH;
    if (used + 4 > ITEM_LABEL_LENGTH)
        return;
    char out[ITEM_LABEL_LENGTH];
    struct rtmp_text cut = rtmp_text_over(out, ITEM_LABEL_LENGTH - used);
    rtmp_text_add(&cut, before);
    rtmp_text_add(&cut, text);
    rtmp_text_add(&cut, after);
    proto_item_append_text(item, "%s", out);
}

const char *rtmpx_bytes_string(packet_info *pinfo, const uint8_t *bytes, uint32_t len,
                               const struct rtmp_mask *mask) {
    /* The ellipsis and the terminator as well, and what a short secret is replaced by. */
    size_t cap = (size_t)len * RTMP_TEXT_WIRE_GROWTH + 8 + RTMP_MASK_WORD_SIZE;
    struct rtmp_text text = rtmp_text_masked(wmem_alloc_array(pinfo->pool, char, cap), cap, mask);
    rtmp_text_wire(&text, bytes, len, 0);
    return text.out;
}

const char *rtmpx_wire_string(const struct rtmpx_body *body, struct rtmp_span span) {
    if (span.pos > body->available || span.len > body->available - span.pos)
        return "";
    return rtmpx_bytes_string(body->pinfo, body->bytes + span.pos, span.len, body->mask);
}

void rtmpx_add_status_level(proto_tree *tree, int hf, const struct rtmpx_body *body,
                            struct rtmp_span span, struct rtmp_span text) {
    static const char error[] = {'e', 'r', 'r', 'o', 'r'};
    proto_item *item = rtmpx_add_string(tree, hf, body, span, text);
    if (text.len == sizeof error && memcmp(body->bytes + text.pos, error, sizeof error) == 0)
        expert_add_info(body->pinfo, item, &ei_rtmpx_error_status);
}

void rtmpx_add_status_code(proto_tree *tree, int hf, const struct rtmpx_body *body,
                           struct rtmp_span span, struct rtmp_span text) {
    proto_item *item = rtmpx_add_string(tree, hf, body, span, text);
    const char *meaning =
        rtmpx_tree_visible(tree) ? rtmp_status_meaning(body->bytes + text.pos, text.len) : NULL;
    if (meaning)
        proto_item_append_text(item, " (%s)", meaning);
}
