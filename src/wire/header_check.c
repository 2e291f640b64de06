/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/header_check.h"

/* Is this no message of types 1 to 6 that any sender writes: longer than all of them (a User
 * Control of SWF verification has 44 bytes), or with a message stream id that no server assigns? */
static bool is_garbage_of_control(uint32_t length, uint32_t stream_id) {
    enum { LONGEST_CONTROL = 48, STREAM_IDS = 65536 };
    return length > LONGEST_CONTROL || stream_id >= STREAM_IDS;
}

bool rtmp_message_controls_chunking(const struct rtmp_message *message, uint32_t available) {
    enum { LONGEST = 8 };
    return (message->type == RTMP_MESSAGE_SET_CHUNK_SIZE || message->type == RTMP_MESSAGE_ABORT) &&
           available >= 4 && message->length <= LONGEST &&
           (message->csid == 2 || !is_garbage_of_control(message->length, message->stream_id));
}

bool rtmp_header_is_unlikely(const struct rtmp_chunk_stream *cs,
                             const struct rtmp_chunk_header *h) {
    bool is_stray = !cs && h->csid >= 64 && h->type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH &&
                    is_garbage_of_control(h->length, h->stream_id);
    return is_stray || !rtmp_message_type_known(h->type);
}
