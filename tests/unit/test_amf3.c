/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "amf_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_vector(const struct vector *vector) {
    check_amf_vector(vector, 3);
}

/* The run of `hex` ends in `error` at `error_pos`, with the cursor at `pos`. */
static void assert_error(const char *hex, enum rtmp_error error, uint32_t pos, uint32_t error_pos) {
    struct amf_run run = amf_run_hex(hex, 3);
    assert_int_equal(run.reader.error, error);
    assert_int_equal(run.reader.pos, pos);
    assert_int_equal(run.reader.error_pos, error_pos);
    amf_run_free(&run);
}

static void lengths_beyond_the_end_are_errors(void **state) {
    (void)state;
    assert_error("06 07 6162", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("06 ffffffff 6162", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("07 ffffffff 61", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0b 05 61", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0c ffffffff 61", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("09 01 05 61", RTMP_ERROR_LENGTH, 2, 2);
    assert_error("0a 0b 05 61", RTMP_ERROR_LENGTH, 0, 2);
    assert_error("0a 13 01 05 61", RTMP_ERROR_LENGTH, 3, 3);
}

static void cut_values_are_an_end(void **state) {
    (void)state;
    assert_error("04", RTMP_ERROR_END, 0, 1);
    assert_error("04 80 80", RTMP_ERROR_END, 0, 3);
    assert_error("05 3ff0", RTMP_ERROR_END, 0, 1);
    assert_error("08 01 3ff0", RTMP_ERROR_END, 0, 2);
    assert_error("09 03 01", RTMP_ERROR_END, 3, 3);
    assert_error("0a 0b 01 03 61", RTMP_ERROR_END, 5, 5);
    assert_error("0a 01", RTMP_ERROR_TRAITS, 2, 2);
}

static void count_bombs_cost_nothing(void **state) {
    (void)state;
    assert_error("09 ffffffff 01", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0d 05 00 00000001", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0e 05 00 00000001", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0f 03 00 00000001", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("10 05 00 01 01", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0d ffffffff 00", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("11 ffffffff 00 0101", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("11 05 00 010101", RTMP_ERROR_LENGTH, 0, 1);
}

static void a_traits_bomb_needs_a_byte_a_member(void **state) {
    (void)state;
    assert_error("0a fffffff3 01 01010101", RTMP_ERROR_LENGTH, 0, 1);
    /* Five empty names, no byte for a value. */
    struct amf_run run = amf_run_hex("0a 53 01 0101010101", 3);
    assert_int_equal(run.reader.error, RTMP_ERROR_END);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_MEMBER_NAME, RTMP_AMF_MEMBER_NAME,
                       RTMP_AMF_MEMBER_NAME, RTMP_AMF_MEMBER_NAME, RTMP_AMF_MEMBER_NAME,
                       RTMP_AMF_KEY, -1);
    amf_run_free(&run);
}

static void assert_depth_bomb(const char *unit, size_t unit_len, size_t times) {
    size_t len = unit_len * times;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < times; i++)
        memcpy(bytes + i * unit_len, unit, unit_len);
    struct amf_run run = amf_run_bytes(bytes, len, 3);
    assert_int_equal(run.reader.error, RTMP_LIMIT_DEPTH);
    assert_int_equal(run.reader.error_pos, RTMP_LIMIT_AMF_DEPTH * unit_len);
    amf_run_free(&run);
    free(bytes);
}

static void depth_bombs_end_at_the_cap(void **state) {
    (void)state;
    assert_depth_bomb("\x09\x03\x01", 3, 100000);
    assert_depth_bomb("\x0a\x0b\x01\x03\x61", 5, 100000);
    assert_depth_bomb("\x10\x03\x00\x01", 4, 1000);
    assert_depth_bomb("\x11\x03\x00", 3, 1000);
}

static void references_that_do_not_resolve_are_remarked(void **state) {
    (void)state;
    static const char *const hex[] = {"06 7e", "06 fffffffe", "0a 00", "09 fffffffe", "08 02",
                                      "0c 00", "0d 00",       "11 02", "07 00"};
    for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
        struct amf_run run = amf_run_hex(hex[i], 3);
        assert_int_equal(run.reader.error, RTMP_OK);
        assert_int_equal(run.count, 1);
        assert_true(run.events[0].is_reference);
        assert_int_equal(run.events[0].remark, RTMP_REMARK_UNRESOLVED);
        assert_int_equal(run.events[0].text.len, 0);
        assert_int_equal(run.events[0].target.len, 0);
        amf_run_free(&run);
    }
}

static void an_unresolved_key_does_not_end_the_keys(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("0a 0b 01 08 01 01", 3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_NULL, RTMP_AMF_END, -1);
    assert_int_equal(run.events[1].remark, RTMP_REMARK_UNRESOLVED);
    amf_run_free(&run);
}

static void an_object_may_contain_itself(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("0a 0b 01 03 61 0a 00 01", 3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_REFERENCE, RTMP_AMF_END, -1);
    assert_int_equal(run.events[2].target.pos, 0);
    assert_int_equal(run.events[2].target_marker, 0x0A);
    amf_run_free(&run);
}

static void unknown_traits_end_the_value(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("0a 05 04 01", 3);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, -1);
    assert_true(run.events[0].traits_by_reference);
    assert_int_equal(run.events[0].reference, 1);
    assert_int_equal(run.events[0].remark, RTMP_REMARK_UNRESOLVED);
    assert_int_equal(run.reader.error, RTMP_ERROR_TRAITS);
    assert_int_equal(run.reader.pos, 2);
    amf_run_free(&run);
}

static void tables_are_bounded(void **state) {
    (void)state;
    /* One string more than the table holds, then references to the last ones. */
    size_t strings = RTMP_LIMIT_AMF_REFERENCES + 1;
    size_t len = strings * 3 + 6;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < strings; i++)
        memcpy(bytes + i * 3, "\x06\x03\x61", 3);
    memcpy(bytes + strings * 3, "\x06\x9f\x7e\x06\xa0\x00", 6);
    struct amf_run run = amf_run_bytes(bytes, len, 3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.events[strings].reference, RTMP_LIMIT_AMF_REFERENCES - 1);
    assert_int_equal(run.events[strings].text.pos, (RTMP_LIMIT_AMF_REFERENCES - 1) * 3 + 2);
    assert_int_equal(run.events[strings + 1].reference, RTMP_LIMIT_AMF_REFERENCES);
    assert_int_equal(run.events[strings + 1].remark, RTMP_REMARK_BEYOND_TABLE);
    amf_run_free(&run);
    free(bytes);
}

static void traits_beyond_the_cap_are_a_limit(void **state) {
    (void)state;
    size_t objects = RTMP_LIMIT_AMF_TRAITS + 1;
    size_t len = objects * 3 + 6;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < objects; i++)
        memcpy(bytes + i * 3, "\x0a\x03\x01", 3);
    memcpy(bytes + objects * 3, "\x0a\x87\x7d\x0a\x88\x01", 6);
    struct amf_run run = amf_run_bytes(bytes, len, 3);
    assert_int_equal(run.reader.error, RTMP_LIMIT_ITEMS);
    assert_int_equal(run.events[run.count - 1].reference, RTMP_LIMIT_AMF_TRAITS);
    assert_int_equal(run.events[run.count - 2].kind, RTMP_AMF_END);
    amf_run_free(&run);
    free(bytes);
}

static void integers_have_29_bits_and_a_sign(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        int32_t value;
        enum rtmp_error remark;
    } cases[] = {
        {"04 00", 0, RTMP_OK},
        {"04 7f", 127, RTMP_OK},
        {"04 8100", 128, RTMP_OK},
        {"04 ff7f", 16383, RTMP_OK},
        {"04 818000", 16384, RTMP_OK},
        {"04 ffff7f", 2097151, RTMP_OK},
        {"04 80c08000", 2097152, RTMP_OK},
        {"04 bfffffff", 268435455, RTMP_OK},
        {"04 c0808000", -268435456, RTMP_OK},
        {"04 ffffffff", -1, RTMP_OK},
        {"04 8000", 0, RTMP_REMARK_NOT_CANONICAL},
        {"04 80807f", 127, RTMP_REMARK_NOT_CANONICAL},
        {"04 80808000", 0, RTMP_REMARK_NOT_CANONICAL},
        {"04 80ff7f", 16383, RTMP_REMARK_NOT_CANONICAL},
        {"04 80bfffff", 2097151, RTMP_REMARK_NOT_CANONICAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct amf_run run = amf_run_hex(cases[i].hex, 3);
        assert_int_equal(run.reader.error, RTMP_OK);
        assert_int_equal(run.count, 1);
        assert_int_equal(run.events[0].value.integer, cases[i].value);
        assert_int_equal(run.events[0].remark, cases[i].remark);
        amf_run_free(&run);
    }
}

static void an_unknown_externalizable_stays_undecoded(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("09 05 01 04 07 0a 07 0b 612e622e43 0102", 3);
    assert_int_equal(run.reader.error, RTMP_ERROR_CLASS);
    assert_int_equal(run.reader.pos, 13);
    assert_event_kinds(&run, RTMP_AMF_ARRAY, RTMP_AMF_KEYS_END, RTMP_AMF_INTEGER, RTMP_AMF_OBJECT,
                       -1);
    assert_true(run.events[3].is_externalizable);
    assert_event_text(&run, &run.events[3], "a.b.C");
    amf_run_free(&run);
}

/* 0a 07, then a class name of the given characters in hex, then `body`. */
static struct amf_run run_externalizable(const char *class_name, const char *body) {
    char hex[256];
    char name[128] = "";
    for (size_t i = 0; class_name[i]; i++)
        (void)snprintf(name + 2 * i, sizeof name - 2 * i, "%02x", (unsigned)class_name[i]);
    (void)snprintf(hex, sizeof hex, "0a07%02x%s%s", (unsigned)(strlen(class_name) << 1 | 1), name,
                   body);
    return amf_run_hex(hex, 3);
}

static void wrappers_of_flex_hold_one_value(void **state) {
    (void)state;
    static const char *const classes[] = {
        "flex.messaging.io.ArrayCollection", "flex.messaging.io.ArrayList",
        "flex.messaging.io.ObjectProxy",     "mx.collections.ArrayCollection",
        "mx.collections.ArrayList",          "mx.utils.ObjectProxy",
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        struct amf_run run = run_externalizable(classes[i], "0903010405 02");
        assert_int_equal(run.reader.error, RTMP_OK);
        assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_ARRAY, RTMP_AMF_KEYS_END,
                           RTMP_AMF_INTEGER, RTMP_AMF_END, RTMP_AMF_END, RTMP_AMF_BOOLEAN, -1);
        amf_run_free(&run);
    }
}

/* The members' names in order, "-" for a value that has none. */
static void assert_members(const struct amf_run *run, const char *names) {
    char found[256] = "";
    for (size_t i = 1; i < run->count; i++) {
        const struct rtmp_amf_event *event = &run->events[i];
        if (event->depth != 1 || !rtmp_amf_is_leaf(event->kind))
            continue;
        const char *name = event[-1].kind == RTMP_AMF_KEY ? event[-1].name : "-";
        assert_non_null(name);
        strcat(strcat(found, name), " ");
    }
    assert_string_equal(found, names);
}

static void short_messages_are_flags_and_values(void **state) {
    (void)state;
    /* DSK: abstract 0x85 0x01 (body, destination, clientIdBytes), async 0x01, acknowledge 0. */
    struct amf_run run = run_externalizable("DSK", "8501 0405 01 0c0361 01 0403 00 02");
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_KEY,
                       RTMP_AMF_INTEGER, RTMP_AMF_KEY, RTMP_AMF_NULL, RTMP_AMF_KEY, RTMP_AMF_BYTES,
                       RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_KEY, RTMP_AMF_INTEGER,
                       RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_END, RTMP_AMF_BOOLEAN, -1);
    assert_int_equal(run.events[1].payload.len, 2);
    assert_members(&run, "body destination clientIdBytes correlationId ");
    amf_run_free(&run);

    run = run_externalizable("DSA", "00 00 03");
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_EXTERNALIZABLE_FLAGS,
                       RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_END, RTMP_AMF_BOOLEAN, -1);
    amf_run_free(&run);

    run = run_externalizable("DSC", "00 00 01 0405");
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_EXTERNALIZABLE_FLAGS,
                       RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_EXTERNALIZABLE_FLAGS, RTMP_AMF_KEY,
                       RTMP_AMF_INTEGER, RTMP_AMF_END, -1);
    assert_members(&run, "operation ");
    amf_run_free(&run);

    run = run_externalizable("DSA", "80808080");
    assert_int_equal(run.reader.error, RTMP_ERROR_END);
    amf_run_free(&run);
}

static void every_flag_of_a_short_message_has_its_member(void **state) {
    (void)state;
    struct amf_run run =
        run_externalizable("DSC", "ff03 01 01 01 01 01 01 01 01 01  03 01 01  01 01");
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_members(&run, "body clientId destination headers messageId timestamp timeToLive "
                         "clientIdBytes messageIdBytes correlationId correlationIdBytes "
                         "operation ");
    amf_run_free(&run);
    /* Unassigned bits, in any byte, announce a value each; so do an acknowledgement's.
     */
    run = run_externalizable("DSK", "80fc80808101 01 01 01 01 01 01 01  84 01 01 01  02 01");
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_members(&run, "- - - - - - - - - - ");
    amf_run_free(&run);
}

static void sealed_names_come_back_with_the_traits(void **state) {
    (void)state;
    /* Class P {x, y}; the second member's name by reference to the first string. */
    struct amf_run run = amf_run_hex("0a 23 03 50 03 78 00 04 01 04 02"
                                     "0a 01 04 03 04 04",
                                     3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_MEMBER_NAME, RTMP_AMF_MEMBER_NAME,
                       RTMP_AMF_KEY, RTMP_AMF_INTEGER, RTMP_AMF_KEY, RTMP_AMF_INTEGER, RTMP_AMF_END,
                       RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_INTEGER, RTMP_AMF_KEY,
                       RTMP_AMF_INTEGER, RTMP_AMF_END, -1);
    assert_event_text(&run, &run.events[8], "P");
    assert_event_text(&run, &run.events[9], "x");
    assert_event_text(&run, &run.events[11], "P");
    assert_int_equal(run.events[11].whole.len, 0);
    amf_run_free(&run);
}

static void member_names_cut_off_by_an_error_are_never_followed(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    /* Traits of two members whose second name is cut; the caller continues with a reference to
     * them.
     */
    static const uint8_t bytes[] = {0x0A, 0x23, 0x01, 0x03, 0x78, 0x09, 0x0A, 0x01, 0x01, 0x01};
    uint8_t *copy = guarded_copy(bytes, sizeof bytes);
    struct rtmp_reader reader = rtmp_reader_over(copy, sizeof bytes);
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 3);
    reader.end = 6;
    assert_false(rtmp_amf_skip(&amf));
    assert_int_equal(reader.error, RTMP_ERROR_LENGTH);
    rtmp_amf_resume(&amf);
    reader = rtmp_reader_over(copy, sizeof bytes);
    reader.pos = 6;
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.kind, RTMP_AMF_OBJECT);
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.kind, RTMP_AMF_KEY);
    assert_int_equal(event.text.len, 1);
    assert_true(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.kind, RTMP_AMF_KEY);
    assert_true(event.text.pos + event.text.len <= sizeof bytes);
    assert_true(rtmp_amf_skip(&amf));
    guarded_free(copy, sizeof bytes);
}

static void member_names_behind_the_end_are_never_followed(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    /* The traits are at 4; the caller moves back and ends the input before them. */
    static const uint8_t bytes[] = {0x0A, 0x01, 0x01, 0xEE, 0x0A, 0x13, 0x01, 0x03, 0x78, 0x01};
    uint8_t *copy = guarded_copy(bytes, sizeof bytes);
    struct rtmp_reader reader = rtmp_reader_over(copy, sizeof bytes);
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 3);
    reader.pos = 4;
    assert_true(rtmp_amf_skip(&amf));
    reader = rtmp_reader_over(copy, 3);
    assert_true(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.kind, RTMP_AMF_KEY);
    assert_int_equal(event.remark, RTMP_REMARK_UNRESOLVED);
    assert_int_equal(event.text.len, 0);
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.kind, RTMP_AMF_NULL);
    assert_true(rtmp_amf_skip(&amf));
    guarded_free(copy, sizeof bytes);
}

static void xml_is_not_in_the_string_table(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("0b 05 3c61 06 05 6263 06 01 06 00", 3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_text(&run, &run.events[3], "bc"); /* "" is not either */
    amf_run_free(&run);
}

static void unknown_markers_are_an_error(void **state) {
    (void)state;
    assert_error("12", RTMP_ERROR_MARKER, 0, 0);
    assert_error("01 80", RTMP_ERROR_MARKER, 1, 1);
}

static void a_dictionary_without_its_last_value_is_an_error(void **state) {
    (void)state;
    assert_error("11 03 00 0607 6b6579", RTMP_ERROR_END, 8, 8);
}

static void vectors_say_whether_they_are_fixed(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("0d 05 01 ffffffff 00000002 10 03 00 07 612e42 01", 3);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_VECTOR, RTMP_AMF_INTEGER, RTMP_AMF_INTEGER, RTMP_AMF_END,
                       RTMP_AMF_VECTOR, RTMP_AMF_NULL, RTMP_AMF_END, -1);
    assert_true(run.events[0].is_fixed);
    assert_int_equal(run.events[1].value.integer, -1);
    assert_false(run.events[1].has_marker);
    assert_false(run.events[4].is_fixed);
    assert_event_text(&run, &run.events[4], "a.B");
    amf_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_beyond_the_end_are_errors),
        cmocka_unit_test(cut_values_are_an_end),
        cmocka_unit_test(count_bombs_cost_nothing),
        cmocka_unit_test(a_traits_bomb_needs_a_byte_a_member),
        cmocka_unit_test(depth_bombs_end_at_the_cap),
        cmocka_unit_test(references_that_do_not_resolve_are_remarked),
        cmocka_unit_test(an_unresolved_key_does_not_end_the_keys),
        cmocka_unit_test(an_object_may_contain_itself),
        cmocka_unit_test(unknown_traits_end_the_value),
        cmocka_unit_test(tables_are_bounded),
        cmocka_unit_test(traits_beyond_the_cap_are_a_limit),
        cmocka_unit_test(integers_have_29_bits_and_a_sign),
        cmocka_unit_test(an_unknown_externalizable_stays_undecoded),
        cmocka_unit_test(wrappers_of_flex_hold_one_value),
        cmocka_unit_test(short_messages_are_flags_and_values),
        cmocka_unit_test(every_flag_of_a_short_message_has_its_member),
        cmocka_unit_test(sealed_names_come_back_with_the_traits),
        cmocka_unit_test(member_names_cut_off_by_an_error_are_never_followed),
        cmocka_unit_test(member_names_behind_the_end_are_never_followed),
        cmocka_unit_test(xml_is_not_in_the_string_table),
        cmocka_unit_test(unknown_markers_are_an_error),
        cmocka_unit_test(a_dictionary_without_its_last_value_is_an_error),
        cmocka_unit_test(vectors_say_whether_they_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + run_vectors("amf3", check_vector);
}
