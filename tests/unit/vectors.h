/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

/*
 * Test vectors: JSON lines, one object a line with `name`, `kind`, `hex`, `meaning`, `source`.
 * The files are tests/vectors/KIND.jsonl and, where it exists, the larger set of the same layout
 * below RTMPX_SHARED_DIR (CMake); a name that stands in both counts once.
 */
struct vector {
    const char *name;
    const cJSON *json;    /* the whole line */
    const cJSON *meaning; /* its `meaning` */
    const uint8_t *bytes; /* `hex` decoded, against a guard page; NULL when `hex` is no string */
    size_t len;
};

/* Checks one vector with cmocka's assertions. The vector lives for the time of the call. */
typedef void (*vector_check)(const struct vector *vector);

/* Run every vector of `kind` ("amf0") as a cmocka case of its own, named after the vector.
 * Returns the number of failures; no vector at all is a failure. */
int run_vectors(const char *kind, vector_check check);

/* A copy of `len` bytes whose last byte stands directly before an inaccessible page, so that
 * reading one byte too far faults. Never NULL (also for len 0). Free with guarded_free. */
uint8_t *guarded_copy(const void *bytes, size_t len);
void guarded_free(uint8_t *copy, size_t len);

/*
 * The mutants of some bytes, one byte changed in each: every bit flipped, every byte 00, 7F, 80,
 * FF. for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);)
 */
struct mutants {
    uint8_t *bytes; /* this mutant, against a guard page */
    size_t len;
    size_t offset;    /* of the byte that is changed */
    uint8_t original; /* what it was; a mutant may be equal to it */
    unsigned next;    /* counts them */
};

struct mutants mutants_of(const void *bytes, size_t len);

/* Make the next one, in the place of the last. False: that was all, and the bytes are freed. */
bool next_mutant(struct mutants *mutants);

/* Hex digits (blanks allowed between bytes) as a guarded copy; *len gets the number of bytes.
 * Aborts the program on anything that is not hex: the test itself is then wrong. */
uint8_t *guarded_hex(const char *hex, size_t *len);

#endif
