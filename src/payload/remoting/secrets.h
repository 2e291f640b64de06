/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_REMOTING_SECRETS_H
#define RTMP_PAYLOAD_REMOTING_SECRETS_H

#include "payload/remoting/facts.h"

/*
 * Which values of a header or message are passwords:
 * - properties named so: those of the Credentials header, of a RemotingMessage, and the headers of
 *   Flex messages that hold user and password in base64;
 * - the value of a header named so, where that is no object;
 * - the body of a Flex login, which is the same in base64, or an object of the application's own;
 * - the arguments of a method named login or the like, and what is in them.
 */
struct rtmp_secrets {
    bool of_login_command;
    bool of_login_method;
    bool of_secret_header;
    uint8_t members_depth; /* of the Flex message; 0: it is none */
};

#define RTMP_SECRET_TEXT "********"

/* The rules of a HEADER or MESSAGE piece. */
struct rtmp_secrets rtmp_secrets_of(const struct rtmp_reader *reader,
                                    const struct rtmp_remoting_piece *entry, bool is_reply,
                                    const struct rtmp_remoting_facts *facts);

/* Is this leaf one? key: the KEY event before it, or NULL. Values that say nothing (null, booleans)
 * are none. */
bool rtmp_secrets_has(const struct rtmp_secrets *secrets, const struct rtmp_reader *reader,
                      const struct rtmp_amf_event *key, const struct rtmp_amf_event *leaf);

#endif
