/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_WANTED_H
#define RTMPX_WANTED_H

/* Are the items of a noun wanted? Checked for every message before they are made. */

#include "noun.h"
#include "protocol.h"

/* Is the tree visible, so that labels are needed? */
static inline bool rtmpx_tree_visible(proto_tree *tree) {
    return tree && PTREE_DATA(tree)->visible;
}

/* Are errors and remarks wanted: by a visible tree, an expert tap (also without a tree), a filter
 * on any expert item, or on an item of tree/note.h? */
bool rtmpx_notes_wanted(proto_tree *tree);

/* Are the protocols of an invisible tree wanted, not only fields? */
static inline bool rtmpx_protocols_wanted(proto_tree *tree) {
    hf_ref_type reference = proto_registrar_get_nth((unsigned)proto_rtmpx)->ref_type;
    return !PTREE_DATA(tree)->fake_protocols ||
           (reference != HF_REF_TYPE_NONE && reference != HF_REF_TYPE_INDIRECT) ||
           (union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

/* Does a filter, -e or tap refer to a field or an expert item of one of the noun's parts? */
bool rtmpx_parts_referenced(const struct rtmpx_noun *noun);

/* As rtmpx_notes_wanted(), or does a filter, -e or tap refer to a field or an expert item of the
 * noun or of one of its parts? */
static inline bool rtmpx_wanted(proto_tree *tree, const struct rtmpx_noun *noun) {
    return rtmpx_notes_wanted(tree) ||
           (tree && (rtmpx_noun_referenced(noun) || (noun->parts && rtmpx_parts_referenced(noun))));
}

#endif
