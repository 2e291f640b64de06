/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_DATA_H
#define RTMPX_TAP_REPORT_DATA_H

#include "tap/report_json.h"

/* What the capture is beyond its messages. */
struct rtmpx_report_file {
    const char *name; /* without folder; NULL: not known */
    uint32_t frames;
    uint64_t bytes;     /* captured, of all frames */
    int64_t start, end; /* times of the first and last frame, ns since 1970 */
};

/* Write the data of a report's page: one JSON object, rtmpx-report/1 (packaging/doc/report.md). */
void rtmpx_write_report_data(FILE *out, const struct rtmp_report *report,
                             const struct rtmpx_report_file *file);

#endif
