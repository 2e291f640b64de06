/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is hidden in texts that are shown. */
#include "base/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define SECRET(text)                                                                               \
    { (const uint8_t *)(text), sizeof(text) - 1 }
static struct rtmp_secret secrets[] = {SECRET("cam1"), SECRET("cam1-low"), SECRET("ab"),
                                       SECRET("/x/")};
static const struct rtmp_mask mask = {.secrets = secrets, .count = 4};

/* The text with each secret in brackets. */
static void assert_found_by(const struct rtmp_mask *by, const char *text, const char *expected) {
    char out[256] = "";
    size_t pos = 0, start, end;
    struct rtmp_mask_walk walk = {
        .mask = by, .bytes = (const uint8_t *)text, .len = strlen(text), .until = SIZE_MAX};
    while (rtmp_mask_next(&walk, &start, &end)) {
        assert_true(start >= pos && end > start && end <= walk.len);
        snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s[%.*s]", (int)(start - pos),
                 text + pos, (int)(end - start), text + start);
        pos = end;
    }
    snprintf(out + strlen(out), sizeof out - strlen(out), "%s", text + pos);
    assert_string_equal(out, expected);
}

static void assert_found(const char *text, const char *expected) {
    assert_found_by(&mask, text, expected);
}

static void values_of_a_query(void **state) {
    (void)state;
    assert_found("live", "live");
    assert_found("live?token=abc", "live?token=[abc]");
    assert_found("rtmp://h/live?a=1&b=2;c=3?d=4#e=5",
                 "rtmp://h/live?a=[1]&b=[2];c=[3]?d=[4]#e=[5]");
    assert_found("live?token", "live?[token]");
    assert_found("live?a=&b&=c", "live?a=&[b]&=[c]");
    assert_found("a=b", "a=b");
    assert_found("live?sign=a/b+c==&x", "live?sign=[a/b+c==]&[x]");
    assert_found("live?YS9iK2M==&x", "live?[YS9iK2M==]&[x]");
    assert_found("live?YS9iK2Nhdmljb25zZWNyZXQ=&expires=",
                 "live?[YS9iK2Nhdmljb25zZWNyZXQ=]&expires=");
    assert_found("really? yes", "really? yes");
    assert_found("?", "?");
}

/* In names and sentences these are letters as any other. */
static void a_query_of_a_url_needs_no_question_mark(void **state) {
    (void)state;
    assert_found("rtmp://h/live;token=abc", "rtmp://h/live;token=[abc]");
    assert_found("rtmp://h/live&token=abc/x", "rtmp://h/live&token=[abc/x]");
    assert_found("rtmp://h/live#abc", "rtmp://h/live#[abc]");
    assert_found("rtmp://h/live;vhost=a#abc?d", "rtmp://h/live;vhost=a#[abc]?[d]");
    assert_found("rtmp://[::1]:1/live;a=b", "rtmp://[::1]:1/live;a=[b]");
    assert_found("rtmp://h/live; a=b", "rtmp://h/live; a=b");
    assert_found("\"rtmp://h/live\";a=b #c", "\"rtmp://h/live\";a=b #c");
    assert_found("R&D;a=b#c", "R&D;a=b#c");
    static const uint8_t app[] = "live;a=bc";
    struct rtmp_mask_walk walk = {
        .mask = &mask, .bytes = app, .len = sizeof app - 1, .until = sizeof app, .in_url = true};
    size_t start, end;
    assert_true(rtmp_mask_next(&walk, &start, &end));
    assert_int_equal(start, 7);
    assert_int_equal(end, 9);
    assert_false(rtmp_mask_next(&walk, &start, &end));
    assert_int_equal(rtmp_mask_before_query(app, sizeof app - 1), 4);
    assert_int_equal(rtmp_mask_before_query(app, 4), 4);
}

static void assert_stream(const char *name, const char *expected) {
    const struct rtmp_secret found =
        rtmp_mask_stream((const uint8_t *)name, (uint32_t)strlen(name));
    assert_int_equal(found.len, strlen(expected));
    assert_memory_equal(found.bytes, expected, found.len);
}

static void a_stream_is_known_without_prefix_and_query(void **state) {
    (void)state;
    assert_stream("cam1", "cam1");
    assert_stream("mp4:cam1?token=abc", "cam1");
    assert_stream("flv:dir/cam1", "dir/cam1");
    assert_stream("cam:1", "cam:1");
    assert_stream("?x", "");
    assert_stream("", "");
    /* What is left would not be found in other texts. */
    assert_stream("mp4:ab?x", "mp4:ab");
    assert_stream("mp4:", "mp4:");
}

static void a_long_text_is_not_read_to_its_end(void **state) {
    (void)state;
    static char text[3 * RTMP_MASK_LONGEST];
    memset(text, 'x', sizeof text);
    text[sizeof text - 2] = '&';
    struct rtmp_mask_walk walk = {
        .mask = &mask, .bytes = (const uint8_t *)text, .len = sizeof text, .until = 100};
    size_t start, end;
    assert_false(rtmp_mask_next(&walk, &start, &end));
    assert_int_equal(walk.at, 100);
    text[99] = '?';
    walk = (struct rtmp_mask_walk){
        .mask = &mask, .bytes = (const uint8_t *)text, .len = sizeof text, .until = 101};
    assert_true(rtmp_mask_next(&walk, &start, &end));
    assert_int_equal(start, 100);
    assert_int_equal(end, sizeof text);
}

static void values_of_some_names_are_shown(void **state) {
    (void)state;
    assert_found("live?vhost=a&token=b", "live?vhost=a&token=[b]");
    assert_found("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "
                 "?reason=needauth&user=jo&salt=Xy==&opaque=z",
                 "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "
                 "?reason=needauth&user=[jo]&salt=[Xy==]&opaque=[z]");
}

static void a_password_in_a_url(void **state) {
    (void)state;
    assert_found("rtmp://jo:pass@host/live", "rtmp://jo:[pass]@host/live");
    assert_found("rtmp://jo@host:1935/live", "rtmp://jo@host:1935/live");
    assert_found("rtmp://host:1935/a@b", "rtmp://host:1935/a@b");
    assert_found("://", "://");
    assert_found("rtmp://jo:pa/ss@host/live", "rtmp://jo:[pa/ss]@host/live");
    assert_found("rtmp://jo:p@ss@host/a@b", "rtmp://jo:[p@ss]@host/a@b");
    assert_found("rtmp://jo:12@host/live", "rtmp://jo:[12]@host/live");
    assert_found("rtmp://jo:p]a's@[::1]/live", "rtmp://jo:[p]a's]@[::1]/live");
    assert_found("rtmp://h:x \"a@b", "rtmp://h:x \"a@b");
    assert_found("rtmp://[::1]:1935/a@b", "rtmp://[::1]:1935/a@b");
    assert_found("rtmp://host/jo:pass@x", "rtmp://host/jo:pass@x");
}

static void listed_ones_stand_alone(void **state) {
    (void)state;
    assert_found("cam1", "[cam1]");
    assert_found("Started playing cam1.", "Started playing [cam1].");
    assert_found("cam10 xcam1 cam1x", "cam10 xcam1 cam1x");
    assert_found("cam1-low cam1", "[cam1-low] [cam1]");
    assert_found("cam1?token=ab", "[cam1]?token=[ab]");
    assert_found("ab", "[ab]");
    assert_found("a ab", "a ab");
    assert_found("a/x/b", "a[/x/]b");
    assert_found("", "");
}

/* A stream that is named as the user is. */
static void a_password_behind_a_listed_user(void **state) {
    (void)state;
    assert_found("rtmp://cam1:pass@host/live", "rtmp://[cam1]:[pass]@host/live");
    assert_found("rtmp://cam1:cam1-2@host/live", "rtmp://[cam1]:[cam1-2]@host/live");
}

/* An ellipsis, and a query as a whole. */
static void a_mask_that_elides_tells_nothing(void **state) {
    (void)state;
    static const struct rtmp_mask eliding = {.elides = true};
    static const char url[] = "rtmp://jo:pass@h/live?vhost=a&token=b? and #c";
    assert_found_by(&eliding, "cam?key=1&x=2", "cam?[key=1&x=2]");
    assert_found_by(&eliding, "\"cam?key=1\", \"live\"", "\"cam?[key=1]\", \"live\"");
    assert_found_by(&eliding, "a?b?c d?e", "a?[b?c] d?[e]");
    assert_found_by(&eliding, "what? no", "what? no");
    assert_found_by(&eliding, "end?", "end?");
    assert_found_by(&eliding, "rtmp://h/live;a=1&b=2#c d;e=f", "rtmp://h/live;[a=1&b=2#c] d;e=f");
    char out[64];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, &eliding);
    rtmp_text_wire(&text, (const uint8_t *)url, sizeof url - 1, 0);
    assert_string_equal(out, "rtmp://jo:\xE2\x80\xA6@h/live?\xE2\x80\xA6 and #c");
}

static void words_depend_on_secret_and_salt(void **state) {
    (void)state;
    const struct rtmp_mask other = {.salt = 1};
    char a[RTMP_MASK_WORD_SIZE], b[RTMP_MASK_WORD_SIZE], c[RTMP_MASK_WORD_SIZE];
    rtmp_mask_word(&mask, (const uint8_t *)"cam1", 4, a);
    rtmp_mask_word(&mask, (const uint8_t *)"cam2", 4, b);
    rtmp_mask_word(&other, (const uint8_t *)"cam1", 4, c);
    assert_int_equal(strlen(a), 13);
    assert_string_not_equal(a, b);
    assert_string_not_equal(a, c);
}

static void a_text_has_the_words(void **state) {
    (void)state;
    char out[64], word[RTMP_MASK_WORD_SIZE], wanted[64];
    rtmp_mask_word(&mask, (const uint8_t *)"cam1", 4, word);
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, &mask);
    rtmp_text_wire(&text, (const uint8_t *)"a cam1\n", 7, 0);
    snprintf(wanted, sizeof wanted, "a %s\xE2\x90\x8A", word);
    assert_string_equal(out, wanted);
    /* Cut, but never with a part of the secret. */
    for (size_t cap = 4; cap < 24; cap++) {
        text = rtmp_text_masked(out, cap, &mask);
        rtmp_text_wire(&text, (const uint8_t *)"a cam1 b", 8, 0);
        assert_null(strstr(out, "cam"));
    }
    for (size_t limit = 1; limit < 24; limit++) {
        text = rtmp_text_masked(out, sizeof out, &mask);
        rtmp_text_wire(&text, (const uint8_t *)"a cam1 b", 8, limit);
        assert_null(strstr(out, "cam"));
        assert_true(text.len <= limit + 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_a_query),
        cmocka_unit_test(a_query_of_a_url_needs_no_question_mark),
        cmocka_unit_test(a_stream_is_known_without_prefix_and_query),
        cmocka_unit_test(a_long_text_is_not_read_to_its_end),
        cmocka_unit_test(values_of_some_names_are_shown),
        cmocka_unit_test(a_password_in_a_url),
        cmocka_unit_test(a_password_behind_a_listed_user),
        cmocka_unit_test(listed_ones_stand_alone),
        cmocka_unit_test(a_mask_that_elides_tells_nothing),
        cmocka_unit_test(words_depend_on_secret_and_salt),
        cmocka_unit_test(a_text_has_the_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
