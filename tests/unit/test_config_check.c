/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include "payload/media/config_check.h"

static bool lacks(bool video, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    const struct rtmp_media_body body = {
        .video = video, .bytes = bytes, .available = (uint32_t)len, .length = (uint32_t)len};
    bool found =
        rtmp_config_may_lack(video, body.length, bytes, body.available) && rtmp_config_lacks(&body);
    guarded_free(bytes, len);
    return found;
}

static void records_that_configure_nothing(void **state) {
    (void)state;
    assert_true(lacks(true, "17 00 000000"));                              /* no record */
    assert_true(lacks(true, "17 00 000000 01 64001F FF E0 00"));           /* no SPS, no PPS */
    assert_true(lacks(true, "17 00 000000 01 64001F FF E1 0000 01 0000")); /* of 0 bytes */
    assert_true(lacks(true, "90 68766331"));                               /* Enhanced RTMP */
    assert_true(lacks(true, "90 68766331 01 01600000009000000000005A F000FCFDF8F800000F 00"));
    assert_true(lacks(false, "AF 00"));
    assert_true(lacks(false, "90 6D703461"));
}

static void other_messages_lack_nothing(void **state) {
    (void)state;
    assert_false(lacks(true, "17 00 000000 01 64001F FF E1 0004 6764001F 01 0003 68EE3C"));
    assert_false(lacks(true, "17 01 000000 00000001 65"));
    assert_false(lacks(true, "17 02 000000")); /* end of sequence */
    assert_false(lacks(true, "22 00 0084"));   /* Sorenson H.263 */
    assert_false(lacks(false, "AF 00 1210"));
    assert_false(lacks(false, "AF 01 21"));
    assert_false(lacks(false, "2F 00"));
    assert_false(lacks(false, "AF"));
    assert_false(lacks(false, "90 61632D33")); /* AC-3, E-AC-3 and MP3 have no record */
    assert_false(lacks(false, "90 65632D33"));
    assert_false(lacks(false, "90 2E6D7033"));
    assert_false(lacks(true, ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_configure_nothing),
        cmocka_unit_test(other_messages_lack_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
