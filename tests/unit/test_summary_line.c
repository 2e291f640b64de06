/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Info column: one line about the messages of a segment. */
#include "session/summary_line.h"

#include <string.h>

#include "vectors.h"

/* Summaries in order; those that begin with '+' may be counted. */
static const char *line_of(size_t cap, const char *const *summaries) {
    static char out[400];
    memset(out, '!', sizeof out);
    struct rtmp_text text = rtmp_text_over(out, cap);
    struct rtmp_summary_line line;
    struct rtmp_text summary;
    rtmp_summary_line_over(&line, &text);
    for (; *summaries; summaries++) {
        bool counted = **summaries == '+';
        if (!rtmp_summary_line_begin(&line, counted, &summary))
            break;
        rtmp_text_add(&summary, *summaries + counted);
        rtmp_summary_line_add(&line, &summary);
    }
    rtmp_summary_line_end(&line);
    assert_true(text.len < cap);
    assert_int_equal(out[text.len], '\0');
    assert_int_equal(out[cap], '!');
    return out;
}

#define LINE(cap, ...) line_of(cap, (const char *const[]){__VA_ARGS__, NULL})

static void summaries_stand_in_a_row(void **state) {
    (void)state;
    assert_string_equal(LINE(200, "connect('live')"), "connect('live')");
    assert_string_equal(LINE(200, "a", "a", "b"), "a | a | b");
    assert_string_equal(line_of(200, (const char *const[]){NULL}), "");
}

static void what_is_the_same_up_to_a_comma_is_counted(void **state) {
    (void)state;
    assert_string_equal(LINE(200, "+Audio AAC, 10 B"), "Audio AAC, 10 B");
    assert_string_equal(LINE(200, "+Audio AAC, 10 B", "+Audio AAC, 20 B"), "Audio AAC \xC3\x97"
                                                                           "2");
    assert_string_equal(LINE(200, "+A, 1", "+A, 2", "+A", "+V, 1", "+A, 3", "+A, 4"),
                        "A \xC3\x97"
                        "3 | V, 1 | A \xC3\x97"
                        "2");
}

static void a_run_has_its_first_and_last_timestamp(void **state) {
    (void)state;
    assert_string_equal(LINE(200, "+A, ts 0 ms, 1 B", "+A, ts 23 ms, 2 B", "+A, ts 46 ms, 3 B"),
                        "A \xC3\x97"
                        "3, ts 0 to 46 ms");
    assert_string_equal(LINE(200, "+A, ts 0 ms", "+A, ts 23 ms", "+V, ts 7 ms", "+V, ts 9 ms"),
                        "A \xC3\x97"
                        "2, ts 0 to 23 ms | V \xC3\x97"
                        "2, ts 7 to 9 ms");
    assert_string_equal(LINE(200, "+A, ts +1 ms", "+A, ts +2 ms"), "A \xC3\x97"
                                                                   "2, ts +1 to +2 ms");
    assert_string_equal(LINE(200, "+A", "+A, ts 2 ms"), "A \xC3\x97"
                                                        "2");
}

static void another_message_ends_a_run(void **state) {
    (void)state;
    assert_string_equal(LINE(200, "+A, 1", "x", "+A, 2", "+AB, 3"), "A, 1 | x | A, 2 | AB, 3");
    assert_string_equal(LINE(200, "A, 1", "+A, 2"), "A, 1 | A, 2");
}

/* One summary has room for 160 bytes, and the line for as many as fit. */
static void long_lines_are_cut(void **state) {
    (void)state;
    char x[300];
    memset(x, 'x', sizeof x - 1);
    x[sizeof x - 1] = '\0';
    const char *line = LINE(390, x, "y");
    assert_in_range(strlen(line), 160, 165);
    assert_string_equal(line + strlen(line) - 4, " | y");
    for (size_t cap = 8; cap < 60; cap++) {
        line = LINE(cap, "one, 1", "two", "+three, 3", "+three, 4", "four", x);
        assert_in_range(strlen(line), 3, cap - 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries_stand_in_a_row),
        cmocka_unit_test(what_is_the_same_up_to_a_comma_is_counted),
        cmocka_unit_test(a_run_has_its_first_and_last_timestamp),
        cmocka_unit_test(another_message_ends_a_run),
        cmocka_unit_test(long_lines_are_cut),
    };
    return cmocka_run_group_tests_name("summary line", tests, NULL, NULL);
}
