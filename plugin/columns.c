/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "columns.h"

/*
 * col_set_str() without its second search for the column: two calls of it would be a sixth of the
 * cost of most segments of a video stream. Like it, makes the column point to the text, unless a
 * fence keeps the present text or several columns show the same.
 */
static inline void set_column(column_info *columns, int which, const char *text) {
    const int place = columns->col_first[which];
    if (place >= 0 && place == columns->col_last[which] && columns->writable) {
        col_item_t *column = &columns->columns[place];
        if (column->writable && column->col_fence == 0) {
            column->col_data = text;
            return;
        }
    }
    col_set_str(columns, which, text);
}

void rtmpx_set_columns(column_info *columns, const char *line, bool first) {
    set_column(columns, COL_PROTOCOL, "RTMP");
    if (first)
        set_column(columns, COL_INFO, line);
    else
        col_append_sep_str(columns, COL_INFO, " | ", line);
}
