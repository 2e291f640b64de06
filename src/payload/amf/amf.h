/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_H
#define RTMP_PAYLOAD_AMF_AMF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/limits.h"

/*
 * AMF0 and AMF3 as one stream of events, pulled by the caller: no recursion, no allocation.
 *
 *     struct rtmp_amf amf;                        // fixed size, fits on the stack (~55 kB)
 *     rtmp_amf_init(&amf, &reader, 0);            // shares the caller's reader; once per message
 *     while (rtmp_amf_next(&amf, &event)) {       // events of all top-level values, one by one
 *         ...
 *         if (rtmp_amf_value_done(&amf)) ...      // that was the last event of a top-level value
 *     }
 *     if (!rtmp_ok(&reader)) ...                  // bytes from reader.pos on are undecoded
 *
 * One value only: do { if (!rtmp_amf_next(...)) break; ... } while (!rtmp_amf_value_done(&amf));
 * Between two top-level values the caller may read the shared reader, move its cursor and narrow or
 * restore its end.
 *
 * `amf` holds the reference tables: use one for each message, whatever its number of values
 * (observed: the AMF3 tables span the whole message, SharedObject attributes and events included).
 * Sources: Adobe AMF0 and AMF3 texts; deviations are marked "observed" in amf0.c and amf3.c.
 */

enum rtmp_amf_kind {
    /* Leaves. */
    RTMP_AMF_NUMBER,   /* value.number: AMF0 number, AMF3 double, item of vector<double> */
    RTMP_AMF_INTEGER,  /* value.integer: AMF3 integer (29 bits, signed), item of vector<int> */
    RTMP_AMF_UNSIGNED, /* value.unsigned_integer: item of vector<uint> */
    RTMP_AMF_BOOLEAN,  /* value.boolean */
    RTMP_AMF_STRING,   /* text: also long strings, and AMF3 strings by reference (is_reference) */
    RTMP_AMF_DATE,     /* value.milliseconds, timezone */
    RTMP_AMF_XML,      /* text */
    RTMP_AMF_BYTES,    /* payload: the ByteArray's bytes */
    RTMP_AMF_NULL,
    RTMP_AMF_UNDEFINED,
    RTMP_AMF_UNSUPPORTED, /* AMF0 0x04, 0x0D, 0x0E: marker only */
    RTMP_AMF_REFERENCE,   /* an object reference: `reference`; target when it resolves */

    /* Containers; their content follows one level deeper up to the matching END. */
    RTMP_AMF_OBJECT,       /* AMF0 object, typed object; AMF3 object: text = class name */
    RTMP_AMF_ECMA_ARRAY,   /* AMF0: count as declared */
    RTMP_AMF_STRICT_ARRAY, /* AMF0: count */
    RTMP_AMF_ARRAY,        /* AMF3 array: count = dense part; KEYs first, then the dense items */
    RTMP_AMF_VECTOR,       /* AMF3 vectors: count; text = class name of vector<object> */
    RTMP_AMF_DICTIONARY,   /* AMF3: count; items alternate key value (is_dictionary_key), value */

    RTMP_AMF_END, /* end of a container, at the container's depth; whole = its terminator,
                     empty when it has none */

    /* Parts. */
    RTMP_AMF_KEY, /* property name: text. whole is empty for a sealed member, whose name is part of
                     the traits, and for a member of DSA / DSC / DSK, whose name is not in the
                     message but in `name` */
    RTMP_AMF_KEYS_END,    /* AMF3 array: the empty key between its KEYs and its dense items */
    RTMP_AMF_MEMBER_NAME, /* a sealed member's name inside inline traits */
    RTMP_AMF_AVMPLUS,     /* the AMF0 marker 0x11; the AMF3 value follows at the same depth */
    RTMP_AMF_EXTERNALIZABLE_FLAGS, /* flag byte(s) of DSA / DSC / DSK bodies */
};

/*
 * One event. Spans are positions in the reader. The `whole` ranges of a value's events tile its
 * bytes exactly once, in order. `head` is marker, lengths and counts; `payload` what they announce
 * (the bytes of a number or string); whole = head + payload. `text` is the characters: in the
 * payload, or earlier in the message when they came by reference.
 */
struct rtmp_amf_event {
    enum rtmp_amf_kind kind;
    uint8_t version;   /* 0 or 3: which `marker` this is */
    uint8_t marker;    /* marker byte of a value; 0 where the wire has none */
    bool has_marker;   /* false for KEY, MEMBER_NAME, END, flags, items of number vectors */
    uint8_t depth;     /* 0: top level. A KEY has the depth of the value it names */
    bool is_reference; /* text or traits or object came by reference: `reference` is the index */
    bool is_dynamic;   /* OBJECT, AMF3 */
    bool is_externalizable;
    bool is_fixed;            /* VECTOR: fixed length; DICTIONARY: weak keys */
    bool is_dictionary_key;   /* this value is the key of a DICTIONARY entry */
    bool traits_by_reference; /* OBJECT, AMF3: `reference` is the traits index */
    uint8_t target_marker;    /* REFERENCE: marker of the referenced value */
    int16_t timezone;         /* DATE, AMF0: minutes, should be 0 (specified) */
    uint32_t reference;
    uint32_t count;         /* declared items; sealed members for an AMF3 object */
    enum rtmp_error remark; /* RTMP_OK or a remark (1..99) about this event */
    struct rtmp_span whole, head, payload, text;
    const char *name;        /* KEY: in place of text, or NULL; static storage */
    struct rtmp_span target; /* REFERENCE: the referenced value's marker (len 0: unresolved) */
    union {
        double number;
        int32_t integer;
        uint32_t unsigned_integer;
        bool boolean;
        double milliseconds; /* DATE: since 1970-01-01 UTC */
    } value;
};

/* A leaf value. whole: its bytes; text: its characters, in AMF3 possibly elsewhere in the body. */
struct rtmp_amf_leaf {
    bool present; /* false: nothing else is set */
    enum rtmp_amf_kind kind;
    double number; /* NUMBER; INTEGER too, as a number; BOOLEAN: 0 or 1 */
    struct rtmp_span whole, text;
};

/* One open container; level 0 is the message's top. Private to amf*.c. */
struct rtmp_amf_level {
    uint8_t state;    /* enum amf_state of amf_level.h: what comes next */
    uint8_t after;    /* the state to return to after an AVMPLUS value */
    uint8_t sections; /* externalizable message: flag sections left */
    bool dynamic;     /* AMF3 object: keys follow the sealed members */
    uint32_t left;    /* counted items left */
    union {
        uint32_t count; /* declared count */
        uint32_t flags; /* externalizable message: members left */
    };
    union {
        uint32_t done;       /* AMF0: entries seen */
        uint32_t names;      /* AMF3: position of the next sealed member's name; while the inline
                                traits are read, of the first one */
        uint32_t flex_class; /* externalizable message */
    };
};

struct rtmp_amf_object {
    uint32_t pos; /* of the value's marker */
    uint8_t marker;
};

struct rtmp_amf_traits {
    uint32_t names; /* position of the first member name */
    uint32_t count;
    struct rtmp_span class_name;
    bool dynamic, externalizable;
};

struct rtmp_amf {
    struct rtmp_reader *reader;
    uint8_t depth;      /* open containers */
    uint32_t items;     /* events returned */
    uint32_t items_max; /* then RTMP_LIMIT_ITEMS; who has room for fewer lowers it */
    uint32_t object0_count, object3_count, string_count,
        traits_count; /* entries made; may exceed the table sizes */
    struct rtmp_amf_level level[RTMP_LIMIT_AMF_DEPTH + 1];
    struct rtmp_amf_object object0[RTMP_LIMIT_AMF_REFERENCES]; /* AMF0 reference table */
    struct rtmp_amf_object object3[RTMP_LIMIT_AMF_REFERENCES];
    struct rtmp_span string[RTMP_LIMIT_AMF_REFERENCES];
    struct rtmp_amf_traits traits[RTMP_LIMIT_AMF_TRAITS];
};

/* Begin a message. version: 0 (values start with AMF0 markers) or 3 (AMF3 markers). Constant
 * time: only the counts of the tables are reset. */
void rtmp_amf_init(struct rtmp_amf *amf, struct rtmp_reader *reader, uint8_t version);

/*
 * The next event: of the open value, or the first of the next top-level value. False: no byte is
 * left and no value is open (reader ok), or the reader holds an error; its cursor is then behind
 * the last event returned, and the bytes from there on are undecoded.
 */
bool rtmp_amf_next(struct rtmp_amf *amf, struct rtmp_amf_event *event);

/* No container is open and no AVMPLUS prefix waits for its value: a top-level value is complete (or
 * none has begun). */
bool rtmp_amf_value_done(const struct rtmp_amf *amf);

/* Skip one top-level value; its references enter the tables. False: it ended in an error. */
bool rtmp_amf_skip(struct rtmp_amf *amf);

/* After an error inside a value: drop the open containers, keep the tables. The caller sets
 * reader->error to RTMP_OK and reader->pos to where the next top-level value starts. */
void rtmp_amf_resume(struct rtmp_amf *amf);

/* Is it a reference without an entry? It has no value then. */
static inline bool rtmp_amf_is_unresolved(const struct rtmp_amf_event *event) {
    return event->remark == RTMP_REMARK_UNRESOLVED || event->remark == RTMP_REMARK_BEYOND_TABLE;
}

/* Is a KEY this name, of `len` characters? */
static inline bool rtmp_amf_key_is(const struct rtmp_reader *reader,
                                   const struct rtmp_amf_event *key, const char *name, size_t len) {
    return key->name ? strcmp(key->name, name) == 0 : rtmp_bytes_are(reader, key->text, name, len);
}

/* Is this kind a leaf value / a number of any size / a container's begin? */
static inline bool rtmp_amf_is_leaf(enum rtmp_amf_kind kind) {
    return kind <= RTMP_AMF_REFERENCE;
}
static inline bool rtmp_amf_is_number(enum rtmp_amf_kind kind) {
    return kind == RTMP_AMF_NUMBER || kind == RTMP_AMF_INTEGER;
}
static inline bool rtmp_amf_is_container(enum rtmp_amf_kind kind) {
    return kind >= RTMP_AMF_OBJECT && kind <= RTMP_AMF_DICTIONARY;
}

#endif
