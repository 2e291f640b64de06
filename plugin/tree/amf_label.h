/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_AMF_LABEL_H
#define RTMPX_TREE_AMF_LABEL_H

#include "payload/amf/amf_path.h"
#include "rtmpx.h"

/* Texts of AMF values: the label of an item, the names of markers and references. */

/* What a value's label begins with. */
struct rtmpx_amf_name {
    const struct rtmp_amf_event *key; /* KEY or a dictionary's key, or NULL */
    const char *label;                /* of a top-level value, or NULL */
    unsigned index;                   /* of an item without a key */
    const struct rtmp_mask *mask;     /* what names hide; NULL: nothing */
};

/* `app: "live"`, `[2]: 252`, `Stream name: "cam1"`, `info: Object`. value: the text of a leaf, as
 * shown. */
void rtmpx_amf_set_label(proto_item *item, const struct rtmp_reader *reader,
                         const struct rtmpx_amf_name *name, const struct rtmp_amf_event *event,
                         const char *value);

/* Append ` (5 properties)`, ` (1 item)`. */
void rtmpx_amf_append_count(proto_item *item, unsigned count, bool of_keys);

/* `Object at byte 12`, what a REFERENCE refers to; empty when it does not resolve. */
void rtmpx_amf_target(struct rtmp_text *text, const struct rtmp_amf_event *event);

/*
 * Texts of fields, each valid until the next is made: short ones in `scratch`, long ones in `pool`.
 *
 * A reference of a few bytes can expand to a long string, a null of one byte under a long name to a
 * long path. All of those of a frame together are limited to the order of 20 MB. The first ones,
 * which are all that real messages have, are shown in full, and none is cut below 128 bytes.
 */
struct rtmpx_amf_texts {
    const struct rtmp_amf *amf;
    uint32_t before; /* bytes of AMF in the frame before the message */
    wmem_allocator_t *pool;
    const struct rtmp_mask *mask; /* what they hide; NULL: nothing */
    char scratch[1024];
    char path[RTMP_LIMIT_AMF_PATH];
};

/* The path of a leaf: `path` itself, or its beginning when the frame has many. */
const char *rtmpx_amf_path_text(struct rtmpx_amf_texts *texts, const struct rtmp_text *path);

/* A key, class or member name. */
const char *rtmpx_amf_name_text(struct rtmpx_amf_texts *texts, const struct rtmp_amf_event *event);

/* A leaf: `path=value`, and the value in it. */
struct rtmpx_amf_leaf_text {
    const char *pair, *value;
};
struct rtmpx_amf_leaf_text rtmpx_amf_leaf_text(struct rtmpx_amf_texts *texts, const char *path,
                                               const struct rtmp_amf_event *event);

#endif
