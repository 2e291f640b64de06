/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Wireshark itself costs: a dissector that claims port 1935 and looks at nothing. With no
 * dissector on the port TCP would try every heuristic on every segment and cost more than RTMP.
 */
#include "rtmpx.h"

#define RTMP_TCP_PORT 1935

int proto_rtmpx = -1;

static int claim(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)pinfo;
    (void)tree;
    (void)data;
    return (int)tvb_captured_length(tvb);
}

void proto_register_rtmpx(void) {
    proto_rtmpx = proto_register_protocol("Benchmark floor", "RTMP floor", "rtmp_floor");
}

void proto_reg_handoff_rtmpx(void) {
    dissector_add_uint("tcp.port", RTMP_TCP_PORT, create_dissector_handle(claim, proto_rtmpx));
}
