/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/connection.h"

#include "base/list.h"
#include "payload/control.h"

/* Of one connection. */
enum { SETTINGS_MAX = 50, ACKS_MAX = 2000, PINGS_MAX = 1000 };

/* One more row, of which the connection may have `most`. */
static bool may_take(struct rtmp_report_store *store, enum rtmp_report_rows rows, uint32_t count,
                     uint32_t most) {
    if (count < most)
        return rtmp_report_take(store, rows);
    store->left_out[rows]++;
    return false;
}

/* ---- flow ---- */

static void add_setting(struct rtmp_report_settings *settings, struct rtmp_report_store *store,
                        const struct rtmp_row_message *message, uint32_t value) {
    if (!may_take(store, RTMP_REPORT_SETTINGS, settings->count, SETTINGS_MAX))
        return;
    struct rtmp_report_setting *grown = rtmp_list_with_room(
        store->memory, settings->setting, settings->count, &settings->capacity, sizeof *grown);
    if (!grown)
        return;
    settings->setting = grown;
    settings->setting[settings->count++] = (struct rtmp_report_setting){
        rtmp_report_place_of(message), value, (uint8_t)message->record->direction};
}

static const struct rtmp_flow_record *flow_of(const struct rtmp_row_message *message) {
    const struct rtmp_records *records = &message->direction->records;
    uint32_t index = message->record->id >> 1;
    return rtmp_records_flow(records, index, rtmp_records_fragment(records, index));
}

static void add_ack(struct rtmp_report_acks *acks, struct rtmp_report_store *store,
                    const struct rtmp_row_message *message, uint32_t acked) {
    const struct rtmp_flow_record *flow = flow_of(message);
    if (!flow || !may_take(store, RTMP_REPORT_ACKS, acks->count, ACKS_MAX))
        return;
    struct rtmp_report_ack *grown =
        rtmp_list_with_room(store->memory, acks->ack, acks->count, &acks->capacity, sizeof *grown);
    if (!grown)
        return;
    acks->ack = grown;
    acks->ack[acks->count++] =
        (struct rtmp_report_ack){rtmp_report_place_of(message), acked, flow->outstanding};
}

static void add_ping(struct rtmp_report_pings *pings, struct rtmp_report_store *store,
                     const struct rtmp_row_message *message) {
    if (!may_take(store, RTMP_REPORT_PINGS, pings->count, PINGS_MAX))
        return;
    struct rtmp_report_ping *grown = rtmp_list_with_room(store->memory, pings->ping, pings->count,
                                                         &pings->capacity, sizeof *grown);
    if (!grown)
        return;
    pings->ping = grown;
    pings->ping[pings->count++] = (struct rtmp_report_ping){
        .place = rtmp_report_place_of(message), .direction = (uint8_t)message->record->direction};
}

/* A response to the request of the other side in the frame that its record names. */
static void answer_ping(struct rtmp_report_pings *pings, const struct rtmp_row_message *message) {
    const struct rtmp_flow_record *flow = flow_of(message);
    if (!flow || !flow->is_response)
        return;
    for (uint32_t i = pings->count; i > 0; i--) {
        struct rtmp_report_ping *ping = &pings->ping[i - 1];
        if (ping->answer_frame || ping->place.frame != flow->frame ||
            ping->direction == message->record->direction)
            continue;
        ping->answer_frame = rtmp_report_place_of(message).frame;
        ping->round_trip = flow->round_trip;
        return;
    }
}

static void add_control(struct rtmp_report_connection *connection, struct rtmp_report_store *store,
                        const struct rtmp_row_message *message) {
    struct rtmp_reader reader = rtmp_reader_over(message->bytes, message->available);
    struct rtmp_control control;
    struct rtmp_control_field field;
    unsigned direction = message->record->direction;
    rtmp_control_init(&control, &reader, message->record->message.type);
    if (!rtmp_control_next(&control, &field))
        return;
    switch (field.kind) {
    case RTMP_CONTROL_CHUNK_SIZE:
        add_setting(&connection->chunk_sizes, store, message, field.value);
        break;
    case RTMP_CONTROL_WINDOW_ACK_SIZE:
        add_setting(&connection->windows, store, message, field.value);
        connection->acks[!direction].window = field.value;
        break;
    case RTMP_CONTROL_ACK_SEQUENCE_NUMBER:
        add_ack(&connection->acks[direction], store, message, field.value);
        break;
    case RTMP_CONTROL_EVENT:
        if (field.value == RTMP_USER_CONTROL_PING_REQUEST)
            add_ping(&connection->pings, store, message);
        else if (field.value == RTMP_USER_CONTROL_PING_RESPONSE)
            answer_ping(&connection->pings, message);
        break;
    default:
        break;
    }
}

/* ---- connect ---- */

static const struct rtmp_amf_leaf *string_fact(const struct rtmp_command *command,
                                               enum rtmp_fact fact) {
    const struct rtmp_amf_leaf *leaf = &command->fact[fact];
    return leaf->present && leaf->kind == RTMP_AMF_STRING ? leaf : NULL;
}

static void keep_fact(struct rtmp_report_store *store, struct rtmp_row *row, enum rtmp_fact fact,
                      uint32_t *text) {
    const struct rtmp_amf_leaf *leaf = string_fact(rtmp_row_command(row), fact);
    if (leaf && !*text)
        *text = rtmp_report_keep(store, row->message->bytes + leaf->text.pos, leaf->text.len);
}

void rtmp_report_connection_add(struct rtmp_report_connection *connection,
                                struct rtmp_report_store *store, struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    connection->messages[message->record->direction]++;
    switch (message->record->message.type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_USER_CONTROL:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        add_control(connection, store, message);
        break;
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        if (rtmp_row_command(row)->kind != RTMP_COMMAND_CONNECT)
            break;
        keep_fact(store, row, RTMP_FACT_APP, &connection->app);
        keep_fact(store, row, RTMP_FACT_TC_URL, &connection->url);
        keep_fact(store, row, RTMP_FACT_FLASH_VER, &connection->agent);
        break;
    default:
        break;
    }
}

uint32_t rtmp_report_sent_of(const struct rtmp_session_direction *direction,
                             struct rtmp_report_sent *sent, uint32_t room) {
    const struct rtmp_records *records = &direction->records;
    uint32_t count = 0;
    uint32_t every = room ? (records->segment_count + room - 1) / room : 0;
    if (every == 0)
        return 0;
    /* A segment ends where the next one begins. */
    for (uint32_t i = (records->segment_count - 1) % every; i < records->segment_count; i += every)
        sent[count++] = (struct rtmp_report_sent){
            records->segments[i].time, i + 1 < records->segment_count
                                           ? rtmp_segment_offset(&records->segments[i + 1])
                                           : direction->wire.position};
    return count;
}

void rtmp_report_connection_destroy(struct rtmp_report_connection *connection,
                                    const struct rtmp_memory *memory) {
    rtmp_list_free(memory, connection->windows.setting);
    rtmp_list_free(memory, connection->chunk_sizes.setting);
    rtmp_list_free(memory, connection->acks[0].ack);
    rtmp_list_free(memory, connection->acks[1].ack);
    rtmp_list_free(memory, connection->pings.ping);
}
