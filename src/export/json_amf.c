/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/json.h"

#include "base/text.h"

/* What an open AMF container has become. */
enum json_form {
    FORM_LIST,
    FORM_OBJECT,
    FORM_UNDECIDED,  /* an array: a name makes it an object */
    FORM_DICTIONARY, /* a list of entries in an object */
};

struct json_container {
    enum json_form form;
    bool is_key;   /* of a dictionary's entry */
    bool in_entry; /* a dictionary's, whose value is to come */
    uint32_t next; /* index of the next member without a name */
};

struct json_value {
    struct rtmp_json *json;
    const struct rtmp_reader *reader;
    unsigned depth;
    bool has_name; /* the next member has one */
    struct json_container level[RTMP_LIMIT_AMF_DEPTH + 1];
};

static void json_span(struct json_value *v, struct rtmp_span span) {
    const uint8_t *bytes = rtmp_bytes(v->reader, span);
    rtmp_json_string(v->json, bytes, bytes ? span.len : 0);
}

static void decide(struct json_value *v, enum json_form form) {
    struct json_container *container = &v->level[v->depth - 1];
    if (container->form != FORM_UNDECIDED)
        return;
    rtmp_json_begin(v->json, form == FORM_LIST ? '[' : '{');
    container->form = form;
}

/* Before a member: the items of an array with names are named by their index. */
static void begin_member(struct json_value *v, bool is_key) {
    if (v->depth == 0)
        return;
    if (!v->has_name)
        decide(v, FORM_LIST);
    struct json_container *container = &v->level[v->depth - 1];
    if (container->form == FORM_OBJECT && !v->has_name) {
        char digits[16];
        struct rtmp_text text = rtmp_text_over(digits, sizeof digits);
        rtmp_text_unsigned(&text, container->next++);
        rtmp_json_name(v->json, digits);
    } else if (container->form == FORM_DICTIONARY && is_key) {
        rtmp_json_begin(v->json, '[');
        container->in_entry = true;
    }
    v->has_name = false;
}

/* Behind a member: an entry of a dictionary ends with its value. */
static void end_member(struct json_value *v, bool is_key) {
    if (v->depth == 0 || is_key || !v->level[v->depth - 1].in_entry)
        return;
    v->level[v->depth - 1].in_entry = false;
    rtmp_json_end(v->json, ']');
}

static void begin_special(struct json_value *v, const char *name) {
    rtmp_json_begin(v->json, '{');
    rtmp_json_name(v->json, name);
}

static void json_bytes(struct json_value *v, struct rtmp_span payload) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = rtmp_bytes(v->reader, payload);
    struct rtmp_buffer hex = {.memory = v->json->out->memory};
    for (uint32_t i = 0; bytes && i < payload.len; i++) {
        const char both[2] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
        v->json->has_failed |= !rtmp_buffer_add(&hex, both, sizeof both);
    }
    rtmp_json_string(v->json, hex.bytes, hex.size);
    if (hex.bytes)
        (void)hex.memory->resize(hex.memory->user, hex.bytes, 0);
}

/* A leaf that JSON has no form for. */
static void json_special(struct json_value *v, const struct rtmp_amf_event *event) {
    switch (event->kind) {
    case RTMP_AMF_DATE:
        begin_special(v, "__date__");
        rtmp_json_number(v->json, event->value.milliseconds);
        break;
    case RTMP_AMF_XML:
        begin_special(v, "__xml__");
        json_span(v, event->text);
        break;
    case RTMP_AMF_BYTES:
        begin_special(v, "__bytes__");
        json_bytes(v, event->payload);
        break;
    default:
        begin_special(v, "__reference__");
        rtmp_json_number(v->json, event->reference);
        break;
    }
    rtmp_json_end(v->json, '}');
}

static void json_leaf(struct json_value *v, const struct rtmp_amf_event *event) {
    switch (rtmp_amf_is_unresolved(event) ? RTMP_AMF_REFERENCE : event->kind) {
    case RTMP_AMF_NUMBER:
        rtmp_json_number(v->json, event->value.number);
        break;
    case RTMP_AMF_INTEGER:
        rtmp_json_number(v->json, event->value.integer);
        break;
    case RTMP_AMF_UNSIGNED:
        rtmp_json_number(v->json, event->value.unsigned_integer);
        break;
    case RTMP_AMF_BOOLEAN:
        rtmp_json_literal(v->json, event->value.boolean ? "true" : "false");
        break;
    case RTMP_AMF_STRING:
        json_span(v, event->text);
        break;
    case RTMP_AMF_NULL:
    case RTMP_AMF_UNDEFINED:
    case RTMP_AMF_UNSUPPORTED:
        rtmp_json_literal(v->json, "null");
        break;
    default:
        json_special(v, event);
        break;
    }
}

static void begin_json_container(struct json_value *v, const struct rtmp_amf_event *event) {
    struct json_container *container = &v->level[v->depth++];
    *container =
        (struct json_container){.form = FORM_UNDECIDED, .is_key = event->is_dictionary_key};
    if (event->kind == RTMP_AMF_DICTIONARY) {
        begin_special(v, "__dictionary__");
        rtmp_json_begin(v->json, '[');
        container->form = FORM_DICTIONARY;
    } else if (event->kind == RTMP_AMF_STRICT_ARRAY || event->kind == RTMP_AMF_VECTOR) {
        decide(v, FORM_LIST);
    } else if (event->kind != RTMP_AMF_ARRAY) {
        decide(v, FORM_OBJECT);
        if (event->text.len) {
            rtmp_json_name(v->json, "__class__");
            json_span(v, event->text);
        }
    }
}

static void end_json_container(struct json_value *v) {
    decide(v, FORM_LIST);
    end_member(v, false); /* of an entry that breaks off */
    const struct json_container *container = &v->level[--v->depth];
    if (container->form == FORM_DICTIONARY)
        rtmp_json_end(v->json, ']');
    rtmp_json_end(v->json, container->form == FORM_LIST ? ']' : '}');
    end_member(v, container->is_key);
}

static void json_name_of(struct json_value *v, const struct rtmp_amf_event *event) {
    decide(v, FORM_OBJECT);
    const uint8_t *bytes = event->name ? NULL : rtmp_bytes(v->reader, event->text);
    if (event->name)
        rtmp_json_name(v->json, event->name);
    else
        rtmp_json_key(v->json, bytes, bytes ? event->text.len : 0);
    v->has_name = true;
}

static void json_event(struct json_value *v, const struct rtmp_amf_event *event) {
    if (rtmp_amf_is_leaf(event->kind)) {
        begin_member(v, event->is_dictionary_key);
        json_leaf(v, event);
        end_member(v, event->is_dictionary_key);
    } else if (rtmp_amf_is_container(event->kind)) {
        begin_member(v, event->is_dictionary_key);
        begin_json_container(v, event);
    } else if (event->kind == RTMP_AMF_END && v->depth) {
        end_json_container(v);
    } else if (event->kind == RTMP_AMF_KEY && v->depth) {
        json_name_of(v, event);
    }
}

void rtmp_json_amf(struct rtmp_json *json, struct rtmp_amf *amf) {
    struct json_value v; /* its levels are set where they begin: they are many */
    struct rtmp_amf_event event;
    v.json = json;
    v.reader = amf->reader;
    v.depth = 0;
    v.has_name = false;
    do {
        if (!rtmp_amf_next(amf, &event))
            break;
        json_event(&v, &event);
    } while (!rtmp_amf_value_done(amf));
    if (json->is_behind_key)
        rtmp_json_literal(json, "null");
    while (v.depth)
        end_json_container(&v);
}
