/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/message.h"

const char *rtmp_message_type_name(uint8_t type) {
    switch (type) {
#define NAME(value, identifier, text)                                                              \
    case value:                                                                                    \
        return text;
#include "names/message_types.def"
#undef NAME
    default:
        return "Unknown";
    }
}
