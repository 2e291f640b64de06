/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_ROW_VALUE_H
#define RTMP_EXPORT_ROW_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The columns of rows of messages, listed in row_columns.def. */
enum rtmp_row_column {
#define COLUMN(identifier, name, usual, description) RTMP_ROW_##identifier,
#include "export/row_columns.def"
#undef COLUMN
    RTMP_ROW_COLUMN_COUNT
};

struct rtmp_row_column_info {
    const char *name;
    const char *description;
    bool usual;
};

/* Of a column. Static storage. */
const struct rtmp_row_column_info *rtmp_row_column_info(enum rtmp_row_column column);

/* The column of a name of `len` bytes; RTMP_ROW_COLUMN_COUNT: there is none. */
enum rtmp_row_column rtmp_row_column_named(const char *name, size_t len);

enum rtmp_row_value_kind {
    RTMP_VALUE_NONE, /* the message does not have it, or it is not known */
    RTMP_VALUE_UNSIGNED,
    RTMP_VALUE_SIGNED,
    RTMP_VALUE_REAL,
    RTMP_VALUE_BOOLEAN, /* `number` is 0 or 1 */
    RTMP_VALUE_TIME,    /* `number`: ns since 1970 */
    RTMP_VALUE_TEXT,
};

struct rtmp_row_value {
    enum rtmp_row_value_kind kind;
    int64_t number; /* also of RTMP_VALUE_UNSIGNED, which has 32 bits */
    double real;
    const char *text; /* good UTF-8 without control characters: static, or in the buffer */
};

static inline struct rtmp_row_value rtmp_value_none(void) {
    return (struct rtmp_row_value){.kind = RTMP_VALUE_NONE};
}

static inline struct rtmp_row_value rtmp_value_unsigned(uint32_t number) {
    return (struct rtmp_row_value){.kind = RTMP_VALUE_UNSIGNED, .number = number};
}

static inline struct rtmp_row_value rtmp_value_real(double number) {
    return (struct rtmp_row_value){.kind = RTMP_VALUE_REAL, .real = number};
}

static inline struct rtmp_row_value rtmp_value_time(int64_t ns) {
    return (struct rtmp_row_value){.kind = RTMP_VALUE_TIME, .number = ns};
}

/* NULL: there is none. */
static inline struct rtmp_row_value rtmp_value_text(const char *text) {
    return text ? (struct rtmp_row_value){.kind = RTMP_VALUE_TEXT, .text = text}
                : rtmp_value_none();
}

#endif
