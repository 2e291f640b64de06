/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/body_check.h"

#include "payload/aggregate.h"
#include "payload/command/head.h"
#include "payload/control.h"
#include "payload/media/media.h"
#include "payload/shared_object.h"

static enum rtmp_error error_of_values(struct rtmp_reader *reader, uint8_t type) {
    const struct rtmp_command_format format = rtmp_command_read_format(reader, type);
    struct rtmp_amf amf;
    if (rtmp_left(reader) == 0)
        return RTMP_ERROR_END;
    rtmp_amf_init(&amf, reader, format.amf_version);
    while (rtmp_left(reader) && rtmp_amf_skip(&amf))
        ;
    return reader->error;
}

static enum rtmp_error error_of_events(struct rtmp_reader *reader, uint8_t type) {
    struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    rtmp_shared_object_init(&so, reader, type);
    while (rtmp_shared_object_next(&so, &piece))
        if (piece.kind == RTMP_SO_REST && rtmp_error_ends_value(piece.error))
            return piece.error;
    return reader->error;
}

static enum rtmp_error error_of_fields(struct rtmp_reader *reader, uint8_t type) {
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, reader, type);
    while (rtmp_control_next(&control, &field))
        if (field.remark != RTMP_OK)
            return field.remark;
    return reader->error;
}

static void note_stop(void *context, const struct rtmp_media_event *event) {
    enum rtmp_error *error = context;
    if (event->kind == RTMP_MEDIA_STOP && !event->cut && *error == RTMP_OK &&
        rtmp_error_ends_value(event->error))
        *error = event->error;
}

static enum rtmp_error error_of_media(const struct rtmp_row_message *message) {
    const struct rtmp_message *header = &message->record->message;
    const struct rtmp_media_body body = {
        .video = header->type == RTMP_MESSAGE_VIDEO,
        .stream_id = header->stream_id,
        .decoder_configs = message->record->facts.decoder_configs,
        .bytes = message->bytes,
        .available = message->available,
        .length = header->length,
        .head = message->head,
    };
    enum rtmp_error error = RTMP_OK;
    rtmp_media_read(&body, note_stop, &error);
    return error;
}

/* Of a body that is whole in the capture, but for audio and video. */
static enum rtmp_error error_of_whole(struct rtmp_reader *reader, uint8_t type) {
    switch (type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        return error_of_values(reader, type);
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return error_of_events(reader, type);
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_USER_CONTROL:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return error_of_fields(reader, type);
    default:
        return RTMP_OK;
    }
}

/* Of the tags, and of what is in them but audio and video. A back pointer that differs ends
 * nothing. */
static enum rtmp_error error_of_tags(struct rtmp_reader *reader) {
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, reader, 0);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        if (tag.data.len < tag.size)
            continue;
        struct rtmp_reader inside = rtmp_reader_over(rtmp_bytes(reader, tag.data), tag.size);
        const enum rtmp_error error = error_of_whole(&inside, tag.type);
        if (rtmp_error_ends_value(error))
            return error;
    }
    return reader->error;
}

enum rtmp_error rtmp_report_body_error(const struct rtmp_row_message *message) {
    struct rtmp_reader reader = rtmp_reader_over(message->bytes, message->available);
    const struct rtmp_message *header = &message->record->message;
    if (header->type == RTMP_MESSAGE_AUDIO || header->type == RTMP_MESSAGE_VIDEO)
        return error_of_media(message);
    if (message->available < header->length)
        return RTMP_OK;
    return header->type == RTMP_MESSAGE_AGGREGATE ? error_of_tags(&reader)
                                                  : error_of_whole(&reader, header->type);
}
