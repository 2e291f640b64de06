/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/command.h"

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
static int hf_fact[RTMP_FACT_COUNT];

static int ett_name = -1;
static int ett_transaction_id = -1;

/* The field type of each fact. */
enum { FT_OF_STRING = FT_STRING, FT_OF_NUMBER = FT_DOUBLE };
enum {
#define FACT_TYPE(identifier, value, key, type, shown) FACT_TYPE_##identifier = FT_OF_##type,
#define KIND(kind, FACTS)                              FACTS(FACT_TYPE)
    RTMP_COMMAND_KINDS(KIND) RTMP_STREAM_ID_FACT(FACT_TYPE)
#undef KIND
#undef FACT_TYPE
};
#define FACT(identifier, name, filter, description)                                                \
    {                                                                                              \
        &hf_fact[RTMP_FACT_##identifier], {                                                        \
            name, filter, (enum ftenum)FACT_TYPE_##identifier, BASE_NONE, NULL, 0, description,    \
                HFILL                                                                              \
        }                                                                                          \
    }

enum { OTHER_FIELDS = 5 };

static hf_register_info command_hf[] = {
    {&hf_command_format,
     {"Format", "rtmpx.command.format", FT_UINT8, BASE_DEC, NULL, 0,
      "Type 17 begins with this byte, 0", HFILL}},
    {&hf_data_format,
     {"Format", "rtmpx.data.format", FT_UINT8, BASE_DEC, NULL, 0,
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
    FACT(APP, "Application", "rtmpx.connect.app", "Application that the client connects to"),
    FACT(TC_URL, "URL", "rtmpx.connect.tc_url", "URL of the server and application (tcUrl)"),
    FACT(FLASH_VER, "Flash version", "rtmpx.connect.flash_ver",
         "What the client says it is (flashVer)"),
    FACT(SWF_URL, "SWF URL", "rtmpx.connect.swf_url", "URL of the SWF file that connects (swfUrl)"),
    FACT(PAGE_URL, "Page URL", "rtmpx.connect.page_url",
         "URL of the page that holds the SWF file (pageUrl)"),
    FACT(OBJECT_ENCODING, "Object encoding", "rtmpx.connect.object_encoding", "0: AMF0, 3: AMF3"),
    FACT(PUBLISH_NAME, "Publishing name", "rtmpx.publish.name",
         "Stream name or key that is published"),
    FACT(PUBLISH_TYPE, "Publishing type", "rtmpx.publish.type", "live, record or append"),
    FACT(PLAY_NAME, "Stream name", "rtmpx.play.name", "Stream name that is played"),
    FACT(PLAY_START, "Start", "rtmpx.play.start",
         "Seconds (specified); -2: live or recorded, -1: live"),
    FACT(PLAY_DURATION, "Duration", "rtmpx.play.duration", "Seconds (specified); -1: to the end"),
    FACT(LEVEL, "Status level", "rtmpx.status.level", "status, warning or error"),
    FACT(CODE, "Status code", "rtmpx.status.code",
         "Code of a status, such as NetStream.Publish.Start"),
    FACT(DESCRIPTION, "Status description", "rtmpx.status.description",
         "Text of a status for a person"),
    FACT(STREAM_ID, "Created stream id", "rtmpx.create_stream.stream_id",
         "The message stream id that a createStream returns"),
};

_Static_assert(array_length(command_hf) == OTHER_FIELDS + RTMP_FACT_COUNT,
               "one entry for each line of payload/command/facts_list.h");

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

static proto_item *add_name(proto_tree *tree, const struct rtmpx_body *body,
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
        add_value(parent, body, &amf, command, index);
    }
    rtmpx_note_rest(tree, body, &reader);
}

static void add_command(proto_tree *tree, const struct rtmpx_body *body) {
    struct rtmp_command command;
    rtmp_command_read(&command, rtmp_reader_over(body->bytes, body->available), body->message->type,
                      body->reply_kind);
    proto_item *format = add_format(tree, body, &command);
    proto_item *name = add_name(tree, body, &command);
    rtmpx_note_remark(format ? format : name, body, command.format.remark);
    proto_item *transaction_id = NULL;
    if (command.transaction_id.present)
        transaction_id =
            rtmpx_add_double(tree, hf_transaction_id, body, command.transaction_id.whole,
                             command.transaction_id.number);
    add_facts(tree, body, &command);
    if (rtmpx_wanted(tree, &rtmpx_noun_amf))
        add_values(tree, body, &command, name, transaction_id);
}

static void summarise_command(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_command_summary(text, rtmp_reader_over(body->bytes, body->available), body->message->type,
                         body->reply_kind);
}

static int *const command_ett[] = {&ett_name, &ett_transaction_id};
static const struct rtmpx_noun *const command_parts[] = {&rtmpx_noun_amf, NULL};

const struct rtmpx_noun rtmpx_noun_command = {
    RTMPX_FIELDS(command_hf),
    RTMPX_SUBTREES(command_ett),
    .parts = command_parts,
    .types = {RTMP_MESSAGE_DATA_AMF3, RTMP_MESSAGE_DATA_AMF0, RTMP_MESSAGE_COMMAND_AMF3,
              RTMP_MESSAGE_COMMAND_AMF0},
    .tree = add_command,
    .summary = summarise_command,
};
