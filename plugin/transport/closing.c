/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/closing.h"

#include "conversation.h"
#include "protocol.h"
#include "tap/tap.h"
#include "tcp_preferences.h"
#include "tree/ending.h"
#include "wanted.h"

/* Of a conversation, what is watched; of a frame, how it ends the connection. */
static int proto_closing = -1;
static dissector_handle_t closing_handle;

struct watched {
    struct rtmp_session *session;
    address client;
    uint32_t client_port;
    bool in_tls;
    bool is_reset; /* a RST was seen */
};

/* TCP's conversation completeness, without regard to the direction. */
#define TCP_SAW_SYN_AND_SYN_ACK 0x03
#define TCP_SAW_FIN             0x10
#define TCP_SAW_RST             0x20

/* ---- first visit ---- */

/* Do `bytes` of a direction, counted from its SYN, go beyond what the session got of it? */
static bool is_beyond(uint32_t bytes, const struct rtmp_session_direction *direction) {
    return (int32_t)(bytes - (uint32_t)direction->wire.position) > 0;
}

/* Did a side send bytes that TCP saw and the session did not get? The SYN counts one, so does the
 * FIN of this frame. */
static bool sent_more(const struct tcp_analysis *analysis, const tcp_flow_t *flow,
                      const struct rtmp_session_direction *direction) {
    bool has_fin = flow == analysis->fwd && (analysis->conversation_completeness & TCP_SAW_FIN);
    return is_beyond(flow->tcp_analyze_seq_info->nextseq - flow->base_seq - (has_fin ? 2 : 1),
                     direction);
}

/*
 * May something be missing that tells why the connection ended? It may where the capture lacks its
 * beginning, bytes of a side, or what this frame acknowledges: bytes of the peer that were lost, or
 * a FIN of the peer, which then closed first. A RST may acknowledge nothing.
 */
static bool is_lossy(const struct tcp_analysis *analysis,
                     const struct rtmp_session_direction *from) {
    const struct rtmp_session_direction *peer = rtmp_session_peer(from);
    const tcp_flow_t *fwd = analysis->fwd;
    const tcp_flow_t *rev = analysis->rev;
    if ((analysis->conversation_completeness & TCP_SAW_SYN_AND_SYN_ACK) !=
            TCP_SAW_SYN_AND_SYN_ACK ||
        !fwd->tcp_analyze_seq_info || !rev->tcp_analyze_seq_info)
        return true;
    uint32_t acknowledged = fwd->tcp_analyze_seq_info->lastack;
    return sent_more(analysis, fwd, from) || sent_more(analysis, rev, peer) ||
           (acknowledged != 0 && is_beyond(acknowledged - rev->base_seq - 1, peer));
}

/* The flags of struct tcp_acked, which are private to TCP's dissector. */
enum {
    TCP_RETRANSMISSION = 0x0001,
    TCP_LOST_SEGMENT = 0x0002,
    TCP_ZERO_WINDOW = 0x0020,
    TCP_ZERO_WINDOW_PROBE = 0x0040,
    TCP_OUT_OF_ORDER = 0x0200,
    TCP_FAST_RETRANSMISSION = 0x0400,
    TCP_WINDOW_FULL = 0x1000,
    TCP_SPURIOUS_RETRANSMISSION = 0x4000,
};

/* Has the other side not acknowledged all bytes of a flow? False where it never acknowledged any.
 */
static bool is_under_way(const tcp_flow_t *flow, const tcp_flow_t *reverse) {
    const struct tcp_analyze_seq_flow_info_t *sent = flow->tcp_analyze_seq_info;
    const struct tcp_analyze_seq_flow_info_t *answered = reverse->tcp_analyze_seq_info;
    return sent && answered && answered->lastack != 0 &&
           (int32_t)(sent->nextseq - answered->lastack) > 0;
}

/* What TCP's analysis says of the packet, as bits (RTMP_TRANSPORT_*). */
static unsigned analysis_of_packet(const struct tcp_analysis *analysis) {
    const unsigned flags = analysis->ta ? analysis->ta->flags : 0;
    const unsigned again = TCP_RETRANSMISSION | TCP_OUT_OF_ORDER | TCP_FAST_RETRANSMISSION |
                           TCP_SPURIOUS_RETRANSMISSION;
    return (flags & again ? RTMP_TRANSPORT_SENT_AGAIN : 0U) |
           (flags & TCP_LOST_SEGMENT ? RTMP_TRANSPORT_BEHIND_HOLE : 0U) |
           (flags & TCP_ZERO_WINDOW ? RTMP_TRANSPORT_WINDOW_CLOSED : 0U) |
           (flags & (TCP_ZERO_WINDOW_PROBE | TCP_WINDOW_FULL) ? RTMP_TRANSPORT_WINDOW_FULL : 0U) |
           (flags & TCP_SPURIOUS_RETRANSMISSION ? RTMP_TRANSPORT_NEEDLESS : 0U) |
           (is_under_way(analysis->fwd, analysis->rev) ? RTMP_TRANSPORT_UNDER_WAY : 0U) |
           (is_under_way(analysis->rev, analysis->fwd) ? RTMP_TRANSPORT_PEER_UNDER_WAY : 0U);
}

static void look_at_packet(packet_info *pinfo) {
    const conversation_t *conversation =
        pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    struct watched *watched =
        conversation ? conversation_get_proto_data(conversation, proto_closing) : NULL;
    if (!watched)
        return;
    const struct tcp_analysis *analysis = rtmpx_tcp_of(pinfo);
    if (!analysis || !analysis->fwd || !analysis->rev)
        return;
    struct rtmp_session *session = watched->session;
    bool by_client =
        pinfo->srcport == watched->client_port && addresses_equal(&pinfo->src, &watched->client);
    if (rtmpx_tcp_analyses())
        rtmp_session_transport(session, by_client, analysis_of_packet(analysis),
                               rtmpx_capture_time(pinfo));
    if (!(analysis->conversation_completeness & (TCP_SAW_FIN | TCP_SAW_RST)))
        return;
    if (!session->is_closed) { /* no frame before has closed it */
        const struct rtmp_session_direction *from = &session->direction[by_client ? 0 : 1];
        rtmpx_tap_closing(pinfo, session);
        rtmp_session_close(session, by_client, !watched->in_tls && is_lossy(analysis, from));
        rtmp_session_closed_in(session, pinfo->num, rtmpx_capture_time(pinfo),
                               analysis->conversation_completeness & TCP_SAW_RST);
        p_add_proto_data(wmem_file_scope(), pinfo, proto_closing, 0, session);
    }
    if (!watched->is_reset && (analysis->conversation_completeness & TCP_SAW_RST)) {
        watched->is_reset = true;
        rtmp_session_reset(session, by_client);
    }
}

/* ---- any visit ---- */

static int dissect_closing(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)data;
    if (!PINFO_FD_VISITED(pinfo))
        look_at_packet(pinfo);
    struct rtmp_session *session = p_get_proto_data(wmem_file_scope(), pinfo, proto_closing, 0);
    const struct rtmp_ending *ending = session ? rtmp_session_ending(session) : NULL;
    if (!ending)
        return 0;
    if (tree || rtmpx_notes_wanted(tree))
        rtmpx_tree_ending(tree, pinfo, tvb, ending);
    return (int)tvb_captured_length(tvb);
}

/* A pass without a tree and without columns shows nothing: a later one follows. Tables say how
 * streams and copies of SharedObjects ended. */
static bool is_ending_wanted(packet_info *pinfo, proto_tree *tree) {
    return !pinfo->cinfo || rtmpx_tap_closing_wanted() || rtmpx_wanted(tree, &rtmpx_noun_ending) ||
           (tree && rtmpx_protocols_wanted(tree));
}

void rtmpx_watch_closing(packet_info *pinfo, proto_tree *tree, struct rtmp_session *session,
                         bool from_client, bool in_tls) {
    static bool is_registered = false; /* Wireshark has no way back */
    if (PINFO_FD_VISITED(pinfo) || !is_ending_wanted(pinfo, tree))
        return;
    if (!is_registered)
        register_postdissector(closing_handle);
    is_registered = true;
    struct watched *watched = wmem_new(wmem_file_scope(), struct watched);
    *watched = (struct watched){.session = session,
                                .client_port = from_client ? pinfo->srcport : pinfo->destport,
                                .in_tls = in_tls};
    copy_address_wmem(wmem_file_scope(), &watched->client, from_client ? &pinfo->src : &pinfo->dst);
    conversation_add_proto_data(find_or_create_conversation(pinfo), proto_closing, watched);
}

void rtmpx_register_closing(int proto) {
    proto_closing =
        proto_register_protocol_in_name_only("RTMP, end of the connection (rtmpx)", "RTMPX closing",
                                             "rtmpx.closing", proto, FT_PROTOCOL);
    closing_handle = create_dissector_handle(dissect_closing, proto_closing);
}
