/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line about a SharedObject message. */
#include "session/so_summary.h"

#include <string.h>

#include "payload/shared_object.h"
#include "session/so_facts.h"
#include "so_fixture.h"
#include "vectors.h"

#define HEADER "0002736f 00000001 00000000 00000000 "

static const struct rtmp_so_records no_records;
static const struct rtmp_so_records_pair no_pair = {{&no_records, &no_records}};

static void assert_line_of(const uint8_t *bytes, size_t len, const struct rtmp_so_facts *facts,
                           struct rtmp_so_records_pair records, const char *expected) {
    char line[512];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_so_summary(&text, rtmp_reader_over(bytes, (uint32_t)len), RTMP_MESSAGE_SHARED_OBJECT_AMF0,
                    facts, records);
    assert_string_equal(line, expected);
}

static void assert_line(const char *hex, const char *expected) {
    const struct rtmp_so_facts facts = {.message = NULL};
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    assert_line_of(bytes, len, &facts, no_pair, expected);
    guarded_free(bytes, len);
}

static void events_keys_and_values(void **state) {
    (void)state;
    assert_line(HEADER "0100000000", "SharedObject \"so\" v1: use");
    assert_line(HEADER, "SharedObject \"so\" v1");
    assert_line(HEADER "0400000004 00016105 0900000003 000162",
                "SharedObject \"so\" v1: change a = null, remove b");
    assert_line(HEADER "0400000004 00016105 0400000004 00016205",
                "SharedObject \"so\" v1: change a = null, b = null");
    assert_line(HEADER "030000000C 000161 00 4028000000000000 0500000003 000161",
                "SharedObject \"so\" v1: request change a = 12, success a");
    assert_line(HEADER "0900000018 000161 000162 000163 000164 000165 000166 000167 000168",
                "SharedObject \"so\" v1: remove a, b, c, d, e, f, \xE2\x80\xA6");
    assert_line(HEADER "0100000000 0800000000 0b00000000 0100000000 0800000000 0b00000000 "
                       "0e00000000",
                "SharedObject \"so\" v1: use, clear, use success, use, clear, use success, "
                "\xE2\x80\xA6");
    assert_line(HEADER "7e00000000 0700000006 0001430001 4c",
                "SharedObject \"so\" v1: event 126, status C");
    assert_line("0003610a22 00000000 00000002 00000000 02",
                "SharedObject \"a\xE2\x90\x8A\"\" v0: release");
    assert_line("", "SharedObject");
}

static void a_sent_message_has_arguments(void **state) {
    (void)state;
    assert_line(HEADER "0600000005 0200026869", "SharedObject \"so\" v1: send message hi()");
    assert_line(HEADER "060000000A 0200026869 0200026f6b",
                "SharedObject \"so\" v1: send message hi(\"ok\")");
    assert_line(HEADER "0600000007 0200026869 05 05 0800000000",
                "SharedObject \"so\" v1: send message hi(null, null), clear");
    assert_line(HEADER "0600000001 05", "SharedObject \"so\" v1: send message null");
    assert_line(HEADER "060000000C 0200026869 05 05 05 05 05 05 05",
                "SharedObject \"so\" v1: send message hi(null, null, null, null, null, "
                "null, \xE2\x80\xA6");
}

static void a_long_value_is_cut(void **state) {
    (void)state;
    static uint8_t body[400];
    char events[200];
    memset(events, 'x', sizeof events);
    memcpy(events, "4 a=", 4);
    events[sizeof events - 1] = 0;
    const struct rtmp_so_facts facts = {.message = NULL};
    uint32_t len = so_body(body, "room", 2, 0, events);
    assert_line_of(body, len, &facts, no_pair,
                   "SharedObject \"room\" v2: change a = "
                   "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xE2\x80\xA6");
}

/* Of the server's second message. */
static void a_change_has_two_values(void **state) {
    (void)state;
    static struct so_fixture f;
    static uint8_t body[256];
    const char *events = "4 note=oat milk, n=2 | 4 x=1 | 9 note | 4 note=1";
    so_begin(&f, 1, "notes");
    so_send(&f, 0, SERVER, 2, "8 | 4 note=milk | 4 n=1");
    so_send(&f, 0, SERVER, 3, events);
    uint32_t len = so_body(body, "room", 3, 0, events);
    const struct rtmp_so_records *records = &f.session[0].direction[SERVER].so;
    const struct rtmp_so_facts facts = rtmp_so_records_find(records, records->messages[1].message);
    assert_line_of(body, len, &facts, rtmp_so_records_of(&f.session[0]),
                   "SharedObject \"room\" v3: change note: \"milk\" -> \"oat milk\", n: 1 -> 2, "
                   "x = 1, remove note, change note = 1");
    so_end(&f);
}

/* Events of 56 parts. */
#define KEYS_13  "9 a, b, c, d, e, f, g, h, i, j, k, l, m"
#define PARTS_56 KEYS_13 " | " KEYS_13 " | " KEYS_13 " | " KEYS_13

/* The parts of the message that was followed last are known; its line is that of any other. */
static void a_line_of_known_parts_is_the_same(void **state) {
    (void)state;
    static const struct {
        const char *events;
        bool is_known;
    } cases[] = {
        {"8 | 4 a=1, b=two, c=[xyz] | 9 a | 4 d={pq}, e=null", true},
        {"5 a | 6 say | 4 c=2 | 7 SharedObject.NoWriteAccess", true},
        {"11 | 8", true},
        {"4 a=3, b=!", false},
        {PARTS_56 " | 9 a, b, c", true},     /* 4 of the header, 56, and 4 */
        {PARTS_56 " | 9 a, b, c, d", false}, /* one too many */
    };
    static struct so_fixture f;
    static uint8_t body[1024];
    char lines[2][512];
    so_begin(&f, 1, "notes");
    const struct rtmp_so_records *records = &f.session[0].direction[SERVER].so;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        so_send(&f, 0, SERVER, 3, cases[i].events);
        uint32_t len = so_body(body, "room", 3, 0, cases[i].events);
        struct rtmp_so_facts facts = rtmp_so_records_find(records, records->messages[i].message);
        assert_int_equal(facts.recent != NULL, cases[i].is_known);
        for (unsigned way = 0; way < 2; way++) {
            struct rtmp_text text = rtmp_text_over(lines[way], sizeof lines[way]);
            rtmp_so_summary(&text, rtmp_reader_over(body, len), RTMP_MESSAGE_SHARED_OBJECT_AMF0,
                            &facts, rtmp_so_records_of(&f.session[0]));
            facts.recent = NULL;
        }
        assert_string_equal(lines[0], lines[1]);
    }
    assert_null(rtmp_so_records_find(records, records->messages[0].message).recent);
    so_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_keys_and_values),
        cmocka_unit_test(a_sent_message_has_arguments),
        cmocka_unit_test(a_long_value_is_cut),
        cmocka_unit_test(a_change_has_two_values),
        cmocka_unit_test(a_line_of_known_parts_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
