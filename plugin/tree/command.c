/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/command.h"

#include "conversation.h"
#include "tree/amf.h"
#include "tree/items.h"
#include "tree/note.h"
#include "wanted.h"

#include "payload/command/labels.h"
#include "payload/command/summary.h"

static int hf_command_format = -1;
static int hf_data_format = -1;
static int hf_command_name = -1;
static int hf_data_name = -1;
static int hf_transaction_id = -1;
static int hf_response_in = -1;
static int hf_response_to = -1;
static int hf_response_to_name = -1;
static int hf_response_time = -1;
static int hf_call_uncertain = -1;
static int hf_auth_round = -1;
static int hf_auth_step = -1;
static int hf_fact[RTMP_FACT_COUNT];

static int ett_name = -1;
static int ett_transaction_id = -1;

/* The field type of a fact, by its type in payload/command/facts_list.h. */
#define FT_OF_STRING FT_STRING
#define FT_OF_NUMBER FT_DOUBLE

static hf_register_info command_hf[] = {
    {&hf_command_format,
     {"Command format", "rtmpx.command.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 17 begins with this byte, 0", HFILL}},
    {&hf_data_format,
     {"Data format", "rtmpx.data.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 15 begins with this byte, 0", HFILL}},
    {&hf_command_name,
     {"Command", "rtmpx.command.name", FT_STRING, BASE_NONE, NULL, 0,
      "First value of a command (types 17 and 20)", HFILL}},
    {&hf_data_name,
     {"Data message", "rtmpx.data.name", FT_STRING, BASE_NONE, NULL, 0,
      "First value of a data message (types 15 and 18), such as onMetaData", HFILL}},
    {&hf_transaction_id,
     {"Transaction id", "rtmpx.command.transaction_id", FT_DOUBLE, BASE_NONE, NULL, 0,
      "0: no answer is expected", HFILL}},
    {&hf_response_in,
     {"Response in", "rtmpx.command.response_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "Frame of the _result or _error of this call",
      HFILL}},
    {&hf_response_to,
     {"Response to", "rtmpx.command.response_to", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "Frame of the call that this answers", HFILL}},
    {&hf_response_to_name,
     {"Response to call", "rtmpx.command.response_to_name", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the call that this answers", HFILL}},
    {&hf_response_time,
     {"Response time", "rtmpx.command.response_time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
      "From the frame that completes the call to the one that completes its answer", HFILL}},
    {&hf_call_uncertain,
     {"Call uncertain", "rtmpx.command.call_uncertain", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "Which call this answers is not certain: another with its transaction id may be among bytes "
      "that are missing, or the answer came late",
      HFILL}},
    {&hf_auth_round,
     {"Authentication round", "rtmpx.auth.round", FT_UINT8, BASE_DEC, NULL, 0,
      "Of Adobe's and Limelight's scheme: 1: connect without a user, 2: with one, 3: with a "
      "response to the server's challenge; on each connect that names a user, and on the answers",
      HFILL}},
    {&hf_auth_step,
     {"Authentication", "rtmpx.auth.step", FT_STRING, BASE_NONE, NULL, 0,
      "What the message does for the authentication of the client", HFILL}},
#define FACT(identifier, value, key, type, shown, label, filter, description)                      \
    {&hf_fact[RTMP_FACT_##identifier],                                                             \
     {label, filter, FT_OF_##type, BASE_NONE, NULL, 0, description, HFILL}},
#define KIND(kind, FACTS) FACTS(FACT)
    RTMP_COMMAND_KINDS(KIND) RTMP_STREAM_ID_FACT(FACT)
#undef KIND
#undef FACT
};

#define COMMAND_EXPERTS(X)                                                                         \
    X(ei_second_answer, "rtmpx.command.second_answer", PI_SEQUENCE, PI_NOTE,                       \
      "RTMP: a second answer to one call")
COMMAND_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info command_ei[] = {COMMAND_EXPERTS(RTMPX_EXPERT_ROW)};

static void add_fact(proto_tree *tree, const struct rtmpx_body *body, enum rtmp_fact fact,
                     const struct rtmp_amf_leaf *value) {
    int id = hf_fact[fact];
    if (value->kind != RTMP_AMF_STRING)
        rtmpx_add_double(tree, id, body, value->whole, value->number);
    else if (fact == RTMP_FACT_LEVEL)
        rtmpx_add_status_level(tree, id, body, value->whole, value->text);
    else if (fact == RTMP_FACT_CODE)
        rtmpx_add_status_code(tree, id, body, value->whole, value->text);
    else
        rtmpx_add_string(tree, id, body, value->whole, value->text);
}

static void add_facts(proto_tree *tree, const struct rtmpx_body *body,
                      const struct rtmp_command *command) {
    for (enum rtmp_fact fact = 0; fact < RTMP_FACT_COUNT; fact++)
        if (command->fact[fact].present)
            add_fact(tree, body, fact, &command->fact[fact]);
}

static proto_item *add_command_name(proto_tree *tree, const struct rtmpx_body *body,
                                    const struct rtmp_command *command) {
    if (!command->name.present)
        return NULL;
    return rtmpx_add_string(tree, command->is_data ? hf_data_name : hf_command_name, body,
                            command->name.whole, command->name.text);
}

static proto_item *add_format(proto_tree *tree, const struct rtmpx_body *body,
                              const struct rtmp_command *command) {
    if (command->format.span.len == 0)
        return NULL;
    return rtmpx_add_uint(tree, command->is_data ? hf_data_format : hf_command_format, body,
                          command->format.span, command->format.value);
}

/* One top-level value as AMF items, labelled with its meaning in the command. */
static void add_command_value(proto_tree *tree, const struct rtmpx_body *body, struct rtmp_amf *amf,
                              const struct rtmp_command *command, unsigned index) {
    char number[16];
    char line[64];
    struct rtmp_text top = rtmp_text_over(number, sizeof number);
    struct rtmp_text label = rtmp_text_over(line, sizeof line);
    rtmp_text_unsigned(&top, index);
    rtmp_command_value_label(&label, command, index);
    rtmpx_tree_amf_value(tree, body, amf, top.out, label.out, 0);
}

static void add_command_values(proto_tree *tree, const struct rtmpx_body *body,
                               const struct rtmp_command *command, proto_item *name,
                               proto_item *transaction_id) {
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_amf amf;
    reader.pos = rtmp_span_end(command->format.span);
    if (rtmp_left(&reader) == 0)
        rtmp_fail_at(&reader, RTMP_ERROR_END, reader.pos);
    rtmp_amf_init(&amf, &reader, command->format.amf_version);
    amf.items_max = body->events;
    for (unsigned index = 0; rtmp_ok(&reader) && rtmp_left(&reader); index++) {
        proto_tree *parent = tree;
        if (index == 0 && name)
            parent = proto_item_add_subtree(name, ett_name);
        else if (index == 1 && transaction_id)
            parent = proto_item_add_subtree(transaction_id, ett_transaction_id);
        add_command_value(parent, body, &amf, command, index);
    }
    rtmpx_note_rest(tree, body, &reader);
}

static void add_response_time(proto_tree *tree, const struct rtmpx_body *body, int64_t ns) {
    const nstime_t time = rtmpx_nstime(ns);
    proto_item_set_generated(proto_tree_add_time(tree, hf_response_time, body->tvb, 0, 0, &time));
}

/* What is known of the call's answer, or of the answer's call. */
static void add_call(proto_tree *tree, const struct rtmpx_body *body, proto_item *name) {
    const struct rtmp_facts_record *call = body->call;
    const struct rtmp_segment_view *segment = body->segment;
    struct rtmp_linked linked;
    if (call->second_answer)
        expert_add_info(body->pinfo, name, &ei_second_answer);
    if (call->call_uncertain)
        proto_item_set_generated(
            proto_tree_add_boolean(tree, hf_call_uncertain, body->tvb, 0, 0, 1));
    if (!rtmp_session_linked(segment->direction, call, &linked))
        return;
    if (linked.frame)
        proto_item_set_generated(
            proto_tree_add_uint(tree, call->is_answer ? hf_response_to : hf_response_in, body->tvb,
                                0, 0, linked.frame));
    if (!call->is_answer)
        return;
    const struct rtmp_answered_call *answered = &body->answered;
    if (answered->name)
        proto_item_set_generated(proto_tree_add_string(
            tree, hf_response_to_name, body->tvb, 0, 0,
            rtmpx_bytes_string(body->pinfo, answered->name, answered->name_len, body->mask)));
    add_response_time(tree, body, segment->segment->time - linked.time);
}

static void add_auth(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_command *command) {
    if (!body->segment || command->is_data)
        return;
    const struct rtmp_auth auth =
        rtmp_session_auth(body->segment->direction, body->call, command, body->bytes);
    if (auth.step == RTMP_AUTH_NONE)
        return;
    if (auth.round)
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_auth_round, body->tvb, 0, 0, auth.round));
    proto_item_set_generated(
        proto_tree_add_string(tree, hf_auth_step, body->tvb, 0, 0, rtmp_auth_step_name(auth.step)));
}

static void add_command(proto_tree *tree, const struct rtmpx_body *body) {
    struct rtmp_command command;
    rtmp_command_read(&command, rtmp_reader_over(body->bytes, body->available), body->message->type,
                      body->answered.kind);
    proto_item *format = add_format(tree, body, &command);
    proto_item *name = add_command_name(tree, body, &command);
    rtmpx_note_remark(format ? format : name, body, command.format.remark);
    proto_item *transaction_id = NULL;
    if (command.transaction_id.present)
        transaction_id =
            rtmpx_add_double(tree, hf_transaction_id, body, command.transaction_id.whole,
                             command.transaction_id.number);
    if (body->call)
        add_call(tree, body, name);
    add_facts(tree, body, &command);
    add_auth(tree, body, &command);
    if (rtmpx_wanted(tree, &rtmpx_noun_amf))
        add_command_values(tree, body, &command, name, transaction_id);
}

static void summarise_command(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_command_summary(text, rtmp_reader_over(body->bytes, body->available), body->message->type,
                         &body->answered);
}

static int *const command_ett[] = {&ett_name, &ett_transaction_id};
static const struct rtmpx_noun *const command_parts[] = {&rtmpx_noun_amf, NULL};

const struct rtmpx_noun rtmpx_noun_command = {
    RTMPX_FIELDS(command_hf),
    RTMPX_EXPERTS(command_ei),
    RTMPX_SUBTREES(command_ett),
    .parts = command_parts,
    .types = {RTMP_MESSAGE_DATA_AMF3, RTMP_MESSAGE_DATA_AMF0, RTMP_MESSAGE_COMMAND_AMF3,
              RTMP_MESSAGE_COMMAND_AMF0},
    .tree = add_command,
    .summary = summarise_command,
};
