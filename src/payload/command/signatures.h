/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_SIGNATURES_H
#define RTMP_PAYLOAD_COMMAND_SIGNATURES_H

#include <stdint.h>

#include "payload/command/facts_list.h"

/* Known commands and data messages, one line each in base/names/commands.def. */

#define RTMP_COMMAND_ARGUMENTS_MAX 4

struct rtmp_command_signature {
    const char *name;
    uint8_t length;                                    /* of the name, bytes */
    uint8_t kind;                                      /* enum rtmp_command_kind */
    const char *arguments[RTMP_COMMAND_ARGUMENTS_MAX]; /* their names, NULL behind the last */
};

/* The signature of a name of `len` bytes; NULL for an unknown one. Static storage. */
const struct rtmp_command_signature *rtmp_command_find(const uint8_t *name, uint32_t len);

#endif
