/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_REMOTING_SUMMARY_H
#define RTMP_PAYLOAD_REMOTING_SUMMARY_H

#include "base/text.h"
#include "payload/remoting/facts.h"

/* Lines about the headers and messages of an AMF packet. */

/* Append what a message of a request calls: `shop.sum`; of Flex messages `destination.operation`
 * (`source.operation` without a destination) or the command (`ping`); else the target. */
void rtmp_remoting_call_name(struct rtmp_text *text, const struct rtmp_reader *reader,
                             struct rtmp_span target, const struct rtmp_remoting_facts *facts);

/* What a line needs besides the packet's bytes. */
struct rtmp_remoting_line {
    const struct rtmp_remoting_piece *entry; /* its MESSAGE or HEADER piece; its value follows */
    bool is_reply;
    bool shows_secrets; /* passwords as they are */
    const char *call;   /* of a reply: the name of the call it answers; NULL: not known */
    int64_t time;       /* ... and ns since that; meaningful if `call` is known */
};

/* Append `shop.sum(2, 3.5) /1`, `/1 result of shop.sum: 5.5, 12 ms`, `/4 error of shop.fail: out of
 * stock`, `poll: 1 message`. reader: over the packet; its cursor does not matter. */
void rtmp_remoting_message_line(struct rtmp_text *text, struct rtmp_reader reader,
                                const struct rtmp_remoting_line *line);

/* Append what such a line says of the value: the arguments of a call, `2, 3.5`; of a reply `5.5`,
 * `1 message`, or of an error `out of stock`. */
void rtmp_remoting_value_line(struct rtmp_text *text, struct rtmp_reader reader,
                              const struct rtmp_remoting_line *line);

/* Append `AppendToGatewayUrl=;jsessionid=1`, `Credentials={userid: "ann", password: ********}`. */
void rtmp_remoting_header_line(struct rtmp_text *text, struct rtmp_reader reader,
                               const struct rtmp_remoting_line *line);

/* Append a leaf of the facts: the characters of a string, a number, the 16 bytes of an id as a
 * UUID in upper case. */
void rtmp_remoting_fact_text(struct rtmp_text *text, const struct rtmp_reader *reader,
                             const struct rtmp_amf_leaf *leaf, size_t limit);

#endif
