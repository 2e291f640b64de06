/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_REMOTING_SECRETS_H
#define RTMP_PAYLOAD_REMOTING_SECRETS_H

#include "payload/remoting/facts.h"

/*
 * Which values of a header or message are passwords:
 * - properties named so: those of the Credentials header, of a RemotingMessage, and the headers of
 *   Flex messages that hold user and password in base64;
 * - the body of a Flex login, which is the same in base64;
 * - the arguments of a method named login.
 */
struct rtmp_secrets {
    bool of_login_command;
    bool of_login_method;
    uint8_t members_depth; /* of the Flex message */
};

#define RTMP_SECRET_TEXT "********"

/* The rules of a message; of a header, whose target is empty, only the first applies. */
struct rtmp_secrets rtmp_secrets_of(const struct rtmp_reader *reader, struct rtmp_span target,
                                    const struct rtmp_remoting_facts *facts);

/* Is this leaf one? key: the KEY event before it, or NULL. Values that say nothing (null, booleans)
 * are none. */
bool rtmp_secrets_has(const struct rtmp_secrets *secrets, const struct rtmp_reader *reader,
                      const struct rtmp_amf_event *key, const struct rtmp_amf_event *leaf);

#endif
