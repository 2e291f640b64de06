/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_level.h"

enum amf0_marker {
#define NAME(value, identifier, text) AMF0_MARKER_##identifier = value,
#include "base/names/amf0_markers.def"
#undef NAME
};

/* On the path of nearly every event: inlined, its copy of the reader stays in registers. */
#define HOT static inline __attribute__((always_inline))

/* `len` bytes announced by the field at `at`; more than there are is an error of that field. */
HOT struct rtmp_span announced(struct rtmp_reader *r, uint32_t len, uint32_t at) {
    if (len > rtmp_left(r))
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, at);
    return rtmp_take(r, len);
}

HOT struct rtmp_span short_text(struct rtmp_reader *r) {
    uint32_t at = r->pos;
    uint32_t len = rtmp_u16(r);
    return announced(r, len, at);
}

static struct rtmp_span long_text(struct rtmp_reader *r) {
    uint32_t at = r->pos;
    uint32_t len = rtmp_u32(r);
    return announced(r, len, at);
}

HOT void text_value(struct rtmp_amf_event *event, enum rtmp_amf_kind kind, uint32_t start,
                    struct rtmp_span text) {
    event->kind = kind;
    event->text = text;
    amf_ranges(event, start, text);
}

/* Containers enter the reference table when they start, so that a cycle can be written. */
static void open_container(struct rtmp_amf *amf, struct rtmp_reader *r,
                           struct rtmp_amf_event *event, enum rtmp_amf_kind kind, uint32_t start,
                           struct rtmp_span class_name, enum amf_state state) {
    event->kind = kind;
    event->text = class_name;
    amf_ranges(event, start, class_name);
    if (!rtmp_ok(r) || !amf_open(amf, r, start, state, event->count))
        return;
    if (amf->object0_count < RTMP_LIMIT_AMF_REFERENCES)
        amf->object0[amf->object0_count] =
            (struct rtmp_amf_object){.pos = start, .marker = event->marker};
    amf->object0_count++;
}

static void strict_array(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                         uint32_t start) {
    event->count = rtmp_u32(r);
    /* A value takes at least its marker. */
    if (event->count > rtmp_left(r))
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, start + 1);
    open_container(amf, r, event, RTMP_AMF_STRICT_ARRAY, start, rtmp_span_of(r->pos, 0),
                   AMF0_ITEMS);
}

static void reference(const struct rtmp_amf *amf, struct rtmp_reader *r,
                      struct rtmp_amf_event *event, uint32_t start) {
    uint32_t index = rtmp_u16(r);
    event->kind = RTMP_AMF_REFERENCE;
    event->is_reference = true;
    event->reference = index;
    amf_ranges(event, start, rtmp_span_of(r->pos, 0));
    if (index >= amf->object0_count || index >= RTMP_LIMIT_AMF_REFERENCES) {
        event->remark = amf_unresolved(index, amf->object0_count);
        return;
    }
    event->target = rtmp_span_of(amf->object0[index].pos, 1);
    event->target_marker = amf->object0[index].marker;
}

static void date(struct rtmp_reader *r, struct rtmp_amf_event *event, uint32_t start) {
    event->kind = RTMP_AMF_DATE;
    event->value.milliseconds = rtmp_f64(r);
    event->timezone = (int16_t)rtmp_u16(r);
    amf_check_date(event);
    amf_ranges(event, start, rtmp_span_of(start + 1, r->pos - start - 1));
}

static void bare(struct rtmp_reader *r, struct rtmp_amf_event *event, enum rtmp_amf_kind kind,
                 uint32_t start) {
    event->kind = kind;
    amf_ranges(event, start, rtmp_span_of(r->pos, 0));
}

/* The three kinds that most properties have. False: another one (the cursor is behind its marker),
 * or an error. */
HOT bool common_value(struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    uint8_t marker = rtmp_u8(r);
    event->marker = marker;
    event->has_marker = true;
    if (marker == AMF0_MARKER_NUMBER) {
        event->kind = RTMP_AMF_NUMBER;
        event->value.number = rtmp_f64(r);
        if (!rtmp_ok(r))
            return false;
        amf_ranges(event, start, rtmp_span_of(start + 1, 8));
        return true;
    }
    if (marker == AMF0_MARKER_STRING) {
        struct rtmp_span text = short_text(r);
        if (!rtmp_ok(r))
            return false;
        text_value(event, RTMP_AMF_STRING, start, text);
        return true;
    }
    if (marker == AMF0_MARKER_BOOLEAN) {
        event->kind = RTMP_AMF_BOOLEAN;
        event->value.boolean = rtmp_u8(r) != 0;
        if (!rtmp_ok(r))
            return false;
        amf_ranges(event, start, rtmp_span_of(start + 1, 1));
        return true;
    }
    return false;
}

bool rtmp_amf0_plain(struct rtmp_reader *reader, struct rtmp_amf_leaf *leaf) {
    struct rtmp_reader r = *reader;
    *leaf = (struct rtmp_amf_leaf){.present = true};
    switch (rtmp_u8(&r)) {
    case AMF0_MARKER_NUMBER:
        leaf->kind = RTMP_AMF_NUMBER;
        leaf->number = rtmp_f64(&r);
        break;
    case AMF0_MARKER_BOOLEAN:
        leaf->kind = RTMP_AMF_BOOLEAN;
        leaf->number = rtmp_u8(&r) != 0;
        break;
    case AMF0_MARKER_STRING:
        leaf->kind = RTMP_AMF_STRING;
        leaf->text = short_text(&r);
        break;
    case AMF0_MARKER_NULL:
        leaf->kind = RTMP_AMF_NULL;
        break;
    case AMF0_MARKER_UNDEFINED:
        leaf->kind = RTMP_AMF_UNDEFINED;
        break;
    default:
        return false;
    }
    if (!rtmp_ok(&r))
        return false;
    leaf->whole = rtmp_span_of(reader->pos, r.pos - reader->pos);
    reader->pos = r.pos;
    return true;
}

uint32_t rtmp_amf0_plain_length(const struct rtmp_reader *reader) {
    uint32_t pos = reader->pos;
    uint32_t length;
    switch (rtmp_peek_at(reader, pos)) {
    case AMF0_MARKER_NUMBER:
        length = 1 + 8;
        break;
    case AMF0_MARKER_BOOLEAN:
        length = 1 + 1;
        break;
    case AMF0_MARKER_STRING:
        length =
            1 + 2 + (uint32_t)(rtmp_peek_at(reader, pos + 1) << 8 | rtmp_peek_at(reader, pos + 2));
        break;
    case AMF0_MARKER_NULL:
    case AMF0_MARKER_UNDEFINED:
        length = 1;
        break;
    default:
        return 0;
    }
    return length <= rtmp_left(reader) ? length : 0;
}

static void value(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    if (common_value(r, event) || !rtmp_ok(r))
        return;
    switch ((enum amf0_marker)event->marker) {
    case AMF0_MARKER_LONG_STRING:
        text_value(event, RTMP_AMF_STRING, start, long_text(r));
        return;
    case AMF0_MARKER_XML_DOCUMENT:
        text_value(event, RTMP_AMF_XML, start, long_text(r));
        return;
    case AMF0_MARKER_DATE:
        date(r, event, start);
        return;
    case AMF0_MARKER_REFERENCE:
        reference(amf, r, event, start);
        return;
    case AMF0_MARKER_OBJECT:
        open_container(amf, r, event, RTMP_AMF_OBJECT, start, rtmp_span_of(r->pos, 0), AMF0_KEY);
        return;
    case AMF0_MARKER_TYPED_OBJECT:
        open_container(amf, r, event, RTMP_AMF_OBJECT, start, short_text(r), AMF0_KEY);
        return;
    case AMF0_MARKER_ECMA_ARRAY:
        /* The count is a hint (observed: 0, or the array's length with holes). */
        event->count = rtmp_u32(r);
        open_container(amf, r, event, RTMP_AMF_ECMA_ARRAY, start, rtmp_span_of(r->pos, 0),
                       AMF0_KEY);
        return;
    case AMF0_MARKER_STRICT_ARRAY:
        strict_array(amf, r, event, start);
        return;
    case AMF0_MARKER_NULL:
        bare(r, event, RTMP_AMF_NULL, start);
        return;
    case AMF0_MARKER_UNDEFINED:
        bare(r, event, RTMP_AMF_UNDEFINED, start);
        return;
    case AMF0_MARKER_MOVIECLIP:
    case AMF0_MARKER_UNSUPPORTED:
    case AMF0_MARKER_RECORDSET:
        bare(r, event, RTMP_AMF_UNSUPPORTED, start);
        return;
    case AMF0_MARKER_AVMPLUS_OBJECT:
        amf_expect_avmplus(amf);
        bare(r, event, RTMP_AMF_AVMPLUS, start);
        return;
    case AMF0_MARKER_OBJECT_END:
        rtmp_fail_at(r, RTMP_ERROR_FORMAT, start);
        return;
    default:
        rtmp_fail_at(r, RTMP_ERROR_MARKER, start);
        return;
    }
}

static void close_object(struct rtmp_amf *amf, const struct rtmp_reader *r, uint32_t start,
                         bool terminated, struct rtmp_amf_event *event) {
    const struct rtmp_amf_level *level = amf_level(amf);
    if (!terminated)
        event->remark = RTMP_REMARK_NO_TERMINATOR;
    else if (level->count != 0 && level->count != level->done)
        event->remark = RTMP_REMARK_COUNT_DIFFERS;
    amf_close(amf, r, start, event);
}

HOT void take_key(struct rtmp_amf_level *level, struct rtmp_amf_event *event, uint32_t start,
                  struct rtmp_span text) {
    level->state = AMF0_VALUE;
    level->done++;
    text_value(event, RTMP_AMF_KEY, start, text);
}

/*
 * The terminator is an empty key AND the byte 09; an empty key before another marker is a property
 * without a name (observed: rocketamf). At the end of the body it may be missing, in whole or but
 * for the empty key (observed).
 */
static void key(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    if (rtmp_left(r) == 0) {
        close_object(amf, r, start, false, event);
        return;
    }
    struct rtmp_span text = short_text(r);
    if (!rtmp_ok(r))
        return;
    if (text.len == 0 && (rtmp_left(r) == 0 || rtmp_peek_at(r, r->pos) == AMF0_MARKER_OBJECT_END)) {
        struct rtmp_span end = rtmp_take(r, rtmp_left(r) ? 1 : 0);
        close_object(amf, r, start, end.len == 1, event);
        return;
    }
    take_key(amf_level(amf), event, start, text);
}

static void any_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    struct rtmp_amf_level *level = amf_level(amf);
    switch (level->state) {
    case AMF0_KEY:
        key(amf, r, event);
        return;
    case AMF0_VALUE:
        level->state = AMF0_KEY;
        break;
    case AMF0_ITEMS:
        if (level->left == 0) {
            amf_close(amf, r, r->pos, event);
            return;
        }
        level->left--;
        break;
    default: /* AMF0_TOP */
        break;
    }
    value(amf, r, event);
}

/* Kept out of line: it would cost the common events a larger frame. */
static __attribute__((noinline)) bool uncommon_event(struct rtmp_amf *amf, struct rtmp_reader *r,
                                                     struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    amf_blank(event, amf->depth);
    any_event(amf, r, event);
    return amf_finish(r, start);
}

/* A key that has a name and is all there. False leaves the reader and the level as they were. */
HOT bool common_key(struct rtmp_amf_level *level, struct rtmp_reader *reader,
                    struct rtmp_amf_event *event) {
    struct rtmp_reader r = rtmp_reader_over(reader->data, reader->end);
    r.pos = reader->pos;
    struct rtmp_span text = short_text(&r);
    if (text.len == 0)
        return false;
    take_key(level, event, reader->pos, text);
    reader->pos = r.pos;
    return true;
}

/* The same for a value. */
static __attribute__((noinline)) bool value_event(struct rtmp_amf *amf, struct rtmp_reader *reader,
                                                  struct rtmp_amf_event *event) {
    struct rtmp_amf_level *level = amf_level(amf);
    struct rtmp_reader r = rtmp_reader_over(reader->data, reader->end);
    r.pos = reader->pos;
    if ((level->state == AMF0_ITEMS && level->left == 0) || !common_value(&r, event))
        return uncommon_event(amf, reader, event);
    if (level->state == AMF0_VALUE)
        level->state = AMF0_KEY;
    else
        level->left--; /* of the top, too, where it says nothing */
    reader->pos = r.pos;
    return true;
}

bool rtmp_amf0_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    if (amf_level(amf)->state != AMF0_KEY)
        return value_event(amf, r, event);
    return common_key(amf_level(amf), r, event) || uncommon_event(amf, r, event);
}
