/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command.h"

#include <string.h>

#include "payload/message.h"

#define ARGUMENTS_MAX    4
#define AMF0_STRING      0x02
#define AMF3_STRING      0x06
#define ANY_INDEX        UINT8_MAX
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
#include "names/commands.def"
#undef NAME
};

/* Where each fact stands: top-level value, and key when that value is an object. */
struct place {
    uint8_t fact;
    uint8_t index;
    bool is_text;
    uint8_t key_length;
    const char *key;
};

#define PROPERTY(fact, index, is_text, key)                                                        \
    { fact, index, is_text, sizeof key - 1, key }
#define ARGUMENT(fact, index, is_text)                                                             \
    { fact, index, is_text, 0, NULL }

static const struct place connect_places[] = {
    PROPERTY(RTMP_FACT_APP, COMMAND_OBJECT, true, "app"),
    PROPERTY(RTMP_FACT_TC_URL, COMMAND_OBJECT, true, "tcUrl"),
    PROPERTY(RTMP_FACT_FLASH_VER, COMMAND_OBJECT, true, "flashVer"),
    PROPERTY(RTMP_FACT_SWF_URL, COMMAND_OBJECT, true, "swfUrl"),
    PROPERTY(RTMP_FACT_PAGE_URL, COMMAND_OBJECT, true, "pageUrl"),
    PROPERTY(RTMP_FACT_OBJECT_ENCODING, COMMAND_OBJECT, false, "objectEncoding"),
};
static const struct place publish_places[] = {
    ARGUMENT(RTMP_FACT_PUBLISH_NAME, 3, true),
    ARGUMENT(RTMP_FACT_PUBLISH_TYPE, 4, true),
};
static const struct place play_places[] = {
    ARGUMENT(RTMP_FACT_PLAY_NAME, 3, true),
    ARGUMENT(RTMP_FACT_PLAY_START, 4, false),
    ARGUMENT(RTMP_FACT_PLAY_DURATION, 5, false),
};
static const struct place information_places[] = {
    PROPERTY(RTMP_FACT_LEVEL, ANY_INDEX, true, "level"),
    PROPERTY(RTMP_FACT_CODE, ANY_INDEX, true, "code"),
    PROPERTY(RTMP_FACT_DESCRIPTION, ANY_INDEX, true, "description"),
};

/* The facts of a kind, and the number of top-level values they need. */
struct facts {
    const struct place *place;
    uint8_t places;
    uint8_t values;
    bool has_properties;
};

#define PLACES(of) of, sizeof of / sizeof of[0]

/* One value more than the command object: the first argument stands on the summary line. */
#define VALUES_FOR_ARGUMENT (COMMAND_OBJECT + 2)

static const struct facts facts_of[] = {
    [RTMP_COMMAND_OTHER] = {NULL, 0, VALUES_FOR_ARGUMENT, false},
    [RTMP_COMMAND_CONNECT] = {PLACES(connect_places), COMMAND_OBJECT + 1, true},
    [RTMP_COMMAND_PUBLISH] = {PLACES(publish_places), 5, false},
    [RTMP_COMMAND_PLAY] = {PLACES(play_places), 6, false},
    [RTMP_COMMAND_STATUS] = {PLACES(information_places), ANY_INDEX, true},
    [RTMP_COMMAND_RESULT] = {PLACES(information_places), ANY_INDEX, true},
    [RTMP_COMMAND_INFORMATION] = {PLACES(information_places), ANY_INDEX, true},
};

static const struct rtmp_command_signature *find_signature(const struct rtmp_reader *reader,
                                                           struct rtmp_span name) {
    const uint8_t *bytes = rtmp_bytes(reader, name);
    for (size_t i = 0; bytes && i < sizeof signatures / sizeof signatures[0]; i++)
        if (signatures[i].length == name.len && memcmp(signatures[i].name, bytes, name.len) == 0)
            return &signatures[i];
    return NULL;
}

struct scan {
    struct rtmp_command *command;
    const struct rtmp_reader *reader;
    unsigned index;       /* of the top-level value, as in a command */
    struct rtmp_span key; /* of the property whose value comes; empty outside */
    bool no_object;       /* the command object is null or undefined */
};

static bool is_number(const struct rtmp_command_value *value) {
    return value->present && (value->kind == RTMP_AMF_NUMBER || value->kind == RTMP_AMF_INTEGER);
}

static struct rtmp_command_value leaf_value(const struct rtmp_amf_event *event) {
    struct rtmp_command_value value = {
        .present = true, .kind = event->kind, .whole = event->whole, .text = event->text};
    switch (event->kind) {
    case RTMP_AMF_NUMBER:
        value.number = event->value.number;
        break;
    case RTMP_AMF_INTEGER:
        value.number = event->value.integer;
        break;
    case RTMP_AMF_BOOLEAN:
        value.number = event->value.boolean;
        break;
    default:
        break;
    }
    return value;
}

static void take_name(struct scan *scan, const struct rtmp_command_value *value) {
    struct rtmp_command *command = scan->command;
    if (value->kind != RTMP_AMF_STRING)
        return;
    command->name = *value;
    command->signature = find_signature(scan->reader, value->text);
    if (command->signature)
        command->kind = command->signature->kind;
}

/* The id that a createStream's `_result` returns, after a command object that says nothing. */
static void take_stream_id(struct scan *scan, const struct rtmp_command_value *value) {
    if (scan->command->kind == RTMP_COMMAND_RESULT && is_number(value) &&
        (scan->index == COMMAND_OBJECT || scan->no_object))
        scan->command->fact[RTMP_FACT_STREAM_ID] = *value;
}

/* The open key is `key`, whose length was compared before; an argument has none. */
static bool key_is(const struct scan *scan, const char *key) {
    const uint8_t *bytes = rtmp_bytes(scan->reader, scan->key);
    return scan->key.len == 0 || (bytes && memcmp(bytes, key, scan->key.len) == 0);
}

static void take_fact(struct scan *scan, const struct rtmp_command_value *value) {
    const struct facts *facts = &facts_of[scan->command->kind];
    for (unsigned i = 0; i < facts->places; i++) {
        const struct place *place = &facts->place[i];
        struct rtmp_command_value *fact = &scan->command->fact[place->fact];
        bool is_here = place->key_length == scan->key.len &&
                       (place->index == scan->index || place->index == ANY_INDEX);
        bool fits = place->is_text ? value->kind == RTMP_AMF_STRING : is_number(value);
        if (is_here && fits && !fact->present && key_is(scan, place->key))
            *fact = *value;
    }
}

/* A leaf that is a top-level value. */
static void take_top(struct scan *scan, const struct rtmp_command_value *value) {
    switch (scan->index) {
    case 0:
        take_name(scan, value);
        return;
    case 1:
        if (is_number(value))
            scan->command->transaction_id = *value;
        return;
    case COMMAND_OBJECT:
        scan->no_object = value->kind == RTMP_AMF_NULL || value->kind == RTMP_AMF_UNDEFINED;
        take_stream_id(scan, value);
        return;
    case COMMAND_OBJECT + 1:
        scan->command->argument = *value;
        take_stream_id(scan, value);
        break;
    default:
        break;
    }
    if (!facts_of[scan->command->kind].has_properties)
        take_fact(scan, value);
}

static void take_event(struct scan *scan, const struct rtmp_amf_event *event) {
    if (event->kind == RTMP_AMF_KEY) {
        if (event->depth == 1)
            scan->key = event->text;
        return;
    }
    if (rtmp_amf_is_leaf(event->kind)) {
        struct rtmp_command_value value = leaf_value(event);
        if (event->depth == 0)
            take_top(scan, &value);
        else if (event->depth == 1 && scan->key.len && scan->index >= COMMAND_OBJECT)
            take_fact(scan, &value);
    }
    if (event->depth == 1)
        scan->key.len = 0;
}

/* One top-level value. False: the pass is over. */
static bool scan_value(struct scan *scan, struct rtmp_amf *amf) {
    struct rtmp_amf_event event;
    scan->key = rtmp_span_of(0, 0);
    do {
        if (!rtmp_amf_next(amf, &event))
            return false;
        take_event(scan, &event);
        const struct facts *facts = &facts_of[scan->command->kind];
        if (!facts->has_properties && scan->index + 1 >= facts->values &&
            rtmp_amf_is_container(event.kind))
            return false;
    } while (!rtmp_amf_value_done(amf));
    return true;
}

static void read_format(struct rtmp_command *command, struct rtmp_reader *reader, uint8_t type) {
    command->format = rtmp_span_of(reader->pos, 0);
    if (type != RTMP_MESSAGE_COMMAND_AMF3 && type != RTMP_MESSAGE_DATA_AMF3)
        return;
    uint8_t first = rtmp_peek_at(reader, reader->pos);
    if (first != 0)
        command->format_remark = RTMP_REMARK_FORMAT_BYTE;
    if (first == AMF3_STRING)
        command->amf_version = 3;
    if (first == AMF0_STRING || first == AMF3_STRING)
        return;
    command->format = rtmp_take(reader, 1);
    command->format_value = first;
}

void rtmp_command_read(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type) {
    struct rtmp_amf amf;
    const struct rtmp_reader whole = reader;
    struct scan scan = {.command = command, .reader = &whole};
    memset(command, 0, sizeof *command);
    command->is_data = type == RTMP_MESSAGE_DATA_AMF0 || type == RTMP_MESSAGE_DATA_AMF3;
    read_format(command, &reader, type);
    rtmp_amf_init(&amf, &reader, command->amf_version);
    while (scan.index < facts_of[command->kind].values && scan_value(&scan, &amf))
        scan.index = scan.index == 0 && command->is_data ? COMMAND_OBJECT + 1 : scan.index + 1;
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
#include "names/status_codes.def"
#undef NAME
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].length == len && memcmp(codes[i].code, code, len) == 0)
            return codes[i].meaning;
    return NULL;
}

static void summarize_value(struct rtmp_text *text, const struct rtmp_reader *reader,
                            const char *before, const struct rtmp_command_value *value,
                            const char *after) {
    if (!value->present)
        return;
    rtmp_text_add(text, before);
    const uint8_t *bytes = rtmp_bytes(reader, value->text);
    if (value->kind == RTMP_AMF_BOOLEAN)
        rtmp_text_add(text, value->number != 0 ? "true" : "false");
    else if (is_number(value))
        rtmp_text_number(text, value->number);
    else if (bytes)
        rtmp_text_wire(text, bytes, value->text.len, SUMMARY_TEXT_MAX);
    rtmp_text_add(text, after);
}

/* The first argument: the name of what a data message sets stands bare, other strings quoted. */
static void summarize_argument(struct rtmp_text *text, const struct rtmp_reader *reader,
                               const struct rtmp_command *command) {
    const struct rtmp_command_value *argument = &command->argument;
    if (argument->kind == RTMP_AMF_STRING && !command->is_data)
        summarize_value(text, reader, " \"", argument, "\"");
    else if (argument->kind == RTMP_AMF_STRING || argument->kind == RTMP_AMF_BOOLEAN ||
             is_number(argument))
        summarize_value(text, reader, " ", argument, "");
}

void rtmp_command_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type) {
    struct rtmp_command command;
    rtmp_command_read(&command, reader, type);
    const struct rtmp_command_value *fact = command.fact;
    if (!command.name.present)
        rtmp_text_add(text, rtmp_message_type_name(type));
    summarize_value(text, &reader, "", &command.name, "");
    switch (command.kind) {
    case RTMP_COMMAND_CONNECT:
        summarize_value(text, &reader, " app=", &fact[RTMP_FACT_APP], "");
        summarize_value(text, &reader, " tcUrl=", &fact[RTMP_FACT_TC_URL], "");
        break;
    case RTMP_COMMAND_PUBLISH:
        summarize_value(text, &reader, " \"", &fact[RTMP_FACT_PUBLISH_NAME], "\"");
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_PUBLISH_TYPE], "");
        break;
    case RTMP_COMMAND_STATUS:
    case RTMP_COMMAND_RESULT:
    case RTMP_COMMAND_INFORMATION:
        summarize_value(text, &reader, " stream ", &fact[RTMP_FACT_STREAM_ID], "");
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_CODE], "");
        break;
    case RTMP_COMMAND_PLAY:
    case RTMP_COMMAND_OTHER:
        summarize_argument(text, &reader, &command);
        break;
    }
}
