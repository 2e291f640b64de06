/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_fixture.h"

#include <string.h>

const char *report_text(const struct rtmp_report_store *store, uint32_t number) {
    static char out[1024];
    const struct rtmp_kept_text *kept = rtmp_report_text(store, number);
    if (!kept)
        return "";
    memcpy(out, kept->bytes, kept->len);
    out[kept->len] = '\0';
    return out;
}

const struct rtmp_finding *report_finding(const struct rtmp_report *report,
                                          enum rtmp_finding_kind kind) {
    for (uint32_t i = 0; i < report->findings.count; i++)
        if (report->findings.finding[i].kind == kind)
            return &report->findings.finding[i];
    return NULL;
}
