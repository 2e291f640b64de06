/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_EXPORT_ENTRY_H
#define RTMPX_TAP_EXPORT_ENTRY_H

#include "tap/tap.h"

/* An entry of a list of objects to export, without its file: of the message's frame, from its
 * server. Wireshark frees it. */
export_object_entry_t *rtmpx_export_entry(const struct rtmpx_tapped *tapped, const char *type,
                                          const char *name);

#endif
