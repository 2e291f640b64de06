/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/remoting_row.h"

#include "payload/remoting/summary.h"

/* Of the call: its name; of a reply what its target says. */
static struct rtmp_row_value command_value(const struct rtmp_remoting_record *record) {
    return rtmp_value_text(record->packet->is_reply ? rtmp_remoting_status_text(record->status)
                                                    : record->call);
}

static struct rtmp_row_value link_value(const struct rtmp_remoting_record *record,
                                        enum rtmp_row_column column) {
    if (!record->peer || record->packet->is_reply != (column != RTMP_ROW_RESPONSE_IN))
        return rtmp_value_none();
    switch (column) {
    case RTMP_ROW_RESPONSE_TO_NAME:
        return rtmp_value_text(record->peer->call);
    case RTMP_ROW_RESPONSE_TIME:
        return rtmp_value_real((double)rtmp_remoting_time(record) / 1e6);
    default:
        return rtmp_value_unsigned(record->peer->packet->frame.number);
    }
}

static struct rtmp_row_value fault_value(const struct rtmp_remoting_message *message,
                                         enum rtmp_row_column column, char *buffer, size_t size) {
    struct rtmp_remoting_facts facts;
    rtmp_remoting_facts_read(&facts, rtmp_remoting_value_of(&message->packet, &message->head));
    const struct rtmp_amf_leaf *leaf = column == RTMP_ROW_STATUS_CODE
                                           ? rtmp_remoting_fault_code(&facts)
                                           : rtmp_remoting_fault_description(&facts);
    if (!leaf->present)
        return rtmp_value_none();
    struct rtmp_text text = rtmp_text_masked(buffer, size, message->record->packet->mask);
    rtmp_remoting_fact_text(&text, &message->packet, leaf, 0);
    return rtmp_value_text(buffer);
}

struct rtmp_row_value rtmp_remoting_row_value(const struct rtmp_remoting_message *message,
                                              enum rtmp_row_column column, char *buffer,
                                              size_t size) {
    const struct rtmp_remoting_record *record = message->record;
    switch (column) {
    case RTMP_ROW_FRAME:
        return rtmp_value_unsigned(record->packet->frame.number);
    case RTMP_ROW_TIME:
        return rtmp_value_time(record->packet->time);
    case RTMP_ROW_DIRECTION:
        return rtmp_value_unsigned(record->packet->is_reply);
    case RTMP_ROW_KIND:
        return rtmp_value_text("remoting");
    case RTMP_ROW_LENGTH:
        return rtmp_value_unsigned(message->length);
    case RTMP_ROW_COMMAND:
        return command_value(record);
    case RTMP_ROW_RESPONSE_TO:
    case RTMP_ROW_RESPONSE_TO_NAME:
    case RTMP_ROW_RESPONSE_TIME:
    case RTMP_ROW_RESPONSE_IN:
        return link_value(record, column);
    case RTMP_ROW_STATUS_CODE:
    case RTMP_ROW_STATUS_DESCRIPTION:
        return record->is_fault ? fault_value(message, column, buffer, size) : rtmp_value_none();
    default:
        return rtmp_value_none();
    }
}
