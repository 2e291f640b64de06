/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/control.h"

#include "base/message.h"
#include "base/names.h"

#define HMAC_LENGTH 32U

/* Old ping bodies hold up to three u32, whatever the event (observed: Red5, rtmpy). */
#define EVENT_VALUES_MAX 3U

#define EVENT_FIELDS_MAX 6U

struct event {
    uint16_t value;
    uint8_t fields[EVENT_FIELDS_MAX];
};

/* The .def lines name fields without the prefix of their kind. */
enum field {
    NONE = RTMP_CONTROL_NONE,
    STREAM_ID = RTMP_CONTROL_STREAM_ID,
    BUFFER_LENGTH = RTMP_CONTROL_BUFFER_LENGTH,
    TIMESTAMP = RTMP_CONTROL_TIMESTAMP,
    SWF_TYPE = RTMP_CONTROL_SWF_TYPE,
    SWF_TYPE_OPTIONAL = RTMP_CONTROL_SWF_TYPE_OPTIONAL,
    SWF_VERSION = RTMP_CONTROL_SWF_VERSION,
    SWF_SIZE = RTMP_CONTROL_SWF_SIZE,
    SWF_SIZE_2 = RTMP_CONTROL_SWF_SIZE_2,
    SWF_HMAC = RTMP_CONTROL_SWF_HMAC,
};

static const struct event events[] = {
#define NAME(value, identifier, text, ...) {value, {__VA_ARGS__, NONE}},
#include "base/names/user_control_events.def"
#undef NAME
};

static const uint8_t no_fields[] = {RTMP_CONTROL_NONE};
static const uint8_t unknown_event_fields[] = {RTMP_CONTROL_DATA, RTMP_CONTROL_NONE};

static const uint8_t *message_fields(uint8_t type) {
    static const uint8_t fields[][3] = {
        [RTMP_MESSAGE_SET_CHUNK_SIZE] = {RTMP_CONTROL_CHUNK_SIZE},
        [RTMP_MESSAGE_ABORT] = {RTMP_CONTROL_ABORT_CSID},
        [RTMP_MESSAGE_ACKNOWLEDGEMENT] = {RTMP_CONTROL_ACK_SEQUENCE_NUMBER},
        [RTMP_MESSAGE_USER_CONTROL] = {RTMP_CONTROL_EVENT},
        [RTMP_MESSAGE_WINDOW_ACK_SIZE] = {RTMP_CONTROL_WINDOW_ACK_SIZE},
        [RTMP_MESSAGE_SET_PEER_BANDWIDTH] = {RTMP_CONTROL_PEER_BANDWIDTH, RTMP_CONTROL_LIMIT_TYPE},
    };
    return type < sizeof fields / sizeof fields[0] ? fields[type] : no_fields;
}

static const struct event *find_event(uint32_t value) {
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i].value == value)
            return &events[i];
    return NULL;
}

const char *rtmp_user_control_event_name(uint32_t event) {
    return rtmp_name_of(rtmp_names_user_control_events, event);
}

const char *rtmp_peer_bandwidth_limit_name(uint32_t limit) {
    const char *text = rtmp_name_of(rtmp_names_peer_bandwidth_limits, limit);
    return text ? text : "unknown limit type";
}

/* Bytes of a field; DATA takes what is left. */
static uint32_t field_width(enum rtmp_control_kind kind, uint32_t left) {
    switch (kind) {
    case RTMP_CONTROL_LIMIT_TYPE:
    case RTMP_CONTROL_SWF_TYPE:
    case RTMP_CONTROL_SWF_TYPE_OPTIONAL:
    case RTMP_CONTROL_SWF_VERSION:
        return 1;
    case RTMP_CONTROL_EVENT:
        return 2;
    case RTMP_CONTROL_SWF_HMAC:
        return HMAC_LENGTH;
    case RTMP_CONTROL_DATA:
        return left;
    default:
        return 4;
    }
}

/* Fields that may be missing at the end of a body. */
static bool is_optional(enum rtmp_control_kind kind) {
    return kind == RTMP_CONTROL_LIMIT_TYPE || kind == RTMP_CONTROL_SWF_TYPE_OPTIONAL ||
           kind == RTMP_CONTROL_DATA;
}

/* The event determines the fields that follow, and how many u32 of an old ping body may follow
 * those. */
static void begin_event(struct rtmp_control *control, uint32_t value) {
    const struct event *event = find_event(value);
    control->next = event ? event->fields : unknown_event_fields;
    if (event == NULL)
        return;
    unsigned values = 0;
    while (event->fields[values] != NONE && field_width(event->fields[values], 0) == 4)
        values++;
    if (event->fields[values] == NONE)
        control->extra = (uint8_t)(EVENT_VALUES_MAX - values);
}

void rtmp_control_init(struct rtmp_control *control, struct rtmp_reader *reader, uint8_t type) {
    *control = (struct rtmp_control){.reader = reader, .next = message_fields(type)};
}

static enum rtmp_control_kind next_kind(struct rtmp_control *control) {
    enum rtmp_control_kind kind = *control->next;
    if (kind != RTMP_CONTROL_NONE) {
        control->next++;
        return kind;
    }
    if (control->extra && rtmp_left(control->reader) >= 4) {
        control->extra--;
        return RTMP_CONTROL_VALUE;
    }
    return RTMP_CONTROL_NONE;
}

static uint32_t read_value(struct rtmp_reader *reader, uint32_t width) {
    switch (width) {
    case 1:
        return rtmp_u8(reader);
    case 2:
        return rtmp_u16(reader);
    default:
        return rtmp_u32(reader);
    }
}

bool rtmp_control_next(struct rtmp_control *control, struct rtmp_control_field *field) {
    struct rtmp_reader *reader = control->reader;
    enum rtmp_control_kind kind = next_kind(control);
    if (kind == RTMP_CONTROL_NONE || !rtmp_ok(reader))
        return false;
    uint32_t left = rtmp_left(reader);
    if (left == 0 && is_optional(kind))
        return false;

    uint32_t width = field_width(kind, left);
    uint32_t start = reader->pos;
    *field = (struct rtmp_control_field){.kind = kind, .remark = RTMP_OK};
    if (kind == RTMP_CONTROL_SWF_HMAC || kind == RTMP_CONTROL_DATA)
        (void)rtmp_take(reader, width);
    else
        field->value = read_value(reader, width);
    field->span = rtmp_span_of(start, reader->pos - start);
    if (!rtmp_ok(reader))
        return false;

    if (kind == RTMP_CONTROL_EVENT)
        begin_event(control, field->value);
    else if (kind == RTMP_CONTROL_SWF_TYPE_OPTIONAL)
        field->kind = RTMP_CONTROL_SWF_TYPE;
    else if (kind == RTMP_CONTROL_CHUNK_SIZE && (field->value == 0 || field->value > 0x7FFFFFFFU))
        field->remark = RTMP_ERROR_FORMAT;
    return true;
}

static void summarize_number(struct rtmp_text *text, const char *before, uint32_t value,
                             const char *after) {
    rtmp_text_add(text, before);
    rtmp_text_unsigned(text, value);
    rtmp_text_add(text, after);
}

static void summarize_field(struct rtmp_text *text, const struct rtmp_control_field *field) {
    switch (field->kind) {
    case RTMP_CONTROL_EVENT: {
        const char *name = rtmp_user_control_event_name(field->value);
        if (name)
            rtmp_text_add(text, name);
        else
            summarize_number(text, "User control event ", field->value, "");
        break;
    }
    case RTMP_CONTROL_ABORT_CSID:
        summarize_number(text, " csid ", field->value, "");
        break;
    case RTMP_CONTROL_LIMIT_TYPE:
        rtmp_text_add(text, " (");
        rtmp_text_add(text, rtmp_peer_bandwidth_limit_name(field->value));
        rtmp_text_add(text, ")");
        break;
    case RTMP_CONTROL_BUFFER_LENGTH:
        summarize_number(text, ", ", field->value, " ms");
        break;
    case RTMP_CONTROL_TIMESTAMP:
        summarize_number(text, " ", field->value, " ms");
        break;
    case RTMP_CONTROL_CHUNK_SIZE:
    case RTMP_CONTROL_ACK_SEQUENCE_NUMBER:
    case RTMP_CONTROL_WINDOW_ACK_SIZE:
    case RTMP_CONTROL_PEER_BANDWIDTH:
    case RTMP_CONTROL_STREAM_ID:
        summarize_number(text, " ", field->value, "");
        break;
    default:
        break;
    }
}

void rtmp_control_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type) {
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, &reader, type);
    if (type != RTMP_MESSAGE_USER_CONTROL || rtmp_left(&reader) < 2)
        rtmp_text_add(text, rtmp_message_type_name(type));
    while (rtmp_control_next(&control, &field))
        summarize_field(text, &field);
}
