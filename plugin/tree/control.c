/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/control.h"

#include "tree/items.h"
#include "tree/note.h"

#include "payload/control.h"

static int hf_set_chunk_size = -1;
static int hf_abort_csid = -1;
static int hf_ack_sequence_number = -1;
static int hf_window_ack_size = -1;
static int hf_peer_bandwidth = -1;
static int hf_peer_bandwidth_limit_type = -1;
static int hf_event = -1;
static int hf_stream_id = -1;
static int hf_buffer_length = -1;
static int hf_timestamp = -1;
static int hf_swf_type = -1;
static int hf_swf_version = -1;
static int hf_swf_size = -1;
static int hf_swf_size2 = -1;
static int hf_swf_hmac = -1;
static int hf_value = -1;
static int hf_data = -1;

static hf_register_info control_hf[] = {
    {&hf_set_chunk_size,
     {"Chunk size", "rtmpx.set_chunk_size", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of a chunk's data from the next chunk of this direction on", HFILL}},
    {&hf_abort_csid,
     {"Aborted chunk stream id", "rtmpx.abort_csid", FT_UINT32, BASE_DEC, NULL, 0,
      "Chunk stream whose partly sent message is dropped", HFILL}},
    {&hf_ack_sequence_number,
     {"Acknowledged bytes", "rtmpx.ack_sequence_number", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes received so far", HFILL}},
    {&hf_window_ack_size,
     {"Acknowledgement window size", "rtmpx.window_ack_size", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes after which the peer acknowledges", HFILL}},
    {&hf_peer_bandwidth,
     {"Peer bandwidth", "rtmpx.peer_bandwidth", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes that the peer may send without an acknowledgement", HFILL}},
    {&hf_peer_bandwidth_limit_type,
     {"Limit type", "rtmpx.peer_bandwidth.limit_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_peer_bandwidth_limits), 0,
      "How the peer combines the new window with the one it has", HFILL}},
    {&hf_event,
     {"User control event", "rtmpx.user_control.event", FT_UINT16, BASE_DEC,
      VALS(rtmp_names_user_control_events), 0,
      "Event type, first 2 bytes of a user control message", HFILL}},
    {&hf_stream_id,
     {"Event stream id", "rtmpx.user_control.stream_id", FT_UINT32, BASE_DEC, NULL, 0,
      "Message stream that the event is about", HFILL}},
    {&hf_buffer_length,
     {"Buffer length (ms)", "rtmpx.user_control.buffer_length", FT_UINT32, BASE_DEC, NULL, 0,
      "ms of the stream that the client buffers", HFILL}},
    {&hf_timestamp,
     {"Event timestamp (ms)", "rtmpx.user_control.timestamp", FT_UINT32, BASE_DEC, NULL, 0,
      "Clock of the server", HFILL}},
    {&hf_swf_type,
     {"SWF verification type", "rtmpx.user_control.swf_verification_type", FT_UINT8, BASE_DEC, NULL,
      0, "First byte of an SWF verification response; 1 (observed: librtmp)", HFILL}},
    {&hf_swf_version,
     {"SWF verification version", "rtmpx.user_control.swf_verification_version", FT_UINT8, BASE_DEC,
      NULL, 0, "Second byte of an SWF verification response; 1 (observed: librtmp)", HFILL}},
    {&hf_swf_size,
     {"SWF size", "rtmpx.user_control.swf_size", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the uncompressed SWF file", HFILL}},
    {&hf_swf_size2,
     {"SWF size, repeated", "rtmpx.user_control.swf_size2", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the uncompressed SWF file once more", HFILL}},
    {&hf_swf_hmac,
     {"SWF HMAC-SHA256", "rtmpx.user_control.swf_hmac", FT_BYTES, BASE_NONE, NULL, 0,
      "HMAC of the SWF file's hash, keyed with the last 32 bytes of S1", HFILL}},
    {&hf_value,
     {"Further value", "rtmpx.user_control.value", FT_UINT32, BASE_DEC, NULL, 0,
      "Value beyond those that the event has (old ping body)", HFILL}},
    {&hf_data,
     {"Event data", "rtmpx.user_control.data", FT_BYTES, BASE_NONE, NULL, 0,
      "Data of an event of unknown type", HFILL}},
};

static int field_of(enum rtmp_control_kind kind) {
    switch (kind) {
    case RTMP_CONTROL_CHUNK_SIZE:
        return hf_set_chunk_size;
    case RTMP_CONTROL_ABORT_CSID:
        return hf_abort_csid;
    case RTMP_CONTROL_ACK_SEQUENCE_NUMBER:
        return hf_ack_sequence_number;
    case RTMP_CONTROL_WINDOW_ACK_SIZE:
        return hf_window_ack_size;
    case RTMP_CONTROL_PEER_BANDWIDTH:
        return hf_peer_bandwidth;
    case RTMP_CONTROL_LIMIT_TYPE:
        return hf_peer_bandwidth_limit_type;
    case RTMP_CONTROL_EVENT:
        return hf_event;
    case RTMP_CONTROL_STREAM_ID:
        return hf_stream_id;
    case RTMP_CONTROL_BUFFER_LENGTH:
        return hf_buffer_length;
    case RTMP_CONTROL_TIMESTAMP:
        return hf_timestamp;
    case RTMP_CONTROL_SWF_TYPE:
    case RTMP_CONTROL_SWF_TYPE_OPTIONAL:
        return hf_swf_type;
    case RTMP_CONTROL_SWF_VERSION:
        return hf_swf_version;
    case RTMP_CONTROL_SWF_SIZE:
        return hf_swf_size;
    case RTMP_CONTROL_SWF_SIZE_2:
        return hf_swf_size2;
    case RTMP_CONTROL_SWF_HMAC:
        return hf_swf_hmac;
    case RTMP_CONTROL_VALUE:
        return hf_value;
    case RTMP_CONTROL_NONE:
    case RTMP_CONTROL_DATA:
        break;
    }
    return hf_data;
}

static void add_field(proto_tree *tree, const struct rtmpx_body *body,
                      const struct rtmp_control_field *field) {
    bool is_raw = field->kind == RTMP_CONTROL_SWF_HMAC || field->kind == RTMP_CONTROL_DATA;
    int id = field_of(field->kind);
    proto_item *item = is_raw ? rtmpx_add_range(tree, id, body, field->span)
                              : rtmpx_add_uint(tree, id, body, field->span, field->value);
    if (field->remark != RTMP_OK)
        expert_add_info_format(body->pinfo, item, &ei_rtmpx_malformed, "RTMP: %s",
                               rtmp_error_text(field->remark));
}

static void add_control(proto_tree *tree, const struct rtmpx_body *body) {
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, &reader, body->message->type);
    while (rtmp_control_next(&control, &field))
        add_field(tree, body, &field);
    rtmpx_note_rest(tree, body, &reader);
}

static void summarise_control(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_control_summary(text, rtmp_reader_over(body->bytes, body->available), body->message->type);
}

const struct rtmpx_noun rtmpx_noun_control = {
    RTMPX_FIELDS(control_hf),
    .types = {RTMP_MESSAGE_SET_CHUNK_SIZE, RTMP_MESSAGE_ABORT, RTMP_MESSAGE_ACKNOWLEDGEMENT,
              RTMP_MESSAGE_USER_CONTROL, RTMP_MESSAGE_WINDOW_ACK_SIZE,
              RTMP_MESSAGE_SET_PEER_BANDWIDTH},
    .tree = add_control,
    .summary = summarise_control,
};
