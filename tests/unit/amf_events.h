/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_AMF_EVENTS_H
#define TESTS_UNIT_AMF_EVENTS_H

#include "payload/amf/amf.h"
#include "vectors.h"

/* All events of some bytes, and the final state of the reader. */
struct amf_run {
    struct rtmp_amf_event *events;
    size_t count;
    struct rtmp_reader reader;
    uint8_t *copy; /* guarded, when the run owns its bytes */
    size_t len;
};

/*
 * Decode `bytes` to the end or the first error. Asserts for any input: ranges tile the bytes from 0
 * to reader.pos, head and payload make up the whole, text is inside the input, depth is balanced
 * and bounded, the number of events is bounded by the bytes.
 */
struct amf_run amf_run_bytes(const uint8_t *bytes, size_t len, uint8_t version);
struct amf_run amf_run_hex(const char *hex, uint8_t version);
void amf_run_free(struct amf_run *run);

/* The text of an event of this run equals `text`. */
void assert_event_text(const struct amf_run *run, const struct rtmp_amf_event *event,
                       const char *text);

/* The kinds of the run's events, in order, are these (the last argument is -1). */
void assert_event_kinds(const struct amf_run *run, ...);

/* The vector's events have its `meaning`; every prefix and every mutation is read without a
 * fault. */
void check_amf_vector(const struct vector *vector, uint8_t version);

#endif
