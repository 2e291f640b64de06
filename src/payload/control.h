/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_CONTROL_H
#define RTMP_PAYLOAD_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"

/* Limit types of Set Peer Bandwidth, one line each in base/names/peer_bandwidth_limits.def. */
enum rtmp_peer_bandwidth_limit {
#define NAME(value, identifier, text) RTMP_PEER_BANDWIDTH_##identifier = value,
#include "base/names/peer_bandwidth_limits.def"
#undef NAME
};

/* User control events, one line each in base/names/user_control_events.def. */
enum rtmp_user_control_event {
#define NAME(value, identifier, text, ...) RTMP_USER_CONTROL_##identifier = value,
#include "base/names/user_control_events.def"
#undef NAME
};

/* Fields of control messages. Integers are big-endian; widths in bytes. */
enum rtmp_control_kind {
    RTMP_CONTROL_NONE = 0,
    RTMP_CONTROL_CHUNK_SIZE,          /* 4: bytes; legal 1 .. 0x7FFFFFFF */
    RTMP_CONTROL_ABORT_CSID,          /* 4: chunk stream id */
    RTMP_CONTROL_ACK_SEQUENCE_NUMBER, /* 4: bytes received so far, modulo 2^32 */
    RTMP_CONTROL_WINDOW_ACK_SIZE,     /* 4: bytes */
    RTMP_CONTROL_PEER_BANDWIDTH,      /* 4: bytes (a window, not a rate) */
    RTMP_CONTROL_LIMIT_TYPE,          /* 1: rtmp_peer_bandwidth_limit; may be missing (observed) */
    RTMP_CONTROL_EVENT,               /* 2: rtmp_user_control_event */
    RTMP_CONTROL_STREAM_ID,           /* 4: message stream id */
    RTMP_CONTROL_BUFFER_LENGTH,       /* 4: ms */
    RTMP_CONTROL_TIMESTAMP,           /* 4: ms, clock of the server */
    RTMP_CONTROL_SWF_TYPE,            /* 1: kind of verification, 1 is known (observed) */
    RTMP_CONTROL_SWF_TYPE_OPTIONAL,   /* the same where it may be missing; returned as SWF_TYPE */
    RTMP_CONTROL_SWF_VERSION,         /* 1 (observed) */
    RTMP_CONTROL_SWF_SIZE,            /* 4: bytes of the SWF file */
    RTMP_CONTROL_SWF_SIZE_2,          /* 4: the same again */
    RTMP_CONTROL_SWF_HMAC,            /* 32: HMAC-SHA256 of the SWF file */
    RTMP_CONTROL_VALUE, /* 4: a further u32 of an old ping body (observed: Red5, rtmpy) */
    RTMP_CONTROL_DATA,  /* the rest of an unknown event */
};

/* One field. value is 0 for SWF_HMAC and DATA. remark: RTMP_OK, or RTMP_ERROR_FORMAT for a value
 * that the protocol forbids (the field itself is readable). */
struct rtmp_control_field {
    enum rtmp_control_kind kind;
    enum rtmp_error remark;
    uint32_t value;
    struct rtmp_span span;
};

/* A pull reader of the fields of one body; borrows `reader`. */
struct rtmp_control {
    struct rtmp_reader *reader;
    const uint8_t *next; /* kinds of the fields left, ends with RTMP_CONTROL_NONE */
    uint8_t extra;       /* further u32 values accepted after the named fields */
};

/*
 * Begin a message of type 1 .. 6 (RTMP_MESSAGE_SET_CHUNK_SIZE .. RTMP_MESSAGE_SET_PEER_BANDWIDTH);
 * other types have no fields. Sources: Adobe RTMP 5.4 and 7.1.7.
 */
void rtmp_control_init(struct rtmp_control *control, struct rtmp_reader *reader, uint8_t type);

/*
 * The next field. The spans tile the body. False: the body's fields are complete (bytes left in the
 * reader are surplus), or the body is too short and the reader holds the error.
 */
bool rtmp_control_next(struct rtmp_control *control, struct rtmp_control_field *field);

/* "Stream begin" ...; NULL for an event that is not known. Static storage. */
const char *rtmp_user_control_event_name(uint32_t event);

/* "hard", "soft", "dynamic", or "unknown limit type". Static storage. */
const char *rtmp_peer_bandwidth_limit_name(uint32_t limit);

/* Append one line: `Set chunk size 4096`, `Ping request 12345 ms`, `Abort csid 4`. */
void rtmp_control_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type);

#endif
