/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include "export/report/report.h"

/* A text of a report, "" of 0. It holds until the next one. */
const char *report_text(const struct rtmp_report_store *store, uint32_t number);

/* The first finding of a kind, NULL: there is none. */
const struct rtmp_finding *report_finding(const struct rtmp_report *report,
                                          enum rtmp_finding_kind kind);

#endif
