/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MESSAGE_H
#define RTMP_PAYLOAD_MESSAGE_H

#include <stdint.h>

/* Message type ids, one line each in names/message_types.def. */
enum rtmp_message_type {
#define NAME(value, identifier, text) RTMP_MESSAGE_##identifier = value,
#include "names/message_types.def"
#undef NAME
};

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
};

/* "Audio", "Command (AMF0)" ...; "Unknown" for an unassigned id. Never NULL. */
const char *rtmp_message_type_name(uint8_t type);

#endif
