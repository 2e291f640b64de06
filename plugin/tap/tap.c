/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/tap.h"

#include "noun.h"
#include "preferences.h"

#include "session/stream_events.h"

static int tap_rtmpx = 0;
static int tap_stream = 0;
static int tap_so = 0;
static int tap_remoting = 0;
static int segment_taps[RTMPX_SEGMENT_TAPS];
static unsigned segment_tap_count;

void rtmpx_register_tap(void) {
    tap_rtmpx = register_tap(RTMPX_TAP);
    tap_stream = register_tap(RTMPX_STREAM_TAP);
    tap_so = register_tap(RTMPX_SO_TAP);
    tap_remoting = register_tap(RTMPX_REMOTING_TAP);
}

void rtmpx_add_segment_tap(int tap) {
    segment_taps[segment_tap_count++] = tap;
}

static bool are_messages_wanted(void) {
    return have_tap_listener(tap_rtmpx) || have_tap_listener(tap_stream) ||
           have_tap_listener(tap_so);
}

bool rtmpx_tap_wanted(void) {
    bool wanted = are_messages_wanted();
    for (unsigned i = 0; i < segment_tap_count; i++)
        wanted |= have_tap_listener(segment_taps[i]) != 0;
    return wanted;
}

/* The view outlives the call: listeners get the message behind the dissection of its frame. */
static struct rtmpx_messages *keep_messages(const struct rtmpx_view *view) {
    struct rtmpx_view *kept = wmem_new(view->pinfo->pool, struct rtmpx_view);
    *kept = *view;
    kept->core.packet = &kept->packet;
    struct rtmpx_messages *messages = wmem_new(view->pinfo->pool, struct rtmpx_messages);
    *messages = rtmpx_messages_of(kept);
    return messages;
}

bool rtmpx_tapped_message(struct rtmpx_messages *messages, uint32_t index,
                          struct rtmpx_tapped *tapped) {
    const struct rtmp_segment_view *core = &messages->view->core;
    const struct rtmp_fragment_record *fragment = &core->fragments[index];
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return false;
    uint32_t message = core->segment->first_fragment + index;
    *tapped = (struct rtmpx_tapped){
        .direction = core->direction,
        .stream = rtmp_stream_of(core->direction, fragment, message),
        .messages = messages,
        .index = index,
    };
    return rtmp_session_message(core->direction->session,
                                rtmp_session_message_id(core->direction, message), &tapped->record);
}

static bool is_shared_object(uint8_t type) {
    return type == RTMP_MESSAGE_SHARED_OBJECT_AMF0 || type == RTMP_MESSAGE_SHARED_OBJECT_AMF3;
}

static void queue_messages(struct rtmpx_messages *messages) {
    packet_info *pinfo = messages->view->pinfo;
    struct rtmpx_tapped tapped;
    for (uint32_t i = 0; i < messages->view->core.segment->fragment_count; i++) {
        if (!rtmpx_tapped_message(messages, i, &tapped))
            continue;
        const struct rtmpx_tapped *kept = wmem_memdup(pinfo->pool, &tapped, sizeof tapped);
        tap_queue_packet(tap_rtmpx, pinfo, kept);
        if (kept->stream)
            tap_queue_packet(tap_stream, pinfo, kept);
        if (is_shared_object(kept->record.message.type))
            tap_queue_packet(tap_so, pinfo, kept);
    }
}

bool rtmpx_tap_closing_wanted(void) {
    return have_tap_listener(tap_stream) || have_tap_listener(tap_so);
}

void rtmpx_tap_closing(packet_info *pinfo, const struct rtmp_session *session) {
    if (!rtmpx_tap_closing_wanted())
        return;
    for (uint32_t i = 0; i < session->streams.count; i++) {
        struct rtmpx_tapped *tapped = wmem_new0(pinfo->pool, struct rtmpx_tapped);
        tapped->direction = &session->direction[0];
        tapped->stream = session->streams.stream[i];
        tap_queue_packet(tap_stream, pinfo, tapped);
    }
    for (uint32_t i = 0; i < session->so.count; i++) {
        struct rtmpx_tapped *tapped = wmem_new0(pinfo->pool, struct rtmpx_tapped);
        tapped->direction = &session->direction[0];
        tapped->copy = session->so.copy[i];
        tap_queue_packet(tap_so, pinfo, tapped);
    }
}

void rtmpx_tap_segment(const struct rtmpx_view *view) {
    struct rtmpx_messages *messages = keep_messages(view);
    for (unsigned i = 0; i < segment_tap_count; i++)
        tap_queue_packet(segment_taps[i], view->pinfo, messages);
    if (are_messages_wanted())
        queue_messages(messages);
}

static void queue_remoting_messages(packet_info *pinfo, const struct rtmpx_tapped_packet *packet) {
    struct rtmp_remoting_walk walk;
    struct rtmp_remoting_message message;
    rtmp_remoting_walk_begin(&walk, packet->packet, packet->reader);
    while (rtmp_remoting_walk_next(&walk, &message)) {
        struct rtmpx_tapped *tapped = wmem_new0(pinfo->pool, struct rtmpx_tapped);
        tapped->remoting = wmem_memdup(pinfo->pool, &message, sizeof message);
        tap_queue_packet(tap_rtmpx, pinfo, tapped);
    }
}

void rtmpx_tap_remoting(packet_info *pinfo, const struct rtmpx_tapped_packet *packet) {
    if (have_tap_listener(tap_remoting))
        tap_queue_packet(tap_remoting, pinfo, wmem_memdup(pinfo->pool, packet, sizeof *packet));
    if (have_tap_listener(tap_rtmpx))
        queue_remoting_messages(pinfo, packet);
}

static void find_body(const struct rtmpx_tapped *tapped, uint32_t enough, struct rtmpx_body *body) {
    *body = (struct rtmpx_body){.message = &tapped->record.message};
    if (tapped->remoting) {
        body->mask = tapped->remoting->record->packet->mask;
        return;
    }
    rtmpx_find_body(tapped->messages, tapped->index, enough, false, body);
}

void rtmpx_tapped_body(const struct rtmpx_tapped *tapped, struct rtmpx_body *body) {
    enum { MEDIA_BYTES = 1024 };
    uint8_t type = tapped->record.message.type;
    bool media = type == RTMP_MESSAGE_AUDIO || type == RTMP_MESSAGE_VIDEO;
    find_body(tapped, media ? MEDIA_BYTES : UINT32_MAX, body);
}

void rtmpx_tapped_whole_body(const struct rtmpx_tapped *tapped, const uint8_t *whole,
                             struct rtmpx_body *body) {
    if (whole)
        *body = (struct rtmpx_body){.bytes = whole, .available = tapped->record.message.length};
    else
        find_body(tapped, UINT32_MAX, body);
}

struct rtmp_row_message rtmpx_tapped_row(const struct rtmpx_tapped *tapped,
                                         const struct rtmpx_body *body) {
    if (tapped->remoting)
        return (struct rtmp_row_message){.remoting = tapped->remoting};
    return (struct rtmp_row_message){
        .direction = tapped->direction,
        .record = &tapped->record,
        .stream = tapped->stream,
        .bytes = body->bytes,
        .available = body->available,
        .head = body->head,
    };
}

char *rtmpx_end_text(const packet_info *pinfo, bool source) {
    return wmem_strdup_printf(pinfo->pool, "%s:%u",
                              address_to_str(pinfo->pool, source ? &pinfo->src : &pinfo->dst),
                              source ? pinfo->srcport : pinfo->destport);
}

void rtmpx_tapped_summary(const struct rtmpx_tapped *tapped, const struct rtmpx_body *body,
                          struct rtmp_text *text) {
    text->mask = body->mask;
    if (tapped->remoting)
        rtmp_remoting_message_text(text, tapped->remoting, rtmpx_shows_passwords());
    else
        rtmpx_noun_of(tapped->record.message.type)->summary(text, body);
}
