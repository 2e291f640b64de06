/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_summary.h"

#include "payload/amf/amf_value.h"
#include "payload/shared_object.h"
#include "session/so_facts.h"
#include "session/so_recent.h"
#include "session/so_values.h"

/* Bytes of a name and of a value on a summary line, and events, keys and arguments on one. */
#define SUMMARY_NAME_LENGTH  64
#define SUMMARY_VALUE_LENGTH 48
#define SUMMARY_ITEMS        6

struct so_line {
    struct rtmp_text *text;
    struct rtmp_so_records_pair records;
    struct rtmp_shared_object *so;
    struct rtmp_so_fact_walk facts;
    const struct rtmp_so_fact *fact; /* of the last event or key */
    struct rtmp_reader whole;
    uint32_t next; /* of the parts that are known */
    unsigned items;
    uint8_t event;   /* the last one named */
    bool has_name;   /* ... with a key, method or code after it */
    bool is_call;    /* the parenthesis behind a method is open */
    bool has_values; /* ... and has arguments */
};

static void name_on_line(const struct so_line *line, struct rtmp_span span) {
    const uint8_t *bytes = rtmp_bytes(&line->whole, span);
    if (bytes)
        rtmp_text_wire(line->text, bytes, span.len, SUMMARY_NAME_LENGTH);
}

/* Append before an event, a key or an argument. False: the line is full. */
static bool separate_on_line(struct so_line *line, const char *separator) {
    bool full = line->items == SUMMARY_ITEMS;
    rtmp_text_add(line->text, full ? ", \xE2\x80\xA6" : separator);
    line->items++;
    return !full;
}

static void end_call(struct so_line *line) {
    if (line->is_call)
        rtmp_text_add(line->text, ")");
    line->is_call = false;
}

static bool event_on_line(struct so_line *line, uint8_t event) {
    line->fact = rtmp_so_fact_of_event(&line->facts);
    end_call(line);
    line->has_values = false;
    /* Servers send one event for each key: its name is not repeated. */
    if (line->has_name && event == line->event)
        return true;
    if (!separate_on_line(line, line->items ? ", " : ": "))
        return false;
    const char *name = rtmp_so_event_name(event);
    if (name) {
        const char first = (char)(name[0] - 'A' + 'a');
        rtmp_text_add_len(line->text, &first, 1);
        rtmp_text_add(line->text, name + 1);
    } else {
        rtmp_text_add(line->text, "event ");
        rtmp_text_unsigned(line->text, event);
    }
    line->event = event;
    line->has_name = false;
    return true;
}

/* A key, a method or a status code. */
static bool item_on_line(struct so_line *line, struct rtmp_span span) {
    if (!line->has_name)
        rtmp_text_add(line->text, " ");
    else if (!separate_on_line(line, ", "))
        return false;
    name_on_line(line, span);
    line->has_name = true;
    return true;
}

/* The value that the copy had before a change. */
static void previous_on_line(const struct so_line *line) {
    char buffer[SUMMARY_VALUE_LENGTH + 8];
    struct rtmp_text text = rtmp_text_masked(buffer, sizeof buffer, line->text->mask);
    bool is_known = line->event == RTMP_SO_EVENT_CHANGE && line->fact &&
                    (line->fact->flags & RTMP_SO_HAD_VALUE) &&
                    rtmp_so_value_line(&text, line->records, line->fact->previous, true);
    if (is_known) {
        rtmp_text_add(line->text, ": ");
        rtmp_text_add_len(line->text, buffer, text.len);
        rtmp_text_add(line->text, " -> ");
    } else {
        rtmp_text_add(line->text, " = ");
    }
}

/* The value of an attribute, or an argument, as far as it can be read. */
static bool value_on_line(struct so_line *line, const struct rtmp_so_piece *piece) {
    char buffer[SUMMARY_VALUE_LENGTH + 8];
    struct rtmp_text text = rtmp_text_masked(buffer, sizeof buffer, line->text->mask);
    if (!rtmp_amf_value_line(&line->so->amf, &text, true) && text.len == 0)
        return true;
    if (piece->layout == RTMP_SO_LAYOUT_ATTRIBUTES)
        previous_on_line(line);
    else if (!line->has_values)
        rtmp_text_add(line->text, line->is_call ? "" : " ");
    else if (!separate_on_line(line, ", "))
        return false;
    line->has_values = true;
    rtmp_text_add_len(line->text, buffer, text.len);
    return true;
}

static bool piece_on_line(struct so_line *line, const struct rtmp_so_piece *piece) {
    switch (piece->kind) {
    case RTMP_SO_NAME:
        rtmp_text_add(line->text, " \"");
        name_on_line(line, piece->text);
        rtmp_text_add(line->text, "\"");
        return true;
    case RTMP_SO_VERSION:
        rtmp_text_add(line->text, " v");
        rtmp_text_unsigned(line->text, piece->number);
        return true;
    case RTMP_SO_EVENT:
        return event_on_line(line, piece->event);
    case RTMP_SO_KEY:
        line->fact = rtmp_so_fact_of_key(&line->facts);
        return item_on_line(line, piece->text);
    case RTMP_SO_METHOD:
        if (!item_on_line(line, piece->text))
            return false;
        rtmp_text_add(line->text, "(");
        line->is_call = true;
        return true;
    case RTMP_SO_VALUE:
        return value_on_line(line, piece);
    case RTMP_SO_STATUS_CODE:
        return item_on_line(line, piece->text);
    default:
        return true;
    }
}

/* The next part, `piece` if it has to be read. NULL: there is none. */
static const struct rtmp_so_piece *next_on_line(struct so_line *line, struct rtmp_so_piece *piece) {
    const struct rtmp_so_recent *recent = line->facts.facts.recent;
    if (!recent)
        return rtmp_shared_object_next(line->so, piece) ? piece : NULL;
    const struct rtmp_so_piece *known = &recent->part[line->next++];
    if (line->next > recent->count)
        return NULL;
    if (known->kind == RTMP_SO_VALUE) {
        /* An ECMA array may lack its end marker where the event ends. */
        line->so->reader->pos = known->whole.pos;
        line->so->reader->end =
            line->next < recent->count ? recent->part[line->next].whole.pos : line->whole.end;
    }
    return known;
}

void rtmp_so_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t message_type,
                     const struct rtmp_so_facts *facts, struct rtmp_so_records_pair records) {
    struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    struct so_line line = {
        .text = text, .records = records, .so = &so, .facts.facts = *facts, .whole = reader};
    rtmp_text_add(text, "SharedObject");
    rtmp_shared_object_init(&so, &reader, message_type);
    const struct rtmp_so_piece *part;
    while ((part = next_on_line(&line, &piece)) != NULL)
        if (!piece_on_line(&line, part))
            return;
    end_call(&line);
}
