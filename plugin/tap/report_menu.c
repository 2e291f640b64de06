/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report_menu.h"

#include "preferences.h"
#include "tap/report.h"

#define MENU "RTMP/Report"

/* The fields of the dialog. */
enum { FIELD_FILE, FIELD_SECRETS, FIELD_STALL, FIELD_COUNT };

static void say(const funnel_ops_t *ops, const char *text) {
    if (!ops->new_text_window || !ops->set_text)
        return;
    funnel_text_window_t *window = ops->new_text_window(ops->ops_id, "RTMP report");
    ops->set_text(window, text);
}

/* The page of the open capture. NULL: it is written. */
static char *write_report(const funnel_ops_t *ops, const char *path,
                          const struct rtmp_report_options *options) {
    char *error = rtmpx_report_check_path(path);
    struct rtmpx_report_tap *tap = error ? NULL : rtmpx_report_listen(options, NULL, &error);
    if (!tap)
        return error;
    ops->retap_packets(ops->ops_id);
    error = rtmpx_report_write(tap, path);
    rtmpx_report_end(tap);
    return error;
}

/* What was entered as threshold. Stalls were noted when the packets were first dissected: of those
 * below the preference nothing is known. NULL: it is good; else what is wrong. */
static char *read_stall(const char *entered, uint32_t *stall) {
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(entered, 10, 0, UINT32_MAX, &number, NULL))
        return g_strdup_printf("%s: the stall threshold is a number of milliseconds", entered);
    *stall = (uint32_t)number;
    if (number >= rtmpx_preferences.stall && (rtmpx_preferences.stall || !number))
        return NULL;
    return g_strdup("Shorter stalls are noted only with another preference:\n"
                    "Preferences > Protocols > RTMPX > Stall (ms)");
}

/* Called with what was entered; Wireshark frees it. */
static void report_as_entered(char **entered, void *data) {
    (void)data;
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    struct rtmp_report_options options = {
        .shows_secrets = g_ascii_strcasecmp(entered[FIELD_SECRETS], "yes") == 0};
    char *error = read_stall(entered[FIELD_STALL], &options.stall);
    if (!error)
        error = write_report(ops, entered[FIELD_FILE], &options);
    if (error)
        say(ops, error);
    else if (ops->browser_open_data_file)
        ops->browser_open_data_file(entered[FIELD_FILE]);
    g_free(error);
}

static void ask_for_file(void *data) {
    (void)data;
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    if (!ops || !ops->new_dialog || !ops->retap_packets)
        return;
    char *path = g_build_filename(g_get_tmp_dir(), "rtmp-report.html", NULL);
    char *stall = g_strdup_printf("%u", rtmpx_preferences.stall);
    const char *names[FIELD_COUNT + 1] = {"File",
                                          "Show what follows a ? in names and URLs (yes or no)",
                                          "Stalls from this length on (ms)", NULL};
    const char *values[FIELD_COUNT + 1] = {path, rtmpx_preferences.report_secrets ? "yes" : "no",
                                           stall, NULL};
    ops->new_dialog(ops->ops_id, "RTMP report", names, values, report_as_entered, NULL, NULL);
    g_free(stall);
    g_free(path);
}

void rtmpx_register_report_menu(void) {
    funnel_register_menu(MENU, REGISTER_TOOLS_GROUP_UNSORTED, ask_for_file, NULL, NULL, TRUE);
}
