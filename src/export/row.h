/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_ROW_H
#define RTMP_EXPORT_ROW_H

#include "export/row_value.h"
#include "payload/command/facts.h"
#include "payload/media/fields.h"
#include "session/remoting_calls.h"
#include "session/session.h"

/* One row a message: its facts as values of named columns (row_value.h), for programs. */

/* What a row is made from; all is borrowed. */
struct rtmp_row_message {
    const struct rtmp_remoting_message *remoting; /* a message of an AMF packet: nothing else but
                                                     summary and addresses is set; NULL: of RTMP */
    const struct rtmp_session_direction *direction;
    const struct rtmp_message_record *record;
    const struct rtmp_stream *stream; /* that it concerns, NULL: none */
    const uint8_t *bytes;             /* of the body, `available` */
    uint32_t available;
    uint32_t head; /* struct rtmp_media_body's */
    const char *summary;
    const char *client, *server; /* addresses; NULL: not known */
    uint32_t client_port, server_port;
};

/* A row while its values are asked for: what several of them need is read once. */
struct rtmp_row {
    const struct rtmp_row_message *message;
    bool described, was_read;
    struct rtmp_media_info media;
    struct rtmp_command command;
};

/* Begin a row; borrows the message. */
void rtmp_row_begin(struct rtmp_row *row, const struct rtmp_row_message *message);

/* What the message is, NULL if it is neither audio nor video. */
const struct rtmp_media_info *rtmp_row_media(struct rtmp_row *row);

/* Does the timestamp of audio or video step further than the arrival (session/diagnosis.h)? */
bool rtmp_row_jumps(const struct rtmp_row *row);

/* The command or data message that it is; only of those types. */
const struct rtmp_command *rtmp_row_command(struct rtmp_row *row);

/* The value of a column. buffer: for texts, at least 4 bytes; longer ones are cut. */
struct rtmp_row_value rtmp_row_value(struct rtmp_row *row, enum rtmp_row_column column,
                                     char *buffer, size_t size);

#endif
