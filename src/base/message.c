/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/message.h"

#include "base/names.h"

const char *rtmp_message_type_name(uint8_t type) {
    const char *text = rtmp_name_of(rtmp_names_message_types, type);
    return text ? text : "Unknown";
}
