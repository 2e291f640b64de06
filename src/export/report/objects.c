/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/objects.h"

#include "base/list.h"
#include "payload/amf/amf_value.h"
#include "payload/shared_object.h"
#include "session/so_facts.h"

/* Of one object. */
enum { KEYS_MAX = 500, VALUES_MAX = 5000, COPIES_MAX = 100, DIVERGED_MAX = 500 };

/* ---- tables ---- */

/* Index + 1 of a text; 0: no text, no room. */
static uint32_t table_index(struct rtmp_report_table *table, const struct rtmp_memory *memory,
                            uint32_t text, uint32_t most) {
    uint32_t found = text ? rtmp_key_find(&table->index, text) : 0;
    if (!text || found || table->count == most)
        return found;
    uint32_t *grown =
        rtmp_list_with_room(memory, table->text, table->count, &table->capacity, sizeof *grown);
    if (grown)
        table->text = grown;
    if (!grown || !rtmp_key_add(&table->index, memory, text, table->count))
        return 0;
    table->text[table->count++] = text;
    return table->count;
}

uint32_t rtmp_report_object_key(struct rtmp_report_object *object, struct rtmp_report_store *store,
                                const uint8_t *bytes, uint32_t len) {
    return table_index(&object->keys, store->memory, rtmp_report_keep(store, bytes, len), KEYS_MAX);
}

uint32_t rtmp_report_object_value(struct rtmp_report_object *object,
                                  struct rtmp_report_store *store, const struct rtmp_text *line) {
    return table_index(&object->values, store->memory, rtmp_report_keep_line(store, line),
                       VALUES_MAX);
}

/* ---- objects ---- */

struct rtmp_report_object *rtmp_report_object_of(const struct rtmp_report_objects *objects,
                                                 uint32_t number) {
    uint32_t place = rtmp_key_find(&objects->index, number);
    return place ? &objects->object[place - 1] : NULL;
}

static struct rtmp_report_object *find_or_add_object(struct rtmp_report_objects *objects,
                                                     struct rtmp_report_store *store,
                                                     uint32_t number) {
    struct rtmp_report_object *found = rtmp_report_object_of(objects, number);
    if (found || !rtmp_report_take(store, RTMP_REPORT_OBJECTS))
        return found;
    struct rtmp_report_object *grown = rtmp_list_with_room(
        store->memory, objects->object, objects->count, &objects->capacity, sizeof *grown);
    if (grown)
        objects->object = grown;
    if (!grown || !rtmp_key_add(&objects->index, store->memory, number, objects->count))
        return NULL;
    objects->object[objects->count] = (struct rtmp_report_object){.name = 0};
    return &objects->object[objects->count++];
}

/* ---- events ---- */

/* A message while it is read: the event, or the attribute of it, that is open. */
struct event_reader {
    struct rtmp_report_store *store;
    struct rtmp_report_object *object;
    const struct rtmp_row_message *message;
    struct rtmp_shared_object so;
    struct rtmp_so_fact_walk facts;
    struct rtmp_report_event event;
    bool is_open, has_key, is_left_out;
    struct rtmp_text value;
    char value_out[1024];
};

static void close_event(struct event_reader *reader) {
    struct rtmp_report_object *object = reader->object;
    struct rtmp_report_store *store = reader->store;
    bool was_open = reader->is_open;
    reader->is_open = false;
    if (!was_open || !rtmp_report_take(store, RTMP_REPORT_EVENTS))
        return;
    if (reader->is_left_out) {
        store->left_out[RTMP_REPORT_EVENTS]++;
        return;
    }
    struct rtmp_report_event *grown = rtmp_list_with_room(
        store->memory, object->event, object->event_count, &object->event_capacity, sizeof *grown);
    if (!grown)
        return;
    object->event = grown;
    if (reader->value.len)
        reader->event.value = rtmp_report_object_value(object, store, &reader->value);
    object->event[object->event_count++] = reader->event;
}

static void note_fact(struct event_reader *reader, const struct rtmp_so_fact *fact) {
    reader->event.fact = fact ? (uint32_t)(fact - reader->message->direction->so.facts) + 1 : 0;
}

static void open_event(struct event_reader *reader) {
    reader->is_open = true;
    reader->has_key = reader->is_left_out = false;
    reader->event.key = reader->event.value = 0;
    reader->value =
        rtmp_text_masked(reader->value_out, sizeof reader->value_out, reader->store->mask);
}

static void begin_event(struct event_reader *reader, const struct rtmp_so_piece *piece) {
    close_event(reader);
    open_event(reader);
    reader->event.type = piece->event;
    note_fact(reader, rtmp_so_fact_of_event(&reader->facts));
}

/* An attribute: the first one of an event is in the event's row. */
static void begin_attribute(struct event_reader *reader, const struct rtmp_so_piece *piece) {
    const struct rtmp_so_fact *fact = rtmp_so_fact_of_key(&reader->facts);
    if (reader->has_key) {
        close_event(reader);
        open_event(reader);
    }
    reader->has_key = true;
    reader->event.key = rtmp_report_object_key(
        reader->object, reader->store, reader->message->bytes + piece->text.pos, piece->text.len);
    reader->is_left_out = !reader->event.key;
    note_fact(reader, fact);
}

static void add_value(struct event_reader *reader) {
    if (reader->event.type == RTMP_SO_EVENT_SEND_MESSAGE && reader->value.len)
        rtmp_text_add(&reader->value, " ");
    (void)rtmp_amf_value_line(&reader->so.amf, &reader->value, true);
}

static void add_wire(struct event_reader *reader, const char *before,
                     const struct rtmp_so_piece *piece, const char *after) {
    rtmp_text_add(&reader->value, before);
    rtmp_text_wire(&reader->value, reader->message->bytes + piece->text.pos, piece->text.len, 0);
    rtmp_text_add(&reader->value, after);
}

static void read_piece(struct event_reader *reader, const struct rtmp_so_piece *piece) {
    switch (piece->kind) {
    case RTMP_SO_NAME:
        if (!reader->object->name)
            reader->object->name = rtmp_report_keep(
                reader->store, reader->message->bytes + piece->text.pos, piece->text.len);
        break;
    case RTMP_SO_VERSION:
        reader->event.version = piece->number;
        break;
    case RTMP_SO_FLAGS:
        reader->object->is_persistent |= (piece->number & RTMP_SO_PERSISTENT) != 0;
        break;
    case RTMP_SO_EVENT:
        begin_event(reader, piece);
        break;
    case RTMP_SO_KEY:
        begin_attribute(reader, piece);
        break;
    case RTMP_SO_VALUE:
        add_value(reader);
        break;
    case RTMP_SO_METHOD:
    case RTMP_SO_STATUS_CODE:
        add_wire(reader, "", piece, "");
        break;
    case RTMP_SO_STATUS_LEVEL:
        add_wire(reader, " (", piece, ")");
        break;
    default:
        break;
    }
}

static void note_divergences(struct rtmp_report_object *object, struct rtmp_report_store *store,
                             const struct rtmp_capture *capture,
                             const struct rtmp_so_message *message) {
    for (uint32_t i = 0; i < message->divergence_count; i++) {
        const struct rtmp_so_divergence *divergence =
            &capture->so.divergences[message->first_divergence + i];
        const struct rtmp_kept_text *key = rtmp_texts_of(&capture->texts, divergence->key);
        uint32_t index = key ? rtmp_report_object_key(object, store, key->bytes, key->len) : 0;
        bool is_new = index && object->diverged_count < DIVERGED_MAX;
        for (uint32_t j = 0; j < object->diverged_count; j++)
            is_new &= object->diverged[j] != index - 1;
        uint32_t *grown =
            is_new ? rtmp_list_with_room(store->memory, object->diverged, object->diverged_count,
                                         &object->diverged_capacity, sizeof *grown)
                   : NULL;
        if (!grown)
            continue;
        object->diverged = grown;
        object->diverged[object->diverged_count++] = index - 1;
    }
}

void rtmp_report_objects_add(struct rtmp_report_objects *objects, struct rtmp_report_store *store,
                             const struct rtmp_row_message *message, uint32_t connection) {
    const struct rtmp_session_direction *direction = message->direction;
    const struct rtmp_so_facts facts =
        rtmp_so_records_find(&direction->so, message->record->id >> 1);
    struct rtmp_report_object *object =
        facts.message ? find_or_add_object(objects, store, facts.message->number) : NULL;
    if (!object)
        return;
    struct rtmp_reader bytes = rtmp_reader_over(message->bytes, message->available);
    struct event_reader reader = {
        .store = store,
        .object = object,
        .message = message,
        .event = {.from = direction,
                  .place = rtmp_report_place_of(message),
                  .connection = connection},
    };
    reader.facts.facts = facts;
    struct rtmp_so_piece piece;
    rtmp_shared_object_init(&reader.so, &bytes, message->record->message.type);
    while (rtmp_shared_object_next(&reader.so, &piece))
        read_piece(&reader, &piece);
    close_event(&reader);
    note_divergences(object, store, direction->session->capture, facts.message);
}

/* ---- links ---- */

static enum rtmp_so_state state_of(const struct rtmp_report_event *event,
                                   const struct rtmp_so_fact *fact) {
    bool from_client = rtmp_session_from_client(event->from);
    bool asks = event->type == RTMP_SO_EVENT_USE || event->type == RTMP_SO_EVENT_REQUEST_CHANGE ||
                event->type == RTMP_SO_EVENT_REQUEST_REMOVE;
    if (fact->flags & (RTMP_SO_REFUSED | RTMP_SO_REFUSES))
        return RTMP_SO_STATE_REFUSED;
    if (fact->flags & RTMP_SO_CONFLICT)
        return RTMP_SO_STATE_CONFLICT;
    if (fact->flags & (RTMP_SO_CONFIRMED | RTMP_SO_CONFIRMS | RTMP_SO_RESTORES))
        return RTMP_SO_STATE_LINKED;
    return from_client && asks ? RTMP_SO_STATE_UNANSWERED : RTMP_SO_STATE_NEWS;
}

static void settle_event(struct rtmp_report_event *event) {
    if (!event->fact)
        return;
    const struct rtmp_session *session = event->from->session;
    const struct rtmp_so_fact *fact = &event->from->so.facts[event->fact - 1];
    unsigned other = rtmp_session_from_client(event->from) ? 1 : 0;
    event->state = (uint8_t)state_of(event, fact);
    if (fact->link)
        event->link = rtmp_so_place_of(session, other, fact->link - 1).frame;
}

void rtmp_report_objects_settle(struct rtmp_report_objects *objects) {
    for (uint32_t i = 0; i < objects->count; i++)
        for (uint32_t j = 0; j < objects->object[i].event_count; j++)
            settle_event(&objects->object[i].event[j]);
}

void rtmp_report_objects_destroy(struct rtmp_report_objects *objects,
                                 const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < objects->count; i++) {
        struct rtmp_report_object *object = &objects->object[i];
        rtmp_list_free(memory, object->keys.text);
        rtmp_key_index_destroy(&object->keys.index, memory);
        rtmp_list_free(memory, object->values.text);
        rtmp_key_index_destroy(&object->values.index, memory);
        rtmp_list_free(memory, object->event);
        rtmp_list_free(memory, object->diverged);
        for (uint32_t j = 0; j < object->copy_count; j++) {
            rtmp_list_free(memory, object->copy[j].attribute);
            rtmp_list_free(memory, object->copy[j].open);
        }
        rtmp_list_free(memory, object->copy);
    }
    rtmp_list_free(memory, objects->object);
    rtmp_key_index_destroy(&objects->index, memory);
}
