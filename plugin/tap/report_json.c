/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report_json.h"

#include <inttypes.h>
#include <math.h>

static void set_name(struct rtmpx_report_writer *writer, const char *member) {
    if (member)
        json_dumper_set_member_name(&writer->json, member);
}

void rtmpx_report_begin_array(struct rtmpx_report_writer *writer, const char *member) {
    set_name(writer, member);
    json_dumper_begin_array(&writer->json);
}

void rtmpx_report_begin_object(struct rtmpx_report_writer *writer, const char *member) {
    set_name(writer, member);
    json_dumper_begin_object(&writer->json);
}

void rtmpx_report_null(struct rtmpx_report_writer *writer, const char *member) {
    set_name(writer, member);
    json_dumper_value_anyf(&writer->json, "null");
}

void rtmpx_report_number(struct rtmpx_report_writer *writer, const char *member, int64_t number) {
    set_name(writer, member);
    json_dumper_value_anyf(&writer->json, "%" PRId64, number);
}

void rtmpx_report_boolean(struct rtmpx_report_writer *writer, const char *member, bool value) {
    set_name(writer, member);
    json_dumper_value_anyf(&writer->json, "%s", value ? "true" : "false");
}

void rtmpx_report_known(struct rtmpx_report_writer *writer, const char *member, uint32_t number) {
    if (number)
        rtmpx_report_number(writer, member, number);
    else
        rtmpx_report_null(writer, member);
}

void rtmpx_report_index(struct rtmpx_report_writer *writer, const char *member, uint32_t place) {
    if (place)
        rtmpx_report_number(writer, member, place - 1);
    else
        rtmpx_report_null(writer, member);
}

/* Not with printf, which follows the user's locale. */
void rtmpx_report_fixed(struct rtmpx_report_writer *writer, const char *member, double number,
                        unsigned decimals) {
    const double most = 1e15;
    int64_t unit = decimals == 1 ? 10 : 100;
    if (!isfinite(number) || fabs(number) > most) {
        rtmpx_report_null(writer, member);
        return;
    }
    int64_t scaled = llround(fabs(number) * (double)unit);
    set_name(writer, member);
    const char *sign = number < 0 && scaled ? "-" : "";
    if (scaled % unit)
        json_dumper_value_anyf(&writer->json, "%s%" PRId64 ".%0*d", sign, scaled / unit,
                               (int)decimals, (int)(scaled % unit));
    else
        json_dumper_value_anyf(&writer->json, "%s%" PRId64, sign, scaled / unit);
}

void rtmpx_report_delta(struct rtmpx_report_writer *writer, uint32_t row, int64_t number) {
    rtmpx_report_number(writer, NULL, row ? number - writer->previous : number);
    writer->previous = number;
}

int64_t rtmpx_report_time(const struct rtmpx_report_writer *writer, int64_t time) {
    return (int64_t)((uint64_t)time - (uint64_t)writer->start) / 1000;
}

/* ---- texts ---- */

/* A JSON string of good UTF-8 without control characters that is inert inside a script element. */
static void write_string(json_dumper *json, const char *bytes, size_t len) {
    GString *out = g_string_sized_new(len + 2);
    g_string_append_c(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < 0x20 || c == 0x7F || strchr("<>&", c))
            g_string_append_printf(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", c);
        else
            g_string_append_c(out, (char)c);
    }
    g_string_append_c(out, '"');
    json_dumper_value_anyf(json, "%s", out->str);
    g_string_free(out, TRUE);
}

void rtmpx_report_text(struct rtmpx_report_writer *writer, const char *member, uint32_t text) {
    const struct rtmp_kept_text *kept = rtmp_report_text(&writer->report->store, text);
    if (!kept) {
        rtmpx_report_null(writer, member);
        return;
    }
    set_name(writer, member);
    write_string(&writer->json, (const char *)kept->bytes, kept->len);
}

void rtmpx_report_line(struct rtmpx_report_writer *writer, const char *member, const char *line) {
    set_name(writer, member);
    write_string(&writer->json, line, strlen(line));
}

void rtmpx_report_table(struct rtmpx_report_writer *writer,
                        const struct rtmpx_report_table *table) {
    for (unsigned column = 0; table->names[column]; column++) {
        rtmpx_report_begin_array(writer, table->names[column]);
        for (uint32_t row = 0; row < table->count; row++)
            table->value(writer, table->rows, row, column);
        json_dumper_end_array(&writer->json);
    }
}
