/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/so_json.h"

#include "export/json.h"
#include "export/so_totals.h"
#include "session/so_facts.h"
#include "session/so_values.h"

static void json_kept(struct rtmp_json *json, const char *name, const struct rtmp_kept_text *text) {
    if (!text)
        return;
    rtmp_json_name(json, name);
    rtmp_json_string(json, text->bytes, text->len);
}

static void json_key_of(struct rtmp_json *json, const struct rtmp_session *session,
                        const struct rtmp_so_attribute *attribute) {
    const struct rtmp_kept_text *key = rtmp_texts_known(&session->capture->texts, attribute->key);
    rtmp_json_key(json, key->bytes, key->len);
}

/* Values that are not known are left out; set_in has their names. */
static void json_values(struct rtmp_json *json, const struct rtmp_session *session,
                        const struct rtmp_so_copy *copy) {
    struct rtmp_so_open_value open;
    rtmp_json_name(json, "attributes");
    rtmp_json_begin(json, '{');
    for (uint32_t next = copy->oldest; next; next = copy->attributes[next - 1].newer) {
        const struct rtmp_so_attribute *attribute = &copy->attributes[next - 1];
        if (!rtmp_so_value_open(&open, rtmp_so_records_of(session), attribute->value))
            continue;
        json_key_of(json, session, attribute);
        rtmp_json_amf(json, &open.so.amf);
    }
    rtmp_json_end(json, '}');
}

static void json_set_in(struct rtmp_json *json, const struct rtmp_session *session,
                        const struct rtmp_so_copy *copy) {
    enum { SENT_BY_SERVER = 1 };
    rtmp_json_name(json, "set_in");
    rtmp_json_begin(json, '{');
    for (uint32_t next = copy->oldest; next; next = copy->attributes[next - 1].newer) {
        const struct rtmp_so_attribute *attribute = &copy->attributes[next - 1];
        json_key_of(json, session, attribute);
        rtmp_json_number(json,
                         rtmp_so_place_of(session, SENT_BY_SERVER, attribute->told_in - 1).frame);
    }
    rtmp_json_end(json, '}');
}

static void json_copy(struct rtmp_json *json, const struct rtmp_session *session,
                      const struct rtmp_so_copy *copy) {
    rtmp_json_begin(json, '{');
    rtmp_json_name(json, "connection");
    rtmp_json_number(json, session->number);
    json_kept(json, "app", session->streams.app);
    if (copy->has_version) {
        rtmp_json_name(json, "version");
        rtmp_json_number(json, copy->version);
    }
    rtmp_json_name(json, "state");
    rtmp_json_text(json, rtmp_so_copy_state(session, copy));
    json_values(json, session, copy);
    json_set_in(json, session, copy);
    rtmp_json_end(json, '}');
}

bool rtmp_so_json_write(const struct rtmp_capture *capture, uint32_t number,
                        struct rtmp_buffer *out) {
    const struct rtmp_so_objects *objects = &capture->so;
    struct rtmp_json json = {.out = out};
    rtmp_json_begin(&json, '{');
    json_kept(&json, "name", rtmp_texts_of(&objects->names, number + 1));
    rtmp_json_name(&json, "copies");
    rtmp_json_begin(&json, '[');
    for (uint32_t i = 0; i < objects->client_count; i++) {
        const struct rtmp_session *session = objects->clients[i];
        const struct rtmp_so_copy *copy =
            session ? rtmp_so_copies_find(&session->so, number) : NULL;
        if (copy)
            json_copy(&json, session, copy);
    }
    rtmp_json_end(&json, ']');
    rtmp_json_end(&json, '}');
    return !json.has_failed;
}
