/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_SO_TABLE_H
#define RTMPX_TAP_SO_TABLE_H

/* `-z rtmpx,so` and Statistics > RTMP SharedObjects: a row for each client's copy of a
 * SharedObject.
 */
void rtmpx_register_so_table(void);

#endif
