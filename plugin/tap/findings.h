/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_FINDINGS_H
#define RTMPX_TAP_FINDINGS_H

/*
 * tshark -z rtmpx,findings,FORMAT[,FILE[,FILTER]]: a row for each expert item of ours, as Expert
 * Information lists them, with its frame, time and five-tuple. FORMAT, FILE and FILTER are those of
 * rows of messages (tap/rows.h).
 */
void rtmpx_register_findings(void);

#endif
