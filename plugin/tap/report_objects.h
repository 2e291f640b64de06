/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_REPORT_OBJECTS_H
#define RTMPX_TAP_REPORT_OBJECTS_H

#include "tap/report_json.h"

/* The member "objects": SharedObjects with their events and copies. */
void rtmpx_report_write_objects(struct rtmpx_report_writer *writer);

#endif
