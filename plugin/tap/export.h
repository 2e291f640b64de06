/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_EXPORT_H
#define RTMPX_TAP_EXPORT_H

/* File > Export Objects > RTMPX, tshark --export-objects rtmpx,DIR: an FLV file a published or
 * played stream (export/flv.h). Wireshark keeps all of them in memory until they are saved. */
void rtmpx_register_export(int proto);

#endif
