/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of one object that several clients hold: which differ, and which only lag. */
#include <stdio.h>

#include "so_fixture.h"

enum { A, B, C };

static struct so_fixture f;

/* Three clients of one object, each in use. */
static int begin(void **state) {
    (void)state;
    so_begin(&f, 3, "notes");
    for (unsigned client = A; client <= C; client++) {
        so_send(&f, client, CLIENT, 1, "1");
        so_send(&f, client, SERVER, 1, "11 | 8");
    }
    f.frame = 100;
    return 0;
}

static int end(void **state) {
    (void)state;
    so_end(&f);
    return 0;
}

static uint32_t ask(unsigned client, uint32_t version, const char *events) {
    return so_send(&f, client, CLIENT, version, events);
}

static uint32_t tell(unsigned client, uint32_t version, const char *events) {
    return so_send(&f, client, SERVER, version, events);
}

static void assert_differs(unsigned client, uint32_t frame, const char *divergence) {
    so_assert_divergence(&f, client, frame, divergence);
}

static void assert_same(unsigned client, uint32_t frame) {
    assert_differs(client, frame, "");
}

static void copies_that_are_told_the_same_are_the_same(void **state) {
    (void)state;
    for (uint32_t version = 2; version < 200; version++) {
        ask(A, version, "3 a=1 | 3 b=two");
        assert_same(A, tell(A, version, "5 a | 5 b"));
        assert_same(B, tell(B, version, "4 a=1 | 4 b=two"));
        assert_same(C, tell(C, version, "4 a=1 | 4 b=two"));
    }
    assert_int_equal(f.capture.so.divergence_count, 0);
}

/* crtmpserver rewrites values for all but their writer (observed). */
static void a_server_rewrites_a_value(void **state) {
    (void)state;
    ask(A, 2, "3 list=[ab]");
    assert_same(A, tell(A, 2, "5 list"));
    assert_differs(B, tell(B, 2, "4 list={ab}"),
                   "list: {0: \"a\", 1: \"b\"}@103 other [\"a\", \"b\"]@102");
    assert_same(C, tell(C, 2, "4 list={ab}"));
    ask(A, 3, "3 list=[c]");
    assert_same(A, tell(A, 3, "5 list"));
    assert_same(B, tell(B, 3, "4 list={c}"));
}

/* FluorineFx clears for the client that caused it only, and sends the others its message
 * (observed).
 */
static void a_server_clears_one_copy_only(void **state) {
    (void)state;
    for (unsigned client = A; client <= C; client++)
        tell(client, 2, "4 a=1 | 4 b=2");
    assert_same(A, tell(A, 3, "8 | 6 cleared"));
    assert_differs(B, tell(B, 3, "6 cleared"), "a: 1@102 other none@104");
    assert_same(C, tell(C, 3, "6 cleared"));
}

static void a_clear_is_missed_by_a_later_version(void **state) {
    (void)state;
    for (unsigned client = A; client <= C; client++)
        tell(client, 2, "4 a=1 | 4 b=2");
    tell(A, 3, "8");
    tell(A, 4, "4 c=1");
    assert_differs(B, tell(B, 4, "4 c=1"), "a: 1@102 other none@104");
    assert_same(C, tell(C, 4, "4 c=1"));
}

/* Red5 removes each attribute for all, and clears for one as well (observed). */
static void a_clear_and_removes_are_the_same(void **state) {
    (void)state;
    for (unsigned client = A; client <= C; client++)
        tell(client, 2, "4 a=1 | 4 b=2");
    assert_same(A, tell(A, 3, "9 a | 9 b | 8 | 6 cleared"));
    assert_same(B, tell(B, 3, "9 a | 9 b | 6 cleared"));
    assert_same(C, tell(C, 3, "9 b | 9 a | 6 cleared"));
    assert_same(A, tell(A, 4, "4 c=1"));
    assert_same(B, tell(B, 4, "4 c=1"));
    assert_same(C, tell(C, 4, "4 c=1"));
}

/* FluorineFx tells a client whose write it refuses that the attribute is null, and nobody else
 * (observed). */
static void only_the_refused_writer_has_null(void **state) {
    (void)state;
    for (unsigned client = A; client <= C; client++)
        tell(client, 2, "4 a=1");
    ask(A, 2, "3 readonly=9");
    assert_same(A, tell(A, 2, "4 readonly=null | 7 SharedObject.NoWriteAccess"));
    assert_same(A, tell(A, 3, "4 a=2"));
    assert_differs(B, tell(B, 3, "4 a=2"), "readonly: none@107 other null@105");
    assert_same(C, tell(C, 3, "4 a=2"));
}

static void versions_count_on_through_0(void **state) {
    (void)state;
    tell(A, 0xFFFFFFFF, "4 a=1");
    tell(B, 0xFFFFFFFF, "4 a=1");
    assert_same(A, tell(A, 0, "4 a=2"));
    assert_same(A, tell(A, 1, "4 b=1"));
    assert_same(B, tell(B, 0, "4 a=2"));
    /* It was not told of the change of a. */
    assert_differs(C, tell(C, 1, "4 b=1"), "a: none@106 other 2@103");
}

/* What a client is not told in time comes later (observed: 70 KB before it). */
static void a_slow_client_does_not_differ(void **state) {
    (void)state;
    for (uint32_t version = 2; version < 6; version++) {
        tell(A, version, version % 2 ? "4 a=1 | 9 b" : "4 a=2 | 4 b=1");
        tell(C, version, version % 2 ? "4 a=1 | 9 b" : "4 a=2 | 4 b=1");
    }
    for (uint32_t version = 2; version < 6; version++)
        assert_same(B, tell(B, version, version % 2 ? "4 a=1 | 9 b" : "4 a=2 | 4 b=1"));
    assert_int_equal(f.capture.so.divergence_count, 0);
}

static void a_late_joiner_does_not_differ(void **state) {
    (void)state;
    tell(A, 2, "4 a=1");
    tell(B, 2, "4 a=1");
    ask(C, 1, "2");
    ask(C, 1, "1");
    tell(A, 3, "9 a | 4 b=1");
    tell(B, 3, "9 a | 4 b=1");
    assert_same(C, tell(C, 3, "8 | 11 | 4 b=1"));
    assert_same(C, tell(C, 4, "4 c=1"));
    assert_int_equal(f.capture.so.divergence_count, 0);
}

/* crtmpserver sends null and remove to others, FluorineFx only remove (observed). */
static void values_inside_a_message_are_not_compared(void **state) {
    (void)state;
    for (unsigned client = A; client <= C; client++)
        tell(client, 2, "4 a=1");
    ask(A, 3, "3 a=null | 10 a");
    assert_same(A, tell(A, 3, "5 a | 9 a"));
    assert_same(B, tell(B, 3, "4 a=null | 9 a"));
    assert_same(C, tell(C, 3, "9 a"));
    assert_same(A, tell(A, 4, "4 b=1"));
    assert_same(B, tell(B, 4, "4 b=1"));
    assert_same(C, tell(C, 4, "4 b=1"));
}

/* A client more, who uses the object, is told another value than A. Returns its number. */
static unsigned join_and_differ(const char *app, uint32_t *told) {
    unsigned other = so_connect(&f, app);
    so_send(&f, other, CLIENT, 1, "1");
    so_send(&f, other, SERVER, 1, "11 | 8");
    tell(A, 2, "4 a=1");
    *told = tell(other, 2, "4 a=2");
    return other;
}

static void other_applications_have_other_objects(void **state) {
    (void)state;
    uint32_t told;
    unsigned other = join_and_differ("other", &told);
    assert_same(other, told);
    assert_same(other, tell(other, 3, "4 a=3"));
}

static void other_servers_have_other_objects(void **state) {
    (void)state;
    uint32_t told;
    f.server = "10.0.0.9 1935";
    unsigned other = join_and_differ("notes", &told);
    assert_same(other, told);
}

/* A client's query is in its app as well as in its tcUrl. */
static void a_query_makes_no_other_application(void **state) {
    (void)state;
    uint32_t told;
    unsigned other = join_and_differ("notes?token=2", &told);
    char differs[48];
    snprintf(differs, sizeof differs, "a: 2@%u other 1@%u", told, told - 1);
    assert_differs(other, told, differs);
}

/* A refused client is never told of what others do (observed). */
static void copies_without_a_use_are_not_compared(void **state) {
    (void)state;
    ask(B, 1, "1");
    tell(B, 0, "7 SharedObject.NoReadAccess");
    ask(C, 1, "2");
    tell(A, 2, "4 a=1");
    assert_same(B, tell(B, 2, "5 a"));
    tell(A, 3, "4 b=1");
    assert_same(B, tell(B, 4, "4 c=1"));
    assert_same(C, tell(C, 4, "4 c=1"));
}

static void a_copy_after_a_loss_is_not_compared(void **state) {
    (void)state;
    tell(A, 2, "4 a=1");
    so_lose(&f, B, SERVER, 50);
    assert_same(B, tell(B, 3, "4 b=1"));
    tell(A, 3, "4 b=2");
    assert_same(B, tell(B, 4, "4 c=1"));
    /* Until all is known again. */
    assert_same(B, tell(B, 5, "8"));
    tell(A, 5, "8");
    tell(A, 6, "4 d=1");
    assert_differs(B, tell(B, 7, "4 e=1"), "d: none@109 other 1@108");
}

static void many_changes_are_forgotten(void **state) {
    (void)state;
    tell(A, 2, "4 missed=1");
    for (uint32_t version = 3; version < 3 + RTMP_SO_CHANGES; version++)
        tell(A, version, version % 2 ? "4 a=1" : "9 a");
    assert_same(B, tell(B, 3 + RTMP_SO_CHANGES, "4 b=1"));
}

static void an_attribute_that_is_not_told(void **state) {
    (void)state;
    tell(A, 2, "4 missed=1");
    assert_same(A, tell(A, 3, "4 b=1"));
    assert_differs(B, tell(B, 3, "4 b=1"), "missed: none@103 other 1@101");
    assert_same(C, tell(C, 3, "4 b=1"));
    assert_same(B, tell(B, 4, "4 b=2"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(copies_that_are_told_the_same_are_the_same),
        TEST(a_server_rewrites_a_value),
        TEST(a_server_clears_one_copy_only),
        TEST(a_clear_is_missed_by_a_later_version),
        TEST(a_clear_and_removes_are_the_same),
        TEST(only_the_refused_writer_has_null),
        TEST(versions_count_on_through_0),
        TEST(a_slow_client_does_not_differ),
        TEST(a_late_joiner_does_not_differ),
        TEST(values_inside_a_message_are_not_compared),
        TEST(other_applications_have_other_objects),
        TEST(other_servers_have_other_objects),
        TEST(a_query_makes_no_other_application),
        TEST(copies_without_a_use_are_not_compared),
        TEST(a_copy_after_a_loss_is_not_compared),
        TEST(many_changes_are_forgotten),
        TEST(an_attribute_that_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
