/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_WIRE_RECORD_H
#define TESTS_UNIT_WIRE_RECORD_H

#include "wire/dechunk.h"

/* A sink that writes down what the wire layer reports, to be compared. */

struct recorded_message {
    struct rtmp_message message;
    uint32_t chunks, missing, available;
    uint16_t flags; /* those that hold for a message: AMBIGUOUS, UNCERTAIN */
    uint8_t *body;
};

struct recorder {
    struct recorded_message *messages;
    size_t count;
    size_t notes[RTMP_NOTE_MEMORY + 1]; /* by kind */
    uint64_t covered;                   /* bytes of all parts */
    uint64_t last_end;                  /* parts come in order and do not overlap */
    size_t live;                        /* allocations of the direction that are not freed */
    long fail_at;                       /* the n-th allocation fails; < 0: none */
    bool fail_on;                       /* ... and all that follow */
    long allocations;
};

struct rtmp_sink recorder_sink(struct recorder *recorder);
struct rtmp_memory recorder_memory(struct recorder *recorder);
void recorder_clear(struct recorder *recorder);

/* Assert that both hold the same messages from index `from_a` / `from_b` on. */
void assert_same_messages(const struct recorder *a, size_t from_a, const struct recorder *b,
                          size_t from_b);

#endif
