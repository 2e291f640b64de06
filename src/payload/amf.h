/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_H
#define RTMP_PAYLOAD_AMF_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"
#include "wire/limits.h"

/*
 * AMF0 and AMF3 as one stream of events, pulled by the caller: no recursion, no allocation.
 *
 *     struct rtmp_amf amf;                       // fixed size, fits on the stack (~60 kB)
 *     rtmp_amf_init(&amf, &reader, 0);           // shares the caller's reader; once per message
 *     while (rtmp_amf_next(&amf, &event)) ...    // the events of one top-level value
 *     if (rtmp_left(&reader) && rtmp_ok(&reader)) // another top-level value follows: call next again
 *
 * The reference tables live in `amf` and so as long as it does: one rtmp_amf per message, whatever
 * number of values (settled by captures: the AMF3 tables live for the whole message, SharedObject
 * attributes and events included). Sources: Adobe AMF0 and AMF3 texts; deviations are marked
 * "observed" in amf0.c and amf3.c.
 */

enum rtmp_amf_kind {
    /* Leaves. */
    RTMP_AMF_NUMBER,      /* value.number: AMF0 number, AMF3 double, item of vector<double> */
    RTMP_AMF_INTEGER,     /* value.integer: AMF3 integer (29 bits, signed), item of vector<int> */
    RTMP_AMF_UNSIGNED,    /* value.unsigned_integer: item of vector<uint> */
    RTMP_AMF_BOOLEAN,     /* value.boolean */
    RTMP_AMF_STRING,      /* text: also long strings, and AMF3 strings by reference (is_reference) */
    RTMP_AMF_DATE,        /* value.date */
    RTMP_AMF_XML,         /* text */
    RTMP_AMF_BYTES,       /* payload: the ByteArray's bytes */
    RTMP_AMF_NULL,
    RTMP_AMF_UNDEFINED,
    RTMP_AMF_UNSUPPORTED, /* AMF0 0x04, 0x0D, 0x0E: marker only */
    RTMP_AMF_REFERENCE,   /* an object reference: `reference`; target when it resolves */

    /* Containers; their content follows one level deeper up to the matching END. */
    RTMP_AMF_OBJECT,      /* AMF0 object, typed object; AMF3 object: text = class name */
    RTMP_AMF_ECMA_ARRAY,  /* AMF0: count as declared */
    RTMP_AMF_STRICT_ARRAY,/* AMF0: count */
    RTMP_AMF_ARRAY,       /* AMF3 array: count = dense part; KEYs first, then the dense items */
    RTMP_AMF_VECTOR,      /* AMF3 vectors: count; text = class name of vector<object> */
    RTMP_AMF_DICTIONARY,  /* AMF3: count; items alternate key value, value */
    RTMP_AMF_END,         /* end of a container; whole = its terminator, empty when it has none */

    /* Parts. */
    RTMP_AMF_KEY,         /* property name: text. For a sealed member whole is empty: the name was
                             given with the traits */
    RTMP_AMF_MEMBER_NAME, /* a sealed member's name inside inline traits */
    RTMP_AMF_AVMPLUS,     /* the AMF0 marker 0x11; the AMF3 value follows at the same depth */
    RTMP_AMF_EXTERNALIZABLE_FLAGS, /* flag byte(s) of DSA / DSC / DSK bodies */
};

/*
 * One event. The `whole` ranges of a value's events tile its bytes exactly once, in order.
 * `head` is marker, lengths and counts; `payload` what they announce (the digits of a number, the
 * bytes of a string); whole = head + payload. `text` is where the characters stand: in the payload,
 * or anywhere earlier in the message when they came by reference.
 */
struct rtmp_amf_event {
    enum rtmp_amf_kind kind;
    uint8_t version;    /* 0 or 3: which `marker` this is */
    uint8_t marker;     /* marker byte of a value; 0 for KEY, MEMBER_NAME, END and vector items */
    bool has_marker;    /* false where the wire has none (KEY, MEMBER_NAME, END, vector items) */
    uint8_t depth;      /* 0: top level. A KEY has the depth of the value it names */
    bool is_reference;  /* text or traits or object came by reference: `reference` is the index */
    bool is_dynamic;    /* OBJECT, AMF3 */
    bool is_externalizable;
    bool is_fixed;      /* VECTOR: fixed length; DICTIONARY: weak keys */
    bool traits_by_reference; /* OBJECT, AMF3: `reference` is the traits index */
    uint32_t reference;
    uint32_t count;     /* declared items; sealed members for an AMF3 object */
    enum rtmp_error remark; /* RTMP_OK or a remark (1..99) about this event */
    struct rtmp_span whole, head, payload, text;
    struct rtmp_span target; /* REFERENCE: where the referenced value starts (len 0: unresolved) */
    uint8_t target_marker;   /* REFERENCE: marker of the referenced value */
    union {
        double number;
        int32_t integer;
        uint32_t unsigned_integer;
        bool boolean;
        struct {
            double milliseconds; /* since 1970-01-01 UTC */
            int16_t timezone;    /* minutes; AMF0 only, should be 0 (specified) */
        } date;
    } value;
};

/* One open container. */
struct rtmp_amf_level {
    uint8_t kind;       /* what the container is (private to amf0.c / amf3.c) */
    uint8_t version;
    uint8_t phase;
    bool dynamic;
    uint32_t left;      /* items still to come by count */
    uint32_t traits;    /* index into the trait table for sealed members */
    uint32_t done;      /* items or entries seen */
};

struct rtmp_amf_object {
    uint32_t pos;       /* of the value's marker */
    uint8_t marker;
};

struct rtmp_amf_traits {
    uint32_t names;     /* position of the first member name */
    uint32_t count;
    struct rtmp_span class_name;
    bool dynamic, externalizable;
};

struct rtmp_amf {
    struct rtmp_reader *reader;
    uint8_t top_version;    /* version of top-level values */
    uint8_t depth;
    bool mid_value;         /* inside a top-level value */
    uint32_t items;         /* events given out, against RTMP_LIMIT_MESSAGE_ITEMS */
    uint32_t object0_count, object3_count, string_count, traits_count; /* may exceed the caps */
    struct rtmp_amf_level level[RTMP_LIMIT_AMF_DEPTH];
    struct rtmp_amf_object object0[RTMP_LIMIT_AMF_REFERENCES]; /* AMF0 reference table */
    struct rtmp_amf_object object3[RTMP_LIMIT_AMF_REFERENCES];
    struct rtmp_span string[RTMP_LIMIT_AMF_REFERENCES];
    struct rtmp_amf_traits traits[RTMP_LIMIT_AMF_TRAITS];
    /* amf3.c may add fields here for what it needs between two events. */
};

/* Begin a message. version: 0 (values start with AMF0 markers) or 3 (with AMF3 markers). */
void rtmp_amf_init(struct rtmp_amf *amf, struct rtmp_reader *reader, uint8_t version);

/*
 * The next event of the current top-level value, or of a new one.
 * False: the value is complete (reader ok), or it ended in an error that the reader now holds; the
 * bytes from reader->pos on are then undecoded. A value with depth 0 is complete after its last
 * event: the next call begins the next value, so the caller counts depth-0 values by itself:
 * true is returned for each event; `rtmp_amf_value_done` tells that no container is open.
 */
bool rtmp_amf_next(struct rtmp_amf *amf, struct rtmp_amf_event *event);

/* No container is open and no prefix (AVMPLUS, KEY) waits for its value. */
bool rtmp_amf_value_done(const struct rtmp_amf *amf);

/* Is this kind a leaf value / a container's begin? */
bool rtmp_amf_is_leaf(enum rtmp_amf_kind kind);
bool rtmp_amf_is_container(enum rtmp_amf_kind kind);

#endif
