/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/closing.h"

#include "protocol.h"
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
};

/* TCP's conversation completeness, without regard to the direction. */
#define TCP_SAW_SYN_OR_SYN_ACK 0x03
#define TCP_SAW_FIN            0x10
#define TCP_SAW_FIN_OR_RST     0x30

/* ---- first visit ---- */

/* Are there bytes of a direction that TCP saw and the session did not get? */
static bool is_lossy(const struct tcp_analysis *analysis, const tcp_flow_t *flow,
                     const struct rtmp_session_direction *direction) {
    unsigned completeness = analysis->conversation_completeness;
    if (!(completeness & TCP_SAW_SYN_OR_SYN_ACK) || !flow->tcp_analyze_seq_info ||
        !flow->tcp_analyze_seq_info->nextseq)
        return false;
    /* SYN and the FIN of this frame count one each. */
    uint32_t uncounted = flow == analysis->fwd && (completeness & TCP_SAW_FIN) ? 2 : 1;
    uint32_t sent = flow->tcp_analyze_seq_info->nextseq - flow->base_seq - uncounted;
    return (int32_t)(sent - (uint32_t)direction->wire.position) > 0;
}

static void look_for_closing(packet_info *pinfo) {
    const conversation_t *conversation =
        pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    const struct watched *watched =
        conversation ? conversation_get_proto_data(conversation, proto_closing) : NULL;
    if (!watched || watched->session->is_closed)
        return;
    const struct tcp_analysis *analysis = rtmpx_tcp_of(pinfo);
    if (!analysis || !analysis->fwd || !analysis->rev ||
        !(analysis->conversation_completeness & TCP_SAW_FIN_OR_RST))
        return;
    /* Nobody had closed it before this frame. */
    bool by_client =
        pinfo->srcport == watched->client_port && addresses_equal(&pinfo->src, &watched->client);
    const struct rtmp_session_direction *from = &watched->session->direction[by_client ? 0 : 1];
    bool lossy = !watched->in_tls && (is_lossy(analysis, analysis->fwd, from) ||
                                      is_lossy(analysis, analysis->rev, rtmp_session_peer(from)));
    const struct rtmp_ending *ending = rtmp_session_close(watched->session, by_client, lossy);
    if (ending)
        p_add_proto_data(wmem_file_scope(), pinfo, proto_closing, 0, (void *)ending);
}

/* ---- any visit ---- */

static int dissect_closing(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    (void)data;
    if (!PINFO_FD_VISITED(pinfo))
        look_for_closing(pinfo);
    const struct rtmp_ending *ending = p_get_proto_data(wmem_file_scope(), pinfo, proto_closing, 0);
    if (!ending)
        return 0;
    if (tree || rtmpx_notes_wanted(tree))
        rtmpx_tree_ending(tree, pinfo, tvb, ending);
    return (int)tvb_captured_length(tvb);
}

/* Without a tree and columns nobody looks at this pass, so a later one follows. */
static bool is_wanted(packet_info *pinfo, proto_tree *tree) {
    return !pinfo->cinfo || rtmpx_wanted(tree, &rtmpx_noun_ending) ||
           (tree && rtmpx_protocols_wanted(tree));
}

void rtmpx_watch_closing(packet_info *pinfo, proto_tree *tree, struct rtmp_session *session,
                         bool from_client, bool in_tls) {
    static bool is_registered = false; /* Wireshark has no way back */
    if (PINFO_FD_VISITED(pinfo) || !is_wanted(pinfo, tree))
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
