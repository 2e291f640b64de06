/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <stdio.h>
#include <string.h>

#include "payload/amf/amf_path.h"

/* All `path=value` lines of a message, one a leaf, as the plugin builds them. */
static void pairs_of(const uint8_t *bytes, size_t len, uint8_t version, struct rtmp_text *lines) {
    static struct rtmp_amf amf;
    static struct rtmp_amf_path path;
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    struct rtmp_amf_event event;
    unsigned top = 0;
    char first[16] = "0";
    rtmp_amf_init(&amf, &reader, version);
    rtmp_amf_path_begin(&path, first);
    while (rtmp_amf_next(&amf, &event)) {
        rtmp_amf_path_event(&path, &reader, &event);
        if (rtmp_amf_is_leaf(event.kind) && !event.is_dictionary_key) {
            rtmp_text_add(lines, path.text.out);
            rtmp_text_add(lines, "=");
            size_t before = lines->len;
            rtmp_amf_leaf_text(lines, &reader, &event, 0);
            assert_true(lines->len - before + 4 <= rtmp_amf_leaf_size(&event));
            rtmp_text_add(lines, "\n");
        }
        if (rtmp_amf_value_done(&amf)) {
            (void)snprintf(first, sizeof first, "%u", ++top);
            rtmp_amf_path_begin(&path, first);
        }
    }
}

static void assert_pairs(const char *hex, uint8_t version, const char *expected) {
    static char out[65536];
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_text lines = rtmp_text_over(out, sizeof out);
    pairs_of(bytes, len, version, &lines);
    assert_string_equal(lines.out, expected);
    guarded_free(bytes, len);
}

static void top_level_values_count_from_zero(void **state) {
    (void)state;
    assert_pairs("02 0004 706c6179 00 0000000000000000 05 00 c09f400000000000 0101 06 04", 0,
                 "0=play\n1=0\n2=null\n3=-2000\n4=true\n5=undefined\n6=unsupported\n");
}

static void properties_are_named(void **state) {
    (void)state;
    /* {app: "live", info: {x: 0.5, "": false}, y: 1} */
    assert_pairs(
        "03 0003 617070 02 0004 6c697665 0004 696e666f 03 0001 78 00 3fe0000000000000 0000 "
        "0100 000009 0001 79 00 3ff0000000000000 000009",
        0, "0.app=live\n0.info.x=0.5\n0.info.=false\n0.y=1\n");
}

static void items_are_counted(void **state) {
    (void)state;
    /* {list: [{x: 1}, null, [true]]} and a second value */
    assert_pairs("03 0004 6c697374 0a 00000003 03 0001 78 00 3ff0000000000000 000009 05 "
                 "0a 00000001 0101 000009 0a 00000002 05 05",
                 0, "0.list.0.x=1\n0.list.1=null\n0.list.2.0=true\n1.0=null\n1.1=null\n");
}

static void keys_of_an_array_do_not_count(void **state) {
    (void)state;
    /* AMF3 array: k -> 1, then dense 2, 3 */
    assert_pairs("09 05 03 6b 04 01 01 04 02 04 03", 3, "0.k=1\n0.0=2\n0.1=3\n");
}

static void avmplus_keeps_the_place(void **state) {
    (void)state;
    assert_pairs("03 0001 61 11 0a0b01 0362 0403 01 000009 11 0406", 0, "0.a.b=3\n1=6\n");
}

static void sealed_members_are_named_by_their_traits(void **state) {
    (void)state;
    assert_pairs("09 05 01 0a 23 01 03 78 03 79 04 01 04 02 0a 01 04 03 04 04", 3,
                 "0.0.x=1\n0.0.y=2\n0.1.x=3\n0.1.y=4\n");
}

static void dictionary_entries_are_named_by_their_keys(void **state) {
    (void)state;
    /* "a" -> 1, 7 -> [true], {} -> 2: a container as key counts */
    assert_pairs("11 07 00 0603 61 0401 0407 09 03 01 03 0a0b01 0362 0405 01 0402", 3,
                 "0.a=1\n0.7.0=true\n0.0.b=5\n0.1=2\n");
}

static void leaves_have_a_text(void **state) {
    (void)state;
    assert_pairs("0b 4274835e3a25e000 00f0 0a 00000000 07 0000 0f 00000003 3c612f", 0,
                 "0=2014-09-02T10:23:03.774Z\n2=#0\n3=<a/\n");
    assert_pairs("0c 07 00ff10 08 01 0000000000000000 06 7e 0d 05 00 ffffffff 00000001", 3,
                 "0=00ff10\n1=1970-01-01T00:00:00.000Z\n2=#63\n3.0=-1\n3.1=1\n");
    assert_pairs("0e 03 00 ffffffff 0f 03 00 3fb999999999999a", 3, "0.0=4294967295\n1.0=0.1\n");
}

static void control_characters_are_made_visible(void **state) {
    (void)state;
    assert_pairs("03 0002 610a 02 0002 0962 000009", 0,
                 "0.a\xE2\x90\x8A=\xE2\x90\x89"
                 "b\n");
}

static void assert_date(double milliseconds, const char *expected) {
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_amf_date_text(&text, milliseconds);
    assert_string_equal(text.out, expected);
}

static void dates_are_iso_8601(void **state) {
    (void)state;
    assert_date(0, "1970-01-01T00:00:00.000Z");
    assert_date(-1, "1969-12-31T23:59:59.999Z");
    assert_date(-0.5, "1969-12-31T23:59:59.999Z");
    assert_date(951782400000, "2000-02-29T00:00:00.000Z");
    assert_date(951868800000, "2000-03-01T00:00:00.000Z");
    assert_date(1772323199999, "2026-02-28T23:59:59.999Z");
    assert_date(-2147483648000, "1901-12-13T20:45:52.000Z");
    assert_date(-62135596800000, "0001-01-01T00:00:00.000Z");
    assert_date(253402300799999, "9999-12-31T23:59:59.999Z");
    assert_date(253402300800000, "+010000-01-01T00:00:00.000Z");
    assert_date(8.64e15, "+275760-09-13T00:00:00.000Z");
    assert_date(-8.64e15, "-271821-04-20T00:00:00.000Z");
    assert_date(8.64e15 + 1, "8640000000000001");
    assert_date(1e308, "1e+308");
}

static void a_long_path_is_cut_and_comes_back(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    static struct rtmp_amf_path path;
    static uint8_t bytes[1 + 2 + 2000 + 1 + 3 + 1 + 3 + 3 + 1 + 3];
    uint8_t *p = bytes;
    *p++ = 0x03;
    *p++ = 2000 >> 8;
    *p++ = 2000 & 0xFF;
    memset(p, 'k', 2000);
    p += 2000;
    memcpy(p, "\x03\x00\x01x\x05\x00\x00\x09\x00\x01y\x05\x00\x00\x09", 15);
    struct rtmp_reader reader = rtmp_reader_over(bytes, sizeof bytes);
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 0);
    rtmp_amf_path_begin(&path, "0");
    unsigned leaves = 0;
    while (rtmp_amf_next(&amf, &event)) {
        rtmp_amf_path_event(&path, &reader, &event);
        assert_true(path.text.len < RTMP_LIMIT_AMF_PATH);
        if (!rtmp_amf_is_leaf(event.kind))
            continue;
        if (++leaves == 1)
            assert_true(path.text.cut);
        else
            assert_string_equal(path.text.out, "0.y");
    }
    assert_true(rtmp_ok(&reader));
    assert_int_equal(leaves, 2);
}

static void a_limit_cuts_texts(void **state) {
    (void)state;
    char out[64];
    struct rtmp_reader reader = rtmp_reader_over((const uint8_t *)"abcdefgh", 8);
    struct rtmp_amf_event event = {.kind = RTMP_AMF_STRING, .text = {0, 8}, .payload = {0, 8}};
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_amf_leaf_text(&text, &reader, &event, 3);
    assert_string_equal(text.out, "abc\xE2\x80\xA6");
    event.kind = RTMP_AMF_BYTES;
    text = rtmp_text_over(out, sizeof out);
    rtmp_amf_leaf_text(&text, &reader, &event, 4);
    assert_string_equal(text.out, "6162\xE2\x80\xA6");
    event.kind = RTMP_AMF_OBJECT; /* no leaf: no text */
    text = rtmp_text_over(out, sizeof out);
    rtmp_amf_leaf_text(&text, &reader, &event, 0);
    assert_string_equal(text.out, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(top_level_values_count_from_zero),
        cmocka_unit_test(properties_are_named),
        cmocka_unit_test(items_are_counted),
        cmocka_unit_test(keys_of_an_array_do_not_count),
        cmocka_unit_test(avmplus_keeps_the_place),
        cmocka_unit_test(sealed_members_are_named_by_their_traits),
        cmocka_unit_test(dictionary_entries_are_named_by_their_keys),
        cmocka_unit_test(leaves_have_a_text),
        cmocka_unit_test(control_characters_are_made_visible),
        cmocka_unit_test(dates_are_iso_8601),
        cmocka_unit_test(a_long_path_is_cut_and_comes_back),
        cmocka_unit_test(a_limit_cuts_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
