/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/flow.h"

static int hf_outstanding = -1;
static int hf_base = -1;
static int hf_response_in = -1;
static int hf_request_in = -1;
static int hf_round_trip = -1;
static int hf_no_ack_window = -1;
static int hf_exceeded_window = -1;
static int hf_exceeded_count = -1;

#define WINDOW "Bytes after which the sender asked to be acknowledged"

static hf_register_info flow_hf[] = {
    {&hf_outstanding,
     {"Outstanding", "rtmpx.ack.outstanding", FT_UINT64, BASE_DEC | BASE_UNIT_STRING,
      UNS(&units_byte_bytes), 0,
      "Bytes that the receiver of the acknowledgement had sent by then and that it does not "
      "acknowledge",
      HFILL}},
    {&hf_base,
     {"Handshake bytes counted", "rtmpx.ack.base", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the handshake that this sender counts, as its acknowledgements so far tell: 0 "
      "(FFmpeg), all (librtmp, SRS) or a part (Node-Media-Server 2)",
      HFILL}},
    {&hf_response_in,
     {"Ping response in", "rtmpx.ping.response_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "Frame of the ping response with this timestamp",
      HFILL}},
    {&hf_request_in,
     {"Ping request in", "rtmpx.ping.request_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "Frame of the ping request with this timestamp",
      HFILL}},
    {&hf_round_trip,
     {"Round trip", "rtmpx.ping.round_trip", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
      "From the ping request to this response, at the place of capture", HFILL}},
    {&hf_no_ack_window,
     {"Unacknowledged window", "rtmpx.no_acknowledgement.window", FT_UINT32,
      BASE_DEC | BASE_UNIT_STRING, UNS(&units_byte_bytes), 0, WINDOW, HFILL}},
    {&hf_exceeded_window,
     {"Exceeded window", "rtmpx.window_exceeded.window", FT_UINT32, BASE_DEC | BASE_UNIT_STRING,
      UNS(&units_byte_bytes), 0, WINDOW, HFILL}},
    {&hf_exceeded_count,
     {"Times exceeded", "rtmpx.window_exceeded.count", FT_UINT64, BASE_DEC, NULL, 0,
      "How often in this direction; on the first pass, up to this frame or a later one of it",
      HFILL}},
};

#define FLOW_EXPERTS(X)                                                                            \
    X(ei_no_acknowledgement, "rtmpx.no_acknowledgement", PI_SEQUENCE, PI_NOTE,                     \
      "RTMP: the receiver acknowledges nothing, though the sender announced a window")             \
    X(ei_window_exceeded, "rtmpx.window_exceeded", PI_SEQUENCE, PI_NOTE,                           \
      "RTMP: more is outstanding than the announced window allows; acknowledgements stopped")
FLOW_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info flow_ei[] = {FLOW_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_flow = {
    RTMPX_FIELDS(flow_hf),
    RTMPX_EXPERTS(flow_ei),
};

static void add_ping(proto_tree *tree, const struct rtmpx_view *view, int start,
                     const struct rtmp_flow_record *flow) {
    if (!flow->is_response) {
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_response_in, view->tvb, start, 0, flow->frame));
        return;
    }
    const nstime_t time = rtmpx_nstime(flow->round_trip);
    proto_item_set_generated(
        proto_tree_add_uint(tree, hf_request_in, view->tvb, start, 0, flow->frame));
    proto_item_set_generated(proto_tree_add_time(tree, hf_round_trip, view->tvb, start, 0, &time));
}

void rtmpx_tree_flow(proto_tree *tree, const struct rtmpx_view *view, uint32_t index) {
    const struct rtmp_fragment_record *fragment = &view->core.fragments[index];
    const struct rtmp_flow_record *flow = rtmp_records_flow(
        &view->core.direction->records, view->core.segment->first_fragment + index, fragment);
    int start = (int)fragment->start;
    if (!flow)
        return;
    if (fragment->type == RTMP_MESSAGE_ACKNOWLEDGEMENT) {
        proto_item_set_generated(
            proto_tree_add_uint64(tree, hf_outstanding, view->tvb, start, 0, flow->outstanding));
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_base, view->tvb, start, 0, flow->base));
    } else if (flow->frame) {
        add_ping(tree, view, start, flow);
    }
}

static void add_no_acknowledgement(proto_tree *tree, const struct rtmpx_view *view,
                                   const struct rtmp_note_record *note) {
    /* A first pass does not know whether one comes later, a later pass does. */
    if (view->core.direction->acks.any || !PINFO_FD_VISITED(view->pinfo))
        return;
    proto_item *item =
        proto_tree_add_uint(tree, hf_no_ack_window, view->tvb, (int)note->start, 0, note->length);
    proto_item_set_generated(item);
    expert_add_info(view->pinfo, item, &ei_no_acknowledgement);
}

static void add_window_exceeded(proto_tree *tree, const struct rtmpx_view *view,
                                const struct rtmp_note_record *note) {
    int start = (int)note->start;
    proto_item *item =
        proto_tree_add_uint64(tree, hf_exceeded_count, view->tvb, start, 0, note->count);
    proto_item_set_generated(item);
    expert_add_info(view->pinfo, item, &ei_window_exceeded);
    proto_item_set_generated(
        proto_tree_add_uint(tree, hf_exceeded_window, view->tvb, start, 0, note->length));
}

bool rtmpx_tree_flow_note(proto_tree *tree, const struct rtmpx_view *view,
                          const struct rtmp_note_record *note) {
    if (note->kind == RTMP_NOTE_NO_ACKNOWLEDGEMENT)
        add_no_acknowledgement(tree, view, note);
    else if (note->kind == RTMP_NOTE_WINDOW_EXCEEDED)
        add_window_exceeded(tree, view, note);
    else
        return false;
    return true;
}
