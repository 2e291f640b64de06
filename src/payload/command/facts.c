/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/facts.h"

#include "base/message.h"
#include "payload/amf/amf0_scalar.h"
#include "payload/command/signatures.h"

/* Top-level values, numbered as in a command. A data message has no transaction id and no command
 * object; its first argument counts as ARGUMENT_1. */
enum value { NAME, TRANSACTION_ID, COMMAND_OBJECT, ARGUMENT_1, ARGUMENT_2, ARGUMENT_3, ARGUMENT_4 };
#define ANY (UINT8_MAX - 1)

#define ALL_FACTS UINT8_MAX

enum type { STRING, NUMBER };
enum shown { TREE, LINE };

/* The place of a fact. */
struct place {
    uint8_t fact;  /* enum rtmp_fact */
    uint8_t value; /* enum value, or ANY */
    uint8_t type;  /* enum type */
    bool on_line;
    uint8_t key_length; /* 0: the value itself is the fact */
    const char *key;
};

#define PLACE(identifier, value, key, type, shown, ...)                                            \
    {RTMP_FACT_##identifier, value, type, (shown) == LINE, sizeof key - 1, key},

#define KIND(kind, FACTS) static const struct place kind##_places[] = {FACTS(PLACE)};
RTMP_COMMAND_KINDS(KIND)
#undef KIND
static const struct place stream_id_place[] = {RTMP_STREAM_ID_FACT(PLACE)};

/* The facts of a kind of messages. */
struct facts {
    const struct place *place;
    uint8_t places;
    uint8_t values;  /* the first values of a message, up to the last that holds a fact */
    uint8_t on_line; /* number of facts on the summary line */
    uint8_t line_begin, line_end; /* enum rtmp_fact: all of them lie in this range */
    bool has_properties;
};

#define ADD_ON_LINE(identifier, value, key, type, shown, ...)   +((shown) == LINE)
#define OR_PROPERTY(identifier, value, key, type, shown, ...)   || sizeof key > 1
#define VALUE_AS_SIZE(identifier, value, key, type, shown, ...) char identifier[(value) + 1];
#define FACT_AS_SIZE(identifier, value, key, type, shown, ...)                                     \
    char identifier[(shown) == LINE ? RTMP_FACT_##identifier + 1 : 1];
#define FACTS_BEHIND_AS_SIZE(identifier, value, key, type, shown, ...)                             \
    char identifier[(shown) == LINE ? RTMP_FACT_COUNT - RTMP_FACT_##identifier : 1];
#define FACTS_OF(kind, FACTS)                                                                      \
    {                                                                                              \
        .place = kind##_places, .places = sizeof kind##_places / sizeof kind##_places[0],          \
        .values = sizeof(union {FACTS(VALUE_AS_SIZE)}), /* the largest `value`, plus 1 */          \
            .on_line = 0 FACTS(ADD_ON_LINE), .has_properties = 0 FACTS(OR_PROPERTY),               \
        .line_begin = RTMP_FACT_COUNT - sizeof(union {FACTS(FACTS_BEHIND_AS_SIZE)}),               \
        .line_end = sizeof(union {FACTS(FACT_AS_SIZE)}),                                           \
    }

/* A summary line reads no further than its last fact: without one it would lose the first argument,
 * which it shows of every command. */
#define KIND(kind, FACTS)                                                                          \
    _Static_assert((0 FACTS(ADD_ON_LINE)) > 0, "a kind has a fact with LINE, such as ARGUMENT_1");
RTMP_COMMAND_KINDS(KIND)
#undef KIND

/* The first argument of every message is read for the summary line. */
static const struct facts facts_of[RTMP_COMMAND_KIND_COUNT] = {
    [RTMP_COMMAND_OTHER] = {.values = ARGUMENT_1 + 1, .on_line = ALL_FACTS},
#define KIND(kind, FACTS) [RTMP_COMMAND_##kind] = FACTS_OF(kind, FACTS),
    RTMP_COMMAND_KINDS(KIND)
#undef KIND
        [RTMP_COMMAND_STATUS] = FACTS_OF(INFORMATION, RTMP_INFORMATION_FACTS),
    [RTMP_COMMAND_RESULT] = FACTS_OF(INFORMATION, RTMP_INFORMATION_FACTS),
};

/* Any other message may hold an information object as well; no line shows it. */
static const struct facts facts_of_other = FACTS_OF(INFORMATION, RTMP_INFORMATION_FACTS);

struct scan {
    struct rtmp_command *command;
    const struct rtmp_reader *reader;
    const struct facts *facts; /* of the command's kind */
    const struct place *place; /* of the property whose value is next, or NULL */
    const struct place *properties, *properties_end; /* where those asked for are listed */
    unsigned index;                                  /* of the top-level value, as in a command */
    uint8_t left;       /* facts of the line not yet found, or ALL_FACTS */
    uint8_t reply_kind; /* enum rtmp_reply_kind */
    bool for_line;
    bool no_object; /* the command object is null or undefined */
};

static struct rtmp_amf_leaf leaf_of(const struct rtmp_amf_event *event) {
    double number = event->kind == RTMP_AMF_NUMBER    ? event->value.number
                    : event->kind == RTMP_AMF_INTEGER ? event->value.integer
                    : event->kind == RTMP_AMF_BOOLEAN ? event->value.boolean
                                                      : 0;
    return (struct rtmp_amf_leaf){.present = true,
                                  .kind = event->kind,
                                  .number = number,
                                  .whole = event->whole,
                                  .text = event->text};
}

/* Take a leaf at the place of a fact, if it has the type of the fact. */
static void take_fact(struct scan *scan, const struct place *place,
                      const struct rtmp_amf_leaf *leaf) {
    struct rtmp_amf_leaf *fact = &scan->command->fact[place->fact];
    bool fits =
        place->type == STRING ? leaf->kind == RTMP_AMF_STRING : rtmp_amf_is_number(leaf->kind);
    if (!fits || fact->present)
        return;
    *fact = *leaf;
    if (place->on_line && scan->left != ALL_FACTS)
        scan->left--;
}

/* Of a kind that has some. */
static void ask_for_properties(struct scan *scan) {
    const struct facts *facts = scan->facts;
    scan->properties = facts->place;
    scan->properties_end = facts->place + facts->places;
    if (scan->for_line) {
        scan->properties_end = facts->place + (facts->line_end - facts->place->fact);
        scan->properties = facts->place + (facts->line_begin - facts->place->fact);
    }
}

static void take_name(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    struct rtmp_command *command = scan->command;
    const uint8_t *name = rtmp_bytes(scan->reader, leaf->text);
    if (leaf->kind != RTMP_AMF_STRING || !name)
        return;
    command->name = *leaf;
    command->signature = rtmp_command_find(name, leaf->text.len);
    if (command->signature)
        command->kind = command->signature->kind;
    if (command->kind != RTMP_COMMAND_OTHER)
        scan->facts = &facts_of[command->kind];
    if (scan->for_line)
        scan->left = scan->facts->on_line;
    if (scan->facts->has_properties)
        ask_for_properties(scan);
}

/* The stream id of a createStream's `_result`: the first argument behind a null command object, or
 * the command object's place. */
static void take_stream_id(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    if (scan->command->kind == RTMP_COMMAND_RESULT &&
        scan->reply_kind == RTMP_REPLY_CREATE_STREAM &&
        (scan->index == COMMAND_OBJECT || scan->no_object))
        take_fact(scan, stream_id_place, leaf);
}

static void take_argument(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    if (scan->index == ARGUMENT_1) {
        scan->command->argument = *leaf;
        take_stream_id(scan, leaf);
    }
    for (unsigned i = 0; i < scan->facts->places; i++) {
        const struct place *place = &scan->facts->place[i];
        if (place->value == scan->index && place->key_length == 0)
            take_fact(scan, place, leaf);
    }
}

/* A leaf that is a top-level value. */
static void take_top(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    switch (scan->index) {
    case NAME:
        take_name(scan, leaf);
        return;
    case TRANSACTION_ID:
        if (rtmp_amf_is_number(leaf->kind))
            scan->command->transaction_id = *leaf;
        return;
    case COMMAND_OBJECT:
        scan->no_object = leaf->kind == RTMP_AMF_NULL || leaf->kind == RTMP_AMF_UNDEFINED;
        take_stream_id(scan, leaf);
        return;
    default:
        take_argument(scan, leaf);
        return;
    }
}

/* The fact whose place is this key of the top-level value, or NULL. */
static inline const struct place *find_property(const struct scan *scan, struct rtmp_span key) {
    for (const struct place *place = scan->properties; place < scan->properties_end; place++) {
        if (rtmp_bytes_are(scan->reader, key, place->key, place->key_length) &&
            (place->value == scan->index || place->value == ANY))
            return place;
    }
    return NULL;
}

/* Inside the top-level value, one level deep. */
static void take_inner(struct scan *scan, const struct rtmp_amf_event *event) {
    if (event->kind == RTMP_AMF_KEY) {
        scan->place = event->text.len ? find_property(scan, event->text) : NULL;
        return;
    }
    if (scan->place && rtmp_amf_is_leaf(event->kind)) {
        const struct rtmp_amf_leaf leaf = leaf_of(event);
        take_fact(scan, scan->place, &leaf);
    }
    scan->place = NULL;
}

/* Read one top-level value. False: the pass ends. */
static bool scan_value(struct scan *scan, struct rtmp_amf *amf) {
    struct rtmp_amf_event event;
    scan->place = NULL;
    do {
        if (!rtmp_amf_next(amf, &event))
            return false;
        if (event.depth == 0 && rtmp_amf_is_leaf(event.kind)) {
            const struct rtmp_amf_leaf leaf = leaf_of(&event);
            take_top(scan, &leaf);
        } else if (event.depth == 1 && scan->facts->has_properties && scan->index >= COMMAND_OBJECT)
            take_inner(scan, &event);
        bool is_last = scan->index + 1 >= scan->facts->values && !scan->facts->has_properties;
        if (scan->left == 0 || (is_last && rtmp_amf_is_container(event.kind)))
            return false;
    } while (!rtmp_amf_value_done(amf));
    return true;
}

/* Count the next value as in a command. */
static void next_index(struct scan *scan) {
    scan->index = scan->index == NAME && scan->command->is_data ? ARGUMENT_1 : scan->index + 1;
}

/* A scalar inside an object, decoded where it is a fact. */
static bool read_property(struct scan *scan, struct rtmp_reader *reader,
                          const struct place *place) {
    struct rtmp_amf_leaf leaf;
    uint32_t length = rtmp_amf0_scalar_length(reader);
    if (!place)
        return rtmp_take(reader, length).len != 0;
    if (!rtmp_amf0_scalar(reader, &leaf))
        return false;
    take_fact(scan, place, &leaf);
    return true;
}

/* No summary line shows the transaction id. */
static bool is_value_wanted(const struct scan *scan) {
    return !scan->for_line || scan->index != TRANSACTION_ID;
}

/* An object of scalars. */
static bool read_object(struct scan *scan, struct rtmp_reader *reader, uint32_t head) {
    bool has_facts = scan->facts->has_properties && scan->index >= COMMAND_OBJECT;
    (void)rtmp_take(reader, head);
    while (scan->left) {
        uint16_t length = rtmp_u16(reader);
        if (length == 0)
            return rtmp_u8(reader) == RTMP_AMF0_OBJECT_END;
        struct rtmp_span key = rtmp_take(reader, length);
        const struct place *place = has_facts ? find_property(scan, key) : NULL;
        if (!read_property(scan, reader, place))
            return false;
    }
    return true;
}

/*
 * Read without a decoder: nearly every message consists of AMF0 scalars and objects of them. Finds
 * the same facts. False: the message has other values, or is cut short.
 */
static bool scan_scalars(struct scan *scan, struct rtmp_reader reader) {
    struct rtmp_amf_leaf leaf;
    while (scan->left && scan->index < scan->facts->values && rtmp_left(&reader)) {
        uint8_t marker = rtmp_peek_at(&reader, reader.pos);
        if (marker == RTMP_AMF0_OBJECT || marker == RTMP_AMF0_ECMA_ARRAY) {
            bool is_last = scan->index + 1 >= scan->facts->values;
            if (is_last && !scan->facts->has_properties)
                return true;
            if (!read_object(scan, &reader, marker == RTMP_AMF0_OBJECT ? 1 : 5))
                return false;
        } else if (!is_value_wanted(scan)) {
            if (!rtmp_take(&reader, rtmp_amf0_scalar_length(&reader)).len)
                return false;
        } else if (rtmp_amf0_scalar(&reader, &leaf)) {
            take_top(scan, &leaf);
        } else {
            return false;
        }
        next_index(scan);
    }
    return true;
}

static void begin_scan(struct scan *scan, struct rtmp_command *command,
                       const struct rtmp_reader *reader, uint8_t type,
                       enum rtmp_reply_kind reply_kind, bool for_line) {
    /* Only `present` of the leaves: they are large, and a message has few. */
    command->is_data = type == RTMP_MESSAGE_DATA_AMF0 || type == RTMP_MESSAGE_DATA_AMF3;
    command->kind = RTMP_COMMAND_OTHER;
    command->signature = NULL;
    command->name.present = false;
    command->transaction_id.present = false;
    command->argument.present = false;
    for (unsigned i = 0; i < RTMP_FACT_COUNT; i++)
        command->fact[i].present = false;
    *scan = (struct scan){.command = command,
                          .reader = reader,
                          .facts = for_line ? &facts_of[RTMP_COMMAND_OTHER] : &facts_of_other,
                          .left = ALL_FACTS,
                          .reply_kind = (uint8_t)reply_kind,
                          .for_line = for_line};
}

static void read_command(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                         enum rtmp_reply_kind reply_kind, bool for_line) {
    const struct rtmp_reader whole = reader;
    struct scan scan;
    begin_scan(&scan, command, &whole, type, reply_kind, for_line);
    command->format = rtmp_command_read_format(&reader, type);
    if (command->format.amf_version == 0 && scan_scalars(&scan, reader))
        return;
    reader = whole;
    struct rtmp_amf amf;
    begin_scan(&scan, command, &whole, type, reply_kind, for_line);
    reader.pos = rtmp_span_end(command->format.span);
    rtmp_amf_init(&amf, &reader, command->format.amf_version);
    while (scan.index < scan.facts->values && scan_value(&scan, &amf))
        next_index(&scan);
}

/* Of a message that is not known to hold an information object: metadata have descriptions, too. */
static void drop_unless_status(struct rtmp_command *command) {
    struct rtmp_amf_leaf *fact = command->fact;
    if (fact[RTMP_FACT_LEVEL].present && fact[RTMP_FACT_CODE].present)
        return;
    fact[RTMP_FACT_LEVEL].present = false;
    fact[RTMP_FACT_CODE].present = false;
    fact[RTMP_FACT_DESCRIPTION].present = false;
}

void rtmp_command_read(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                       enum rtmp_reply_kind reply_kind) {
    read_command(command, reader, type, reply_kind, false);
    if (command->kind == RTMP_COMMAND_OTHER)
        drop_unless_status(command);
}

void rtmp_command_read_for_line(struct rtmp_command *command, struct rtmp_reader reader,
                                uint8_t type, enum rtmp_reply_kind reply_kind) {
    read_command(command, reader, type, reply_kind, true);
}
