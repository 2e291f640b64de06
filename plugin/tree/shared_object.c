/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/shared_object.h"

#include <stdio.h>

#include "tree/amf.h"
#include "tree/items.h"
#include "tree/note.h"
#include "tree/so_facts.h"
#include "wanted.h"

#include "base/limits.h"
#include "payload/shared_object.h"
#include "session/so_facts.h"
#include "session/so_summary.h"

static int hf_format = -1;
static int hf_name = -1;
static int hf_version = -1;
static int hf_flags = -1;
static int hf_persistent = -1;
static int hf_reserved = -1;
static int hf_event = -1;
static int hf_event_type = -1;
static int hf_event_length = -1;
static int hf_event_layout = -1;
static int hf_event_number = -1;
static int hf_event_data = -1;
static int hf_key = -1;
static int hf_pair = -1;
static int hf_method = -1;
static int hf_status_code = -1;
static int hf_status_level = -1;

static int ett_flags = -1;
static int ett_event = -1;
static int ett_key = -1;

static hf_register_info shared_object_hf[] = {
    {&hf_format,
     {"SharedObject format", "rtmpx.so.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 16 begins with this byte, 0", HFILL}},
    {&hf_name,
     {"SharedObject name", "rtmpx.so.name", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the SharedObject", HFILL}},
    {&hf_version,
     {"SharedObject version", "rtmpx.so.version", FT_UINT32, BASE_DEC, NULL, 0,
      "The sender's version of the object; grows with each change", HFILL}},
    {&hf_flags,
     {"SharedObject flags", "rtmpx.so.flags", FT_UINT32, BASE_HEX, NULL, 0, "Bit 1: persistent",
      HFILL}},
    {&hf_persistent,
     {"Persistent", "rtmpx.so.persistent", FT_BOOLEAN, 32, NULL, RTMP_SO_PERSISTENT,
      "The server keeps the object when no client is connected to it", HFILL}},
    {&hf_reserved,
     {"Reserved", "rtmpx.so.reserved", FT_UINT32, BASE_HEX, NULL, 0,
      "4 bytes after the flags, usually 0", HFILL}},
    {&hf_event,
     {"SharedObject event", "rtmpx.so.event", FT_NONE, BASE_NONE, NULL, 0,
      "One event of the message: type, length and body", HFILL}},
    {&hf_event_type,
     {"Event type", "rtmpx.so.event.type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_shared_object_events), 0, "What the event does to the object", HFILL}},
    {&hf_event_length,
     {"Event length", "rtmpx.so.event.length", FT_UINT32, BASE_DEC, NULL, 0,
      "Bytes of the event's body", HFILL}},
    {&hf_event_layout,
     {"Read as", "rtmpx.so.event.layout", FT_STRING, BASE_NONE, NULL, 0,
      "How the body of a use success was read: no known writer gives it one", HFILL}},
    {&hf_event_number,
     {"Event number", "rtmpx.so.event.number", FT_UINT32, BASE_DEC, NULL, 0,
      "Of event 12; its meaning is not published", HFILL}},
    {&hf_event_data,
     {"SharedObject event data", "rtmpx.so.event.data", FT_BYTES, BASE_NONE, NULL, 0,
      "Body of an event of unknown type", HFILL}},
    {&hf_key,
     {"Attribute", "rtmpx.so.key", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the attribute that the event is about", HFILL}},
    {&hf_pair,
     {"Attribute pair", "rtmpx.so.pair", FT_STRING, BASE_NONE, NULL, 0,
      "key=value of a leaf under an attribute", HFILL}},
    {&hf_method,
     {"Method", "rtmpx.so.method", FT_STRING, BASE_NONE, NULL, 0, "Handler of a send message",
      HFILL}},
    {&hf_status_code,
     {"SharedObject status code", "rtmpx.so.status.code", FT_STRING, BASE_NONE, NULL, 0,
      "Code of a status event, such as SharedObject.NoWriteAccess", HFILL}},
    {&hf_status_level,
     {"SharedObject status level", "rtmpx.so.status.level", FT_STRING, BASE_NONE, NULL, 0,
      "Level of a status event: error or status", HFILL}},
};

/* State while the items of a message are added. */
struct so_view {
    const struct rtmpx_body *body;
    struct rtmp_shared_object *so;
    bool values_wanted;
    proto_tree *message;
    proto_tree *event[2];  /* the open event, and the one nested in it */
    proto_tree *attribute; /* of the last key */
    struct rtmp_span key;
    unsigned argument; /* index of the next one of a send message */
    struct rtmp_so_fact_walk facts;
    const struct rtmp_so_fact *fact; /* of the open event */
    bool has_name;                   /* the event's label already has a key or method */
};

static proto_tree *event_tree(const struct so_view *view, const struct rtmp_so_piece *piece) {
    return view->event[piece->depth];
}

static const char *layout_text(enum rtmp_so_layout layout) {
    switch (layout) {
    case RTMP_SO_LAYOUT_NESTED:
        return "nested events";
    case RTMP_SO_LAYOUT_ATTRIBUTES:
        return "attributes";
    default:
        return "raw bytes";
    }
}

static void label_event(proto_item *item, const struct rtmp_so_piece *piece) {
    const char *name = rtmp_so_event_name(piece->event);
    if (name)
        proto_item_set_text(item, "%s", name);
    else
        proto_item_set_text(item, "Event %u", piece->event);
}

/* Is the event one of attributes? */
static bool has_keys(enum rtmp_so_layout layout) {
    return layout == RTMP_SO_LAYOUT_ATTRIBUTES || layout == RTMP_SO_LAYOUT_KEYS ||
           layout == RTMP_SO_LAYOUT_NUMBERED_KEYS;
}

static void add_event(struct so_view *view, const struct rtmp_so_piece *piece) {
    const struct rtmpx_body *body = view->body;
    proto_tree *parent = piece->depth ? view->event[0] : view->message;
    struct rtmp_span span = rtmp_span_of(piece->whole.pos, piece->whole.len + piece->body.len);
    proto_item *item = rtmpx_add_range(parent, hf_event, body, span);
    proto_tree *tree = proto_item_add_subtree(item, ett_event);
    if (rtmpx_tree_visible(parent))
        label_event(item, piece);
    view->event[piece->depth] = tree;
    view->argument = 0;
    view->has_name = false;

    rtmpx_add_uint(tree, hf_event_type, body, rtmp_span_of(piece->whole.pos, 1), piece->event);
    if (piece->error == RTMP_OK)
        rtmpx_add_uint(tree, hf_event_length, body, rtmp_span_of(piece->whole.pos + 1, 4),
                       piece->number);
    if (!body->incomplete) /* else the length may be among the bytes that are missing */
        rtmpx_note_remark(item, body, piece->error);
    if (piece->event == RTMP_SO_EVENT_USE_SUCCESS && piece->body.len)
        proto_item_set_generated(proto_tree_add_string(tree, hf_event_layout, body->tvb,
                                                       (int)piece->body.pos, (int)piece->body.len,
                                                       layout_text(piece->layout)));
    view->fact = rtmp_so_fact_of_event(&view->facts);
    rtmpx_add_so_event(tree, item, body, view->fact);
    if (!has_keys(piece->layout))
        rtmpx_add_so_key(tree, item, body, view->fact);
}

/* `Change note_3`, `Success score, lives`. */
static void name_in_label(struct so_view *view, const struct rtmp_so_piece *piece) {
    proto_tree *tree = event_tree(view, piece);
    if (!rtmpx_tree_visible(tree))
        return;
    rtmpx_append_text(tree, view->has_name ? ", " : " ", rtmpx_wire_string(view->body, piece->text),
                      "");
    view->has_name = true;
}

static proto_item *add_string(struct so_view *view, const struct rtmp_so_piece *piece, int id) {
    name_in_label(view, piece);
    return rtmpx_add_string(event_tree(view, piece), id, view->body, piece->whole, piece->text);
}

/* Add an attribute's value in its subtree, or an argument of a send message, which has an index but
 * no name. */
static void add_value(struct so_view *view, const struct rtmp_so_piece *piece) {
    struct rtmp_amf *amf = &view->so->amf;
    if (!view->values_wanted)
        return;
    if (piece->layout == RTMP_SO_LAYOUT_ATTRIBUTES) {
        /* The key is the first element of each leaf's path, and may be as long as a path. */
        char key[RTMP_LIMIT_AMF_PATH];
        struct rtmp_text text = rtmp_text_masked(key, sizeof key, view->body->mask);
        rtmp_text_wire(&text, view->body->bytes + view->key.pos, view->key.len, 0);
        rtmpx_tree_amf_value(view->attribute, view->body, amf, key, "Value", hf_pair);
        return;
    }
    char index[16];
    char label[32];
    (void)snprintf(index, sizeof index, "%u", view->argument++);
    (void)snprintf(label, sizeof label, "Argument %u", view->argument);
    rtmpx_tree_amf_value(event_tree(view, piece), view->body, amf, index, label, 0);
}

static void add_key(struct so_view *view, const struct rtmp_so_piece *piece) {
    proto_item *item = add_string(view, piece, hf_key);
    view->attribute = proto_item_add_subtree(item, ett_key);
    view->key = piece->text;
    rtmpx_add_so_key(view->attribute, item, view->body, rtmp_so_fact_of_key(&view->facts));
}

/* The undecoded rest of an event, up to the event's end. */
static void add_rest(struct so_view *view, const struct rtmp_so_piece *piece) {
    struct rtmpx_body event = *view->body;
    event.available = rtmp_span_end(piece->whole);
    event.incomplete = false;
    struct rtmp_reader reader = rtmp_reader_over(event.bytes, event.available);
    reader.pos = piece->whole.pos;
    if (rtmp_error_ends_value(piece->error))
        rtmp_fail_at(&reader, piece->error, piece->error_pos);
    rtmpx_note_rest(event_tree(view, piece), &event, &reader);
}

static void add_flags(proto_tree *tree, const struct rtmpx_body *body,
                      const struct rtmp_so_piece *piece) {
    proto_item *item = rtmpx_add_uint(tree, hf_flags, body, piece->whole, piece->number);
    proto_tree_add_boolean(proto_item_add_subtree(item, ett_flags), hf_persistent, body->tvb,
                           (int)piece->whole.pos, (int)piece->whole.len, piece->number);
}

/* A refusal has an expert item of its own, which says of what. */
static void add_level(const struct so_view *view, const struct rtmp_so_piece *piece) {
    bool is_said = view->fact && (view->fact->flags & RTMP_SO_REFUSES);
    if (is_said)
        rtmpx_add_string(event_tree(view, piece), hf_status_level, view->body, piece->whole,
                         piece->text);
    else
        rtmpx_add_status_level(event_tree(view, piece), hf_status_level, view->body, piece->whole,
                               piece->text);
}

static void add_part(struct so_view *view, const struct rtmp_so_piece *piece) {
    const struct rtmpx_body *body = view->body;
    proto_tree *tree = view->message;
    switch (piece->kind) {
    case RTMP_SO_FORMAT:
        rtmpx_note_remark(rtmpx_add_uint(tree, hf_format, body, piece->whole, piece->number), body,
                          piece->error);
        break;
    case RTMP_SO_NAME:
        rtmpx_add_string(tree, hf_name, body, piece->whole, piece->text);
        break;
    case RTMP_SO_VERSION:
        rtmpx_add_uint(tree, hf_version, body, piece->whole, piece->number);
        break;
    case RTMP_SO_FLAGS:
        add_flags(tree, body, piece);
        break;
    case RTMP_SO_RESERVED:
        rtmpx_add_uint(tree, hf_reserved, body, piece->whole, piece->number);
        break;
    case RTMP_SO_EVENT:
        add_event(view, piece);
        break;
    case RTMP_SO_KEY:
        add_key(view, piece);
        break;
    case RTMP_SO_METHOD:
        add_string(view, piece, hf_method);
        break;
    case RTMP_SO_VALUE:
        add_value(view, piece);
        break;
    case RTMP_SO_NUMBER:
        rtmpx_add_uint(view->attribute, hf_event_number, body, piece->whole, piece->number);
        break;
    case RTMP_SO_STATUS_CODE:
        name_in_label(view, piece);
        rtmpx_add_status_code(event_tree(view, piece), hf_status_code, body, piece->whole,
                              piece->text);
        break;
    case RTMP_SO_STATUS_LEVEL:
        add_level(view, piece);
        break;
    case RTMP_SO_DATA:
        rtmpx_add_range(event_tree(view, piece), hf_event_data, body, piece->whole);
        break;
    case RTMP_SO_REST:
        add_rest(view, piece);
        break;
    }
}

static void add_shared_object(proto_tree *tree, const struct rtmpx_body *body) {
    bool values_wanted =
        rtmpx_wanted(tree, &rtmpx_noun_amf) || proto_field_is_referenced(tree, hf_pair);
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    struct so_view view = {.body = body,
                           .so = &so,
                           .values_wanted = values_wanted,
                           .message = tree,
                           .facts.facts = body->so};
    rtmp_shared_object_init(&so, &reader, body->message->type);
    so.amf.items_max = body->events;
    rtmpx_add_so_message(tree, body);
    while (rtmp_shared_object_next(&so, &piece))
        add_part(&view, &piece);
    rtmpx_note_rest(tree, body, &reader);
}

static void summarise_shared_object(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_so_summary(text, rtmp_reader_over(body->bytes, body->available), body->message->type,
                    &body->so, rtmp_so_records_of(body->segment->direction->session));
}

static int *const shared_object_ett[] = {&ett_flags, &ett_event, &ett_key};
static const struct rtmpx_noun *const shared_object_parts[] = {&rtmpx_noun_amf,
                                                               &rtmpx_noun_so_facts, NULL};

const struct rtmpx_noun rtmpx_noun_shared_object = {
    RTMPX_FIELDS(shared_object_hf),
    RTMPX_SUBTREES(shared_object_ett),
    .parts = shared_object_parts,
    .types = {RTMP_MESSAGE_SHARED_OBJECT_AMF3, RTMP_MESSAGE_SHARED_OBJECT_AMF0},
    .tree = add_shared_object,
    .summary = summarise_shared_object,
};
