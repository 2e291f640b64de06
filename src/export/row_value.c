/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/row_value.h"

#include <string.h>

static const struct rtmp_row_column_info columns[] = {
#define COLUMN(identifier, name, usual, description) {name, description, usual},
#include "export/row_columns.def"
#undef COLUMN
};

const struct rtmp_row_column_info *rtmp_row_column_info(enum rtmp_row_column column) {
    return &columns[column];
}

enum rtmp_row_column rtmp_row_column_named(const char *name, size_t len) {
    enum rtmp_row_column column = 0;
    while (column < RTMP_ROW_COLUMN_COUNT &&
           (strlen(columns[column].name) != len || memcmp(columns[column].name, name, len) != 0))
        column++;
    return column;
}
