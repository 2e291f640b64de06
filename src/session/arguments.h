/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_ARGUMENTS_H
#define RTMP_SESSION_ARGUMENTS_H

#include "payload/command/facts.h"

/*
 * What a command or data message says behind its head: read when it is first asked for, once for
 * all who follow the message. The body is borrowed.
 */
struct rtmp_arguments {
    struct rtmp_reader body;
    uint8_t type; /* of the message */
    bool is_read;
    struct rtmp_command command; /* with is_read */
};

static inline const struct rtmp_command *rtmp_arguments_of(struct rtmp_arguments *arguments) {
    if (!arguments->is_read)
        rtmp_command_read_for_line(&arguments->command, arguments->body, arguments->type,
                                   RTMP_REPLY_UNKNOWN);
    arguments->is_read = true;
    return &arguments->command;
}

#endif
