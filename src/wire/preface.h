/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_PREFACE_H
#define RTMP_WIRE_PREFACE_H

#include "base/text.h"
#include "wire/handshake.h"

/* What stands at the beginning of a direction, on RTMP's port, before a handshake or instead of it.
 */

/* Are the first bytes of a direction an HTTP request or status line (RFC 9112 3, 4)? HLS and RTMPT
 * are on port 1935 too. RTMP_MAYBE: the line ends later. */
enum rtmp_verdict rtmp_preface_http(const uint8_t *bytes, size_t len);

/* What a side answers a handshake with that is none. */
enum rtmp_answer { RTMP_ANSWER_UNKNOWN, RTMP_ANSWER_TEXT, RTMP_ANSWER_TLS_ALERT };

enum rtmp_answer rtmp_preface_answer(const uint8_t *bytes, size_t len);

/* The answer as a line: its first one, or what the TLS alert (RFC 8446 6) says. */
void rtmp_preface_add_answer(struct rtmp_text *text, const uint8_t *bytes, size_t len);

/*
 * Do the first bytes of a direction begin a PROXY protocol header, version 1 or 2
 * (https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt)? A proxy sends it before the first
 * byte of the client. RTMP_YES: *length is that of the header, all of which is there. RTMP_MAYBE:
 * some of it is.
 */
enum rtmp_verdict rtmp_preface_proxy(const uint8_t *bytes, size_t len, uint32_t *length);

#endif
