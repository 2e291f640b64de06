/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and their places, among many that come and go. */
#include "direction_fixture.h"

#include "session/key_index.h"

static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_key_index table;

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    table = (struct rtmp_key_index){.slot = NULL};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_key_index_destroy(&table, &memory);
    assert_int_equal(rec.live, 0);
    return 0;
}

static void a_key_has_the_place_that_was_noted(void **state) {
    (void)state;
    assert_int_equal(rtmp_key_find(&table, 7), 0);
    for (uint32_t i = 0; i < 10000; i++)
        assert_true(rtmp_key_add(&table, &memory, UINT64_C(1) << 32 | i, i));
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(rtmp_key_find(&table, UINT64_C(1) << 32 | i), i + 1);
    assert_int_equal(rtmp_key_find(&table, 7), 0);
}

/* Keys that are there, in a plain array. */
static void keys_come_and_go(void **state) {
    (void)state;
    enum { KEYS = 64 };
    uint32_t place[KEYS] = {0};
    uint32_t random = 1;
    for (unsigned step = 0; step < 20000; step++) {
        random = random * 1664525U + 1013904223U;
        uint32_t key = random >> 8 & (KEYS - 1);
        if (place[key]) {
            rtmp_key_remove(&table, key);
            place[key] = 0;
        } else {
            assert_true(rtmp_key_add(&table, &memory, key, step));
            place[key] = step + 1;
        }
        for (uint32_t i = 0; i < KEYS; i++)
            assert_int_equal(rtmp_key_find(&table, i), place[i]);
    }
}

static void without_memory_nothing_is_noted(void **state) {
    (void)state;
    rec.fail_at = 1;
    assert_false(rtmp_key_add(&table, &memory, 1, 1));
    assert_int_equal(rtmp_key_find(&table, 1), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_key_has_the_place_that_was_noted),
        TEST(keys_come_and_go),
        TEST(without_memory_nothing_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
