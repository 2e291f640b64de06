/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <math.h>

#include "base/bytes.h"
#include "base/error.h"

/* A reader over a guarded copy of `hex`. */
struct input {
    uint8_t *bytes;
    size_t len;
    struct rtmp_reader r;
};

static struct input input_of(const char *hex) {
    struct input input;
    input.bytes = guarded_hex(hex, &input.len);
    input.r = rtmp_reader_over(input.bytes, (uint32_t)input.len);
    return input;
}

static void input_free(struct input *input) {
    guarded_free(input->bytes, input->len);
}

static void integers_are_big_endian(void **state) {
    (void)state;
    struct input in = input_of("01 0203 040506 0708090a 0b0c0d0e0f101112");
    assert_int_equal(rtmp_u8(&in.r), 0x01);
    assert_int_equal(rtmp_u16(&in.r), 0x0203);
    assert_int_equal(rtmp_u24(&in.r), 0x040506);
    assert_int_equal(rtmp_u32(&in.r), 0x0708090A);
    assert_true(rtmp_u64(&in.r) == 0x0B0C0D0E0F101112ULL);
    assert_int_equal(rtmp_left(&in.r), 0);
    assert_true(rtmp_ok(&in.r));
    input_free(&in);
}

static void the_stream_id_is_little_endian(void **state) {
    (void)state;
    struct input in = input_of("01000080");
    assert_int_equal(rtmp_u32_le(&in.r), 0x80000001U);
    input_free(&in);
}

static void signed_24_bits_reach_both_ends(void **state) {
    (void)state;
    struct input in = input_of("000000 7fffff 800000 ffffff");
    assert_int_equal(rtmp_s24(&in.r), 0);
    assert_int_equal(rtmp_s24(&in.r), 8388607);
    assert_int_equal(rtmp_s24(&in.r), -8388608);
    assert_int_equal(rtmp_s24(&in.r), -1);
    input_free(&in);
}

static void doubles_are_big_endian(void **state) {
    (void)state;
    struct input in = input_of("400921fb54442d18 8000000000000000 7ff8000000000000");
    assert_true(rtmp_f64(&in.r) == 3.141592653589793);
    double zero = rtmp_f64(&in.r);
    assert_true(zero == 0 && signbit(zero));
    assert_true(isnan(rtmp_f64(&in.r)));
    input_free(&in);
}

/* Each read with one byte too few: zero, RTMP_ERROR_END at the cursor, nothing moves. */
#define ASSERT_SHORT(read, bytes_needed)                                                           \
    for (uint32_t have = 0; have < (bytes_needed); have++) {                                       \
        struct input in = input_of("ffffffffffffffff");                                            \
        in.r.pos = (uint32_t)in.len - have;                                                        \
        uint32_t pos = in.r.pos;                                                                   \
        assert_true(read(&in.r) == 0);                                                             \
        assert_int_equal(in.r.error, RTMP_ERROR_END);                                              \
        assert_int_equal(in.r.error_pos, pos);                                                     \
        assert_int_equal(in.r.pos, pos);                                                           \
        input_free(&in);                                                                           \
    }

static void a_short_read_gives_zero_and_moves_nothing(void **state) {
    (void)state;
    ASSERT_SHORT(rtmp_u8, 1)
    ASSERT_SHORT(rtmp_u16, 2)
    ASSERT_SHORT(rtmp_u24, 3)
    ASSERT_SHORT(rtmp_s24, 3)
    ASSERT_SHORT(rtmp_u32, 4)
    ASSERT_SHORT(rtmp_u32_le, 4)
    ASSERT_SHORT(rtmp_u64, 8)
    ASSERT_SHORT(rtmp_f64, 8)
}

static void the_first_error_sticks(void **state) {
    (void)state;
    struct input in = input_of("0102030405");
    (void)rtmp_u8(&in.r);
    rtmp_fail_at(&in.r, RTMP_ERROR_MARKER, 0);
    rtmp_fail_at(&in.r, RTMP_ERROR_FORMAT, 3);
    assert_int_equal(in.r.error, RTMP_ERROR_MARKER);
    assert_int_equal(in.r.error_pos, 0);
    assert_int_equal(rtmp_u8(&in.r), 0);
    assert_int_equal(rtmp_u16(&in.r), 0);
    assert_int_equal(rtmp_take(&in.r, 1).len, 0);
    assert_int_equal(in.r.pos, 1);
    assert_int_equal(in.r.error, RTMP_ERROR_MARKER);
    input_free(&in);
}

static void take_gives_the_range_it_moved_over(void **state) {
    (void)state;
    struct input in = input_of("0102030405");
    (void)rtmp_u8(&in.r);
    struct rtmp_span span = rtmp_take(&in.r, 3);
    assert_int_equal(span.pos, 1);
    assert_int_equal(span.len, 3);
    assert_int_equal(rtmp_span_end(span), 4);
    assert_ptr_equal(rtmp_bytes(&in.r, span), in.bytes + 1);
    span = rtmp_take(&in.r, 0);
    assert_int_equal(span.pos, 4);
    assert_true(rtmp_ok(&in.r));
    /* A length that would wrap around is only larger than what is left. */
    span = rtmp_take(&in.r, 0xFFFFFFFDU);
    assert_int_equal(span.pos, 4);
    assert_int_equal(span.len, 0);
    assert_int_equal(in.r.error, RTMP_ERROR_END);
    input_free(&in);
}

static void bytes_outside_are_refused(void **state) {
    (void)state;
    struct input in = input_of("0102030405");
    assert_non_null(rtmp_bytes(&in.r, rtmp_span_of(5, 0)));
    assert_null(rtmp_bytes(&in.r, rtmp_span_of(5, 1)));
    assert_null(rtmp_bytes(&in.r, rtmp_span_of(6, 0)));
    assert_null(rtmp_bytes(&in.r, rtmp_span_of(1, 0xFFFFFFFFU)));
    in.r.end = 3;
    assert_null(rtmp_bytes(&in.r, rtmp_span_of(2, 2)));
    input_free(&in);
}

static void peeking_moves_nothing(void **state) {
    (void)state;
    struct input in = input_of("0102");
    assert_int_equal(rtmp_peek_at(&in.r, 1), 2);
    assert_int_equal(rtmp_peek_at(&in.r, 2), 0);
    assert_int_equal(rtmp_peek_at(&in.r, 0xFFFFFFFFU), 0);
    assert_int_equal(in.r.pos, 0);
    assert_true(rtmp_ok(&in.r));
    input_free(&in);
}

static void an_empty_input_is_one(void **state) {
    (void)state;
    struct rtmp_reader r = rtmp_reader_over(NULL, 0);
    assert_int_equal(rtmp_left(&r), 0);
    assert_int_equal(rtmp_u8(&r), 0);
    assert_int_equal(r.error, RTMP_ERROR_END);
}

static void errors_are_graded_and_have_a_text(void **state) {
    (void)state;
    static const enum rtmp_error remarks[] = {RTMP_REMARK_NO_TERMINATOR, RTMP_REMARK_LENGTH_OMITTED,
                                              RTMP_REMARK_COUNT_DIFFERS, RTMP_REMARK_NOT_CANONICAL,
                                              RTMP_REMARK_UNRESOLVED,    RTMP_REMARK_BEYOND_TABLE,
                                              RTMP_REMARK_DATE};
    static const enum rtmp_error errors[] = {RTMP_ERROR_END,    RTMP_ERROR_LENGTH,
                                             RTMP_ERROR_MARKER, RTMP_ERROR_FORMAT,
                                             RTMP_ERROR_CLASS,  RTMP_ERROR_TRAITS};
    static const enum rtmp_error limits[] = {RTMP_LIMIT_DEPTH, RTMP_LIMIT_ITEMS};
    const char *unknown = rtmp_error_text((enum rtmp_error)9999);
    assert_false(rtmp_error_ends_value(RTMP_OK));
    assert_string_not_equal(rtmp_error_text(RTMP_OK), unknown);
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        assert_false(rtmp_error_ends_value(remarks[i]));
        assert_false(rtmp_error_is_limit(remarks[i]));
        assert_string_not_equal(rtmp_error_text(remarks[i]), unknown);
    }
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        assert_true(rtmp_error_ends_value(errors[i]));
        assert_false(rtmp_error_is_limit(errors[i]));
        assert_string_not_equal(rtmp_error_text(errors[i]), unknown);
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        assert_true(rtmp_error_ends_value(limits[i]));
        assert_true(rtmp_error_is_limit(limits[i]));
        assert_string_not_equal(rtmp_error_text(limits[i]), unknown);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(the_stream_id_is_little_endian),
        cmocka_unit_test(signed_24_bits_reach_both_ends),
        cmocka_unit_test(doubles_are_big_endian),
        cmocka_unit_test(a_short_read_gives_zero_and_moves_nothing),
        cmocka_unit_test(the_first_error_sticks),
        cmocka_unit_test(take_gives_the_range_it_moved_over),
        cmocka_unit_test(bytes_outside_are_refused),
        cmocka_unit_test(peeking_moves_nothing),
        cmocka_unit_test(an_empty_input_is_one),
        cmocka_unit_test(errors_are_graded_and_have_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
