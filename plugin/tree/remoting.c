/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/remoting.h"

#include "conversation.h"
#include "preferences.h"
#include "tree/amf.h"
#include "tree/items.h"
#include "tree/note.h"
#include "tree/remoting_facts.h"
#include "wanted.h"

#include "payload/remoting/summary.h"

static int hf_packet = -1;
static int hf_version = -1;
static int hf_direction = -1;
static int hf_header_count = -1;
static int hf_message_count = -1;
static int hf_header = -1;
static int hf_header_name = -1;
static int hf_must_understand = -1;
static int hf_header_length = -1;
static int hf_message = -1;
static int hf_target = -1;
static int hf_response = -1;
static int hf_length = -1;
static int hf_value_length = -1;
static int hf_id = -1;
static int hf_call = -1;
static int hf_status = -1;
static int hf_response_in = -1;
static int hf_response_to = -1;
static int hf_response_time = -1;
static int hf_response_to_call = -1;

static int ett_layer = -1;
static int ett_packet = -1;
static int ett_entry = -1;

enum { DIRECTION_REQUEST, DIRECTION_REPLY };
static const value_string direction_names[] = {
    {DIRECTION_REQUEST, "request"}, {DIRECTION_REPLY, "reply"}, {0, NULL}};

static hf_register_info remoting_hf[] = {
    {&hf_packet,
     {"AMF packet", "rtmpx.remoting", FT_NONE, BASE_NONE, NULL, 0,
      "An AMF packet of Flash Remoting: the body of an HTTP request or reply", HFILL}},
    {&hf_version,
     {"AMF version", "rtmpx.remoting.version", FT_UINT16, BASE_DEC, NULL, 0,
      "0: AMF0, 3: values may be AMF3, 1: Flash Communication Server", HFILL}},
    {&hf_direction,
     {"Remoting direction", "rtmpx.remoting.direction", FT_UINT8, BASE_DEC, VALS(direction_names),
      0, "From HTTP; where that does not say, a target /N or /N/on... is that of a reply", HFILL}},
    {&hf_header_count,
     {"Header count", "rtmpx.remoting.header_count", FT_UINT16, BASE_DEC, NULL, 0,
      "Headers that follow", HFILL}},
    {&hf_message_count,
     {"Message count", "rtmpx.remoting.message_count", FT_UINT16, BASE_DEC, NULL, 0,
      "Messages that follow", HFILL}},
    {&hf_header,
     {"Header", "rtmpx.remoting.header", FT_STRING, BASE_NONE, NULL, 0, "name=value of a header",
      HFILL}},
    {&hf_header_name,
     {"Header name", "rtmpx.remoting.header.name", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the header, such as Credentials", HFILL}},
    {&hf_must_understand,
     {"Must understand", "rtmpx.remoting.header.must_understand", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "A receiver that does not know the header must refuse the packet", HFILL}},
    {&hf_header_length,
     {"Header length", "rtmpx.remoting.header.length", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the header's value; 0, 1 and 0xFFFFFFFF are written for unknown", HFILL}},
    {&hf_message,
     {"Remoting message", "rtmpx.remoting.message", FT_STRING, BASE_NONE, NULL, 0,
      "One call or reply; its value is its one-line summary", HFILL}},
    {&hf_target,
     {"Target URI", "rtmpx.remoting.target", FT_STRING, BASE_NONE, NULL, 0,
      "Target URI: of a call the method, of a reply /N/onResult", HFILL}},
    {&hf_response,
     {"Response URI", "rtmpx.remoting.response", FT_STRING, BASE_NONE, NULL, 0,
      "Of a call: /N, which the target of the reply begins with", HFILL}},
    {&hf_length,
     {"Remoting length", "rtmpx.remoting.length", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the message's value; 0, 1 and 0xFFFFFFFF are written for unknown", HFILL}},
    {&hf_value_length,
     {"Length of the value", "rtmpx.remoting.value_length", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes that the value really has", HFILL}},
    {&hf_id,
     {"Remoting id", "rtmpx.remoting.id", FT_STRING, BASE_NONE, NULL, 0,
      "What links a call with its reply: /N of both", HFILL}},
    {&hf_call,
     {"Call", "rtmpx.remoting.call", FT_STRING, BASE_NONE, NULL, 0,
      "What is called: the target; of Flex messages destination.operation, or the command", HFILL}},
    {&hf_status,
     {"Remoting status", "rtmpx.remoting.status", FT_STRING, BASE_NONE, NULL, 0,
      "Of a reply: onResult, onStatus, onDebugEvents, or empty", HFILL}},
    {&hf_response_in,
     {"Remoting response in", "rtmpx.remoting.response_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "Frame of the reply to this call", HFILL}},
    {&hf_response_to,
     {"Remoting response to", "rtmpx.remoting.response_to", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "Frame of the call that this answers", HFILL}},
    {&hf_response_time,
     {"Remoting response time", "rtmpx.remoting.response_time", FT_RELATIVE_TIME, BASE_NONE, NULL,
      0, "From the call to this reply", HFILL}},
    {&hf_response_to_call,
     {"Remoting response to call", "rtmpx.remoting.response_to_call", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the call that this answers", HFILL}},
};

#define REMOTING_EXPERTS(X)                                                                        \
    X(ei_length_mismatch, "rtmpx.remoting.length_mismatch", PI_PROTOCOL, PI_NOTE,                  \
      "Flash Remoting: the length is not that of the value")                                       \
    X(ei_no_answer, "rtmpx.remoting.no_answer", PI_SEQUENCE, PI_NOTE,                              \
      "Flash Remoting: no AMF reply to this call is in the capture")                               \
    X(ei_second_answer, "rtmpx.remoting.second_answer", PI_SEQUENCE, PI_NOTE,                      \
      "Flash Remoting: the call was answered before")                                              \
    X(ei_remoting_trailing, "rtmpx.remoting.trailing", PI_PROTOCOL, PI_NOTE,                       \
      "Flash Remoting: bytes behind the last message")
REMOTING_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info remoting_ei[] = {REMOTING_EXPERTS(RTMPX_EXPERT_ROW)};

/* State while the items of a packet are added. */
struct remoting_view {
    const struct rtmpx_remoting *remoting;
    struct rtmpx_body body; /* with the secrets of the open header or message */
    struct rtmp_remoting *packet;
    bool values_wanted;
    proto_tree *tree;  /* of the packet */
    proto_item *entry; /* the open header or message */
    proto_tree *entry_tree;
    struct rtmp_remoting_piece piece; /* its head */
    uint32_t message;                 /* its number */
    struct rtmp_remoting_facts facts;
    struct rtmp_secrets secrets;
};

static proto_item *generated(proto_item *item) {
    proto_item_set_generated(item);
    return item;
}

/* The record of the open message; NULL: it is beyond those that are linked. */
static const struct rtmp_remoting_record *record_of(const struct remoting_view *view) {
    const struct rtmp_remoting_packet *packet = view->remoting->packet;
    return view->message < packet->count ? &packet->message[view->message] : NULL;
}

static bool is_message(const struct remoting_view *view) {
    return view->piece.kind == RTMP_REMOTING_MESSAGE;
}

/* ---- heads ---- */

/* A text of the packet with its length of 16 bits. */
static proto_item *add_counted(const struct remoting_view *view, int id, struct rtmp_span text) {
    return rtmpx_add_string(view->entry_tree, id, &view->body,
                            rtmp_span_of(text.pos - 2, text.len + 2), text);
}

static void add_length(const struct remoting_view *view, int id) {
    rtmpx_add_uint(view->entry_tree, id, &view->body,
                   rtmp_span_of(rtmp_span_end(view->piece.whole) - 4, 4), view->piece.length);
}

static void read_entry(struct remoting_view *view, const struct rtmp_reader *reader) {
    rtmp_remoting_facts_read(&view->facts, rtmp_remoting_value_of(reader, &view->piece));
    view->secrets =
        rtmp_secrets_of(reader, &view->piece, view->remoting->packet->is_reply, &view->facts);
    view->body.secrets = rtmpx_shows_passwords() ? NULL : &view->secrets;
}

/* The item of a header or message; its end is set when that is known. */
static void open_entry(struct remoting_view *view, int id) {
    enum { LINE_SIZE = 512 };
    char out[LINE_SIZE];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, view->body.mask);
    const struct rtmp_reader reader = rtmp_reader_over(view->body.bytes, view->body.available);
    const struct rtmp_remoting_record *record = is_message(view) ? record_of(view) : NULL;
    const struct rtmp_remoting_line line = {
        .entry = &view->piece,
        .is_reply = view->remoting->packet->is_reply,
        .shows_secrets = rtmpx_shows_passwords(),
        .call = record ? rtmp_remoting_answered(record) : NULL,
        .time = record ? rtmp_remoting_time(record) : 0,
    };
    bool wanted =
        view->tree && (rtmpx_tree_visible(view->tree) || proto_field_is_referenced(view->tree, id));
    if (wanted && is_message(view))
        rtmp_remoting_message_line(&text, reader, &line);
    else if (wanted)
        rtmp_remoting_header_line(&text, reader, &line);
    view->entry = proto_tree_add_string(view->tree, id, view->body.tvb, (int)view->piece.whole.pos,
                                        (int)view->piece.whole.len, wanted ? text.out : "");
    view->entry_tree = proto_item_add_subtree(view->entry, ett_entry);
}

static void add_header(struct remoting_view *view) {
    const struct rtmp_span name = view->piece.name;
    const struct rtmp_span flag = rtmp_span_of(rtmp_span_end(name), 1);
    open_entry(view, hf_header);
    add_counted(view, hf_header_name, name);
    proto_tree_add_boolean(view->entry_tree, hf_must_understand, view->body.tvb, (int)flag.pos,
                           (int)flag.len, view->piece.must_understand);
    add_length(view, hf_header_length);
}

static void add_reply_target(const struct remoting_view *view, const struct rtmp_remoting_id *id) {
    const char *status = rtmp_remoting_status_text(id->status);
    uint32_t len = (uint32_t)strlen(status);
    proto_tree_add_string(view->entry_tree, hf_status, view->body.tvb,
                          (int)(rtmp_span_end(view->piece.name) - len), (int)len, status);
}

static void add_message(struct remoting_view *view) {
    const struct rtmp_reader reader = rtmp_reader_over(view->body.bytes, view->body.available);
    bool is_reply = view->remoting->packet->is_reply;
    const struct rtmp_remoting_id id = rtmp_remoting_id_of(&reader, &view->piece, is_reply);
    open_entry(view, hf_message);
    add_counted(view, hf_target, view->piece.name);
    if (is_reply)
        add_reply_target(view, &id);
    add_counted(view, hf_response, view->piece.response);
    add_length(view, hf_length);
    if (id.text.len)
        generated(rtmpx_add_string(view->entry_tree, hf_id, &view->body, id.text, id.text));
}

/* ---- links ---- */

static void add_link(const struct remoting_view *view, int id, uint32_t frame) {
    generated(proto_tree_add_uint(view->entry_tree, id, view->body.tvb, 0, 0, frame));
}

static void add_call_links(const struct remoting_view *view,
                           const struct rtmp_remoting_record *record) {
    packet_info *pinfo = view->body.pinfo;
    if (record->call)
        generated(
            proto_tree_add_string(view->entry_tree, hf_call, view->body.tvb, 0, 0, record->call));
    if (record->peer)
        add_link(view, hf_response_in, record->peer->packet->frame.number);
    else if (PINFO_FD_VISITED(pinfo) && rtmp_remoting_has_no_answer(record))
        expert_add_info(pinfo, view->entry, &ei_no_answer);
}

static void add_reply_links(const struct remoting_view *view,
                            const struct rtmp_remoting_record *record) {
    if (record->is_second)
        expert_add_info(view->body.pinfo, view->entry, &ei_second_answer);
    if (!record->peer)
        return;
    const nstime_t response_time = rtmpx_nstime(rtmp_remoting_time(record));
    tvbuff_t *tvb = view->body.tvb;
    add_link(view, hf_response_to, record->peer->packet->frame.number);
    generated(proto_tree_add_time(view->entry_tree, hf_response_time, tvb, 0, 0, &response_time));
    if (record->peer->call)
        generated(proto_tree_add_string(view->entry_tree, hf_response_to_call, tvb, 0, 0,
                                        record->peer->call));
}

static struct rtmpx_remoting_facts facts_of(const struct remoting_view *view) {
    return (struct rtmpx_remoting_facts){view->entry_tree, &view->body, &view->facts};
}

/* What is known of a message, before its value. */
static void add_message_facts(const struct remoting_view *view) {
    const struct rtmp_remoting_record *record = record_of(view);
    const struct rtmpx_remoting_facts facts = facts_of(view);
    rtmpx_tree_remoting_flex(&facts);
    if (!record) {
        if (view->message == view->remoting->packet->count) /* the first one */
            rtmpx_note_limit(view->entry_tree, view->body.pinfo, view->body.tvb,
                             view->piece.whole.pos, RTMP_LIMIT_ITEMS);
        return;
    }
    if (view->remoting->packet->is_reply) {
        if (rtmp_remoting_is_fault(&view->facts, record->status))
            rtmpx_tree_remoting_fault(&facts, view->entry);
        add_reply_links(view, record);
    } else {
        add_call_links(view, record);
    }
}

/* ---- the packet ---- */

static void add_value(struct remoting_view *view) {
    if (!view->values_wanted)
        return;
    rtmpx_tree_amf_value(view->entry_tree, &view->body, &view->packet->amf, "0", "Value", 0);
}

/* The undecoded rest of a value, up to where its length ends it. */
static void add_value_rest(const struct remoting_view *view,
                           const struct rtmp_remoting_piece *piece) {
    struct rtmpx_body value = view->body;
    value.available = rtmp_span_end(piece->whole);
    value.incomplete = false;
    if (piece->error == RTMP_OK) { /* ei_length_mismatch follows */
        rtmpx_add_undecoded(view->entry_tree, &value, piece->whole.pos);
        return;
    }
    struct rtmp_reader reader = rtmp_reader_over(value.bytes, value.available);
    reader.pos = piece->whole.pos;
    rtmp_fail_at(&reader, piece->error, piece->error_pos);
    rtmpx_note_rest(view->entry_tree, &value, &reader);
}

static void set_entry_end(const struct remoting_view *view, uint32_t end) {
    proto_item_set_len(view->entry, (int)(end - view->piece.whole.pos));
}

static void end_entry(struct remoting_view *view, const struct rtmp_remoting_piece *piece) {
    set_entry_end(view, piece->whole.pos);
    if (piece->was_read) {
        generated(rtmpx_add_uint(view->entry_tree, hf_value_length, &view->body, piece->value,
                                 piece->value.len));
        if (rtmp_remoting_length_of(piece) == RTMP_REMOTING_LENGTH_DIFFERS)
            expert_add_info(view->body.pinfo, view->entry, &ei_length_mismatch);
    }
    view->message += is_message(view);
    view->entry = NULL;
}

static void begin_entry(struct remoting_view *view, const struct rtmp_remoting_piece *piece) {
    const struct rtmp_reader reader = rtmp_reader_over(view->body.bytes, view->body.available);
    view->piece = *piece;
    read_entry(view, &reader);
    if (is_message(view)) {
        add_message(view);
        add_message_facts(view);
    } else {
        add_header(view);
        const struct rtmpx_remoting_facts facts = facts_of(view);
        rtmpx_tree_remoting_header(&facts, view->piece.name);
    }
}

static void add_piece(struct remoting_view *view, const struct rtmp_remoting_piece *piece) {
    bool is_reply = view->remoting->packet->is_reply;
    switch (piece->kind) {
    case RTMP_REMOTING_VERSION:
        rtmpx_add_uint(view->tree, hf_version, &view->body, piece->whole, piece->number);
        generated(proto_tree_add_uint(view->tree, hf_direction, view->body.tvb, 0, 0,
                                      is_reply ? DIRECTION_REPLY : DIRECTION_REQUEST));
        break;
    case RTMP_REMOTING_HEADER_COUNT:
        rtmpx_add_uint(view->tree, hf_header_count, &view->body, piece->whole, piece->number);
        break;
    case RTMP_REMOTING_MESSAGE_COUNT:
        rtmpx_add_uint(view->tree, hf_message_count, &view->body, piece->whole, piece->number);
        break;
    case RTMP_REMOTING_HEADER:
    case RTMP_REMOTING_MESSAGE:
        begin_entry(view, piece);
        break;
    case RTMP_REMOTING_VALUE:
        add_value(view);
        break;
    case RTMP_REMOTING_REST:
        add_value_rest(view, piece);
        break;
    case RTMP_REMOTING_END:
        end_entry(view, piece);
        break;
    }
}

/* Bytes that no message has. */
static void add_packet_rest(const struct remoting_view *view, const struct rtmp_reader *reader) {
    const struct rtmpx_body *body = &view->body;
    bool in_entry = view->entry && !rtmp_ok(reader);
    if (in_entry)
        set_entry_end(view, body->available);
    if (rtmp_ok(reader) && reader->pos < body->available)
        expert_add_info(body->pinfo, rtmpx_add_undecoded(view->tree, body, reader->pos),
                        &ei_remoting_trailing);
    else
        rtmpx_note_rest(in_entry ? view->entry_tree : view->tree, body, reader);
}

void rtmpx_summary_remoting(struct rtmp_text *text, const struct rtmpx_remoting *remoting) {
    const struct rtmpx_body *body = remoting->body;
    rtmp_remoting_packet_line(text, rtmp_reader_over(body->bytes, body->available),
                              remoting->packet, rtmpx_shows_passwords());
}

/* Its text is set in one call. */
static proto_tree *add_layer(proto_tree *tree, const struct rtmpx_body *body, const char *line) {
    proto_item *item = proto_tree_add_item(tree, proto_rtmpx, body->tvb, 0, -1, ENC_NA);
    if (rtmpx_tree_visible(tree))
        proto_item_set_text(item, "Flash Remoting, %s", line);
    return proto_item_add_subtree(item, ett_layer);
}

static void add_packet(proto_tree *tree, const struct rtmpx_remoting *remoting) {
    const struct rtmpx_body *body = remoting->body;
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_remoting packet;
    struct rtmp_remoting_piece piece;
    struct remoting_view view = {.remoting = remoting,
                                 .body = *body,
                                 .packet = &packet,
                                 .values_wanted = rtmpx_wanted(tree, &rtmpx_noun_amf)};
    proto_item *item = rtmpx_add_range(tree, hf_packet, body, rtmp_span_of(0, body->available));
    view.tree = proto_item_add_subtree(item, ett_packet);
    rtmp_remoting_init(&packet, &reader);
    packet.amf.items_max = body->events;
    while (rtmp_remoting_next(&packet, &piece))
        add_piece(&view, &piece);
    add_packet_rest(&view, &reader);
}

void rtmpx_tree_remoting(proto_tree *tree, const struct rtmpx_remoting *remoting,
                         const char *line) {
    if (tree && !rtmpx_tree_visible(tree) && !rtmpx_wanted(tree, &rtmpx_noun_remoting) &&
        !rtmpx_protocols_wanted(tree))
        return;
    add_packet(add_layer(tree, remoting->body, line), remoting);
}

/* Wireshark takes a protocol that adds no item to the tree out of it. */
static struct rtmpx_other_field remoting_others[] = {{"frame.protocols", NULL}};

static int *const remoting_ett[] = {&ett_layer, &ett_packet, &ett_entry};
static const struct rtmpx_noun *const remoting_parts[] = {&rtmpx_noun_amf,
                                                          &rtmpx_noun_remoting_facts, NULL};

const struct rtmpx_noun rtmpx_noun_remoting = {
    RTMPX_FIELDS(remoting_hf),    RTMPX_EXPERTS(remoting_ei), RTMPX_OTHERS(remoting_others),
    RTMPX_SUBTREES(remoting_ett), .parts = remoting_parts,
};
