/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/bits.h"

#include "vectors.h"

struct bit_input {
    struct rtmp_reader reader;
    struct rtmp_bits bits;
    uint8_t *bytes;
    size_t len;
};

static void begin(struct bit_input *in, const char *hex, bool rbsp) {
    in->bytes = guarded_hex(hex, &in->len);
    in->reader = rtmp_reader_over(in->bytes, (uint32_t)in->len);
    in->bits = (struct rtmp_bits){.reader = &in->reader, .rbsp = rbsp};
}

static void end(struct bit_input *in) {
    guarded_free(in->bytes, in->len);
}

static void bits_come_most_significant_first(void **state) {
    (void)state;
    struct bit_input in;
    begin(&in, "a5 0f ff00ff00 80", false);
    assert_int_equal(rtmp_bits_take(&in.bits, 1), 1);
    assert_int_equal(rtmp_bits_take(&in.bits, 3), 2);
    assert_int_equal(rtmp_bits_take(&in.bits, 8), 0x50);
    assert_int_equal(rtmp_bits_take(&in.bits, 4), 0xF);
    assert_int_equal(rtmp_bits_take(&in.bits, 32), 0xFF00FF00);
    assert_int_equal(rtmp_bits_take(&in.bits, 0), 0);
    assert_int_equal(in.reader.pos, 6);
    assert_int_equal(rtmp_bits_take(&in.bits, 1), 1);
    rtmp_bits_align(&in.bits);
    assert_int_equal(in.reader.pos, 7);
    assert_true(rtmp_ok(&in.reader));
    end(&in);
}

static void a_read_past_the_end_moves_nothing(void **state) {
    (void)state;
    struct bit_input in;
    begin(&in, "ff 81", false);
    assert_int_equal(rtmp_bits_take(&in.bits, 9), 0x1FF);
    assert_int_equal(rtmp_bits_take(&in.bits, 8), 0);
    assert_int_equal(in.reader.error, RTMP_ERROR_END);
    assert_int_equal(in.reader.pos, 1);
    assert_int_equal(in.bits.used, 1);
    assert_int_equal(rtmp_bits_take(&in.bits, 1), 0); /* errors stick */
    assert_int_equal(rtmp_bits_ue(&in.bits), 0);
    end(&in);
}

static void exp_golomb_numbers(void **state) {
    (void)state;
    struct bit_input in;
    /* 1 010 011 00100 00111 | 1 010 011 00100 00101 (se) */
    begin(&in, "a6 43 d3 21 40", false);
    for (uint32_t expected = 0; expected < 4; expected++)
        assert_int_equal(rtmp_bits_ue(&in.bits), expected);
    assert_int_equal(rtmp_bits_ue(&in.bits), 6);
    static const int32_t expected[] = {0, 1, -1, 2, -2};
    for (int i = 0; i < 5; i++)
        assert_int_equal(rtmp_bits_se(&in.bits), expected[i]);
    end(&in);
    begin(&in, "00000000 80000000 00", false); /* 32 zeros, one, 32 zeros */
    assert_int_equal(rtmp_bits_ue(&in.bits), 0xFFFFFFFF);
    assert_true(rtmp_ok(&in.reader));
    end(&in);
    begin(&in, "00000000 80000000 00", false);
    assert_int_equal(rtmp_bits_se(&in.bits), 0);
    assert_int_equal(in.reader.error, RTMP_ERROR_FORMAT);
    end(&in);
}

static void endless_zeros_are_an_error(void **state) {
    (void)state;
    struct bit_input in;
    begin(&in, "00 00000000 00000000 ff", false);
    assert_int_equal(rtmp_bits_ue(&in.bits), 0);
    assert_int_equal(in.reader.error, RTMP_ERROR_FORMAT);
    assert_int_equal(in.reader.error_pos, 0);
    assert_int_equal(in.reader.pos, 0);
    end(&in);
    begin(&in, "00000000 c0000000 00", false); /* 2^32 and more */
    assert_int_equal(rtmp_bits_ue(&in.bits), 0);
    assert_int_equal(in.reader.error, RTMP_ERROR_FORMAT);
    end(&in);
}

static void emulation_prevention_bytes_are_no_bits(void **state) {
    (void)state;
    struct bit_input in;
    begin(&in, "0000 03 01 0000 03 00 00 03 03", true);
    assert_int_equal(rtmp_bits_take(&in.bits, 24), 0x000001);
    assert_int_equal(rtmp_bits_take(&in.bits, 12), 0);
    assert_int_equal(rtmp_bits_take(&in.bits, 32 - 12), 0x00000);
    assert_int_equal(rtmp_bits_take(&in.bits, 8), 3);
    assert_int_equal(in.reader.pos, 11);
    end(&in);
    begin(&in, "000003", true); /* one at the very end holds nothing */
    assert_int_equal(rtmp_bits_take(&in.bits, 16), 0);
    assert_int_equal(rtmp_bits_take(&in.bits, 1), 0);
    assert_int_equal(in.reader.error, RTMP_ERROR_END);
    end(&in);
    begin(&in, "000003", false);
    assert_int_equal(rtmp_bits_take(&in.bits, 24), 3);
    end(&in);
}

static void skipping_is_bounded_by_the_bytes(void **state) {
    (void)state;
    struct bit_input in;
    begin(&in, "0000", false);
    rtmp_bits_skip(&in.bits, 15);
    assert_true(rtmp_ok(&in.reader));
    rtmp_bits_skip(&in.bits, 0xFFFFFFFF);
    assert_int_equal(in.reader.error, RTMP_ERROR_END);
    end(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_come_most_significant_first),
        cmocka_unit_test(a_read_past_the_end_moves_nothing),
        cmocka_unit_test(exp_golomb_numbers),
        cmocka_unit_test(endless_zeros_are_an_error),
        cmocka_unit_test(emulation_prevention_bytes_are_no_bits),
        cmocka_unit_test(skipping_is_bounded_by_the_bytes),
    };
    return cmocka_run_group_tests_name("bits", tests, NULL, NULL);
}
