/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "amf_events.h"
#include "payload/amf/amf0_scalar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_scalar_marker(const struct rtmp_amf_event *event) {
    return event->marker <= 2 || event->marker == 5 || event->marker == 6;
}

/* At `pos`, rtmp_amf0_scalar() and the decoder read the same value, or both read none. */
static void check_scalar(const uint8_t *bytes, size_t len, uint32_t pos) {
    struct rtmp_reader scalar_reader = rtmp_reader_over(bytes, (uint32_t)len);
    scalar_reader.pos = pos;
    struct rtmp_reader reader = scalar_reader;
    struct rtmp_amf_leaf leaf;
    uint32_t length = rtmp_amf0_scalar_length(&scalar_reader);
    bool is_scalar = rtmp_amf0_scalar(&scalar_reader, &leaf);
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 0);
    bool is_read = rtmp_amf_next(&amf, &event);
    assert_true(rtmp_ok(&scalar_reader));
    assert_int_equal(scalar_reader.pos - pos, length);
    assert_int_equal(is_scalar, is_read && has_scalar_marker(&event));
    if (!is_scalar)
        return;
    assert_int_equal(scalar_reader.pos, reader.pos);
    assert_true(leaf.present);
    assert_int_equal(leaf.kind, event.kind);
    assert_memory_equal(&leaf.whole, &event.whole, sizeof leaf.whole);
    assert_memory_equal(&leaf.text, &event.text, sizeof leaf.text);
    double number = event.kind == RTMP_AMF_NUMBER    ? event.value.number
                    : event.kind == RTMP_AMF_BOOLEAN ? event.value.boolean
                                                     : 0;
    assert_memory_equal(&leaf.number, &number, sizeof number); /* may be NaN */
}

static void check_vector(const struct vector *vector) {
    check_amf_vector(vector, 0);
    for (uint32_t pos = 0; pos <= vector->len; pos++)
        check_scalar(vector->bytes, vector->len, pos);
}

/* The run of `hex` ends in `error` at `error_pos`, with the cursor at `pos`. */
static void assert_error(const char *hex, enum rtmp_error error, uint32_t pos, uint32_t error_pos) {
    struct amf_run run = amf_run_hex(hex, 0);
    assert_int_equal(run.reader.error, error);
    assert_int_equal(run.reader.pos, pos);
    assert_int_equal(run.reader.error_pos, error_pos);
    amf_run_free(&run);
}

static void length_that_wraps_is_an_error(void **state) {
    (void)state;
    assert_error("0c fffffffb 61", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0f fffffffb 61", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0c ffffffff", RTMP_ERROR_LENGTH, 0, 1);
}

static void length_beyond_the_end_is_an_error(void **state) {
    (void)state;
    assert_error("02 ffff 6162", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("02 0003 6162", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("10 0003 6162", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("03 0005 6162", RTMP_ERROR_LENGTH, 1, 1);
    /* Events before the error remain. */
    assert_error("05 02 0003 6162", RTMP_ERROR_LENGTH, 1, 2);
}

static void cut_scalars_are_an_end(void **state) {
    (void)state;
    assert_error("00 3ff00000", RTMP_ERROR_END, 0, 1);
    assert_error("01", RTMP_ERROR_END, 0, 1);
    assert_error("02 00", RTMP_ERROR_END, 0, 1);
    assert_error("0b 4274835e3a25e000 00", RTMP_ERROR_END, 0, 9);
    assert_error("11", RTMP_ERROR_END, 1, 1);
    assert_error("03 0001 61", RTMP_ERROR_END, 4, 4);
}

static void count_bombs_cost_nothing(void **state) {
    (void)state;
    assert_error("0a ffffffff 05", RTMP_ERROR_LENGTH, 0, 1);
    assert_error("0a 00000002 05", RTMP_ERROR_LENGTH, 0, 1);
    struct amf_run run = amf_run_hex("08 ffffffff 000009", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_ECMA_ARRAY, RTMP_AMF_END, -1);
    assert_int_equal(run.events[0].count, 0xFFFFFFFFU);
    assert_int_equal(run.events[1].remark, RTMP_REMARK_COUNT_DIFFERS);
    amf_run_free(&run);
}

/* The same container opened again and again: it ends at the cap, however many bytes follow. */
static void assert_depth_bomb(const char *unit, size_t unit_len, size_t times) {
    size_t len = unit_len * times;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < times; i++)
        memcpy(bytes + i * unit_len, unit, unit_len);
    struct amf_run run = amf_run_bytes(bytes, len, 0);
    assert_int_equal(run.reader.error, RTMP_LIMIT_DEPTH);
    assert_int_equal(run.reader.error_pos, RTMP_LIMIT_AMF_DEPTH * unit_len);
    assert_int_equal(run.reader.pos, RTMP_LIMIT_AMF_DEPTH * unit_len);
    amf_run_free(&run);
    free(bytes);
}

static void depth_bombs_end_at_the_cap(void **state) {
    (void)state;
    assert_depth_bomb("\x0a\x00\x00\x00\x01", 5, 100000);
    assert_depth_bomb("\x03\x00\x01\x61", 4, 100000);
    assert_depth_bomb("\x08\x00\x00\x00\x00\x00\x01\x61", 8, 1000);
    assert_depth_bomb("\x10\x00\x01\x62\x00\x01\x61", 7, 1000);
}

static void references_that_do_not_resolve_are_remarked(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("07 ffff 07 0000 03 000009", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.events[0].remark, RTMP_REMARK_UNRESOLVED);
    assert_int_equal(run.events[0].reference, 0xFFFF);
    assert_int_equal(run.events[0].target.len, 0);
    /* A forward reference: object 0 does not exist yet. */
    assert_int_equal(run.events[1].remark, RTMP_REMARK_UNRESOLVED);
    amf_run_free(&run);
}

static void an_object_may_contain_itself(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("05 03 0001 61 07 0000 000009", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_NULL, RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_REFERENCE,
                       RTMP_AMF_END, -1);
    assert_int_equal(run.events[3].target.pos, 1);
    assert_int_equal(run.events[3].target_marker, 0x03);
    amf_run_free(&run);
}

static void the_reference_table_is_bounded(void **state) {
    (void)state;
    size_t objects = RTMP_LIMIT_AMF_REFERENCES + 1;
    size_t len = objects * 5 + 6;
    uint8_t *bytes = calloc(len, 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < objects; i++)
        bytes[i * 5] = 0x0A;
    memcpy(bytes + objects * 5, "\x07\x07\xff\x07\x08\x00", 6);
    struct amf_run run = amf_run_bytes(bytes, len, 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.events[run.count - 2].target.pos, (RTMP_LIMIT_AMF_REFERENCES - 1) * 5);
    assert_int_equal(run.events[run.count - 1].reference, RTMP_LIMIT_AMF_REFERENCES);
    assert_int_equal(run.events[run.count - 1].remark, RTMP_REMARK_BEYOND_TABLE);
    amf_run_free(&run);
    free(bytes);
}

static void empty_key_before_a_marker_is_a_property(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("03 0000 05 000009", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_NULL, RTMP_AMF_END, -1);
    assert_event_text(&run, &run.events[1], "");
    assert_int_equal(run.events[3].remark, RTMP_OK);
    amf_run_free(&run);
}

static void stray_end_marker_is_an_error(void **state) {
    (void)state;
    assert_error("09", RTMP_ERROR_FORMAT, 0, 0);
    assert_error("0a 00000001 09", RTMP_ERROR_FORMAT, 5, 5);
    assert_error("03 0001 61 09", RTMP_ERROR_FORMAT, 4, 4);
}

static void missing_terminator_at_the_end_is_remarked(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("03 0001 61 05", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.events[3].kind, RTMP_AMF_END);
    assert_int_equal(run.events[3].whole.len, 0);
    assert_int_equal(run.events[3].remark, RTMP_REMARK_NO_TERMINATOR);
    amf_run_free(&run);

    run = amf_run_hex("08 00000001 0001 61 03 0000", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_ECMA_ARRAY, RTMP_AMF_KEY, RTMP_AMF_OBJECT, RTMP_AMF_END,
                       RTMP_AMF_END, -1);
    assert_int_equal(run.events[3].whole.len, 2);
    assert_int_equal(run.events[3].remark, RTMP_REMARK_NO_TERMINATOR);
    assert_int_equal(run.events[4].whole.len, 0);
    amf_run_free(&run);
}

static void ecma_count_is_a_hint(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        enum rtmp_error remark;
    } cases[] = {
        {"08 00000001 0001 61 05 000009", RTMP_OK},
        {"08 00000000 0001 61 05 000009", RTMP_OK}, /* observed: many writers */
        {"08 00000002 0001 61 05 000009", RTMP_REMARK_COUNT_DIFFERS},
        {"08 00000001 0001 61 05 0001 62 05 000009", RTMP_REMARK_COUNT_DIFFERS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct amf_run run = amf_run_hex(cases[i].hex, 0);
        assert_int_equal(run.reader.error, RTMP_OK);
        assert_int_equal(run.events[run.count - 1].remark, cases[i].remark);
        amf_run_free(&run);
    }
}

static void unusual_doubles_and_dates_are_values(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("00 7ff8000000000001 00 fff0000000000000 00 8000000000000000"
                                     "0b 7ff8000000000000 0000 0b 7fefffffffffffff ff88",
                                     0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_true(isnan(run.events[0].value.number));
    assert_true(isinf(run.events[1].value.number) && run.events[1].value.number < 0);
    assert_true(run.events[2].value.number == 0 && signbit(run.events[2].value.number));
    assert_int_equal(run.events[3].remark, RTMP_REMARK_DATE);
    assert_int_equal(run.events[4].remark, RTMP_REMARK_DATE);
    assert_int_equal(run.events[4].timezone, -120);
    amf_run_free(&run);
}

static void a_key_of_64_kib_is_a_key(void **state) {
    (void)state;
    size_t len = 1 + 2 + 65535 + 1 + 3;
    uint8_t *bytes = calloc(len, 1); /* NULs in the key, too */
    assert_non_null(bytes);
    bytes[0] = 0x03;
    bytes[1] = bytes[2] = 0xFF;
    bytes[3 + 65535] = 0x05;
    bytes[len - 1] = 0x09;
    struct amf_run run = amf_run_bytes(bytes, len, 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.events[1].kind, RTMP_AMF_KEY);
    assert_int_equal(run.events[1].text.len, 65535);
    amf_run_free(&run);
    free(bytes);
}

static void unknown_markers_are_an_error(void **state) {
    (void)state;
    assert_error("12", RTMP_ERROR_MARKER, 0, 0);
    assert_error("05 ff", RTMP_ERROR_MARKER, 1, 1);
}

static void reserved_markers_are_one_byte(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("04 0d 0e 06", 0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_UNSUPPORTED, RTMP_AMF_UNSUPPORTED, RTMP_AMF_UNSUPPORTED,
                       RTMP_AMF_UNDEFINED, -1);
    amf_run_free(&run);
}

static void avmplus_may_stand_anywhere(void **state) {
    (void)state;
    struct amf_run run = amf_run_hex("03 0001 61 11 0401 0001 62 0a 00000001 11 06036b 000009"
                                     "11 0600",
                                     0);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_event_kinds(&run, RTMP_AMF_OBJECT, RTMP_AMF_KEY, RTMP_AMF_AVMPLUS, RTMP_AMF_INTEGER,
                       RTMP_AMF_KEY, RTMP_AMF_STRICT_ARRAY, RTMP_AMF_AVMPLUS, RTMP_AMF_STRING,
                       RTMP_AMF_END, RTMP_AMF_END, RTMP_AMF_AVMPLUS, RTMP_AMF_STRING, -1);
    /* The AMF3 tables span the message: the last string refers to an earlier value. */
    assert_event_text(&run, &run.events[11], "k");
    assert_true(run.events[11].is_reference);
    assert_int_equal(run.events[3].depth, 1);
    assert_int_equal(run.events[7].depth, 2);
    amf_run_free(&run);
}

static void items_are_bounded(void **state) {
    (void)state;
    size_t len = RTMP_LIMIT_MESSAGE_ITEMS + 10;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 0x05, len);
    struct amf_run run = amf_run_bytes(bytes, len, 0);
    assert_int_equal(run.count, RTMP_LIMIT_MESSAGE_ITEMS);
    assert_int_equal(run.reader.error, RTMP_LIMIT_ITEMS);
    assert_int_equal(run.reader.pos, RTMP_LIMIT_MESSAGE_ITEMS);
    amf_run_free(&run);
    free(bytes);
}

static void an_event_is_written_whole(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    struct rtmp_reader reader = rtmp_reader_over((const uint8_t *)"\x02\x00\x01x\x05", 5);
    struct rtmp_amf_event event;
    memset(&event, 0xFF, sizeof event);
    rtmp_amf_init(&amf, &reader, 0);
    assert_true(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_amf_next(&amf, &event));
    /* No part of the string, and none of the earlier content, remains. */
    assert_int_equal(event.kind, RTMP_AMF_NULL);
    assert_int_equal(event.text.len, 0);
    assert_int_equal(event.target.len, 0);
    assert_int_equal(event.payload.len, 0);
    assert_int_equal(event.reference, 0);
    assert_int_equal(event.remark, RTMP_OK);
    assert_true(!event.is_reference && !event.is_dynamic && !event.is_fixed &&
                !event.is_dictionary_key && !event.traits_by_reference);
    assert_false(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_ok(&reader));
}

/* As a SharedObject does: values between other bytes, the reader's end set for each. */
static void the_caller_may_move_between_values(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    static const uint8_t bytes[] = {
        0xEE, 0x03, 0x00, 0x01, 'a',  0x05, 0x00, 0x00, 0x09, 0xEE, /* 1: an object */
        0x02, 0x00, 0x05, 'x',  0xEE,       /* 10: a string cut by the end */
        0x03, 0x00, 0x01, 'b',  0x12, 0xEE, /* 15: an object with an error */
        0x07, 0x00, 0x01,                   /* 21: a reference to it */
    };
    struct rtmp_reader reader = rtmp_reader_over(bytes, sizeof bytes);
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 0);
    reader.pos = 1;
    assert_true(rtmp_amf_skip(&amf));
    assert_int_equal(reader.pos, 9);

    reader.pos = 10;
    reader.end = 14;
    assert_false(rtmp_amf_skip(&amf));
    assert_int_equal(reader.error, RTMP_ERROR_LENGTH);
    reader.error = RTMP_OK;
    reader.end = 20;
    reader.pos = 15;
    assert_false(rtmp_amf_skip(&amf));
    assert_int_equal(reader.error, RTMP_ERROR_MARKER);
    assert_false(rtmp_amf_value_done(&amf));

    rtmp_amf_resume(&amf);
    reader.error = RTMP_OK;
    reader.end = sizeof bytes;
    reader.pos = 21;
    assert_true(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_amf_value_done(&amf));
    assert_int_equal(event.target.pos, 15);
    assert_int_equal(event.depth, 0);
}

static void an_avmplus_without_its_value_can_be_left_behind(void **state) {
    (void)state;
    static struct rtmp_amf amf;
    struct rtmp_reader reader = rtmp_reader_over((const uint8_t *)"\x11\x05", 2);
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, &reader, 0);
    reader.end = 1;
    assert_true(rtmp_amf_next(&amf, &event));
    assert_false(rtmp_amf_value_done(&amf));
    rtmp_amf_resume(&amf);
    assert_true(rtmp_amf_value_done(&amf));
    assert_false(rtmp_amf_next(&amf, &event));
    assert_true(rtmp_ok(&reader));
    reader.end = 2;
    assert_true(rtmp_amf_next(&amf, &event));
    assert_int_equal(event.version, 0);
    assert_int_equal(event.kind, RTMP_AMF_NULL);
}

static void plain_values_need_no_tables(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        int kind; /* -1: no scalar, or cut: the cursor does not move */
    } cases[] = {
        {"00 3ff0000000000000", RTMP_AMF_NUMBER},
        {"01 01", RTMP_AMF_BOOLEAN},
        {"02 0001 61", RTMP_AMF_STRING},
        {"05", RTMP_AMF_NULL},
        {"06", RTMP_AMF_UNDEFINED},
        {"03 000009", -1},
        {"07 0000", -1},
        {"0b 0000000000000000 0000", -1},
        {"11 01", -1},
        {"00 3ff0", -1},
        {"01", -1},
        {"02 0002 61", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(cases[i].hex, &len);
        struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
        struct rtmp_amf_leaf leaf;
        uint32_t length = rtmp_amf0_scalar_length(&reader);
        bool scalar = rtmp_amf0_scalar(&reader, &leaf);
        assert_int_equal(scalar, cases[i].kind >= 0);
        assert_int_equal(length, scalar ? len : 0);
        assert_int_equal(reader.pos, scalar ? len : 0);
        assert_true(rtmp_ok(&reader));
        if (scalar)
            assert_int_equal(leaf.kind, cases[i].kind);
        guarded_free(bytes, len);
    }
}

static void scalars_are_those_of_the_decoder(void **state) {
    (void)state;
    static const uint8_t markers[] = {0, 1, 2, 5, 6};
    uint8_t value[300];
    srand(1);
    for (unsigned i = 0; i < 100000; i++) {
        size_t len = 1 + (size_t)rand() % (i % 8 ? 16 : sizeof value);
        for (size_t k = 0; k < len; k++)
            value[k] = (uint8_t)rand();
        value[0] = markers[i % sizeof markers];
        if (value[0] == 2 && len > 2) { /* a string that ends before, at or beyond the end */
            value[1] = 0;
            value[2] = (uint8_t)((size_t)rand() % (len - 1));
        }
        uint8_t *bytes = guarded_copy(value, len);
        check_scalar(bytes, len, 0);
        guarded_free(bytes, len);
    }
}

static void it_fits_on_the_stack(void **state) {
    (void)state;
    assert_true(sizeof(struct rtmp_amf) <= 80000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length_that_wraps_is_an_error),
        cmocka_unit_test(length_beyond_the_end_is_an_error),
        cmocka_unit_test(cut_scalars_are_an_end),
        cmocka_unit_test(count_bombs_cost_nothing),
        cmocka_unit_test(depth_bombs_end_at_the_cap),
        cmocka_unit_test(references_that_do_not_resolve_are_remarked),
        cmocka_unit_test(an_object_may_contain_itself),
        cmocka_unit_test(the_reference_table_is_bounded),
        cmocka_unit_test(empty_key_before_a_marker_is_a_property),
        cmocka_unit_test(stray_end_marker_is_an_error),
        cmocka_unit_test(missing_terminator_at_the_end_is_remarked),
        cmocka_unit_test(ecma_count_is_a_hint),
        cmocka_unit_test(unusual_doubles_and_dates_are_values),
        cmocka_unit_test(a_key_of_64_kib_is_a_key),
        cmocka_unit_test(unknown_markers_are_an_error),
        cmocka_unit_test(reserved_markers_are_one_byte),
        cmocka_unit_test(avmplus_may_stand_anywhere),
        cmocka_unit_test(items_are_bounded),
        cmocka_unit_test(an_event_is_written_whole),
        cmocka_unit_test(the_caller_may_move_between_values),
        cmocka_unit_test(an_avmplus_without_its_value_can_be_left_behind),
        cmocka_unit_test(plain_values_need_no_tables),
        cmocka_unit_test(scalars_are_those_of_the_decoder),
        cmocka_unit_test(it_fits_on_the_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + run_vectors("amf0", check_vector);
}
