/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/row.h"

#include "base/text.h"
#include "export/remoting_row.h"
#include "payload/media/media.h"

void rtmp_row_begin(struct rtmp_row *row, const struct rtmp_row_message *message) {
    row->message = message;
    row->described = false;
    row->was_read = false;
}

/* ---- values ---- */

/* 0: not known. */
static struct rtmp_row_value known_value(uint32_t number) {
    return number ? rtmp_value_unsigned(number) : rtmp_value_none();
}

static struct rtmp_row_value boolean_value(bool value) {
    return (struct rtmp_row_value){.kind = RTMP_VALUE_BOOLEAN, .number = value};
}

/* A text of the wire, in `buffer`. */
struct row_buffer {
    char *out;
    size_t size;
    const struct rtmp_mask *mask;
};

static struct rtmp_row_value wire_value(const uint8_t *bytes, uint32_t len,
                                        const struct row_buffer *buffer) {
    struct rtmp_text text = rtmp_text_masked(buffer->out, buffer->size, buffer->mask);
    rtmp_text_wire(&text, bytes, len, 0);
    return rtmp_value_text(buffer->out);
}

static struct rtmp_row_value kept_value(const struct rtmp_kept_text *kept,
                                        const struct row_buffer *buffer) {
    return kept ? wire_value(kept->bytes, kept->len, buffer) : rtmp_value_none();
}

/* ---- what is read of the body ---- */

static bool is_media(const struct rtmp_row *row) {
    uint8_t type = row->message->record->message.type;
    return type == RTMP_MESSAGE_AUDIO || type == RTMP_MESSAGE_VIDEO;
}

static bool is_video(const struct rtmp_row *row) {
    return row->message->record->message.type == RTMP_MESSAGE_VIDEO;
}

bool rtmp_row_jumps(const struct rtmp_row *row) {
    const struct rtmp_session_direction *dir = row->message->direction;
    const uint32_t index = row->message->record->id >> 1;
    if (!is_media(row) || !rtmp_records_fragment(&dir->records, index)->has_faults)
        return false;
    const struct rtmp_media_fault *faults;
    const uint32_t count = rtmp_diagnosis_of(&dir->diagnosis, index, &faults);
    for (uint32_t i = 0; i < count; i++)
        if (faults[i].kind == RTMP_FAULT_JUMP)
            return true;
    return false;
}

const struct rtmp_media_info *rtmp_row_media(struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    if (!is_media(row))
        return NULL;
    if (!row->described) {
        const struct rtmp_media_body body = {
            .video = is_video(row),
            .stream_id = message->record->message.stream_id,
            .decoder_configs = message->record->facts.decoder_configs,
            .bytes = message->bytes,
            .available = message->available,
            .length = message->record->message.length,
            .head = message->head,
        };
        row->media = rtmp_media_describe(&body);
        row->described = true;
    }
    return &row->media;
}

const struct rtmp_command *rtmp_row_command(struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    if (!row->was_read) {
        rtmp_command_read(&row->command, rtmp_reader_over(message->bytes, message->available),
                          message->record->message.type, message->record->facts.reply_kind);
        row->was_read = true;
    }
    return &row->command;
}

static bool has_command(const struct rtmp_row *row) {
    switch (row->message->record->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        return true;
    default:
        return false;
    }
}

static struct rtmp_row_value leaf_value(const struct rtmp_row *row,
                                        const struct rtmp_amf_leaf *leaf,
                                        const struct row_buffer *buffer) {
    if (!leaf->present)
        return rtmp_value_none();
    if (leaf->kind != RTMP_AMF_STRING)
        return rtmp_value_real(leaf->number);
    return wire_value(row->message->bytes + leaf->text.pos, leaf->text.len, buffer);
}

/* ---- columns ---- */

static const char *kind_name(uint8_t type) {
    switch (type) {
    case RTMP_MESSAGE_AUDIO:
        return "audio";
    case RTMP_MESSAGE_VIDEO:
        return "video";
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        return "data";
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        return "command";
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return "shared_object";
    case RTMP_MESSAGE_AGGREGATE:
        return "aggregate";
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_USER_CONTROL:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return "control";
    default:
        return "other";
    }
}

static struct rtmp_row_value codec_value(const struct rtmp_media_info *media) {
    return media->codec == RTMP_CODEC_UNKNOWN ? rtmp_value_none()
                                              : rtmp_value_text(rtmp_codec_name(media->codec));
}

static struct rtmp_row_value media_value(struct rtmp_row *row, enum rtmp_row_column column) {
    enum { KEY_FRAME = 1, GENERATED_KEY_FRAME = 4 };
    const struct rtmp_media_info *media = rtmp_row_media(row);
    if (!media)
        return rtmp_value_none();
    bool coded = media->kind == RTMP_MEDIA_FRAME;
    switch (column) {
    case RTMP_ROW_CODEC:
        return codec_value(media);
    case RTMP_ROW_CONFIG:
        return boolean_value(media->kind == RTMP_MEDIA_CONFIG);
    case RTMP_ROW_WIDTH:
        return known_value(media->width);
    case RTMP_ROW_HEIGHT:
        return known_value(media->height);
    case RTMP_ROW_SAMPLE_RATE:
        return known_value(media->sample_rate);
    case RTMP_ROW_CHANNELS:
        return known_value(media->channels);
    case RTMP_ROW_KEYFRAME:
        return is_video(row) ? boolean_value(coded && (media->frame_type == KEY_FRAME ||
                                                       media->frame_type == GENERATED_KEY_FRAME))
                             : rtmp_value_none();
    case RTMP_ROW_FRAME_TYPE:
        return is_video(row) ? known_value(media->frame_type) : rtmp_value_none();
    case RTMP_ROW_COMPOSITION_TIME:
        return is_video(row) && media->timed
                   ? (struct rtmp_row_value){.kind = RTMP_VALUE_SIGNED,
                                             .number = media->composition_time}
                   : rtmp_value_none();
    default:
        return rtmp_value_none();
    }
}

static struct rtmp_row_value command_value(struct rtmp_row *row, enum rtmp_row_column column,
                                           const struct row_buffer *buffer) {
    const struct rtmp_command *command = rtmp_row_command(row);
    switch (column) {
    case RTMP_ROW_COMMAND:
        return leaf_value(row, &command->name, buffer);
    case RTMP_ROW_TRANSACTION_ID:
        return leaf_value(row, &command->transaction_id, buffer);
    case RTMP_ROW_STATUS_LEVEL:
        return leaf_value(row, &command->fact[RTMP_FACT_LEVEL], buffer);
    case RTMP_ROW_STATUS_CODE:
        return leaf_value(row, &command->fact[RTMP_FACT_CODE], buffer);
    case RTMP_ROW_STATUS_DESCRIPTION:
        return leaf_value(row, &command->fact[RTMP_FACT_DESCRIPTION], buffer);
    default:
        return rtmp_value_none();
    }
}

static struct rtmp_row_value stream_value(const struct rtmp_stream *stream,
                                          enum rtmp_row_column column,
                                          const struct row_buffer *buffer) {
    switch (column) {
    case RTMP_ROW_STREAM:
        return rtmp_value_unsigned(stream->number);
    case RTMP_ROW_NAME:
        return kept_value(stream->name, buffer);
    case RTMP_ROW_APP:
        return kept_value(stream->app, buffer);
    default:
        return rtmp_value_text(rtmp_stream_role_name((enum rtmp_stream_role)stream->role));
    }
}

/* Of a call or an answer. */
static struct rtmp_row_value call_value(const struct rtmp_row_message *message,
                                        enum rtmp_row_column column,
                                        const struct row_buffer *buffer) {
    const struct rtmp_facts_record *call = message->record->facts.call;
    struct rtmp_linked linked;
    if (!call || !rtmp_session_linked(message->direction, call, &linked) ||
        call->is_answer != (column != RTMP_ROW_RESPONSE_IN))
        return rtmp_value_none();
    switch (column) {
    case RTMP_ROW_RESPONSE_TO_NAME:
        return kept_value(rtmp_session_call_name(message->direction->session, call), buffer);
    case RTMP_ROW_RESPONSE_TIME:
        return rtmp_value_real((double)(message->record->time - linked.time) / 1e6);
    default:
        return known_value(linked.frame);
    }
}

/* What the chunk headers and the reassembly say. */
static struct rtmp_row_value message_value(const struct rtmp_row_message *message,
                                           enum rtmp_row_column column) {
    const struct rtmp_message_record *record = message->record;
    const struct rtmp_reassembly *reassembly = record->reassembly;
    const struct rtmp_segment_record *segments = message->direction->records.segments;
    switch (column) {
    case RTMP_ROW_FRAME:
        return rtmp_value_unsigned(segments[record->last_segment].frame);
    case RTMP_ROW_TIME:
        return rtmp_value_time(record->time);
    case RTMP_ROW_CONNECTION:
        return rtmp_value_unsigned(message->direction->session->number);
    case RTMP_ROW_DIRECTION:
        return rtmp_value_unsigned(record->direction);
    case RTMP_ROW_KIND:
        return rtmp_value_text(kind_name(record->message.type));
    case RTMP_ROW_LENGTH:
        return rtmp_value_unsigned(record->message.length);
    case RTMP_ROW_TIMESTAMP:
        return record->message.relative ? rtmp_value_none()
                                        : rtmp_value_unsigned(record->message.timestamp);
    case RTMP_ROW_FIRST_FRAME:
        return record->first_segment
                   ? rtmp_value_unsigned(segments[record->first_segment - 1].frame)
                   : rtmp_value_none();
    case RTMP_ROW_TYPE:
        return rtmp_value_unsigned(record->message.type);
    case RTMP_ROW_STREAM_ID:
        return record->message.relative ? rtmp_value_none()
                                        : rtmp_value_unsigned(record->message.stream_id);
    case RTMP_ROW_CSID:
        return rtmp_value_unsigned(record->message.csid);
    case RTMP_ROW_CHUNK_COUNT:
        return rtmp_value_unsigned(reassembly ? reassembly->chunks : 1);
    default:
        return reassembly ? known_value(reassembly->missing) : rtmp_value_none();
    }
}

static struct rtmp_row_value rtmp_value(struct rtmp_row *row, enum rtmp_row_column column,
                                        char *buffer, size_t size) {
    const struct rtmp_row_message *message = row->message;
    const struct row_buffer text = {buffer, size, rtmp_session_mask(message->direction->session)};
    switch (column) {
    case RTMP_ROW_STREAM:
    case RTMP_ROW_NAME:
    case RTMP_ROW_APP:
    case RTMP_ROW_ROLE:
        return message->stream ? stream_value(message->stream, column, &text) : rtmp_value_none();
    case RTMP_ROW_CODEC:
    case RTMP_ROW_KEYFRAME:
    case RTMP_ROW_CONFIG:
    case RTMP_ROW_FRAME_TYPE:
    case RTMP_ROW_COMPOSITION_TIME:
    case RTMP_ROW_WIDTH:
    case RTMP_ROW_HEIGHT:
    case RTMP_ROW_SAMPLE_RATE:
    case RTMP_ROW_CHANNELS:
        return media_value(row, column);
    case RTMP_ROW_RESPONSE_TO:
    case RTMP_ROW_RESPONSE_TO_NAME:
    case RTMP_ROW_RESPONSE_TIME:
    case RTMP_ROW_RESPONSE_IN:
        return call_value(message, column, &text);
    case RTMP_ROW_COMMAND:
    case RTMP_ROW_TRANSACTION_ID:
    case RTMP_ROW_STATUS_LEVEL:
    case RTMP_ROW_STATUS_CODE:
    case RTMP_ROW_STATUS_DESCRIPTION:
        return has_command(row) ? command_value(row, column, &text) : rtmp_value_none();
    default:
        return message_value(message, column);
    }
}

struct rtmp_row_value rtmp_row_value(struct rtmp_row *row, enum rtmp_row_column column,
                                     char *buffer, size_t size) {
    const struct rtmp_row_message *message = row->message;
    switch (column) {
    case RTMP_ROW_SUMMARY:
        return rtmp_value_text(message->summary);
    case RTMP_ROW_CLIENT:
        return rtmp_value_text(message->client);
    case RTMP_ROW_CLIENT_PORT:
        return known_value(message->client_port);
    case RTMP_ROW_SERVER:
        return rtmp_value_text(message->server);
    case RTMP_ROW_SERVER_PORT:
        return known_value(message->server_port);
    default:
        return message->remoting ? rtmp_remoting_row_value(message->remoting, column, buffer, size)
                                 : rtmp_value(row, column, buffer, size);
    }
}
