/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_HEAD_H
#define RTMP_PAYLOAD_COMMAND_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/message.h"

/*
 * How commands (types 20, 17) and data messages (types 18, 15) begin, and what matches a call with
 * its answer. `type` is the message type throughout; spans are positions in the reader.
 */

/* What a `_result` or `_error` answers, known from the call (session/calls.h). */
enum rtmp_reply_kind {
    RTMP_REPLY_UNKNOWN,       /* the call was not seen */
    RTMP_REPLY_CREATE_STREAM, /* createStream */
    RTMP_REPLY_ANOTHER,
};

/* The call that a message answers. All zero: it answers none, or the call was not seen. */
struct rtmp_answered_call {
    enum rtmp_reply_kind kind;
    const uint8_t *name; /* of the call, name_len bytes from the wire; NULL: not known */
    uint32_t name_len;
};

/*
 * The encoding of the values. Types 17 and 15 begin with one format byte, 0; AMF0 values follow
 * (specified: Enhanced RTMP v2). Without that byte (observed: rtmpy) values begin at the first byte
 * of the body, as AMF3 where that is the AMF3 string marker.
 */
struct rtmp_command_format {
    struct rtmp_span span; /* the format byte, or empty; the values begin at its end */
    uint8_t value;
    uint8_t amf_version;    /* of the top-level values: 0 or 3 */
    enum rtmp_error remark; /* RTMP_REMARK_FORMAT_BYTE: missing or not 0; else RTMP_OK */
};

/* Read the format at the cursor, which is then at the first value. Inline for types 20 and 18,
 * which have none. */
struct rtmp_command_format rtmp_command_read_format_byte(struct rtmp_reader *reader);
static inline struct rtmp_command_format rtmp_command_read_format(struct rtmp_reader *reader,
                                                                  uint8_t type) {
    if (type == RTMP_MESSAGE_COMMAND_AMF3 || type == RTMP_MESSAGE_DATA_AMF3)
        return rtmp_command_read_format_byte(reader);
    return (struct rtmp_command_format){.span = rtmp_span_of(reader->pos, 0)};
}

/* Commands that say something of other messages, by name. */
enum rtmp_command_name {
    RTMP_NAMED_OTHER,
    RTMP_NAMED_RESULT, /* `_result` */
    RTMP_NAMED_ERROR,  /* `_error` */
    RTMP_NAMED_ON_STATUS,
    RTMP_NAMED_CONNECT,
    RTMP_NAMED_CREATE_STREAM,
    RTMP_NAMED_PUBLISH,
    RTMP_NAMED_PLAY,
    RTMP_NAMED_PLAY2,
    RTMP_NAMED_SEEK,
    RTMP_NAMED_PAUSE,   /* `pause`, `pauseRaw` */
    RTMP_NAMED_RECEIVE, /* `receiveAudio`, `receiveVideo` */
    RTMP_NAMED_CLOSE_STREAM,
    RTMP_NAMED_DELETE_STREAM,
    RTMP_NAMED_FC_UNPUBLISH,
};

/* What matches calls and their answers. */
struct rtmp_command_head {
    double transaction_id;
    struct rtmp_span text; /* of the name */
    enum rtmp_command_name name;
    bool is_answer; /* `_result`, `_error` */
    bool creates_stream;
    bool restarts_media; /* publish, play, seek, pause and what ends a stream: timestamps begin anew
                          */
};

/* Read the head of a body of type 17 or 20: the first two values. False: they are no name and
 * transaction id. */
bool rtmp_command_read_head(struct rtmp_command_head *head, struct rtmp_reader reader,
                            uint8_t type);

#endif
