/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/row_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include <glib/gstdio.h>

enum rtmpx_row_format rtmpx_row_format_named(const char *name) {
    if (strcmp(name, "csv") == 0)
        return RTMPX_ROWS_CSV;
    return strcmp(name, "json") == 0 ? RTMPX_ROWS_JSON : RTMPX_ROW_FORMAT_COUNT;
}

void rtmpx_open_rows(struct rtmpx_row_writer *writer, enum rtmpx_row_format format,
                     const char *path) {
    bool standard = !path || !*path || strcmp(path, "-") == 0;
    *writer = (struct rtmpx_row_writer){
        .format = format,
        .path = standard ? NULL : g_strdup(path),
        .file = standard ? stdout : g_fopen(path, "wb"),
    };
    if (writer->file)
        return;
    fprintf(stderr, "tshark: %s: %s\n", path, g_strerror(errno));
    exit(1);
}

/* RFC 4180: fields with separators are quoted, quotes doubled. */
static void write_csv_text(FILE *file, const char *text) {
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

/* Seconds with nine decimals, which a double does not have. */
static void time_text(char *out, size_t size, int64_t ns) {
    int64_t seconds = ns / 1000000000;
    int64_t rest = ns % 1000000000;
    if (rest < 0)
        (void)snprintf(out, size, "-%" PRId64 ".%09" PRId64, -seconds, -rest);
    else
        (void)snprintf(out, size, "%" PRId64 ".%09" PRId64, seconds, rest);
}

/* The text of a value that is no RTMP_VALUE_TEXT. */
static void number_text(char *out, size_t size, const struct rtmp_row_value *value) {
    struct rtmp_text text = rtmp_text_over(out, size);
    switch (value->kind) {
    case RTMP_VALUE_TIME:
        time_text(out, size, value->number);
        break;
    case RTMP_VALUE_REAL:
        rtmp_text_number(&text, value->real);
        break;
    default:
        (void)snprintf(out, size, "%" PRId64, value->number);
        break;
    }
}

static void write_csv_value(FILE *file, const struct rtmp_row_value *value) {
    char number[64];
    if (value->kind == RTMP_VALUE_NONE)
        return;
    if (value->kind == RTMP_VALUE_TEXT) {
        write_csv_text(file, value->text);
        return;
    }
    number_text(number, sizeof number, value);
    fputs(number, file);
}

static void write_json_value(json_dumper *json, const char *name,
                             const struct rtmp_row_value *value) {
    char number[64];
    if (value->kind == RTMP_VALUE_NONE)
        return;
    json_dumper_set_member_name(json, name);
    if (value->kind == RTMP_VALUE_TEXT) {
        json_dumper_value_string(json, value->text);
    } else if (value->kind == RTMP_VALUE_BOOLEAN) {
        json_dumper_value_anyf(json, "%s", value->number ? "true" : "false");
    } else if (value->kind == RTMP_VALUE_REAL && !isfinite(value->real)) {
        json_dumper_value_anyf(json, "null");
    } else { /* the dumper's own doubles have digits that nobody wrote */
        number_text(number, sizeof number, value);
        json_dumper_value_anyf(json, "%s", number);
    }
}

/* ---- rows ---- */

static void write_separator(struct rtmpx_row_writer *writer) {
    if (writer->begun)
        fputc(',', writer->file);
    writer->begun = true;
}

void rtmpx_write_column(struct rtmpx_row_writer *writer, const char *name) {
    if (writer->format != RTMPX_ROWS_CSV)
        return;
    write_separator(writer);
    fputs(name, writer->file);
}

void rtmpx_end_columns(struct rtmpx_row_writer *writer) {
    if (writer->format == RTMPX_ROWS_CSV)
        rtmpx_end_row(writer);
}

void rtmpx_begin_row(struct rtmpx_row_writer *writer) {
    if (writer->format != RTMPX_ROWS_JSON)
        return;
    writer->json = (json_dumper){.output_file = writer->file};
    json_dumper_begin_object(&writer->json);
}

void rtmpx_write_value(struct rtmpx_row_writer *writer, const char *name,
                       const struct rtmp_row_value *value) {
    if (writer->format == RTMPX_ROWS_JSON) {
        write_json_value(&writer->json, name, value);
        return;
    }
    write_separator(writer);
    write_csv_value(writer->file, value);
}

void rtmpx_end_row(struct rtmpx_row_writer *writer) {
    if (writer->format == RTMPX_ROWS_CSV) {
        fputs("\r\n", writer->file);
        writer->begun = false;
        return;
    }
    json_dumper_end_object(&writer->json);
    json_dumper_finish(&writer->json);
}

void rtmpx_finish_rows(const struct rtmpx_row_writer *writer) {
    if (fflush(writer->file) == 0 && !ferror(writer->file))
        return;
    fprintf(stderr, "tshark: %s: %s\n", writer->path ? writer->path : "standard output",
            g_strerror(errno));
    exit(2);
}
