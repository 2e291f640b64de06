/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib/gstdio.h>

#include "preferences.h"
#include "tap/report_data.h"
#include "tap/report_page.h"
#include "tap/tap.h"

#define REPORT_TAP      "rtmpx_report"
#define REPORT_ARGUMENT RTMPX_TAP ",report,"

/* Listeners are known by their data: those of the others are members of the segments'. */
struct rtmpx_report_tap {
    struct rtmp_report report;
    struct rtmp_report *with_packets; /* of Flash Remoting: the same report */
    struct rtmpx_report_file file;
    char *path; /* of tshark's; NULL: its standard output, or it is not tshark's */
};

/* ---- listening ---- */

static void reset_report(void *data) {
    struct rtmpx_report_tap *tap = data;
    const struct rtmp_report_options options = tap->report.options;
    rtmp_report_destroy(&tap->report);
    rtmp_report_init(&tap->report, rtmpx_heap(), &options);
}

static void reset_file(void *data) {
    struct rtmpx_report_file *file = data;
    *file = (struct rtmpx_report_file){.frames = 0};
}

static struct rtmp_report_ends ends_of(packet_info *pinfo, bool from_client) {
    const struct tcp_analysis *tcp = rtmpx_tcp_of(pinfo);
    return (struct rtmp_report_ends){
        .client = rtmpx_end_text(pinfo, from_client),
        .server = rtmpx_end_text(pinfo, !from_client),
        .tcp = tcp ? tcp->stream + 1 : 0,
        .round_trip = tcp ? rtmpx_nanoseconds(&tcp->ts_first_rtt) : 0,
    };
}

static void begin_connection(struct rtmp_report *report, packet_info *pinfo,
                             const struct rtmp_session_direction *direction) {
    const struct rtmp_report_ends ends = ends_of(pinfo, rtmp_session_from_client(direction));
    rtmp_report_begin_connection(report, direction->session, &ends);
}

static void add_message(struct rtmp_report *report, struct rtmpx_messages *messages,
                        uint32_t index) {
    struct rtmpx_tapped tapped;
    if (!rtmpx_tapped_message(messages, index, &tapped))
        return;
    struct rtmpx_body body;
    rtmpx_tapped_body(&tapped, &body);
    const struct rtmp_row_message message = rtmpx_tapped_row(&tapped, &body);
    rtmp_report_add_message(report, &message);
}

static tap_packet_status add_segment(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                     const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    struct rtmpx_report_tap *tap = data;
    struct rtmpx_messages messages = *(const struct rtmpx_messages *)item;
    const struct rtmp_segment_view *core = &messages.view->core;
    if (!rtmp_report_knows(&tap->report, core->direction->session))
        begin_connection(&tap->report, pinfo, core->direction);
    rtmp_report_add_segment(&tap->report, core->direction, core->segment, messages.view->captured);
    for (uint32_t i = 0; i < core->segment->fragment_count; i++)
        add_message(&tap->report, &messages, i);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    struct rtmp_report **report = data;
    const struct rtmpx_tapped_packet *tapped = item;
    const struct rtmp_report_packet packet = {
        .record = tapped->packet,
        .reader = tapped->reader,
        .ends = ends_of(pinfo, !tapped->packet->is_reply),
        .is_cut = tapped->is_cut,
        .shows_passwords = rtmpx_shows_passwords(),
    };
    rtmp_report_add_packet(*report, &packet);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status add_frame(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                   const void *item, tap_flags_t flags) {
    (void)edt;
    (void)item;
    (void)flags;
    struct rtmpx_report_file *file = data;
    int64_t time = rtmpx_capture_time(pinfo);
    if (file->frames++ == 0)
        file->start = file->end = time;
    if (time > file->end)
        file->end = time;
    file->bytes += pinfo->fd->cap_len;
    return TAP_PACKET_DONT_REDRAW;
}

struct rtmpx_report_tap *rtmpx_report_listen(const struct rtmp_report_options *options,
                                             void (*draw)(void *report), char **error) {
    struct rtmpx_report_tap *tap = g_new0(struct rtmpx_report_tap, 1);
    tap->with_packets = &tap->report;
    rtmp_report_init(&tap->report, rtmpx_heap(), options);
    GString *refused = register_tap_listener("frame", &tap->file, NULL, TL_REQUIRES_NOTHING,
                                             reset_file, add_frame, NULL, NULL);
    if (!refused)
        refused = register_tap_listener(RTMPX_REMOTING_TAP, &tap->with_packets, NULL,
                                        TL_REQUIRES_NOTHING, NULL, add_packet, NULL, NULL);
    if (!refused)
        refused = register_tap_listener(REPORT_TAP, tap, NULL, TL_REQUIRES_NOTHING, reset_report,
                                        add_segment, draw, NULL);
    if (!refused)
        return tap;
    *error = g_string_free(refused, FALSE);
    rtmpx_report_end(tap);
    return NULL;
}

void rtmpx_report_end(struct rtmpx_report_tap *tap) {
    remove_tap_listener(&tap->file);
    remove_tap_listener(&tap->with_packets);
    remove_tap_listener(tap);
    rtmp_report_destroy(&tap->report);
    g_free(tap->path);
    g_free(tap);
}

/* ---- writing ---- */

/* A new file beside `path`, and its name. NULL: errno says why. */
static FILE *open_beside(const char *path, char **name) {
    enum { MODE = 0666 };
    *name = g_strdup_printf("%s.XXXXXX", path);
    int descriptor = g_mkstemp_full(*name, O_RDWR, MODE);
    return descriptor < 0 ? NULL : fdopen(descriptor, "wb");
}

static char *why_not(const char *path) {
    return g_strdup_printf("%s: %s", path, g_strerror(errno));
}

/* Is there no file, or one that may be written? Its folder alone would let any be replaced. */
static bool may_replace(const char *path) {
    FILE *old = g_file_test(path, G_FILE_TEST_EXISTS) ? g_fopen(path, "r+b") : NULL;
    if (old)
        (void)fclose(old);
    return old || !g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A page takes the place of a file: of a device nothing would be left. */
char *rtmpx_report_check_path(const char *path) {
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        errno = EISDIR;
        return why_not(path);
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_strdup_printf("%s: not a regular file", path);
    if (!may_replace(path))
        return why_not(path);
    char *name;
    FILE *file = open_beside(path, &name);
    char *error = file ? NULL : why_not(path);
    if (file) {
        (void)fclose(file);
        (void)g_unlink(name);
    }
    g_free(name);
    return error;
}

static void write_part(FILE *out, const struct rtmpx_page_part *part) {
    (void)fwrite(part->bytes, 1, part->size, out);
}

static bool write_page(FILE *out, const struct rtmpx_report_tap *tap) {
    write_part(out, &rtmpx_page_before_data);
    rtmpx_write_report_data(out, &tap->report, &tap->file);
    write_part(out, &rtmpx_page_after_data);
    return fflush(out) == 0 && !ferror(out);
}

/* The name of the capture without its folder, to be freed. NULL: it is not known; tshark tells no
 * plugin. */
static char *capture_name(void) {
    ws_info_t *info = NULL;
    plugin_if_get_ws_info(&info);
    return info && info->cf_filename ? g_path_get_basename(info->cf_filename) : NULL;
}

/* Under its name only when it is whole. */
static char *write_file(const struct rtmpx_report_tap *tap, const char *path) {
    char *name;
    char *error = NULL;
    FILE *out = open_beside(path, &name);
    bool written = out && write_page(out, tap);
    if (!out) {
        error = why_not(path);
    } else if (fclose(out) != 0 || !written || g_rename(name, path) != 0) {
        error = why_not(path);
        (void)g_unlink(name);
    }
    g_free(name);
    return error;
}

char *rtmpx_report_write(struct rtmpx_report_tap *tap, const char *path) {
    char *capture = capture_name();
    rtmp_report_finish(&tap->report);
    tap->file.name = capture;
    char *error = NULL;
    if (path)
        error = write_file(tap, path);
    else if (!write_page(stdout, tap))
        error = why_not("standard output");
    tap->file.name = NULL;
    g_free(capture);
    return error;
}

/* ---- tshark ---- */

static void draw_report(void *data) {
    struct rtmpx_report_tap *tap = data;
    char *error = rtmpx_report_write(tap, tap->path);
    if (error) {
        fprintf(stderr, "tshark: %s\n", error);
        exit(2);
    }
    if (tap->path)
        printf("RTMP report: %s\n", tap->path);
}

/* Begins with "rtmpx,report,". Whether it can be written is known before the capture is read. */
static void add_report(const char *argument) {
    const char *path = argument + strlen(REPORT_ARGUMENT);
    const bool is_stdout = strcmp(path, "-") == 0;
    char *error = NULL;
    if (!*path)
        error = g_strdup("usage: -z " REPORT_ARGUMENT "FILE.html");
    else if (!is_stdout)
        error = rtmpx_report_check_path(path);
    const struct rtmp_report_options options = {.shows_secrets = rtmpx_preferences.report_secrets};
    struct rtmpx_report_tap *tap =
        error ? NULL : rtmpx_report_listen(&options, draw_report, &error);
    if (!tap) {
        fprintf(stderr, "tshark: %s\n", error);
        exit(1);
    }
    tap->path = is_stdout ? NULL : g_strdup(path);
}

RTMPX_STAT_CALLBACK(begin_report, add_report)

void rtmpx_register_report(void) {
    static stat_tap_ui report_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, REPORT_ARGUMENT, begin_report, 0, NULL};
    rtmpx_add_segment_tap(register_tap(REPORT_TAP));
    register_stat_tap_ui(&report_ui, NULL);
}
