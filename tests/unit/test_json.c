/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: strings, and AMF values in their forms. */
#include "export/json.h"

#include <stdio.h>

#include "direction_fixture.h"
#include "libc_memory.h"
#include "vectors.h"

static const struct rtmp_memory memory = {.resize = libc_resize};

static void assert_json(struct rtmp_buffer *out, const char *expected) {
    (void)rtmp_buffer_add(out, "", 1);
    assert_string_equal((const char *)out->bytes, expected);
    (void)libc_resize(NULL, out->bytes, 0);
}

/* The value of an AMF0 value, or of one with an error, as the member "v". */
static void assert_value(const char *hex, const char *expected) {
    struct rtmp_buffer out = {.memory = &memory};
    struct rtmp_json json = {.out = &out};
    static struct rtmp_amf amf;
    char wanted[512];
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    rtmp_amf_init(&amf, &reader, 0);
    rtmp_json_begin(&json, '{');
    rtmp_json_name(&json, "v");
    json.depth = 8; /* no lines */
    rtmp_json_amf(&json, &amf);
    json.depth = 1;
    rtmp_json_end(&json, '}');
    guarded_free(bytes, len);
    assert_false(json.has_failed);
    (void)snprintf(wanted, sizeof wanted, "{\n  \"v\": %s\n}\n", expected);
    assert_json(&out, wanted);
}

#define NUMBER_1   "00 3FF0000000000000"
#define STRING_A   "02 0001 61"
#define OBJECT_END "0000 09"

static void leaves(void **state) {
    (void)state;
    assert_value(NUMBER_1, "1");
    assert_value("00 4045400000000000", "42.5");
    assert_value("00 7FF8000000000000", "\"NaN\"");
    assert_value("00 FFF0000000000000", "\"-Infinity\"");
    assert_value("01 01", "true");
    assert_value("05", "null");
    assert_value("06", "null");
    assert_value(STRING_A, "\"a\"");
    assert_value("0B 4271000000000000 0000", "{\"__date__\": 1168231104512}");
    assert_value("0F 00000001 61", "{\"__xml__\": \"a\"}");
    assert_value("11 0C 05 00 FF", "{\"__bytes__\": \"00ff\"}");
    assert_value("11 04 FF FF FF FF", "-1");
}

static void containers(void **state) {
    (void)state;
    assert_value("0A 00000003" NUMBER_1 STRING_A "05", "[1, \"a\", null]");
    assert_value("0A 00000000", "[]");
    assert_value("03 0001 78" NUMBER_1 "0001 79 03" OBJECT_END OBJECT_END, "{\"x\": 1, \"y\": {}}");
    assert_value("10 0002 566F 0001 78" NUMBER_1 OBJECT_END, "{\"__class__\": \"Vo\", \"x\": 1}");
    assert_value("08 00000001 0001 30" STRING_A OBJECT_END, "{\"0\": \"a\"}");
    assert_value("0A 00000001 07 0000", "[{\"__reference__\": 0}]");
}

static void arrays_of_amf3(void **state) {
    (void)state;
    assert_value("11 09 05 01 04 01 04 02", "[1, 2]");
    assert_value("11 09 01 01", "[]");
    assert_value("11 09 03 03 6B 04 02 01 04 05", "{\"k\": 2, \"0\": 5}");
    assert_value("11 11 05 00 04 01 06 03 61 06 03 62 09 03 01 04 05",
                 "{\"__dictionary__\": [[1, \"a\"], [\"b\", [5]]]}");
}

static void a_value_that_breaks_off_is_closed(void **state) {
    (void)state;
    assert_value("", "null");
    assert_value("11", "null");
    assert_value("03 0001 78 0A 00000002" NUMBER_1, "{\"x\": [1]}");
    assert_value("03 0001 78", "{\"x\": null}");
    assert_value("11 11 03 00 04 01 04 80", "{\"__dictionary__\": [[1]]}");
}

static void strings_are_utf8(void **state) {
    (void)state;
    static const char text[] = "a\"\\\n\x1F\x7F\xC3\xA9\xE2\x82\xAC\xFF\xC3";
    struct rtmp_buffer out = {.memory = &memory};
    struct rtmp_json json = {.out = &out};
    rtmp_json_string(&json, (const uint8_t *)text, sizeof text - 1);
    assert_json(&out,
                "\"a\\\"\\\\\\u000a\\u001f\x7F\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void members_have_lines(void **state) {
    (void)state;
    struct rtmp_buffer out = {.memory = &memory};
    struct rtmp_json json = {.out = &out};
    rtmp_json_begin(&json, '{');
    rtmp_json_name(&json, "a");
    rtmp_json_begin(&json, '[');
    rtmp_json_number(&json, 1);
    rtmp_json_literal(&json, "true");
    rtmp_json_end(&json, ']');
    rtmp_json_name(&json, "b");
    rtmp_json_begin(&json, '{');
    rtmp_json_end(&json, '}');
    rtmp_json_end(&json, '}');
    assert_json(&out, "{\n  \"a\": [\n    1,\n    true\n  ],\n  \"b\": {}\n}\n");
}

static void *no_memory(void *user, void *block, size_t size) {
    (void)user;
    (void)block;
    (void)size;
    return NULL;
}

static void without_memory_it_fails(void **state) {
    (void)state;
    const struct rtmp_memory none = {.resize = no_memory};
    struct rtmp_buffer out = {.memory = &none};
    struct rtmp_json json = {.out = &out};
    rtmp_json_text(&json, "a");
    assert_true(json.has_failed);
    assert_int_equal(out.size, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves),
        cmocka_unit_test(containers),
        cmocka_unit_test(arrays_of_amf3),
        cmocka_unit_test(a_value_that_breaks_off_is_closed),
        cmocka_unit_test(strings_are_utf8),
        cmocka_unit_test(members_have_lines),
        cmocka_unit_test(without_memory_it_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
