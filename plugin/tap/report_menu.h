/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_MENU_H
#define RTMPX_TAP_REPORT_MENU_H

/* Tools > RTMP > Report: asks for a file, writes a report of the open capture into it, with
 * Wireshark's progress bar, and opens it in the browser. tshark has no menus (report.h). */
void rtmpx_register_report_menu(void);

#endif
