/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/summary.h"

#include <math.h>

#include "base/message.h"
#include "payload/command/facts.h"

#define SUMMARY_TEXT_MAX        64 /* bytes of each text from the wire on a summary line */
#define SUMMARY_DESCRIPTION_MAX 80 /* of the description of an error */

static void append_value(struct rtmp_text *text, const struct rtmp_reader *reader,
                         const struct rtmp_amf_leaf *value) {
    const uint8_t *bytes = rtmp_bytes(reader, value->text);
    if (value->kind == RTMP_AMF_BOOLEAN)
        rtmp_text_add(text, value->number != 0 ? "true" : "false");
    else if (rtmp_amf_is_number(value->kind))
        rtmp_text_number(text, value->number);
    else if (bytes)
        rtmp_text_wire(text, bytes, value->text.len, SUMMARY_TEXT_MAX);
}

static inline void summarize_value(struct rtmp_text *text, const struct rtmp_reader *reader,
                                   const char *before, const struct rtmp_amf_leaf *value) {
    if (!value->present)
        return;
    rtmp_text_add(text, before);
    append_value(text, reader, value);
}

static void summarize_quoted(struct rtmp_text *text, const struct rtmp_reader *reader,
                             const struct rtmp_amf_leaf *value) {
    summarize_value(text, reader, " \"", value);
    if (value->present)
        rtmp_text_add(text, "\"");
}

/* The first argument: the name that a data message sets stands bare, other strings are quoted.
 * Fractions are left out: their shortest digits cost more than the rest of the line. */
static void summarize_argument(struct rtmp_text *text, const struct rtmp_reader *reader,
                               const struct rtmp_command *command) {
    const struct rtmp_amf_leaf *argument = &command->argument;
    if (!argument->present)
        return;
    if (argument->kind == RTMP_AMF_STRING && !command->is_data)
        summarize_quoted(text, reader, argument);
    else if (argument->kind == RTMP_AMF_STRING || argument->kind == RTMP_AMF_BOOLEAN ||
             (rtmp_amf_is_number(argument->kind) && argument->number == rint(argument->number)))
        summarize_value(text, reader, " ", argument);
}

/* An error says what is wrong in words; they need not be read of what is none. */
static void summarize_error(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type,
                            enum rtmp_reply_kind reply_kind) {
    struct rtmp_command command;
    rtmp_command_read(&command, reader, type, reply_kind);
    const struct rtmp_amf_leaf *description = &command.fact[RTMP_FACT_DESCRIPTION];
    if (!description->present || description->text.len == 0)
        return;
    const uint8_t *bytes = rtmp_bytes(&reader, description->text);
    if (!bytes)
        return;
    rtmp_text_add(text, ": \"");
    rtmp_text_wire(text, bytes, description->text.len, SUMMARY_DESCRIPTION_MAX);
    rtmp_text_add(text, "\"");
}

/* What an answer says, behind the name of its call: `_result of createStream: stream 1`. */
static void summarize_call(struct rtmp_text *text, const struct rtmp_answered_call *call,
                           const struct rtmp_command *command) {
    const struct rtmp_amf_leaf *fact = command->fact;
    if (!call->name)
        return;
    rtmp_text_add(text, " of ");
    rtmp_text_wire(text, call->name, call->name_len, SUMMARY_TEXT_MAX);
    if (fact[RTMP_FACT_STREAM_ID].present || fact[RTMP_FACT_CODE].present)
        rtmp_text_add(text, ":");
}

/* A number of an answer whose call was not seen: of what, is not known. */
static void summarize_result(struct rtmp_text *text, const struct rtmp_reader *reader,
                             const struct rtmp_answered_call *call,
                             const struct rtmp_command *command) {
    if (command->kind == RTMP_COMMAND_RESULT && call->kind == RTMP_REPLY_UNKNOWN &&
        command->argument.present && rtmp_amf_is_number(command->argument.kind))
        summarize_argument(text, reader, command);
}

void rtmp_command_summary(struct rtmp_text *text, struct rtmp_reader reader, uint8_t type,
                          const struct rtmp_answered_call *call) {
    struct rtmp_command command;
    rtmp_command_read_for_line(&command, reader, type, call->kind);
    const struct rtmp_amf_leaf *fact = command.fact;
    if (!command.name.present)
        rtmp_text_add(text, rtmp_message_type_name(type));
    summarize_value(text, &reader, "", &command.name);
    summarize_call(text, call, &command);
    switch (command.kind) {
    case RTMP_COMMAND_CONNECT:
        summarize_value(text, &reader, " app=", &fact[RTMP_FACT_APP]);
        summarize_value(text, &reader, " tcUrl=", &fact[RTMP_FACT_TC_URL]);
        break;
    case RTMP_COMMAND_PUBLISH:
        summarize_quoted(text, &reader, &fact[RTMP_FACT_PUBLISH_NAME]);
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_PUBLISH_TYPE]);
        break;
    case RTMP_COMMAND_STATUS:
    case RTMP_COMMAND_RESULT:
    case RTMP_COMMAND_INFORMATION:
        summarize_value(text, &reader, " stream ", &fact[RTMP_FACT_STREAM_ID]);
        summarize_result(text, &reader, call, &command);
        summarize_value(text, &reader, " ", &fact[RTMP_FACT_CODE]);
        if (fact[RTMP_FACT_LEVEL].present &&
            rtmp_bytes_are(&reader, fact[RTMP_FACT_LEVEL].text, "error", 5))
            summarize_error(text, reader, type, call->kind);
        break;
    default:
        summarize_argument(text, &reader, &command);
        break;
    }
}
