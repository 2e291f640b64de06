/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/message.h"

#include "base/names.h"

#define NAME RTMP_NAME
static const struct rtmp_name message_types[] = {
#include "base/names/message_types.def"
    RTMP_NAMES_END};
#undef NAME

const char *rtmp_message_type_name(uint8_t type) {
    const char *text = rtmp_name_of(message_types, type);
    return text ? text : "Unknown";
}
