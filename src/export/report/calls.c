/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/calls.h"

#include "base/list.h"
#include "payload/amf/amf_value.h"

/* Append the values behind the name, the transaction id and a command object or null. */
static void add_arguments(struct rtmp_text *text, const struct rtmp_row_message *message,
                          const struct rtmp_command *command) {
    enum { NAME_AND_ID = 2 };
    struct rtmp_reader reader = rtmp_reader_over(message->bytes, message->available);
    struct rtmp_amf amf;
    reader.pos = rtmp_span_end(command->format.span);
    rtmp_amf_init(&amf, &reader, command->format.amf_version);
    for (unsigned i = 0; i < NAME_AND_ID; i++)
        if (!rtmp_amf_skip(&amf))
            return;
    for (bool first = true; rtmp_left(&reader) && !text->cut; first = false) {
        size_t before = text->len;
        if (!first && before)
            rtmp_text_add(text, ", ");
        size_t start = text->len;
        if (!rtmp_amf_value_line(&amf, text, true))
            return;
        if (!text->cut && strcmp(text->out + start, "null") == 0) /* no command object */
            rtmp_text_shorten(text, before);
    }
}

static const struct rtmp_amf_leaf *text_leaf(const struct rtmp_amf_leaf *leaf) {
    return leaf->present && leaf->kind == RTMP_AMF_STRING ? leaf : NULL;
}

static uint32_t keep_text_leaf(struct rtmp_report_store *store,
                               const struct rtmp_row_message *message,
                               const struct rtmp_amf_leaf *leaf) {
    return text_leaf(leaf)
               ? rtmp_report_keep(store, message->bytes + leaf->text.pos, leaf->text.len)
               : 0;
}

/* The code of a status; without one the arguments. */
static uint32_t keep_arguments(struct rtmp_report_store *store,
                               const struct rtmp_row_message *message,
                               const struct rtmp_command *command) {
    char out[1024];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, store->mask);
    if (command->fact[RTMP_FACT_CODE].present)
        return keep_text_leaf(store, message, &command->fact[RTMP_FACT_CODE]);
    if (command->kind != RTMP_COMMAND_CONNECT) /* the connection shows what it says */
        add_arguments(&text, message, command);
    return rtmp_report_keep_line(store, &text);
}

static enum rtmp_report_answer wanted_answer(const struct rtmp_report_call *call) {
    if (call->is_answer || (!call->stream && (!call->facts || call->transaction_id == 0)))
        return RTMP_REPORT_ANSWER_NOT_WANTED;
    return RTMP_REPORT_ANSWER_NONE;
}

/* The stream that the message begins: its number + 1. */
static uint32_t begun_stream(const struct rtmp_row_message *message) {
    const struct rtmp_stream *stream = message->stream;
    bool begins = stream && stream->begin.message == message->record->id &&
                  stream->begin.session == message->record->session;
    return begins ? stream->number + 1 : 0;
}

struct rtmp_report_call *rtmp_report_calls_new(struct rtmp_report_calls *calls,
                                               struct rtmp_report_store *store) {
    if (!rtmp_report_take(store, RTMP_REPORT_COMMANDS))
        return NULL;
    struct rtmp_report_call *grown = rtmp_list_with_room(store->memory, calls->call, calls->count,
                                                         &calls->capacity, sizeof *grown);
    if (!grown)
        return NULL;
    calls->call = grown;
    return &calls->call[calls->count++];
}

static bool is_text(const struct rtmp_row_message *message, const struct rtmp_amf_leaf *leaf,
                    const char *text) {
    return text_leaf(leaf) && leaf->text.len == strlen(text) &&
           memcmp(message->bytes + leaf->text.pos, text, leaf->text.len) == 0;
}

bool rtmp_report_has_error_level(const struct rtmp_row_message *message,
                                 const struct rtmp_command *command) {
    return is_text(message, &command->fact[RTMP_FACT_LEVEL], "error");
}

void rtmp_report_calls_add(struct rtmp_report_calls *calls, struct rtmp_report_store *store,
                           struct rtmp_row *row, uint32_t connection) {
    const struct rtmp_row_message *message = row->message;
    const struct rtmp_message_record *record = message->record;
    struct rtmp_report_call *call = rtmp_report_calls_new(calls, store);
    if (!call)
        return;
    const struct rtmp_command *command = rtmp_row_command(row);
    const struct rtmp_facts_record *facts = record->facts.call;
    *call = (struct rtmp_report_call){
        .connection = connection,
        .place = rtmp_report_place_of(message),
        .name = keep_text_leaf(store, message, &command->name),
        .arguments = keep_arguments(store, message, command),
        .level = keep_text_leaf(store, message, &command->fact[RTMP_FACT_LEVEL]),
        .transaction_id = command->transaction_id.number,
        .has_transaction_id = command->transaction_id.present,
        .stream_id = record->message.stream_id,
        .direction = (uint8_t)record->direction,
        .is_answer =
            facts ? facts->is_answer
                  : command->kind == RTMP_COMMAND_RESULT || command->kind == RTMP_COMMAND_STATUS,
        .is_error = rtmp_report_has_error_level(message, command) ||
                    is_text(message, &command->name, "_error"),
        .facts = facts ? (uint32_t)(facts - message->direction->records.facts) + 1 : 0,
        .stream = begun_stream(message),
    };
    call->answer = (uint8_t)wanted_answer(call);
}

void rtmp_report_call_settle(struct rtmp_report_call *call,
                             const struct rtmp_session_direction *direction) {
    struct rtmp_linked linked;
    if (!call->facts ||
        !rtmp_session_linked(direction, &direction->records.facts[call->facts - 1], &linked))
        return;
    call->other = (struct rtmp_report_place){linked.frame, linked.time};
    if (!call->is_answer)
        call->answer = RTMP_REPORT_ANSWER_RESULT;
}

void rtmp_report_calls_destroy(struct rtmp_report_calls *calls, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, calls->call);
}
