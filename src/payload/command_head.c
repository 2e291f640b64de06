/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a command begins: the format byte, the name, the transaction id. */
#include "payload/command.h"

#include <string.h>

#include "payload/message.h"

#define AMF0_STRING 0x02
#define AMF3_STRING 0x06

void rtmp_command_read_format(struct rtmp_command *command, struct rtmp_reader *reader,
                              uint8_t type) {
    command->format = rtmp_span_of(reader->pos, 0);
    command->format_value = 0;
    command->format_remark = RTMP_OK;
    command->amf_version = 0;
    if (type != RTMP_MESSAGE_COMMAND_AMF3 && type != RTMP_MESSAGE_DATA_AMF3)
        return;
    uint8_t first = rtmp_peek_at(reader, reader->pos);
    if (first != 0)
        command->format_remark = RTMP_REMARK_FORMAT_BYTE;
    if (first == AMF3_STRING)
        command->amf_version = 3;
    if (first == AMF0_STRING || first == AMF3_STRING)
        return;
    command->format = rtmp_take(reader, 1);
    command->format_value = first;
}

/* The first two values by the decoder: AMF3, or behind AVM+ markers. */
static bool decode(struct rtmp_reader *reader, uint8_t amf_version, struct rtmp_amf_event *name,
                   struct rtmp_amf_event *transaction_id) {
    struct rtmp_amf amf;
    rtmp_amf_init(&amf, reader, amf_version);
    do
        if (!rtmp_amf_next(&amf, name))
            return false;
    while (name->kind == RTMP_AMF_AVMPLUS);
    do
        if (!rtmp_amf_next(&amf, transaction_id))
            return false;
    while (transaction_id->kind == RTMP_AMF_AVMPLUS);
    return true;
}

static bool is_named(const uint8_t *name, uint32_t len, const char *text) {
    return len == strlen(text) && memcmp(name, text, len) == 0;
}

bool rtmp_command_read_head(struct rtmp_command_head *head, struct rtmp_reader reader,
                            uint8_t type) {
    struct rtmp_command command;
    struct rtmp_amf_event name;
    struct rtmp_amf_event id;
    rtmp_command_read_format(&command, &reader, type);
    struct rtmp_reader plain = reader;
    bool is_plain =
        command.amf_version == 0 && rtmp_amf0_plain(&plain, &name) && rtmp_amf0_plain(&plain, &id);
    if (!is_plain && !decode(&reader, command.amf_version, &name, &id))
        return false;
    const uint8_t *text = rtmp_bytes(&reader, name.text);
    if (name.kind != RTMP_AMF_STRING || !text ||
        (id.kind != RTMP_AMF_NUMBER && id.kind != RTMP_AMF_INTEGER))
        return false;
    head->transaction_id = id.kind == RTMP_AMF_NUMBER ? id.value.number : id.value.integer;
    head->is_answer =
        is_named(text, name.text.len, "_result") || is_named(text, name.text.len, "_error");
    head->creates_stream = is_named(text, name.text.len, "createStream");
    return true;
}
