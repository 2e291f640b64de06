/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect.h"
#include "preferences.h"
#include "tree/amf.h"
#include "tree/chunk.h"
#include "tree/handshake.h"
#include "tree/items.h"
#include "tree/media.h"
#include "tree/message.h"
#include "tree/note.h"

#define PROTOCOL_NAME "Real Time Messaging Protocol (rtmpx)"

int proto_rtmpx = -1;
struct rtmpx_preferences rtmpx_preferences;

static int hf_gap_length = -1;
static int hf_gap_hint = -1;
static int hf_late_length = -1;
static int hf_repeated = -1;
static int hf_skipped_length = -1;
static int hf_undecided = -1;
static int hf_encrypted = -1;
static int hf_abandoned_csid = -1;
static int hf_abandoned_length = -1;
static int hf_abandoned_received = -1;
static int ett_rtmpx = -1;

static expert_field ei_gap = EI_INIT;
static expert_field ei_late = EI_INIT;
static expert_field ei_resynchronized = EI_INIT;
static expert_field ei_midstream = EI_INIT;
static expert_field ei_abandoned = EI_INIT;

static hf_register_info hf[] = {
    {&hf_gap_length,
     {"Missing bytes", "rtmpx.gap.length", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes of this direction that are not in the capture", HFILL}},
    {&hf_gap_hint,
     {"Hint", "rtmpx.gap.hint", FT_STRING, BASE_NONE, NULL, 0,
      "What may bring the missing bytes back", HFILL}},
    {&hf_late_length,
     {"Bytes that came late", "rtmpx.late.length", FT_UINT64, BASE_DEC, NULL, 0,
      "They were missing when later bytes were read", HFILL}},
    {&hf_repeated,
     {"Repeated", "rtmpx.repeated", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes that were read before, or that came when their hole was given up", HFILL}},
    {&hf_skipped_length,
     {"Skipped bytes", "rtmpx.resynchronized.skipped", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes between the loss and the next recognised chunk header", HFILL}},
    {&hf_undecided,
     {"Beginning", "rtmpx.undecided", FT_BYTES, BASE_NONE, NULL, 0,
      "Too few bytes to tell a handshake from a chunk", HFILL}},
    {&hf_encrypted,
     {"Encrypted data", "rtmpx.encrypted_data", FT_BYTES, BASE_NONE, NULL, 0,
      "RTMPE: RC4 with keys that never travel", HFILL}},
    {&hf_abandoned_csid,
     {"Chunk stream id", "rtmpx.abandoned.csid", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&hf_abandoned_length,
     {"Announced bytes", "rtmpx.abandoned.length", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&hf_abandoned_received,
     {"Received bytes", "rtmpx.abandoned.received", FT_UINT64, BASE_DEC, NULL, 0, NULL, HFILL}},
};

#define GAP "RTMP: bytes are missing from the capture"

static ei_register_info ei[] = {
    {&ei_gap, {"rtmpx.gap", PI_SEQUENCE, PI_WARN, GAP, EXPFILL}},
    {&ei_late,
     {"rtmpx.late", PI_SEQUENCE, PI_NOTE,
      "RTMP: missing bytes came late; messages that could not be read before are shown here",
      EXPFILL}},
    {&ei_resynchronized,
     {"rtmpx.resynchronized", PI_SEQUENCE, PI_NOTE,
      "RTMP: synchronised on a chunk header that what follows confirms", EXPFILL}},
    {&ei_midstream,
     {"rtmpx.midstream", PI_SEQUENCE, PI_NOTE,
      "RTMP: no handshake seen, chunk size and chunk streams are inferred", EXPFILL}},
    {&ei_abandoned,
     {"rtmpx.abandoned", PI_SEQUENCE, PI_NOTE, "RTMP: a message was begun and never completed",
      EXPFILL}},
};

bool rtmpx_tree_visible(proto_tree *tree) {
    return tree && PTREE_DATA(tree)->visible;
}

bool rtmpx_fields_wanted(proto_tree *tree, const hf_register_info *fields, unsigned n) {
    return rtmpx_expert_wanted(tree) || (tree && rtmpx_fields_referenced(fields, n));
}

uint64_t rtmpx_next_offset(const struct rtmp_session_direction *direction) {
    return direction->wire.position;
}

bool rtmpx_handshake_promised(tvbuff_t *tvb) {
    uint32_t len = tvb_captured_length(tvb);
    return len == tvb_reported_length(tvb) &&
           rtmp_handshake_promises(tvb_get_ptr(tvb, 0, (int)len), len);
}

bool rtmpx_ask_for_more(packet_info *pinfo) {
    if (!pinfo->can_desegment)
        return false;
    pinfo->desegment_offset = 0;
    pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
    return true;
}

/* ---- what is not a message ---- */

static bool handshake_range_of(const struct rtmpx_view *view, struct rtmp_handshake_range *range) {
    return rtmp_session_handshake_range(view->core.direction, view->core.segment, view->captured,
                                        range);
}

/* Where the encrypted bytes of the segment begin; its length: there are none. */
static uint32_t encrypted_from(const struct rtmpx_view *view) {
    return rtmp_session_encrypted_from(view->core.direction, view->core.segment, view->captured);
}

static void add_opaque(proto_tree *tree, const struct rtmpx_view *view) {
    if (view->core.segment->undecided)
        proto_tree_add_item(tree, hf_undecided, view->tvb, 0, -1, ENC_NA);
    uint32_t start = encrypted_from(view);
    if (start < view->captured)
        proto_tree_add_item(tree, hf_encrypted, view->tvb, (int)start, -1, ENC_NA);
}

/* Below TLS there is a hole in TCP; of how many bytes of RTMP only TLS would know. */
#define GAP_UNCOUNTED                                                                              \
    "RTMP: bytes may be missing, and nobody knows how many: TCP lost some below TLS"
#define GAP_PREFERENCE " (preference tcp.reassemble_out_of_order)"

/* Unless told otherwise TCP hands on few of the segments that come late or are sent again. */
static void add_gap(proto_tree *tree, const struct rtmpx_view *view,
                    const struct rtmp_note_record *remark) {
    int start = (int)remark->start;
    bool withholds = rtmpx_tcp_withholds();
    if (remark->count) {
        proto_item *item =
            proto_tree_add_uint64(tree, hf_gap_length, view->tvb, start, 0, remark->count);
        proto_item_set_generated(item);
        expert_add_info_format(view->pinfo, item, &ei_gap, "%s",
                               withholds ? GAP ", or TCP holds them back" GAP_PREFERENCE : GAP);
    } else {
        proto_tree_add_expert_format(tree, view->pinfo, &ei_gap, view->tvb, start, 0, "%s",
                                     withholds ? GAP_UNCOUNTED ", or holds them back" GAP_PREFERENCE
                                               : GAP_UNCOUNTED);
    }
    if (!withholds)
        return;
    proto_item_set_generated(proto_tree_add_string(
        tree, hf_gap_hint, view->tvb, start, 0,
        "If these bytes came later or were sent again, the TCP preference \"Reassemble "
        "out-of-order segments\" (tcp.reassemble_out_of_order) brings them back; where others are "
        "lost for good, tcp.no_subdissector_on_error and tcp.desegment_tcp_streams, both off"));
}

static void add_remark(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_note_record *remark) {
    int start = (int)remark->start;
    proto_item *item = NULL;
    switch (remark->kind) {
    case RTMP_NOTE_GAP:
        add_gap(tree, view, remark);
        break;
    case RTMP_NOTE_LATE:
        item = proto_tree_add_uint64(tree, hf_late_length, view->tvb, start, 0, remark->count);
        expert_add_info(view->pinfo, item, &ei_late);
        break;
    case RTMP_NOTE_RESYNCHRONIZED:
        item = proto_tree_add_uint64(tree, hf_skipped_length, view->tvb, start, 0, remark->count);
        expert_add_info(view->pinfo, item, &ei_resynchronized);
        break;
    case RTMP_NOTE_MIDSTREAM:
        proto_tree_add_expert(tree, view->pinfo, &ei_midstream, view->tvb, start, 0);
        break;
    case RTMP_NOTE_ABANDONED:
        item = proto_tree_add_uint(tree, hf_abandoned_csid, view->tvb, start, 0, remark->csid);
        expert_add_info(view->pinfo, item, &ei_abandoned);
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_abandoned_length, view->tvb, start, 0, remark->length));
        proto_item_set_generated(
            proto_tree_add_uint64(tree, hf_abandoned_received, view->tvb, start, 0, remark->count));
        break;
    case RTMP_NOTE_LOST:
        proto_tree_add_expert(tree, view->pinfo, &ei_rtmpx_malformed, view->tvb, start, 0);
        break;
    case RTMP_NOTE_SEARCHED:
        rtmpx_note_limit(tree, view->pinfo, view->tvb, remark->start, RTMP_LIMIT_SEARCH);
        break;
    case RTMP_NOTE_MEMORY:
        rtmpx_note_limit(tree, view->pinfo, view->tvb, remark->start, RTMP_LIMIT_MEMORY);
        break;
    }
    if (item)
        proto_item_set_generated(item);
}

/* ---- columns ---- */

/* Bytes of a message that ends elsewhere: most segments of a video stream. */
static const char *fragment_text(const struct rtmp_fragment_record *fragment) {
    switch (fragment->type) {
    case RTMP_MESSAGE_AUDIO:
        return "Audio (part of a message)";
    case RTMP_MESSAGE_VIDEO:
        return "Video (part of a message)";
    default:
        return "Part of a message";
    }
}

/* One line about the segment: a constant, or in packet memory. */
static const char *summarise(struct rtmpx_view *view) {
    enum { LINE_SIZE = 384 };
    struct rtmp_handshake_range fragment;
    bool handshake = rtmp_segment_offset(view->core.segment) < RTMP_HANDSHAKE_TOTAL &&
                     handshake_range_of(view, &fragment);
    bool messages = rtmp_segment_completes_message(&view->core);
    if (!handshake && !messages)
        return view->core.segment->fragment_count      ? fragment_text(&view->core.fragments[0])
               : encrypted_from(view) < view->captured ? "RTMPE, encrypted"
               : view->core.segment->undecided         ? "RTMP, first bytes"
                                                       : "RTMP, looking for a chunk header";
    struct rtmp_text text = rtmp_text_over(wmem_alloc(view->pinfo->pool, LINE_SIZE), LINE_SIZE);
    if (handshake)
        rtmpx_summary_handshake(&text, &fragment, &view->core.direction->wire.handshake);
    if (messages)
        rtmpx_summary_fragments(&text, view);
    return text.out;
}

/*
 * col_set_str(), which looks for the column's place twice: two calls of it would be a sixth of what
 * most segments of a video stream cost. It makes the column point to the text as well, unless a
 * fence keeps what is there or several columns show the same.
 */
static inline void set_column(column_info *columns, int which, const char *text) {
    int place = columns->col_first[which];
    col_item_t *column = place >= 0 ? &columns->columns[place] : NULL;
    if (column && place == columns->col_last[which] && columns->writable && column->writable &&
        column->col_fence == 0)
        column->col_data = text;
    else
        col_set_str(columns, which, text);
}

/* The line lives as long as the columns that point to it: not copied. */
static void set_columns(const struct rtmpx_view *view, const char *line) {
    column_info *columns = view->pinfo->cinfo;
    const struct rtmp_segment_record *segment = view->core.segment;
    bool first = rtmp_records_begins_frame(&view->core.direction->records, segment);
    set_column(columns, COL_PROTOCOL, "RTMP");
    /* Several calls for one frame (TLS records, tunnels) share the column. */
    if (first)
        set_column(columns, COL_INFO, line);
    else
        col_append_sep_str(columns, COL_INFO, " | ", line);
}

/* ---- the way in ---- */

/* Its text is made in one go: appending has Wireshark make what is there first. */
static proto_item *add_protocol(proto_tree *tree, tvbuff_t *tvb, const char *line) {
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, tvb, 0, -1, ENC_NA);
    if (!line)
        return item;
    char label[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_over(label, sizeof label);
    rtmp_text_add(&text, PROTOCOL_NAME ", ");
    rtmp_text_add(&text, line);
    proto_item_set_text(item, "%s", label);
    return item;
}

/* Does somebody look at the protocols of an invisible tree, and not only at fields? */
static bool protocols_wanted(proto_tree *tree) {
    hf_ref_type reference = proto_registrar_get_nth((unsigned)proto_rtmpx)->ref_type;
    return !PTREE_DATA(tree)->fake_protocols ||
           (reference != HF_REF_TYPE_NONE && reference != HF_REF_TYPE_INDIRECT) ||
           (union_of_tap_listener_flags() & TL_REQUIRES_PROTO_TREE);
}

/*
 * Is there nothing in the segment that a filter, -e or tap asks for? Wireshark makes no item of a
 * field that nobody refers to, but always that of a protocol, which costs as much as all the rest
 * of a segment of a video stream.
 */
static bool unwanted(proto_tree *tree, const struct rtmpx_view *view, uint32_t remarks) {
    return tree && !rtmpx_tree_visible(tree) && remarks == 0 &&
           !rtmpx_fragments_wanted(tree, view) &&
           !rtmpx_fields_wanted(tree, hf, array_length(hf)) && !protocols_wanted(tree) &&
           (rtmp_segment_offset(view->core.segment) >= RTMP_HANDSHAKE_TOTAL ||
            !rtmpx_handshake_wanted(tree));
}

static void add_tree(proto_tree *tree, struct rtmpx_view *view, const char *line) {
    const struct rtmp_note_record *remarks = NULL;
    uint32_t note_count =
        rtmp_records_notes_of(&view->core.direction->records, view->core.segment, &remarks);
    if (unwanted(tree, view, note_count))
        return;
    proto_tree *rtmp = proto_item_add_subtree(add_protocol(tree, view->tvb, line), ett_rtmpx);
    for (uint32_t i = 0; i < note_count && !rtmpx_frame_is_full(rtmp); i++)
        add_remark(rtmp, view, &remarks[i]);
    struct rtmp_handshake_range fragment;
    if (handshake_range_of(view, &fragment) && rtmpx_handshake_wanted(tree))
        rtmpx_tree_handshake(rtmp, view->pinfo, view->tvb, 0, &fragment,
                             rtmp_direction_handshake(&view->core.direction->wire));
    add_opaque(rtmp, view);
    if (!view->core.segment->undecided && view->core.direction->wire.phase == RTMP_PHASE_CHUNKS)
        rtmpx_tree_fragments(rtmp, view);
}

/* Nothing of the segment is new. */
static void add_repeated(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb) {
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "RTMP");
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, tvb, 0, -1, ENC_NA);
    proto_tree_add_item(proto_item_add_subtree(item, ett_rtmpx), hf_repeated, tvb, 0, -1, ENC_NA);
}

int rtmpx_dissect_bytes(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        struct rtmp_session_direction *direction, uint64_t offset) {
    struct rtmpx_view view;
    if (!rtmpx_view_segment(&view, pinfo, tvb, direction, offset)) {
        add_repeated(tree, pinfo, tvb);
        return (int)view.captured;
    }
    bool visible = rtmpx_tree_visible(tree);
    const char *summary = visible || pinfo->cinfo ? summarise(&view) : NULL;
    if (pinfo->cinfo)
        set_columns(&view, summary);
    if (tree || rtmpx_expert_wanted(tree))
        add_tree(tree, &view, visible ? summary : NULL);
    return (int)view.captured;
}

/* ---- registration ---- */

static void register_preferences(int proto) {
    module_t *module = prefs_register_protocol(proto, rtmpx_apply_ports);
    prefs_register_uint_preference(module, "midstream_chunk_size",
                                   "Chunk size of captures that begin inside a connection",
                                   "Bytes; 0 infers it from the bytes that follow", 10,
                                   &rtmpx_preferences.midstream_chunk_size);
    prefs_register_bool_preference(
        module, "literal_fmt3", "Fmt 3 after fmt 0 repeats the timestamp as delta",
        "The literal reading of Adobe RTMP 5.3.1.2.4. Known senders mean a delta of 0.",
        &rtmpx_preferences.literal_fmt3);
    prefs_register_bool_preference(
        module, "keep_media", "Keep whole media bodies",
        "Keep every byte of audio and video messages that span frames for the hex view, not only "
        "their beginning. Costs as much memory as the media themselves.",
        &rtmpx_preferences.keep_media);
    prefs_register_bool_preference(
        module, "parameter_sets", "Parameter sets in full",
        "Show sequence, picture and video parameter sets also by Wireshark's own dissectors of "
        "H.264 and H.265, with all their fields (h264.*, h265.*). They complain of some good ones.",
        &rtmpx_preferences.parameter_sets);
}

void proto_register_rtmpx(void) {
    static int *ett[] = {&ett_rtmpx};
    proto_rtmpx = proto_register_protocol(PROTOCOL_NAME, "RTMPX", "rtmpx");
    proto_register_field_array(proto_rtmpx, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(expert_register_protocol(proto_rtmpx), ei, array_length(ei));
    rtmpx_register_expert(proto_rtmpx);
    rtmpx_register_handshake(proto_rtmpx);
    rtmpx_register_chunk(proto_rtmpx);
    rtmpx_register_message(proto_rtmpx);
    rtmpx_register_control(proto_rtmpx);
    rtmpx_register_amf(proto_rtmpx);
    rtmpx_register_command(proto_rtmpx);
    rtmpx_register_shared_object(proto_rtmpx);
    rtmpx_register_media(proto_rtmpx);
    rtmpx_register_aggregate(proto_rtmpx);
    register_preferences(proto_rtmpx);
    rtmpx_register_conversation();
    rtmpx_register_transport_tcp(proto_rtmpx);
    rtmpx_register_transport_tls(proto_rtmpx);
    rtmpx_register_transport_http(proto_rtmpx);
}

void proto_reg_handoff_rtmpx(void) {
    rtmpx_handoff_transport_tcp(proto_rtmpx);
    rtmpx_handoff_transport_tls(proto_rtmpx);
    rtmpx_handoff_transport_http(proto_rtmpx);
    rtmpx_handoff_nal();
}
