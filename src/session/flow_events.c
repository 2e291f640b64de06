/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/flow_events.h"

#include "payload/control.h"
#include "session/notes.h"

/* The value of one field of a control message. False: it has none. */
static bool read_control(const struct rtmp_fragment *fragment, enum rtmp_control_kind kind,
                         uint32_t *value) {
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    struct rtmp_control control;
    struct rtmp_control_field field;
    rtmp_control_init(&control, &reader, fragment->message.type);
    while (rtmp_control_next(&control, &field))
        if (field.kind == kind) {
            *value = field.value;
            return true;
        }
    return false;
}

/* Are the bytes of a direction counted from its first one? */
static bool is_counted(const struct rtmp_session_direction *dir) {
    return dir->wire.has_handshake && !dir->is_broken;
}

static void follow_ack(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                       const struct rtmp_fragment *fragment) {
    struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    struct rtmp_flow_record flow = {.message = 0};
    uint32_t number;
    if (!read_control(fragment, RTMP_CONTROL_ACK_SEQUENCE_NUMBER, &number) || !is_counted(peer))
        return;
    bool known = rtmp_acks_follow(&peer->acks, number, peer->wire.position,
                                  peer->wire.handshake_end, &flow.outstanding);
    flow.base = peer->acks.base;
    /* Of a late one it is not known what had been sent by then. */
    if (known && !dir->filling)
        (void)rtmp_records_add_flow(&dir->records, record, &flow);
}

static void follow_window(struct rtmp_session_direction *dir,
                          const struct rtmp_fragment *fragment) {
    uint32_t window;
    if (is_counted(dir) && read_control(fragment, RTMP_CONTROL_WINDOW_ACK_SIZE, &window))
        rtmp_acks_announce(&dir->acks, window, fragment->offset + fragment->size);
}

static void follow_ping_request(struct rtmp_session_direction *dir,
                                struct rtmp_fragment_record *record, uint32_t timestamp) {
    const struct rtmp_flow_record flow = {.frame = 0};
    const struct rtmp_ping ping = {.time = rtmp_session_open_segment(dir)->time,
                                   .timestamp = timestamp,
                                   .frame = dir->last_frame.number,
                                   .record = rtmp_records_add_flow(&dir->records, record, &flow)};
    rtmp_pings_request(&dir->pings, &ping);
}

static void follow_ping_response(struct rtmp_session_direction *dir,
                                 struct rtmp_fragment_record *record, uint32_t timestamp) {
    struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    struct rtmp_ping request;
    if (!rtmp_pings_respond(&peer->pings, timestamp, &request))
        return;
    const struct rtmp_flow_record flow = {.frame = request.frame,
                                          .is_response = true,
                                          .round_trip =
                                              rtmp_session_open_segment(dir)->time - request.time};
    (void)rtmp_records_add_flow(&dir->records, record, &flow);
    if (request.record)
        peer->records.flows[request.record - 1].frame = dir->last_frame.number;
}

static void follow_user_control(struct rtmp_session_direction *dir,
                                struct rtmp_fragment_record *record,
                                const struct rtmp_fragment *fragment) {
    uint32_t event;
    uint32_t timestamp;
    if (!read_control(fragment, RTMP_CONTROL_EVENT, &event) ||
        !read_control(fragment, RTMP_CONTROL_TIMESTAMP, &timestamp))
        return;
    if (event == RTMP_USER_CONTROL_PING_REQUEST)
        follow_ping_request(dir, record, timestamp);
    else if (event == RTMP_USER_CONTROL_PING_RESPONSE)
        follow_ping_response(dir, record, timestamp);
}

void rtmp_flow_follow_control(struct rtmp_session_direction *dir,
                              struct rtmp_fragment_record *record,
                              const struct rtmp_fragment *fragment) {
    if (fragment->message.type == RTMP_MESSAGE_ACKNOWLEDGEMENT)
        follow_ack(dir, record, fragment);
    else if (fragment->message.type == RTMP_MESSAGE_WINDOW_ACK_SIZE)
        follow_window(dir, fragment);
    else
        follow_user_control(dir, record, fragment);
}

void rtmp_flow_check_overdue(struct rtmp_session_direction *dir,
                             const struct rtmp_fragment *fragment) {
    const struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    /* Where the other side is not in the capture its acknowledgements are not either. */
    if (!peer->wire.has_handshake ||
        !rtmp_acks_overdue(&dir->acks, rtmp_session_open_segment(dir)->time))
        return;
    struct rtmp_note note = {.kind = dir->acks.any ? RTMP_NOTE_WINDOW_EXCEEDED
                                                   : RTMP_NOTE_NO_ACKNOWLEDGEMENT,
                             .offset = fragment->offset,
                             .count = 1,
                             .message = fragment->message};
    note.message.length = dir->acks.window;
    rtmp_session_note(dir, &note);
}
