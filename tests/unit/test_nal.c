/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "decoder_configs_of_size.h"
#include "media_events.h"
#include "vectors.h"

/* An H.264 key frame: access unit delimiter, SEI with a recovery point, parameter sets, two slices.
 */
static const char frame[] = "17 01 000028"
                            "00000002 09f0"
                            "00000005 06 06 01 c4 80"
                            "00000004 68ee3c80"
                            "00000006 65 88 84 00 10 ff"
                            "00000005 65 00 11 22 33";

static struct media_events events;

static void read_frame(const char *hex, uint32_t available, uint8_t length_size) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    if (available == 0)
        available = (uint32_t)len;
    uint8_t *head = guarded_copy(bytes, available);
    struct rtmp_media_body body = {.video = true,
                                   .bytes = head,
                                   .available = available,
                                   .length = (uint32_t)len,
                                   .decoder_configs = decoder_configs_of_size(length_size)};
    media_events_read_body(&events, &body);
    guarded_free(head, available);
    guarded_free(bytes, len);
}

static void units_are_listed_with_type_and_length(void **state) {
    (void)state;
    static const int types[] = {9, 6, 8, 5, 5};
    static const int lengths[] = {2, 5, 4, 6, 5};
    static const int offsets[] = {5, 11, 20, 28, 38};
    read_frame(frame, 0, 0);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, i), types[i]);
        assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, i), lengths[i]);
        assert_int_equal(media_number(&events, RTMP_FIELD_NAL_OFFSET, i), offsets[i]);
    }
    assert_null(media_event(&events, RTMP_FIELD_NAL, 5));
    assert_string_equal(media_event(&events, RTMP_FIELD_NAL_TYPE, 3)->text, "IDR slice");
    assert_string_equal(media_event(&events, RTMP_FIELD_SEI_PAYLOAD_TYPE, 0)->text,
                        "Recovery point");
}

static void a_head_shows_what_it_holds(void **state) {
    (void)state;
    for (uint32_t available = 1; available < 47; available++) {
        read_frame(frame, available, available % 2 ? 4 : 0);
        for (size_t i = 0; i < events.count; i++)
            if (events.event[i].kind == RTMP_MEDIA_STOP)
                assert_true(events.event[i].cut &&
                            (available < 5 || /* the message's own header */
                             events.event[i].error == RTMP_REMARK_LIST_ENDS));
    }
    read_frame(frame, 37, 0);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, 3), 6);
    assert_null(media_event(&events, RTMP_FIELD_NAL, 4));
}

static void other_length_sizes_are_found(void **state) {
    (void)state;
    read_frame("27 01 000000 0003 419a00 0002 01aa", 0, 0);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, 0), 3);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, 1), 1);
    read_frame("27 01 000000 03 419a00 02 01aa", 0, 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, 0), 1);
    read_frame("27 01 000000 000003 419a00 000002 01aa", 0, 3);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, 1), 2);
}

static void a_lying_length_ends_the_frame(void **state) {
    (void)state;
    read_frame("27 01 000000 00000003 419a00 000000ff 01aa", 0, 4);
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, 0), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, 1), 255);
    /* Without an announced size there is no error: one remark. */
    read_frame("27 01 000000 ffffffff 419a00", 0, 0);
    assert_int_equal(media_errors(&events), 0);
    assert_null(media_event(&events, RTMP_FIELD_NAL, 0));
    unsigned remarks = 0;
    for (size_t i = 0; i < events.count; i++)
        remarks += events.event[i].kind == RTMP_MEDIA_STOP &&
                   events.event[i].error == RTMP_REMARK_NAL_LENGTH;
    assert_int_equal(remarks, 1);
}

static void parameter_sets_in_band_are_read(void **state) {
    (void)state;
    read_frame("17 01 000000 00000018"
               "6764001eacd940b424d8208000000300800000190f8a14cb"
               "00000002 6588",
               0, 4);
    assert_int_equal(media_number(&events, RTMP_FIELD_VIDEO_WIDTH, 0), 720);
    assert_string_equal(media_event(&events, RTMP_FIELD_VIDEO_PROFILE, 0)->text, "High");
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, 1), 5);
}

static void many_units_stop_at_the_limit(void **state) {
    (void)state;
    size_t len = 5 + 4 * 200000;
    uint8_t *body = calloc(1, len);
    assert_non_null(body);
    memcpy(body, "\x27\x01\0\0", 5);
    struct rtmp_media_body media = {.video = true,
                                    .bytes = body,
                                    .available = (uint32_t)len,
                                    .length = (uint32_t)len,
                                    .decoder_configs = decoder_configs_of_size(4)};
    media_events_read_body(&events, &media);
    assert_true(events.count < 400000);
    free(body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_listed_with_type_and_length),
        cmocka_unit_test(a_head_shows_what_it_holds),
        cmocka_unit_test(other_length_sizes_are_found),
        cmocka_unit_test(a_lying_length_ends_the_frame),
        cmocka_unit_test(parameter_sets_in_band_are_read),
        cmocka_unit_test(many_units_stop_at_the_limit),
    };
    return cmocka_run_group_tests_name("nal", tests, NULL, NULL);
}
