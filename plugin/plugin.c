/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols that Wireshark looks for in a plugin: versions and registration. */
#include "conversation.h"
#include "noun.h"
#include "packet-rtmpx.h"
#include "preferences.h"
#include "protocol.h"
#include "tap/export.h"
#include "tap/findings.h"
#include "tap/flow.h"
#include "tap/follow.h"
#include "tap/report.h"
#include "tap/report_menu.h"
#include "tap/response_time.h"
#include "tap/rows.h"
#include "tap/so_table.h"
#include "tap/streams_table.h"
#include "tap/tap.h"
#include "tap/trees.h"
#include "transport/closing.h"
#include "transport/http.h"
#include "transport/http_remoting.h"
#include "transport/ports.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "tree/aggregate.h"
#include "tree/amf.h"
#include "tree/amf_leaf.h"
#include "tree/built_in.h"
#include "tree/chunk.h"
#include "tree/clock.h"
#include "tree/codec.h"
#include "tree/command.h"
#include "tree/conformance.h"
#include "tree/control.h"
#include "tree/diagnosis.h"
#include "tree/direction.h"
#include "tree/ending.h"
#include "tree/flow.h"
#include "tree/handshake.h"
#include "tree/kind.h"
#include "tree/media.h"
#include "tree/message.h"
#include "tree/nal.h"
#include "tree/not_rtmp.h"
#include "tree/note.h"
#include "tree/remoting.h"
#include "tree/remoting_facts.h"
#include "tree/shared_object.h"
#include "tree/so_facts.h"
#include "tree/stream.h"
#include "tree/unassigned.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern const char plugin_version[];
EXPORT extern const int plugin_want_major;
EXPORT extern const int plugin_want_minor;
EXPORT void plugin_register(void);
EXPORT uint32_t plugin_describe(void);

const char plugin_version[] = RTMPX_VERSION;
const int plugin_want_major = RTMPX_WIRESHARK_MAJOR;
const int plugin_want_minor = RTMPX_WIRESHARK_MINOR;

/* All nouns: everything that has fields or expert items. */
static const struct rtmpx_noun *const nouns[] = {
    &rtmpx_noun_packet,      &rtmpx_noun_note,           &rtmpx_noun_direction,
    &rtmpx_noun_conformance, &rtmpx_noun_handshake,      &rtmpx_noun_chunk,
    &rtmpx_noun_message,     &rtmpx_noun_control,        &rtmpx_noun_amf,
    &rtmpx_noun_amf_leaf,    &rtmpx_noun_command,        &rtmpx_noun_shared_object,
    &rtmpx_noun_media,       &rtmpx_noun_video_codec,    &rtmpx_noun_audio_codec,
    &rtmpx_noun_nal,         &rtmpx_noun_aggregate,      &rtmpx_noun_unassigned,
    &rtmpx_noun_tunnel,      &rtmpx_noun_ending,         &rtmpx_noun_not_rtmp,
    &rtmpx_noun_kind,        &rtmpx_noun_stream,         &rtmpx_noun_remoting,
    &rtmpx_noun_flow,        &rtmpx_noun_so_facts,       &rtmpx_noun_clock,
    &rtmpx_noun_diagnosis,   &rtmpx_noun_remoting_facts,
};

static void find_other_fields(void) {
    rtmpx_find_other_fields(nouns, array_length(nouns));
}

static void register_all(void) {
    rtmpx_register_protocol();
    rtmpx_register_nouns(proto_rtmpx, nouns, array_length(nouns));
    rtmpx_register_preferences(proto_rtmpx, rtmpx_apply_ports);
    register_init_routine(find_other_fields);
    rtmpx_register_conversation();
    rtmpx_register_tap();
    rtmpx_register_findings();
    rtmpx_register_rows();
    rtmpx_register_report();
    rtmpx_register_report_menu();
    rtmpx_register_streams_table();
    rtmpx_register_so_table();
    rtmpx_register_trees();
    rtmpx_register_flow(proto_rtmpx);
    rtmpx_register_response_time(proto_rtmpx);
    rtmpx_register_export(proto_rtmpx);
    rtmpx_register_follow(proto_rtmpx);
    rtmpx_register_closing(proto_rtmpx);
    rtmpx_register_transport_tcp(proto_rtmpx);
    rtmpx_register_transport_tls(proto_rtmpx);
    rtmpx_register_transport_http(proto_rtmpx);
    rtmpx_register_transport_remoting(proto_rtmpx);
}

static void handoff_all(void) {
    rtmpx_handoff_built_in();
    rtmpx_handoff_nal();
    rtmpx_handoff_transport_tcp(proto_rtmpx);
    rtmpx_handoff_transport_tls(proto_rtmpx);
    rtmpx_handoff_transport_http(proto_rtmpx);
    rtmpx_handoff_transport_remoting();
}

void plugin_register(void) {
    static proto_plugin plugin;
    plugin.register_protoinfo = register_all;
    plugin.register_handoff = handoff_all;
    proto_register_plugin(&plugin);
}

/* Wireshark 4.2 and later ask for the kind of the plugin; 4.0 does not. */
uint32_t plugin_describe(void) {
    return RTMPX_PLUGIN_DESCRIPTION;
}
