/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Wireshark itself costs: a dissector that claims port 1935 and looks at nothing. With no
 * dissector on the port TCP would try every heuristic on every segment and cost more than RTMP.
 */
#include "compat-wireshark.h"

#define RTMP_TCP_PORT 1935
#define EXPORT        __attribute__((visibility("default")))

EXPORT extern const char plugin_version[];
EXPORT extern const int plugin_want_major;
EXPORT extern const int plugin_want_minor;
EXPORT void plugin_register(void);
EXPORT uint32_t plugin_describe(void);

const char plugin_version[] = RTMPX_VERSION;
const int plugin_want_major = RTMPX_WIRESHARK_MAJOR;
const int plugin_want_minor = RTMPX_WIRESHARK_MINOR;

static int proto_floor = -1;

static int claim(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)pinfo;
    (void)tree;
    (void)data;
    return (int)tvb_captured_length(tvb);
}

static void register_floor(void) {
    proto_floor = proto_register_protocol("Benchmark floor", "RTMP floor", "rtmp_floor");
}

static void handoff_floor(void) {
    dissector_add_uint("tcp.port", RTMP_TCP_PORT, create_dissector_handle(claim, proto_floor));
}

void plugin_register(void) {
    static proto_plugin plugin;
    plugin.register_protoinfo = register_floor;
    plugin.register_handoff = handoff_floor;
    proto_register_plugin(&plugin);
}

uint32_t plugin_describe(void) {
    return RTMPX_PLUGIN_DESCRIPTION;
}
