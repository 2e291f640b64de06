/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shown.h"

#include <epan/packet.h>

#include "fuzz.h"

#define WAYS 3 /* into the plugin: TCP, TLS, HTTP */

bool shown_wanted;
static dissector_t dissectors[WAYS];
static heur_dissector_t heuristics[WAYS];

static void show(proto_tree *tree) {
    if (tree && shown_wanted)
        proto_tree_set_visible(tree, TRUE);
}

#define WAY(n)                                                                                     \
    static int dissect_##n(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {      \
        show(tree);                                                                                \
        return dissectors[n](tvb, pinfo, tree, data);                                              \
    }                                                                                              \
    static gboolean try_##n(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {     \
        show(tree);                                                                                \
        return heuristics[n](tvb, pinfo, tree, data);                                              \
    }
WAY(0)
WAY(1)
WAY(2)

/* The declarations are those of libwireshark, by other names. */
dissector_handle_t shown_register_dissector(const char *name, dissector_t dissector, int proto);
void shown_heur_dissector_add(const char *name, heur_dissector_t dissector, const char *display,
                              const char *internal, int proto, heuristic_enable_e enable);

dissector_handle_t shown_register_dissector(const char *name, dissector_t dissector, int proto) {
    static const dissector_t ways[WAYS] = {dissect_0, dissect_1, dissect_2};
    static unsigned count;
    FUZZ_CHECK(count < WAYS);
    dissectors[count] = dissector;
    return register_dissector(name, ways[count++], proto);
}

void shown_heur_dissector_add(const char *name, heur_dissector_t dissector, const char *display,
                              const char *internal, int proto, heuristic_enable_e enable) {
    static const heur_dissector_t ways[WAYS] = {try_0, try_1, try_2};
    static unsigned count;
    FUZZ_CHECK(count < WAYS);
    heuristics[count] = dissector;
    heur_dissector_add(name, ways[count++], display, internal, proto, enable);
}
