/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_OBJECTS_H
#define RTMP_EXPORT_REPORT_OBJECTS_H

#include "export/report/place.h"
#include "export/report/store.h"
#include "session/key_index.h"

/*
 * The SharedObjects of a capture: what was asked and told of each attribute, in order, and each
 * client's copy as it was at its end.
 */

/* Texts of one object, each once: an index of it is shorter than its text. */
struct rtmp_report_table {
    uint32_t *text;
    uint32_t count, capacity;
    struct rtmp_key_index index; /* by text */
};

enum rtmp_so_state {
    RTMP_SO_STATE_NEWS,
    RTMP_SO_STATE_LINKED, /* a request that is confirmed, or its confirmation */
    RTMP_SO_STATE_REFUSED,
    RTMP_SO_STATE_CONFLICT,
    RTMP_SO_STATE_UNANSWERED,
};

/* An event, or one attribute of it. key and value: index in the object's tables + 1. */
struct rtmp_report_event {
    const struct rtmp_session_direction *from;
    struct rtmp_report_place place;
    uint32_t connection; /* index in the report */
    uint32_t key, value;
    uint32_t version;
    uint32_t fact; /* in the direction's records; + 1 */
    uint32_t link; /* frame of the other half; 0: none */
    uint8_t type;
    uint8_t state; /* enum rtmp_so_state */
};

struct rtmp_report_attribute {
    uint32_t key, value; /* + 1 */
    uint32_t frame;      /* in which it was set */
};

struct rtmp_report_request {
    uint32_t type; /* of its event */
    uint32_t key;  /* + 1 */
    uint32_t frame;
};

/* Frames are 0 where there is none. */
struct rtmp_report_copy {
    uint32_t connection;
    uint32_t used, confirmed, released, left;
    uint32_t version;
    bool has_version, is_whole;
    struct rtmp_report_attribute *attribute;
    uint32_t attribute_count, attribute_capacity;
    struct rtmp_report_request *open; /* requests that were not answered */
    uint32_t open_count, open_capacity;
};

struct rtmp_report_object {
    uint32_t name; /* text */
    bool is_persistent;
    struct rtmp_report_table keys, values;
    struct rtmp_report_event *event;
    uint32_t event_count, event_capacity;
    struct rtmp_report_copy *copy;
    uint32_t copy_count, copy_capacity;
    uint32_t *diverged; /* attributes: index in keys */
    uint32_t diverged_count, diverged_capacity;
};

/* All zero is the beginning. */
struct rtmp_report_objects {
    struct rtmp_report_object *object;
    uint32_t count, capacity;
    struct rtmp_key_index index; /* by number in the capture */
};

/* A SharedObject message of a connection, `connection` its index. */
void rtmp_report_objects_add(struct rtmp_report_objects *objects, struct rtmp_report_store *store,
                             const struct rtmp_row_message *message, uint32_t connection);

/* All messages were added: settle the links of events. */
void rtmp_report_objects_settle(struct rtmp_report_objects *objects);

/* The object of a number in the capture; NULL: the report has none. */
struct rtmp_report_object *rtmp_report_object_of(const struct rtmp_report_objects *objects,
                                                 uint32_t number);

/* An attribute's name, and a value as one line that hides what it must, in the tables of an object:
 * index + 1; 0: they are full. */
uint32_t rtmp_report_object_key(struct rtmp_report_object *object, struct rtmp_report_store *store,
                                const uint8_t *bytes, uint32_t len);
uint32_t rtmp_report_object_value(struct rtmp_report_object *object,
                                  struct rtmp_report_store *store, const struct rtmp_text *line);

void rtmp_report_objects_destroy(struct rtmp_report_objects *objects,
                                 const struct rtmp_memory *memory);

#endif
