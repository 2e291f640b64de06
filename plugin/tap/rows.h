/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_ROWS_H
#define RTMPX_TAP_ROWS_H

/*
 * tshark -z rtmpx,messages,FORMAT[+COLUMN...][,FILE[,FILTER]]: a row a message (export/row.h).
 * FORMAT: csv (RFC 4180, with a header) or json (an object a line). Further columns follow the
 * usual ones; "+all": all of them. FILE: "-" or empty is standard output. FILTER: a display filter,
 * for which a tree is built.
 */
void rtmpx_register_rows(void);

#endif
