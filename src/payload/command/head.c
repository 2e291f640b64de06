/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/head.h"

#include <string.h>

#include "base/message.h"
#include "payload/amf/amf0_scalar.h"

#define AMF3_STRING 0x06

struct rtmp_command_format rtmp_command_read_format_byte(struct rtmp_reader *reader) {
    struct rtmp_command_format format = {.span = rtmp_span_of(reader->pos, 0)};
    uint8_t first = rtmp_peek_at(reader, reader->pos);
    if (first != 0)
        format.remark = RTMP_REMARK_FORMAT_BYTE;
    if (first == AMF3_STRING)
        format.amf_version = 3;
    if (first == RTMP_AMF0_STRING || first == AMF3_STRING)
        return format;
    format.span = rtmp_take(reader, 1);
    format.value = first;
    return format;
}

static bool next_value(struct rtmp_amf *amf, struct rtmp_amf_event *event) {
    do
        if (!rtmp_amf_next(amf, event))
            return false;
    while (event->kind == RTMP_AMF_AVMPLUS);
    return true;
}

/* Nearly every command begins with two AMF0 scalars, which need no decoder. */
static bool read_scalar_head(struct rtmp_command_head *head, struct rtmp_reader reader) {
    struct rtmp_amf_leaf leaf;
    if (rtmp_u8(&reader) != RTMP_AMF0_STRING ||
        !rtmp_amf0_scalar_behind(&reader, RTMP_AMF0_STRING, &leaf))
        return false;
    head->text = leaf.text;
    if (rtmp_u8(&reader) != RTMP_AMF0_NUMBER ||
        !rtmp_amf0_scalar_behind(&reader, RTMP_AMF0_NUMBER, &leaf))
        return false;
    head->transaction_id = leaf.number;
    return true;
}

/* With a decoder: AMF3, or AMF3 values behind AVM+ markers. */
static bool decode(struct rtmp_command_head *head, struct rtmp_reader *reader,
                   uint8_t amf_version) {
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, reader, amf_version);
    if (!next_value(&amf, &event) || event.kind != RTMP_AMF_STRING)
        return false;
    head->text = event.text;
    if (!next_value(&amf, &event) || !rtmp_amf_is_number(event.kind))
        return false;
    head->transaction_id = event.kind == RTMP_AMF_NUMBER ? event.value.number : event.value.integer;
    return true;
}

static enum rtmp_command_name name_of(const struct rtmp_reader *reader, struct rtmp_span span) {
    static const struct {
        const char *text;
        uint32_t len;
        enum rtmp_command_name name;
    } names[] = {
#define NAMED(text, name) {text, sizeof text - 1, RTMP_NAMED_##name}
        NAMED("_result", RESULT),
        NAMED("_error", ERROR),
        NAMED("onStatus", ON_STATUS),
        NAMED("connect", CONNECT),
        NAMED("createStream", CREATE_STREAM),
        NAMED("publish", PUBLISH),
        NAMED("play", PLAY),
        NAMED("play2", PLAY2),
        NAMED("seek", SEEK),
        NAMED("pause", PAUSE),
        NAMED("pauseRaw", PAUSE),
        NAMED("receiveAudio", RECEIVE),
        NAMED("receiveVideo", RECEIVE),
        NAMED("closeStream", CLOSE_STREAM),
        NAMED("deleteStream", DELETE_STREAM),
        NAMED("FCUnpublish", FC_UNPUBLISH),
#undef NAMED
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span.len == names[i].len && rtmp_bytes_are(reader, span, names[i].text, names[i].len))
            return names[i].name;
    return RTMP_NAMED_OTHER;
}

static bool restarts_media(enum rtmp_command_name name) {
    switch (name) {
    case RTMP_NAMED_PUBLISH:
    case RTMP_NAMED_PLAY:
    case RTMP_NAMED_PLAY2:
    case RTMP_NAMED_SEEK:
    case RTMP_NAMED_PAUSE:
    case RTMP_NAMED_RECEIVE:
    case RTMP_NAMED_CLOSE_STREAM:
    case RTMP_NAMED_DELETE_STREAM:
        return true;
    default:
        return false;
    }
}

bool rtmp_command_read_head(struct rtmp_command_head *head, struct rtmp_reader reader,
                            uint8_t type) {
    uint8_t amf_version = rtmp_command_read_format(&reader, type).amf_version;
    bool is_read = amf_version == 0 && read_scalar_head(head, reader);
    if (!is_read && !decode(head, &reader, amf_version))
        return false;
    head->name = name_of(&reader, head->text);
    head->is_answer = head->name == RTMP_NAMED_RESULT || head->name == RTMP_NAMED_ERROR;
    head->creates_stream = head->name == RTMP_NAMED_CREATE_STREAM;
    head->restarts_media = restarts_media(head->name);
    return true;
}
