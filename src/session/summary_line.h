/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SUMMARY_LINE_H
#define RTMP_SESSION_SUMMARY_LINE_H

#include "base/text.h"

/* Bytes of one message's summary, so that the first leaves room for the others. */
#define RTMP_SUMMARY_MAX 160U

/*
 * One line about the messages of a segment: `connect('live') | Video H.264 keyframe, ts 23 ms, 5.7
 * kB | Audio AAC ×7, ts 0 to 139 ms`. Summaries that may be counted (media) and are the same up to
 * their first comma, one after the other, become one with their number, and with the timestamps of
 * the first and the last one where they have such (`, ts 23 ms`).
 */
struct rtmp_summary_line {
    struct rtmp_text *text; /* borrowed */
    size_t run_start;       /* of the first summary of the run in the text */
    uint32_t run_count;     /* of summaries that may be counted; 0: the last one may not */
    bool counted;           /* may the summary that was begun be counted? */
    bool aside; /* the summary that was begun may join the run: it is written into `next` */
    bool last;  /* which of `next` is the last one that joined the run; the other is free */
    char next[2][RTMP_SUMMARY_MAX];
};

/* An empty line at the end of `text`, which is empty. */
void rtmp_summary_line_over(struct rtmp_summary_line *line, struct rtmp_text *text);

/* Begin the summary of the next message: to be written into *summary, then added. False: the line
 * is full. */
bool rtmp_summary_line_begin(struct rtmp_summary_line *line, bool counted,
                             struct rtmp_text *summary);

/* The summary that was begun is written. */
void rtmp_summary_line_add(struct rtmp_summary_line *line, const struct rtmp_text *summary);

/* All messages were added. */
void rtmp_summary_line_end(struct rtmp_summary_line *line);

#endif
