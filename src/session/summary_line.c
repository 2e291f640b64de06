/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/summary_line.h"

void rtmp_summary_line_over(struct rtmp_summary_line *line, struct rtmp_text *text) {
    /* `next` is not set: most lines do not need it. */
    line->text = text;
    line->run_start = 0;
    line->run_count = 0;
    line->last = 0;
}

/* The length that the summaries of a run have in common. */
static size_t kind_length(const char *summary) {
    return strcspn(summary, ",");
}

/* The timestamp in `KIND, ts TIME ms, ...`; its length, 0: there is none. */
static size_t timestamp_of(const char *summary, const char **time) {
    static const char before[] = ", ts ";
    const char *behind = summary + kind_length(summary);
    *time = behind + sizeof before - 1;
    return strncmp(behind, before, sizeof before - 1) == 0 ? strcspn(*time, " ,") : 0;
}

/* Bytes of a timestamp as text. */
enum { TIMESTAMP_MAX = 16 };

/* `, ts 0 to 93 ms`, from the timestamps of a run. */
static void add_timestamps(struct rtmp_text *text, const char *first, size_t first_length,
                           const char *last_summary) {
    const char *last;
    size_t last_length = timestamp_of(last_summary, &last);
    if (!first_length || !last_length)
        return;
    rtmp_text_add(text, ", ts ");
    rtmp_text_add_len(text, first, first_length);
    rtmp_text_add(text, " to ");
    rtmp_text_add_len(text, last, last_length);
    rtmp_text_add(text, " ms");
}

void rtmp_summary_line_end(struct rtmp_summary_line *line) {
    struct rtmp_text *text = line->text;
    if (line->run_count <= 1)
        return;
    const char *run = text->out + line->run_start;
    const char *time;
    char first[TIMESTAMP_MAX];
    size_t length = timestamp_of(run, &time);
    length = length < sizeof first ? length : 0;
    memcpy(first, time, length);
    rtmp_text_shorten(text, line->run_start + kind_length(run));
    rtmp_text_add(text, " \xC3\x97");
    rtmp_text_unsigned(text, line->run_count);
    add_timestamps(text, first, length, line->next[line->last]);
}

/* Begin a summary of its own in the line. False: the line is full. */
static bool begin_another(struct rtmp_summary_line *line) {
    struct rtmp_text *text = line->text;
    rtmp_summary_line_end(line);
    line->run_count = 0;
    if (text->len)
        rtmp_text_add(text, " | ");
    if (text->cut)
        return false;
    line->run_start = text->len;
    line->run_count = line->counted;
    return true;
}

bool rtmp_summary_line_begin(struct rtmp_summary_line *line, bool counted,
                             struct rtmp_text *summary) {
    struct rtmp_text *text = line->text;
    line->counted = counted;
    line->aside = counted && line->run_count;
    if (text->cut)
        return false;
    if (line->aside) {
        *summary = rtmp_text_masked(line->next[!line->last], sizeof *line->next, text->mask);
        return true;
    }
    if (!begin_another(line))
        return false;
    size_t room = text->cap - text->len;
    *summary = rtmp_text_masked(text->out + text->len,
                                room < RTMP_SUMMARY_MAX ? room : RTMP_SUMMARY_MAX, text->mask);
    return true;
}

void rtmp_summary_line_add(struct rtmp_summary_line *line, const struct rtmp_text *summary) {
    struct rtmp_text *text = line->text;
    if (!line->aside) {
        text->len += summary->len;
        text->cut = summary->cut && summary->cap < RTMP_SUMMARY_MAX;
        return;
    }
    const char *first = text->out + line->run_start;
    size_t length = kind_length(summary->out);
    if (length == kind_length(first) && memcmp(summary->out, first, length) == 0) {
        line->run_count++;
        line->last = !line->last;
    } else if (begin_another(line))
        rtmp_text_add_len(text, summary->out, summary->len);
}
