/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands before a handshake or instead of it. */
#include "wire/preface.h"

#include <string.h>

#include "vectors.h"

static void test_http(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum rtmp_verdict verdict;
    } lines[] = {
        {"GET /live/a.m3u8 HTTP/1.1\r\n", RTMP_YES},
        {"HTTP/1.1 400 Bad Request\r\n", RTMP_YES},
        {"POST /open/1 HTTP/1.0\n", RTMP_YES},
        {"GET /live/a.m3u8 HT", RTMP_MAYBE},
        {"GET /live/a.m3u8 HTTP/1.1\r", RTMP_MAYBE},
        {"OPTIONS rtsp://example/ RTSP/1.0\r\n", RTMP_NO},
        {"GETTING", RTMP_NO},
        {"", RTMP_NO},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (rtmp_preface_http((const uint8_t *)lines[i].text, strlen(lines[i].text)) !=
            lines[i].verdict)
            fail_msg("%s", lines[i].text);
}

/* What is cut is waited for, what goes on behind it is not a part of it. */
static void check_proxy(const uint8_t *bytes, size_t len, uint32_t header) {
    uint32_t length = 0;
    for (size_t cut = 1; cut <= len; cut++) {
        assert_int_equal(rtmp_preface_proxy(bytes, cut, &length),
                         cut < header ? RTMP_MAYBE : RTMP_YES);
        if (cut >= header)
            assert_int_equal(length, header);
    }
}

static void test_proxy(void **state) {
    (void)state;
    static const char text[] = "PROXY TCP4 192.0.2.7 192.0.2.1 50123 1935\r\n\3";
    check_proxy((const uint8_t *)text, sizeof text - 1, sizeof text - 2);
    size_t len;
    uint8_t *bytes =
        guarded_hex("0d0a0d0a000d0a515549540a 21 11 000c c0000207c0000201c3cb078f 03", &len);
    check_proxy(bytes, len, 28);
    uint32_t length;
    bytes[12] = 0x31; /* version 3 */
    assert_int_equal(rtmp_preface_proxy(bytes, len, &length), RTMP_NO);
    assert_int_equal(rtmp_preface_proxy(bytes + 1, 4, &length), RTMP_NO);
    guarded_free(bytes, len);
    char endless[200];
    memset(endless, 'x', sizeof endless);
    memcpy(endless, "PROXY ", 6);
    assert_int_equal(rtmp_preface_proxy((const uint8_t *)endless, 106, &length), RTMP_MAYBE);
    assert_int_equal(rtmp_preface_proxy((const uint8_t *)endless, sizeof endless, &length),
                     RTMP_NO);
}

/* A tab stood in Info as it was. */
static void a_tab_of_an_answer_is_shown_as_one(void **state) {
    (void)state;
    static const uint8_t answer[] = "HELO\tmail\r\n";
    char line[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_preface_add_answer(&text, answer, sizeof answer - 1);
    assert_string_equal(line, "HELO\xE2\x90\x89mail");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(a_tab_of_an_answer_is_shown_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
