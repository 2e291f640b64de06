/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_EXPORT_SO_H
#define RTMPX_TAP_EXPORT_SO_H

#include "tap/tap.h"

/*
 * SharedObjects in a list of objects to export: a JSON file each (export/so_json.h). On a later
 * pass it says what the copies are in the end from its first message on; in the first pass it is
 * made anew before the list is drawn.
 */
struct rtmpx_so_exports;

struct rtmpx_so_exports *rtmpx_so_exports_new(export_object_list_t *list);
void rtmpx_so_exports_free(struct rtmpx_so_exports *exports);

/* A message of any type. */
void rtmpx_so_exports_add(struct rtmpx_so_exports *exports, const struct rtmpx_tapped *tapped);

#endif
