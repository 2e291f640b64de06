/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_COMMAND_H
#define RTMP_PAYLOAD_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"
#include "payload/amf/amf.h"

/*
 * Commands (types 20, 17) and data messages (types 18, 15): a name, for commands a transaction id
 * and a command object, then arguments; all are AMF values.
 *
 * Types 17 and 15 begin with one format byte, 0; AMF0 values follow (specified: enhanced RTMP v2).
 * Without that byte (observed: rtmpy) the body is read from its first byte on, as AMF3 values where
 * that is the AMF3 string marker.
 */

/* Which facts a message holds. */
enum rtmp_command_kind {
    RTMP_COMMAND_OTHER,
    RTMP_COMMAND_CONNECT,
    RTMP_COMMAND_PUBLISH,
    RTMP_COMMAND_PLAY,
    RTMP_COMMAND_STATUS,      /* onStatus, onPlayStatus, _error: an information object */
    RTMP_COMMAND_RESULT,      /* the same, or a createStream's answer */
    RTMP_COMMAND_INFORMATION, /* an information object in another message than those */
};

/* What a `_result` or `_error` answers: other messages say it (session/calls.h). */
enum rtmp_reply_kind {
    RTMP_REPLY_UNKNOWN, /* the call was not seen: a createStream when it looks like one */
    RTMP_REPLY_CREATE_STREAM,
    RTMP_REPLY_ANOTHER,
};

enum rtmp_fact {
    /* connect's command object. */
    RTMP_FACT_APP,
    RTMP_FACT_TC_URL,
    RTMP_FACT_FLASH_VER,
    RTMP_FACT_SWF_URL,
    RTMP_FACT_PAGE_URL,
    RTMP_FACT_OBJECT_ENCODING, /* number */
    RTMP_FACT_PUBLISH_NAME,
    RTMP_FACT_PUBLISH_TYPE,
    RTMP_FACT_PLAY_NAME,
    RTMP_FACT_PLAY_START,    /* number: s; -1 live, -2 live or recorded; some writers send ms */
    RTMP_FACT_PLAY_DURATION, /* number */
    /* An information object. */
    RTMP_FACT_LEVEL,
    RTMP_FACT_CODE,
    RTMP_FACT_DESCRIPTION,
    /* The number in a createStream's `_result`, after a null or absent command object. Of a call
     * that was not seen it must be whole: a getStreamLength's answer has the same form. */
    RTMP_FACT_STREAM_ID,
    RTMP_FACT_COUNT
};

struct rtmp_command_signature;

/* What one pass over the message found. A fact of an unexpected type is absent. */
struct rtmp_command {
    bool is_data;        /* types 18, 15: no transaction id, no command object */
    uint8_t amf_version; /* of the top-level values */
    uint8_t format_value;
    enum rtmp_error format_remark; /* RTMP_REMARK_FORMAT_BYTE: missing or not 0 */
    struct rtmp_span format;       /* the format byte or nothing; the values begin at its end */
    enum rtmp_command_kind kind;
    const struct rtmp_command_signature *signature; /* NULL: not in base/names/commands.def */
    struct rtmp_amf_leaf name;                      /* STRING, else absent */
    struct rtmp_amf_leaf transaction_id;            /* a number, else absent */
    struct rtmp_amf_leaf argument;                  /* first argument if it is a leaf */
    struct rtmp_amf_leaf fact[RTMP_FACT_COUNT];
};

/*
 * Read a body of type 15, 17, 18 or 20: one pass, no further than the facts of its kind need. An
 * error ends the pass; what was found before it stays. Spans are positions in `reader`.
 */
void rtmp_command_read(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                       enum rtmp_reply_kind reply_kind);

/* What matches calls and their answers. */
struct rtmp_command_head {
    double transaction_id;
    bool is_answer; /* `_result`, `_error` */
    bool creates_stream;
};

/* The head of a body of type 17 or 20. False: it has no name or no transaction id. Cheap. */
bool rtmp_command_read_head(struct rtmp_command_head *head, struct rtmp_reader reader,
                            uint8_t type);

/* The format byte at the cursor, if the type has one: `format*` and `amf_version` of the command.
 * The cursor then stands at the first value. */
void rtmp_command_read_format(struct rtmp_command *command, struct rtmp_reader *reader,
                              uint8_t type);

/* Append what the top-level value `index` is: "Command object", "Stream name", "Argument 2". */
void rtmp_command_value_label(struct rtmp_text *text, const struct rtmp_command *command,
                              unsigned index);

/* What a status code says: "stream name in use or not allowed"; NULL for an unknown one. */
const char *rtmp_status_meaning(const uint8_t *code, uint32_t len);

/* Append one line: `connect app=live tcUrl=rtmp://host/live`, `publish "cam1" live`. */
void rtmp_command_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type,
                          enum rtmp_reply_kind reply_kind);

#endif
