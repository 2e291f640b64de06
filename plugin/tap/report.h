/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_H
#define RTMPX_TAP_REPORT_H

#include "compat-wireshark.h"

#include "export/report/report.h"

/*
 * A report of the capture (export/report/report.h) as one HTML file. tshark -z rtmpx,report,FILE;
 * for the menu of Wireshark: report_menu.h.
 */
void rtmpx_register_report(void);

/* A report while the capture is read, by listeners of taps. */
struct rtmpx_report_tap;

/* Begin to listen. NULL: it cannot, *error says why and is freed with g_free(). draw: called with
 * the report at the end of a pass, or NULL. */
struct rtmpx_report_tap *rtmpx_report_listen(const struct rtmp_report_options *options,
                                             void (*draw)(void *report), char **error);

/* Write it; path NULL: to the standard output. NULL: it is written; else why not, to be freed with
 * g_free(): no file is there then that was not there before. */
char *rtmpx_report_write(struct rtmpx_report_tap *tap, const char *path);

/* Could a file of this path be written? As rtmpx_report_write(). */
char *rtmpx_report_check_path(const char *path);

/* Listen no more, and free it. */
void rtmpx_report_end(struct rtmpx_report_tap *tap);

#endif
