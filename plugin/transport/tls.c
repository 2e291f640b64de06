/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMPS: RTMP in TLS. TLS hands on decrypted records, in order and each once as far as it can tell.
 */
#include "transport/tls.h"

#include "packet-rtmpx.h"
#include "transport/closing.h"
#include "transport/promise.h"
#include "transport/tcp_place.h"

static dissector_handle_t tls_handle;
static dissector_table_t tls_ports;
/* Key of the conversation's data. Not the key of transport/tcp.c, which may have data of its own if
 * TLS rejects a segment. */
static int proto_tls_data = -1;

/* Bytes of a record besides its content: header, IV, MAC, padding to a block. */
#define RECORD_OVERHEAD 128

struct tls_connection {
    struct rtmp_session *rtmp;
    struct rtmpx_tcp_mark mark[2]; /* by direction */
    address server;
    uint32_t server_port;
    /* The frame in which the handshake was recognised, and how many records of it were left to
     * others before. On later visits TLS hands us all records of the session. */
    struct rtmp_frame first_frame;
    uint32_t left;
};

static struct tls_connection *tls_connection_of(packet_info *pinfo, proto_tree *tree) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct tls_connection *tls = conversation_get_proto_data(conversation, proto_tls_data);
    if (tls)
        return tls;
    tls = wmem_new0(wmem_file_scope(), struct tls_connection);
    /* In RTMP the client sends first. */
    copy_address_wmem(wmem_file_scope(), &tls->server, &pinfo->dst);
    tls->server_port = pinfo->destport;
    tls->rtmp = rtmpx_session_new(pinfo, conversation->conv_index, &tls->server, tls->server_port);
    conversation_add_proto_data(conversation, proto_tls_data, tls);
    rtmpx_watch_closing(pinfo, tree, tls->rtmp, true, true);
    return tls;
}

/* Both ends may have the same port. */
static bool to_server(const struct tls_connection *tls, const packet_info *pinfo) {
    return pinfo->destport == tls->server_port && addresses_equal(&pinfo->dst, &tls->server);
}

/*
 * Offset of a record in its direction. Behind a hole TLS reads nothing more, unless
 * tls.ignore_ssl_mac_failed is set: then it hands on the next complete record, without any sign of
 * the hole. A record that comes late or again has no offset: the length of its hole is unknown.
 */
static uint64_t tls_offset_of(const struct rtmp_session_direction *direction,
                              struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len) {
    switch (rtmpx_tcp_place(mark, pinfo, len, RECORD_OVERHEAD)) {
    case RTMPX_TCP_BEHIND_HOLE:
        return RTMP_OFFSET_UNKNOWN;
    case RTMPX_TCP_LATE:
        return RTMP_OFFSET_SEEN;
    case RTMPX_TCP_NEXT:
        break;
    }
    return rtmpx_next_offset(direction);
}

/* Did the first visit pass this record to another dissector, by port? */
static bool left_to_others(const struct tls_connection *tls, packet_info *pinfo) {
    return PINFO_FD_VISITED(pinfo) && (pinfo->num < tls->first_frame.number ||
                                       (rtmpx_frame_is(tls->first_frame, pinfo) &&
                                        rtmpx_count_in_visit(pinfo, RTMPX_COUNT_TLS) < tls->left));
}

/* `data` is no tcpinfo here: TLS gives no byte positions, 4.0 not even a stream number. */
static int dissect_rtmpx_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    struct tls_connection *tls = tls_connection_of(pinfo, tree);
    if (left_to_others(tls, pinfo))
        return dissector_try_uint_with_data(tls_ports, tls->server_port, tvb, pinfo, tree, TRUE,
                                            data);
    unsigned which = to_server(tls, pinfo) ? 0 : 1;
    struct rtmp_session_direction *direction = &tls->rtmp->direction[which];
    uint64_t offset = 0;
    if (!PINFO_FD_VISITED(pinfo))
        offset = tls_offset_of(direction, &tls->mark[which], pinfo, tvb_reported_length(tvb));
    /* With several records TLS appends its own text to our line of the record before. */
    col_clear(pinfo->cinfo, COL_INFO);
    int done = rtmpx_dissect_bytes(tvb, pinfo, tree, direction, offset);
    col_set_fence(pinfo->cinfo, COL_INFO);
    return done;
}

/* TLS tries heuristics before ports, so everything on 443 but an RTMP handshake stays with HTTP. */
static ws_bool heuristic_rtmpx_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t len = tvb_captured_length(tvb);
    if (len == 0)
        return FALSE;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)len);
    if (rtmpx_handshake_promised(tvb)) {
        (void)tls_connection_of(pinfo,
                                tree); /* record which side sends first before the other answers */
        return rtmpx_ask_for_more(pinfo);
    }
    if (!rtmp_handshake_certain(bytes, len)) {
        (void)rtmpx_count_in_visit(pinfo, RTMPX_COUNT_TLS);
        return FALSE;
    }
    struct tls_connection *tls = tls_connection_of(pinfo, tree);
    tls->first_frame = rtmpx_frame_of(pinfo);
    tls->left = rtmpx_count_in_visit(pinfo, RTMPX_COUNT_TLS);
    /* Set the handle of the TLS session; setting that of the TCP conversation would bypass TLS. */
    rtmpx_tls_set_app_handle(data, tls_handle);
    return dissect_rtmpx_tls(tvb, pinfo, tree, data) > 0;
}

void rtmpx_register_transport_tls(int proto) {
    proto_tls_data = proto_register_protocol_in_name_only("RTMP over TLS (rtmpx)", "RTMPX TLS",
                                                          "rtmpx.tls", proto, FT_PROTOCOL);
    tls_handle = register_dissector("rtmpx.tls", dissect_rtmpx_tls, proto);
}

void rtmpx_handoff_transport_tls(int proto) {
    tls_ports = find_dissector_table("tls.port");
    dissector_add_for_decode_as("tls.port", tls_handle);
    heur_dissector_add("tls", heuristic_rtmpx_tls, "RTMP over TLS (RTMPS)", "rtmpx_tls", proto,
                       HEURISTIC_ENABLE);
}
