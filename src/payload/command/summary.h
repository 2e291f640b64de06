/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_SUMMARY_H
#define RTMP_PAYLOAD_COMMAND_SUMMARY_H

#include "base/text.h"
#include "payload/command/head.h"

/* Append one line for a body of type 15, 17, 18 or 20: `connect app=live tcUrl=rtmp://host/live`,
 * `publish "cam1" live`, `_result of createStream: stream 1`. call: what the message answers. */
void rtmp_command_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type,
                          const struct rtmp_answered_call *call);

#endif
