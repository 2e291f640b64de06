/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_TEXT_H
#define RTMP_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mask.h"

/*
 * A bounded text that is always valid, NUL-terminated UTF-8, whatever is appended to it.
 *
 * `out` holds `cap` bytes (cap >= 4) and is owned by the caller. What does not fit is cut at a
 * character boundary and `cut` is set; the text then ends in U+2026 (ellipsis).
 */
struct rtmp_text {
    char *out;
    size_t cap;
    size_t len;
    const struct rtmp_mask *mask; /* what rtmp_text_wire() hides; NULL: nothing */
    bool cut;
};

/* An empty text over `out`. */
struct rtmp_text rtmp_text_over(char *out, size_t cap);

/* The same, in which secrets of the wire are hidden. */
static inline struct rtmp_text rtmp_text_masked(char *out, size_t cap,
                                                const struct rtmp_mask *mask) {
    struct rtmp_text text = rtmp_text_over(out, cap);
    text.mask = mask;
    return text;
}

/*
 * Append bytes from the wire as text: bad UTF-8 and the C1 controls (a terminal would obey them)
 * become U+FFFD, the other control characters (NUL included) their U+2400 pictures, and invisible
 * characters, which reorder or split what is shown, their number: `<U+202E>`. So a line stays a
 * line and shows all that is in it. A byte becomes at most RTMP_TEXT_WIRE_GROWTH bytes. At most
 * `limit` bytes are appended (0: only the capacity bounds), then an ellipsis.
 */
#define RTMP_TEXT_WIRE_GROWTH 4U
void rtmp_text_wire(struct rtmp_text *text, const uint8_t *bytes, size_t len, size_t limit);

/* Length of the character that begins at `p`, with `left` bytes, 0: it is not UTF-8. */
size_t rtmp_text_character(const uint8_t *p, size_t left);

/* Room is always left for the ellipsis and the terminator, so that cutting never needs to go back.
 */
#define RTMP_TEXT_ELLIPSIS     "\xE2\x80\xA6"
#define RTMP_TEXT_ELLIPSIS_LEN 3U

static inline bool rtmp_text_fits(const struct rtmp_text *text, size_t len) {
    return !text->cut && len + RTMP_TEXT_ELLIPSIS_LEN + 1 <= text->cap - text->len;
}

/* Append bytes for which there is room. */
static inline void rtmp_text_put(struct rtmp_text *text, const char *bytes, size_t len) {
    memcpy(text->out + text->len, bytes, len);
    text->len += len;
    text->out[text->len] = '\0';
}

/* Append `len` bytes of text that is known to be good. Inline, as lines are made of many short
 * ones. */
static inline void rtmp_text_add_len(struct rtmp_text *text, const char *string, size_t len) {
    if (rtmp_text_fits(text, len))
        rtmp_text_put(text, string, len);
    else
        rtmp_text_wire(text, (const uint8_t *)string, len, 0);
}

/* Append a C string that is known to be good; inline: of a literal the compiler knows the length.
 */
static inline void rtmp_text_add(struct rtmp_text *text, const char *string) {
    rtmp_text_add_len(text, string, strlen(string));
}

/* Take back what stands behind its first `len` bytes; they end at a character boundary, and nothing
 * was cut. */
static inline void rtmp_text_shorten(struct rtmp_text *text, size_t len) {
    text->len = len;
    text->out[len] = '\0';
}

/* Append formatted text (ASCII or good UTF-8). */
void rtmp_text_format(struct rtmp_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Append a decimal number. */
void rtmp_text_unsigned(struct rtmp_text *text, uint64_t value);

/* Append the shortest decimal that reads back as the same double; integers without a point. */
void rtmp_text_number(struct rtmp_text *text, double value);

/* Append a size in bytes for a person: `812 B`, `4.1 kB`, `1.3 MB` (powers of 1000). */
void rtmp_text_size(struct rtmp_text *text, uint64_t bytes);

#endif
