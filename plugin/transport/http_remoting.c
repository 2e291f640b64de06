/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flash Remoting: a body of type application/x-amf is an AMF packet. Which reply belongs to which
 * request is HTTP's matter: over HTTP/2 they have the same stream. Over HTTP/1 it follows from
 * their order and the URIs (session/remoting_calls.h): Wireshark 4.0 does not tell it of requests
 * that did not wait for the reply before, and no version does behind a reply that is missing.
 */
#include "transport/http_remoting.h"

#include "conversation.h"
#include "tap/tap.h"
#include "tree/built_in.h"
#include "tree/remoting.h"
#include "tree/room.h"
#include "wanted.h"

static int proto_remoting = -1;
static dissector_handle_t remoting_handle;

/* One TCP connection. */
struct remoting_connection {
    struct rtmp_remoting_calls calls;
    const struct tcp_analysis *tcp; /* NULL: not known */
    struct rtmpx_http_counter http;
    uint32_t last_reply;   /* frame of the last AMF packet that is one */
    struct rtmp_mask mask; /* what its texts hide, if the preference says so */
};

/* What a request is known by. */
struct remoting_exchange {
    const struct remoting_connection *connection;
    const http_req_res_t *http; /* NULL: not known */
};

/* ---- first visit ---- */

static struct remoting_connection *connection_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct remoting_connection *connection =
        conversation_get_proto_data(conversation, proto_remoting);
    if (!connection) {
        connection = wmem_new0(wmem_file_scope(), struct remoting_connection);
        connection->tcp = rtmpx_tcp_of(pinfo);
        conversation_add_proto_data(conversation, proto_remoting, connection);
    }
    return connection;
}

static bool is_in_http2(const packet_info *pinfo) {
    return proto_is_frame_protocol(pinfo->layers, "http2");
}

/* Requests that were answered otherwise (an error of the server as text) before a later one was
 * sent. */
static void pass_answered(struct rtmp_remoting_calls *calls, uint32_t frame) {
    while (calls->first && calls->first->next) {
        const struct remoting_exchange *exchange = calls->first->exchange;
        const http_req_res_t *http = exchange->http;
        if (!http || !http->res_framenum || http->res_framenum == frame)
            return;
        rtmp_remoting_calls_pass(calls);
    }
}

/* Did HTTP see another reply than an AMF packet, or did the connection end? A frame up to that of
 * the last AMF packet may be the reply to another request. */
static bool is_over(const struct rtmp_remoting_packet *request) {
    const struct remoting_exchange *exchange = request->exchange;
    const struct remoting_connection *connection = exchange->connection;
    if (exchange->http && exchange->http->res_framenum > connection->last_reply)
        return true;
    return connection->tcp && rtmpx_tcp_has_ended(connection->tcp);
}

static void follow_request(struct remoting_connection *connection,
                           struct rtmp_remoting_packet *packet, packet_info *pinfo) {
    struct remoting_exchange *exchange = wmem_new(wmem_file_scope(), struct remoting_exchange);
    exchange->connection = connection;
    exchange->http = is_in_http2(pinfo) ? NULL : rtmpx_http_exchange(pinfo);
    packet->acknowledged = is_in_http2(pinfo) ? 0 : rtmpx_tcp_acknowledged(rtmpx_tcp_of(pinfo));
    packet->exchange = exchange;
    packet->is_over = is_over;
    rtmp_remoting_calls_request(&connection->calls, packet);
}

static void follow(struct remoting_connection *connection, struct rtmp_remoting_packet *packet,
                   packet_info *pinfo) {
    packet->frame = rtmpx_frame_of(pinfo);
    packet->time = rtmpx_capture_time(pinfo);
    packet->stream = is_in_http2(pinfo) ? rtmpx_http2_stream_of(pinfo) : 0;
    if (!is_in_http2(pinfo))
        rtmpx_http_count(&connection->http, pinfo, &packet->requests, &packet->replies);
    if (!packet->is_reply) {
        follow_request(connection, packet, pinfo);
        return;
    }
    pass_answered(&connection->calls, pinfo->num);
    rtmp_remoting_calls_reply(&connection->calls, packet, !is_in_http2(pinfo));
    connection->last_reply = pinfo->num;
}

/* Where HTTP does not say, the first message does. */
static bool is_reply_packet(const struct rtmp_reader *bytes, const void *data) {
    struct rtmp_reader reader = *bytes;
    struct rtmp_remoting remoting;
    struct rtmp_remoting_piece piece;
    if (rtmpx_http_is_request(data) || rtmpx_http_is_reply(data))
        return rtmpx_http_is_reply(data);
    rtmp_remoting_init(&remoting, &reader);
    while (rtmp_remoting_next(&remoting, &piece))
        if (piece.kind == RTMP_REMOTING_MESSAGE)
            return rtmp_remoting_is_reply_target(bytes, piece.name);
    return false;
}

static struct rtmp_remoting_packet *read_packet(packet_info *pinfo, const struct rtmp_reader *bytes,
                                                const void *data) {
    const struct rtmp_memory memory = rtmpx_file_memory();
    struct remoting_connection *connection = connection_of(pinfo);
    const struct rtmp_mask *hidden = rtmpx_capture_mask(bytes->data, bytes->end);
    if (hidden)
        connection->mask.salt = hidden->salt;
    struct rtmp_remoting_packet *packet = rtmp_remoting_packet_new(
        &memory, *bytes, is_reply_packet(bytes, data), hidden ? &connection->mask : NULL);
    follow(connection, packet, pinfo);
    return packet;
}

/* ---- any visit ---- */

/* The n-th call for this frame. NULL: the first visit did not come here. */
static const struct rtmp_remoting_packet *
packet_of(packet_info *pinfo, const struct rtmp_reader *bytes, const void *data) {
    uint32_t number = rtmpx_count_in_visit(pinfo, RTMPX_COUNT_REMOTING);
    if (PINFO_FD_VISITED(pinfo))
        return p_get_proto_data(wmem_file_scope(), pinfo, proto_remoting, number);
    struct rtmp_remoting_packet *packet = read_packet(pinfo, bytes, data);
    p_add_proto_data(wmem_file_scope(), pinfo, proto_remoting, number, packet);
    return packet;
}

/* A frame may hold many packets: each gets what it can have, and three quarters of the room at
 * most. */
static uint32_t take_room(packet_info *pinfo, uint32_t len) {
    uint32_t *left = rtmpx_number_of_visit(pinfo, RTMPX_COUNT_REMOTING_ROOM, rtmpx_room_events());
    uint32_t most = *left - *left / 4;
    uint32_t events = rtmpx_most_events(len) < most ? rtmpx_most_events(len) : most;
    *left -= events;
    return events;
}

static void append_to_columns(packet_info *pinfo, const char *line) {
    /* HTTP sets the protocol with every message, HTTP/2 with every frame of its own. */
    bool in_http2 = is_in_http2(pinfo);
    const char *protocol = col_get_text(pinfo->cinfo, COL_PROTOCOL);
    if (!protocol || !g_str_has_suffix(protocol, "/AMF"))
        col_append_str(pinfo->cinfo, COL_PROTOCOL, "/AMF");
    /* HTTP's own lines end with a space, those of HTTP/2 do not. */
    col_append_fstr(pinfo->cinfo, COL_INFO, in_http2 ? " AMF %s" : "AMF %s ", line);
}

static int dissect_remoting(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    enum { LINE_SIZE = 200 };
    uint32_t len = tvb_captured_length(tvb);
    const struct rtmp_reader bytes =
        rtmp_reader_over(len ? tvb_get_ptr(tvb, 0, (int)len) : NULL, len);
    const struct rtmp_remoting_packet *packet = packet_of(pinfo, &bytes, data);
    if (!packet)
        return 0;
    const struct rtmpx_body body = {
        .pinfo = pinfo,
        .tvb = tvb,
        .bytes = bytes.data,
        .available = len,
        .incomplete = len < tvb_reported_length(tvb),
        .from_client = !packet->is_reply,
        .events = take_room(pinfo, len),
        .mask = packet->mask,
    };
    const struct rtmpx_remoting remoting = {.body = &body, .packet = packet};
    char line[LINE_SIZE];
    struct rtmp_text text = rtmp_text_masked(line, sizeof line, packet->mask);
    if (pinfo->cinfo || rtmpx_tree_visible(tree))
        rtmpx_summary_remoting(&text, &remoting);
    if (pinfo->cinfo)
        append_to_columns(pinfo, line);
    struct rtmpx_built_in built_in;
    bool by_built_in = rtmpx_built_in_begin(&built_in, tree);
    if (tree || rtmpx_notes_wanted(tree))
        rtmpx_tree_remoting(tree, &remoting, line);
    if (by_built_in)
        rtmpx_built_in_end(&built_in, tree, tvb, 0, body.from_client);
    const struct rtmpx_tapped_packet tapped = {packet, bytes, body.incomplete};
    rtmpx_tap_remoting(pinfo, &tapped);
    return (int)len;
}

/* ---- registration ---- */

void rtmpx_register_transport_remoting(int proto) {
    proto_remoting = proto_register_protocol_in_name_only(
        "Flash Remoting (rtmpx)", "RTMPX remoting", "rtmpx.remoting_packet", proto, FT_PROTOCOL);
    /* 4.6 complains when two of a table are described by the same name, the protocol's. */
    remoting_handle = register_dissector_with_description("rtmpx.remoting", "RTMPX remoting",
                                                          dissect_remoting, proto);
}

void rtmpx_handoff_transport_remoting(void) {
    /* The built-in dissector has registered this type; the last registration of a string wins. */
    dissector_add_string("media_type", "application/x-amf", remoting_handle);
}
