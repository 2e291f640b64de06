/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_AMF_H
#define RTMPX_TREE_AMF_H

#include "noun.h"
#include "payload/amf/amf.h"

/* The values in commands, data messages, SharedObjects and metadata of video. */
extern const struct rtmpx_noun rtmpx_noun_amf;

/*
 * Add the items of ONE AMF value at amf->reader->pos, pulling its events.
 *
 * top: first element of rtmpx.amf.path: the index of the top-level value ("0", "2").
 * label: name for the value's item in place of a generic one (argument name "command object"), or
 *        NULL.
 * second_pair_hf: a field (rtmpx.so.pair) that gets the value of rtmpx.amf.pair of each leaf too,
 * or 0. Returns the item of the value, NULL without a tree or when nothing of it could be read; the
 * reader holds the error if one occurred. Without a tree only expert items are added.
 */
proto_item *rtmpx_tree_amf_value(proto_tree *tree, const struct rtmpx_body *body,
                                 struct rtmp_amf *amf, const char *top, const char *label,
                                 int second_pair_hf);

#endif
