/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf0_scalar.h"
#include "payload/amf/amf_level.h"

/* For nearly every event: inlined, the copy of the reader stays in registers. */
#define HOT RTMP_AMF0_HOT

static struct rtmp_span long_text(struct rtmp_reader *r) {
    uint32_t at = r->pos;
    uint32_t len = rtmp_u32(r);
    if (len > rtmp_left(r))
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, at);
    return rtmp_take(r, len);
}

HOT void text_value(struct rtmp_amf_event *event, enum rtmp_amf_kind kind, uint32_t start,
                    struct rtmp_span text) {
    event->kind = kind;
    event->text = text;
    amf_ranges(event, start, text);
}

/* Containers enter the reference table where they begin, so that a value can contain itself. */
static void open_amf0_container(struct rtmp_amf *amf, struct rtmp_reader *r,
                                struct rtmp_amf_event *event, enum rtmp_amf_kind kind,
                                uint32_t start, struct rtmp_span class_name, enum amf_state state) {
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
    open_amf0_container(amf, r, event, RTMP_AMF_STRICT_ARRAY, start, rtmp_span_of(r->pos, 0),
                        AMF0_ITEMS);
}

static void amf0_reference(const struct rtmp_amf *amf, struct rtmp_reader *r,
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

static void amf0_date(struct rtmp_reader *r, struct rtmp_amf_event *event, uint32_t start) {
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

/* The kinds of most properties. False: no scalar (the cursor is behind its marker), or an error. */
HOT bool scalar(struct rtmp_reader *r, struct rtmp_amf_event *event) {
    struct rtmp_amf_leaf leaf;
    uint32_t start = r->pos;
    event->marker = rtmp_u8(r);
    event->has_marker = true;
    if (!rtmp_amf0_scalar_behind(r, event->marker, &leaf))
        return false;
    event->kind = leaf.kind;
    if (leaf.kind == RTMP_AMF_STRING)
        event->text = leaf.text;
    else if (leaf.kind == RTMP_AMF_NUMBER)
        event->value.number = leaf.number;
    else if (leaf.kind == RTMP_AMF_BOOLEAN)
        event->value.boolean = leaf.number != 0;
    amf_ranges(event, start,
               leaf.kind == RTMP_AMF_STRING ? leaf.text
                                            : rtmp_span_of(start + 1, r->pos - start - 1));
    return true;
}

static void amf0_value(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    if (scalar(r, event) || !rtmp_ok(r))
        return;
    switch ((enum rtmp_amf0_marker)event->marker) {
    case RTMP_AMF0_LONG_STRING:
        text_value(event, RTMP_AMF_STRING, start, long_text(r));
        return;
    case RTMP_AMF0_XML_DOCUMENT:
        text_value(event, RTMP_AMF_XML, start, long_text(r));
        return;
    case RTMP_AMF0_DATE:
        amf0_date(r, event, start);
        return;
    case RTMP_AMF0_REFERENCE:
        amf0_reference(amf, r, event, start);
        return;
    case RTMP_AMF0_OBJECT:
        open_amf0_container(amf, r, event, RTMP_AMF_OBJECT, start, rtmp_span_of(r->pos, 0),
                            AMF0_KEY);
        return;
    case RTMP_AMF0_TYPED_OBJECT:
        open_amf0_container(amf, r, event, RTMP_AMF_OBJECT, start, rtmp_amf0_text(r), AMF0_KEY);
        return;
    case RTMP_AMF0_ECMA_ARRAY:
        /* The count is a hint (observed: 0, or the array's length with holes). */
        event->count = rtmp_u32(r);
        open_amf0_container(amf, r, event, RTMP_AMF_ECMA_ARRAY, start, rtmp_span_of(r->pos, 0),
                            AMF0_KEY);
        return;
    case RTMP_AMF0_STRICT_ARRAY:
        strict_array(amf, r, event, start);
        return;
    case RTMP_AMF0_MOVIECLIP:
    case RTMP_AMF0_UNSUPPORTED:
    case RTMP_AMF0_RECORDSET:
        bare(r, event, RTMP_AMF_UNSUPPORTED, start);
        return;
    case RTMP_AMF0_AVMPLUS_OBJECT:
        amf_expect_avmplus(amf);
        bare(r, event, RTMP_AMF_AVMPLUS, start);
        return;
    case RTMP_AMF0_OBJECT_END:
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
    struct rtmp_span text = rtmp_amf0_text(r);
    if (!rtmp_ok(r))
        return;
    if (text.len == 0 && (rtmp_left(r) == 0 || rtmp_peek_at(r, r->pos) == RTMP_AMF0_OBJECT_END)) {
        struct rtmp_span end = rtmp_take(r, rtmp_left(r) ? 1 : 0);
        close_object(amf, r, start, end.len == 1, event);
        return;
    }
    take_key(amf_level(amf), event, start, text);
}

static void any_amf0_event(struct rtmp_amf *amf, struct rtmp_reader *r,
                           struct rtmp_amf_event *event) {
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
    amf0_value(amf, r, event);
}

/* Not inlined: it would give the common events a larger stack frame. */
static __attribute__((noinline)) bool uncommon_event(struct rtmp_amf *amf, struct rtmp_reader *r,
                                                     struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    amf_blank(event, amf->depth);
    any_amf0_event(amf, r, event);
    return amf_finish(r, start);
}

/* A complete key that is not empty. False: reader and level are unchanged. */
HOT bool common_key(struct rtmp_amf_level *level, struct rtmp_reader *reader,
                    struct rtmp_amf_event *event) {
    struct rtmp_reader r = rtmp_reader_over(reader->data, reader->end);
    r.pos = reader->pos;
    struct rtmp_span text = rtmp_amf0_text(&r);
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
    if ((level->state == AMF0_ITEMS && level->left == 0) || !scalar(&r, event))
        return uncommon_event(amf, reader, event);
    if (level->state == AMF0_VALUE)
        level->state = AMF0_KEY;
    else
        level->left--; /* unused at the top level */
    reader->pos = r.pos;
    return true;
}

bool rtmp_amf0_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    if (amf_level(amf)->state != AMF0_KEY)
        return value_event(amf, r, event);
    return common_key(amf_level(amf), r, event) || uncommon_event(amf, r, event);
}
