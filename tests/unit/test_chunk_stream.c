/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk_stream.h"

#include "direction_fixture.h"
#include "vectors.h"

/* Small ids are found by index while a byte holds it, whatever came before them. */
static void every_id_is_found_whatever_came_before_it(void **state) {
    (void)state;
    enum { LARGE_FROM = 64, LARGE = 300, SMALL = 62 };
    struct recorder rec = recorder_new();
    struct rtmp_memory memory = recorder_memory(&rec);
    struct rtmp_chunk_streams streams = {.count = 0};
    assert_null(rtmp_chunk_streams_find(&streams, 3));
    assert_non_null(rtmp_chunk_streams_add(&streams, &memory, 3));
    for (uint32_t i = 0; i < LARGE; i++)
        assert_non_null(rtmp_chunk_streams_add(&streams, &memory, LARGE_FROM + i * 199));
    assert_null(rtmp_chunk_streams_find(&streams, 4));
    for (uint32_t csid = 2; csid < 2 + SMALL; csid++)
        if (csid != 3)
            assert_non_null(rtmp_chunk_streams_add(&streams, &memory, csid));
    for (uint32_t csid = 2; csid < 2 + SMALL; csid++)
        assert_int_equal(rtmp_chunk_streams_find(&streams, csid)->message.csid, csid);
    for (uint32_t i = 0; i < LARGE; i++)
        assert_int_equal(rtmp_chunk_streams_find(&streams, LARGE_FROM + i * 199)->message.csid,
                         LARGE_FROM + i * 199);
    assert_null(rtmp_chunk_streams_find(&streams, LARGE_FROM + 1));

    struct rtmp_chunk_streams copy;
    assert_true(rtmp_chunk_streams_copy(&copy, &streams, &memory));
    assert_int_equal(rtmp_chunk_streams_find(&copy, 63)->message.csid, 63);
    rtmp_chunk_streams_destroy(&copy, &memory);
    rtmp_chunk_streams_destroy(&streams, &memory);
    assert_int_equal(rec.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_is_found_whatever_came_before_it),
    };
    return cmocka_run_group_tests_name("chunk_stream", tests, NULL, NULL);
}
