/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planted.h"

#include <stdlib.h>
#include <string.h>

#include <epan/packet.h>

static const char *planted;
static int proto_planted = -1;

static bool is(const char *defect) {
    return strcmp(planted, defect) == 0;
}

/* What later visits show depends on the first one, or on the frame that was visited before. */
static void add_what_differs(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree) {
    static bool had_tree;
    static uint32_t before;
    if (!pinfo->fd->visited)
        had_tree = tree != NULL;
    if (is("tree") && had_tree)
        proto_tree_add_item(tree, proto_planted, tvb, 0, -1, ENC_NA);
    if (is("order") && pinfo->num < before)
        proto_tree_add_item(tree, proto_planted, tvb, 0, -1, ENC_NA);
    before = pinfo->num;
}

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)data;
    void **room = wmem_new(pinfo->pool, void *);
    if (is("leak"))
        room[0] = g_malloc(10);
    if (is("overflow"))
        ((volatile char *)room)[sizeof *room] = 1;
    if (is("bug"))
        DISSECTOR_ASSERT_NOT_REACHED();
    if (is("malformed"))
        (void)tvb_get_guint8(tvb, (int)tvb_reported_length(tvb));
    add_what_differs(tvb, pinfo, tree);
    return (int)tvb_captured_length(tvb);
}

static void register_protocol(void) {
    proto_planted = proto_register_protocol("RTMPX planted", "RTMPX planted", "rtmpx.planted");
}

static void register_handoff(void) {
    register_postdissector(create_dissector_handle(dissect, proto_planted));
}

void fuzz_plant(void) {
    static proto_plugin plugin = {register_protocol, register_handoff};
    planted = getenv("RTMPX_FUZZ_PLANT");
    if (planted)
        proto_register_plugin(&plugin);
}
