/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMP in TCP: which connection, which direction, which byte offset. */
#include "transport/tcp.h"

#include "packet-rtmpx.h"
#include "protocol.h"
#include "tcp_preferences.h"
#include "transport/closing.h"
#include "transport/ports.h"
#include "transport/promise.h"
#include "wire/preface.h"

static dissector_handle_t tcp_handle;
static heur_dtbl_entry_t *proxy_heuristic; /* NULL: this Wireshark has none */
static heur_dissector_list_t tcp_heuristics;

/* ---- connection ---- */

/* Data of a TCP connection beside its session. */
struct tcp_connection {
    struct rtmp_session *rtmp; /* NULL: it begins with another protocol */
    conversation_t *conversation;
    address client, server;
    uint32_t client_port, server_port;
    uint32_t first_frame, last_frame; /* frames of the connection, from the first pass */
    uint32_t tcp_streams;             /* number of TCP streams in the capture at the last look-up */
    /* By direction: the bytes before the connection was recognised, which other dissectors have,
     * and the sequence number of the byte at offset 0. */
    uint32_t left[2], first_seq[2];
    /* The PROXY protocol header before the client's first byte; all zero: there is none. */
    struct rtmp_frame proxy_frame;
    uint32_t proxy_length;
    bool is_other; /* behind that header stands HTTP or TLS */
};

/*
 * The connections of the last frames, by port. A conversation look-up costs more than the rest of a
 * media segment. It is skipped if the same addresses and ports are provably the same connection: on
 * the first pass while TCP has begun no new stream since; on later passes for frames between its
 * first and last. Emptied with each capture.
 */
#define RECENT 64U
static struct tcp_connection *recent[RECENT];

static void forget_connections(void) {
    memset(recent, 0, sizeof recent);
}

/* addresses_equal(), but IPv4 without a call: this runs for every segment. */
static inline bool same_address(const address *a, const address *b) {
    if (a->type == AT_IPv4 && b->type == AT_IPv4)
        return memcmp(a->data, b->data, 4) == 0;
    return addresses_equal(a, b);
}

/* 0: from the client, 1: from the server, -1: a frame of another connection. */
static inline int direction_of(const struct tcp_connection *tcp, const packet_info *pinfo) {
    if (tcp->server_port == pinfo->destport && tcp->client_port == pinfo->srcport &&
        same_address(&tcp->server, &pinfo->dst) && same_address(&tcp->client, &pinfo->src))
        return 0;
    if (tcp->server_port == pinfo->srcport && tcp->client_port == pinfo->destport &&
        same_address(&tcp->server, &pinfo->src) && same_address(&tcp->client, &pinfo->dst))
        return 1;
    return -1;
}

static bool provably_same(const struct tcp_connection *tcp, const packet_info *pinfo) {
    if (!PINFO_FD_VISITED(pinfo))
        return tcp->tcp_streams == get_tcp_stream_count();
    return pinfo->num > tcp->first_frame && pinfo->num < tcp->last_frame;
}

static struct tcp_connection *new_connection(conversation_t *conversation, packet_info *pinfo) {
    struct tcp_connection *tcp = wmem_new0(wmem_file_scope(), struct tcp_connection);
    tcp->conversation = conversation;
    tcp->first_frame = pinfo->num;
    /* The server is the side with the port that we were called for; for the heuristic, the side
     * with the lower port. */
    bool to_server = pinfo->match_uint == pinfo->destport;
    bool to_client = pinfo->match_uint == pinfo->srcport;
    if (to_server == to_client)
        to_server = pinfo->destport <= pinfo->srcport;
    copy_address_wmem(wmem_file_scope(), &tcp->server, to_server ? &pinfo->dst : &pinfo->src);
    copy_address_wmem(wmem_file_scope(), &tcp->client, to_server ? &pinfo->src : &pinfo->dst);
    tcp->server_port = to_server ? pinfo->destport : pinfo->srcport;
    tcp->client_port = to_server ? pinfo->srcport : pinfo->destport;
    conversation_add_proto_data(conversation, proto_rtmpx, tcp);
    return tcp;
}

/* What a connection begins with. */
enum beginning { BEGINS_RTMP, BEGINS_PROXY, BEGINS_OTHER, BEGINS_LATER };

/* proxy_length: that of a whole PROXY protocol header. */
static enum beginning beginning_of(tvbuff_t *tvb, uint32_t *proxy_length) {
    uint32_t len = tvb_captured_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)len);
    enum rtmp_verdict http = rtmp_preface_http(bytes, len);
    enum rtmp_verdict proxy = rtmp_preface_proxy(bytes, len, proxy_length);
    if (http == RTMP_YES || rtmp_handshake_is_tls(bytes, len))
        return BEGINS_OTHER;
    if (http == RTMP_MAYBE || proxy == RTMP_MAYBE)
        return BEGINS_LATER;
    return proxy == RTMP_YES ? BEGINS_PROXY : BEGINS_RTMP;
}

/* Step over a PROXY protocol header, which the client's side sends. */
static void begin_behind_proxy(struct tcp_connection *tcp, packet_info *pinfo, uint32_t length) {
    tcp->proxy_frame = rtmpx_frame_of(pinfo);
    tcp->proxy_length = length;
    tcp->left[direction_of(tcp, pinfo) == 1] = length;
}

/*
 * First visit of a connection's first bytes. NULL: more bytes are needed. If it is HTTP or TLS,
 * whose heuristics TCP tries next, the connection has no session.
 */
static struct tcp_connection *begin_connection(conversation_t *conversation, packet_info *pinfo,
                                               tvbuff_t *tvb, proto_tree *tree) {
    uint32_t proxy_length = 0;
    enum beginning beginning = beginning_of(tvb, &proxy_length);
    if (beginning == BEGINS_LATER && rtmpx_ask_for_more(pinfo))
        return NULL;
    struct tcp_connection *tcp = new_connection(conversation, pinfo);
    if (beginning == BEGINS_OTHER)
        return tcp;
    tcp->rtmp = rtmpx_session_new(pinfo, conversation->conv_index, &tcp->server, tcp->server_port);
    rtmpx_watch_closing(pinfo, tree, tcp->rtmp, direction_of(tcp, pinfo) == 0, false);
    if (beginning == BEGINS_PROXY)
        begin_behind_proxy(tcp, pinfo, proxy_length);
    return tcp;
}

/* NULL: it is not RTMP, or not known yet. */
static __attribute__((cold)) struct tcp_connection *
look_up_connection(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct tcp_connection *tcp = conversation_get_proto_data(conversation, proto_rtmpx);
    if (!tcp && !PINFO_FD_VISITED(pinfo))
        tcp = begin_connection(conversation, pinfo, tvb, tree);
    if (!tcp || !tcp->rtmp)
        return NULL;
    tcp->tcp_streams = get_tcp_stream_count();
    return tcp;
}

static struct tcp_connection *tcp_connection_of(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree,
                                                int *direction) {
    struct tcp_connection **slot = &recent[(pinfo->srcport ^ pinfo->destport) % RECENT];
    struct tcp_connection *tcp = *slot;
    *direction = tcp && provably_same(tcp, pinfo) ? direction_of(tcp, pinfo) : -1;
    if (*direction < 0) {
        tcp = look_up_connection(pinfo, tvb, tree);
        if (!tcp)
            return NULL;
        *slot = tcp;
        *direction = direction_of(tcp, pinfo);
    }
    return tcp;
}

/* ---- position ---- */

/* TCP's conversation completeness: a SYN, a SYN-ACK was captured. */
#define TCP_SAW_SYN_OR_SYN_ACK 0x03

/* Sequence number of the `len` bytes of this call. For reassembled bytes TCP gives that of the
 * segment that came last, which may be any of them. */
static uint32_t first_seq(const struct tcp_analysis *analysis, const struct tcpinfo *tcpinfo,
                          uint32_t len) {
    if (!tcpinfo->is_reassembled)
        return tcpinfo->seq;
    const struct tcp_multisegment_pdu *joined =
        analysis && analysis->fwd
            ? wmem_tree_lookup32_le(analysis->fwd->multisegment_pdus, tcpinfo->seq)
            : NULL;
    return joined ? joined->seq : tcpinfo->nxtseq - len;
}

/* How many bytes of its direction came before the one at `seq`; UINT32_MAX: the capture does not
 * show how the connection began. */
static uint32_t bytes_before(const struct tcp_analysis *analysis, uint32_t seq) {
    if (!analysis || !analysis->fwd ||
        !(analysis->conversation_completeness & TCP_SAW_SYN_OR_SYN_ACK))
        return UINT32_MAX;
    return seq - (rtmpx_tcp_counts_relatively() ? 0 : analysis->fwd->base_seq) - 1;
}

/* The offset of the direction's first captured bytes: not 0 where bytes of the handshake are
 * missing. */
static __attribute__((cold)) uint64_t start(struct tcp_connection *tcp, unsigned which,
                                            const struct tcpinfo *tcpinfo, packet_info *pinfo,
                                            tvbuff_t *tvb) {
    const struct tcp_analysis *analysis = get_tcp_conversation_data(tcp->conversation, pinfo);
    uint32_t header = rtmpx_frame_is(tcp->proxy_frame, pinfo) ? tcp->proxy_length : 0;
    uint32_t seq = header + first_seq(analysis, tcpinfo, header + tvb_reported_length(tvb));
    uint32_t missing = bytes_before(analysis, seq);
    if (missing != UINT32_MAX && missing >= tcp->left[which])
        missing -= tcp->left[which];
    bool start_unknown = missing >= RTMP_HANDSHAKE_TOTAL;
    tcp->rtmp->direction[which].wire.start_unknown = start_unknown;
    if (start_unknown)
        missing = 0;
    tcp->first_seq[which] = seq - missing;
    return missing;
}

/*
 * The stream offset of the first byte of this call. TCP's sequence numbers, relative or not, only
 * give distances: they wrap every 4 GiB, the offset does not.
 */
static uint64_t tcp_offset_of(struct tcp_connection *tcp, unsigned which,
                              const struct tcpinfo *tcpinfo, packet_info *pinfo, tvbuff_t *tvb) {
    const struct rtmp_session_direction *dir = &tcp->rtmp->direction[which];
    if (dir->records.segment_count == 0)
        return start(tcp, which, tcpinfo, pinfo, tvb);
    uint64_t position = dir->wire.position;
    if (tcpinfo->is_reassembled)
        return position; /* TCP hands on reassembled bytes in order, from where it stopped */
    int32_t distance = (int32_t)(tcpinfo->seq - tcp->first_seq[which] - (uint32_t)position);
    if (distance < 0 && (uint64_t) - (int64_t)distance > position)
        return 0;
    return position + (uint64_t)(int64_t)distance;
}

/* Show the PROXY protocol header; returns what is behind it. Wireshark's dissector of it (4.6)
 * takes the connection, which comes back. */
static tvbuff_t *behind_proxy(const struct tcp_connection *tcp, tvbuff_t *tvb, packet_info *pinfo,
                              proto_tree *tree) {
    int length = (int)tcp->proxy_length;
    if (proxy_heuristic)
        call_heur_dissector_direct(proxy_heuristic, tvb_new_subset_length(tvb, 0, length), pinfo,
                                   tree, NULL);
    if (!PINFO_FD_VISITED(pinfo))
        conversation_set_dissector_from_frame_number(tcp->conversation, pinfo->num, tcp_handle);
    return tvb_new_subset_remaining(tvb, length);
}

/* First visit of the first bytes behind a PROXY protocol header: are they HTTP or TLS? */
static bool is_other_behind_proxy(const struct tcp_connection *tcp, tvbuff_t *tvb) {
    const struct rtmp_session_direction *direction = tcp->rtmp->direction;
    uint32_t second_header;
    if (direction[0].records.segment_count || direction[1].records.segment_count)
        return tcp->is_other;
    return beginning_of(tvb, &second_header) == BEGINS_OTHER;
}

/* HTTP or TLS behind the header: what finds it has the connection from the next frame on. Observed:
 * HTTP takes it from this frame on, TLS from its first one. */
static void hand_on(const struct tcp_connection *tcp, tvbuff_t *tvb, packet_info *pinfo,
                    proto_tree *tree, void *data) {
    conversation_t *conversation = tcp->conversation;
    heur_dtbl_entry_t *entry;
    if (!dissector_try_heuristic(tcp_heuristics, tvb, pinfo, tree, &entry, data) ||
        PINFO_FD_VISITED(pinfo))
        return;
    dissector_handle_t found = conversation_get_dissector(conversation, pinfo->num);
    if (found == tcp_handle)
        found = conversation_get_dissector(conversation, 0);
    conversation_set_dissector_from_frame_number(conversation, pinfo->num, tcp_handle);
    if (found)
        conversation_set_dissector_from_frame_number(conversation, pinfo->num + 1, found);
}

/* A connection with a PROXY protocol header. True: nothing of the segment is left for RTMP. */
static __attribute__((cold)) bool dissect_proxied(struct tcp_connection *tcp, tvbuff_t **tvb,
                                                  packet_info *pinfo, proto_tree *tree,
                                                  void *data) {
    bool has_header = rtmpx_frame_is(tcp->proxy_frame, pinfo);
    if (has_header)
        *tvb = behind_proxy(tcp, *tvb, pinfo, tree);
    if (tvb_reported_length(*tvb) == 0)
        return true;
    if (!PINFO_FD_VISITED(pinfo))
        tcp->is_other = is_other_behind_proxy(tcp, *tvb);
    if (!tcp->is_other)
        return false;
    hand_on(tcp, *tvb, pinfo, tree, data);
    if (has_header && pinfo->desegment_len)
        pinfo->desegment_offset += (int)tcp->proxy_length;
    return true;
}

static int dissect_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    const struct tcpinfo *tcpinfo = data;
    int side;
    struct tcp_connection *tcp = tcp_connection_of(pinfo, tvb, tree, &side);
    if (!tcp)
        return pinfo->desegment_len ? (int)tvb_captured_length(tvb) : 0;
    const int length = (int)tvb_captured_length(tvb);
    if (tcp->proxy_length && dissect_proxied(tcp, &tvb, pinfo, tree, data))
        return length;
    unsigned which = side == 1;
    uint64_t offset = 0;
    if (!PINFO_FD_VISITED(pinfo)) {
        tcp->last_frame = pinfo->num;
        if (tcpinfo)
            offset = tcp_offset_of(tcp, which, tcpinfo, pinfo, tvb);
    }
    return rtmpx_dissect_bytes(tvb, pinfo, tree, &tcp->rtmp->direction[which], offset);
}

/* ---- other ports ---- */

/* Are these the first bytes of the direction? */
static bool begins_here(packet_info *pinfo, const struct tcpinfo *tcpinfo, uint32_t len) {
    const struct tcp_analysis *analysis =
        get_tcp_conversation_data(find_or_create_conversation(pinfo), pinfo);
    return tcpinfo && bytes_before(analysis, first_seq(analysis, tcpinfo, len)) == 0;
}

/* Do the bytes begin a handshake for sure, alone or behind a PROXY protocol header? */
static bool handshake_begins(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcpinfo) {
    uint32_t len = tvb_captured_length(tvb), reported = tvb_reported_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)len);
    uint32_t proxy;
    if (rtmp_preface_proxy(bytes, len, &proxy) == RTMP_YES)
        return rtmp_handshake_certain(bytes + proxy, len - proxy);
    bool cut = len < reported && rtmp_handshake_cut(bytes, len, reported);
    return rtmp_handshake_certain(bytes, len) || (cut && begins_here(pinfo, tcpinfo, reported));
}

/* How many bytes of either direction were seen before, by others. */
static void count_left(struct tcp_connection *tcp, packet_info *pinfo,
                       const struct tcpinfo *tcpinfo, uint32_t len) {
    const struct tcp_analysis *analysis = get_tcp_conversation_data(tcp->conversation, pinfo);
    unsigned which = direction_of(tcp, pinfo) == 1;
    uint32_t before =
        tcpinfo ? bytes_before(analysis, first_seq(analysis, tcpinfo, len)) : UINT32_MAX;
    if (before == UINT32_MAX)
        return;
    tcp->left[which] += before;
    const tcp_flow_t *back = analysis->rev;
    if (back->tcp_analyze_seq_info && back->tcp_analyze_seq_info->nextseq)
        tcp->left[1 - which] = back->tcp_analyze_seq_info->nextseq - back->base_seq - 1;
}

/* The connection is ours from this frame on: earlier frames of it stay with those who had them. */
static void claim(packet_info *pinfo, const struct tcpinfo *tcpinfo, tvbuff_t *tvb,
                  proto_tree *tree) {
    struct tcp_connection *tcp = look_up_connection(pinfo, tvb, tree);
    if (!tcp)
        return;
    count_left(tcp, pinfo, tcpinfo, tvb_reported_length(tvb));
    conversation_set_dissector_from_frame_number(tcp->conversation, pinfo->num, tcp_handle);
}

/* Any port: claim a connection whose first bytes can only be an RTMP handshake. */
static ws_bool heuristic_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    if (tvb_captured_length(tvb) == 0)
        return FALSE;
    if (rtmpx_handshake_promised(tvb) && begins_here(pinfo, data, tvb_reported_length(tvb)))
        return rtmpx_ask_for_more(pinfo);
    if (!handshake_begins(tvb, pinfo, data))
        return FALSE;
    if (!PINFO_FD_VISITED(pinfo))
        claim(pinfo, data, tvb, tree);
    return dissect_rtmpx_tcp(tvb, pinfo, tree, data) > 0;
}

void rtmpx_register_transport_tcp(int proto) {
    tcp_handle = register_dissector("rtmpx.tcp", dissect_rtmpx_tcp, proto);
    register_init_routine(forget_connections);
    rtmpx_register_ports(tcp_handle);
}

void rtmpx_handoff_transport_tcp(int proto) {
    rtmpx_find_tcp_preferences();
    rtmpx_handoff_ports();
    tcp_heuristics = find_heur_dissector_list("tcp");
    proxy_heuristic = find_heur_dissector_by_unique_short_name("proxy_tcp");
    heur_dissector_add("tcp", heuristic_rtmpx_tcp, "RTMP over TCP", "rtmpx_tcp", proto,
                       HEURISTIC_ENABLE);
}
