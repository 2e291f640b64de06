/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/findings.h"

#include <stdlib.h>

#include "conversation.h"
#include "tap/row_writer.h"
#include "tap/tap.h"

#define FINDINGS_ARGUMENT RTMPX_TAP ",findings,"

enum finding_column {
    FRAME,
    TIME,
    SOURCE,
    SOURCE_PORT,
    DESTINATION,
    DESTINATION_PORT,
    SEVERITY,
    GROUP,
    NAME,
    MESSAGE,
    FINDING_COLUMN_COUNT
};

static const char *const finding_columns[FINDING_COLUMN_COUNT] = {
    "frame",    "time",  "source", "source_port", "destination", "destination_port",
    "severity", "group", "name",   "message"};

/* The filter name of an expert item of ours, NULL: it is another protocol's. */
static const char *name_of(const expert_info_t *expert) {
    static const char prefix[] = "rtmpx.";
    const header_field_info *field =
        expert->hf_index > 0 ? proto_registrar_get_nth((unsigned)expert->hf_index) : NULL;
    return field && strncmp(field->abbrev, prefix, sizeof prefix - 1) == 0 ? field->abbrev : NULL;
}

static tap_packet_status write_finding(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                       const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    struct rtmpx_row_writer *writer = data;
    const expert_info_t *expert = item;
    const char *name = name_of(expert);
    if (!name)
        return TAP_PACKET_DONT_REDRAW;
    const struct rtmp_row_value values[FINDING_COLUMN_COUNT] = {
        [FRAME] = rtmp_value_unsigned(pinfo->num),
        [TIME] = rtmp_value_time(rtmpx_capture_time(pinfo)),
        [SOURCE] = rtmp_value_text(address_to_str(pinfo->pool, &pinfo->src)),
        [SOURCE_PORT] = rtmp_value_unsigned(pinfo->srcport),
        [DESTINATION] = rtmp_value_text(address_to_str(pinfo->pool, &pinfo->dst)),
        [DESTINATION_PORT] = rtmp_value_unsigned(pinfo->destport),
        [SEVERITY] = rtmp_value_text(
            val_to_str_const((uint32_t)expert->severity, expert_severity_vals, "Unknown")),
        [GROUP] = rtmp_value_text(
            val_to_str_const((uint32_t)expert->group, expert_group_vals, "Unknown")),
        [NAME] = rtmp_value_text(name),
        [MESSAGE] = rtmp_value_text(expert->summary),
    };
    rtmpx_begin_row(writer);
    for (unsigned i = 0; i < FINDING_COLUMN_COUNT; i++)
        rtmpx_write_value(writer, finding_columns[i], &values[i]);
    rtmpx_end_row(writer);
    return TAP_PACKET_DONT_REDRAW;
}

static void finish_findings(void *data) {
    rtmpx_finish_rows(data);
}

/* Begins with "rtmpx,findings,". */
static void add_findings(const char *argument) {
    struct rtmpx_row_writer *writer = g_new0(struct rtmpx_row_writer, 1);
    char **parts = g_strsplit(argument + strlen(FINDINGS_ARGUMENT), ",", 3);
    enum rtmpx_row_format format = rtmpx_row_format_named(parts[0] ? parts[0] : "");
    if (format == RTMPX_ROW_FORMAT_COUNT) {
        fprintf(stderr,
                "tshark: -z rtmpx,findings has no format \"%s\"\n"
                "usage: -z " FINDINGS_ARGUMENT "csv|json[,FILE[,FILTER]]\n",
                parts[0] ? parts[0] : "");
        exit(1);
    }
    const char *path = parts[1];
    GString *error =
        register_tap_listener("expert", writer, path ? parts[2] : NULL, TL_REQUIRES_NOTHING, NULL,
                              write_finding, finish_findings, NULL);
    if (error) {
        fprintf(stderr, "tshark: -z rtmpx,findings: %s\n", error->str);
        exit(1);
    }
    rtmpx_open_rows(writer, format, path);
    for (unsigned i = 0; i < FINDING_COLUMN_COUNT; i++)
        rtmpx_write_column(writer, finding_columns[i]);
    rtmpx_end_columns(writer);
    g_strfreev(parts);
}

RTMPX_STAT_CALLBACK(begin_findings, add_findings)

void rtmpx_register_findings(void) {
    static stat_tap_ui findings_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, FINDINGS_ARGUMENT, begin_findings, 0, NULL};
    register_stat_tap_ui(&findings_ui, NULL);
}
