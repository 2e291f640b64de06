/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_PAGE_H
#define RTMPX_TAP_REPORT_PAGE_H

#include <stddef.h>

/* The page of a report, but for its data: what is before and behind them. The build makes it of
 * plugin/report/ (page.cmake). */
struct rtmpx_page_part {
    const unsigned char *bytes;
    size_t size;
};

extern const struct rtmpx_page_part rtmpx_page_before_data, rtmpx_page_after_data;

#endif
