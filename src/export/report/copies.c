/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/copies.h"

#include "base/limits.h"
#include "base/list.h"
#include "payload/shared_object.h"
#include "session/so_facts.h"
#include "session/so_values.h"

/* Of one object; and requests of one copy. */
enum { COPIES_MAX = 100, OPEN_MAX = 100 };

enum { FROM_CLIENT, FROM_SERVER };

/* The copy that is written, and what it is made from. */
struct copy_writer {
    struct rtmp_report_store *store;
    struct rtmp_report_object *object;
    struct rtmp_report_copy *out;
    const struct rtmp_session *session;
    const struct rtmp_so_copy *copy;
};

static uint32_t key_of(const struct copy_writer *writer, uint32_t text) {
    const struct rtmp_kept_text *key = rtmp_texts_of(&writer->session->capture->texts, text);
    return key ? rtmp_report_object_key(writer->object, writer->store, key->bytes, key->len) : 0;
}

/* A string has quotation marks, as in the events. */
static uint32_t value_of(const struct copy_writer *writer, struct rtmp_so_value value) {
    char out[RTMP_LIMIT_SO_VALUE];
    struct rtmp_text line = rtmp_text_masked(out, sizeof out, writer->store->mask);
    if (!rtmp_so_value_line(&line, rtmp_so_records_of(writer->session), value, true))
        return 0;
    return rtmp_report_object_value(writer->object, writer->store, &line);
}

static void add_attribute(const struct copy_writer *writer,
                          const struct rtmp_so_attribute *attribute) {
    struct rtmp_report_copy *out = writer->out;
    struct rtmp_report_store *store = writer->store;
    if (!rtmp_report_take(store, RTMP_REPORT_ATTRIBUTES))
        return;
    uint32_t key = key_of(writer, attribute->key);
    struct rtmp_report_attribute *grown =
        rtmp_list_with_room(store->memory, out->attribute, out->attribute_count,
                            &out->attribute_capacity, sizeof *grown);
    if (grown)
        out->attribute = grown;
    if (!grown || !key) {
        store->left_out[RTMP_REPORT_ATTRIBUTES]++;
        return;
    }
    out->attribute[out->attribute_count++] = (struct rtmp_report_attribute){
        .key = key,
        .value = value_of(writer, attribute->value),
        .frame = attribute->told_in
                     ? rtmp_so_place_of(writer->session, FROM_SERVER, attribute->told_in - 1).frame
                     : 0,
    };
}

static void add_open_request(const struct copy_writer *writer,
                             const struct rtmp_so_request *request) {
    struct rtmp_report_copy *out = writer->out;
    uint32_t key = key_of(writer, writer->copy->attributes[request->attribute].key);
    struct rtmp_report_request *grown =
        key && out->open_count < OPEN_MAX
            ? rtmp_list_with_room(writer->store->memory, out->open, out->open_count,
                                  &out->open_capacity, sizeof *grown)
            : NULL;
    if (!grown)
        return;
    out->open = grown;
    out->open[out->open_count++] = (struct rtmp_report_request){
        .type = request->kind == RTMP_SO_WRITE ? RTMP_SO_EVENT_REQUEST_CHANGE
                                               : RTMP_SO_EVENT_REQUEST_REMOVE,
        .key = key,
        .frame = rtmp_so_place_of(writer->session, FROM_CLIENT, request->message).frame,
    };
}

/* Its last use, and what became of it. */
static void add_use(const struct copy_writer *writer) {
    const struct rtmp_so_records *records = &writer->session->direction[FROM_CLIENT].so;
    const struct rtmp_so_copy *copy = writer->copy;
    if (copy->use == RTMP_SO_NOT_USED)
        return;
    const struct rtmp_so_fact *fact = &records->facts[copy->use_fact];
    writer->out->used = rtmp_so_place_of(writer->session, FROM_CLIENT, copy->use_message).frame;
    if (copy->use == RTMP_SO_ANSWERED && fact->link)
        writer->out->confirmed =
            rtmp_so_place_of(writer->session, FROM_SERVER, fact->link - 1).frame;
}

/* The frame of the client's last release, which the events have. */
static uint32_t release_frame(const struct copy_writer *writer) {
    for (uint32_t i = writer->object->event_count; i > 0; i--) {
        const struct rtmp_report_event *event = &writer->object->event[i - 1];
        if (event->from == &writer->session->direction[FROM_CLIENT] &&
            event->type == RTMP_SO_EVENT_RELEASE)
            return event->place.frame;
    }
    return 0;
}

static bool has_room_for_copy(struct rtmp_report_store *store,
                              const struct rtmp_report_object *object) {
    if (object->copy_count < COPIES_MAX)
        return rtmp_report_take(store, RTMP_REPORT_COPIES);
    store->left_out[RTMP_REPORT_COPIES]++;
    return false;
}

static void add_copy(struct copy_writer *writer, uint32_t connection, uint32_t last) {
    struct rtmp_report_object *object = writer->object;
    const struct rtmp_so_copy *copy = writer->copy;
    if (!has_room_for_copy(writer->store, object))
        return;
    struct rtmp_report_copy *grown =
        rtmp_list_with_room(writer->store->memory, object->copy, object->copy_count,
                            &object->copy_capacity, sizeof *grown);
    if (!grown)
        return;
    object->copy = grown;
    writer->out = &object->copy[object->copy_count++];
    *writer->out = (struct rtmp_report_copy){.connection = connection,
                                             .left = last,
                                             .version = copy->version,
                                             .has_version = copy->has_version,
                                             .is_whole = !copy->is_incomplete};
    if (copy->is_released)
        writer->out->released = release_frame(writer);
    add_use(writer);
    for (uint32_t i = copy->oldest; i; i = copy->attributes[i - 1].newer)
        if (copy->attributes[i - 1].is_present)
            add_attribute(writer, &copy->attributes[i - 1]);
    for (uint32_t i = copy->oldest_request; i; i = copy->requests[i - 1].newer)
        if (copy->requests[i - 1].is_open)
            add_open_request(writer, &copy->requests[i - 1]);
}

void rtmp_report_copies_add(struct rtmp_report_objects *objects, struct rtmp_report_store *store,
                            const struct rtmp_session *session, uint32_t connection,
                            uint32_t last) {
    for (uint32_t i = 0; i < session->so.count; i++) {
        struct copy_writer writer = {
            .store = store,
            .object = rtmp_report_object_of(objects, session->so.copy[i]->number),
            .session = session,
            .copy = session->so.copy[i]};
        if (writer.object)
            add_copy(&writer, connection, last);
    }
}
