/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/ending.h"

#include "protocol.h"
#include "tree/diagnosis.h"

static int hf_closed_who = -1;
static int hf_closed_request = -1;
static int hf_closed_request_in = -1;
static int hf_no_response_request = -1;
static int hf_no_response_request_in = -1;
static int ett_ending = -1;

#define REQUEST    "The last connect, createStream, publish or play that was unanswered or in use"
#define REQUEST_IN "The frame of that request"

static hf_register_info ending_hf[] = {
    {&hf_closed_who,
     {"Closed by", "rtmpx.closed_by_peer.who", FT_STRING, BASE_NONE, NULL, 0,
      "Who sent the first FIN or RST: client or server", HFILL}},
    {&hf_closed_request,
     {"Last request", "rtmpx.closed_by_peer.request", FT_STRING, BASE_NONE, NULL, 0, REQUEST,
      HFILL}},
    {&hf_closed_request_in,
     {"Last request in", "rtmpx.closed_by_peer.request_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, REQUEST_IN, HFILL}},
    {&hf_no_response_request,
     {"Unanswered request", "rtmpx.no_response.request", FT_STRING, BASE_NONE, NULL, 0, REQUEST,
      HFILL}},
    {&hf_no_response_request_in,
     {"Unanswered request in", "rtmpx.no_response.request_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, REQUEST_IN, HFILL}},
};

#define CLOSED_UNANSWERED "RTMP: the server closed the connection and left a request unanswered"
#define CLOSED_PUBLISHED                                                                           \
    "RTMP: the server closed the connection while the client published, and no status says why"
#define CLOSED_PLAYED                                                                              \
    "RTMP: the server closed the connection while the client played, and no status says why"
#define CLOSED_BY_CLIENT                                                                           \
    "RTMP: the client closed the connection while it published, without deleteStream"

#define ENDING_EXPERTS(X)                                                                          \
    X(ei_closed_by_peer, "rtmpx.closed_by_peer", PI_RESPONSE_CODE, PI_WARN, CLOSED_UNANSWERED)     \
    X(ei_no_response, "rtmpx.no_response", PI_RESPONSE_CODE, PI_WARN,                              \
      "RTMP: the client closed its side of the connection while a request was unanswered")
ENDING_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info ending_ei[] = {ENDING_EXPERTS(RTMPX_EXPERT_ROW)};

static int *const ending_ett[] = {&ett_ending};

static const struct rtmpx_noun *const ending_parts[] = {&rtmpx_noun_diagnosis, NULL};

const struct rtmpx_noun rtmpx_noun_ending = {
    RTMPX_FIELDS(ending_hf),
    RTMPX_EXPERTS(ending_ei),
    RTMPX_SUBTREES(ending_ett),
    .parts = ending_parts,
};

static const char *closed_text(const struct rtmp_ending *ending) {
    return ending->kind == RTMP_ENDING_UNANSWERED    ? CLOSED_UNANSWERED
           : ending->by_client                       ? CLOSED_BY_CLIENT
           : ending->request == RTMP_REQUEST_PUBLISH ? CLOSED_PUBLISHED
                                                     : CLOSED_PLAYED;
}

static void add_request(proto_tree *tree, tvbuff_t *tvb, const struct rtmp_ending *ending,
                        const int *hf_request, const int *hf_request_in) {
    proto_item_set_generated(proto_tree_add_string(
        tree, *hf_request, tvb, 0, 0, rtmp_request_name((enum rtmp_request)ending->request)));
    proto_item_set_generated(
        proto_tree_add_uint(tree, *hf_request_in, tvb, 0, 0, ending->request_frame));
}

void rtmpx_tree_ending(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                       const struct rtmp_ending *ending) {
    const char *who = ending->by_client ? "client" : "server";
    pinfo->current_proto = proto_get_protocol_short_name(find_protocol_by_id(proto_rtmpx));
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, tvb, 0, 0, ENC_NA);
    proto_tree *rtmp = proto_item_add_subtree(item, ett_ending);
    proto_item_set_text(item, RTMPX_PROTOCOL_NAME ", connection closed by the %s after %s", who,
                        rtmp_request_name((enum rtmp_request)ending->request));
    if (ending->kind == RTMP_ENDING_NO_MEDIA) {
        rtmpx_add_no_media(rtmp, pinfo, tvb);
        return;
    }
    if (ending->by_client && ending->kind == RTMP_ENDING_UNANSWERED) {
        expert_add_info(pinfo, item, &ei_no_response);
        add_request(rtmp, tvb, ending, &hf_no_response_request, &hf_no_response_request_in);
        return;
    }
    proto_item *closed = proto_tree_add_string(rtmp, hf_closed_who, tvb, 0, 0, who);
    proto_item_set_generated(closed);
    expert_add_info_format(pinfo, closed, &ei_closed_by_peer, "%s", closed_text(ending));
    add_request(rtmp, tvb, ending, &hf_closed_request, &hf_closed_request_in);
}
