/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMPS: RTMP in TLS, whose records come decrypted, in order and each once. */
#include "dissect.h"

static dissector_handle_t tls_handle;
/* Of the conversation's data: where TLS gives a segment back, TCP's dissector keeps its own. */
static int proto_tls_data = -1;

static struct rtmpx_connection *connection_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct rtmpx_connection *connection = conversation_get_proto_data(conversation, proto_tls_data);
    if (connection)
        return connection;
    connection = rtmpx_connection_new(conversation->conv_index);
    /* The client speaks first in RTMP. */
    connection->server_port = pinfo->destport;
    conversation_add_proto_data(conversation, proto_tls_data, connection);
    return connection;
}

/* `data` is not a tcpinfo here: TLS has no byte positions to give, in 4.0 not even a number. */
static int dissect_rtmpx_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)data;
    struct rtmpx_connection *connection = connection_of(pinfo);
    struct rtmpx_direction *direction =
        &connection->direction[pinfo->destport == connection->server_port ? 0 : 1];
    return rtmpx_dissect_bytes(tvb, pinfo, tree, direction, rtmpx_next_offset(direction));
}

/* TLS asks heuristics before ports, so 443 stays with HTTP for all that is no RTMP handshake. */
static ws_bool heuristic_rtmpx_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t len = tvb_captured_length(tvb);
    if (len == 0)
        return FALSE;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)len);
    if (rtmpx_handshake_promised(tvb)) {
        (void)connection_of(pinfo); /* who spoke first is noted before the other side answers */
        return rtmpx_ask_for_more(pinfo);
    }
    if (!rtmp_handshake_certain(bytes, len))
        return FALSE;
    /* The handle of the TLS session; the TCP conversation's would take TLS out of the way. */
    rtmpx_tls_set_app_handle(data, tls_handle);
    return dissect_rtmpx_tls(tvb, pinfo, tree, data) > 0;
}

void rtmpx_register_transport_tls(int proto) {
    proto_tls_data = proto_register_protocol_in_name_only("RTMP over TLS (rtmpx)", "RTMPX TLS",
                                                          "rtmpx.tls", proto, FT_PROTOCOL);
    tls_handle = register_dissector("rtmpx.tls", dissect_rtmpx_tls, proto);
}

void rtmpx_handoff_transport_tls(int proto) {
    dissector_add_for_decode_as("tls.port", tls_handle);
    heur_dissector_add("tls", heuristic_rtmpx_tls, "RTMP over TLS (RTMPS)", "rtmpx_tls", proto,
                       HEURISTIC_ENABLE);
}
