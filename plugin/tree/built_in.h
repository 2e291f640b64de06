/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TREE_BUILT_IN_H
#define RTMPX_TREE_BUILT_IN_H

#include "rtmpx.h"

/*
 * Filters of the built-in dissector (rtmpt, rtmpt.*, amf, amf.*), and rtmp, which people type for
 * RTMP. When a filter, -e or a tap refers to one of them, what is dissected here gets a hidden item
 * of that very field, with the value of ours: filters that were written for the built-in go on
 * working, and no field is registered twice. packaging/doc/built-in.md lists them.
 */

/* Fields of the built-in that are told apart here. */
#define RTMPX_BUILT_IN_MAX 96

/* By place in the table: how many items of ours the frame had before, and whether they were kept.
 */
struct rtmpx_built_in {
    uint32_t count[RTMPX_BUILT_IN_MAX];
    hf_ref_type reference[RTMPX_BUILT_IN_MAX];
};

/* After all dissectors are registered: find the fields. */
void rtmpx_handoff_built_in(void);

/* Before items are added to `tree`, which may be NULL: make Wireshark keep those of ours that are
 * asked for by names of the built-in. False: none is. */
bool rtmpx_built_in_begin(struct rtmpx_built_in *state, proto_tree *tree);

/* Add the items of the built-in's fields for those that were added since. first_byte: where `tvb`
 * begins among the bytes of its direction; from_client: who sent it. */
void rtmpx_built_in_end(const struct rtmpx_built_in *state, proto_tree *tree, tvbuff_t *tvb,
                        uint64_t first_byte, bool from_client);

#endif
