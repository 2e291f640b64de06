/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings: each cause once, the most severe first, with a filter; and the texts of a report. */
#include "export/report/findings.h"

#include <stdio.h>

#include "base/limits.h"
#include "direction_fixture.h"

static struct recorder rec;
static struct rtmp_memory memory;
static struct rtmp_report_store store;
static struct rtmp_findings findings;

static int begin(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    store = (struct rtmp_report_store){.memory = &memory};
    findings = (struct rtmp_findings){.count = 0};
    return 0;
}

static int end(void **state) {
    (void)state;
    rtmp_findings_destroy(&findings, &memory);
    rtmp_report_store_destroy(&store);
    assert_int_equal(rec.live, 0);
    return 0;
}

static struct rtmp_finding add_finding(enum rtmp_finding_kind kind, uint32_t connection,
                                       uint32_t frame) {
    const struct rtmp_finding finding = {
        .kind = kind, .connection = connection + 1, .first = {frame, frame}, .count = 1, .sum = 10};
    rtmp_findings_add(&findings, &store, &finding);
    return finding;
}

static const char *filter_of(const struct rtmp_finding *finding) {
    static char out[256];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_finding_filter(&text, finding);
    return out;
}

static const char *detail_of(const struct rtmp_finding *finding) {
    static char out[512];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_finding_detail(&text, &store, finding);
    return out;
}

static uint32_t keep(const char *text) {
    return rtmp_report_keep(&store, (const uint8_t *)text, (uint32_t)strlen(text));
}

static const char *text_of(uint32_t number) {
    static char out[1024];
    const struct rtmp_kept_text *kept = rtmp_report_text(&store, number);
    assert_non_null(kept);
    memcpy(out, kept->bytes, kept->len);
    out[kept->len] = '\0';
    return out;
}

static void a_cause_is_counted_once_with_its_first_frame(void **state) {
    (void)state;
    add_finding(RTMP_FINDING_GAP, 0, 30);
    add_finding(RTMP_FINDING_GAP, 0, 20);
    add_finding(RTMP_FINDING_GAP, 1, 25);
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.finding[0].count, 2);
    assert_int_equal(findings.finding[0].first.frame, 20);
    assert_string_equal(detail_of(&findings.finding[0]),
                        "20 bytes in all. What they held is not in this report.");
}

static void streams_objects_and_details_are_causes_of_their_own(void **state) {
    (void)state;
    struct rtmp_finding finding = add_finding(RTMP_FINDING_REFUSED, 0, 1);
    finding.stream = 1;
    rtmp_findings_add(&findings, &store, &finding);
    finding.detail = keep("NetStream.Publish.BadName");
    rtmp_findings_add(&findings, &store, &finding);
    finding.object = 1;
    rtmp_findings_add(&findings, &store, &finding);
    rtmp_findings_add(&findings, &store, &finding);
    assert_int_equal(findings.count, 4);
    assert_string_equal(detail_of(&finding), "NetStream.Publish.BadName");
}

static void an_example_is_that_of_the_first_and_no_cause(void **state) {
    (void)state;
    struct rtmp_finding finding = add_finding(RTMP_FINDING_PING, 0, 20);
    finding.kind = RTMP_FINDING_STALL;
    finding.example = keep("3.1 s");
    finding.first.frame = 20;
    rtmp_findings_add(&findings, &store, &finding);
    assert_string_equal(detail_of(&findings.finding[1]), "3.1 s.");
    finding.example = keep("0.9 s");
    finding.first.frame = 10;
    rtmp_findings_add(&findings, &store, &finding);
    assert_int_equal(findings.count, 2);
    assert_string_equal(detail_of(&findings.finding[1]), "The first: 0.9 s. 20 ms in all.");
}

static void the_most_severe_come_first_then_frames(void **state) {
    (void)state;
    add_finding(RTMP_FINDING_PING, 0, 1);
    add_finding(RTMP_FINDING_GAP, 0, 9);
    add_finding(RTMP_FINDING_NOT_RTMP, 0, 3);
    add_finding(RTMP_FINDING_REFUSED, 0, 30);
    rtmp_findings_finish(&findings, &store);
    const enum rtmp_finding_kind wanted[] = {RTMP_FINDING_REFUSED, RTMP_FINDING_NOT_RTMP,
                                             RTMP_FINDING_GAP, RTMP_FINDING_PING};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(findings.finding[i].kind, wanted[i]);
}

static void what_is_beyond_the_bound_is_counted_and_the_severe_stay(void **state) {
    (void)state;
    for (uint32_t i = 0; i < RTMP_LIMIT_REPORT_FINDINGS + 7; i++)
        add_finding(RTMP_FINDING_PING, i, i + 1);
    add_finding(RTMP_FINDING_REFUSED, 0, 99999);
    rtmp_findings_finish(&findings, &store);
    assert_int_equal(findings.count, RTMP_LIMIT_REPORT_FINDINGS);
    assert_int_equal(findings.finding[0].kind, RTMP_FINDING_REFUSED);
    assert_int_equal(store.left_out[RTMP_REPORT_FINDINGS], 8);
    assert_string_equal(rtmp_report_rows_name(RTMP_REPORT_FINDINGS), "findings");
}

static void filters_name_what_the_finding_concerns(void **state) {
    (void)state;
    struct rtmp_finding finding = add_finding(RTMP_FINDING_PING, 3, 1);
    assert_string_equal(filter_of(&finding),
                        "rtmpx.user_control.event == 6 && rtmpx.connection == 3");
    finding.kind = RTMP_FINDING_REFUSED;
    finding.stream = 8;
    assert_string_equal(filter_of(&finding), "rtmpx.error_status && rtmpx.stream.number == 7");
    finding.object = 5;
    assert_string_equal(filter_of(&finding), "rtmpx.error_status && rtmpx.so.number == 4");
    finding.kind = RTMP_FINDING_NO_RESPONSE;
    assert_string_equal(filter_of(&finding), "frame.number == 1");
    finding.tcp = 12;
    assert_string_equal(filter_of(&finding), "rtmpx.no_response && tcp.stream == 11");
}

static void every_kind_has_a_sentence_and_a_filter(void **state) {
    (void)state;
    for (unsigned i = 0; i < RTMP_FINDING_COUNT; i++) {
        const struct rtmp_finding_info *info = rtmp_finding_info((enum rtmp_finding_kind)i);
        assert_true(strlen(info->title) > 8);
        assert_true(strncmp(info->what, "rtmpx.", 6) == 0);
        assert_true(strncmp(info->filter, "rtmpx.", 6) == 0);
        size_t advice = strlen(info->advice);
        assert_true(advice == 0 || info->advice[advice - 1] == '.');
    }
}

/* ---- texts ---- */

static void a_text_is_kept_once_and_cut(void **state) {
    (void)state;
    char big[1001];
    memset(big, 'x', 1000);
    big[1000] = '\0';
    assert_int_equal(keep("a"), 1);
    assert_int_equal(keep("a"), 1);
    uint32_t number = keep(big);
    assert_true(strlen(text_of(number)) < RTMP_LIMIT_REPORT_TEXT + 40);
    assert_non_null(strstr(text_of(number), "(1000 bytes)"));
}

static void texts_have_no_control_or_invisible_characters(void **state) {
    (void)state;
    static const uint8_t bytes[] = "a\0b\x1b\xff\xe2\x80\xae</script>";
    uint32_t number = rtmp_report_keep(&store, bytes, sizeof bytes - 1);
    assert_string_equal(text_of(number), "a\xE2\x90\x80"
                                         "b\xE2\x90\x9B\xEF\xBF\xBD<U+202E></script>");
}

static const char *name_of(const char *name) {
    rtmp_report_set_mask(&store, NULL);
    return text_of(keep(name));
}

static void a_key_behind_a_question_mark_is_not_shown(void **state) {
    (void)state;
    assert_string_equal(name_of("cam?key=1&x=2"), "cam?\xE2\x80\xA6");
    assert_string_equal(name_of("\"cam?key=1\", \"live\""), "\"cam?\xE2\x80\xA6\", \"live\"");
    assert_string_equal(name_of("a?b?c d?e"), "a?\xE2\x80\xA6 d?\xE2\x80\xA6");
    assert_string_equal(name_of("what? no"), "what? no");
    assert_string_equal(name_of("end?"), "end?");
    store.shows_secrets = true;
    assert_string_equal(name_of("cam?key=1"), "cam?key=1");
}

/* What hides its secrets with words does so on the page, whatever the page would show. */
static void a_mask_of_the_texts_comes_first(void **state) {
    (void)state;
    static const struct rtmp_mask mask = {.salt = 7};
    char word[RTMP_MASK_WORD_SIZE], wanted[64], out[64];
    rtmp_mask_word(&mask, (const uint8_t *)"1", 1, word);
    snprintf(wanted, sizeof wanted, "cam?key=%s", word);
    for (unsigned i = 0; i < 2; i++) {
        store.shows_secrets = i;
        rtmp_report_set_mask(&store, &mask);
        assert_string_equal(text_of(keep("cam?key=1")), wanted);
        /* A line that hides it is not hidden again. */
        struct rtmp_text line = rtmp_text_masked(out, sizeof out, store.mask);
        rtmp_text_wire(&line, (const uint8_t *)"cam?key=1", 9, 0);
        assert_string_equal(text_of(rtmp_report_keep_line(&store, &line)), wanted);
    }
}

/* Also where they are repeated, and where each character becomes six. */
static void all_texts_together_are_bounded(void **state) {
    (void)state;
    char text[RTMP_LIMIT_REPORT_TEXT];
    memset(text, '<', sizeof text);
    uint32_t kept = 0;
    while (rtmp_report_keep(&store, (const uint8_t *)text, sizeof text))
        kept++;
    assert_int_equal(kept, RTMP_LIMIT_REPORT_TEXT_BYTES / (6 * RTMP_LIMIT_REPORT_TEXT));
    assert_int_equal(store.left_out[RTMP_REPORT_TEXTS], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_cause_is_counted_once_with_its_first_frame),
        TEST(streams_objects_and_details_are_causes_of_their_own),
        TEST(an_example_is_that_of_the_first_and_no_cause),
        TEST(the_most_severe_come_first_then_frames),
        TEST(what_is_beyond_the_bound_is_counted_and_the_severe_stay),
        TEST(filters_name_what_the_finding_concerns),
        TEST(every_kind_has_a_sentence_and_a_filter),
        TEST(a_text_is_kept_once_and_cut),
        TEST(texts_have_no_control_or_invisible_characters),
        TEST(a_key_behind_a_question_mark_is_not_shown),
        TEST(a_mask_of_the_texts_comes_first),
        TEST(all_texts_together_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
