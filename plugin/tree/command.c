/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "tree/amf.h"
#include "tree/items.h"
#include "tree/note.h"

#include "payload/command/command.h"

static int hf_command_format = -1;
static int hf_data_format = -1;
static int hf_command_name = -1;
static int hf_data_name = -1;
static int hf_transaction_id = -1;
static int hf_app = -1;
static int hf_tc_url = -1;
static int hf_flash_ver = -1;
static int hf_swf_url = -1;
static int hf_page_url = -1;
static int hf_object_encoding = -1;
static int hf_publish_name = -1;
static int hf_publish_type = -1;
static int hf_play_name = -1;
static int hf_play_start = -1;
static int hf_play_duration = -1;
static int hf_status_level = -1;
static int hf_status_code = -1;
static int hf_status_description = -1;
static int hf_stream_id = -1;

static int ett_name = -1;
static int ett_transaction_id = -1;

static hf_register_info hf[] = {
    {&hf_command_format,
     {"Format", "rtmpx.command.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 17 begins with this byte, 0", HFILL}},
    {&hf_data_format,
     {"Format", "rtmpx.data.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 15 begins with this byte, 0", HFILL}},
    {&hf_command_name,
     {"Command", "rtmpx.command.name", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_data_name,
     {"Data message", "rtmpx.data.name", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_transaction_id,
     {"Transaction id", "rtmpx.command.transaction_id", FT_DOUBLE, BASE_NONE, NULL, 0,
      "0: no answer is expected", HFILL}},
    {&hf_app, {"Application", "rtmpx.connect.app", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_tc_url, {"URL", "rtmpx.connect.tc_url", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_flash_ver,
     {"Flash version", "rtmpx.connect.flash_ver", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_swf_url, {"SWF URL", "rtmpx.connect.swf_url", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_page_url,
     {"Page URL", "rtmpx.connect.page_url", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_object_encoding,
     {"Object encoding", "rtmpx.connect.object_encoding", FT_DOUBLE, BASE_NONE, NULL, 0,
      "0: AMF0, 3: AMF3", HFILL}},
    {&hf_publish_name,
     {"Publishing name", "rtmpx.publish.name", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_publish_type,
     {"Publishing type", "rtmpx.publish.type", FT_STRING, BASE_NONE, NULL, 0,
      "live, record or append", HFILL}},
    {&hf_play_name, {"Stream name", "rtmpx.play.name", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_play_start,
     {"Start", "rtmpx.play.start", FT_DOUBLE, BASE_NONE, NULL, 0,
      "-2: live or recorded, -1: live, 0 and above: a time", HFILL}},
    {&hf_play_duration,
     {"Duration", "rtmpx.play.duration", FT_DOUBLE, BASE_NONE, NULL, 0, "-1: to the end", HFILL}},
    {&hf_status_level,
     {"Status level", "rtmpx.status.level", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_status_code,
     {"Status code", "rtmpx.status.code", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&hf_status_description,
     {"Status description", "rtmpx.status.description", FT_STRING, BASE_NONE, NULL, 0, NULL,
      HFILL}},
    {&hf_stream_id,
     {"Created stream id", "rtmpx.create_stream.stream_id", FT_DOUBLE, BASE_NONE, NULL, 0,
      "The message stream id that a createStream returns", HFILL}},
};

/* Every fact's field. */
static const int *const fact_field[RTMP_FACT_COUNT] = {
    [RTMP_FACT_APP] = &hf_app,
    [RTMP_FACT_TC_URL] = &hf_tc_url,
    [RTMP_FACT_FLASH_VER] = &hf_flash_ver,
    [RTMP_FACT_SWF_URL] = &hf_swf_url,
    [RTMP_FACT_PAGE_URL] = &hf_page_url,
    [RTMP_FACT_OBJECT_ENCODING] = &hf_object_encoding,
    [RTMP_FACT_PUBLISH_NAME] = &hf_publish_name,
    [RTMP_FACT_PUBLISH_TYPE] = &hf_publish_type,
    [RTMP_FACT_PLAY_NAME] = &hf_play_name,
    [RTMP_FACT_PLAY_START] = &hf_play_start,
    [RTMP_FACT_PLAY_DURATION] = &hf_play_duration,
    [RTMP_FACT_LEVEL] = &hf_status_level,
    [RTMP_FACT_CODE] = &hf_status_code,
    [RTMP_FACT_DESCRIPTION] = &hf_status_description,
    [RTMP_FACT_STREAM_ID] = &hf_stream_id,
};

void rtmpx_register_command(int proto) {
    static int *ett[] = {&ett_name, &ett_transaction_id};
    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

static void add_fact(proto_tree *tree, const struct rtmpx_body *body, enum rtmp_fact fact,
                     const struct rtmp_amf_leaf *value) {
    int id = *fact_field[fact];
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
    if (command->kind == RTMP_COMMAND_INFORMATION)
        return;
    for (enum rtmp_fact fact = 0; fact < RTMP_FACT_COUNT; fact++)
        if (command->fact[fact].present)
            add_fact(tree, body, fact, &command->fact[fact]);
}

static proto_item *add_name(proto_tree *tree, const struct rtmpx_body *body,
                            const struct rtmp_command *command) {
    if (!command->name.present)
        return NULL;
    return rtmpx_add_string(tree, command->is_data ? hf_data_name : hf_command_name, body,
                            command->name.whole, command->name.text);
}

static proto_item *add_format(proto_tree *tree, const struct rtmpx_body *body,
                              const struct rtmp_command *command) {
    if (command->format.len == 0)
        return NULL;
    return rtmpx_add_uint(tree, command->is_data ? hf_data_format : hf_command_format, body,
                          command->format, command->format_value);
}

/* One top-level value as AMF items, named by what it is to the command. */
static void add_value(proto_tree *tree, const struct rtmpx_body *body, struct rtmp_amf *amf,
                      const struct rtmp_command *command, unsigned index) {
    char number[16];
    char line[64];
    struct rtmp_text top = rtmp_text_over(number, sizeof number);
    struct rtmp_text label = rtmp_text_over(line, sizeof line);
    rtmp_text_unsigned(&top, index);
    rtmp_command_value_label(&label, command, index);
    rtmpx_tree_amf_value(tree, body, amf, top.out, label.out, 0);
}

static void add_values(proto_tree *tree, const struct rtmpx_body *body,
                       const struct rtmp_command *command, proto_item *name,
                       proto_item *transaction_id) {
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, body->available);
    struct rtmp_amf amf;
    reader.pos = rtmp_span_end(command->format);
    if (rtmp_left(&reader) == 0)
        rtmp_fail_at(&reader, RTMP_ERROR_END, reader.pos);
    rtmp_amf_init(&amf, &reader, command->amf_version);
    for (unsigned index = 0; rtmp_ok(&reader) && rtmp_left(&reader); index++) {
        proto_tree *parent = tree;
        if (index == 0 && name)
            parent = proto_item_add_subtree(name, ett_name);
        else if (index == 1 && transaction_id)
            parent = proto_item_add_subtree(transaction_id, ett_transaction_id);
        add_value(parent, body, &amf, command, index);
    }
    rtmpx_note_rest(tree, body, &reader);
}

bool rtmpx_command_wanted(proto_tree *tree) {
    return rtmpx_fields_wanted(tree, hf, array_length(hf)) || rtmpx_amf_wanted(tree);
}

void rtmpx_tree_command(proto_tree *tree, const struct rtmpx_body *body) {
    if (!rtmpx_command_wanted(tree))
        return;
    struct rtmp_command command;
    rtmp_command_read(&command, rtmp_reader_over(body->bytes, body->available), body->message->type,
                      body->reply_kind);
    proto_item *format = add_format(tree, body, &command);
    proto_item *name = add_name(tree, body, &command);
    rtmpx_note_remark(format ? format : name, body, command.format_remark);
    proto_item *transaction_id = NULL;
    if (command.transaction_id.present)
        transaction_id =
            rtmpx_add_double(tree, hf_transaction_id, body, command.transaction_id.whole,
                             command.transaction_id.number);
    add_facts(tree, body, &command);
    if (rtmpx_amf_wanted(tree))
        add_values(tree, body, &command, name, transaction_id);
}

void rtmpx_summary_command(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_command_summary(text, rtmp_reader_over(body->bytes, body->available), body->message->type,
                         body->reply_kind);
}
