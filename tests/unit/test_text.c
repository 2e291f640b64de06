/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ELLIPSIS    "\xE2\x80\xA6"
#define REPLACEMENT "\xEF\xBF\xBD"

static void assert_wire(const char *bytes, size_t len, const char *expected) {
    char out[256];
    uint8_t *copy = guarded_copy(bytes, len);
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_wire(&text, copy, len, 0);
    assert_string_equal(text.out, expected);
    assert_int_equal(text.len, strlen(expected));
    assert_false(text.cut);
    guarded_free(copy, len);
}

static void good_utf8_stays(void **state) {
    (void)state;
    assert_wire("", 0, "");
    assert_wire("live", 4, "live");
    assert_wire("h\xC3\xA9", 3, "h\xC3\xA9");
    assert_wire("\xE4\xB8\x96", 3, "\xE4\xB8\x96");
    assert_wire("\xF0\x9F\x98\x80", 4, "\xF0\x9F\x98\x80");
    assert_wire("\xED\x9F\xBF\xEE\x80\x80", 6, "\xED\x9F\xBF\xEE\x80\x80");
    assert_wire("\xF4\x8F\xBF\xBF", 4, "\xF4\x8F\xBF\xBF");
}

static void bad_utf8_is_replaced_byte_by_byte(void **state) {
    (void)state;
    assert_wire("\xC0\x80", 2, REPLACEMENT REPLACEMENT);
    assert_wire("\xED\xA0\x80", 3, REPLACEMENT REPLACEMENT REPLACEMENT);
    assert_wire("\xE0\x9F\xBF", 3, REPLACEMENT REPLACEMENT REPLACEMENT);
    assert_wire("\xF0\x8F\xBF\xBF", 4, REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT);
    assert_wire("\xF4\x90\x80\x80", 4, REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT);
    assert_wire("\xF5", 1, REPLACEMENT);
    assert_wire("a\xFF"
                "b",
                3, "a" REPLACEMENT "b");
    assert_wire("\x80", 1, REPLACEMENT);
    /* Cut off at the end. */
    assert_wire("\xE4\xB8", 2, REPLACEMENT REPLACEMENT);
    assert_wire("\xC3", 1, REPLACEMENT);
    assert_wire("\xC3"
                "a",
                2, REPLACEMENT "a");
}

static void invisible_characters_become_their_number(void **state) {
    (void)state;
    assert_wire("a\xE2\x80\xAEgpj.exe", 11, "a<U+202E>gpj.exe");
    assert_wire("\xC2\xAD", 2, "<U+00AD>");
    assert_wire("\xE2\x80\x8B\xE2\x80\x8D\xE2\x80\x8F", 9, "<U+200B><U+200D><U+200F>");
    assert_wire("\xE2\x80\xA8\xE2\x80\xA9", 6, "<U+2028><U+2029>");
    assert_wire("\xE2\x81\xA6\xE2\x81\xAF", 6, "<U+2066><U+206F>");
    assert_wire("\xEF\xBB\xBF", 3, "<U+FEFF>");
    assert_wire("\xF3\xA0\x80\x81\xF3\xA0\x81\xBF", 8, "<U+E0001><U+E007F>");
    /* Their neighbours stay. */
    assert_wire("\xC2\xAC\xC2\xAE\xE2\x80\x8A\xE2\x80\x90\xE2\x80\xAF", 13,
                "\xC2\xAC\xC2\xAE\xE2\x80\x8A\xE2\x80\x90\xE2\x80\xAF");
}

/* All of a text fits in what a caller makes room for. */
static void a_byte_grows_to_at_most_four(void **state) {
    (void)state;
    char out[20 * RTMP_TEXT_WIRE_GROWTH + 8];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    for (unsigned i = 0; i < 10; i++)
        rtmp_text_wire(&text, (const uint8_t *)"\xC2\xAD", 2, 0);
    assert_false(text.cut);
    assert_int_equal(text.len, 80);
}

static void control_characters_become_pictures(void **state) {
    (void)state;
    assert_wire("a\0b", 3,
                "a\xE2\x90\x80"
                "b");
    assert_wire("\n\x1F\x7F", 3, "\xE2\x90\x8A\xE2\x90\x9F\xE2\x90\xA1");
}

/* U+009B is what ESC [ is in one character: a line on a terminal must not move its cursor. */
static void c1_controls_are_replaced(void **state) {
    (void)state;
    assert_wire("\xC2\x80\xC2\x9B"
                "2J\xC2\x9F",
                8, REPLACEMENT REPLACEMENT "2J" REPLACEMENT);
    assert_wire("\xC2\xA0\xC3\x80", 4, "\xC2\xA0\xC3\x80");
}

/* Runs of plain text are copied eight bytes at a time: any byte anywhere among them. */
static void every_byte_in_a_run(void **state) {
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < 16; at++) {
            char bytes[] = "abcdefghijklmnop";
            char one[8];
            char expected[64];
            struct rtmp_text text = rtmp_text_over(one, sizeof one);
            bytes[at] = (char)byte;
            rtmp_text_wire(&text, (const uint8_t *)bytes + at, 1, 0);
            (void)snprintf(expected, sizeof expected, "%.*s%s%s", (int)at, bytes, one,
                           &"abcdefghijklmnop"[at + 1]);
            assert_wire(bytes, 16, expected);
        }
}

static void what_does_not_fit_is_cut_at_a_character(void **state) {
    (void)state;
    for (size_t cap = 4; cap < 24; cap++) {
        char out[32];
        memset(out, 'X', sizeof out);
        struct rtmp_text text = rtmp_text_over(out, cap);
        rtmp_text_wire(&text, (const uint8_t *)"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 10, 0);
        assert_true(text.len < cap);
        assert_int_equal(out[text.len], '\0');
        assert_int_equal(out[cap], 'X');
        assert_int_equal(text.cut, cap < 14);
        if (text.cut) {
            assert_string_equal(out + text.len - 3, ELLIPSIS);
            assert_int_equal((text.len - 3) % 2, 0);
        }
        /* Nothing comes behind an ellipsis. */
        size_t len = text.len;
        bool cut = text.cut;
        rtmp_text_add(&text, "more");
        assert_true(!cut || text.len == len);
        assert_true(text.len < cap);
    }
}

static void a_limit_cuts_one_piece_only(void **state) {
    (void)state;
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_add(&text, "\"");
    rtmp_text_wire(&text, (const uint8_t *)"abcdef", 6, 4);
    rtmp_text_add(&text, "\"");
    assert_string_equal(out, "\"abcd" ELLIPSIS "\"");
    text = rtmp_text_over(out, sizeof out);
    rtmp_text_wire(&text, (const uint8_t *)"abcd", 4, 4);
    assert_string_equal(out, "abcd");
}

static void format_is_bounded(void **state) {
    (void)state;
    char out[16];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_format(&text, "%u of %u", 1U, 2U);
    assert_string_equal(out, "1 of 2");
    rtmp_text_format(&text, "%s", "a text that does not fit");
    assert_true(text.cut);
    assert_true(text.len < sizeof out);
}

static void assert_number(double value, const char *expected) {
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_number(&text, value);
    assert_string_equal(out, expected);
}

static void numbers_are_the_shortest_that_read_back(void **state) {
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "-0");
    assert_number(252, "252");
    assert_number(-2000, "-2000");
    assert_number(999999999999999, "999999999999999");
    assert_number(9007199254740991, "9007199254740991");
    assert_number(1e21, "1e+21");
    assert_number(0.1, "0.1");
    assert_number(-1.5, "-1.5");
    assert_number(31.360000000000003, "31.360000000000003");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(5e-324, "5e-324");
    assert_number(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_number(NAN, "NaN");
    assert_number(INFINITY, "Infinity");
    assert_number(-INFINITY, "-Infinity");
}

/* As printf finds them: fifteen digits, or as many more as it takes. */
static void assert_as_printf(double value) {
    char expected[64];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(expected, sizeof expected, "%.*g", precision, value);
        if (strtod(expected, NULL) == value)
            break;
    }
    assert_number(value, expected);
}

static void numbers_are_those_of_printf(void **state) {
    (void)state;
    assert_as_printf(0.0001);
    assert_as_printf(0.00012345678901234567);
    assert_as_printf(0.000099999999999999991);
    assert_as_printf(999999999999999.9);
    assert_as_printf(99999999999999.95);
    uint64_t random = 1;
    for (unsigned i = 0; i < 200000; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        uint64_t digits = (random >> 8) % (uint64_t)pow(10, 1 + i % 17);
        double value = (double)digits / pow(10, i / 17 % 20);
        if (value != 0)
            assert_as_printf(random >> 63 ? -value : value);
        assert_as_printf(nextafter(value + 1, INFINITY));
        assert_as_printf(ldexp((double)(random >> 11), (int)(i % 70) - 70));
    }
}

static void assert_size(uint64_t bytes, const char *expected) {
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_size(&text, bytes);
    assert_string_equal(out, expected);
}

static void sizes_are_for_a_person(void **state) {
    (void)state;
    assert_size(0, "0 B");
    assert_size(812, "812 B");
    assert_size(999, "999 B");
    assert_size(1000, "1.0 kB");
    assert_size(4096, "4.1 kB");
    assert_size(1300000, "1.3 MB");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_utf8_stays),
        cmocka_unit_test(bad_utf8_is_replaced_byte_by_byte),
        cmocka_unit_test(invisible_characters_become_their_number),
        cmocka_unit_test(a_byte_grows_to_at_most_four),
        cmocka_unit_test(control_characters_become_pictures),
        cmocka_unit_test(c1_controls_are_replaced),
        cmocka_unit_test(every_byte_in_a_run),
        cmocka_unit_test(what_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(a_limit_cuts_one_piece_only),
        cmocka_unit_test(format_is_bounded),
        cmocka_unit_test(numbers_are_the_shortest_that_read_back),
        cmocka_unit_test(numbers_are_those_of_printf),
        cmocka_unit_test(sizes_are_for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
