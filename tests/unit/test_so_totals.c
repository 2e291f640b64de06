/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a table says of a client's copy of a SharedObject, and the file of an object. */
#include "export/so_totals.h"

#include <string.h>

#include "export/so_json.h"
#include "libc_memory.h"
#include "so_fixture.h"

static const struct rtmp_memory memory = {.resize = libc_resize};
static struct so_fixture f;
static struct rtmp_so_totals totals;

static int begin(void **state) {
    (void)state;
    so_begin(&f, 2, "room");
    totals = (struct rtmp_so_totals){.writes = 0};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_so_totals_destroy(&totals, &memory);
    so_end(&f);
    return 0;
}

static void add(unsigned side, const char *events) {
    static uint8_t body[1 << 12];
    const struct rtmp_session_direction *direction = &f.session[0].direction[side];
    (void)so_send(&f, 0, side, 2, events);
    const struct rtmp_so_message *message =
        &direction->so.messages[direction->so.message_count - 1];
    uint32_t len = so_body(body, f.name, 2, 0, events);
    rtmp_so_totals_add(&totals, &memory, direction, message->message, rtmp_reader_over(body, len),
                       RTMP_MESSAGE_SHARED_OBJECT_AMF0);
}

static void assert_totals(uint32_t writes, uint32_t refused, uint32_t unanswered) {
    assert_int_equal(totals.writes, writes);
    assert_int_equal(totals.refused, refused);
    assert_int_equal(rtmp_so_totals_unanswered(&totals), unanswered);
}

static const struct rtmp_so_copy *copy(void) {
    const struct rtmp_session_direction *direction = &f.session[0].direction[CLIENT];
    return rtmp_so_copy_of(direction, direction->so.messages[0].message);
}

static void writes_and_what_became_of_them(void **state) {
    (void)state;
    add(CLIENT, "1");
    assert_string_equal(rtmp_so_copy_state(f.session, copy()), "use unanswered");
    add(SERVER, "11 | 8");
    assert_string_equal(rtmp_so_copy_state(f.session, copy()), "in use");
    assert_totals(0, 0, 0);
    add(CLIENT, "3 a=1 | 3 b=2 | 10 c");
    assert_totals(3, 0, 3);
    assert_true(rtmp_so_totals_median(&totals) == -1);
    add(SERVER, "5 a");
    add(SERVER, "4 b=1 | 7 SharedObject.NoWriteAccess");
    assert_totals(3, 1, 1);
    add(SERVER, "4 x=1");
    assert_totals(3, 1, 1);
    add(CLIENT, "2");
    assert_string_equal(rtmp_so_copy_state(f.session, copy()), "released");
}

static void a_copy_ends_with_its_connection(void **state) {
    (void)state;
    struct rtmp_session *session = &f.session[0];
    add(CLIENT, "1");
    add(SERVER, "11 | 8");
    assert_string_equal(rtmp_so_copy_state(session, copy()), "in use");
    rtmp_session_close(session, true, false);
    assert_string_equal(rtmp_so_copy_state(session, copy()), "connection ended");
    assert_string_equal(rtmp_so_copy_state(&f.session[1], copy()), "in use");
}

static void a_released_copy_was_so_before_its_connection_ended(void **state) {
    (void)state;
    add(CLIENT, "1");
    add(SERVER, "11 | 8");
    add(CLIENT, "2");
    rtmp_session_close(&f.session[0], true, false);
    assert_string_equal(rtmp_so_copy_state(&f.session[0], copy()), "released");
}

static void a_refused_use_is_no_write(void **state) {
    (void)state;
    add(CLIENT, "1");
    add(SERVER, "7 SharedObject.BadPersistence");
    assert_totals(0, 0, 0);
    assert_string_equal(rtmp_so_copy_state(f.session, copy()), "use refused");
}

static void the_median_is_of_the_middle(void **state) {
    (void)state;
    add(CLIENT, "1");
    add(SERVER, "11 | 8");
    for (unsigned i = 0; i < 4; i++)
        add(CLIENT, "3 a=1"); /* a frame is a millisecond; answered behind 4, 4, 4, 4 and 1 */
    for (unsigned i = 0; i < 4; i++)
        add(SERVER, "5 a");
    int64_t four = rtmp_so_totals_median(&totals);
    add(CLIENT, "3 a=2");
    add(SERVER, "5 a");
    assert_true(totals.times_count == 5 && totals.times[0] * 4 == four);
    assert_true(rtmp_so_totals_median(&totals) == four);
}

static void values_that_were_set_last_come_first(void **state) {
    (void)state;
    char line[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    add(SERVER, "8 | 4 a=1 | 4 b=two | 4 a=3");
    const struct rtmp_session *session = &f.session[0];
    const struct rtmp_so_copy *told = rtmp_so_copies_find(&session->so, 0);
    rtmp_so_copy_values(&text, session, told);
    assert_string_equal(line, "a = 3, b = \"two\"");
}

static void each_copy_is_in_the_file(void **state) {
    (void)state;
    struct rtmp_buffer out = {.memory = &memory};
    add(SERVER, "8 | 4 a=1 | 4 b=two");
    (void)so_send(&f, 1, SERVER, 5, "8 | 4 a=[xy]");
    assert_true(rtmp_so_json_write(&f.capture, 0, &out));
    assert_true(rtmp_buffer_add(&out, "", 1));
    assert_string_equal((const char *)out.bytes, "{\n"
                                                 "  \"name\": \"room\",\n"
                                                 "  \"copies\": [\n"
                                                 "    {\n"
                                                 "      \"connection\": 0,\n"
                                                 "      \"app\": \"room\",\n"
                                                 "      \"version\": 2,\n"
                                                 "      \"state\": \"in use\",\n"
                                                 "      \"attributes\": {\n"
                                                 "        \"a\": 1,\n"
                                                 "        \"b\": \"two\"\n"
                                                 "      },\n"
                                                 "      \"set_in\": {\n"
                                                 "        \"a\": 9,\n"
                                                 "        \"b\": 9\n"
                                                 "      }\n"
                                                 "    },\n"
                                                 "    {\n"
                                                 "      \"connection\": 1,\n"
                                                 "      \"app\": \"room\",\n"
                                                 "      \"version\": 5,\n"
                                                 "      \"state\": \"in use\",\n"
                                                 "      \"attributes\": {\n"
                                                 "        \"a\": [\"x\", \"y\"]\n"
                                                 "      },\n"
                                                 "      \"set_in\": {\n"
                                                 "        \"a\": 10\n"
                                                 "      }\n"
                                                 "    }\n"
                                                 "  ]\n"
                                                 "}\n");
    (void)libc_resize(NULL, out.bytes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(writes_and_what_became_of_them),
        TEST(a_copy_ends_with_its_connection),
        TEST(a_released_copy_was_so_before_its_connection_ended),
        TEST(a_refused_use_is_no_write),
        TEST(the_median_is_of_the_middle),
        TEST(values_that_were_set_last_come_first),
        TEST(each_copy_is_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
