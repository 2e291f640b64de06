/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_STREAMS_TABLE_H
#define RTMPX_TAP_STREAMS_TABLE_H

/* Statistics > RTMP Streams, tshark -z rtmpx,streams[,FILTER]: a row a published or played stream
 * (export/stream_totals.h). */
void rtmpx_register_streams_table(void);

#endif
