/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/message.h"

#include "tree/chunk.h"
#include "tree/items.h"
#include "tree/note.h"

#include "base/limits.h"
#include "session/summary_line.h"

static int hf_message = -1;
static int hf_type = -1;
static int hf_length = -1;
static int hf_timestamp = -1;
static int hf_stream_id = -1;
static int hf_csid = -1;
static int hf_chunk_count = -1;
static int hf_first_frame = -1;
static int hf_completed_in = -1;
static int hf_missing = -1;
static int hf_available = -1;
static int hf_header_fragment = -1;
static int hf_skipped = -1;
static int hf_body = -1;
static int ett_message = -1;

static expert_field ei_extended_timestamp_omitted = EI_INIT;
static expert_field ei_timestamp_ambiguous = EI_INIT;
static expert_field ei_timestamp_backwards = EI_INIT;
static expert_field ei_timestamp_uncertain = EI_INIT;

/* The fields, by their place in hf[]. */
enum field {
    MESSAGE,
    TYPE,
    LENGTH,
    TIMESTAMP,
    STREAM_ID,
    CSID,
    CHUNK_COUNT,
    FIRST_FRAME,
    COMPLETED_IN,
    MISSING,
    AVAILABLE,
    HEADER_FRAGMENT,
    SKIPPED,
    BODY,
};

static hf_register_info hf[] = {
    [MESSAGE] = {&hf_message,
                 {"Message", "rtmpx.message", FT_NONE, BASE_NONE, NULL, 0, "One complete message",
                  HFILL}},
    [TYPE] = {&hf_type,
              {"Type", "rtmpx.type", FT_UINT8, BASE_DEC, VALS(rtmp_names_message_types), 0,
               "Message type id", HFILL}},
    [LENGTH] = {&hf_length,
                {"Length", "rtmpx.length", FT_UINT24, BASE_DEC, NULL, 0,
                 "Bytes, without chunk headers", HFILL}},
    [TIMESTAMP] = {&hf_timestamp,
                   {"Timestamp", "rtmpx.timestamp", FT_UINT32, BASE_DEC, NULL, 0,
                    "Absolute, ms, modulo 2^32, after deltas and extended timestamps", HFILL}},
    [STREAM_ID] = {&hf_stream_id,
                   {"Message stream id", "rtmpx.stream_id", FT_UINT32, BASE_DEC, NULL, 0, NULL,
                    HFILL}},
    [CSID] = {&hf_csid,
              {"Chunk stream id", "rtmpx.csid", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
    [CHUNK_COUNT] = {&hf_chunk_count,
                     {"Chunks", "rtmpx.chunk_count", FT_UINT32, BASE_DEC, NULL, 0,
                      "Chunks that carried the message", HFILL}},
    [FIRST_FRAME] = {&hf_first_frame,
                     {"First frame", "rtmpx.first_frame", FT_FRAMENUM, BASE_NONE, NULL, 0,
                      "Frame of the message's first byte", HFILL}},
    [COMPLETED_IN] = {&hf_completed_in,
                      {"Completed in", "rtmpx.completed_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
                       "Frame where the message completes", HFILL}},
    [MISSING] = {&hf_missing,
                 {"Missing bytes", "rtmpx.missing", FT_UINT32, BASE_DEC, NULL, 0,
                  "Bytes of the message that are not in the capture", HFILL}},
    [AVAILABLE] = {&hf_available,
                   {"Kept bytes", "rtmpx.available", FT_UINT32, BASE_DEC, NULL, 0,
                    "Bytes of the message at hand: its beginning, of coded video also that of each "
                    "unit behind "
                    "it",
                    HFILL}},
    [HEADER_FRAGMENT] = {&hf_header_fragment,
                         {"Chunk header, first bytes", "rtmpx.chunk.header_beginning", FT_BYTES,
                          BASE_NONE, NULL, 0, "A chunk header that ends in a later frame", HFILL}},
    [SKIPPED] = {&hf_skipped,
                 {"Skipped bytes", "rtmpx.skipped", FT_BYTES, BASE_NONE, NULL, 0,
                  "Bytes without a recognisable chunk header", HFILL}},
    [BODY] = {&hf_body,
              {"Body", "rtmpx.body", FT_BYTES, BASE_NONE, NULL, 0,
               "Body of an unassigned message type", HFILL}},
};

static ei_register_info ei[] = {
    {&ei_extended_timestamp_omitted,
     {"rtmpx.extended_timestamp_omitted", PI_PROTOCOL, PI_NOTE,
      "RTMP: fmt 3 chunks of this sender lack the extended timestamp", EXPFILL}},
    {&ei_timestamp_ambiguous,
     {"rtmpx.timestamp_ambiguous", PI_PROTOCOL, PI_NOTE,
      "RTMP: fmt 3 begins a message right after fmt 0: delta read as 0", EXPFILL}},
    {&ei_timestamp_backwards,
     {"rtmpx.timestamp_backwards", PI_SEQUENCE, PI_WARN,
      "RTMP: timestamp goes backwards on this chunk stream", EXPFILL}},
    {&ei_timestamp_uncertain,
     {"rtmpx.timestamp_uncertain", PI_SEQUENCE, PI_NOTE,
      "RTMP: timestamp counts from before a loss; deltas may be missing", EXPFILL}},
};

void rtmpx_register_message(int proto) {
    static int *ett[] = {&ett_message};
    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}

/* ---- by type ---- */

/* A message type without a meaning known. */
static void tree_unknown(proto_tree *tree, const struct rtmpx_body *body) {
    if (body->available)
        proto_tree_add_item(tree, hf_body, body->tvb, 0, (int)body->available, ENC_NA);
    if (!rtmp_message_type_known(body->message->type))
        rtmpx_note_remark(proto_tree_get_parent(tree), body, RTMP_REMARK_TYPE);
}

static void summary_unknown(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_text_format(text, "%s message type %u", rtmp_message_type_name(body->message->type),
                     body->message->type);
}

/* Who shows a message type. */
struct noun {
    void (*tree)(proto_tree *tree, const struct rtmpx_body *body);
    void (*summary)(struct rtmp_text *text, const struct rtmpx_body *body);
    bool (*wanted)(proto_tree *tree); /* NULL: for its tree function to say */
};

static const struct noun *noun_of(uint8_t type) {
    static const struct noun control = {rtmpx_tree_control, rtmpx_summary_control,
                                        rtmpx_control_wanted};
    static const struct noun media = {rtmpx_tree_media, rtmpx_summary_media, rtmpx_media_wanted};
    static const struct noun command = {rtmpx_tree_command, rtmpx_summary_command,
                                        rtmpx_command_wanted};
    static const struct noun shared_object = {rtmpx_tree_shared_object, rtmpx_summary_shared_object,
                                              rtmpx_shared_object_wanted};
    static const struct noun aggregate = {rtmpx_tree_aggregate, rtmpx_summary_aggregate, NULL};
    static const struct noun unknown = {tree_unknown, summary_unknown, NULL};
    switch (type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_USER_CONTROL:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return &control;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return &media;
    case RTMP_MESSAGE_DATA_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_COMMAND_AMF0:
        return &command;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
        return &shared_object;
    case RTMP_MESSAGE_AGGREGATE:
        return &aggregate;
    default:
        return &unknown;
    }
}

void rtmpx_tree_message_body(proto_tree *tree, const struct rtmpx_body *body) {
    noun_of(body->message->type)->tree(tree, body);
}

void rtmpx_summary_message(struct rtmp_text *text, const struct rtmpx_body *body) {
    noun_of(body->message->type)->summary(text, body);
}

/* ---- items ---- */

/* Does anybody ask for the field? As Wireshark's own question, without a call. */
static inline bool is_referenced(proto_tree *tree, enum field field) {
    return tree && (PTREE_DATA(tree)->visible || rtmpx_fields_referenced(&hf[field], 1));
}

/* Few of the values of every message are asked for: Wireshark, too, gives the tree back for those
 * that are not, after five times the work. */
static proto_item *add_effective(proto_tree *tree, enum field field, const struct rtmpx_view *view,
                                 uint32_t start, uint32_t len, uint32_t value) {
    if (!is_referenced(tree, field))
        return tree;
    proto_item *item =
        proto_tree_add_uint(tree, *hf[field].p_id, view->tvb, (int)start, (int)len, value);
    if (!len)
        proto_item_set_generated(item);
    return item;
}

/* The effective values, over the header bytes that give them, generated where they are inherited.
 */
static void add_values(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_fragment_record *fragment) {
    const struct rtmp_records *records = &view->core.direction->records;
    bool here =
        (fragment->flags & RTMP_FRAGMENT_FIRST) && !fragment->partial_header && fragment->size;
    uint32_t basic = rtmp_chunk_basic_bytes_of(fragment->csid);
    uint32_t start = fragment->start;
    uint32_t message = start + basic;
    uint32_t fmt = here ? fragment->fmt : 3U;
    add_effective(tree, TYPE, view, fmt <= 1 ? message + 6 : start, fmt <= 1 ? 1 : 0,
                  fragment->type);
    add_effective(tree, LENGTH, view, fmt <= 1 ? message + 3 : start, fmt <= 1 ? 3 : 0,
                  fragment->length);
    proto_item *timestamp = add_effective(tree, TIMESTAMP, view, fmt == 0 ? message : start,
                                          fmt == 0 ? 3 : 0, fragment->timestamp);
    add_effective(tree, STREAM_ID, view, fmt == 0 ? message + 7 : start, fmt == 0 ? 4 : 0,
                  fragment->stream_id);
    add_effective(tree, CSID, view, start, here ? 1 : 0, fragment->csid);
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    add_effective(tree, CHUNK_COUNT, view, start, 0, reassembly ? reassembly->chunks : 1);
    bool media = fragment->type == RTMP_MESSAGE_AUDIO || fragment->type == RTMP_MESSAGE_VIDEO;
    if (fragment->flags & RTMP_FRAGMENT_AMBIGUOUS)
        expert_add_info(view->pinfo, timestamp, &ei_timestamp_ambiguous);
    if ((fragment->flags & RTMP_FRAGMENT_BACKWARDS) && media)
        expert_add_info(view->pinfo, timestamp, &ei_timestamp_backwards);
    if (fragment->flags & RTMP_FRAGMENT_UNCERTAIN)
        expert_add_info(view->pinfo, timestamp, &ei_timestamp_uncertain);
    if (fragment->flags & RTMP_FRAGMENT_OMITTED)
        expert_add_info(view->pinfo, timestamp, &ei_extended_timestamp_omitted);
    uint32_t first_frame = reassembly ? rtmp_records_first_frame(records, reassembly) : 0;
    if (reassembly && first_frame != view->core.segment->frame)
        add_effective(tree, FIRST_FRAME, view, start, 0, first_frame);
    if (reassembly && reassembly->missing)
        add_effective(tree, MISSING, view, start, 0, reassembly->missing);
}

/* Does anybody look into the message? A body is joined from its chunks and gets a tab of its own.
 */
static bool body_wanted(proto_tree *tree, const struct rtmp_fragment_record *fragment) {
    const struct noun *noun = noun_of((uint8_t)fragment->type);
    return !noun->wanted || noun->wanted(tree) || is_referenced(tree, AVAILABLE);
}

/* The chunks of a message, of those parts for which the frame has room. */
static void add_chunks(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_message_fragment *run, uint32_t count) {
    uint32_t i = 0;
    for (; i < count && !rtmpx_frame_is_full(tree); i++)
        rtmpx_tree_chunks(tree, view, &view->core.fragments[run[i].index]);
    if (i == count)
        return;
    const struct rtmp_fragment_record *last = &view->core.fragments[run[count - 1].index];
    rtmpx_note_not_shown(tree, view->pinfo, view->tvb, view->core.fragments[run[i].index].start,
                         last->start + last->size);
}

static void add_message(proto_tree *tree, struct rtmpx_messages *messages, uint32_t index,
                        bool chunks) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmp_fragment_record *fragment = &view->core.fragments[index];
    const struct rtmp_message_fragment *run;
    uint32_t count = rtmp_segment_fragments_of(&messages->core, index, &run);
    uint32_t start = view->core.fragments[run[0].index].start;
    uint32_t size = fragment->start + fragment->size - start;
    proto_item *item = tree;
    proto_tree *message_tree = tree;
    if (is_referenced(tree, MESSAGE)) {
        item = proto_tree_add_item(tree, hf_message, view->tvb, (int)start, (int)size, ENC_NA);
        message_tree = proto_item_add_subtree(item, ett_message);
    }
    add_values(message_tree, view, &view->core.fragments[run[0].index]);
    if (chunks)
        add_chunks(message_tree, view, run, count);
    if (!body_wanted(tree, fragment))
        return;
    struct rtmp_message message = rtmp_records_header(fragment);
    struct rtmpx_body body = {.message = &message};
    rtmpx_find_body(messages, index, UINT32_MAX, true, &body);
    if (rtmpx_tree_visible(tree)) {
        char line[ITEM_LABEL_LENGTH];
        struct rtmp_text text = rtmp_text_over(line, sizeof line);
        rtmpx_summary_message(&text, &body);
        proto_item_set_text(item, "%s", line);
    }
    if (body.incomplete)
        proto_item_set_generated(
            proto_tree_add_uint(message_tree, hf_available, body.tvb, 0, 0, body.available));
    rtmpx_tree_message_body(message_tree, &body);
}

/* Bytes that no part covers: a header's first bytes at the end, or bytes without a header. */
static void add_uncovered(proto_tree *tree, const struct rtmpx_view *view, uint32_t start,
                          uint32_t end, bool last) {
    if (start >= end)
        return;
    bool fragment =
        last && end - start < RTMP_CHUNK_HEADER_MAX && view->core.segment->fragment_count;
    proto_tree_add_item(tree, fragment ? hf_header_fragment : hf_skipped, view->tvb, (int)start,
                        (int)(end - start), ENC_NA);
}

/* Has the frame room for the items of one more message, and for its bytes? */
static bool has_room(proto_tree *tree, const struct rtmpx_messages *messages) {
    return !rtmpx_frame_is_full(tree) && messages->tabs < RTMP_LIMIT_FRAME_BODIES;
}

bool rtmpx_fragments_wanted(proto_tree *tree, const struct rtmpx_view *view) {
    return rtmp_segment_completes_message(&view->core) || rtmpx_chunk_wanted(tree) ||
           is_referenced(tree, COMPLETED_IN) || is_referenced(tree, HEADER_FRAGMENT) ||
           is_referenced(tree, SKIPPED);
}

void rtmpx_tree_fragments(proto_tree *tree, struct rtmpx_view *view) {
    struct rtmpx_messages messages = rtmpx_messages_of(view);
    uint64_t handshake_end = view->core.direction->wire.has_handshake ? RTMP_HANDSHAKE_TOTAL : 0;
    uint32_t covered = rtmp_segment_offset(view->core.segment) < handshake_end
                           ? (uint32_t)(handshake_end - rtmp_segment_offset(view->core.segment))
                           : 0;
    const struct rtmp_records *records = &view->core.direction->records;
    bool chunks = rtmpx_chunk_wanted(tree);
    for (uint32_t i = 0; i < view->core.segment->fragment_count && has_room(tree, &messages); i++) {
        const struct rtmp_fragment_record *fragment = &view->core.fragments[i];
        if (fragment->size) {
            add_uncovered(tree, view, covered, fragment->start, false);
            covered = fragment->start + fragment->size;
        }
        if (fragment->flags & RTMP_FRAGMENT_COMPLETE) {
            add_message(tree, &messages, i, chunks);
        } else if (!rtmp_records_completes_in(records, fragment, view->core.segment)) {
            uint32_t completed_in = rtmp_records_completed_in(records, fragment);
            if (chunks)
                rtmpx_tree_chunks(tree, view, fragment);
            if (completed_in)
                add_effective(tree, COMPLETED_IN, view, fragment->start, 0, completed_in);
        }
    }
    uint32_t end = tvb_captured_length(view->tvb);
    if (!has_room(tree, &messages))
        rtmpx_note_not_shown(tree, view->pinfo, view->tvb, covered, end);
    else
        add_uncovered(tree, view, covered, end, true);
}

/* ---- summary ---- */

/* Bytes of a media body that its summary needs. */
enum { SUMMARY_BYTES = 256 };

void rtmpx_summary_fragments(struct rtmp_text *text, struct rtmpx_view *view) {
    struct rtmpx_messages messages = rtmpx_messages_of(view);
    struct rtmp_summary_line line;
    rtmp_summary_line_over(&line, text);
    uint32_t count = view->core.segment->fragment_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct rtmp_fragment_record *fragment = &view->core.fragments[i];
        if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
            continue;
        struct rtmp_text summary;
        bool media = fragment->type == RTMP_MESSAGE_AUDIO || fragment->type == RTMP_MESSAGE_VIDEO;
        if (!rtmp_summary_line_begin(&line, media, &summary))
            break;
        struct rtmp_message message = rtmp_records_header(fragment);
        struct rtmpx_body body = {.message = &message};
        rtmpx_find_body(&messages, i, media ? SUMMARY_BYTES : UINT32_MAX, false, &body);
        rtmpx_summary_message(&summary, &body);
        rtmp_summary_line_add(&line, &summary);
    }
    rtmp_summary_line_end(&line);
}
