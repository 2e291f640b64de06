/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet-rtmpx.h"

#include "columns.h"
#include "protocol.h"
#include "tap/tap.h"
#include "tree/built_in.h"
#include "tree/direction.h"
#include "tree/handshake.h"
#include "tree/message.h"
#include "tree/not_rtmp.h"
#include "tree/note.h"
#include "tree/room.h"
#include "wanted.h"

static int hf_connection = -1;
static int hf_direction = -1;
static int hf_repeated = -1;
static int hf_undecided = -1;
static int hf_encrypted = -1;
static int ett_rtmpx = -1;

static const value_string direction_names[] = {
    {0, "client to server"},
    {1, "server to client"},
    {0, NULL},
};

static hf_register_info packet_hf[] = {
    {&hf_connection,
     {"Connection", "rtmpx.connection", FT_UINT32, BASE_DEC, NULL, 0,
      "RTMP connection, counted in the capture from 0; a session tunnelled in HTTP is one", HFILL}},
    {&hf_direction,
     {"Direction", "rtmpx.direction", FT_UINT8, BASE_DEC, VALS(direction_names), 0,
      "Who sends. The client is who sent the first handshake packet, else who has the other port",
      HFILL}},
    {&hf_repeated,
     {"Repeated", "rtmpx.repeated", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes that were read before, or that came after their hole was given up", HFILL}},
    {&hf_undecided,
     {"First bytes, protocol not yet known", "rtmpx.undecided", FT_BYTES, BASE_NONE, NULL, 0,
      "Too few bytes to tell a handshake from a chunk", HFILL}},
    {&hf_encrypted,
     {"Encrypted data", "rtmpx.encrypted_data", FT_BYTES, BASE_NONE, NULL, 0,
      "RTMPE: RC4, with keys that are not in the capture", HFILL}},
};

/* Lists the protocols of a frame: Wireshark takes those that add no item to the tree out of it. */
static struct rtmpx_other_field packet_others[] = {{"frame.protocols", NULL}};

static int *const packet_ett[] = {&ett_rtmpx};

const struct rtmpx_noun rtmpx_noun_packet = {
    RTMPX_FIELDS(packet_hf),
    RTMPX_OTHERS(packet_others),
    RTMPX_SUBTREES(packet_ett),
};

uint64_t rtmpx_next_offset(const struct rtmp_session_direction *direction) {
    return direction->wire.position;
}

/* ---- what is not a message ---- */

static bool handshake_range_of(const struct rtmpx_view *view, struct rtmp_handshake_range *range) {
    return rtmp_session_handshake_range(view->core.direction, view->core.segment, view->captured,
                                        range);
}

/* Where the encrypted bytes of the segment begin; the segment's length: there are none. */
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

/* ---- columns ---- */

/* Text for bytes of a message that does not end here: most segments of a video stream. */
static const char *fragment_text(const struct rtmpx_view *view) {
    switch (view->core.segment->fragment_count ? view->core.fragments[0].type : 0) {
    case RTMP_MESSAGE_AUDIO:
        return "Audio (fragment of a message)";
    case RTMP_MESSAGE_VIDEO:
        return "Video (fragment of a message)";
    default:
        return "Fragment of a message";
    }
}

static bool holds_fragment(const struct rtmpx_view *view) {
    return view->core.segment->fragment_count ||
           rtmp_session_rest(view->core.direction, view->core.segment) != RTMP_REST_UNKNOWN;
}

static const char *text_without_message(const struct rtmpx_view *view) {
    return holds_fragment(view)                    ? fragment_text(view)
           : encrypted_from(view) < view->captured ? "RTMPE, encrypted"
           : view->core.segment->undecided         ? "RTMP, first bytes"
                                                   : "RTMP, looking for a chunk header";
}

/* One line about the segment: a constant, or in packet memory. *content: it shows a message, bytes
 * of the handshake or of another protocol. */
static const char *summarise(struct rtmpx_view *view, bool *content) {
    enum { LINE_SIZE = 384 };
    struct rtmp_handshake_range fragment;
    bool handshake = rtmp_segment_before(view->core.segment, RTMP_HANDSHAKE_TOTAL) &&
                     handshake_range_of(view, &fragment);
    bool messages = rtmp_segment_completes_message(&view->core);
    bool other = rtmpx_is_not_rtmp(view);
    *content = handshake || messages || other;
    if (!*content)
        return text_without_message(view);
    struct rtmp_text text = rtmp_text_masked(wmem_alloc(view->pinfo->pool, LINE_SIZE), LINE_SIZE,
                                             rtmp_session_mask(view->core.direction->session));
    if (other)
        rtmpx_summary_not_rtmp(&text, view);
    if (handshake)
        rtmpx_summary_handshake(&text, &fragment, &view->core.direction->wire.handshake);
    if (messages)
        rtmpx_summary_fragments(&text, view);
    return text.out;
}

/* Of the further segments of a frame (TLS records) those are named that have content. */
static void set_columns(const struct rtmpx_view *view, const char *line, bool content) {
    bool first = rtmp_records_begins_frame(&view->core.direction->records, view->core.segment);
    if (first || content)
        rtmpx_set_columns(view->pinfo->cinfo, line, first);
}

/* ---- the way in ---- */

/* Its text is set in one call: an append would make Wireshark format the default text first. */
static proto_item *add_protocol(proto_tree *tree, tvbuff_t *tvb, const char *line) {
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, tvb, 0, -1, ENC_NA);
    if (!line)
        return item;
    char label[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_over(label, sizeof label);
    rtmp_text_add(&text, RTMPX_PROTOCOL_NAME ", ");
    rtmp_text_add(&text, line);
    proto_item_set_text(item, "%s", label);
    return item;
}

/*
 * Does no filter, -e or tap refer to anything in the segment? Wireshark makes no item for a field
 * without references, but always one for a protocol, which costs as much as the rest of a segment
 * of a video stream.
 */
static bool unwanted(proto_tree *tree, const struct rtmpx_view *view, uint32_t note_count) {
    return tree && !rtmpx_tree_visible(tree) && note_count == 0 &&
           !rtmpx_fragments_wanted(tree, view) && !rtmpx_wanted(tree, &rtmpx_noun_packet) &&
           !(rtmpx_is_not_rtmp(view) && rtmpx_wanted(tree, &rtmpx_noun_not_rtmp)) &&
           !rtmpx_protocols_wanted(tree) &&
           (!rtmp_segment_before(view->core.segment, RTMP_HANDSHAKE_TOTAL) ||
            !rtmpx_wanted(tree, &rtmpx_noun_handshake));
}

static void add_connection(proto_tree *tree, tvbuff_t *tvb,
                           const struct rtmp_session_direction *direction) {
    proto_item_set_generated(
        proto_tree_add_uint(tree, hf_connection, tvb, 0, 0, direction->session->number));
    proto_item_set_generated(proto_tree_add_uint(tree, hf_direction, tvb, 0, 0,
                                                 rtmp_session_from_client(direction) ? 0U : 1U));
}

static void add_notes(proto_tree *tree, const struct rtmpx_view *view,
                      const struct rtmp_note_record *notes, uint32_t count) {
    uint32_t left = rtmpx_room_for(view).notes;
    uint32_t i = 0;
    for (; i < count && rtmpx_room_take(&left); i++)
        rtmpx_tree_direction_note(tree, view, &notes[i]);
    if (i < count)
        rtmpx_note_limit(tree, view->pinfo, view->tvb, notes[i].start, RTMP_LIMIT_ITEMS);
}

static void add_tree(proto_tree *tree, struct rtmpx_view *view, const char *line) {
    const struct rtmp_note_record *notes = NULL;
    uint32_t note_count =
        rtmp_records_notes_of(&view->core.direction->records, view->core.segment, &notes);
    if (unwanted(tree, view, note_count))
        return;
    proto_tree *rtmp = proto_item_add_subtree(add_protocol(tree, view->tvb, line), ett_rtmpx);
    add_connection(rtmp, view->tvb, view->core.direction);
    if (note_count)
        add_notes(rtmp, view, notes, note_count);
    struct rtmp_handshake_range fragment;
    if (handshake_range_of(view, &fragment) && rtmpx_wanted(tree, &rtmpx_noun_handshake))
        rtmpx_tree_handshake(rtmp, view->pinfo, view->tvb, 0, &fragment,
                             rtmp_direction_handshake(&view->core.direction->wire));
    add_opaque(rtmp, view);
    if (rtmpx_is_not_rtmp(view))
        rtmpx_tree_not_rtmp(rtmp, view);
    if (!view->core.segment->undecided && view->core.direction->wire.phase == RTMP_PHASE_CHUNKS)
        rtmpx_tree_fragments(rtmp, view);
}

/* No byte of the segment is new. */
static void add_repeated(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                         const struct rtmp_session_direction *direction) {
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "RTMP");
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, tvb, 0, -1, ENC_NA);
    proto_tree *rtmp = proto_item_add_subtree(item, ett_rtmpx);
    add_connection(rtmp, tvb, direction);
    proto_tree_add_item(rtmp, hf_repeated, tvb, 0, -1, ENC_NA);
}

/* A segment with new bytes. */
static void show_segment(proto_tree *tree, struct rtmpx_view *view) {
    packet_info *pinfo = view->pinfo;
    bool visible = rtmpx_tree_visible(tree);
    bool content = false;
    const char *summary = visible || pinfo->cinfo ? summarise(view, &content) : NULL;
    if (visible)
        rtmpx_note_shown(view);
    if (pinfo->cinfo)
        set_columns(view, summary, content);
    if (tree || rtmpx_notes_wanted(tree))
        add_tree(tree, view, visible ? summary : NULL);
    if (rtmpx_tap_wanted())
        rtmpx_tap_segment(view);
}

int rtmpx_dissect_bytes(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        struct rtmp_session_direction *direction, uint64_t offset) {
    struct rtmpx_view view;
    enum rtmpx_known known = rtmpx_view_segment(&view, pinfo, tvb, direction, offset);
    if (known == RTMPX_NOT_OURS)
        return 0;
    struct rtmpx_built_in built_in;
    bool by_built_in = rtmpx_built_in_begin(&built_in, tree);
    if (known == RTMPX_NEW)
        show_segment(tree, &view);
    else
        add_repeated(tree, pinfo, tvb, direction);
    if (by_built_in)
        rtmpx_built_in_end(&built_in, tree, tvb,
                           known == RTMPX_NEW ? rtmp_segment_offset(view.core.segment) : 0,
                           rtmp_session_from_client(direction));
    return (int)view.captured;
}
