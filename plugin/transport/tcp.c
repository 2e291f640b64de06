/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTMP in TCP: which connection, which direction, which byte offset. */
#include "dissect.h"

#define RTMP_TCP_PORT 1935

static dissector_handle_t tcp_handle;
/* Who has the port without us, or NULL. */
static dissector_handle_t previous_handle;
/* Of the preference, when it was last applied; NULL: not yet. */
static range_t *applied_ports;

/* ---- connection ---- */

/* What TCP knows of a connection and we keep beside its records. */
struct tcp_connection {
    struct rtmp_session *rtmp;
    conversation_t *conversation;
    address client, server;
    uint32_t client_port, server_port;
    uint32_t first_frame, last_frame; /* of those seen on the first pass */
    uint32_t tcp_streams;             /* of the capture, when it was last looked up */
    uint32_t first_seq[2]; /* by direction: the sequence number of the byte at offset 0 */
};

/*
 * The connections of the last frames, by port. A conversation look-up costs more than all the rest
 * of a media segment; for the same addresses and ports it can be spared when it is provably the
 * same connection: on the first pass while TCP has begun no new stream since, on later passes
 * inside the frames that the first pass gave to it. Emptied with each capture.
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

/* 0: from the client, 1: from the server, -1: a frame of other ends. */
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
    /* The side whose port we were called for is the server; on a port that only the heuristic
     * knows, the lower one. */
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

/* NULL: nothing was seen of it yet, and it begins with TLS. */
static __attribute__((cold)) struct tcp_connection *look_up(packet_info *pinfo, tvbuff_t *tvb) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct tcp_connection *tcp = conversation_get_proto_data(conversation, proto_rtmpx);
    if (!tcp && begins_tls(tvb))
        return NULL;
    if (!tcp)
        tcp = new_connection(conversation, pinfo);
    tcp->tcp_streams = get_tcp_stream_count();
    return tcp;
}

static struct tcp_connection *connection_of(packet_info *pinfo, tvbuff_t *tvb, int *direction) {
    struct tcp_connection **slot = &recent[(pinfo->srcport ^ pinfo->destport) % RECENT];
    struct tcp_connection *tcp = *slot;
    *direction = tcp && provably_same(tcp, pinfo) ? direction_of(tcp, pinfo) : -1;
    if (*direction < 0) {
        tcp = look_up(pinfo, tvb);
        if (!tcp)
            return NULL;
        *slot = tcp;
        *direction = direction_of(tcp, pinfo);
    }
    return tcp;
}

/* ---- position ---- */

/* Found once: to look for one costs as much as a segment of a video stream does in all. */
static struct {
    pref_t *relative_sequence_numbers;
    pref_t *analyze_sequence_numbers;
    pref_t *reassemble_out_of_order;
    pref_t *desegment_tcp_streams;
    pref_t *no_subdissector_on_error;
} tcp_preferences;

static void find_tcp_preferences(void) {
    module_t *tcp = prefs_find_module("tcp");
#define FIND(name) tcp_preferences.name = prefs_find_preference(tcp, #name)
    FIND(relative_sequence_numbers);
    FIND(analyze_sequence_numbers);
    FIND(reassemble_out_of_order);
    FIND(desegment_tcp_streams);
    FIND(no_subdissector_on_error);
#undef FIND
}

static bool is_on(pref_t *preference) {
    return preference && prefs_get_bool_value(preference, pref_current);
}

/* Does it count from the first byte of each direction? */
static bool counts_relatively(void) {
    return is_on(tcp_preferences.relative_sequence_numbers) &&
           is_on(tcp_preferences.analyze_sequence_numbers);
}

/* Is all that it hands on in order? */
static bool orders(void) {
    return is_on(tcp_preferences.reassemble_out_of_order) &&
           is_on(tcp_preferences.desegment_tcp_streams);
}

bool rtmpx_tcp_withholds(void) {
    return is_on(tcp_preferences.analyze_sequence_numbers) && !orders() &&
           (is_on(tcp_preferences.no_subdissector_on_error) ||
            is_on(tcp_preferences.desegment_tcp_streams));
}

/* Does sequence number `a` come before `b`? */
static bool precedes(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* A run of sequence numbers. */
struct tcp_range {
    uint32_t begin, end;
};

/*
 * Where bytes were of which `most` or fewer end in `segment`: in it, unless TCP has put them
 * together with others. What it could not put together for a hole ends in a segment as well, and is
 * longer: all that is missing is in it.
 */
static struct tcp_range range_of(const tcp_flow_t *flow, const tcp_unacked_t *segment,
                                 uint32_t most) {
    struct tcp_range range = {segment->seq, segment->nextseq};
    uint32_t base = counts_relatively() ? flow->base_seq : 0;
    const struct tcp_multisegment_pdu *joined =
        wmem_tree_lookup32_le(flow->multisegment_pdus, segment->seq - base);
    if (!joined || !precedes(segment->seq - base, joined->nxtpdu))
        return range;
    bool is_entire = joined->flags & MSP_FLAGS_REASSEMBLE_ENTIRE_SEGMENT;
    if (!is_entire && joined->nxtpdu - joined->seq > most) {
        range.begin = base + joined->nxtpdu;
        return range;
    }
    range.begin = base + joined->seq;
    if (!is_entire && precedes(range.end, base + joined->nxtpdu))
        range.end =
            base + joined->nxtpdu; /* the segment was the last to come, not the last of them */
    return range;
}

/* Where the range stands to `seen`, the end of the last one. */
static enum rtmpx_tcp_place place_behind(uint32_t seen, const struct tcp_range *range,
                                         const tcp_unacked_t *segment) {
    if (orders())
        return RTMPX_TCP_NEXT;
    if (!precedes(seen, segment->nextseq))
        return RTMPX_TCP_LATE;
    return precedes(seen, range->begin) ? RTMPX_TCP_BEHIND_HOLE : RTMPX_TCP_NEXT;
}

enum rtmpx_tcp_place rtmpx_tcp_place(struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len,
                                     uint32_t overhead) {
    if (rtmpx_frame_is(mark->frame, pinfo))
        return mark->is_late ? RTMPX_TCP_LATE : RTMPX_TCP_NEXT;
    const struct tcp_analysis *analysis = rtmpx_tcp_of(pinfo);
    if (!analysis || !analysis->fwd || !analysis->fwd->tcp_analyze_seq_info)
        return RTMPX_TCP_NEXT;
    const tcp_unacked_t *segment = analysis->fwd->tcp_analyze_seq_info->segments;
    if (!segment || segment->frame != pinfo->num) /* TCP has too many to remember more */
        return RTMPX_TCP_NEXT;
    const struct tcp_range range = range_of(analysis->fwd, segment, len + overhead);
    enum rtmpx_tcp_place place = RTMPX_TCP_NEXT;
    if (mark->frame.number)
        place = place_behind(mark->seen, &range, segment);
    mark->frame = rtmpx_frame_of(pinfo);
    mark->is_late = place == RTMPX_TCP_LATE;
    if (!mark->is_late)
        mark->seen = range.end;
    return place;
}

/* TCP's conversation completeness: a SYN, a SYN-ACK was captured. */
#define TCP_SAW_SYN_OR_SYN_ACK 0x03

/* Where the `len` bytes at hand begin: of bytes that TCP has put together it tells where the
 * segment began that came last, which may be any of them. */
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
    return seq - (counts_relatively() ? 0 : analysis->fwd->base_seq) - 1;
}

/* The offset of the first bytes at hand: not 0 where a part of the handshake is missing. */
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
 * The stream offset of the first byte at hand. TCP's sequence numbers, relative or not, only give
 * distances: they wrap every 4 GiB, the offset does not.
 */
static uint64_t offset_of(struct tcp_connection *tcp, unsigned which, const struct tcpinfo *tcpinfo,
                          packet_info *pinfo, tvbuff_t *tvb) {
    const struct rtmp_session_direction *dir = &tcp->rtmp->direction[which];
    if (dir->records.segment_count == 0)
        return start(tcp, which, tcpinfo, pinfo, tvb);
    uint64_t position = dir->wire.position;
    if (tcpinfo->is_reassembled)
        return position; /* TCP hands out reassembled bytes in order, from where it stopped */
    int32_t distance = (int32_t)(tcpinfo->seq - tcp->first_seq[which] - (uint32_t)position);
    if (distance < 0 && (uint64_t) - (int64_t)distance > position)
        return 0;
    return position + (uint64_t)(int64_t)distance;
}

static int dissect_rtmpx_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    const struct tcpinfo *tcpinfo = data;
    int side;
    struct tcp_connection *tcp = connection_of(pinfo, tvb, &side);
    if (!tcp)
        return 0; /* TCP asks TLS's heuristic next, which keeps the connection */
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
    register_init_routine(rtmpx_apply_ports); /* sharkd sets preferences and applies none */
}

/* The standard port, if nobody has it nor had: Decode As may have given it away, or to nobody, or
 * back to an owner that came later than the entry. */
static void give_standard_port(dissector_handle_t owner) {
    if (owner && !dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT) &&
        !dissector_get_default_uint_handle("tcp.port", RTMP_TCP_PORT))
        dissector_add_uint("tcp.port", RTMP_TCP_PORT, owner);
}

/* A port that was in the preference may be in it no more. */
static void leave_port(uint32_t port, void *user) {
    range_t *ports = user;
    if (value_is_in_range(ports, port) ||
        dissector_get_uint_handle(find_dissector_table("tcp.port"), port) != tcp_handle)
        return;
    dissector_delete_uint("tcp.port", port, tcp_handle);
}

/*
 * Wireshark (4.0, 4.4, 4.6) adds the ports of the preference to those of the table and, unless it
 * is changed in the preferences dialog, leaves there those that are in it no more.
 *
 * The standard port has no entry until preferences are first applied: Decode As, which is read
 * before and makes one, would change nothing of an entry that is ours already.
 */
void rtmpx_apply_ports(void) {
    range_t *ports = prefs_get_range_value("rtmpx", "tcp.port");
    if (applied_ports)
        range_foreach(applied_ports, leave_port, ports);
    give_standard_port(value_is_in_range(ports, RTMP_TCP_PORT) ? tcp_handle : previous_handle);
    wmem_free(wmem_epan_scope(), applied_ports);
    applied_ports = range_copy(wmem_epan_scope(), ports);
}

void rtmpx_handoff_transport_tcp(int proto) {
    find_tcp_preferences();
    /* Handoffs of plugins run after the built-in ones: the last to add a port has it. */
    previous_handle = dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT);
    dissector_add_uint_with_preference("tcp.port", RTMP_TCP_PORT, tcp_handle);
    dissector_delete_uint("tcp.port", RTMP_TCP_PORT, tcp_handle);
    heur_dissector_add("tcp", heuristic_rtmpx_tcp, "RTMP over TCP", "rtmpx_tcp", proto,
                       HEURISTIC_ENABLE);
}
