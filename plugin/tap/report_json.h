/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_JSON_H
#define RTMPX_TAP_REPORT_JSON_H

#include "compat-wireshark.h"

#include "export/report/report.h"

/*
 * Values of a report as JSON (report_data.h), inside an HTML script element. Wireshark's
 * json_dumper writes it, but for the escapes of texts: it leaves `<`, `>` and `&` as they are, with
 * which a text could end the script element or begin a comment in it.
 */
struct rtmpx_report_writer {
    json_dumper json;
    const struct rtmp_report *report;
    int64_t start;    /* times count from here */
    int64_t previous; /* value of the column before this one */
};

/* A table as an object of columns. */
struct rtmpx_report_table {
    const char *const *names; /* of columns, NULL after the last one */
    const void *rows;
    uint32_t count;
    void (*value)(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                  unsigned column);
};

void rtmpx_report_table(struct rtmpx_report_writer *writer, const struct rtmpx_report_table *table);

/* Values; member: of an object, NULL: of an array. */
void rtmpx_report_null(struct rtmpx_report_writer *writer, const char *member);
void rtmpx_report_number(struct rtmpx_report_writer *writer, const char *member, int64_t number);
void rtmpx_report_boolean(struct rtmpx_report_writer *writer, const char *member, bool value);

/* The same, null where it is 0 */
void rtmpx_report_known(struct rtmpx_report_writer *writer, const char *member, uint32_t number);

/* ... or for a number + 1, which is null where there is none. */
void rtmpx_report_index(struct rtmpx_report_writer *writer, const char *member, uint32_t place);

/* With one decimal or two; null: not finite. */
void rtmpx_report_fixed(struct rtmpx_report_writer *writer, const char *member, double number,
                        unsigned decimals);

/* A number of a column of differences. */
void rtmpx_report_delta(struct rtmpx_report_writer *writer, uint32_t row, int64_t number);

/* µs since the capture's first frame. */
int64_t rtmpx_report_time(const struct rtmpx_report_writer *writer, int64_t time);

/* A text of the report, null of 0; and a line of good UTF-8. */
void rtmpx_report_text(struct rtmpx_report_writer *writer, const char *member, uint32_t text);
void rtmpx_report_line(struct rtmpx_report_writer *writer, const char *member, const char *line);

/* Begin a member. */
void rtmpx_report_begin_array(struct rtmpx_report_writer *writer, const char *member);
void rtmpx_report_begin_object(struct rtmpx_report_writer *writer, const char *member);

#endif
