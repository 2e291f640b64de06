/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/direction.h"

#include "tcp_preferences.h"
#include "tree/conformance.h"
#include "tree/flow.h"
#include "tree/note.h"

static int hf_gap_length = -1;
static int hf_gap_filled = -1;
static int hf_gap_hint = -1;
static int hf_late_length = -1;
static int hf_skipped_length = -1;
static int hf_abandoned_csid = -1;
static int hf_abandoned_length = -1;
static int hf_abandoned_received = -1;

static hf_register_info direction_hf[] = {
    {&hf_gap_length,
     {"Bytes missing here", "rtmpx.gap.length", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes of this direction that are not in the capture", HFILL}},
    {&hf_gap_filled,
     {"Bytes that come later", "rtmpx.gap.filled", FT_UINT32, BASE_DEC, NULL, 0,
      "Missing bytes that later frames bring; known after those were read", HFILL}},
    {&hf_gap_hint,
     {"Hint", "rtmpx.gap.hint", FT_STRING, BASE_NONE, NULL, 0,
      "Preference of TCP that may bring the missing bytes back", HFILL}},
    {&hf_late_length,
     {"Bytes that came late", "rtmpx.late.length", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes that were missing when later bytes were read", HFILL}},
    {&hf_skipped_length,
     {"Bytes skipped until a chunk header", "rtmpx.resynchronized.skipped", FT_UINT64, BASE_DEC,
      NULL, 0, "Bytes between the loss and the next recognised chunk header", HFILL}},
    {&hf_abandoned_csid,
     {"Abandoned chunk stream id", "rtmpx.abandoned.csid", FT_UINT32, BASE_DEC, NULL, 0,
      "Chunk stream of the message that was never completed", HFILL}},
    {&hf_abandoned_length,
     {"Announced bytes", "rtmpx.abandoned.length", FT_UINT32, BASE_DEC, NULL, 0,
      "Message length in the chunk header, bytes", HFILL}},
    {&hf_abandoned_received,
     {"Received bytes", "rtmpx.abandoned.received", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes of the message that were in the capture", HFILL}},
};

#define GAP        "RTMP: bytes are missing from the capture"
#define GAP_SO_FAR "RTMP: bytes are missing up to here"

#define DIRECTION_EXPERTS(X)                                                                       \
    X(ei_gap, "rtmpx.gap", PI_SEQUENCE, PI_WARN, GAP)                                              \
    X(ei_reordered, "rtmpx.gap_filled", PI_SEQUENCE, PI_NOTE,                                      \
      "RTMP: bytes are missing here and come later in the capture")                                \
    X(ei_late, "rtmpx.late", PI_SEQUENCE, PI_NOTE,                                                 \
      "RTMP: missing bytes came late; messages that could not be read before are shown here")      \
    X(ei_resynchronized, "rtmpx.resynchronized", PI_SEQUENCE, PI_NOTE,                             \
      "RTMP: synchronised on a chunk header that the following bytes confirm")                     \
    X(ei_lost, "rtmpx.synchronization_lost", PI_SEQUENCE, PI_NOTE,                                 \
      "RTMP: no chunk header where one is expected, behind a gap")                                 \
    X(ei_midstream, "rtmpx.midstream", PI_SEQUENCE, PI_NOTE,                                       \
      "RTMP: no handshake seen, chunk size and chunk streams are inferred")                        \
    X(ei_abandoned, "rtmpx.abandoned", PI_SEQUENCE, PI_NOTE,                                       \
      "RTMP: a message was begun; its rest was not sent, or is not in the capture")
DIRECTION_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info direction_ei[] = {DIRECTION_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_direction = {
    RTMPX_FIELDS(direction_hf),
    RTMPX_EXPERTS(direction_ei),
};

/* TCP has a hole below TLS; only TLS could tell how many bytes of RTMP that are. */
#define GAP_UNCOUNTED  "RTMP: bytes may be missing, their number is unknown: TCP lost some below TLS"
#define GAP_PREFERENCE " (preference tcp.reassemble_out_of_order)"

/* The preferences with which TCP hands on the segments that it withholds. */
static void add_hint(proto_tree *tree, const struct rtmpx_view *view, int start) {
    proto_item_set_generated(proto_tree_add_string(
        tree, hf_gap_hint, view->tvb, start, 0,
        "If these bytes came later or were sent again, the TCP preference \"Reassemble "
        "out-of-order segments\" (tcp.reassemble_out_of_order) brings them back; where others are "
        "lost for good, tcp.no_subdissector_on_error and tcp.desegment_tcp_streams, both off"));
}

/* The items of a gap. Whether its bytes come later is known on later passes. By default TCP hands
 * on few of the segments that come late or are sent again. */
static void add_gap(proto_tree *tree, const struct rtmpx_view *view,
                    const struct rtmp_note_record *note) {
    const int start = (int)note->start;
    /* Inside a segment a snapshot length cut it. */
    const bool withholds = note->start == 0 && rtmpx_tcp_withholds();
    if (note->count == 0) {
        proto_tree_add_expert_format(tree, view->pinfo, &ei_gap, view->tvb, start, 0, "%s",
                                     withholds ? GAP_UNCOUNTED ", or holds them back" GAP_PREFERENCE
                                               : GAP_UNCOUNTED);
    } else {
        proto_item *item =
            proto_tree_add_uint64(tree, hf_gap_length, view->tvb, start, 0, note->count);
        proto_item_set_generated(item);
        if (note->length >= note->count)
            expert_add_info(view->pinfo, item, &ei_reordered);
        else if (withholds)
            expert_add_info_format(view->pinfo, item, &ei_gap, "%s",
                                   GAP ", or TCP holds them back" GAP_PREFERENCE);
        else
            expert_add_info_format(view->pinfo, item, &ei_gap, "%s",
                                   PINFO_FD_VISITED(view->pinfo) ? GAP : GAP_SO_FAR);
        if (note->length)
            proto_item_set_generated(
                proto_tree_add_uint(tree, hf_gap_filled, view->tvb, start, 0, note->length));
    }
    if (withholds && (note->count == 0 || note->length < note->count))
        add_hint(tree, view, start);
}

#define LOST "RTMP: no chunk header where one is expected"

/* Behind a gap that is not the sender's fault. */
static void add_lost(proto_tree *tree, const struct rtmpx_view *view,
                     const struct rtmp_note_record *note) {
    bool inherits = note->csid != 0;
    if (note->count)
        proto_tree_add_expert_format(
            tree, view->pinfo, &ei_lost, view->tvb, (int)note->start, 0, "%s",
            inherits ? "RTMP: a chunk header that inherits from one in a gap"
                     : LOST ", behind a gap");
    else
        proto_tree_add_expert_format(
            tree, view->pinfo, &ei_rtmpx_malformed, view->tvb, (int)note->start, 0, "%s",
            inherits ? "RTMP: a chunk header of fmt 2 or 3 on a new chunk stream" : LOST);
}

void rtmpx_tree_direction_note(proto_tree *tree, const struct rtmpx_view *view,
                               const struct rtmp_note_record *note) {
    int start = (int)note->start;
    proto_item *item = NULL;
    if (rtmpx_tree_conformance_note(tree, view, note) || rtmpx_tree_flow_note(tree, view, note))
        return;
    switch ((int)note->kind) {
    case RTMP_NOTE_NOT_RTMP: /* shown with the bytes (not_rtmp.h) */
        break;
    case RTMP_NOTE_GAP:
        add_gap(tree, view, note);
        break;
    case RTMP_NOTE_LATE:
        item = proto_tree_add_uint64(tree, hf_late_length, view->tvb, start, 0, note->count);
        expert_add_info(view->pinfo, item, &ei_late);
        break;
    case RTMP_NOTE_RESYNCHRONIZED:
        item = proto_tree_add_uint64(tree, hf_skipped_length, view->tvb, start, 0, note->count);
        expert_add_info(view->pinfo, item, &ei_resynchronized);
        break;
    case RTMP_NOTE_MIDSTREAM:
        proto_tree_add_expert(tree, view->pinfo, &ei_midstream, view->tvb, start, 0);
        break;
    case RTMP_NOTE_ABANDONED:
        item = proto_tree_add_uint(tree, hf_abandoned_csid, view->tvb, start, 0, note->csid);
        expert_add_info(view->pinfo, item, &ei_abandoned);
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_abandoned_length, view->tvb, start, 0, note->length));
        proto_item_set_generated(
            proto_tree_add_uint64(tree, hf_abandoned_received, view->tvb, start, 0, note->count));
        break;
    case RTMP_NOTE_LOST:
        add_lost(tree, view, note);
        break;
    case RTMP_NOTE_SEARCHED:
        rtmpx_note_limit(tree, view->pinfo, view->tvb, note->start, RTMP_LIMIT_SEARCH);
        break;
    case RTMP_NOTE_MEMORY:
        rtmpx_note_limit(tree, view->pinfo, view->tvb, note->start, RTMP_LIMIT_MEMORY);
        break;
    }
    if (item)
        proto_item_set_generated(item);
}
