/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/command.h"

#include <math.h>
#include <string.h>

#include "base/message.h"
#include "payload/amf/amf0_scalar.h"

#define ARGUMENTS_MAX    4
#define ANY_INDEX        UINT8_MAX
#define ALL_FACTS        UINT8_MAX
#define COMMAND_OBJECT   2U /* index of the value; the arguments follow it */
#define SUMMARY_TEXT_MAX 64 /* bytes of each text from the wire on a summary line */

struct rtmp_command_signature {
    const char *name;
    uint8_t length;
    uint8_t kind;
    const char *arguments[ARGUMENTS_MAX];
};

static const struct rtmp_command_signature signatures[] = {
#define NAME(name, kind, ...) {name, sizeof name - 1, RTMP_COMMAND_##kind, {__VA_ARGS__}},
#include "base/names/commands.def"
#undef NAME
};

/* Where each fact stands: top-level value, and key when that value is an object. */
struct place {
    uint8_t fact;
    uint8_t index;
    bool is_text;
    bool on_line; /* of the summary */
    uint8_t key_length;
    const char *key;
};

#define TEXT   true
#define NUMBER false
#define LINE   true
#define TREE   false

#define PROPERTY(fact, index, type, shown, key)                                                    \
    { RTMP_FACT_##fact, index, type, shown, sizeof key - 1, key }
#define ARGUMENT(fact, index, type, shown)                                                         \
    { RTMP_FACT_##fact, index, type, shown, 0, NULL }

static const struct place connect_places[] = {
    PROPERTY(APP, COMMAND_OBJECT, TEXT, LINE, "app"),
    PROPERTY(TC_URL, COMMAND_OBJECT, TEXT, LINE, "tcUrl"),
    PROPERTY(FLASH_VER, COMMAND_OBJECT, TEXT, TREE, "flashVer"),
    PROPERTY(SWF_URL, COMMAND_OBJECT, TEXT, TREE, "swfUrl"),
    PROPERTY(PAGE_URL, COMMAND_OBJECT, TEXT, TREE, "pageUrl"),
    PROPERTY(OBJECT_ENCODING, COMMAND_OBJECT, NUMBER, TREE, "objectEncoding"),
};
static const struct place publish_places[] = {
    ARGUMENT(PUBLISH_NAME, 3, TEXT, LINE),
    ARGUMENT(PUBLISH_TYPE, 4, TEXT, LINE),
};
static const struct place play_places[] = {
    ARGUMENT(PLAY_NAME, 3, TEXT, LINE),
    ARGUMENT(PLAY_START, 4, NUMBER, TREE),
    ARGUMENT(PLAY_DURATION, 5, NUMBER, TREE),
};
static const struct place information_places[] = {
    PROPERTY(CODE, ANY_INDEX, TEXT, LINE, "code"),
    PROPERTY(LEVEL, ANY_INDEX, TEXT, TREE, "level"),
    PROPERTY(DESCRIPTION, ANY_INDEX, TEXT, TREE, "description"),
};
static const struct place stream_id_place = ARGUMENT(STREAM_ID, ANY_INDEX, NUMBER, LINE);

/* The facts of a kind: so many top-level values hold them, and so many of them, the first ones,
 * make the line. */
struct facts {
    const struct place *place;
    uint8_t places;
    uint8_t values;
    uint8_t on_line;
    bool has_properties;
};

#define PLACES(of) of, sizeof of / sizeof of[0]

/* One value more than the command object: the first argument stands on the summary line. */
#define VALUES_FOR_ARGUMENT (COMMAND_OBJECT + 2)

static const struct facts facts_of[] = {
    [RTMP_COMMAND_OTHER] = {NULL, 0, VALUES_FOR_ARGUMENT, ALL_FACTS, false},
    [RTMP_COMMAND_CONNECT] = {PLACES(connect_places), COMMAND_OBJECT + 1, 2, true},
    [RTMP_COMMAND_PUBLISH] = {PLACES(publish_places), 5, 2, false},
    [RTMP_COMMAND_PLAY] = {PLACES(play_places), 6, 1, false},
    [RTMP_COMMAND_STATUS] = {PLACES(information_places), ANY_INDEX, 1, true},
    [RTMP_COMMAND_RESULT] = {PLACES(information_places), ANY_INDEX, 1, true},
    [RTMP_COMMAND_INFORMATION] = {PLACES(information_places), ANY_INDEX, 1, true},
};

/* What tells most names apart, in a byte. */
#define NAME_KEY(length, first) ((uint8_t)((length)*9U + (uint8_t)(first)))

static const struct rtmp_command_signature *find_signature(const uint8_t *name, uint32_t len) {
    static const uint8_t keys[] = {
#define NAME(name, kind, ...) NAME_KEY(sizeof name - 1, name[0]),
#include "base/names/commands.def"
#undef NAME
    };
    if (len == 0)
        return NULL;
    const uint8_t *end = keys + sizeof keys;
    const uint8_t *at = keys;
    while ((at = memchr(at, NAME_KEY(len, name[0]), (size_t)(end - at))) != NULL) {
        const struct rtmp_command_signature *signature = &signatures[at - keys];
        if (signature->length == len && memcmp(signature->name, name, len) == 0)
            return signature;
        at++;
    }
    return NULL;
}

struct scan {
    struct rtmp_command *command;
    const struct rtmp_reader *reader;
    const struct facts *facts; /* of the command's kind */
    const struct place *place; /* of the property whose value comes, or NULL */
    unsigned places;           /* the first ones of facts->place are looked for */
    unsigned index;            /* of the top-level value, as in a command */
    uint8_t left;              /* facts of the line still to come, or ALL_FACTS */
    uint8_t reply_kind;        /* enum rtmp_reply_kind */
    bool for_line;
    bool no_object; /* the command object is null or undefined */
};

static bool is_number(enum rtmp_amf_kind kind) {
    return kind == RTMP_AMF_NUMBER || kind == RTMP_AMF_INTEGER;
}

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

/* A leaf that stands where a fact does; of another type it is none. */
static void take_fact(struct scan *scan, const struct place *place,
                      const struct rtmp_amf_leaf *leaf) {
    struct rtmp_amf_leaf *fact = &scan->command->fact[place->fact];
    bool fits = place->is_text ? leaf->kind == RTMP_AMF_STRING : is_number(leaf->kind);
    if (!fits || fact->present)
        return;
    *fact = *leaf;
    if (place->on_line && scan->left != ALL_FACTS)
        scan->left--;
}

static void take_name(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    struct rtmp_command *command = scan->command;
    const uint8_t *name = rtmp_bytes(scan->reader, leaf->text);
    if (leaf->kind != RTMP_AMF_STRING || !name)
        return;
    command->name = *leaf;
    command->signature = find_signature(name, leaf->text.len);
    if (command->signature)
        command->kind = command->signature->kind;
    scan->facts = &facts_of[command->kind];
    scan->places = scan->facts->places;
    if (!scan->for_line)
        return;
    scan->left = scan->facts->on_line;
    if (scan->places > scan->left)
        scan->places = scan->left;
}

/* The id that a createStream's `_result` returns, after a command object that says nothing. Where
 * nobody knows what is answered, a fraction is none. */
static void take_stream_id(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    bool is_place = scan->command->kind == RTMP_COMMAND_RESULT &&
                    scan->reply_kind != RTMP_REPLY_ANOTHER &&
                    (scan->index == COMMAND_OBJECT || scan->no_object);
    bool is_id = scan->reply_kind == RTMP_REPLY_CREATE_STREAM || leaf->kind != RTMP_AMF_NUMBER ||
                 leaf->number == rint(leaf->number);
    if (is_place && is_id)
        take_fact(scan, &stream_id_place, leaf);
}

static void take_argument(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    if (scan->index == COMMAND_OBJECT + 1) {
        scan->command->argument = *leaf;
        take_stream_id(scan, leaf);
    }
    unsigned places = scan->facts->has_properties ? 0 : scan->places;
    for (unsigned i = 0; i < places; i++)
        if (scan->facts->place[i].index == scan->index)
            take_fact(scan, &scan->facts->place[i], leaf);
}

/* A leaf that is a top-level value. */
static void take_top(struct scan *scan, const struct rtmp_amf_leaf *leaf) {
    switch (scan->index) {
    case 0:
        take_name(scan, leaf);
        return;
    case 1:
        if (is_number(leaf->kind))
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
    for (unsigned i = 0; i < scan->places; i++) {
        const struct place *place = &scan->facts->place[i];
        if (rtmp_bytes_are(scan->reader, key, place->key, place->key_length) &&
            (place->index == scan->index || place->index == ANY_INDEX))
            return place;
    }
    return NULL;
}

/* Inside the top-level value, one level deep. */
static void take_inner(struct scan *scan, const struct rtmp_amf_event *event) {
    if (event->kind == RTMP_AMF_KEY) {
        scan->place = find_property(scan, event->text);
        return;
    }
    if (scan->place && rtmp_amf_is_leaf(event->kind)) {
        const struct rtmp_amf_leaf leaf = leaf_of(event);
        take_fact(scan, scan->place, &leaf);
    }
    scan->place = NULL;
}

/* One top-level value. False: the pass is over. */
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

/* Which value comes next, counted as in a command. */
static void next_index(struct scan *scan) {
    scan->index = scan->index == 0 && scan->command->is_data ? COMMAND_OBJECT + 1 : scan->index + 1;
}

/* A plain value inside an object, decoded where it is a fact. */
static bool skim_value(struct scan *scan, struct rtmp_reader *reader, const struct place *place) {
    struct rtmp_amf_leaf leaf;
    uint32_t length = rtmp_amf0_scalar_length(reader);
    if (!place)
        return rtmp_take(reader, length).len != 0;
    if (!rtmp_amf0_scalar(reader, &leaf))
        return false;
    take_fact(scan, place, &leaf);
    return true;
}

/* The transaction id stands on no line. */
static bool is_wanted(const struct scan *scan) {
    return !scan->for_line || scan->index != 1;
}

/* An object of plain values. */
static bool skim_object(struct scan *scan, struct rtmp_reader *reader, uint32_t head) {
    bool has_facts = scan->facts->has_properties && scan->index >= COMMAND_OBJECT;
    (void)rtmp_take(reader, head);
    while (scan->left) {
        uint16_t length = rtmp_u16(reader);
        if (length == 0)
            return rtmp_u8(reader) == RTMP_AMF0_OBJECT_END;
        struct rtmp_span key = rtmp_take(reader, length);
        const struct place *place = has_facts ? find_property(scan, key) : NULL;
        if (!skim_value(scan, reader, place))
            return false;
    }
    return true;
}

/*
 * The short way, for what nearly every message is made of: plain values, and objects of them. It
 * finds what the decoder would. False: there is something else in it, or it is cut short.
 */
static bool skim(struct scan *scan, struct rtmp_reader reader) {
    struct rtmp_amf_leaf leaf;
    while (scan->left && scan->index < scan->facts->values && rtmp_left(&reader)) {
        uint8_t marker = rtmp_peek_at(&reader, reader.pos);
        if (marker == RTMP_AMF0_OBJECT || marker == RTMP_AMF0_ECMA_ARRAY) {
            bool is_last = scan->index + 1 >= scan->facts->values;
            if (is_last && !scan->facts->has_properties)
                return true;
            if (!skim_object(scan, &reader, marker == RTMP_AMF0_OBJECT ? 1 : 5))
                return false;
        } else if (!is_wanted(scan)) {
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

static void begin(struct scan *scan, struct rtmp_command *command, const struct rtmp_reader *reader,
                  uint8_t type, enum rtmp_reply_kind reply_kind, bool for_line) {
    /* Not the values, which are large and few of which any message has. */
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
                          .facts = &facts_of[RTMP_COMMAND_OTHER],
                          .left = ALL_FACTS,
                          .reply_kind = (uint8_t)reply_kind,
                          .for_line = for_line};
}

static void read_command(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                         enum rtmp_reply_kind reply_kind, bool for_line) {
    const struct rtmp_reader whole = reader;
    struct scan scan;
    begin(&scan, command, &whole, type, reply_kind, for_line);
    rtmp_command_read_format(command, &reader, type);
    if (command->amf_version == 0 && skim(&scan, reader))
        return;
    reader = whole;
    struct rtmp_amf amf;
    begin(&scan, command, &whole, type, reply_kind, for_line);
    rtmp_command_read_format(command, &reader, type);
    rtmp_amf_init(&amf, &reader, command->amf_version);
    while (scan.index < scan.facts->values && scan_value(&scan, &amf))
        next_index(&scan);
}

void rtmp_command_read(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                       enum rtmp_reply_kind reply_kind) {
    read_command(command, reader, type, reply_kind, false);
}

/* Arguments are numbered from 1, after the command object of a command, after the name of data. */
void rtmp_command_value_label(struct rtmp_text *text, const struct rtmp_command *command,
                              unsigned index) {
    static const char *const fixed[] = {"Name", "Transaction id", "Command object"};
    unsigned before = command->is_data ? 1 : COMMAND_OBJECT + 1;
    if (index < before) {
        rtmp_text_add(text, fixed[index]);
        return;
    }
    unsigned argument = index - before;
    const char *name = command->signature && argument < ARGUMENTS_MAX
                           ? command->signature->arguments[argument]
                           : NULL;
    if (name)
        rtmp_text_add(text, name);
    else
        rtmp_text_format(text, "Argument %u", argument + 1);
}

const char *rtmp_status_meaning(const uint8_t *code, uint32_t len) {
    static const struct {
        const char *code;
        uint32_t length;
        const char *meaning;
    } codes[] = {
#define NAME(code, text) {code, sizeof code - 1, text},
#include "base/names/status_codes.def"
#undef NAME
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].length == len && memcmp(codes[i].code, code, len) == 0)
            return codes[i].meaning;
    return NULL;
}

static void add_value(struct rtmp_text *text, const struct rtmp_reader *reader,
                      const struct rtmp_amf_leaf *value) {
    const uint8_t *bytes = rtmp_bytes(reader, value->text);
    if (value->kind == RTMP_AMF_BOOLEAN)
        rtmp_text_add(text, value->number != 0 ? "true" : "false");
    else if (is_number(value->kind))
        rtmp_text_number(text, value->number);
    else if (bytes)
        rtmp_text_wire(text, bytes, value->text.len, SUMMARY_TEXT_MAX);
}

static inline void summarize_value(struct rtmp_text *text, const struct rtmp_reader *reader,
                                   const char *before, const struct rtmp_amf_leaf *value) {
    if (!value->present)
        return;
    rtmp_text_add(text, before);
    add_value(text, reader, value);
}

static void summarize_quoted(struct rtmp_text *text, const struct rtmp_reader *reader,
                             const struct rtmp_amf_leaf *value) {
    summarize_value(text, reader, " \"", value);
    if (value->present)
        rtmp_text_add(text, "\"");
}

/* The first argument: the name of what a data message sets stands bare, other strings quoted.
 * Fractions are left out, whose shortest digits cost more than all the rest. */
static void summarize_argument(struct rtmp_text *text, const struct rtmp_reader *reader,
                               const struct rtmp_command *command) {
    const struct rtmp_amf_leaf *argument = &command->argument;
    if (!argument->present)
        return;
    if (argument->kind == RTMP_AMF_STRING && !command->is_data)
        summarize_quoted(text, reader, argument);
    else if (argument->kind == RTMP_AMF_STRING || argument->kind == RTMP_AMF_BOOLEAN ||
             (is_number(argument->kind) && argument->number == rint(argument->number)))
        summarize_value(text, reader, " ", argument);
}

void rtmp_command_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type,
                          enum rtmp_reply_kind reply_kind) {
    struct rtmp_command command;
    read_command(&command, reader, type, reply_kind, true);
    const struct rtmp_amf_leaf *fact = command.fact;
    if (!command.name.present)
        rtmp_text_add(text, rtmp_message_type_name(type));
    summarize_value(text, &reader, "", &command.name);
    switch (command.kind) {
    case RTMP_COMMAND_CONNECT:
        summarize_value(text, &reader, " app=", &fact[RTMP_FACT_APP]);
        summarize_value(text, &reader, " tcUrl=", &fact[RTMP_FACT_TC_URL]);
        break;
    case RTMP_COMMAND_PUBLISH:
        summarize_quoted(text, &reader, &fact[RTMP_FACT_PUBLISH_NAME]);
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_PUBLISH_TYPE]);
        break;
    case RTMP_COMMAND_STATUS:
    case RTMP_COMMAND_RESULT:
    case RTMP_COMMAND_INFORMATION:
        summarize_value(text, &reader, " stream ", &fact[RTMP_FACT_STREAM_ID]);
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_CODE]);
        break;
    case RTMP_COMMAND_PLAY:
    case RTMP_COMMAND_OTHER:
        summarize_argument(text, &reader, &command);
        break;
    }
}
