/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTMPT: RTMP in HTTP. The session is named in the URL and may use many TCP connections; each
 * request has a number, and replies go with their requests. The first visit decides how each
 * message is shown and keeps that with its frame.
 */
#include "transport/http.h"

#include "packet-rtmpx.h"
#include "tree/ending.h"
#include "wanted.h"

#include "wire/tunnel.h"

/* One RTMP connection. */
struct tunnel_session {
    const char *id;
    struct rtmp_session *connection;
    struct rtmp_order order[2];     /* of requests, of replies */
    struct tunnel_message *waiting; /* messages that wait for lower numbers */
    bool closed;
};

/* One HTTP message. */
struct tunnel_message {
    enum rtmp_tunnel_command command;
    bool ours; /* false: the heuristic was called for a message that is not RTMPT */
    bool reply;
    bool refused; /* a reply whose status is not 2xx: its body is text, not RTMP */
    bool has_sequence;
    enum rtmp_turn turn;
    uint32_t sequence;
    uint32_t missing; /* number of messages before this one that were given up */
    uint32_t frame;
    uint32_t shown_in; /* RTMP_TURN_LATER: the frame of the message that it is shown with */
    struct tunnel_session *session; /* NULL: not known */
    /* RTMP_TURN_LATER: the RTMP bytes. */
    uint8_t *bytes;
    uint32_t len, reported;
    struct tunnel_message *next;     /* in the session's list of waiting messages */
    struct tunnel_message *released; /* waiting messages shown with this one, in order */
    bool closes;                     /* the session, first of all */
};

/* A request that has no reply yet. */
struct tunnel_pending {
    struct tunnel_message *request;
    const http_req_res_t *exchange; /* HTTP's record, or NULL */
    struct tunnel_pending *next;
};

/* One TCP connection. */
struct tunnel_carrier {
    address server;
    uint32_t server_port;
    struct tunnel_pending *first, **end;
};

static int proto_tunnel = -1;
static dissector_handle_t http_handle;
/* Sessions of the capture by server and id. Several TCP connections share one, so it belongs to no
 * conversation. */
static wmem_map_t *sessions;

static int hf_command = -1;
static int hf_session = -1;
static int hf_sequence = -1;
static int hf_poll_interval = -1;
static int hf_data = -1;
static int hf_shown_in = -1;
static int hf_released_from = -1;
static int hf_missing = -1;
static int ett_tunnel = -1;

#define TUNNEL_EXPERTS(X)                                                                          \
    X(ei_retry, "rtmpx.tunnel.retry", PI_SEQUENCE, PI_NOTE,                                        \
      "RTMPT: sequence number seen before, its bytes are ignored")                                 \
    X(ei_ahead, "rtmpx.tunnel.ahead", PI_SEQUENCE, PI_NOTE,                                        \
      "RTMPT: lower sequence numbers are missing, the body waits for them")                        \
    X(ei_given_up, "rtmpx.tunnel.given_up", PI_SEQUENCE, PI_WARN,                                  \
      "RTMPT: lower sequence numbers are not in the capture and are given up")
TUNNEL_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info tunnel_ei[] = {TUNNEL_EXPERTS(RTMPX_EXPERT_ROW)};

/* ---- first visit: what is this message? ---- */

static struct tunnel_carrier *carrier_of(packet_info *pinfo) {
    conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    return conversation ? conversation_get_proto_data(conversation, proto_tunnel) : NULL;
}

static struct tunnel_carrier *new_carrier(packet_info *pinfo) {
    struct tunnel_carrier *carrier = wmem_new0(wmem_file_scope(), struct tunnel_carrier);
    copy_address_wmem(wmem_file_scope(), &carrier->server, &pinfo->dst);
    carrier->server_port = pinfo->destport;
    carrier->end = &carrier->first;
    conversation_add_proto_data(find_or_create_conversation(pinfo), proto_tunnel, carrier);
    return carrier;
}

static bool from_server(const struct tunnel_carrier *carrier, const packet_info *pinfo) {
    return pinfo->srcport == carrier->server_port && addresses_equal(&pinfo->src, &carrier->server);
}

static struct tunnel_session *session_of(const struct tunnel_carrier *carrier,
                                         const packet_info *pinfo, const char *id, size_t len,
                                         bool opening) {
    const char *key =
        wmem_strdup_printf(pinfo->pool, "%s %u %.*s", address_to_str(pinfo->pool, &carrier->server),
                           carrier->server_port, (int)len, id);
    struct tunnel_session *session = wmem_map_lookup(sessions, key);
    if (session && !(opening && session->closed))
        return session;
    /* A closed session stays in the map under another key, so the size of the map is a new id,
     * distinct from those of TCP and TLS connections. A frame may open several. */
    uint32_t count = wmem_map_size(sessions);
    if (session)
        wmem_map_insert(sessions, wmem_strdup_printf(wmem_file_scope(), "%s #%u", key, count),
                        session);
    session = wmem_new0(wmem_file_scope(), struct tunnel_session);
    session->id = wmem_strndup(wmem_file_scope(), id, len);
    session->connection =
        rtmpx_session_new(pinfo, 0x40000000U | count, &carrier->server, carrier->server_port);
    wmem_map_insert(sessions, wmem_strdup(wmem_file_scope(), key), session);
    return session;
}

static void expect_reply(struct tunnel_carrier *carrier, struct tunnel_message *request,
                         const http_req_res_t *exchange) {
    struct tunnel_pending *pending = wmem_new0(wmem_file_scope(), struct tunnel_pending);
    pending->request = request;
    pending->exchange = exchange;
    *carrier->end = pending;
    carrier->end = &pending->next;
}

static struct tunnel_message *take_pending(struct tunnel_carrier *carrier) {
    struct tunnel_pending *pending = carrier->first;
    carrier->first = pending->next;
    if (!carrier->first)
        carrier->end = &carrier->first;
    struct tunnel_message *request = pending->request;
    wmem_free(wmem_file_scope(), pending);
    return request;
}

/* Was this request answered in an earlier frame, and a later request sent? If the client does not
 * wait for replies, Wireshark 4.0 records a reply with the last request only, and takes a 100
 * Continue for the reply. */
static bool answered_before(const struct tunnel_pending *pending, uint32_t frame) {
    return pending && pending->next && pending->exchange && pending->exchange->res_framenum &&
           pending->exchange->res_framenum != frame;
}

/* The request that the current reply answers; NULL: there is none. Replies come in order, but HTTP
 * calls no dissector for one without a body. */
static const struct tunnel_message *answered_request(struct tunnel_carrier *carrier,
                                                     uint32_t frame) {
    while (answered_before(carrier->first, frame)) {
        const struct tunnel_message *silent = take_pending(carrier);
        if (silent->session && silent->has_sequence)
            rtmp_order_skip(&silent->session->order[1], silent->sequence);
    }
    return carrier->first ? take_pending(carrier) : NULL;
}

/* Where RTMP begins in a body: at the start of a send request, after the polling interval of a
 * reply. UINT32_MAX: the body has none. */
static uint32_t rtmp_start(const struct tunnel_message *message) {
    if (!message->has_sequence || message->refused)
        return UINT32_MAX;
    if (message->reply)
        return 1;
    return message->command == RTMP_TUNNEL_SEND ? 0 : UINT32_MAX;
}

static tvbuff_t *rtmp_bytes_of(tvbuff_t *tvb, const struct tunnel_message *message) {
    uint32_t start = rtmp_start(message);
    return start < tvb_captured_length(tvb) ? tvb_new_subset_remaining(tvb, (int)start) : NULL;
}

static void keep_rtmp_bytes(struct tunnel_message *message, tvbuff_t *tvb) {
    tvbuff_t *bytes = rtmp_bytes_of(tvb, message);
    if (bytes) {
        message->len = tvb_captured_length(bytes);
        message->reported = tvb_reported_length(bytes);
        message->bytes = tvb_memdup(wmem_file_scope(), bytes, 0, message->len);
    }
    message->next = message->session->waiting;
    message->session->waiting = message;
}

static struct tunnel_message *take_waiting(struct tunnel_session *session, bool reply,
                                           uint32_t sequence) {
    struct tunnel_message **at = &session->waiting;
    while (*at && ((*at)->reply != reply || (*at)->sequence != sequence))
        at = &(*at)->next;
    struct tunnel_message *message = *at;
    if (message)
        *at = message->next;
    return message;
}

/* Put the message in the order of its number; waiting messages that follow it are shown with it. */
static void put_in_order(struct tunnel_message *message, tvbuff_t *tvb) {
    struct rtmp_order *order = &message->session->order[message->reply];
    message->turn = rtmp_order_arrive(order, message->sequence);
    if (message->turn == RTMP_TURN_LATER)
        keep_rtmp_bytes(message, tvb);
    struct tunnel_message **end = &message->released;
    uint32_t sequence, missing;
    while (rtmp_order_release(order, &sequence, &missing)) {
        struct tunnel_message *released = take_waiting(message->session, message->reply, sequence);
        if (!released)
            continue;
        released->shown_in = message->frame;
        released->missing = missing;
        released->next = NULL;
        *end = released;
        end = &released->next;
    }
}

/* The client's command is the one sign of the end: HTTP's connections come and go, and no server
 * was observed to tell. */
static void close_session(struct tunnel_message *message) {
    struct tunnel_session *session = message->session;
    message->closes = !session->closed;
    session->closed = true;
    rtmp_session_close(session->connection, true, session->waiting != NULL);
}

static bool read_request(struct tunnel_message *message, struct tunnel_carrier **carrier,
                         packet_info *pinfo, tvbuff_t *tvb) {
    const char *url = rtmpx_http_request_uri(pinfo);
    struct rtmp_tunnel_request request;
    if (!url || !rtmp_tunnel_request_parse(url, &request))
        return false;
    if (!*carrier)
        *carrier = new_carrier(pinfo);
    message->command = request.command;
    message->has_sequence = request.has_sequence;
    message->sequence = request.sequence;
    expect_reply(*carrier, message, rtmpx_http_exchange(pinfo));
    if (!request.session_length)
        return true;
    message->session = session_of(*carrier, pinfo, request.session, request.session_length, false);
    put_in_order(message, tvb);
    if (request.command == RTMP_TUNNEL_CLOSE)
        close_session(message);
    return true;
}

static bool read_reply(struct tunnel_message *message, struct tunnel_carrier *carrier,
                       packet_info *pinfo, tvbuff_t *tvb) {
    const struct tunnel_message *request = answered_request(carrier, pinfo->num);
    if (!request)
        return false;
    unsigned status = rtmpx_http_status(pinfo);
    message->refused = status != 0 && status / 100 != 2;
    message->command = request->command;
    message->session = request->session;
    message->has_sequence = request->has_sequence;
    message->sequence = request->sequence;
    if (request->command == RTMP_TUNNEL_OPEN && !message->refused) {
        uint32_t len = tvb_captured_length(tvb);
        const uint8_t *body = tvb_get_ptr(tvb, 0, (int)len);
        size_t id = rtmp_tunnel_session_id(body, len);
        if (id)
            message->session = session_of(carrier, pinfo, (const char *)body, id, true);
    }
    if (message->has_sequence)
        put_in_order(message, tvb);
    return true;
}

static struct tunnel_message *read_message(packet_info *pinfo, tvbuff_t *tvb, bool reply) {
    struct tunnel_carrier *carrier = carrier_of(pinfo);
    struct tunnel_message *message = wmem_new0(wmem_file_scope(), struct tunnel_message);
    message->reply = reply;
    message->frame = pinfo->num;
    message->ours = reply ? carrier && read_reply(message, carrier, pinfo, tvb)
                          : read_request(message, &carrier, pinfo, tvb);
    return message;
}

/* ---- any visit ---- */

/* The n-th call for this frame: read on the first visit, looked up later. Never NULL on the first
 * visit. */
static struct tunnel_message *message_of(packet_info *pinfo, tvbuff_t *tvb, bool reply) {
    uint32_t number = rtmpx_count_in_visit(pinfo, RTMPX_COUNT_TUNNEL);
    if (PINFO_FD_VISITED(pinfo))
        return p_get_proto_data(wmem_file_scope(), pinfo, proto_tunnel, number);
    struct tunnel_message *message = read_message(pinfo, tvb, reply);
    p_add_proto_data(wmem_file_scope(), pinfo, proto_tunnel, number, message);
    return message;
}

static proto_item *add_generated(proto_item *item) {
    proto_item_set_generated(item);
    return item;
}

/* The bytes that are not RTMP. */
static void add_body(proto_tree *tree, tvbuff_t *tvb, const struct tunnel_message *message) {
    uint32_t start = rtmp_start(message);
    if (message->reply && message->command == RTMP_TUNNEL_OPEN && message->session) {
        proto_tree_add_string(tree, hf_session, tvb, 0, -1, message->session->id);
        return;
    }
    if (message->session)
        add_generated(proto_tree_add_string(tree, hf_session, tvb, 0, 0, message->session->id));
    if (start == 1)
        proto_tree_add_item(tree, hf_poll_interval, tvb, 0, 1, ENC_BIG_ENDIAN);
    bool shown_as_rtmp = start != UINT32_MAX && message->turn == RTMP_TURN_NOW;
    int rest = start == 1 ? 1 : 0;
    if (!shown_as_rtmp && tvb_captured_length_remaining(tvb, rest) > 0)
        proto_tree_add_item(tree, hf_data, tvb, rest, -1, ENC_NA);
}

static void add_released(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                         const struct tunnel_message *released) {
    proto_item *item = proto_tree_add_uint(tree, hf_released_from, tvb, 0, 0, released->frame);
    add_generated(item);
    if (!released->missing)
        return;
    item = proto_tree_add_uint(tree, hf_missing, tvb, 0, 0, released->missing);
    expert_add_info(pinfo, add_generated(item), &ei_given_up);
}

static void add_tunnel_message(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                               const struct tunnel_message *message) {
    const char *name = rtmp_tunnel_command_name(message->command);
    proto_item *item =
        proto_tree_add_protocol_format(tree, proto_tunnel, tvb, 0, -1, "RTMP Tunneling, %s %s",
                                       name, message->reply ? "reply" : "request");
    proto_tree *tunnel = proto_item_add_subtree(item, ett_tunnel);
    add_generated(proto_tree_add_string(tunnel, hf_command, tvb, 0, 0, name));
    if (message->has_sequence) {
        proto_item_append_text(item, " %u", message->sequence);
        add_generated(proto_tree_add_uint(tunnel, hf_sequence, tvb, 0, 0, message->sequence));
    }
    if (message->session)
        proto_item_append_text(item, ", session %s", message->session->id);
    add_body(tunnel, tvb, message);
    if (message->turn == RTMP_TURN_PAST)
        expert_add_info(pinfo, item, &ei_retry);
    if (message->turn == RTMP_TURN_LATER)
        expert_add_info(pinfo, item, &ei_ahead);
    if (message->shown_in)
        add_generated(proto_tree_add_uint(tunnel, hf_shown_in, tvb, 0, 0, message->shown_in));
    for (const struct tunnel_message *m = message->released; m; m = m->next)
        add_released(tunnel, pinfo, tvb, m);
}

static void dissect_rtmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                         const struct tunnel_message *message) {
    struct rtmp_session_direction *direction =
        &message->session->connection->direction[message->reply ? 1 : 0];
    /* The length of a lost message is unknown: assume one byte, so that the gap is reported. */
    (void)rtmpx_dissect_bytes(tvb, pinfo, tree, direction,
                              rtmpx_next_offset(direction) + message->missing);
}

static void add_ending(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                       const struct tunnel_message *message) {
    const struct rtmp_ending *ending =
        message->closes ? rtmp_session_ending(message->session->connection) : NULL;
    if (ending && (tree || rtmpx_notes_wanted(tree)))
        rtmpx_tree_ending(tree, pinfo, tvb, ending);
}

static void dissect_message(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                            const struct tunnel_message *message) {
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "RTMPT");
    add_tunnel_message(tree, pinfo, tvb, message);
    add_ending(tree, pinfo, tvb, message);
    tvbuff_t *bytes = rtmp_bytes_of(tvb, message);
    bool shown = message->turn == RTMP_TURN_NOW && bytes;
    if (shown)
        dissect_rtmp(bytes, pinfo, tree, message);
    for (const struct tunnel_message *m = message->released; m; m = m->next) {
        if (!m->len)
            continue;
        tvbuff_t *kept = tvb_new_child_real_data(tvb, m->bytes, m->len, (int)m->reported);
        add_new_data_source(pinfo, kept, "RTMP of an earlier frame");
        dissect_rtmp(kept, pinfo, tree, m);
        shown = true;
    }
    /* HTTP's own lines end with a space: it appends the next message of the frame directly. */
    if (shown)
        col_append_str(pinfo->cinfo, COL_INFO, " ");
}

static int dissect_rtmpx_http(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    const struct tunnel_message *message = message_of(pinfo, tvb, !rtmpx_http_is_request(data));
    if (!message || !message->ours)
        return 0;
    dissect_message(tvb, pinfo, tree, message);
    return (int)tvb_captured_length(tvb);
}

/* Replies often have no media type (observed: crtmpserver). */
static ws_bool heuristic_rtmpx_http(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                    void *data) {
    (void)data;
    const struct tunnel_carrier *carrier = carrier_of(pinfo);
    if (!carrier || !from_server(carrier, pinfo))
        return false;
    const struct tunnel_message *message = message_of(pinfo, tvb, true);
    if (!message || !message->ours)
        return false;
    dissect_message(tvb, pinfo, tree, message);
    return true;
}

/* ---- registration ---- */

static hf_register_info tunnel_hf[] = {
    {&hf_command,
     {"RTMPT command", "rtmpx.tunnel.command", FT_STRING, BASE_NONE, NULL, 0,
      "From the request's URL", HFILL}},
    {&hf_session,
     {"RTMPT session", "rtmpx.tunnel.session", FT_STRING, BASE_NONE, NULL, 0,
      "Id of the RTMPT session, from the request's URL", HFILL}},
    {&hf_sequence,
     {"RTMPT sequence number", "rtmpx.tunnel.sequence", FT_UINT32, BASE_DEC, NULL, 0,
      "From the request's URL", HFILL}},
    {&hf_poll_interval,
     {"Polling interval", "rtmpx.tunnel.poll_interval", FT_UINT8, BASE_DEC, NULL, 0,
      "First byte of a reply: how long the client may wait until it asks again", HFILL}},
    {&hf_data,
     {"Tunnelled data", "rtmpx.tunnel.data", FT_BYTES, BASE_NONE, NULL, 0,
      "A body that is not RTMP, or that waits for lower sequence numbers", HFILL}},
    {&hf_shown_in,
     {"Shown in frame", "rtmpx.tunnel.shown_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "Where the messages with lower numbers have arrived", HFILL}},
    {&hf_released_from,
     {"Includes the body of frame", "rtmpx.tunnel.released_from", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "That body waited for this one, which has a lower sequence number", HFILL}},
    {&hf_missing,
     {"Messages missing before it", "rtmpx.tunnel.missing", FT_UINT32, BASE_DEC, NULL, 0,
      "Sequence numbers that never came", HFILL}},
};

static int *const tunnel_ett[] = {&ett_tunnel};

const struct rtmpx_noun rtmpx_noun_tunnel = {
    RTMPX_FIELDS(tunnel_hf),
    RTMPX_EXPERTS(tunnel_ei),
    RTMPX_SUBTREES(tunnel_ett),
};

void rtmpx_register_transport_http(int proto) {
    proto_tunnel = proto_register_protocol_in_name_only("RTMP Tunneling (rtmpx)", "RTMPX tunnel",
                                                        "rtmpx.tunnel", proto, FT_PROTOCOL);
    http_handle = register_dissector("rtmpx.http", dissect_rtmpx_http, proto);
    sessions =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
}

void rtmpx_handoff_transport_http(int proto) {
    /* The built-in dissector has registered this type; the last registration of a string wins. */
    dissector_add_string("media_type", "application/x-fcs", http_handle);
    heur_dissector_add("http", heuristic_rtmpx_http, "RTMP over HTTP (RTMPT)", "rtmpx_http", proto,
                       HEURISTIC_ENABLE);
}
