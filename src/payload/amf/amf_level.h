/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AMF_AMF_LEVEL_H
#define RTMP_PAYLOAD_AMF_AMF_LEVEL_H

/* Shared by amf_decoder.c, amf0.c and amf3*.c only: the state machine of open containers. */

#include "payload/amf/amf.h"

/* What comes next at a level. */
enum amf_state {
    AMF0_TOP,   /* top-level values that start with AMF0 markers */
    AMF0_KEY,   /* object, ECMA array: a key or the terminator */
    AMF0_VALUE, /* ... the value of that key */
    AMF0_ITEMS, /* strict array: `left` values */

    AMF3_TOP,     /* top-level values that start with AMF3 markers; first of the AMF3 states */
    AMF3_AVMPLUS, /* the value after the AMF0 marker 0x11 */
    AMF3_MEMBER_NAMES,
    AMF3_SEALED_KEY,
    AMF3_SEALED_VALUE,
    AMF3_DYNAMIC_KEY,
    AMF3_DYNAMIC_VALUE,
    AMF3_ARRAY_KEY,
    AMF3_ARRAY_VALUE,
    AMF3_ITEMS, /* dense part, vector of objects, externalizable's values: `left` values */
    AMF3_INTS,
    AMF3_UINTS,
    AMF3_DOUBLES,
    AMF3_ENTRIES, /* dictionary: `left` values, alternating key and value */
    AMF3_MESSAGE, /* externalizable message: flags, or the name of a member */
    AMF3_MESSAGE_VALUE,
    AMF3_UNKNOWN_CLASS,
    AMF3_UNKNOWN_TRAITS,
    AMF3_TRAITS_BEYOND_LIMIT,
};

/*
 * Read the next event from `r`, the message's reader without an error. There are bytes left or an
 * open container; the event is blank. False: an error, the cursor has not moved.
 */
bool rtmp_amf0_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event);
bool rtmp_amf3_event(struct rtmp_amf *amf, struct rtmp_reader *r, struct rtmp_amf_event *event);

/*
 * amf3_external.c: begin the content of an externalizable object, whose level was opened. The next
 * state is AMF3_ITEMS, AMF3_MESSAGE or AMF3_UNKNOWN_CLASS.
 */
void amf3_external_begin(const struct rtmp_reader *r, struct rtmp_amf_level *level,
                         struct rtmp_span class_name);

/* The next of an AMF3_MESSAGE: its end, a value without a name, or the event that was set. */
enum amf3_external { AMF3_EXTERNAL_END, AMF3_EXTERNAL_VALUE, AMF3_EXTERNAL_PART };
enum amf3_external amf3_external_part(struct rtmp_amf_level *level, struct rtmp_reader *r,
                                      struct rtmp_amf_event *event);

static inline struct rtmp_amf_level *amf_level(struct rtmp_amf *amf) {
    return &amf->level[amf->depth];
}

static inline void amf_blank(struct rtmp_amf_event *event, uint8_t depth) {
    *event = (struct rtmp_amf_event){.depth = depth};
}

/* End an event that began at `start`; after an error the cursor returns there. */
static inline bool amf_finish(struct rtmp_reader *r, uint32_t start) {
    if (rtmp_ok(r))
        return true;
    r->pos = start;
    return false;
}

/* The marker 0x11 was read: one AMF3 value follows, then the state continues as before. */
static inline void amf_expect_avmplus(struct rtmp_amf *amf) {
    struct rtmp_amf_level *level = amf_level(amf);
    level->after = level->state;
    level->state = AMF3_AVMPLUS;
}

/* Open a container whose marker is at `start`. NULL: too deep, the error is set. */
static inline struct rtmp_amf_level *amf_open(struct rtmp_amf *amf, struct rtmp_reader *r,
                                              uint32_t start, enum amf_state state,
                                              uint32_t count) {
    if (amf->depth >= RTMP_LIMIT_AMF_DEPTH) {
        rtmp_fail_at(r, RTMP_LIMIT_DEPTH, start);
        return NULL;
    }
    amf->depth++;
    struct rtmp_amf_level *level = amf_level(amf);
    *level = (struct rtmp_amf_level){.state = (uint8_t)state, .left = count, .count = count};
    return level;
}

/* A value or key: marker and lengths from `start` to `payload.pos`, then the payload. */
static inline void amf_ranges(struct rtmp_amf_event *event, uint32_t start,
                              struct rtmp_span payload) {
    event->head = rtmp_span_of(start, payload.pos - start);
    event->payload = payload;
    event->whole = rtmp_span_of(start, rtmp_span_end(payload) - start);
}

/* The remark on a reference without an entry: the message made `count` entries so far, and the
 * table holds only the first ones of them. */
static inline enum rtmp_error amf_unresolved(uint32_t index, uint32_t count) {
    return index < count ? RTMP_REMARK_BEYOND_TABLE : RTMP_REMARK_UNRESOLVED;
}

/* ECMAScript's dates reach 100,000,000 days to either side of 1970 (ECMA-262). NaN is none. */
static inline void amf_check_date(struct rtmp_amf_event *event) {
    double milliseconds = event->value.milliseconds;
    if (!(milliseconds >= -8.64e15 && milliseconds <= 8.64e15))
        event->remark = RTMP_REMARK_DATE;
}

/* Close the open container; its terminator is the bytes from `start` to the cursor. */
static inline void amf_close(struct rtmp_amf *amf, const struct rtmp_reader *r, uint32_t start,
                             struct rtmp_amf_event *event) {
    amf->depth--;
    event->kind = RTMP_AMF_END;
    event->depth = amf->depth;
    amf_ranges(event, start, rtmp_span_of(r->pos, 0));
}

#endif
