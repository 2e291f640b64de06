/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/shared_object.h"

#include "base/message.h"
#include "base/names.h"
#include "payload/amf/amf0_scalar.h"

#define EVENT_HEADER_LENGTH 5U

/* The next part of the message; before AT_EVENT the fields of its header. */
enum state { AT_FORMAT, AT_NAME, AT_VERSION, AT_FLAGS, AT_RESERVED, AT_EVENT, IN_EVENT };

static enum rtmp_so_layout layout_of(uint8_t event) {
    switch (event) {
#define NAME(value, identifier, text, layout)                                                      \
    case value:                                                                                    \
        return RTMP_SO_LAYOUT_##layout;
#include "base/names/shared_object_events.def"
#undef NAME
    default:
        return RTMP_SO_LAYOUT_RAW;
    }
}

const char *rtmp_so_event_name(uint8_t event) {
    return rtmp_name_of(rtmp_names_shared_object_events, event);
}

void rtmp_shared_object_init(struct rtmp_shared_object *so, struct rtmp_reader *reader,
                             uint8_t message_type) {
    so->reader = reader;
    so->message_end = reader->end;
    so->outer_end = reader->end;
    so->state = message_type == RTMP_MESSAGE_SHARED_OBJECT_AMF3 ? AT_FORMAT : AT_NAME;
    so->event = so->depth = so->step = 0;
    so->layout = RTMP_SO_LAYOUT_RAW;
    so->value_pending = so->is_amf3 = false;
    rtmp_amf_init(&so->amf, reader, 0);
}

/* A length of 16 bits and that many bytes. False: the cursor has not moved. */
static bool read_text(struct rtmp_reader *reader, struct rtmp_so_piece *piece) {
    uint32_t start = reader->pos;
    piece->text = rtmp_amf0_text(reader);
    piece->whole = rtmp_span_of(start, rtmp_span_end(piece->text) - start);
    if (rtmp_ok(reader))
        return true;
    reader->pos = start;
    return false;
}

static bool read_u32(struct rtmp_reader *reader, struct rtmp_so_piece *piece) {
    piece->whole = rtmp_span_of(reader->pos, 4);
    piece->number = rtmp_u32(reader);
    return rtmp_ok(reader);
}

static bool read_format(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->whole = rtmp_span_of(so->reader->pos, 1);
    piece->number = rtmp_u8(so->reader);
    if (piece->number != 0)
        piece->error = RTMP_REMARK_FORMAT_BYTE;
    so->is_amf3 = piece->number == RTMP_SO_FORMAT_AMF3;
    if (so->is_amf3)
        rtmp_amf_init(&so->amf, so->reader, 3);
    return rtmp_ok(so->reader);
}

static bool next_header_field(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    static const uint8_t kinds[] = {
        [AT_FORMAT] = RTMP_SO_FORMAT,     [AT_NAME] = RTMP_SO_NAME,
        [AT_VERSION] = RTMP_SO_VERSION,   [AT_FLAGS] = RTMP_SO_FLAGS,
        [AT_RESERVED] = RTMP_SO_RESERVED,
    };
    piece->kind = kinds[so->state];
    switch (so->state++) {
    case AT_FORMAT:
        return read_format(so, piece);
    case AT_NAME:
        return read_text(so->reader, piece);
    default:
        return read_u32(so->reader, piece);
    }
}

/* Are the bytes left exactly a list of event records? Key/value pairs never pass: a key below
 * 256 bytes begins with a 0, which is no event. */
static bool nested_events_fill(struct rtmp_reader reader) {
    while (rtmp_ok(&reader) && rtmp_left(&reader)) {
        if (rtmp_u8(&reader) == 0)
            return false;
        (void)rtmp_take(&reader, rtmp_u32(&reader));
    }
    return rtmp_ok(&reader);
}

/* Are the bytes left exactly a list of key/value pairs? Read with the message's own tables,
 * whose counts are then restored: entries are only appended. */
static bool attributes_fill(struct rtmp_shared_object *so) {
    struct rtmp_amf *amf = &so->amf;
    struct rtmp_reader saved = *so->reader;
    const uint32_t counts[] = {amf->items, amf->object0_count, amf->object3_count,
                               amf->string_count, amf->traits_count};
    struct rtmp_so_piece key;
    bool fills = true;
    while (fills && rtmp_left(so->reader))
        fills = read_text(so->reader, &key) && rtmp_amf_skip(amf);
    *so->reader = saved;
    rtmp_amf_resume(amf);
    amf->items = counts[0];
    amf->object0_count = counts[1];
    amf->object3_count = counts[2];
    amf->string_count = counts[3];
    amf->traits_count = counts[4];
    return fills;
}

/* No known writer gives a use success a body; one with a body is read as the layout that fits. */
static enum rtmp_so_layout use_success_layout(struct rtmp_shared_object *so) {
    if (so->depth == 0 && nested_events_fill(*so->reader))
        return RTMP_SO_LAYOUT_NESTED;
    return attributes_fill(so) ? RTMP_SO_LAYOUT_ATTRIBUTES : RTMP_SO_LAYOUT_RAW;
}

/* FluorineFx ends a message after the type byte of a release (observed); other empty events are
 * accepted without a length as well. */
static bool is_length_omitted(const struct rtmp_shared_object *so) {
    if (rtmp_left(so->reader) != 1)
        return false;
    uint8_t event = rtmp_peek_at(so->reader, so->reader->pos);
    return so->depth == 0 && (event == RTMP_SO_EVENT_USE || event == RTMP_SO_EVENT_RELEASE ||
                              event == RTMP_SO_EVENT_CLEAR || event == RTMP_SO_EVENT_USE_SUCCESS);
}

/* The reader ends where the event does, so that errors in it do not reach beyond it. */
static void enter_event(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    so->reader->end = rtmp_span_end(piece->body);
    so->layout = layout_of(so->event);
    if (so->event == RTMP_SO_EVENT_USE_SUCCESS && piece->body.len)
        so->layout = use_success_layout(so);
    so->step = 0;
    so->state = IN_EVENT;
    piece->layout = so->layout;
    if (so->layout == RTMP_SO_LAYOUT_NESTED) {
        so->outer_end = so->reader->end;
        so->depth = 1;
        so->state = AT_EVENT;
    }
}

static void leave_event(struct rtmp_shared_object *so) {
    so->reader->end = so->outer_end;
    so->state = AT_EVENT;
}

static bool next_event(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    struct rtmp_reader *reader = so->reader;
    if (rtmp_left(reader) == 0 && so->depth) {
        so->depth = 0;
        so->outer_end = reader->end = so->message_end;
    }
    if (rtmp_left(reader) == 0)
        return false;

    uint32_t start = reader->pos;
    bool omitted = is_length_omitted(so);
    if (!omitted && rtmp_left(reader) < EVENT_HEADER_LENGTH) {
        rtmp_fail_at(reader, RTMP_ERROR_END, start);
        return false;
    }
    so->event = rtmp_u8(reader);
    piece->kind = RTMP_SO_EVENT;
    piece->event = so->event;
    piece->depth = so->depth;
    piece->number = omitted ? 0 : rtmp_u32(reader);
    piece->error = omitted ? RTMP_REMARK_LENGTH_OMITTED : RTMP_OK;
    piece->whole = rtmp_span_of(start, reader->pos - start);
    piece->body = rtmp_span_of(reader->pos, piece->number);
    if (piece->number > rtmp_left(reader)) {
        piece->body.len = 0;
        piece->layout = RTMP_SO_LAYOUT_RAW;
        rtmp_fail_at(reader, RTMP_ERROR_LENGTH, start + 1);
        return true;
    }
    enter_event(so, piece);
    return true;
}

static bool begin_value(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->kind = RTMP_SO_VALUE;
    piece->whole = rtmp_span_of(so->reader->pos, 0);
    if (rtmp_left(so->reader) == 0) {
        rtmp_fail_at(so->reader, RTMP_ERROR_END, so->reader->pos);
        return false;
    }
    so->value_pending = true;
    so->value_pos = so->reader->pos;
    return true;
}

/* The handler's name is an AMF0 string in all captures; anything else is an ordinary value. */
static bool read_method(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    uint32_t start = so->reader->pos;
    if (rtmp_peek_at(so->reader, start) != RTMP_AMF0_STRING)
        return begin_value(so, piece);
    piece->kind = RTMP_SO_METHOD;
    (void)rtmp_u8(so->reader);
    if (!read_text(so->reader, piece)) {
        so->reader->pos = start;
        return false;
    }
    piece->whole = rtmp_span_of(start, so->reader->pos - start);
    return true;
}

bool rtmp_shared_object_skip_value(struct rtmp_shared_object *so) {
    so->value_pending = false;
    bool begun = so->reader->pos != so->value_pos;
    if (begun && rtmp_amf_value_done(&so->amf))
        return true;
    uint32_t scalar = begun || so->is_amf3 ? 0 : rtmp_amf0_scalar_length(so->reader);
    return rtmp_take(so->reader, scalar).len || rtmp_amf_skip(&so->amf);
}

static bool read_key(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->kind = RTMP_SO_KEY;
    return read_text(so->reader, piece);
}

static bool read_number(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->kind = RTMP_SO_NUMBER;
    return read_u32(so->reader, piece);
}

static bool read_status(struct rtmp_shared_object *so, struct rtmp_so_piece *piece, bool first) {
    piece->kind = first ? RTMP_SO_STATUS_CODE : RTMP_SO_STATUS_LEVEL;
    return read_text(so->reader, piece);
}

static bool read_raw(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->kind = RTMP_SO_DATA;
    piece->whole = rtmp_take(so->reader, rtmp_left(so->reader));
    return true;
}

/* The next field of the event. False: it has no more, or the reader holds an error. */
static bool next_field(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    bool left = rtmp_left(so->reader) != 0;
    uint8_t step = so->step;
    so->step = step < 2 ? (uint8_t)(step + 1) : step;
    bool second = step == 1;
    switch (so->layout) {
    case RTMP_SO_LAYOUT_ATTRIBUTES:
    case RTMP_SO_LAYOUT_NUMBERED_KEYS:
        if (!second)
            return left && read_key(so, piece);
        so->step = 0;
        return so->layout == RTMP_SO_LAYOUT_ATTRIBUTES ? begin_value(so, piece)
                                                       : read_number(so, piece);
    case RTMP_SO_LAYOUT_KEYS:
        return left && read_key(so, piece);
    case RTMP_SO_LAYOUT_VALUES:
        return left && (step == 0 ? read_method(so, piece) : begin_value(so, piece));
    case RTMP_SO_LAYOUT_STATUS:
        return step < 2 && read_status(so, piece, step == 0);
    case RTMP_SO_LAYOUT_RAW:
        return left && read_raw(so, piece);
    case RTMP_SO_LAYOUT_EMPTY:
    case RTMP_SO_LAYOUT_NESTED:
        break;
    }
    return false;
}

/* The bytes of the event that its fields did not use, and the error, which is cleared. */
static bool read_rest(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    struct rtmp_reader *reader = so->reader;
    if (rtmp_ok(reader) && rtmp_left(reader) == 0)
        return false;
    piece->kind = RTMP_SO_REST;
    piece->error = rtmp_ok(reader) ? RTMP_REMARK_TRAILING : reader->error;
    piece->error_pos = rtmp_ok(reader) ? reader->pos : reader->error_pos;
    piece->whole = rtmp_span_of(reader->pos, rtmp_left(reader));
    piece->text = rtmp_span_of(reader->pos, 0);
    reader->error = RTMP_OK;
    reader->pos = reader->end;
    rtmp_amf_resume(&so->amf);
    return true;
}

/* False: the event has no more parts; nothing but the part's event, depth and layout is set. */
static bool next_in_event(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    piece->event = so->event;
    piece->depth = so->depth;
    piece->layout = so->layout;
    if (so->value_pending)
        (void)rtmp_shared_object_skip_value(so);
    if (rtmp_ok(so->reader) && next_field(so, piece))
        return true;
    bool has_rest = read_rest(so, piece);
    leave_event(so);
    return has_rest;
}

bool rtmp_shared_object_next(struct rtmp_shared_object *so, struct rtmp_so_piece *piece) {
    if (so->amf.items >= so->amf.items_max) {
        so->reader->end = so->message_end;
        rtmp_fail_at(so->reader, RTMP_LIMIT_ITEMS, so->reader->pos);
        return false;
    }
    so->amf.items++;
    *piece = (struct rtmp_so_piece){.error = RTMP_OK};
    if (so->state == IN_EVENT && next_in_event(so, piece))
        return true;
    if (!rtmp_ok(so->reader))
        return false;
    return so->state < AT_EVENT ? next_header_field(so, piece) : next_event(so, piece);
}

bool rtmp_shared_object_next_numbers(struct rtmp_shared_object *so, struct rtmp_so_piece piece[3]) {
    static const uint8_t kinds[] = {RTMP_SO_VERSION, RTMP_SO_FLAGS, RTMP_SO_RESERVED};
    struct rtmp_reader r = *so->reader;
    if (so->state != AT_VERSION || !rtmp_ok(&r) || rtmp_left(&r) < 3 * sizeof(uint32_t) ||
        so->amf.items_max - so->amf.items < 3)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        piece[i] = (struct rtmp_so_piece){.kind = kinds[i], .whole = rtmp_span_of(r.pos, 4)};
        piece[i].number = rtmp_u32(&r);
    }
    so->amf.items += 3;
    so->state = AT_EVENT;
    *so->reader = r;
    return true;
}
