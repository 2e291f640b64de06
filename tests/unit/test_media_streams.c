/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media_streams.h"

#include "vectors.h"

static struct rtmp_media_streams streams;

static struct rtmp_media_body body_of(const uint8_t *bytes, size_t len) {
    return (struct rtmp_media_body){
        .video = true, .bytes = bytes, .available = (uint32_t)len, .length = (uint32_t)len};
}

static void learn(uint32_t stream_id, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_media_body body = body_of(bytes, len);
    rtmp_media_streams_learn(&streams, stream_id, &body);
    guarded_free(bytes, len);
}

static unsigned size_for(uint32_t stream_id, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_media_body body = body_of(bytes, len);
    unsigned size = rtmp_media_streams_length_size(&streams, stream_id, &body);
    guarded_free(bytes, len);
    return size;
}

static int begin(void **state) {
    (void)state;
    streams = (struct rtmp_media_streams){.count = 0};
    return 0;
}

#define FRAME "27 01 000000 00000002 41 9a"

static void the_last_record_of_a_stream_counts(void **state) {
    (void)state;
    assert_int_equal(size_for(1, FRAME), 0);
    learn(1, "17 00 000000 01 64001f fc e0 00");
    assert_int_equal(size_for(1, FRAME), 1);
    assert_int_equal(size_for(2, FRAME), 0);
    learn(1, "17 00 000000 01 64001f ff e0 00");
    assert_int_equal(size_for(1, FRAME), 4);
    learn(2, "90 68766331 01 0100000000 000000000000 00 f000 fc fd f8 f8 0000 0d 00"); /* hvcC */
    assert_int_equal(size_for(2, "91 68766331 000000 0002 0201"), 2);
    assert_int_equal(size_for(1, FRAME), 4);
}

static void tracks_of_a_stream_have_their_own(void **state) {
    (void)state;
    learn(1, "90 61766331 01 64001f ff e0 00");
    learn(1, "96 00 61766331 05 01 64001f fd e0 00");
    assert_int_equal(size_for(1, "91 61766331 000000 00000002 419a"), 4);
    assert_int_equal(size_for(1, "96 01 61766331 05 000000 0002 419a"), 2);
    assert_int_equal(size_for(1, "97 02 0001f4 06 01 61766331 05 000000 0002 419a"), 2);
    assert_int_equal(size_for(1, "96 01 61766331 06 000000 0002 419a"), 0);
}

static void what_is_no_record_says_nothing(void **state) {
    (void)state;
    static const char *const others[] = {"",
                                         "17",
                                         "17 00 000000 01 64",
                                         "17 00",
                                         "90 76703039 00",
                                         FRAME,
                                         "97 02 000001 07 02 000002 0f",
                                         "d0 00",
                                         "96",
                                         "91 61766331 000000 00000001 09"};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        learn(1, others[i]);
    assert_int_equal(streams.count, 0);
    learn(1, "17 00 000000 01 64001f ff e0 00");
    learn(1, "17 00 000000 01 64"); /* cut: what was known stays */
    assert_int_equal(size_for(1, ""), 4);
    assert_int_equal(size_for(1, FRAME), 4);
}

static void a_full_table_forgets_the_oldest(void **state) {
    (void)state;
    for (uint32_t id = 1; id <= RTMP_LIMIT_MEDIA_STREAMS + 2; id++)
        learn(id, "17 00 000000 01 64001f fd e0 00");
    assert_int_equal(streams.count, RTMP_LIMIT_MEDIA_STREAMS);
    assert_int_equal(size_for(1, FRAME), 0);
    assert_int_equal(size_for(2, FRAME), 0);
    for (uint32_t id = 3; id <= RTMP_LIMIT_MEDIA_STREAMS + 2; id++)
        assert_int_equal(size_for(id, FRAME), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_last_record_of_a_stream_counts, begin),
        cmocka_unit_test_setup(tracks_of_a_stream_have_their_own, begin),
        cmocka_unit_test_setup(what_is_no_record_says_nothing, begin),
        cmocka_unit_test_setup(a_full_table_forgets_the_oldest, begin),
    };
    return cmocka_run_group_tests_name("media_streams", tests, NULL, NULL);
}
