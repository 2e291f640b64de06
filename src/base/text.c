/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rtmp_text rtmp_text_over(char *out, size_t cap) {
    out[0] = '\0';
    return (struct rtmp_text){.out = out, .cap = cap, .len = 0, .cut = false};
}

static void cut(struct rtmp_text *text) {
    if (!text->cut) {
        rtmp_text_put(text, RTMP_TEXT_ELLIPSIS, RTMP_TEXT_ELLIPSIS_LEN);
        text->cut = true;
    }
}

void rtmp_text_format(struct rtmp_text *text, const char *format, ...) {
    char line[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    rtmp_text_add(text, line);
}

/* RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF. */
size_t rtmp_text_character(const uint8_t *p, size_t left) {
    uint8_t first = p[0];
    size_t len = first < 0x80                    ? 1
                 : first >= 0xC2 && first < 0xE0 ? 2
                 : first >= 0xE0 && first < 0xF0 ? 3
                 : first >= 0xF0 && first < 0xF5 ? 4
                                                 : 0;
    if (len == 0 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((first == 0xE0 && p[1] < 0xA0) || (first == 0xED && p[1] > 0x9F) ||
        (first == 0xF0 && p[1] < 0x90) || (first == 0xF4 && p[1] > 0x8F))
        return 0;
    return len;
}

/* The code point of a well-formed sequence. */
static uint32_t code_point(const uint8_t *p, size_t len) {
    static const uint8_t first_bits[] = {0x7F, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = p[0] & first_bits[len];
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (p[i] & 0x3FU);
    return code;
}

/*
 * Characters that are not seen but change how others are, or break a line: Unicode 15.0, general
 * categories Cf (format: bidirectional controls, joiners, tags), Zl and Zp (separators of lines and
 * paragraphs), from UnicodeData.txt. In order.
 */
static const struct {
    uint32_t first, last;
} invisible[] = {
    {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},
    {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},
    {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},
    {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001},
    {0xE0020, 0xE007F},
};

static bool is_invisible(uint32_t code) {
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible && invisible[i].first <= code; i++)
        if (code <= invisible[i].last)
            return true;
    return false;
}

/* Eight bytes of printable ASCII: in each the high bit is clear, 0x60 more sets it (0x20 and
 * above), 1 more does not (not 0x7F). No sum carries into its neighbour. */
static bool is_plain8(const uint8_t *bytes) {
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    uint64_t low = x & 0x7F7F7F7F7F7F7F7FU;
    uint64_t printable = low + 0x6060606060606060U;
    uint64_t deleted = low + 0x0101010101010101U;
    return ((x | ~printable | deleted) & 0x8080808080808080U) == 0;
}

/* Put the printable ASCII that the bytes begin with and that fits: nearly all text is just that.
 * Returns its length. */
static size_t put_plain(struct rtmp_text *text, const uint8_t *bytes, size_t len, size_t room) {
    size_t space = text->cap - text->len - RTMP_TEXT_ELLIPSIS_LEN - 1;
    size_t most = len < room ? len : room;
    if (space < most)
        most = space;
    char *out = text->out + text->len;
    size_t plain = 0;
    for (; plain + 8 <= most && is_plain8(bytes + plain); plain += 8)
        memcpy(out + plain, bytes + plain, 8);
    if (most >= 8 && plain + 8 > most && is_plain8(bytes + most - 8)) {
        memcpy(out + most - 8, bytes + most - 8, 8); /* the last 8 overlap those before */
        plain = most;
    }
    for (; plain < most && bytes[plain] >= 0x20 && bytes[plain] < 0x7F; plain++)
        out[plain] = (char)bytes[plain];
    out[plain] = '\0';
    text->len += plain;
    return plain;
}

/* Nothing of it is hidden. False: it was cut. */
static bool add_wire(struct rtmp_text *text, const uint8_t *bytes, size_t len, size_t limit) {
    size_t start = text->len;
    for (size_t i = 0; i < len && !text->cut;) {
        i += put_plain(text, bytes + i, len - i, limit ? limit - (text->len - start) : SIZE_MAX);
        if (i == len)
            return true;
        char picture[4] = "\xE2\x90\x80";
        char escape[16];
        const char *piece = (const char *)bytes + i;
        size_t used = rtmp_text_character(bytes + i, len - i);
        size_t piece_len = used;
        bool is_c1 = used == 2 && bytes[i] == 0xC2 && bytes[i + 1] < 0xA0;
        if (used == 0 || is_c1) {
            piece = "\xEF\xBF\xBD";
            piece_len = 3;
            used = is_c1 ? 2 : 1;
        } else if (used > 1 && is_invisible(code_point(bytes + i, used))) {
            piece_len = (size_t)snprintf(escape, sizeof escape, "<U+%04X>",
                                         (unsigned)code_point(bytes + i, used));
            piece = escape;
        } else if (used == 1 && (bytes[i] < 0x20 || bytes[i] == 0x7F)) {
            picture[2] = (char)(bytes[i] == 0x7F ? 0xA1 : 0x80 + bytes[i]);
            piece = picture;
            piece_len = 3;
        }
        if ((limit && text->len - start + piece_len > limit) || !rtmp_text_fits(text, piece_len)) {
            if (limit && rtmp_text_fits(text, RTMP_TEXT_ELLIPSIS_LEN)) {
                rtmp_text_put(text, RTMP_TEXT_ELLIPSIS, RTMP_TEXT_ELLIPSIS_LEN);
                return false;
            }
            cut(text);
            return false;
        }
        rtmp_text_put(text, piece, piece_len);
        i += used;
    }
    return !text->cut;
}

/* A part of a text that began at `start`. False: it was cut. */
static bool add_part(struct rtmp_text *text, const uint8_t *bytes, size_t len, size_t start,
                     size_t limit) {
    size_t used = text->len - start;
    if (len == 0)
        return true;
    if (limit && used >= limit) {
        rtmp_text_add(text, RTMP_TEXT_ELLIPSIS);
        return false;
    }
    return add_wire(text, bytes, len, limit ? limit - used : 0);
}

void rtmp_text_wire(struct rtmp_text *text, const uint8_t *bytes, size_t len, size_t limit) {
    struct rtmp_mask_walk walk = {.mask = text->mask, .bytes = bytes, .len = len};
    size_t start = text->len;
    size_t pos = 0;
    size_t from, to;
    if (len == 0)
        return;
    /* Of a long text that is shown many times little is shown. */
    while (walk.mask && (walk.until = pos + (text->cap - text->len)) &&
           rtmp_mask_next(&walk, &from, &to)) {
        char word[RTMP_MASK_WORD_SIZE];
        rtmp_mask_word(walk.mask, bytes + from, to - from, word);
        if (!add_part(text, bytes + pos, from - pos, start, limit) ||
            !add_part(text, (const uint8_t *)word, strlen(word), start, limit))
            return;
        pos = to;
    }
    (void)add_part(text, bytes + pos, len - pos, start, limit);
}

void rtmp_text_unsigned(struct rtmp_text *text, uint64_t value) {
    char line[20];
    char *end = line + sizeof line;
    char *first = end;
    do {
        *--first = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    rtmp_text_add_len(text, first, (size_t)(end - first));
}

/* The point and the last `decimals` of some digits. */
static void add_decimals(struct rtmp_text *text, uint64_t digits, unsigned decimals) {
    char line[24] = ".";
    for (unsigned i = decimals; i > 0; i--, digits /= 10)
        line[i] = (char)('0' + digits % 10);
    rtmp_text_add_len(text, line, decimals + 1);
}

/* A number of `decimals` places, given by its digits. */
static void put_fixed(struct rtmp_text *text, bool negative, uint64_t digits, unsigned decimals) {
    enum { MOST_DIGITS = 19 }; /* of a number of 64 bits */
    uint64_t power = 1;
    for (unsigned i = 0; i < decimals && i < MOST_DIGITS; i++)
        power *= 10;
    if (negative)
        rtmp_text_add(text, "-");
    rtmp_text_unsigned(text, decimals > MOST_DIGITS ? 0 : digits / power);
    if (decimals)
        add_decimals(text, digits, decimals);
}

/*
 * The shortest decimal of up to fifteen digits without an exponent that reads back as `value`: most
 * numbers have one. A search with printf and strtod costs a hundred times as much. The rounded
 * product is the only candidate for a number of decimals: it is off by less than a half. False:
 * more digits are needed.
 */
static bool add_fixed(struct rtmp_text *text, double value) {
    double power = 1; /* exact up to 1e22 */
    for (unsigned decimals = 0; fabs(value) * power < 1e15; decimals++, power *= 10) {
        uint64_t digits = (uint64_t)(fabs(value) * power + 0.5);
        if ((double)digits / power != fabs(value))
            continue;
        put_fixed(text, value < 0, digits, decimals);
        return true;
    }
    return false;
}

/* A double: bits * 2^exponent, of 53 bits. */
struct binary {
    uint64_t bits;
    int exponent;
};

/*
 * The nearest digits to a number with `decimals` places. It is bits * 5^decimals * 2^-shift: exact
 * in 102 bits. False: they do not read back as the number, which they do if they are less than half
 * of the way to the next double away.
 */
static bool nearest_digits(struct binary number, unsigned decimals, uint64_t *digits) {
    const uint64_t low_half = UINT32_MAX;
    unsigned shift = (unsigned)-(number.exponent + (int)decimals);
    uint64_t power = 1;
    for (unsigned i = 0; i < decimals; i++)
        power *= 5;
    uint64_t low = (number.bits & low_half) * (power & low_half);
    uint64_t middle = (number.bits >> 32) * (power & low_half) +
                      (number.bits & low_half) * (power >> 32) + (low >> 32);
    uint64_t high = (number.bits >> 32) * (power >> 32) + (middle >> 32);
    low = middle << 32 | (low & low_half);
    uint64_t below = high << (64 - shift) | low >> shift;
    uint64_t distance = low & ((UINT64_C(1) << shift) - 1);
    uint64_t midpoint = UINT64_C(1) << (shift - 1);
    bool up = distance > midpoint || (distance == midpoint && (below & 1));
    *digits = below + up;
    return (up ? (UINT64_C(1) << shift) - distance : distance) * 2 < power;
}

/* The same of 16 digits, or of 17, which always read back, of values from 1e-4 up to 1e15 that need
 * so many. False: it is a power of two, to which the next lower double is nearer. */
static bool add_long_fixed(struct rtmp_text *text, double value) {
    double magnitude = fabs(value);
    uint64_t least = UINT64_C(1000000000000000); /* of 16 digits */
    unsigned decimals = 1;
    double power = 1e14;
    while (magnitude < power) {
        decimals++;
        power /= 10;
    }
    struct binary number;
    double mantissa = frexp(magnitude, &number.exponent);
    number.bits = (uint64_t)ldexp(mantissa, DBL_MANT_DIG);
    number.exponent -= DBL_MANT_DIG;
    uint64_t digits;
    if (mantissa == 0.5)
        return false;
    if (!nearest_digits(number, decimals, &digits)) {
        least *= 10;
        (void)nearest_digits(number, ++decimals, &digits);
    }
    if (digits < least || digits / 10 >= least)
        return false;
    put_fixed(text, value < 0, digits, decimals);
    return true;
}

void rtmp_text_number(struct rtmp_text *text, double value) {
    if (isnan(value)) {
        rtmp_text_add(text, "NaN");
        return;
    }
    if (isinf(value)) {
        rtmp_text_add(text, value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    bool fixed = value == 0 ? !signbit(value) : fabs(value) >= 1e-4 && fabs(value) < 1e15;
    if (fixed && (add_fixed(text, value) || add_long_fixed(text, value)))
        return;
    char line[40];
    /* Fifteen digits always survive the conversion, but for subnormal numbers, which have fewer.
     * For fixed ones add_fixed() has tried them. */
    int precision = fixed ? 16 : 15;
    if (fabs(value) < DBL_MIN)
        precision = 1;
    for (; precision <= 17; precision++) {
        (void)snprintf(line, sizeof line, "%.*g", precision, value);
        if (strtod(line, NULL) == value)
            break;
    }
    /* printf follows the user's locale; the text must not. */
    char *comma = strchr(line, ',');
    if (comma)
        *comma = '.';
    rtmp_text_add(text, line);
}

void rtmp_text_size(struct rtmp_text *text, uint64_t bytes) {
    if (bytes < 1000) {
        rtmp_text_unsigned(text, bytes);
        rtmp_text_add(text, " B");
        return;
    }
    /* Integers: a summary line is made for every media message. */
    bool mega = bytes >= 999950;
    uint64_t unit = mega ? 1000000 : 1000;
    uint64_t tenths = (bytes + unit / 20) / (unit / 10);
    rtmp_text_unsigned(text, tenths / 10);
    rtmp_text_add(text, ".");
    rtmp_text_unsigned(text, tenths % 10);
    rtmp_text_add(text, mega ? " MB" : " kB");
}
