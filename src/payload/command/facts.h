/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_FACTS_H
#define RTMP_PAYLOAD_COMMAND_FACTS_H

#include "payload/amf/amf.h"
#include "payload/command/facts_list.h"
#include "payload/command/head.h"

/*
 * Commands (types 20, 17) and data messages (types 18, 15): a name, for commands a transaction id
 * and a command object, then arguments; all are AMF values (Adobe RTMP 7.1.1, 7.2).
 */
struct rtmp_command_signature;

/* What one pass over a message found. Spans are positions in the body; a fact of an unexpected type
 * is absent. */
struct rtmp_command {
    bool is_data; /* types 18, 15: no transaction id, no command object */
    struct rtmp_command_format format;
    enum rtmp_command_kind kind;
    const struct rtmp_command_signature *signature; /* NULL: not in base/names/commands.def */
    struct rtmp_amf_leaf name;                      /* STRING, else absent */
    struct rtmp_amf_leaf transaction_id;            /* a number, else absent */
    struct rtmp_amf_leaf argument;                  /* first argument if it is a leaf */
    struct rtmp_amf_leaf fact[RTMP_FACT_COUNT];
};

/*
 * Read a body of type 15, 17, 18 or 20: one pass, no further than the facts of its kind need. An
 * error ends the pass; what was found before it stays. reply_kind: of a `_result`; only a
 * createStream's holds a stream id (a getStreamLength's has the same form, and a length).
 */
void rtmp_command_read(struct rtmp_command *command, struct rtmp_reader reader, uint8_t type,
                       enum rtmp_reply_kind reply_kind);

/* The same without the transaction id, and no further than the facts of the summary line. */
void rtmp_command_read_for_line(struct rtmp_command *command, struct rtmp_reader reader,
                                uint8_t type, enum rtmp_reply_kind reply_kind);

/* Of a publish or play: does it end the stream? Its first argument is a name; false: it ends. */
static inline bool rtmp_command_ends_stream(const struct rtmp_command *command) {
    const struct rtmp_amf_leaf *argument = &command->argument;
    return argument->present && argument->kind == RTMP_AMF_BOOLEAN && argument->number == 0;
}

/* The message stream that the first argument names. False: it is none. */
static inline bool rtmp_command_stream_id(const struct rtmp_command *command, uint32_t *id) {
    const struct rtmp_amf_leaf *argument = &command->argument;
    if (!argument->present || !rtmp_amf_is_number(argument->kind) || !(argument->number >= 0) ||
        argument->number > UINT32_MAX)
        return false;
    *id = (uint32_t)argument->number;
    return true;
}

#endif
