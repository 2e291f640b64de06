/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_MESSAGE_H
#define RTMP_BASE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Message type ids, one line each in base/names/message_types.def. */
enum rtmp_message_type {
#define NAME(value, identifier, text) RTMP_MESSAGE_##identifier = value,
#include "base/names/message_types.def"
#undef NAME
};

/* Is there a line for this id? */
static inline bool rtmp_message_type_known(uint8_t type) {
#define NAME(value, identifier, text) | 1U << (value)
    const uint32_t known = 0U
#include "base/names/message_types.def"
        ;
#undef NAME
    return type < 32 && (known >> type & 1);
}

/*
 * The effective header of one message: what the chunk headers say after inheritance and arithmetic.
 *
 * timestamp: ms, absolute, modulo 2^32. length: bytes without chunk headers. stream_id: the message
 * stream id, little-endian on the wire. csid: 2..65599. type: an rtmp_message_type or any other
 * byte.
 */
struct rtmp_message {
    uint32_t timestamp;
    uint32_t length;
    uint32_t stream_id;
    uint32_t csid;
    uint8_t type;
    bool relative; /* behind a loss: timestamp counts from there, stream_id is from before it */
};

/* "Audio", "Command (AMF0)" ...; "Unknown" for an unassigned id. Never NULL. */
const char *rtmp_message_type_name(uint8_t type);

#endif
