/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/rows.h"

#include <stdlib.h>

#include "noun.h"
#include "tap/row_writer.h"
#include "tap/tap.h"

#include "export/row.h"

#define ROWS_ARGUMENT RTMPX_TAP ",messages,"

/* One -z; lives as long as the program. */
struct rows {
    struct rtmpx_row_writer writer;
    bool chosen[RTMP_ROW_COLUMN_COUNT];
};

/* ---- writing ---- */

static void write_header(struct rows *rows) {
    for (enum rtmp_row_column i = 0; i < RTMP_ROW_COLUMN_COUNT; i++)
        if (rows->chosen[i])
            rtmpx_write_column(&rows->writer, rtmp_row_column_info(i)->name);
    rtmpx_end_columns(&rows->writer);
}

static void write_row(struct rows *rows, struct rtmp_row *row) {
    enum { TEXT_MAX = 4096 };
    char buffer[TEXT_MAX];
    rtmpx_begin_row(&rows->writer);
    for (enum rtmp_row_column i = 0; i < RTMP_ROW_COLUMN_COUNT; i++) {
        if (!rows->chosen[i])
            continue;
        const struct rtmp_row_value value = rtmp_row_value(row, i, buffer, sizeof buffer);
        rtmpx_write_value(&rows->writer, rtmp_row_column_info(i)->name, &value);
    }
    rtmpx_end_row(&rows->writer);
}

/* ---- the tap ---- */

static void add_addresses(const struct rows *rows, const packet_info *pinfo,
                          struct rtmp_row_message *message) {
    if (!rows->chosen[RTMP_ROW_CLIENT] && !rows->chosen[RTMP_ROW_SERVER] &&
        !rows->chosen[RTMP_ROW_CLIENT_PORT] && !rows->chosen[RTMP_ROW_SERVER_PORT])
        return;
    bool from_client = message->remoting ? !message->remoting->record->packet->is_reply
                                         : message->record->direction == 0;
    const char *source = address_to_str(pinfo->pool, &pinfo->src);
    const char *destination = address_to_str(pinfo->pool, &pinfo->dst);
    message->client = from_client ? source : destination;
    message->server = from_client ? destination : source;
    message->client_port = from_client ? pinfo->srcport : pinfo->destport;
    message->server_port = from_client ? pinfo->destport : pinfo->srcport;
}

static tap_packet_status write_message(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                       const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    struct rows *rows = data;
    const struct rtmpx_tapped *tapped = item;
    struct rtmpx_body body;
    rtmpx_tapped_body(tapped, &body);
    char summary[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_masked(summary, sizeof summary, body.mask);
    if (rows->chosen[RTMP_ROW_SUMMARY])
        rtmpx_tapped_summary(tapped, &body, &text);
    struct rtmp_row_message message = rtmpx_tapped_row(tapped, &body);
    message.summary = summary;
    add_addresses(rows, pinfo, &message);
    struct rtmp_row row;
    rtmp_row_begin(&row, &message);
    write_row(rows, &row);
    return TAP_PACKET_DONT_REDRAW;
}

static void finish_rows(void *data) {
    const struct rows *rows = data;
    rtmpx_finish_rows(&rows->writer);
}

/* ---- the argument ---- */

static G_GNUC_NORETURN void refuse(const char *what, const char *which) {
    fprintf(stderr,
            "tshark: %s\"%s\"\nusage: -z " ROWS_ARGUMENT "csv|json[+COLUMN...][,FILE[,FILTER]]\n"
            "columns (* unless chosen, too):\n",
            what, which);
    for (enum rtmp_row_column i = 0; i < RTMP_ROW_COLUMN_COUNT; i++) {
        const struct rtmp_row_column_info *info = rtmp_row_column_info(i);
        fprintf(stderr, "  %c %-20s%s\n", info->usual ? '*' : ' ', info->name, info->description);
    }
    exit(1);
}

static void choose_column(struct rows *rows, const char *name) {
    bool all = strcmp(name, "all") == 0;
    enum rtmp_row_column column = rtmp_row_column_named(name, strlen(name));
    if (!all && column == RTMP_ROW_COLUMN_COUNT)
        refuse("-z rtmpx,messages has no column ", name);
    for (enum rtmp_row_column i = 0; i < RTMP_ROW_COLUMN_COUNT; i++)
        rows->chosen[i] |= all || i == column;
}

/* "csv+csid+app" */
static enum rtmpx_row_format read_format(struct rows *rows, const char *argument) {
    char **parts = g_strsplit(argument, "+", -1);
    enum rtmpx_row_format format = rtmpx_row_format_named(parts[0] ? parts[0] : "");
    if (format == RTMPX_ROW_FORMAT_COUNT)
        refuse("-z rtmpx,messages has no format ", argument);
    for (enum rtmp_row_column i = 0; i < RTMP_ROW_COLUMN_COUNT; i++)
        rows->chosen[i] = rtmp_row_column_info(i)->usual;
    for (char **part = parts + 1; *part; part++)
        choose_column(rows, *part);
    g_strfreev(parts);
    return format;
}

/* Begins with "rtmpx,messages,". */
static void add_rows(const char *argument) {
    struct rows *rows = g_new0(struct rows, 1);
    char **parts = g_strsplit(argument + strlen(ROWS_ARGUMENT), ",", 3);
    enum rtmpx_row_format format = read_format(rows, parts[0] ? parts[0] : "");
    const char *path = parts[0] ? parts[1] : NULL;
    const char *filter = path ? parts[2] : NULL;
    GString *error = register_tap_listener(RTMPX_TAP, rows, filter, TL_REQUIRES_NOTHING, NULL,
                                           write_message, finish_rows, NULL);
    if (error) {
        fprintf(stderr, "tshark: -z rtmpx,messages: %s\n", error->str);
        exit(1);
    }
    rtmpx_open_rows(&rows->writer, format, path);
    write_header(rows);
    g_strfreev(parts);
}

RTMPX_STAT_CALLBACK(begin_rows, add_rows)

void rtmpx_register_rows(void) {
    static stat_tap_ui rows_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, ROWS_ARGUMENT, begin_rows, 0, NULL};
    register_stat_tap_ui(&rows_ui, NULL);
}
