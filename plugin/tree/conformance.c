/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/conformance.h"

static int hf_occurrences = -1;
static int hf_csid = -1;
static int hf_chunk_size = -1;
static int hf_chunk_size_source = -1;

static hf_register_info conformance_hf[] = {
    {&hf_occurrences,
     {"Occurrences", "rtmpx.conformance.count", FT_UINT64, BASE_DEC, NULL, 0,
      "How often in this direction; on the first pass, up to this frame or a later one of it",
      HFILL}},
    {&hf_csid,
     {"On chunk stream id", "rtmpx.conformance.csid", FT_UINT32, BASE_DEC, NULL, 0,
      "Chunk stream of the first occurrence", HFILL}},
    {&hf_chunk_size,
     {"Assumed chunk size", "rtmpx.assumed_chunk_size", FT_UINT64, BASE_DEC, NULL, 0,
      "Bytes of a chunk's data from here on; no Set Chunk Size was seen that says so", HFILL}},
    {&hf_chunk_size_source,
     {"Chunk size known from", "rtmpx.assumed_chunk_size.source", FT_STRING, BASE_NONE, NULL, 0,
      "Where messages are cut, or the preference for captures that begin inside a connection",
      HFILL}},
};

#define CONFORMANCE_EXPERTS(X)                                                                     \
    X(ei_omitted, "rtmpx.extended_timestamp_omitted", PI_PROTOCOL, PI_NOTE,                        \
      "RTMP: fmt 3 chunks of this sender lack the extended timestamp")                             \
    X(ei_ambiguous, "rtmpx.timestamp_ambiguous", PI_PROTOCOL, PI_NOTE,                             \
      "RTMP: fmt 3 begins a message right after fmt 0: delta read as 0")                           \
    X(ei_uncertain, "rtmpx.timestamp_uncertain", PI_SEQUENCE, PI_NOTE,                             \
      "RTMP: from here on timestamps of this chunk stream count from before a loss, and its "      \
      "message stream id is not known")                                                            \
    X(ei_first_fmt, "rtmpx.conformance.first_fmt", PI_PROTOCOL, PI_NOTE,                           \
      "RTMP: a chunk stream begins with fmt 1, 2 or 3; specified: fmt 0")                          \
    X(ei_continuation_fmt, "rtmpx.conformance.continuation_fmt", PI_PROTOCOL, PI_NOTE,             \
      "RTMP: a continuation chunk is not fmt 3")                                                   \
    X(ei_control_csid, "rtmpx.conformance.control_csid", PI_PROTOCOL, PI_NOTE,                     \
      "RTMP: a control message is not on chunk stream 2 or not on message stream 0")               \
    X(ei_timestamp_delta, "rtmpx.conformance.timestamp_delta", PI_PROTOCOL, PI_NOTE,               \
      "RTMP: a timestamp delta of 2^23 ms or more: a negative one that was cut to 24 bits")        \
    X(ei_config, "rtmpx.conformance.config", PI_PROTOCOL, PI_NOTE,                                 \
      "RTMP: a configuration record is empty or has no parameter sets")                            \
    X(ei_chunk_size, "rtmpx.conformance.chunk_size", PI_PROTOCOL, PI_NOTE,                         \
      "RTMP: chunks are longer or shorter than announced")
CONFORMANCE_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info conformance_ei[] = {CONFORMANCE_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_conformance = {
    RTMPX_FIELDS(conformance_hf),
    RTMPX_EXPERTS(conformance_ei),
};

/* The item with the number of occurrences, which expert texts do not contain. */
static void add_counted(proto_tree *tree, const struct rtmpx_view *view,
                        const struct rtmp_note_record *note, expert_field *expert) {
    int start = (int)note->start;
    proto_item *item =
        proto_tree_add_uint64(tree, hf_occurrences, view->tvb, start, 0, note->count);
    proto_item_set_generated(item);
    expert_add_info(view->pinfo, item, expert);
    proto_item_set_generated(proto_tree_add_uint(tree, hf_csid, view->tvb, start, 0, note->csid));
}

static void add_chunk_size(proto_tree *tree, const struct rtmpx_view *view,
                           const struct rtmp_note_record *note) {
    int start = (int)note->start;
    proto_item *item = proto_tree_add_uint64(tree, hf_chunk_size, view->tvb, start, 0, note->count);
    proto_item_set_generated(item);
    if (note->kind == RTMP_NOTE_CHUNKS_UNANNOUNCED)
        expert_add_info(view->pinfo, item, &ei_chunk_size);
    const char *source = note->kind == RTMP_NOTE_CHUNK_SIZE_SET
                             ? "preference rtmpx.midstream_chunk_size"
                             : "where messages are cut";
    proto_item_set_generated(
        proto_tree_add_string(tree, hf_chunk_size_source, view->tvb, start, 0, source));
}

/* Unless late bytes have settled it since. */
static void add_uncertain(proto_tree *tree, const struct rtmpx_view *view,
                          const struct rtmp_note_record *note) {
    if (note->length)
        return;
    proto_item *item =
        proto_tree_add_uint(tree, hf_csid, view->tvb, (int)note->start, 0, note->csid);
    proto_item_set_generated(item);
    expert_add_info(view->pinfo, item, &ei_uncertain);
}

bool rtmpx_tree_conformance_note(proto_tree *tree, const struct rtmpx_view *view,
                                 const struct rtmp_note_record *note) {
    switch ((int)note->kind) {
    case RTMP_NOTE_CHUNK_SIZE:
    case RTMP_NOTE_CHUNK_SIZE_SET:
    case RTMP_NOTE_CHUNKS_UNANNOUNCED:
        add_chunk_size(tree, view, note);
        return true;
    case RTMP_NOTE_TIMESTAMP_UNCERTAIN:
        add_uncertain(tree, view, note);
        return true;
    case RTMP_NOTE_TIMESTAMP_AMBIGUOUS:
        add_counted(tree, view, note, &ei_ambiguous);
        return true;
    case RTMP_NOTE_EXTENDED_OMITTED:
        add_counted(tree, view, note, &ei_omitted);
        return true;
    case RTMP_NOTE_FIRST_FMT:
        add_counted(tree, view, note, &ei_first_fmt);
        return true;
    case RTMP_NOTE_CONTINUATION_FMT:
        add_counted(tree, view, note, &ei_continuation_fmt);
        return true;
    case RTMP_NOTE_CONTROL_CSID:
        add_counted(tree, view, note, &ei_control_csid);
        return true;
    case RTMP_NOTE_TIMESTAMP_DELTA:
        add_counted(tree, view, note, &ei_timestamp_delta);
        return true;
    case RTMP_NOTE_CONFIG:
        add_counted(tree, view, note, &ei_config);
        return true;
    default:
        return false;
    }
}
