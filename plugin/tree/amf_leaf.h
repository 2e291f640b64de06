/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_AMF_LEAF_H
#define RTMPX_TREE_AMF_LEAF_H

#include "noun.h"
#include "payload/amf/amf.h"

/* The items of AMF values that are no containers: numbers, strings, dates, references. */
extern const struct rtmpx_noun rtmpx_noun_amf_leaf;

struct rtmpx_amf_leaf {
    const struct rtmpx_body *body;
    const struct rtmp_reader *reader; /* that `event` was read from */
    const struct rtmp_amf_event *event;
    const char *text; /* of a string or XML value; not read for others */
    bool is_secret;   /* instead of the value a string stands that says nothing */
};

/* The bytes after the marker; the marker itself if there are none (AMF3 true and false). */
static inline struct rtmp_span rtmpx_amf_behind_marker(const struct rtmp_amf_event *event) {
    if (!event->has_marker || event->whole.len < 2)
        return event->whole;
    return rtmp_span_of(event->whole.pos + 1, event->whole.len - 1);
}

/* Is the text of a string or XML value wanted? */
bool rtmpx_amf_leaf_text_wanted(proto_tree *tree);

/* The item with a leaf's value, over the bytes of `range`. NULL: it has none (null, undefined, an
 * unresolved string). */
proto_item *rtmpx_add_amf_leaf_value(proto_tree *tree, const struct rtmpx_amf_leaf *leaf,
                                     struct rtmp_span range);

/* The items of a leaf besides its value. */
void rtmpx_add_amf_leaf_parts(proto_tree *tree, const struct rtmpx_amf_leaf *leaf);

/* The index that stands for an earlier value, in the bytes of `range`. */
void rtmpx_add_amf_reference(proto_tree *tree, const struct rtmpx_body *body,
                             struct rtmp_span range, uint32_t reference);

#endif
