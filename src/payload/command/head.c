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
static bool read_scalars(struct rtmp_command_head *head, struct rtmp_reader reader,
                         struct rtmp_span *name) {
    struct rtmp_amf_leaf leaf;
    if (rtmp_u8(&reader) != RTMP_AMF0_STRING ||
        !rtmp_amf0_scalar_behind(&reader, RTMP_AMF0_STRING, &leaf))
        return false;
    *name = leaf.text;
    if (rtmp_u8(&reader) != RTMP_AMF0_NUMBER ||
        !rtmp_amf0_scalar_behind(&reader, RTMP_AMF0_NUMBER, &leaf))
        return false;
    head->transaction_id = leaf.number;
    return true;
}

/* With a decoder: AMF3, or AMF3 values behind AVM+ markers. */
static bool decode(struct rtmp_command_head *head, struct rtmp_reader *reader, uint8_t amf_version,
                   struct rtmp_span *name) {
    struct rtmp_amf amf;
    struct rtmp_amf_event event;
    rtmp_amf_init(&amf, reader, amf_version);
    if (!next_value(&amf, &event) || event.kind != RTMP_AMF_STRING)
        return false;
    *name = event.text;
    if (!next_value(&amf, &event) || !rtmp_amf_is_number(event.kind))
        return false;
    head->transaction_id = event.kind == RTMP_AMF_NUMBER ? event.value.number : event.value.integer;
    return true;
}

static bool is_named(const struct rtmp_reader *reader, struct rtmp_span name, const char *text) {
    return rtmp_bytes_are(reader, name, text, strlen(text));
}

static bool restarts_media(const struct rtmp_reader *reader, struct rtmp_span name) {
    static const char *const names[] = {"publish", "play",        "play2",
                                        "seek",    "closeStream", "deleteStream"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_named(reader, name, names[i]))
            return true;
    return false;
}

bool rtmp_command_read_head(struct rtmp_command_head *head, struct rtmp_reader reader,
                            uint8_t type) {
    struct rtmp_span name;
    uint8_t amf_version = rtmp_command_read_format(&reader, type).amf_version;
    bool is_read = amf_version == 0 && read_scalars(head, reader, &name);
    if (!is_read && !decode(head, &reader, amf_version, &name))
        return false;
    head->is_answer = is_named(&reader, name, "_result") || is_named(&reader, name, "_error");
    head->creates_stream = is_named(&reader, name, "createStream");
    head->restarts_media = restarts_media(&reader, name);
    return true;
}
