/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report_objects.h"

static void write_texts(struct rtmpx_report_writer *writer, const char *member,
                        const struct rtmp_report_table *table) {
    rtmpx_report_begin_array(writer, member);
    for (uint32_t i = 0; i < table->count; i++)
        rtmpx_report_text(writer, NULL, table->text[i]);
    json_dumper_end_array(&writer->json);
}

/* ---- events ---- */

static void event_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                        unsigned column) {
    enum { T, F, C, DIR, TYPE, KEY, VALUE, V, LINK };
    const struct rtmp_report_event *event = (const struct rtmp_report_event *)rows + row;
    switch (column) {
    case T:
        rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, event->place.time));
        break;
    case F:
        rtmpx_report_number(writer, NULL, event->place.frame);
        break;
    case C:
        rtmpx_report_number(writer, NULL, event->connection);
        break;
    case DIR:
        rtmpx_report_number(writer, NULL, rtmp_session_from_client(event->from) ? 0 : 1);
        break;
    case TYPE:
        rtmpx_report_number(writer, NULL, event->type);
        break;
    case KEY:
        rtmpx_report_index(writer, NULL, event->key);
        break;
    case VALUE:
        rtmpx_report_index(writer, NULL, event->value);
        break;
    case V:
        rtmpx_report_number(writer, NULL, event->version);
        break;
    case LINK:
        rtmpx_report_known(writer, NULL, event->link);
        break;
    default:
        rtmpx_report_number(writer, NULL, event->state);
        break;
    }
}

static void write_events(struct rtmpx_report_writer *writer,
                         const struct rtmp_report_object *object) {
    static const char *const names[] = {"t",     "f", "c",    "dir",   "type", "key",
                                        "value", "v", "link", "state", NULL};
    const struct rtmpx_report_table events = {names, object->event, object->event_count,
                                              event_value};
    rtmpx_report_begin_object(writer, "e");
    rtmpx_report_table(writer, &events);
    json_dumper_end_object(&writer->json);
}

/* ---- copies ---- */

static void attribute_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                            unsigned column) {
    enum { K, V };
    const struct rtmp_report_attribute *attribute =
        (const struct rtmp_report_attribute *)rows + row;
    if (column == K)
        rtmpx_report_index(writer, NULL, attribute->key);
    else if (column == V)
        rtmpx_report_index(writer, NULL, attribute->value);
    else
        rtmpx_report_known(writer, NULL, attribute->frame);
}

static void write_open(struct rtmpx_report_writer *writer, const struct rtmp_report_copy *copy) {
    rtmpx_report_begin_array(writer, "open");
    for (uint32_t i = 0; i < copy->open_count; i++) {
        rtmpx_report_begin_array(writer, NULL);
        rtmpx_report_number(writer, NULL, copy->open[i].type);
        rtmpx_report_index(writer, NULL, copy->open[i].key);
        rtmpx_report_number(writer, NULL, copy->open[i].frame);
        json_dumper_end_array(&writer->json);
    }
    json_dumper_end_array(&writer->json);
}

static void write_copy(struct rtmpx_report_writer *writer, const struct rtmp_report_copy *copy) {
    static const char *const names[] = {"k", "v", "set", NULL};
    const struct rtmpx_report_table attributes = {names, copy->attribute, copy->attribute_count,
                                                  attribute_value};
    rtmpx_report_begin_object(writer, NULL);
    rtmpx_report_number(writer, "c", copy->connection);
    rtmpx_report_known(writer, "used", copy->used);
    rtmpx_report_known(writer, "confirmed", copy->confirmed);
    rtmpx_report_known(writer, "released", copy->released);
    rtmpx_report_known(writer, "left", copy->left);
    if (copy->has_version)
        rtmpx_report_number(writer, "version", copy->version);
    else
        rtmpx_report_null(writer, "version");
    rtmpx_report_boolean(writer, "whole", copy->is_whole);
    rtmpx_report_table(writer, &attributes);
    write_open(writer, copy);
    json_dumper_end_object(&writer->json);
}

static void write_object(struct rtmpx_report_writer *writer,
                         const struct rtmp_report_object *object) {
    rtmpx_report_begin_object(writer, NULL);
    rtmpx_report_text(writer, "name", object->name);
    rtmpx_report_boolean(writer, "persistent", object->is_persistent);
    write_texts(writer, "keys", &object->keys);
    write_texts(writer, "values", &object->values);
    write_events(writer, object);
    rtmpx_report_begin_array(writer, "copies");
    for (uint32_t i = 0; i < object->copy_count; i++)
        write_copy(writer, &object->copy[i]);
    json_dumper_end_array(&writer->json);
    rtmpx_report_begin_array(writer, "diverged");
    for (uint32_t i = 0; i < object->diverged_count; i++)
        rtmpx_report_number(writer, NULL, object->diverged[i]);
    json_dumper_end_array(&writer->json);
    json_dumper_end_object(&writer->json);
}

void rtmpx_report_write_objects(struct rtmpx_report_writer *writer) {
    const struct rtmp_report_objects *objects = &writer->report->objects;
    rtmpx_report_begin_array(writer, "objects");
    for (uint32_t i = 0; i < objects->count; i++)
        write_object(writer, &objects->object[i]);
    json_dumper_end_array(&writer->json);
}
