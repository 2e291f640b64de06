/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/composition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct rtmp_composition composition;

static int begin(void **state) {
    (void)state;
    composition = (struct rtmp_composition){.count = 0};
    return 0;
}

static enum rtmp_composition_fault show(int64_t decoded, int64_t presented, bool is_key) {
    const struct rtmp_composed frame = {decoded, presented, is_key};
    if (rtmp_composition_is_plain(&composition, &frame))
        return RTMP_COMPOSITION_FITS;
    return rtmp_composition_look(&composition, &frame);
}
#define FRAME(decoded, presented) show(decoded, presented, false)
#define KEY(decoded, presented)   show(decoded, presented, true)

static void assert_fits(enum rtmp_composition_fault fault) {
    assert_int_equal(fault, RTMP_COMPOSITION_FITS);
}

static void frames_in_the_order_of_decoding_fit(void **state) {
    (void)state;
    for (int64_t at = 0; at < 4000; at += 40)
        assert_fits(show(at, at, at % 1000 == 0));
}

static void a_pyramid_of_b_frames_fits(void **state) {
    (void)state;
    assert_fits(KEY(0, 80));
    for (int64_t at = 0; at < 1600; at += 160) {
        assert_fits(FRAME(at + 40, at + 240));
        assert_fits(FRAME(at + 80, at + 160));
        assert_fits(FRAME(at + 120, at + 120));
        assert_fits(FRAME(at + 160, at + 200));
    }
}

/* As many as H.264 allows, of fields that are messages of their own. */
static void thirty_one_frames_are_reordered(void **state) {
    (void)state;
    assert_fits(KEY(0, 0));
    for (int64_t at = 1; at <= 31; at++)
        assert_fits(FRAME(at, 100 + at));
    assert_fits(FRAME(32, 32));
}

static void thirty_two_frames_are_too_many(void **state) {
    (void)state;
    assert_fits(KEY(0, 0));
    for (int64_t at = 1; at <= 32; at++)
        assert_fits(FRAME(at, 100 + at));
    assert_int_equal(FRAME(33, 33), RTMP_COMPOSITION_TOO_FAR);
    assert_fits(FRAME(34, 34)); /* behind that one */
}

static void leading_frames_fit_behind_their_key_frame(void **state) {
    (void)state;
    assert_fits(KEY(0, 40));
    assert_fits(FRAME(40, 80));
    assert_fits(KEY(80, 200));
    assert_fits(FRAME(120, 120));
    assert_fits(FRAME(160, 160));
    assert_fits(FRAME(200, 240));
    assert_int_equal(FRAME(240, 199), RTMP_COMPOSITION_BEFORE_KEY);
    assert_int_equal(FRAME(160, 180), RTMP_COMPOSITION_FITS); /* timestamps run backwards */
}

static void a_frame_before_its_key_frame_comes_first(void **state) {
    (void)state;
    assert_fits(KEY(80, 200));
    assert_fits(FRAME(120, 240));
    assert_int_equal(FRAME(160, 180), RTMP_COMPOSITION_BEFORE_KEY);
    assert_fits(FRAME(200, 220));
    assert_fits(KEY(240, 250));
    assert_fits(FRAME(245, 247));
}

static void a_key_frame_follows_the_frames_before_it(void **state) {
    (void)state;
    assert_fits(KEY(0, 0));
    assert_fits(FRAME(40, 200));
    assert_int_equal(KEY(80, 120), RTMP_COMPOSITION_KEY_TOO_EARLY);
}

static void two_frames_are_not_presented_at_once(void **state) {
    (void)state;
    assert_fits(KEY(0, 40));
    assert_fits(FRAME(40, 120));
    assert_int_equal(FRAME(80, 120), RTMP_COMPOSITION_SAME_TIME);
}

static void slices_of_one_frame_fit(void **state) {
    (void)state;
    assert_fits(KEY(0, 40));
    assert_fits(KEY(0, 40));
    assert_fits(FRAME(40, 120));
    assert_fits(FRAME(40, 120));
}

/* The times of decoding may be those of a decoder that is ahead: no order is wrong. */
static void times_that_are_shifted_fit(void **state) {
    (void)state;
    assert_fits(KEY(40, 0));
    assert_fits(FRAME(80, 120));
    assert_fits(FRAME(120, 40));
    assert_fits(FRAME(160, 80));
    assert_fits(KEY(200, 160));
}

static void what_begins_anew_is_not_compared(void **state) {
    (void)state;
    assert_fits(KEY(0, 0));
    assert_fits(FRAME(40, 5000));
    rtmp_composition_begin_anew(&composition);
    assert_fits(FRAME(80, 90));
    assert_fits(FRAME(85, 87)); /* the key frame was another decoder's */
    assert_fits(KEY(90, 100));
}

static void every_fault_has_a_name(void **state) {
    (void)state;
    for (unsigned fault = 1; fault <= RTMP_COMPOSITION_TOO_FAR; fault++)
        assert_true(strlen(rtmp_composition_fault_name((enum rtmp_composition_fault)fault)) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(frames_in_the_order_of_decoding_fit, begin),
        cmocka_unit_test_setup(a_pyramid_of_b_frames_fits, begin),
        cmocka_unit_test_setup(thirty_one_frames_are_reordered, begin),
        cmocka_unit_test_setup(thirty_two_frames_are_too_many, begin),
        cmocka_unit_test_setup(leading_frames_fit_behind_their_key_frame, begin),
        cmocka_unit_test_setup(a_frame_before_its_key_frame_comes_first, begin),
        cmocka_unit_test_setup(a_key_frame_follows_the_frames_before_it, begin),
        cmocka_unit_test_setup(two_frames_are_not_presented_at_once, begin),
        cmocka_unit_test_setup(slices_of_one_frame_fit, begin),
        cmocka_unit_test_setup(times_that_are_shifted_fit, begin),
        cmocka_unit_test_setup(what_begins_anew_is_not_compared, begin),
        cmocka_unit_test_setup(every_fault_has_a_name, begin),
    };
    return cmocka_run_group_tests_name("composition", tests, NULL, NULL);
}
