/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_value.h"

#include "payload/amf/amf_path.h"

struct lined_container {
    const char *end;
    bool has_key; /* the next member has one */
    bool has_members;
    bool is_key; /* it is the key of a dictionary's entry */
};

struct value_line {
    const struct rtmp_reader *reader;
    struct rtmp_text *text;
    bool quoted;
    uint8_t depth;
    struct lined_container level[RTMP_LIMIT_AMF_DEPTH + 1];
};

/* What stands before a value or its key: a comma, unless it is the first or has its key before it.
 */
static void separate_member(struct value_line *l) {
    if (l->depth == 0)
        return;
    struct lined_container *container = &l->level[l->depth - 1];
    if (container->has_members && !container->has_key)
        rtmp_text_add(l->text, ", ");
    container->has_members = true;
    container->has_key = false;
}

/* A key stands before the next member. */
static void end_key(struct value_line *l) {
    rtmp_text_add(l->text, ": ");
    l->level[l->depth - 1].has_key = true;
}

static void key_on_line(struct value_line *l, const struct rtmp_amf_event *event) {
    separate_member(l);
    if (event->name) {
        rtmp_text_add(l->text, event->name);
    } else {
        const uint8_t *bytes = rtmp_bytes(l->reader, event->text);
        if (bytes)
            rtmp_text_wire(l->text, bytes, event->text.len, 0);
    }
    end_key(l);
}

static void leaf_on_line(struct value_line *l, const struct rtmp_amf_event *event) {
    bool is_string = event->kind == RTMP_AMF_STRING && !rtmp_amf_is_unresolved(event);
    const char *quote = is_string && (l->depth || l->quoted) ? "\"" : "";
    separate_member(l);
    rtmp_text_add(l->text, quote);
    rtmp_amf_leaf_text(l->text, l->reader, event, 0);
    rtmp_text_add(l->text, quote);
    if (event->is_dictionary_key)
        end_key(l);
}

static void begin_container(struct value_line *l, const struct rtmp_amf_event *event) {
    separate_member(l);
    bool is_list = event->kind == RTMP_AMF_STRICT_ARRAY || event->kind == RTMP_AMF_ARRAY ||
                   event->kind == RTMP_AMF_VECTOR;
    l->level[l->depth++] =
        (struct lined_container){.is_key = event->is_dictionary_key, .end = is_list ? "]" : "}"};
    const uint8_t *name = event->text.len ? rtmp_bytes(l->reader, event->text) : NULL;
    if (name) {
        rtmp_text_wire(l->text, name, event->text.len, 0);
        rtmp_text_add(l->text, " ");
    }
    rtmp_text_add(l->text, is_list ? "[" : "{");
}

static void end_container(struct value_line *l) {
    const struct lined_container *container = &l->level[--l->depth];
    rtmp_text_add(l->text, container->end);
    if (container->is_key)
        end_key(l);
}

bool rtmp_amf_value_line(struct rtmp_amf *amf, struct rtmp_text *text, bool quoted) {
    struct value_line l; /* its levels are set where they begin: they are many */
    struct rtmp_amf_event event;
    l.reader = amf->reader;
    l.text = text;
    l.quoted = quoted;
    l.depth = 0;
    do {
        if (!rtmp_amf_next(amf, &event))
            return false;
        if (rtmp_amf_is_leaf(event.kind))
            leaf_on_line(&l, &event);
        else if (rtmp_amf_is_container(event.kind))
            begin_container(&l, &event);
        else if (event.kind == RTMP_AMF_END && l.depth)
            end_container(&l);
        else if (event.kind == RTMP_AMF_KEY)
            key_on_line(&l, &event);
    } while (!rtmp_amf_value_done(amf));
    return true;
}
