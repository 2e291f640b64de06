/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_ROW_WRITER_H
#define RTMPX_TAP_ROW_WRITER_H

#include <stdio.h>

#include "rtmpx.h"

#include "export/row.h"

/*
 * Rows for programs, to a file or to standard output: csv (RFC 4180, with a header) or json (an
 * object a line). The values of a row come in the order of the columns.
 */
enum rtmpx_row_format { RTMPX_ROWS_CSV, RTMPX_ROWS_JSON, RTMPX_ROW_FORMAT_COUNT };

struct rtmpx_row_writer {
    enum rtmpx_row_format format;
    char *path; /* NULL: standard output */
    FILE *file;
    json_dumper json;
    bool begun; /* a value of this row was written */
};

/* The format of a name; RTMPX_ROW_FORMAT_COUNT: there is none. */
enum rtmpx_row_format rtmpx_row_format_named(const char *name);

/* Open the file; path: NULL, "" or "-" for standard output. Ends the program if it cannot. */
void rtmpx_open_rows(struct rtmpx_row_writer *writer, enum rtmpx_row_format format,
                     const char *path);

/* csv's header, the name of each column; nothing in json. */
void rtmpx_write_column(struct rtmpx_row_writer *writer, const char *name);
void rtmpx_end_columns(struct rtmpx_row_writer *writer);

void rtmpx_begin_row(struct rtmpx_row_writer *writer);
void rtmpx_write_value(struct rtmpx_row_writer *writer, const char *name,
                       const struct rtmp_row_value *value);
void rtmpx_end_row(struct rtmpx_row_writer *writer);

/* At the end: nothing half written passes for a whole file. Ends the program if writing failed. */
void rtmpx_finish_rows(const struct rtmpx_row_writer *writer);

#endif
