/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/amf.h"

#include "tree/amf_label.h"
#include "tree/amf_leaf.h"
#include "tree/items.h"
#include "tree/note.h"
#include "wanted.h"

#include "payload/command/capabilities.h"

static int hf_amf0_type = -1;
static int hf_amf3_type = -1;
static int hf_value = -1;
static int hf_key = -1;
static int hf_path = -1;
static int hf_pair = -1;
static int hf_class = -1;
static int hf_count = -1;
static int hf_fixed = -1;
static int hf_weak_keys = -1;
static int hf_member_count = -1;
static int hf_member_name = -1;
static int hf_dynamic = -1;
static int hf_externalizable = -1;
static int hf_flags = -1;
static int hf_meaning = -1;
static int hf_keys_end = -1;
static int hf_end = -1;

static int ett_leaf = -1;
static int ett_container = -1;

static hf_register_info amf_hf[] = {
    {&hf_amf0_type,
     {"AMF0 type", "rtmpx.amf0.type", FT_UINT8, BASE_HEX, VALS(rtmp_names_amf0_markers), 0,
      "Marker byte of an AMF0 value", HFILL}},
    {&hf_amf3_type,
     {"AMF3 type", "rtmpx.amf3.type", FT_UINT8, BASE_HEX, VALS(rtmp_names_amf3_markers), 0,
      "Marker byte of an AMF3 value", HFILL}},
    {&hf_value,
     {"AMF value", "rtmpx.amf.value", FT_NONE, BASE_NONE, NULL, 0,
      "A value without a key that is a container or has no content", HFILL}},
    {&hf_key,
     {"Key", "rtmpx.amf.key", FT_STRING, BASE_NONE, NULL, 0,
      "Name of a property, member or associative entry; its bytes include the value", HFILL}},
    {&hf_path,
     {"Path", "rtmpx.amf.path", FT_STRING, BASE_NONE, NULL, 0,
      "Dotted path of a leaf; 0 is the message's first value", HFILL}},
    {&hf_pair,
     {"Pair", "rtmpx.amf.pair", FT_STRING, BASE_NONE, NULL, 0, "path=value of a leaf", HFILL}},
    {&hf_class,
     {"Class", "rtmpx.amf.class", FT_STRING, BASE_NONE, NULL, 0,
      "Class name, also when its traits came by reference", HFILL}},
    {&hf_count,
     {"Count", "rtmpx.amf.count", FT_UINT32, BASE_DEC, NULL, 0,
      "Declared items of an array, vector or dictionary", HFILL}},
    {&hf_fixed,
     {"Fixed length", "rtmpx.amf.fixed", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "The length of the vector cannot change", HFILL}},
    {&hf_weak_keys,
     {"Weak keys", "rtmpx.amf.weak_keys", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "The dictionary refers to its keys by weak references", HFILL}},
    {&hf_member_count,
     {"Member count", "rtmpx.amf.member_count", FT_UINT32, BASE_DEC, NULL, 0,
      "Sealed members of the class", HFILL}},
    {&hf_member_name,
     {"Member name", "rtmpx.amf.member_name", FT_STRING, BASE_NONE, NULL, 0,
      "Sealed member's name in the class's traits", HFILL}},
    {&hf_dynamic,
     {"Dynamic", "rtmpx.amf.dynamic", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "Properties may follow the sealed members", HFILL}},
    {&hf_externalizable,
     {"Externalizable", "rtmpx.amf.externalizable", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "The class writes its content in a form of its own", HFILL}},
    {&hf_flags,
     {"AMF3 flags", "rtmpx.amf.flags", FT_BYTES, BASE_NONE, NULL, 0,
      "Which values of an externalizable message follow", HFILL}},
    {&hf_meaning,
     {"Meaning", "rtmpx.amf.meaning", FT_STRING, BASE_NONE, NULL, 0,
      "What a number stands for by the name of its property: a codec, capability flags", HFILL}},
    {&hf_keys_end,
     {"End of keys", "rtmpx.amf.keys_end", FT_NONE, BASE_NONE, NULL, 0,
      "Empty key between the keys and the items of an AMF3 array", HFILL}},
    {&hf_end,
     {"End of object", "rtmpx.amf.end", FT_NONE, BASE_NONE, NULL, 0,
      "End marker (00 00 09) of an AMF0 object or ECMA array, or the empty key that ends the "
      "properties of an AMF3 object",
      HFILL}},
};

static int *const amf_ett[] = {&ett_leaf, &ett_container};

static const struct rtmpx_noun *const amf_parts[] = {&rtmpx_noun_amf_leaf, NULL};

const struct rtmpx_noun rtmpx_noun_amf = {
    RTMPX_FIELDS(amf_hf),
    RTMPX_SUBTREES(amf_ett),
    .parts = amf_parts,
};

/* State while the items of one value are added. */
struct amf_view {
    const struct rtmpx_body *body;
    const struct rtmp_amf *amf;
    const char *label;  /* of the top-level value, or NULL */
    int second_pair_hf; /* 0: none is wanted */
    bool visible, want_path, want_pair, want_text, want_meaning, want_expert;

    struct rtmp_amf_event key; /* read, its value still to come, when has_key */
    bool has_key;
    bool cut_said;
    struct rtmp_span avmplus; /* the marker 0x11 before the value, or empty */

    proto_item *root;
    /* The open containers; [0] is the place of the value itself. */
    struct {
        proto_tree *tree;
        proto_item *item;
        uint32_t start;
        uint32_t count; /* items, entries or properties so far */
        bool of_keys;
    } level[RTMP_LIMIT_AMF_DEPTH + 1];
    struct rtmp_amf_path path;
    struct rtmpx_amf_texts texts;
};

static const char *name_text(struct amf_view *view, const struct rtmp_amf_event *event) {
    return view->want_text ? rtmpx_amf_name_text(&view->texts, event) : "";
}

/* Is its value hidden? */
static bool is_secret(const struct amf_view *view, const struct rtmp_amf_event *event) {
    const struct rtmp_secrets *secrets = view->body->secrets;
    return secrets &&
           rtmp_secrets_has(secrets, view->amf->reader, view->has_key ? &view->key : NULL, event);
}

static struct rtmpx_amf_leaf_text leaf_text(struct amf_view *view, const char *path,
                                            const struct rtmp_amf_event *event) {
    if (!view->want_text)
        return (struct rtmpx_amf_leaf_text){.pair = "", .value = ""};
    if (is_secret(view, event))
        return (struct rtmpx_amf_leaf_text){
            .pair = wmem_strdup_printf(view->texts.pool, "%s=" RTMP_SECRET_TEXT, path),
            .value = RTMP_SECRET_TEXT};
    return rtmpx_amf_leaf_text(&view->texts, path, event);
}

static proto_item *add_amf_string(const struct amf_view *view, proto_tree *tree, int id,
                                  struct rtmp_span range, const char *text) {
    return proto_tree_add_string(tree, id, view->body->tvb, (int)range.pos, (int)range.len, text);
}

static void add_boolean(const struct amf_view *view, proto_tree *tree, int id,
                        struct rtmp_span range, bool value) {
    proto_tree_add_boolean(tree, id, view->body->tvb, (int)range.pos, (int)range.len, value);
}

static void add_type(const struct amf_view *view, proto_tree *tree,
                     const struct rtmp_amf_event *event) {
    if (event->has_marker)
        proto_tree_add_uint(tree, event->version == 3 ? hf_amf3_type : hf_amf0_type,
                            view->body->tvb, (int)event->whole.pos, 1, event->marker);
}

/* An expert item is five items of the frame: a message that is odd throughout shows the oddities of
 * the first part of its events. */
#define REMARKS_IN_ONE_OF 4

static void add_remark(const struct amf_view *view, proto_item *item, enum rtmp_error remark) {
    if (remark == RTMP_OK || view->amf->items > view->amf->items_max / REMARKS_IN_ONE_OF)
        return;
    /* Missing bytes are not the sender's error; the caller reports them as truncated. */
    if (remark != RTMP_REMARK_NO_TERMINATOR || !view->body->incomplete)
        rtmpx_note_remark(item, view->body, remark);
}

/* From its key, or its AVM+ marker, to its own end. */
static struct rtmp_span value_range(const struct amf_view *view,
                                    const struct rtmp_amf_event *event) {
    uint32_t start = view->has_key       ? view->key.whole.pos
                     : view->avmplus.len ? view->avmplus.pos
                                         : event->whole.pos;
    return rtmp_span_of(start, rtmp_span_end(event->whole) - start);
}

static proto_item *add_key(struct amf_view *view, proto_tree *tree, struct rtmp_span range) {
    bool is_name = view->key.kind == RTMP_AMF_KEY || view->key.kind == RTMP_AMF_STRING;
    char number[64];
    struct rtmp_text text = rtmp_text_over(number, sizeof number);
    if (!is_name)
        rtmp_amf_leaf_text(&text, view->amf->reader, &view->key, sizeof number / 2);
    return add_amf_string(view, tree, hf_key, range,
                          is_name ? name_text(view, &view->key) : text.out);
}

/* The first children of a value's item: those of its key, and the markers. */
static void add_markers(const struct amf_view *view, proto_tree *tree) {
    if (view->has_key) {
        add_type(view, tree, &view->key);
        if (view->key.is_reference && view->key.whole.len)
            rtmpx_add_amf_reference(tree, view->body, view->key.whole, view->key.reference);
        add_remark(view, proto_tree_get_parent(tree), view->key.remark);
    }
    if (view->avmplus.len)
        rtmpx_add_uint(tree, hf_amf0_type, view->body, view->avmplus, 0x11);
}

static void set_label(const struct amf_view *view, proto_item *item,
                      const struct rtmp_amf_event *event, const char *value) {
    struct rtmpx_amf_name name = {
        .key = view->has_key ? &view->key : NULL,
        .label = event->is_dictionary_key ? "Key" : view->label,
        .index = event->depth ? rtmp_amf_path_index(&view->path, event->depth) : 0,
        .mask = view->body->mask,
    };
    if (view->visible)
        rtmpx_amf_set_label(item, view->amf->reader, &name, event, value);
}

/* After a value, or a dictionary's key that is a container: no key or marker is pending. */
static void value_added(struct amf_view *view, uint8_t depth, bool counts, proto_item *item) {
    view->level[depth].count += counts;
    view->has_key = false;
    view->avmplus.len = 0;
    if (depth == 0)
        view->root = item;
}

/* `videocodecid: 7` is H.264, `capsEx: 2` is multitrack. */
static void add_meaning(const struct amf_view *view, proto_tree *tree,
                        const struct rtmp_amf_event *event) {
    char line[128];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    double value = event->kind == RTMP_AMF_INTEGER ? event->value.integer : event->value.number;
    if ((event->kind != RTMP_AMF_NUMBER && event->kind != RTMP_AMF_INTEGER) ||
        !rtmp_property_meaning(&text, view->path.text.out, value))
        return;
    proto_item_set_generated(
        add_amf_string(view, tree, hf_meaning, rtmpx_amf_behind_marker(event), line));
    proto_item *item = proto_tree_get_parent(tree);
    rtmpx_append_text(item, " (", line, ")");
}

/* One remark a value when a path is longer than RTMP_LIMIT_AMF_PATH. */
static void remark_path(struct amf_view *view, proto_item *item, bool cut) {
    if (cut && !view->cut_said)
        expert_add_info(view->body->pinfo, item, &ei_rtmpx_limit);
    view->cut_said |= cut;
}

static void add_amf_leaf(struct amf_view *view, const struct rtmp_amf_event *event) {
    proto_tree *parent = view->level[event->depth].tree;
    struct rtmp_span range = value_range(view, event);
    proto_item *item = view->has_key ? add_key(view, parent, range) : NULL;
    const char *path = rtmpx_amf_path_text(&view->texts, &view->path.text);
    struct rtmpx_amf_leaf_text text = leaf_text(view, path, event);
    const struct rtmpx_amf_leaf leaf = {
        .body = view->body,
        .reader = view->amf->reader,
        .event = event,
        .text = text.value,
        .is_secret = is_secret(view, event),
    };
    if (!item)
        item = rtmpx_add_amf_leaf_value(parent, &leaf, range);
    if (!item)
        item = rtmpx_add_range(parent, hf_value, view->body, range);
    set_label(view, item, event, text.value);
    proto_tree *tree = proto_item_add_subtree(item, ett_leaf);
    add_markers(view, tree);
    add_type(view, tree, event);
    if (view->has_key)
        (void)rtmpx_add_amf_leaf_value(tree, &leaf, rtmpx_amf_behind_marker(event));
    rtmpx_add_amf_leaf_parts(tree, &leaf);
    if (view->want_meaning)
        add_meaning(view, tree, event);
    if (view->want_path)
        proto_item_set_generated(add_amf_string(view, tree, hf_path, event->whole, path));
    if (view->want_pair)
        proto_item_set_generated(add_amf_string(view, tree, hf_pair, event->whole, text.pair));
    if (view->second_pair_hf)
        proto_item_set_generated(
            add_amf_string(view, tree, view->second_pair_hf, event->whole, text.pair));
    add_remark(view, item, event->remark);
    if (view->want_expert)
        remark_path(view, item, view->path.text.cut || path != view->path.text.out);
    value_added(view, event->depth, true, item);
}

static void add_container_head(struct amf_view *view, proto_tree *tree,
                               const struct rtmp_amf_event *event) {
    struct rtmp_span head = rtmpx_amf_behind_marker(event);
    if (event->kind != RTMP_AMF_OBJECT) {
        rtmpx_add_uint(tree, hf_count, view->body, head, event->count);
    } else if (event->version == 3) {
        rtmpx_add_uint(tree, hf_member_count, view->body, head, event->count);
        add_boolean(view, tree, hf_dynamic, head, event->is_dynamic);
        add_boolean(view, tree, hf_externalizable, head, event->is_externalizable);
    }
    if (event->kind == RTMP_AMF_VECTOR)
        add_boolean(view, tree, hf_fixed, head, event->is_fixed);
    if (event->kind == RTMP_AMF_DICTIONARY)
        add_boolean(view, tree, hf_weak_keys, head, event->is_fixed);
    if (event->is_reference)
        rtmpx_add_amf_reference(tree, view->body, head, event->reference);
    if (event->text.len)
        add_amf_string(view, tree, hf_class, head, name_text(view, event));
}

static void open_container_item(struct amf_view *view, const struct rtmp_amf_event *event) {
    proto_tree *parent = view->level[event->depth].tree;
    struct rtmp_span range = value_range(view, event);
    proto_item *item = view->has_key ? add_key(view, parent, range)
                                     : rtmpx_add_range(parent, hf_value, view->body, range);
    set_label(view, item, event, NULL);
    proto_tree *tree = proto_item_add_subtree(item, ett_container);
    add_markers(view, tree);
    add_type(view, tree, event);
    add_container_head(view, tree, event);
    add_remark(view, item, event->remark);
    value_added(view, event->depth, !event->is_dictionary_key, item);
    view->level[event->depth + 1].tree = tree;
    view->level[event->depth + 1].item = item;
    view->level[event->depth + 1].start = range.pos;
    view->level[event->depth + 1].count = 0;
    view->level[event->depth + 1].of_keys =
        event->kind == RTMP_AMF_OBJECT || event->kind == RTMP_AMF_ECMA_ARRAY;
}

/* The innermost container, whose content is at `depth`, reaches to `end`. */
static void close_container(struct amf_view *view, uint8_t depth, uint32_t end) {
    proto_item_set_len(view->level[depth].item, (int)(end - view->level[depth].start));
    if (view->visible)
        rtmpx_amf_append_count(view->level[depth].item, view->level[depth].count,
                               view->level[depth].of_keys);
}

static void add_end(struct amf_view *view, const struct rtmp_amf_event *event) {
    uint8_t depth = (uint8_t)(event->depth + 1);
    if (event->whole.len)
        rtmpx_add_range(view->level[depth].tree, hf_end, view->body, event->whole);
    close_container(view, depth, rtmp_span_end(event->whole));
    add_remark(view, view->level[depth].item, event->remark);
}

/* Items of the encoding besides values. */
static void add_encoding_part(struct amf_view *view, const struct rtmp_amf_event *event) {
    proto_tree *tree = view->level[event->depth].tree;
    proto_item *item = NULL;
    if (event->kind == RTMP_AMF_MEMBER_NAME)
        item = add_amf_string(view, tree, hf_member_name, event->whole, name_text(view, event));
    else if (event->kind == RTMP_AMF_KEYS_END)
        item = rtmpx_add_range(tree, hf_keys_end, view->body, event->whole);
    else if (event->kind == RTMP_AMF_EXTERNALIZABLE_FLAGS)
        item = rtmpx_add_range(tree, hf_flags, view->body, event->whole);
    add_remark(view, item, event->remark);
}

static void add_amf_event(struct amf_view *view, const struct rtmp_amf_event *event) {
    if (view->want_path || view->want_pair || view->second_pair_hf || view->want_meaning ||
        view->want_expert)
        rtmp_amf_path_event(&view->path, view->amf->reader, event);
    if (event->kind == RTMP_AMF_KEY ||
        (event->is_dictionary_key && rtmp_amf_is_leaf(event->kind))) {
        view->key = *event;
        view->has_key = true;
    } else if (event->kind == RTMP_AMF_AVMPLUS) {
        view->avmplus = event->whole;
    } else if (rtmp_amf_is_leaf(event->kind)) {
        add_amf_leaf(view, event);
    } else if (rtmp_amf_is_container(event->kind)) {
        open_container_item(view, event);
    } else if (event->kind == RTMP_AMF_END) {
        add_end(view, event);
    } else {
        add_encoding_part(view, event);
    }
}

/* After an error: a key or an AVM+ marker remains without its value, the containers end here. */
static void add_broken_end(struct amf_view *view) {
    uint8_t depth = view->amf->depth;
    uint32_t end = view->amf->reader->pos;
    proto_tree *parent = view->level[depth].tree;
    if (view->has_key || view->avmplus.len) {
        uint32_t start = view->has_key ? view->key.whole.pos : view->avmplus.pos;
        struct rtmp_span range = rtmp_span_of(start, end - start);
        proto_item *item = view->has_key ? add_key(view, parent, range)
                                         : rtmpx_add_range(parent, hf_value, view->body, range);
        add_markers(view, proto_item_add_subtree(item, ett_leaf));
        value_added(view, depth, true, item);
    }
    for (; depth > 0; depth--)
        close_container(view, depth, end);
}

static bool is_text_wanted(proto_tree *tree) {
    const int ids[] = {hf_key, hf_class, hf_member_name};
    for (unsigned i = 0; i < array_length(ids); i++)
        if (proto_field_is_referenced(tree, ids[i]))
            return true;
    return rtmpx_amf_leaf_text_wanted(tree);
}

/* Path and levels are large and are set only as deep as the value is nested. */
static void begin_view(struct amf_view *view, proto_tree *tree, const struct rtmpx_body *body,
                       struct rtmp_amf *amf, const char *top) {
    view->body = body;
    view->amf = amf;
    view->visible = rtmpx_tree_visible(tree);
    view->has_key = false;
    view->cut_said = false;
    view->avmplus = rtmp_span_of(0, 0);
    view->root = NULL;
    view->texts.amf = amf;
    view->texts.before = body->before;
    view->texts.pool = body->pinfo->pool;
    view->texts.mask = body->mask;
    view->level[0].tree = tree;
    view->level[0].count = 0;
    rtmp_amf_path_begin(&view->path, top);
    view->path.text.mask = body->mask;
}

proto_item *rtmpx_tree_amf_value(proto_tree *tree, const struct rtmpx_body *body,
                                 struct rtmp_amf *amf, const char *top, const char *label,
                                 int second_pair_hf) {
    bool expert_wanted = rtmpx_notes_wanted(tree);
    if (!tree && !expert_wanted) {
        (void)rtmp_amf_skip(amf);
        return NULL;
    }
    struct amf_view view;
    begin_view(&view, tree, body, amf, top);
    view.label = label;
    view.want_path = proto_field_is_referenced(tree, hf_path);
    view.want_pair = proto_field_is_referenced(tree, hf_pair);
    view.second_pair_hf =
        second_pair_hf && proto_field_is_referenced(tree, second_pair_hf) ? second_pair_hf : 0;
    view.want_meaning = !second_pair_hf && proto_field_is_referenced(tree, hf_meaning);
    view.want_expert = expert_wanted;
    view.want_text = view.want_pair || view.second_pair_hf || is_text_wanted(tree);

    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(amf, &event)) {
            add_broken_end(&view);
            break;
        }
        add_amf_event(&view, &event);
    } while (!rtmp_amf_value_done(amf));
    return view.root;
}
