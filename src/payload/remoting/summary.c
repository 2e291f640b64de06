/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/remoting/summary.h"

#include "base/names.h"
#include "payload/amf/amf_path.h"
#include "payload/remoting/secrets.h"

#define LINE_NAME_MAX  64 /* bytes of a method, URI or class on a line */
#define LINE_VALUE_MAX 40 /* of a string among others */
#define LINE_FAULT_MAX 96 /* of what a fault says */
#define LINE_ITEMS     8  /* arguments or properties */

static void add_wire_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                          struct rtmp_span span, size_t limit) {
    const uint8_t *bytes = rtmp_bytes(reader, span);
    if (bytes)
        rtmp_text_wire(text, bytes, span.len, limit);
}

static void add_uuid(struct rtmp_text *text, const uint8_t *bytes) {
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    for (unsigned group = 0; group < sizeof groups; group++) {
        rtmp_text_add(text, group ? "-" : "");
        for (unsigned i = 0; i < groups[group]; i++)
            rtmp_text_format(text, "%02X", *bytes++);
    }
}

void rtmp_remoting_fact_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                             const struct rtmp_amf_leaf *leaf, size_t limit) {
    if (rtmp_amf_is_number(leaf->kind)) {
        rtmp_text_number(text, leaf->number);
    } else if (leaf->kind == RTMP_AMF_BYTES) {
        const uint8_t *bytes = rtmp_bytes(reader, leaf->text);
        if (bytes)
            add_uuid(text, bytes);
    } else {
        add_wire_text(text, reader, leaf->text, limit);
    }
}

/* ---- names of calls ---- */

static bool has_text(const struct rtmp_amf_leaf *leaf) {
    return leaf->present && (rtmp_amf_is_number(leaf->kind) || leaf->text.len);
}

/* `destination.operation`. */
static void add_flex_call(struct rtmp_text *text, const struct rtmp_reader *reader,
                          const struct rtmp_remoting_facts *facts) {
    const struct rtmp_amf_leaf *place = &facts->fact[RTMP_REMOTING_FACT_DESTINATION];
    const struct rtmp_amf_leaf *operation = &facts->fact[RTMP_REMOTING_FACT_OPERATION];
    if (!has_text(place))
        place = &facts->fact[RTMP_REMOTING_FACT_SOURCE];
    bool has_operation = facts->flex == RTMP_FLEX_REMOTING && has_text(operation);
    if (has_text(place))
        rtmp_remoting_fact_text(text, reader, place, LINE_NAME_MAX);
    if (has_text(place) && has_operation)
        rtmp_text_add(text, ".");
    if (has_operation)
        rtmp_remoting_fact_text(text, reader, operation, LINE_NAME_MAX);
    if (!has_text(place) && !has_operation)
        add_wire_text(text, reader, facts->class_name, LINE_NAME_MAX);
}

void rtmp_remoting_call_name(struct rtmp_text *text, const struct rtmp_reader *reader,
                             struct rtmp_span target, const struct rtmp_remoting_facts *facts) {
    int command = rtmp_remoting_command_of(facts);
    const char *name =
        command < 0 ? NULL : rtmp_name_of(rtmp_names_flex_commands, (uint32_t)command);
    if (name)
        rtmp_text_add(text, name);
    else if (command >= 0)
        rtmp_text_format(text, "command %d", command);
    else if (facts->flex != RTMP_FLEX_NONE)
        add_flex_call(text, reader, facts);
    else
        add_wire_text(text, reader, target, LINE_NAME_MAX);
}

/* ---- values ---- */

/* Where the values stand that are shown, and how. */
struct shown_values {
    struct rtmp_text *text;
    const struct rtmp_reader *reader;
    const struct rtmp_secrets *secrets; /* NULL: none is hidden */
    const char *before;                 /* before the first */
    uint8_t depth;                      /* of the value, or of its items */
    bool of_body;                       /* the value behind the key `body` of a Flex message */
    bool items;                         /* of an array its items are shown */
    bool properties;                    /* of an object its properties are */
    bool quoted;                        /* strings */
    size_t string_max;                  /* bytes of each, 0: all */
    bool waits;                         /* for that key, or for the value itself */
    bool has_key;
    struct rtmp_amf_event key; /* before the next value */
    unsigned count;
};

static void add_container_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                               const struct rtmp_amf_event *event) {
    unsigned count = (unsigned)event->count;
    if (event->text.len)
        add_wire_text(text, reader, event->text, LINE_NAME_MAX);
    else if (event->kind == RTMP_AMF_OBJECT || event->kind == RTMP_AMF_ECMA_ARRAY)
        rtmp_text_add(text, "object");
    else if (event->kind == RTMP_AMF_DICTIONARY)
        rtmp_text_format(text, "dictionary of %u", count);
    else if (event->kind == RTMP_AMF_VECTOR)
        rtmp_text_format(text, "vector of %u", count);
    else
        rtmp_text_format(text, "array of %u", count);
}

static void add_leaf_brief(const struct shown_values *shown, const struct rtmp_amf_event *event) {
    const char *quote = shown->quoted && event->kind == RTMP_AMF_STRING ? "\"" : "";
    const struct rtmp_amf_event *key = shown->has_key ? &shown->key : NULL;
    if (shown->secrets && rtmp_secrets_has(shown->secrets, shown->reader, key, event)) {
        rtmp_text_add(shown->text, RTMP_SECRET_TEXT);
    } else if (event->kind == RTMP_AMF_BYTES) {
        rtmp_text_size(shown->text, event->payload.len);
    } else {
        rtmp_text_add(shown->text, quote);
        rtmp_amf_leaf_text(shown->text, shown->reader, event, shown->string_max);
        rtmp_text_add(shown->text, quote);
    }
}

/* False: the line has enough of them. */
static bool add_one(struct shown_values *shown, const struct rtmp_amf_event *event) {
    rtmp_text_add(shown->text, shown->count ? ", " : shown->before);
    if (shown->count++ == LINE_ITEMS || shown->text->cut) {
        rtmp_text_add(shown->text, RTMP_TEXT_ELLIPSIS);
        return false;
    }
    if (shown->has_key && shown->properties) {
        if (shown->key.name)
            rtmp_text_add(shown->text, shown->key.name);
        else
            add_wire_text(shown->text, shown->reader, shown->key.text, LINE_NAME_MAX);
        rtmp_text_add(shown->text, ": ");
    }
    if (rtmp_amf_is_leaf(event->kind))
        add_leaf_brief(shown, event);
    else
        add_container_text(shown->text, shown->reader, event);
    shown->has_key = false;
    return true;
}

static bool is_opened(const struct shown_values *shown, const struct rtmp_amf_event *event) {
    switch (event->kind) {
    case RTMP_AMF_STRICT_ARRAY:
    case RTMP_AMF_ARRAY:
        return shown->items;
    case RTMP_AMF_OBJECT:
    case RTMP_AMF_ECMA_ARRAY:
        return shown->properties;
    default:
        return false;
    }
}

/* False: all is shown. */
static bool take_shown(struct shown_values *shown, const struct rtmp_amf_event *event) {
    if (event->depth < shown->depth)
        return !(event->kind == RTMP_AMF_END && !shown->waits && event->depth + 1 == shown->depth);
    if (event->depth > shown->depth)
        return true;
    if (event->kind == RTMP_AMF_KEY) {
        shown->key = *event;
        shown->has_key = true;
        return true;
    }
    if (!rtmp_amf_is_leaf(event->kind) && !rtmp_amf_is_container(event->kind))
        return true;
    if (!shown->waits)
        return add_one(shown, event);
    if (shown->of_body &&
        !(shown->has_key && rtmp_amf_key_is(shown->reader, &shown->key, "body", 4))) {
        shown->has_key = false;
        return true;
    }
    shown->waits = false;
    if (!is_opened(shown, event)) {
        (void)add_one(shown, event);
        return false;
    }
    shown->has_key = false;
    shown->depth++;
    return true;
}

static void add_values(struct shown_values *shown, const struct rtmp_reader *packet,
                       struct rtmp_reader value) {
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    shown->reader = packet;
    shown->waits = true;
    rtmp_amf_init(&amf, &value, 0);
    bool goes_on = true;
    while (goes_on && rtmp_amf_next(&amf, &event))
        goes_on = take_shown(shown, &event) && !rtmp_amf_value_done(&amf);
    if (!goes_on)
        return;
    /* The rest cannot be read. */
    rtmp_text_add(shown->text, shown->count ? ", " : shown->before);
    rtmp_text_add(shown->text, RTMP_TEXT_ELLIPSIS);
}

/* ---- lines ---- */

/* What is known of the entry of a line. */
struct read_entry {
    struct rtmp_remoting_facts facts;
    struct rtmp_secrets secrets;
    struct rtmp_reader value;
};

static void read_line_entry(struct read_entry *entry, struct rtmp_reader reader,
                            const struct rtmp_remoting_line *line) {
    entry->value = rtmp_remoting_value_of(&reader, line->entry);
    rtmp_remoting_facts_read(&entry->facts, entry->value);
    entry->secrets = rtmp_secrets_of(&reader, line->entry, line->is_reply, &entry->facts);
}

static struct shown_values shown_of(struct rtmp_text *text, const struct rtmp_remoting_line *line,
                                    const struct read_entry *entry) {
    bool is_flex = entry->facts.flex != RTMP_FLEX_NONE;
    return (struct shown_values){
        .text = text,
        .secrets = line->shows_secrets ? NULL : &entry->secrets,
        .of_body = is_flex,
        .depth = is_flex ? entry->facts.members_depth : 0,
        .quoted = true,
        .string_max = LINE_VALUE_MAX,
        .before = "",
    };
}

static void add_arguments(struct rtmp_text *text, const struct rtmp_reader *reader,
                          const struct rtmp_remoting_line *line, const struct read_entry *entry) {
    struct shown_values shown = shown_of(text, line, entry);
    shown.items = true;
    add_values(&shown, reader, entry->value);
}

static bool has_arguments(const struct read_entry *entry) {
    return entry->facts.flex == RTMP_FLEX_NONE || entry->facts.flex == RTMP_FLEX_REMOTING;
}

static void add_call_line(struct rtmp_text *text, const struct rtmp_reader *reader,
                          const struct rtmp_remoting_line *line, const struct read_entry *entry) {
    const struct rtmp_remoting_id id = rtmp_remoting_id_of(reader, line->entry, false);
    rtmp_remoting_call_name(text, reader, line->entry->name, &entry->facts);
    if (has_arguments(entry)) {
        rtmp_text_add(text, "(");
        add_arguments(text, reader, line, entry);
        rtmp_text_add(text, ")");
    }
    if (id.text.len) {
        rtmp_text_add(text, " ");
        add_wire_text(text, reader, id.text, LINE_NAME_MAX);
    }
}

static void add_time(struct rtmp_text *text, int64_t nanoseconds) {
    double milliseconds = (double)nanoseconds / 1e6;
    if (milliseconds < 0)
        return;
    rtmp_text_add(text, ", ");
    if (milliseconds >= 10000)
        rtmp_text_format(text, "%.1f s", milliseconds / 1000);
    else if (milliseconds >= 10)
        rtmp_text_format(text, "%.0f ms", milliseconds);
    else
        rtmp_text_format(text, "%.1f ms", milliseconds);
}

/* The answer to a poll: the messages that it brings. */
static bool is_poll(const struct rtmp_remoting_line *line, const struct read_entry *entry) {
    enum { CLIENT_SYNC = 4 };
    return rtmp_remoting_command_of(&entry->facts) == CLIENT_SYNC ||
           (line->call && strcmp(line->call, "poll") == 0 && entry->facts.flex != RTMP_FLEX_ERROR);
}

static void add_poll_count(struct rtmp_text *text, const struct rtmp_remoting_facts *facts) {
    unsigned count = facts->body_is_list ? (unsigned)facts->body_count : 0;
    rtmp_text_format(text, "%u %s", count, count == 1 ? "message" : "messages");
}

static void add_fault_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                           const struct rtmp_remoting_facts *facts, const char *before) {
    const struct rtmp_amf_leaf *says = rtmp_remoting_fault_description(facts);
    if (!has_text(says))
        says = rtmp_remoting_fault_code(facts);
    if (!has_text(says))
        return;
    rtmp_text_add(text, before);
    rtmp_remoting_fact_text(text, reader, says, LINE_FAULT_MAX);
}

static void add_result(struct rtmp_text *text, const struct rtmp_reader *reader,
                       const struct rtmp_remoting_line *line, const struct read_entry *entry,
                       const char *before) {
    struct shown_values shown = shown_of(text, line, entry);
    shown.before = before;
    add_values(&shown, reader, entry->value);
}

static void add_reply_line(struct rtmp_text *text, const struct rtmp_reader *reader,
                           const struct rtmp_remoting_line *line, const struct read_entry *entry) {
    if (is_poll(line, entry)) {
        rtmp_text_add(text, "poll: ");
        add_poll_count(text, &entry->facts);
        return;
    }
    const struct rtmp_remoting_id id = rtmp_remoting_id_of(reader, line->entry, true);
    bool is_fault = rtmp_remoting_is_fault(&entry->facts, id.status);
    bool is_debug = id.status == RTMP_REMOTING_ON_DEBUG_EVENTS;
    add_wire_text(text, reader, id.text, LINE_NAME_MAX);
    rtmp_text_add(text, is_debug ? " debug events" : is_fault ? " error" : " result");
    if (line->call) {
        rtmp_text_add(text, " of ");
        rtmp_text_add(text, line->call);
    }
    if (is_fault)
        add_fault_text(text, reader, &entry->facts, ": ");
    else
        add_result(text, reader, line, entry, ": ");
    if (line->call && !is_fault && !is_debug)
        add_time(text, line->time);
}

void rtmp_remoting_message_line(struct rtmp_text *text, struct rtmp_reader reader,
                                const struct rtmp_remoting_line *line) {
    struct read_entry entry;
    read_line_entry(&entry, reader, line);
    if (line->is_reply)
        add_reply_line(text, &reader, line, &entry);
    else
        add_call_line(text, &reader, line, &entry);
}

void rtmp_remoting_value_line(struct rtmp_text *text, struct rtmp_reader reader,
                              const struct rtmp_remoting_line *line) {
    struct read_entry entry;
    read_line_entry(&entry, reader, line);
    if (!line->is_reply) {
        if (has_arguments(&entry))
            add_arguments(text, &reader, line, &entry);
        return;
    }
    const struct rtmp_remoting_id id = rtmp_remoting_id_of(&reader, line->entry, true);
    if (is_poll(line, &entry))
        add_poll_count(text, &entry.facts);
    else if (rtmp_remoting_is_fault(&entry.facts, id.status))
        add_fault_text(text, &reader, &entry.facts, "");
    else
        add_result(text, &reader, line, &entry, "");
}

void rtmp_remoting_header_line(struct rtmp_text *text, struct rtmp_reader reader,
                               const struct rtmp_remoting_line *line) {
    struct read_entry entry;
    read_line_entry(&entry, reader, line);
    add_wire_text(text, &reader, line->entry->name, LINE_NAME_MAX);
    rtmp_text_add(text, "=");
    struct shown_values shown = shown_of(text, line, &entry);
    shown.of_body = false;
    shown.depth = 0;
    shown.items = shown.properties = true;
    bool is_leaf = entry.facts.leaf.present;
    shown.quoted = !is_leaf;
    shown.string_max = is_leaf ? 0 : LINE_VALUE_MAX;
    rtmp_text_add(text, is_leaf ? "" : "{");
    add_values(&shown, &reader, entry.value);
    rtmp_text_add(text, is_leaf ? "" : "}");
}
