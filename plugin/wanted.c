/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wanted.h"

#include "tree/note.h"

bool rtmpx_notes_wanted(proto_tree *tree) {
    static int tap = 0; /* registered after the protocols */
    if (!tap)
        tap = find_tap_id("expert");
    if (have_tap_listener(tap))
        return true;
    return tree && (rtmpx_tree_visible(tree) || rtmpx_noun_referenced(&rtmpx_noun_note));
}

bool rtmpx_parts_referenced(const struct rtmpx_noun *noun) {
    for (const struct rtmpx_noun *const *part = noun->parts; *part; part++)
        if (rtmpx_noun_referenced(*part) || ((*part)->parts && rtmpx_parts_referenced(*part)))
            return true;
    return false;
}
