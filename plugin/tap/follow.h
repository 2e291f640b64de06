/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_TAP_FOLLOW_H
#define RTMPX_TAP_FOLLOW_H

/*
 * Analyze > Follow > RTMPX Stream (4.4 and later), tshark -z follow,rtmpx,FORMAT,CONNECTION: the
 * messages of a connection without chunk headers: audio, video and aggregates as their bytes, the
 * others as the line that sums them up. A sub-stream is a message stream (tshark 4.4 and later:
 * CONNECTION,ID). Analyze > Conversation Filter > RTMP connection, RTMP stream.
 */
void rtmpx_register_follow(int proto);

#endif
