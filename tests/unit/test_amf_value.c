/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole values: as a line, and which of them are the same value. */
#include "payload/amf/amf_value.h"

#include "direction_fixture.h"
#include "vectors.h"

static char line[256];

/* Read one value as a line. False: it ends in an error. */
static bool read_line(const char *hex, size_t cap, bool quoted) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    static struct rtmp_amf amf;
    struct rtmp_text text = rtmp_text_over(line, cap);
    rtmp_amf_init(&amf, &reader, 0);
    bool whole = rtmp_amf_value_line(&amf, &text, quoted);
    assert_true(!whole || reader.pos == len);
    guarded_free(bytes, len);
    return whole;
}

/* False: it has no digest. */
static bool read_digest(const char *hex, uint64_t *digest) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    static struct rtmp_amf amf;
    rtmp_amf_init(&amf, &reader, 0);
    bool has_one = rtmp_amf_value_digest(&amf, digest);
    assert_true(!has_one || reader.pos == len);
    guarded_free(bytes, len);
    return has_one;
}

static void assert_line(const char *hex, const char *expected) {
    assert_true(read_line(hex, sizeof line, false));
    assert_string_equal(line, expected);
}

static uint64_t digest(const char *hex) {
    uint64_t found;
    assert_true(read_digest(hex, &found));
    return found;
}

static void assert_no_digest(const char *hex) {
    uint64_t found;
    assert_false(read_digest(hex, &found));
}

static void assert_same(const char *a, const char *b) {
    assert_true(digest(a) == digest(b));
}

static void assert_different(const char *a, const char *b) {
    assert_true(digest(a) != digest(b));
}

#define NUMBER_1   "00 3FF0000000000000"
#define NUMBER_2   "00 4000000000000000"
#define STRING_A   "02 0001 61"
#define OBJECT_END "0000 09"

static void values_are_lines(void **state) {
    (void)state;
    assert_line(NUMBER_1, "1");
    assert_line("01 01", "true");
    assert_line("05", "null");
    assert_line(STRING_A, "a");
    assert_line("0A 00000003" NUMBER_1 STRING_A "05", "[1, \"a\", null]");
    assert_line("03 0001 78" NUMBER_1 "0001 79 03" OBJECT_END OBJECT_END, "{x: 1, y: {}}");
    assert_line("10 0002 566F 0001 78" NUMBER_1 OBJECT_END, "Vo {x: 1}");
    assert_line("08 00000001 0001 30" STRING_A OBJECT_END, "{0: \"a\"}");
    assert_line("11 09 03 03 6B 04 02 01 04 05", "[k: 2, 5]");
    assert_line("11 11 05 00 04 01 06 03 61 06 03 62 09 03 01 04 05", "{1: \"a\", \"b\": [5]}");
    assert_true(read_line(STRING_A, sizeof line, true));
    assert_string_equal(line, "\"a\"");
}

static void a_line_is_bounded(void **state) {
    (void)state;
    assert_true(read_line("0A 00000003" NUMBER_1 STRING_A "05", 8, false));
    assert_string_equal(line, "[1, \xE2\x80\xA6");
}

static void encodings_of_a_value_are_the_same(void **state) {
    (void)state;
    assert_same(NUMBER_1, "11 04 01");                         /* AMF3 integer */
    assert_same(NUMBER_1, "11 05 3FF0000000000000");           /* AMF3 double */
    assert_same("00 0000000000000000", "00 8000000000000000"); /* zero of either sign */
    assert_same(STRING_A, "11 06 03 61");
    assert_same(STRING_A, "0C 00000001 61"); /* long string */
    assert_same("05", "11 01");
    assert_same("01 01", "11 03");
    assert_same("0B 4271000000000000 0000", "11 08 01 4271000000000000");
    assert_same("0A 00000002" NUMBER_1 NUMBER_2, "11 09 05 01 04 01 04 02");
    assert_same("03 0001 78" NUMBER_1 "0001 79" NUMBER_2 OBJECT_END,
                "03 0001 79" NUMBER_2 "0001 78" NUMBER_1 OBJECT_END);
    assert_same("03 0001 78" NUMBER_1 OBJECT_END, "11 0A 0B 01 03 78 04 01 01");
    assert_same("03 0001 78" NUMBER_1 OBJECT_END, "08 00000000 0001 78" NUMBER_1 OBJECT_END);
    assert_same("08 00000001 0001 78" NUMBER_1 OBJECT_END, "11 09 01 03 78 04 01 01");
    assert_same("08 00000000" OBJECT_END, "11 09 01 01");
    assert_same("10 0002 566F 0001 78" NUMBER_1 OBJECT_END, "11 0A 13 05 56 6F 03 78 04 01");
}

static void values_differ(void **state) {
    (void)state;
    assert_different(NUMBER_1, NUMBER_2);
    assert_different(NUMBER_1, "01 01");
    assert_different(NUMBER_1, "02 0001 31");
    assert_different("05", "06");
    assert_different(STRING_A, "0F 00000001 61"); /* XML */
    assert_different("0A 00000001" STRING_A, "08 00000001 0001 30" STRING_A OBJECT_END);
    assert_different("0A 00000002" NUMBER_1 NUMBER_2, "0A 00000002" NUMBER_2 NUMBER_1);
    assert_different("03 0001 78" NUMBER_1 OBJECT_END, "03 0001 79" NUMBER_1 OBJECT_END);
    assert_different("10 0002 566F 0001 78" NUMBER_1 OBJECT_END, "03 0001 78" NUMBER_1 OBJECT_END);
    assert_different("0B 4271000000000000 0000", "00 4271000000000000");
    assert_different("03 0001 78 03 0001 79" NUMBER_1 OBJECT_END OBJECT_END,
                     "03 0001 79 03 0001 78" NUMBER_1 OBJECT_END OBJECT_END);
}

static void a_reference_cannot_be_compared(void **state) {
    (void)state;
    assert_line("0A 00000001 07 0000", "[#0]");
    assert_no_digest("0A 00000001 07 0000");
}

static void a_value_with_an_error_cannot_be_compared(void **state) {
    (void)state;
    assert_false(read_line("0A 00000002" NUMBER_1, sizeof line, false));
    assert_string_equal(line, "[1");
    assert_no_digest("0A 00000002" NUMBER_1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_lines),
        cmocka_unit_test(a_line_is_bounded),
        cmocka_unit_test(encodings_of_a_value_are_the_same),
        cmocka_unit_test(values_differ),
        cmocka_unit_test(a_reference_cannot_be_compared),
        cmocka_unit_test(a_value_with_an_error_cannot_be_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
