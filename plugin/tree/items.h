/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_ITEMS_H
#define RTMPX_TREE_ITEMS_H

/* Adding items with the core's value and range. */

#include "rtmpx.h"

/* The unit of fields in milliseconds. */
extern const unit_name_string rtmpx_unit_ms;

/* Bytes from the wire as good UTF-8, control characters made visible, secrets hidden (mask: NULL:
 * none are); in packet memory. */
const char *rtmpx_bytes_string(packet_info *pinfo, const uint8_t *bytes, uint32_t len,
                               const struct rtmp_mask *mask);

/* The characters of a span of the body as good UTF-8, control characters made visible; in packet
 * memory. Never NULL. */
const char *rtmpx_wire_string(const struct rtmpx_body *body, struct rtmp_span span);

/* Append as much as fits of these three to an item's text, cut between characters: Wireshark 4.0
 * cuts texts at ITEM_LABEL_LENGTH bytes, even inside a character. */
void rtmpx_append_text(proto_item *item, const char *before, const char *text, const char *after);

static inline proto_item *rtmpx_add_uint(proto_tree *tree, int hf, const struct rtmpx_body *body,
                                         struct rtmp_span span, uint32_t value) {
    return proto_tree_add_uint(tree, hf, body->tvb, (int)span.pos, (int)span.len, value);
}

static inline proto_item *rtmpx_add_double(proto_tree *tree, int hf, const struct rtmpx_body *body,
                                           struct rtmp_span span, double value) {
    return proto_tree_add_double(tree, hf, body->tvb, (int)span.pos, (int)span.len, value);
}

/* A string whose characters stand at `text`, shown over the bytes of `span`. */
static inline proto_item *rtmpx_add_string(proto_tree *tree, int hf, const struct rtmpx_body *body,
                                           struct rtmp_span span, struct rtmp_span text) {
    return proto_tree_add_string(tree, hf, body->tvb, (int)span.pos, (int)span.len,
                                 rtmpx_wire_string(body, text));
}

/* The level and the code of a status: "error" raises an expert item, a known code gets its
 * explanation. */
void rtmpx_add_status_level(proto_tree *tree, int hf, const struct rtmpx_body *body,
                            struct rtmp_span span, struct rtmp_span text);
void rtmpx_add_status_code(proto_tree *tree, int hf, const struct rtmpx_body *body,
                           struct rtmp_span span, struct rtmp_span text);

/* Raw bytes, or an item without a value (FT_NONE) over them. */
static inline proto_item *rtmpx_add_range(proto_tree *tree, int hf, const struct rtmpx_body *body,
                                          struct rtmp_span span) {
    return proto_tree_add_item(tree, hf, body->tvb, (int)span.pos, (int)span.len, ENC_NA);
}

#endif
