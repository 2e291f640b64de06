/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMP in TCP: which connection, which direction, which byte offset. */
#include "dissect.h"

#define RTMP_TCP_PORT 1935

static dissector_handle_t tcp_handle;

static struct rtmpx_connection *connection_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct rtmpx_connection *connection = conversation_get_proto_data(conversation, proto_rtmpx);
    if (connection)
        return connection;
    connection = rtmpx_connection_new();
    connection->id = conversation->conv_index;
    /* The side whose port we were called for is the server; on a port that only the heuristic
     * knows, the lower one. */
    bool to_server = pinfo->match_uint == pinfo->destport;
    bool to_client = pinfo->match_uint == pinfo->srcport;
    if (to_server == to_client)
        to_server = pinfo->destport < pinfo->srcport;
    connection->server_port = to_server ? pinfo->destport : pinfo->srcport;
    conversation_add_proto_data(conversation, proto_rtmpx, connection);
    return connection;
}

/*
 * The stream offset of the first byte at hand. TCP's sequence numbers, relative or not, only give
 * distances: they wrap every 4 GiB, the offset does not.
 */
static uint64_t offset_of(struct rtmpx_direction *dir, const struct tcpinfo *tcpinfo) {
    uint64_t position = dir->wire.position;
    if (!dir->started) {
        dir->started = true;
        dir->next_seq = tcpinfo->seq;
    }
    if (tcpinfo->is_reassembled)
        return position; /* TCP hands out reassembled bytes in order, from where it stopped */
    int32_t distance = (int32_t)(tcpinfo->seq - dir->next_seq);
    if (distance < 0 && (uint64_t) - (int64_t)distance > position)
        return 0;
    return position + (uint64_t)(int64_t)distance;
}

static int dissect_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    const struct tcpinfo *tcpinfo = data;
    struct rtmpx_connection *connection = connection_of(pinfo);
    unsigned direction = pinfo->destport == connection->server_port ? 0 : 1;
    struct rtmpx_direction *dir = &connection->direction[direction];
    uint64_t offset = 0;
    if (!PINFO_FD_VISITED(pinfo) && tcpinfo) {
        offset = offset_of(dir, tcpinfo);
        uint64_t end = offset + tvb_reported_length(tvb);
        if (end > dir->wire.position)
            dir->next_seq += (uint32_t)(end - dir->wire.position);
    }
    return rtmpx_dissect_bytes(tvb, pinfo, tree, connection, direction, offset);
}

/* Any port: claim a connection whose first bytes can only be an RTMP handshake. */
static ws_bool heuristic_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t len = tvb_captured_length(tvb);
    if (len == 0 || rtmp_handshake_looks(tvb_get_ptr(tvb, 0, (int)len), len) != RTMP_YES)
        return FALSE;
    conversation_set_dissector(find_or_create_conversation(pinfo), tcp_handle);
    return dissect_rtmpx_tcp(tvb, pinfo, tree, data) > 0;
}

void rtmpx_register_transport_tcp(int proto) {
    tcp_handle = register_dissector("rtmpx.tcp", dissect_rtmpx_tcp, proto);
}

void rtmpx_handoff_transport_tcp(int proto) {
    /* Handoffs of plugins run after the built-in ones: the last to add a port has it. */
    dissector_add_uint_with_preference("tcp.port", RTMP_TCP_PORT, tcp_handle);
    heur_dissector_add("tcp", heuristic_rtmpx_tcp, "RTMP over TCP", "rtmpx_tcp", proto,
                       HEURISTIC_ENABLE);
}
