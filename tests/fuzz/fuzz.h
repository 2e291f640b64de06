/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * What the fuzz targets share. A target reads any bytes, and stops the program when something that
 * must hold for any input does not. With libFuzzer (cmake -DRTMPX_FUZZ=ON) they are searched for,
 * in every other build replay.c runs the files of the corpus.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the program unless the condition holds. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_stop(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_stop(const char *condition, const char *file, int line);

/* The input as a supply of numbers that decide what the target does; zeros behind its end. */
struct fuzz_input {
    const uint8_t *data;
    size_t left;
};
uint8_t fuzz_u8(struct fuzz_input *input);
/* Up to `len` bytes; returns how many there are and where. */
uint32_t fuzz_take(struct fuzz_input *input, uint32_t len, const uint8_t **bytes);

/* An order-dependent checksum, to compare runs. Reads every byte. */
#define FUZZ_HASH_START 0xCBF29CE484222325U
uint64_t fuzz_hash(uint64_t hash, const void *bytes, size_t len);
uint64_t fuzz_hash_number(uint64_t hash, uint64_t number);

/* Stops unless the span lies inside `end` bytes. */
void fuzz_check_inside(struct rtmp_span span, uint32_t end);

/* Stops unless `text` is valid UTF-8 of `len` bytes with a NUL behind and no control character. */
void fuzz_check_text(const char *text, size_t len);

#endif
