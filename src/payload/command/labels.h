/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_LABELS_H
#define RTMP_PAYLOAD_COMMAND_LABELS_H

#include "base/text.h"
#include "payload/command/facts.h"

/* Append the name of the top-level value `index` (0: the first): "Command object", "Stream name";
 * "Argument 2" where base/names/commands.def has no name. */
void rtmp_command_value_label(struct rtmp_text *text, const struct rtmp_command *command,
                              unsigned index);

/* The meaning of a status code of `len` bytes: "stream name in use or not allowed"; NULL for an
 * unknown one. Static storage. One line each in base/names/status_codes.def. */
const char *rtmp_status_meaning(const uint8_t *code, uint32_t len);

#endif
