/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_stop(const char *condition, const char *file, int line) {
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

uint8_t fuzz_u8(struct fuzz_input *input) {
    if (!input->left)
        return 0;
    input->left--;
    return *input->data++;
}

uint32_t fuzz_take(struct fuzz_input *input, uint32_t len, const uint8_t **bytes) {
    if (len > input->left)
        len = (uint32_t)input->left;
    *bytes = input->data;
    input->data += len;
    input->left -= len;
    return len;
}

uint64_t fuzz_hash(uint64_t hash, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 0x100000001B3U;
    return hash;
}

uint64_t fuzz_hash_number(uint64_t hash, uint64_t number) {
    return (hash ^ number) * 0x9E3779B97F4A7C15U + (hash >> 29);
}

void fuzz_check_inside(struct rtmp_span span, uint32_t end) {
    FUZZ_CHECK(span.pos <= end);
    FUZZ_CHECK(span.len <= end - span.pos);
}

/* Bytes of the UTF-8 character at `text`, 0 for a bad one (RFC 3629). */
static size_t character(const uint8_t *text) {
    if (text[0] >= 0x20 && text[0] < 0x7F)
        return 1;
    if (text[0] >= 0xC2 && text[0] <= 0xDF)
        return (text[1] & 0xC0) == 0x80 ? 2 : 0;
    if (text[0] >= 0xE0 && text[0] <= 0xEF) {
        uint8_t low = text[0] == 0xE0 ? 0xA0 : 0x80;
        uint8_t high = text[0] == 0xED ? 0x9F : 0xBF;
        return text[1] >= low && text[1] <= high && (text[2] & 0xC0) == 0x80 ? 3 : 0;
    }
    if (text[0] >= 0xF0 && text[0] <= 0xF4) {
        uint8_t low = text[0] == 0xF0 ? 0x90 : 0x80;
        uint8_t high = text[0] == 0xF4 ? 0x8F : 0xBF;
        bool good = text[1] >= low && text[1] <= high;
        return good && (text[2] & 0xC0) == 0x80 && (text[3] & 0xC0) == 0x80 ? 4 : 0;
    }
    return 0;
}

void fuzz_check_text(const char *text, size_t len) {
    FUZZ_CHECK(text[len] == '\0');
    for (size_t pos = 0; pos < len;) {
        size_t bytes = character((const uint8_t *)text + pos);
        FUZZ_CHECK(bytes != 0);
        pos += bytes;
    }
}
