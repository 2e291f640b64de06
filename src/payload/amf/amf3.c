/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/amf/amf_level.h"

enum amf3_marker {
#define NAME(value, identifier, text) AMF3_MARKER_##identifier = value,
#include "base/names/amf3_markers.def"
#undef NAME
};

/*
 * U29: up to three bytes with 7 bits and a continue bit, a fourth with 8 bits. Longer forms than
 * needed are accepted (observed: flash-lso writes indexes so) and remarked.
 */
static uint32_t u29(struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t byte = rtmp_u8(r);
    if (byte < 0x80)
        return byte;
    uint32_t value = byte & 0x7F;
    uint32_t smallest = 0x80; /* of this number of bytes */
    for (int i = 1; i < 3; i++) {
        byte = rtmp_u8(r);
        value = value << 7 | (byte & 0x7F);
        if (byte < 0x80) {
            if (value < smallest)
                event->remark = RTMP_REMARK_NOT_CANONICAL;
            return value;
        }
        smallest <<= 7;
    }
    value = value << 8 | rtmp_u8(r);
    if (value < smallest)
        event->remark = RTMP_REMARK_NOT_CANONICAL;
    return value;
}

/* `len` bytes announced by the U29 at `at`; more than there are is an error of that U29. */
static struct rtmp_span take_announced(struct rtmp_reader *r, uint32_t len, uint32_t at) {
    if (len > rtmp_left(r))
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, at);
    return rtmp_take(r, len);
}

static void resolve_string(const struct rtmp_amf *amf, const struct rtmp_reader *r, uint32_t index,
                           struct rtmp_amf_event *event) {
    event->is_reference = true;
    event->reference = index;
    if (index < amf->string_count && index < RTMP_LIMIT_AMF_REFERENCES) {
        event->text = amf->string[index];
    } else {
        event->text = rtmp_span_of(r->pos, 0);
        event->remark = amf_unresolved(index, amf->string_count);
    }
}

/* Read a string, inline or by reference, into event->text. Returns its characters if they are
 * inline; does not enter it into the table. */
static struct rtmp_span look_at_string(const struct rtmp_amf *amf, struct rtmp_reader *r,
                                       struct rtmp_amf_event *event) {
    uint32_t at = r->pos;
    uint32_t head = u29(r, event);
    if (head & 1) {
        event->text = take_announced(r, head >> 1, at);
        return event->text;
    }
    resolve_string(amf, r, head >> 1, event);
    return rtmp_span_of(r->pos, 0);
}

/* The same, and every inline string but "" enters the table. */
static struct rtmp_span read_string(struct rtmp_amf *amf, struct rtmp_reader *r,
                                    struct rtmp_amf_event *event) {
    struct rtmp_span here = look_at_string(amf, r, event);
    if (here.len) {
        if (amf->string_count < RTMP_LIMIT_AMF_REFERENCES)
            amf->string[amf->string_count] = here;
        amf->string_count++;
    }
    return here;
}

static void leaf(struct rtmp_amf_event *event, enum rtmp_amf_kind kind, uint32_t start,
                 struct rtmp_span payload) {
    event->kind = kind;
    amf_ranges(event, start, payload);
}

static void amf3_reference(const struct rtmp_amf *amf, const struct rtmp_reader *r, uint32_t index,
                           uint32_t start, struct rtmp_amf_event *event) {
    leaf(event, RTMP_AMF_REFERENCE, start, rtmp_span_of(r->pos, 0));
    event->is_reference = true;
    event->reference = index;
    if (index < amf->object3_count && index < RTMP_LIMIT_AMF_REFERENCES) {
        event->target = rtmp_span_of(amf->object3[index].pos, 1);
        event->target_marker = amf->object3[index].marker;
    } else {
        event->remark = amf_unresolved(index, amf->object3_count);
    }
}

/*
 * The U29 after the marker of a value that can be referenced. True: the value is inline, *head is
 * the U29 without its lowest bit; it enters the table before its content is read, so that it can
 * contain itself. False: a reference, the event is complete (or the reader holds an error).
 */
static bool stands_here(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                        uint32_t start, uint32_t *head) {
    uint32_t value = u29(r, event);
    *head = value >> 1;
    if ((value & 1) == 0) {
        amf3_reference(amf, r, *head, start, event);
        return false;
    }
    if (amf->object3_count < RTMP_LIMIT_AMF_REFERENCES)
        amf->object3[amf->object3_count] =
            (struct rtmp_amf_object){.pos = start, .marker = event->marker};
    amf->object3_count++;
    return true;
}

/* Open a container of `count` items that take `size` bytes each at least. */
static struct rtmp_amf_level *container(struct rtmp_amf *amf, struct rtmp_reader *r,
                                        struct rtmp_amf_event *event, enum rtmp_amf_kind kind,
                                        uint32_t start, struct rtmp_span class_name, uint32_t size,
                                        enum amf_state state) {
    leaf(event, kind, start, class_name);
    if (event->count > rtmp_left(r) / size)
        rtmp_fail_at(r, RTMP_ERROR_LENGTH, start + 1);
    return rtmp_ok(r) ? amf_open(amf, r, start, state, event->count) : NULL;
}

static void array(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                  uint32_t start) {
    if (stands_here(amf, r, event, start, &event->count))
        (void)container(amf, r, event, RTMP_AMF_ARRAY, start, rtmp_span_of(r->pos, 0), 1,
                        AMF3_ARRAY_KEY);
}

/* A vector by its marker: of numbers, or of values of any type with a class name before them. */
static void vector(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                   uint32_t start) {
    if (!stands_here(amf, r, event, start, &event->count))
        return;
    event->is_fixed = rtmp_u8(r) != 0;
    struct rtmp_span class_name = rtmp_span_of(r->pos, 0);
    uint32_t least = 4; /* bytes of an item */
    enum amf_state state = AMF3_INTS;
    if (event->marker == AMF3_MARKER_VECTOR_UINT) {
        state = AMF3_UINTS;
    } else if (event->marker == AMF3_MARKER_VECTOR_DOUBLE) {
        least = 8;
        state = AMF3_DOUBLES;
    } else if (event->marker == AMF3_MARKER_VECTOR_OBJECT) {
        class_name = read_string(amf, r, event);
        least = 1;
        state = AMF3_ITEMS;
    }
    (void)container(amf, r, event, RTMP_AMF_VECTOR, start, class_name, least, state);
}

static void dictionary(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                       uint32_t start) {
    if (!stands_here(amf, r, event, start, &event->count))
        return;
    event->is_fixed = rtmp_u8(r) != 0;
    struct rtmp_amf_level *level = container(amf, r, event, RTMP_AMF_DICTIONARY, start,
                                             rtmp_span_of(r->pos, 0), 2, AMF3_ENTRIES);
    if (level)
        level->left = event->count * 2;
}

static void open_object(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                        uint32_t start, struct rtmp_span class_name,
                        const struct rtmp_amf_traits *traits, enum amf_state state) {
    event->is_dynamic = traits->dynamic;
    event->is_externalizable = traits->externalizable;
    event->count = traits->count;
    event->text = traits->class_name;
    /* A sealed member has a value of one byte at least. */
    struct rtmp_amf_level *level =
        container(amf, r, event, RTMP_AMF_OBJECT, start, class_name, 1, state);
    if (!level)
        return;
    level->names = traits->names;
    level->dynamic = traits->dynamic;
    if (traits->externalizable)
        amf3_external_begin(r, level, traits->class_name);
}

static void object_with_traits(struct rtmp_amf *amf, struct rtmp_reader *r,
                               struct rtmp_amf_event *event, uint32_t start, uint32_t head) {
    struct rtmp_span class_name = read_string(amf, r, event);
    struct rtmp_amf_traits traits = {
        .names = r->pos,
        .count = head >> 3,
        .class_name = event->text,
        .dynamic = (head & 4) != 0,
        .externalizable = (head & 2) != 0,
    };
    if (traits.externalizable) {
        traits.count = 0;
        traits.dynamic = false;
    }
    open_object(amf, r, event, start, class_name, &traits, AMF3_MEMBER_NAMES);
    if (!rtmp_ok(r))
        return;
    if (amf->traits_count < RTMP_LIMIT_AMF_TRAITS)
        amf->traits[amf->traits_count] = traits;
    amf->traits_count++;
}

static void object_by_traits(struct rtmp_amf *amf, struct rtmp_reader *r,
                             struct rtmp_amf_event *event, uint32_t start, uint32_t index) {
    static const struct rtmp_amf_traits none;
    const struct rtmp_amf_traits *traits = &none;
    enum amf_state state = AMF3_SEALED_KEY;
    if (index >= amf->traits_count)
        state = AMF3_UNKNOWN_TRAITS;
    else if (index >= RTMP_LIMIT_AMF_TRAITS)
        state = AMF3_TRAITS_BEYOND_LIMIT;
    else
        traits = &amf->traits[index];
    if (traits == &none)
        event->remark = amf_unresolved(index, amf->traits_count);
    event->is_reference = true;
    event->traits_by_reference = true;
    event->reference = index;
    open_object(amf, r, event, start, rtmp_span_of(r->pos, 0), traits, state);
}

static void object(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                   uint32_t start) {
    uint32_t head;
    if (!stands_here(amf, r, event, start, &head))
        return;
    if (head & 1)
        object_with_traits(amf, r, event, start, head);
    else
        object_by_traits(amf, r, event, start, head >> 1);
}

/* XML, XMLDocument, ByteArray: a length and bytes, which do not enter the string table. */
static void bytes(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                  uint32_t start, enum rtmp_amf_kind kind) {
    uint32_t len;
    if (!stands_here(amf, r, event, start, &len))
        return;
    struct rtmp_span payload = take_announced(r, len, start + 1);
    leaf(event, kind, start, payload);
    if (kind == RTMP_AMF_XML)
        event->text = payload;
}

static void amf3_date(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event,
                      uint32_t start) {
    uint32_t unused;
    if (!stands_here(amf, r, event, start, &unused))
        return;
    leaf(event, RTMP_AMF_DATE, start, rtmp_span_of(r->pos, 8));
    event->value.milliseconds = rtmp_f64(r);
    amf_check_date(event);
}

static void integer(struct rtmp_reader *r, struct rtmp_amf_event *event, uint32_t start) {
    uint32_t bits = u29(r, event);
    event->value.integer = (int32_t)(bits ^ 0x10000000U) - 0x10000000;
    leaf(event, RTMP_AMF_INTEGER, start, rtmp_span_of(start + 1, r->pos - start - 1));
}

static void amf3_value(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    event->marker = rtmp_u8(r);
    if (!rtmp_ok(r))
        return;
    event->has_marker = true;
    struct rtmp_span nothing = rtmp_span_of(r->pos, 0);
    switch ((enum amf3_marker)event->marker) {
    case AMF3_MARKER_UNDEFINED:
        leaf(event, RTMP_AMF_UNDEFINED, start, nothing);
        return;
    case AMF3_MARKER_NULL:
        leaf(event, RTMP_AMF_NULL, start, nothing);
        return;
    case AMF3_MARKER_FALSE:
    case AMF3_MARKER_TRUE:
        event->value.boolean = event->marker == AMF3_MARKER_TRUE;
        leaf(event, RTMP_AMF_BOOLEAN, start, nothing);
        return;
    case AMF3_MARKER_INTEGER:
        integer(r, event, start);
        return;
    case AMF3_MARKER_DOUBLE:
        event->value.number = rtmp_f64(r);
        leaf(event, RTMP_AMF_NUMBER, start, rtmp_span_of(start + 1, 8));
        return;
    case AMF3_MARKER_STRING:
        leaf(event, RTMP_AMF_STRING, start, read_string(amf, r, event));
        return;
    case AMF3_MARKER_XML_DOCUMENT:
    case AMF3_MARKER_XML:
        bytes(amf, r, event, start, RTMP_AMF_XML);
        return;
    case AMF3_MARKER_BYTE_ARRAY:
        bytes(amf, r, event, start, RTMP_AMF_BYTES);
        return;
    case AMF3_MARKER_DATE:
        amf3_date(amf, r, event, start);
        return;
    case AMF3_MARKER_ARRAY:
        array(amf, r, event, start);
        return;
    case AMF3_MARKER_OBJECT:
        object(amf, r, event, start);
        return;
    case AMF3_MARKER_VECTOR_INT:
    case AMF3_MARKER_VECTOR_UINT:
    case AMF3_MARKER_VECTOR_DOUBLE:
    case AMF3_MARKER_VECTOR_OBJECT:
        vector(amf, r, event, start);
        return;
    case AMF3_MARKER_DICTIONARY:
        dictionary(amf, r, event, start);
        return;
    }
    rtmp_fail_at(r, RTMP_ERROR_MARKER, start);
}

static void member_name(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    leaf(event, RTMP_AMF_MEMBER_NAME, start, read_string(amf, r, event));
}

/* The name is part of the traits, earlier in the message, and is read again from there. */
static void sealed_key(const struct rtmp_amf *amf, const struct rtmp_reader *r,
                       struct rtmp_amf_level *level, struct rtmp_amf_event *event) {
    leaf(event, RTMP_AMF_KEY, r->pos, rtmp_span_of(r->pos, 0));
    event->text = event->payload;
    struct rtmp_reader names = *r;
    names.pos = level->names;
    /* Only after an error inside the names, when the caller resumed, can they not be read. */
    if (names.pos < names.end)
        (void)look_at_string(amf, &names, event);
    else
        rtmp_fail_at(&names, RTMP_ERROR_END, names.pos);
    if (!rtmp_ok(&names)) {
        event->text = event->payload;
        event->remark = RTMP_REMARK_UNRESOLVED;
    } else if (event->remark == RTMP_REMARK_NOT_CANONICAL) {
        event->remark = RTMP_OK; /* remarked where the name is defined */
    }
    level->names = names.pos;
}

/* Read a key. False: the empty one that ends the keys (ranges are set). */
static bool dynamic_key(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    leaf(event, RTMP_AMF_KEY, start, read_string(amf, r, event));
    return event->is_reference || event->text.len != 0;
}

static void number_item(struct rtmp_amf_level *level, struct rtmp_reader *r,
                        struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    if (level->state == AMF3_INTS) {
        event->kind = RTMP_AMF_INTEGER;
        event->value.integer = (int32_t)rtmp_u32(r);
    } else if (level->state == AMF3_UINTS) {
        event->kind = RTMP_AMF_UNSIGNED;
        event->value.unsigned_integer = rtmp_u32(r);
    } else {
        event->kind = RTMP_AMF_NUMBER;
        event->value.number = rtmp_f64(r);
    }
    amf_ranges(event, start, rtmp_span_of(start, r->pos - start));
}

/* The next of counted items, or the end. */
static void item(struct rtmp_amf *amf, struct rtmp_amf_level *level, struct rtmp_reader *r,
                 struct rtmp_amf_event *event) {
    if (level->left == 0) {
        amf_close(amf, r, r->pos, event);
        return;
    }
    if (level->state == AMF3_ENTRIES)
        event->is_dictionary_key = level->left % 2 == 0;
    level->left--;
    if (level->state == AMF3_INTS || level->state == AMF3_UINTS || level->state == AMF3_DOUBLES)
        number_item(level, r, event);
    else
        amf3_value(amf, r, event);
}

static void message(struct rtmp_amf *amf, struct rtmp_amf_level *level, struct rtmp_reader *r,
                    struct rtmp_amf_event *event) {
    enum amf3_external fragment = amf3_external_part(level, r, event);
    if (fragment == AMF3_EXTERNAL_END)
        amf_close(amf, r, r->pos, event);
    else if (fragment == AMF3_EXTERNAL_VALUE)
        amf3_value(amf, r, event);
}

static void property(struct rtmp_amf *amf, struct rtmp_amf_level *level, struct rtmp_reader *r,
                     struct rtmp_amf_event *event) {
    if (level->state == AMF3_ARRAY_KEY) {
        if (dynamic_key(amf, r, event)) {
            level->state = AMF3_ARRAY_VALUE;
        } else {
            event->kind = RTMP_AMF_KEYS_END;
            level->state = AMF3_ITEMS;
        }
        return;
    }
    uint32_t start = r->pos;
    if (dynamic_key(amf, r, event))
        level->state = AMF3_DYNAMIC_VALUE;
    else
        amf_close(amf, r, start, event);
}

static void sealed_member(struct rtmp_amf *amf, struct rtmp_amf_level *level, struct rtmp_reader *r,
                          struct rtmp_amf_event *event) {
    if (level->left > 0) {
        level->left--;
        level->state = AMF3_SEALED_VALUE;
        sealed_key(amf, r, level, event);
    } else if (level->dynamic) {
        level->state = AMF3_DYNAMIC_KEY;
        property(amf, level, r, event);
    } else {
        amf_close(amf, r, r->pos, event);
    }
}

static void any_amf3_event(struct rtmp_amf *amf, struct rtmp_reader *r,
                           struct rtmp_amf_event *event) {
    struct rtmp_amf_level *level = amf_level(amf);
    switch ((enum amf_state)level->state) {
    case AMF3_TOP:
        amf3_value(amf, r, event);
        return;
    case AMF3_AVMPLUS:
        level->state = level->after;
        amf3_value(amf, r, event);
        return;
    case AMF3_MEMBER_NAMES:
        if (level->left > 0) {
            level->left--;
            member_name(amf, r, event);
            return;
        }
        level->state = AMF3_SEALED_KEY;
        level->left = level->count;
        sealed_member(amf, level, r, event);
        return;
    case AMF3_SEALED_KEY:
        sealed_member(amf, level, r, event);
        return;
    case AMF3_SEALED_VALUE:
    case AMF3_DYNAMIC_VALUE:
    case AMF3_ARRAY_VALUE:
    case AMF3_MESSAGE_VALUE:
        level->state--; /* the error is at the key */
        amf3_value(amf, r, event);
        return;
    case AMF3_DYNAMIC_KEY:
    case AMF3_ARRAY_KEY:
        property(amf, level, r, event);
        return;
    case AMF3_MESSAGE:
        message(amf, level, r, event);
        return;
    case AMF3_UNKNOWN_CLASS:
        rtmp_fail_at(r, RTMP_ERROR_CLASS, r->pos);
        return;
    case AMF3_UNKNOWN_TRAITS:
        rtmp_fail_at(r, RTMP_ERROR_TRAITS, r->pos);
        return;
    case AMF3_TRAITS_BEYOND_LIMIT:
        rtmp_fail_at(r, RTMP_LIMIT_ITEMS, r->pos);
        return;
    default: /* AMF3_ITEMS, numbers of vectors, AMF3_ENTRIES */
        item(amf, level, r, event);
        return;
    }
}

bool rtmp_amf3_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event) {
    uint32_t start = r->pos;
    event->version = 3;
    any_amf3_event(amf, r, event);
    return amf_finish(r, start);
}
