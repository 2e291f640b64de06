/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMP in TCP: which connection, which direction, which byte offset. */
#include "transport/tcp.h"

#include "packet-rtmpx.h"
#include "protocol.h"
#include "tcp_preferences.h"
#include "transport/closing.h"
#include "transport/ports.h"
#include "transport/promise.h"

static dissector_handle_t tcp_handle;

/* ---- connection ---- */

/* Data of a TCP connection beside its session. */
struct tcp_connection {
    struct rtmp_session *rtmp;
    conversation_t *conversation;
    address client, server;
    uint32_t client_port, server_port;
    uint32_t first_frame, last_frame; /* frames of the connection, from the first pass */
    uint32_t tcp_streams;             /* number of TCP streams in the capture at the last look-up */
    uint32_t first_seq[2]; /* by direction: the sequence number of the byte at offset 0 */
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
    tcp->rtmp = rtmpx_session_new(conversation->conv_index);
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

static bool begins_tls(tvbuff_t *tvb) {
    uint32_t len = tvb_captured_length(tvb);
    return rtmp_handshake_is_tls(tvb_get_ptr(tvb, 0, (int)len), len);
}

/* NULL: it is new, and begins with TLS. */
static __attribute__((cold)) struct tcp_connection *look_up(packet_info *pinfo, tvbuff_t *tvb,
                                                            proto_tree *tree) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct tcp_connection *tcp = conversation_get_proto_data(conversation, proto_rtmpx);
    if (!tcp && begins_tls(tvb))
        return NULL;
    if (!tcp) {
        tcp = new_connection(conversation, pinfo);
        rtmpx_watch_closing(pinfo, tree, tcp->rtmp, direction_of(tcp, pinfo) == 0, false);
    }
    tcp->tcp_streams = get_tcp_stream_count();
    return tcp;
}

static struct tcp_connection *connection_of(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree,
                                            int *direction) {
    struct tcp_connection **slot = &recent[(pinfo->srcport ^ pinfo->destport) % RECENT];
    struct tcp_connection *tcp = *slot;
    *direction = tcp && provably_same(tcp, pinfo) ? direction_of(tcp, pinfo) : -1;
    if (*direction < 0) {
        tcp = look_up(pinfo, tvb, tree);
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
    uint32_t seq = first_seq(analysis, tcpinfo, tvb_reported_length(tvb));
    uint32_t missing = bytes_before(analysis, seq);
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
static uint64_t offset_of(struct tcp_connection *tcp, unsigned which, const struct tcpinfo *tcpinfo,
                          packet_info *pinfo, tvbuff_t *tvb) {
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

static int dissect_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    const struct tcpinfo *tcpinfo = data;
    int side;
    struct tcp_connection *tcp = connection_of(pinfo, tvb, tree, &side);
    if (!tcp)
        return 0; /* TCP then tries TLS's heuristic, which claims the connection */
    unsigned which = side == 1;
    uint64_t offset = 0;
    if (!PINFO_FD_VISITED(pinfo)) {
        tcp->last_frame = pinfo->num;
        if (tcpinfo)
            offset = offset_of(tcp, which, tcpinfo, pinfo, tvb);
    }
    return rtmpx_dissect_bytes(tvb, pinfo, tree, &tcp->rtmp->direction[which], offset);
}

/* Are these the first bytes of the direction? */
static bool begins_here(packet_info *pinfo, const struct tcpinfo *tcpinfo, uint32_t len) {
    const struct tcp_analysis *analysis =
        get_tcp_conversation_data(find_or_create_conversation(pinfo), pinfo);
    return tcpinfo && bytes_before(analysis, first_seq(analysis, tcpinfo, len)) == 0;
}

/* Any port: claim a connection whose first bytes can only be an RTMP handshake. */
static ws_bool heuristic_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t len = tvb_captured_length(tvb);
    uint32_t reported = tvb_reported_length(tvb);
    if (len == 0)
        return FALSE;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)len);
    if (rtmpx_handshake_promised(tvb) && begins_here(pinfo, data, len))
        return rtmpx_ask_for_more(pinfo);
    bool cut = len < reported && rtmp_handshake_cut(bytes, len, reported);
    if (!rtmp_handshake_certain(bytes, len) && !(cut && begins_here(pinfo, data, reported)))
        return FALSE;
    conversation_set_dissector(find_or_create_conversation(pinfo), tcp_handle);
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
    heur_dissector_add("tcp", heuristic_rtmpx_tcp, "RTMP over TCP", "rtmpx_tcp", proto,
                       HEURISTIC_ENABLE);
}
