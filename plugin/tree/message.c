/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/message.h"

#include "tree/chunk.h"
#include "tree/clock.h"
#include "tree/diagnosis.h"
#include "tree/flow.h"
#include "tree/items.h"
#include "tree/kind.h"
#include "tree/note.h"
#include "tree/room.h"
#include "tree/stream.h"
#include "wanted.h"

#include "session/stream_events.h"
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
static int hf_read_later = -1;
static int hf_skipped = -1;
static int ett_message = -1;
static int ett_chunks = -1;

/* The fields, by their place in message_hf[]. */
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
    READ_LATER,
    SKIPPED,
};

static hf_register_info message_hf[] = {
    [MESSAGE] = {&hf_message,
                 {"Message", "rtmpx.message", FT_STRING, BASE_NONE, NULL, 0,
                  "One complete message; its value is its one-line summary", HFILL}},
    [TYPE] = {&hf_type,
              {"Message type", "rtmpx.type", FT_UINT8, BASE_DEC, VALS(rtmp_names_message_types), 0,
               "Message type id", HFILL}},
    [LENGTH] = {&hf_length,
                {"Message length", "rtmpx.length", FT_UINT24, BASE_DEC | BASE_UNIT_STRING,
                 UNS(&units_byte_bytes), 0, "Bytes, without chunk headers", HFILL}},
    [TIMESTAMP] = {&hf_timestamp,
                   {"Timestamp", "rtmpx.timestamp", FT_UINT32, BASE_DEC | BASE_UNIT_STRING,
                    UNS(&rtmpx_unit_ms), 0,
                    "Absolute, ms, modulo 2^32, after deltas and extended timestamps", HFILL}},
    [STREAM_ID] = {&hf_stream_id,
                   {"Message stream id", "rtmpx.stream_id", FT_UINT32, BASE_DEC, NULL, 0,
                    "Stream that the message belongs to; 0: control and commands", HFILL}},
    [CSID] = {&hf_csid,
              {"Chunk stream id", "rtmpx.csid", FT_UINT32, BASE_DEC, NULL, 0,
               "Chunk stream that carried the message", HFILL}},
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
                    "Bytes of the message that are kept: its beginning, and of coded video the "
                    "beginning of each later unit",
                    HFILL}},
    [HEADER_FRAGMENT] = {&hf_header_fragment,
                         {"Chunk header, first bytes", "rtmpx.chunk.header_beginning", FT_BYTES,
                          BASE_NONE, NULL, 0, "A chunk header that ends in a later frame", HFILL}},
    [READ_LATER] = {&hf_read_later,
                    {"Read later", "rtmpx.read_later", FT_BYTES, BASE_NONE, NULL, 0,
                     "Bytes of messages that later frames show: they were held until a chunk size "
                     "or a header was found",
                     HFILL}},
    [SKIPPED] = {&hf_skipped,
                 {"Skipped bytes", "rtmpx.skipped", FT_BYTES, BASE_NONE, NULL, 0,
                  "Bytes without a recognisable chunk header", HFILL}},
};

#define MESSAGE_EXPERTS(X)                                                                         \
    X(ei_timestamp_backwards, "rtmpx.timestamp_backwards", PI_SEQUENCE, PI_WARN,                   \
      "RTMP: timestamp lower than that of the audio or video before it in this stream")
MESSAGE_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info message_ei[] = {MESSAGE_EXPERTS(RTMPX_EXPERT_ROW)};

static int *const message_ett[] = {&ett_message, &ett_chunks};

const struct rtmpx_noun rtmpx_noun_message = {
    RTMPX_FIELDS(message_hf),
    RTMPX_EXPERTS(message_ei),
    RTMPX_SUBTREES(message_ett),
};

/* ---- items ---- */

/* Is the field wanted? Wireshark's own check, without a call. */
static inline bool is_referenced(proto_tree *tree, enum field field) {
    return tree && (PTREE_DATA(tree)->visible || rtmpx_fields_referenced(&message_hf[field], 1));
}

/* Few of these fields are usually wanted. For an unwanted one Wireshark also returns the tree, at
 * five times the cost. */
static proto_item *add_effective(proto_tree *tree, enum field field, const struct rtmpx_view *view,
                                 uint32_t start, uint32_t len, uint32_t value) {
    if (!is_referenced(tree, field))
        return tree;
    proto_item *item =
        proto_tree_add_uint(tree, *message_hf[field].p_id, view->tvb, (int)start, (int)len, value);
    if (!len)
        proto_item_set_generated(item);
    return item;
}

/* Append what is unusual about a timestamp: its base is unknown, the delta was taken as 0, or the
 * sender meant a negative number. */
static void name_timestamp(proto_item *item, proto_tree *tree,
                           const struct rtmp_fragment_record *fragment) {
    if (!rtmpx_tree_visible(tree))
        return;
    if (fragment->timestamp > INT32_MAX)
        proto_item_set_text(item, "Timestamp: %u (%d) ms", fragment->timestamp,
                            (int32_t)fragment->timestamp);
    if (fragment->flags & RTMP_FRAGMENT_UNCERTAIN)
        proto_item_append_text(item, ", relative: counts from before a loss");
    if (fragment->flags & RTMP_FRAGMENT_AMBIGUOUS)
        proto_item_append_text(item, ", delta read as 0");
}

/* The number of chunks, and the tree for them: folded into one line, so that the content is next.
 */
static proto_tree *add_chunk_count(proto_tree *tree, const struct rtmpx_view *view, uint32_t start,
                                   uint32_t count) {
    proto_item *item = add_effective(tree, CHUNK_COUNT, view, start, 0, count);
    return item == tree ? tree : proto_item_add_subtree(item, ett_chunks);
}

/* The effective values, over the header bytes that contain them; generated when they are inherited.
 * first: the message's first fragment in the segment; what later bytes or other messages tell of it
 * is in that which completes it. Returns the tree for its chunks. */
static proto_tree *add_header_values(proto_tree *tree, const struct rtmpx_view *view,
                                     const struct rtmp_fragment_record *first,
                                     const struct rtmp_fragment_record *fragment) {
    const struct rtmp_records *records = &view->core.direction->records;
    bool here = (first->flags & RTMP_FRAGMENT_FIRST) && !first->partial_header && first->size;
    uint32_t basic = rtmp_chunk_basic_bytes_of(fragment->csid);
    uint32_t start = first->start;
    uint32_t message = start + basic;
    uint32_t fmt = here ? first->fmt : 3U;
    add_effective(tree, TYPE, view, fmt <= 1 ? message + 6 : start, fmt <= 1 ? 1 : 0,
                  fragment->type);
    add_effective(tree, LENGTH, view, fmt <= 1 ? message + 3 : start, fmt <= 1 ? 3 : 0,
                  fragment->length);
    proto_item *timestamp = add_effective(tree, TIMESTAMP, view, fmt == 0 ? message : start,
                                          fmt == 0 ? 3 : 0, fragment->timestamp);
    name_timestamp(timestamp, tree, fragment);
    if (!(fragment->flags &
          RTMP_FRAGMENT_UNCERTAIN)) /* else the message stream id may be another */
        add_effective(tree, STREAM_ID, view, fmt == 0 ? message + 7 : start, fmt == 0 ? 4 : 0,
                      fragment->stream_id);
    add_effective(tree, CSID, view, start, here ? 1 : 0, fragment->csid);
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    proto_tree *chunk_tree =
        add_chunk_count(tree, view, start, reassembly ? reassembly->chunks : 1);
    if (fragment->backwards)
        expert_add_info(view->pinfo, timestamp, &ei_timestamp_backwards);
    uint32_t first_frame = reassembly ? rtmp_records_first_frame(records, reassembly) : 0;
    if (reassembly && first_frame != view->core.segment->frame)
        add_effective(tree, FIRST_FRAME, view, start, 0, first_frame);
    if (reassembly && reassembly->missing)
        add_effective(tree, MISSING, view, start, 0, reassembly->missing);
    return chunk_tree;
}

/* The chunks of a message, as many as it has a share of. */
static void add_chunks(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmpx_room *room, const struct rtmp_message_fragment *run,
                       uint32_t count) {
    uint64_t share = (uint64_t)room->chunks_each * count;
    uint32_t chunks = share < room->chunks ? (uint32_t)share : room->chunks;
    uint32_t i = 0;
    for (; i < count && chunks; i++)
        rtmpx_tree_chunks(tree, view, &view->core.fragments[run[i].index], &chunks);
    if (i == count)
        return;
    const struct rtmp_fragment_record *last = &view->core.fragments[run[count - 1].index];
    rtmpx_note_not_shown(tree, view->pinfo, view->tvb, view->core.fragments[run[i].index].start,
                         last->start + last->size);
}

/* The stream that the message of fragment `index` concerns. */
static void add_stream(proto_tree *tree, const struct rtmpx_view *view, uint32_t index,
                       uint32_t start) {
    const struct rtmp_segment_view *core = &view->core;
    const uint32_t message = core->segment->first_fragment + index;
    const struct rtmp_stream *stream =
        rtmp_stream_of(core->direction, &core->fragments[index], message);
    const struct rtmp_message_place place = {
        core->direction->session->id,
        message << 1 | (rtmp_session_from_client(core->direction) ? 0U : 1U)};
    if (stream)
        rtmpx_tree_stream(tree, view, stream, &place, start);
}

/* The item of a message, with its summary as value and label. */
static proto_tree *add_summary_item(proto_tree *tree, const struct rtmpx_view *view,
                                    struct rtmp_span span, const struct rtmpx_noun *noun,
                                    const struct rtmpx_body *body) {
    char line[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_masked(line, sizeof line, body->mask);
    noun->summary(&text, body);
    proto_item *item =
        proto_tree_add_string(tree, hf_message, view->tvb, (int)span.pos, (int)span.len, line);
    if (rtmpx_tree_visible(tree))
        proto_item_set_text(item, "%s", line);
    return proto_item_add_subtree(item, ett_message);
}

static void add_message_item(proto_tree *tree, struct rtmpx_messages *messages,
                             const struct rtmpx_room *room, uint32_t index, bool chunks) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmp_fragment_record *fragment = &view->core.fragments[index];
    const struct rtmp_message_fragment *run;
    uint32_t count = rtmp_segment_fragments_of(&messages->core, index, &run);
    uint32_t start = view->core.fragments[run[0].index].start;
    struct rtmp_span span = rtmp_span_of(start, fragment->start + fragment->size - start);
    const struct rtmpx_noun *noun = rtmpx_noun_of((uint8_t)fragment->type);
    bool wanted = rtmpx_wanted(tree, noun);
    bool items = wanted || is_referenced(tree, AVAILABLE);
    bool summary = is_referenced(tree, MESSAGE);
    struct rtmp_message message = rtmp_records_header(fragment);
    struct rtmpx_body body = {
        .message = &message, .events = room->events_each, .before = room->before};
    /* A body that is reassembled from its chunks gets a tab of its own. */
    if (items || summary)
        rtmpx_find_body(messages, index, UINT32_MAX, items, &body);
    proto_tree *message_tree = summary ? add_summary_item(tree, view, span, noun, &body) : tree;
    proto_tree *chunk_tree =
        add_header_values(message_tree, view, &view->core.fragments[run[0].index], fragment);
    if (rtmpx_wanted(tree, &rtmpx_noun_stream))
        add_stream(message_tree, view, index, start);
    if (rtmpx_kind_wanted(tree))
        rtmpx_tree_kind(message_tree, view->tvb, start, &message);
    if (fragment->has_facts && rtmpx_wanted(tree, &rtmpx_noun_flow))
        rtmpx_tree_flow(message_tree, view, index);
    if (rtmpx_clock_wanted(tree))
        rtmpx_tree_clock(message_tree, view, index, start);
    if (fragment->has_faults && rtmpx_wanted(tree, &rtmpx_noun_diagnosis))
        rtmpx_tree_diagnosis(message_tree, view, index, start);
    if (chunks)
        add_chunks(chunk_tree, view, room, run, count);
    if (!items)
        return;
    if (body.incomplete)
        proto_item_set_generated(
            proto_tree_add_uint(message_tree, hf_available, body.tvb, 0, 0, body.available));
    if (wanted)
        noun->tree(message_tree, &body);
}

/* Bytes that no fragment covers; rest: what those behind the last fragment are. */
static void add_uncovered(proto_tree *tree, const struct rtmpx_view *view, uint32_t start,
                          uint32_t end, enum rtmp_segment_rest rest) {
    if (start >= end)
        return;
    int id = rest == RTMP_REST_HEADER       ? hf_header_fragment
             : rest == RTMP_REST_READ_LATER ? hf_read_later
                                            : hf_skipped;
    proto_tree_add_item(tree, id, view->tvb, (int)start, (int)(end - start), ENC_NA);
}

/* Has the frame room for one more message, or one more part of one that completes elsewhere? */
static bool take_fragment(struct rtmpx_room *room, const struct rtmp_fragment_record *fragment) {
    return rtmpx_room_take(&room->messages) &&
           (!(fragment->flags & RTMP_FRAGMENT_COMPLETE) || !fragment->reassembly ||
            rtmpx_room_take(&room->bodies));
}

/* The chunks of a fragment of a message that completes elsewhere. */
static void add_other_fragment(proto_tree *tree, const struct rtmpx_view *view,
                               const struct rtmpx_room *room,
                               const struct rtmp_fragment_record *fragment, bool chunks) {
    const struct rtmp_records *records = &view->core.direction->records;
    uint32_t completed_in = rtmp_records_completed_in(records, fragment);
    if (chunks) {
        uint32_t share = room->chunks_each;
        rtmpx_tree_chunks(tree, view, fragment, &share);
    }
    if (completed_in)
        add_effective(tree, COMPLETED_IN, view, fragment->start, 0, completed_in);
}

bool rtmpx_fragments_wanted(proto_tree *tree, const struct rtmpx_view *view) {
    return rtmp_segment_completes_message(&view->core) || rtmpx_wanted(tree, &rtmpx_noun_chunk) ||
           is_referenced(tree, COMPLETED_IN) || is_referenced(tree, HEADER_FRAGMENT) ||
           is_referenced(tree, READ_LATER) || is_referenced(tree, SKIPPED);
}

void rtmpx_tree_fragments(proto_tree *tree, struct rtmpx_view *view) {
    struct rtmpx_messages messages = rtmpx_messages_of(view);
    struct rtmpx_room room = rtmpx_room_for(view);
    const struct rtmp_direction *wire = &view->core.direction->wire;
    uint64_t handshake_end = wire->has_handshake ? wire->handshake_end : 0;
    uint32_t covered = rtmp_segment_offset(view->core.segment) < handshake_end
                           ? (uint32_t)(handshake_end - rtmp_segment_offset(view->core.segment))
                           : 0;
    const struct rtmp_records *records = &view->core.direction->records;
    bool chunks = rtmpx_wanted(tree, &rtmpx_noun_chunk);
    uint32_t end = tvb_captured_length(view->tvb);
    for (uint32_t i = 0; i < view->core.segment->fragment_count; i++) {
        const struct rtmp_fragment_record *fragment = &view->core.fragments[i];
        bool complete = fragment->flags & RTMP_FRAGMENT_COMPLETE;
        bool shown = complete || !rtmp_records_completes_in(records, fragment, view->core.segment);
        if (shown && !take_fragment(&room, fragment)) {
            rtmpx_note_not_shown(tree, view->pinfo, view->tvb, covered, end);
            return;
        }
        if (fragment->size) {
            add_uncovered(tree, view, covered, fragment->start, RTMP_REST_UNKNOWN);
            covered = fragment->start + fragment->size;
        }
        if (complete) {
            add_message_item(tree, &messages, &room, i, chunks);
            rtmpx_room_pass(&room, fragment);
        } else if (shown) {
            add_other_fragment(tree, view, &room, fragment, chunks);
        }
    }
    add_uncovered(tree, view, covered, end,
                  rtmp_session_rest(view->core.direction, view->core.segment));
}

/* ---- summary ---- */

/* Bytes of a media body that its summary needs. */
enum { SUMMARY_BYTES = 256 };

/* What stands first in a line that shows several messages, and is not cut off. */
enum importance { CALLS_AND_OBJECTS, MEDIA_AND_DATA, PROTOCOL_CONTROL, IMPORTANCES };

static enum importance importance_of(const struct rtmp_fragment_record *fragment) {
    switch (fragment->type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return CALLS_AND_OBJECTS;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return MEDIA_AND_DATA;
    default:
        return fragment->type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH ? PROTOCOL_CONTROL
                                                                 : MEDIA_AND_DATA;
    }
}

/* A bit for each importance that messages of the segment have. */
static unsigned importances_of(const struct rtmpx_view *view) {
    unsigned found = 0;
    for (uint32_t i = 0; i < view->core.segment->fragment_count; i++)
        if (view->core.fragments[i].flags & RTMP_FRAGMENT_COMPLETE)
            found |= 1U << importance_of(&view->core.fragments[i]);
    return found;
}

static void add_summaries(struct rtmp_summary_line *line, struct rtmpx_messages *messages,
                          enum importance importance) {
    const struct rtmpx_view *view = messages->view;
    for (uint32_t i = 0; i < view->core.segment->fragment_count; i++) {
        const struct rtmp_fragment_record *fragment = &view->core.fragments[i];
        if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE) || importance_of(fragment) != importance)
            continue;
        struct rtmp_text summary;
        bool media = fragment->type == RTMP_MESSAGE_AUDIO || fragment->type == RTMP_MESSAGE_VIDEO;
        if (!rtmp_summary_line_begin(line, media, &summary))
            return;
        struct rtmp_message message = rtmp_records_header(fragment);
        struct rtmpx_body body = {.message = &message};
        rtmpx_find_body(messages, i, media ? SUMMARY_BYTES : UINT32_MAX, false, &body);
        rtmpx_noun_of((uint8_t)fragment->type)->summary(&summary, &body);
        rtmp_summary_line_add(line, &summary);
    }
}

void rtmpx_summary_fragments(struct rtmp_text *text, struct rtmpx_view *view) {
    struct rtmpx_messages messages = rtmpx_messages_of(view);
    struct rtmp_summary_line line;
    rtmp_summary_line_over(&line, text);
    unsigned importances = importances_of(view);
    for (unsigned importance = 0; importance < IMPORTANCES; importance++)
        if (importances >> importance & 1)
            add_summaries(&line, &messages, (enum importance)importance);
    rtmp_summary_line_end(&line);
}
