/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_RESPONSE_TIME_H
#define RTMPX_TAP_RESPONSE_TIME_H

/* Statistics > Service Response Time > RTMP, tshark -z rtmpx,srt[,FILTER]: how long calls wait for
 * their answer, a row a name of a call. */
void rtmpx_register_response_time(int proto);

#endif
