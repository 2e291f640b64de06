/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kept texts: one for equal bytes, found again however many there are. */
#include "session/texts.h"

#include <stdio.h>
#include <string.h>

#include "direction_fixture.h"
#include "vectors.h"

static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_texts texts;

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    texts = (struct rtmp_texts){.count = 0};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_texts_destroy(&texts, &memory);
    assert_int_equal(rec.live, 0);
    return 0;
}

static const struct rtmp_kept_text *keep(const char *text, uint32_t len) {
    return rtmp_texts_keep(&texts, &memory, (const uint8_t *)text, len);
}

static void equal_bytes_are_one_text(void **state) {
    (void)state;
    char text[16];
    const struct rtmp_kept_text *kept[5000];
    for (int i = 0; i < 5000; i++) {
        int len = snprintf(text, sizeof text, "t%d", i);
        kept[i] = keep(text, (uint32_t)len);
        assert_int_equal(kept[i]->number, i + 1);
        assert_memory_equal(kept[i]->bytes, text, (size_t)len);
    }
    for (int i = 0; i < 5000; i++) {
        int len = snprintf(text, sizeof text, "t%d", i);
        assert_ptr_equal(keep(text, (uint32_t)len), kept[i]);
        assert_ptr_equal(rtmp_texts_of(&texts, (uint32_t)i + 1), kept[i]);
    }
    assert_null(rtmp_texts_of(&texts, 0));
}

static void texts_differ_by_any_byte_and_by_length(void **state) {
    (void)state;
    assert_ptr_not_equal(keep("Name", 4), keep("name", 4));
    assert_ptr_not_equal(keep("a\0b", 3), keep("a", 1));
    assert_ptr_not_equal(keep("\xFF", 1), keep("\xFE", 1));
    assert_ptr_equal(keep("", 0), keep(NULL, 0));
    assert_int_equal(keep("", 0)->len, 0);
}

static void without_memory_a_text_is_not_kept(void **state) {
    (void)state;
    for (long n = 0; n < 3; n++) { /* the table of slots, that of texts, the text */
        rec.fail_at = rec.allocations + (n == 0 ? 1 : 2);
        assert_null(keep("lost", 4));
        assert_int_equal(rec.allocations, rec.fail_at);
    }
    assert_int_equal(texts.count, 0);
    assert_non_null(keep("found", 5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(equal_bytes_are_one_text, begin, end),
        cmocka_unit_test_setup_teardown(texts_differ_by_any_byte_and_by_length, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_a_text_is_not_kept, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
