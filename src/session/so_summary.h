/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_SUMMARY_H
#define RTMP_SESSION_SO_SUMMARY_H

#include "base/bytes.h"
#include "base/text.h"
#include "session/so_records.h"

/*
 * Append one line about a SharedObject message: `SharedObject "noteroom" v7: change note_3: "milk"
 * -> "oat milk", remove note_1`, `request change score = 12`, `send message say("hello")`. Names,
 * values and events are as many as a line has room for. What an attribute was before is known from
 * the message's facts, in the records of its connection; there may be no facts.
 */
void rtmp_so_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t message_type,
                     const struct rtmp_so_facts *facts, struct rtmp_so_records_pair records);

#endif
