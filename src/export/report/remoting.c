/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/remoting.h"

#include "base/limits.h"
#include "base/list.h"
#include "payload/remoting/summary.h"

/* State while a packet is added. */
struct packet_view {
    struct rtmp_report_calls *calls;
    const struct rtmp_causes *causes;
    const struct rtmp_report_packet *packet;
    uint32_t tcp;                       /* + 1 */
    struct rtmp_remoting_piece message; /* its head */
    uint32_t next;                      /* the next one's number */
};

static struct rtmp_report_place place_of(const struct rtmp_remoting_packet *record) {
    return (struct rtmp_report_place){record->frame.number, record->time};
}

/* ---- connections ---- */

uint32_t rtmp_report_http_of(const struct rtmp_report_remoting *remoting, uint32_t tcp) {
    uint32_t place = rtmp_key_find(&remoting->index, tcp);
    return place ? place - 1 : 0;
}

static void begin_http(struct rtmp_report_remoting *remoting, struct rtmp_report_store *store,
                       const struct rtmp_report_packet *packet) {
    struct rtmp_report_http *grown = NULL;
    if (rtmp_report_take(store, RTMP_REPORT_HTTP))
        grown = rtmp_list_with_room(store->memory, remoting->http, remoting->count,
                                    &remoting->capacity, sizeof *grown);
    if (grown)
        remoting->http = grown;
    uint32_t place = grown ? remoting->count + 1 : 0;
    if (!rtmp_key_add(&remoting->index, store->memory, packet->ends.tcp, place) || !grown)
        return;
    remoting->http[remoting->count++] = (struct rtmp_report_http){
        .client = rtmp_report_keep_string(store, packet->ends.client),
        .server = rtmp_report_keep_string(store, packet->ends.server),
        .tcp = packet->ends.tcp,
        .first = place_of(packet->record),
    };
}

static void add_to_http(struct rtmp_report_remoting *remoting, struct rtmp_report_store *store,
                        const struct rtmp_report_packet *packet) {
    if (!rtmp_key_find(&remoting->index, packet->ends.tcp))
        begin_http(remoting, store, packet);
    uint32_t place = rtmp_report_http_of(remoting, packet->ends.tcp);
    if (!place)
        return;
    struct rtmp_report_http *http = &remoting->http[place - 1];
    http->last = place_of(packet->record);
    http->messages[packet->record->is_reply] += packet->record->total;
}

/* ---- findings ---- */

static struct rtmp_finding finding_of(enum rtmp_finding_kind kind, struct rtmp_report_place place,
                                      uint32_t tcp) {
    return (struct rtmp_finding){.kind = kind, .tcp = tcp, .first = place, .count = 1};
}

static void add_finding(const struct packet_view *view, enum rtmp_finding_kind kind) {
    const struct rtmp_finding found = finding_of(kind, place_of(view->packet->record), view->tcp);
    rtmp_findings_add(view->causes->findings, view->causes->store, &found);
}

/* The name of a call hides what its packet's texts do. */
static void add_call_name(struct rtmp_text *text, const struct rtmp_remoting_packet *packet,
                          const char *call) {
    if (packet->mask)
        rtmp_text_add(text, call);
    else
        rtmp_text_wire(text, (const uint8_t *)call, strlen(call), 0);
}

static void add_leaf(const struct packet_view *view, struct rtmp_text *text, const char *before,
                     const struct rtmp_amf_leaf *leaf) {
    if (!leaf->present)
        return;
    if (text->len)
        rtmp_text_add(text, before);
    rtmp_remoting_fact_text(text, &view->packet->reader, leaf, 0);
}

/* `shop.fail: SERVER.PROCESSING. out of stock` */
static uint32_t words_of_fault(const struct packet_view *view,
                               const struct rtmp_remoting_record *record) {
    struct rtmp_report_store *store = view->causes->store;
    struct rtmp_remoting_facts facts;
    char out[1024];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, store->mask);
    const char *call = rtmp_remoting_answered(record);
    rtmp_remoting_facts_read(&facts, rtmp_remoting_value_of(&view->packet->reader, &view->message));
    if (call)
        add_call_name(&text, record->packet, call);
    add_leaf(view, &text, ": ", rtmp_remoting_fault_code(&facts));
    add_leaf(view, &text, ". ", rtmp_remoting_fault_description(&facts));
    return rtmp_report_keep_line(store, &text);
}

static void add_reply_findings(const struct packet_view *view,
                               const struct rtmp_remoting_record *record) {
    if (record->is_second)
        add_finding(view, RTMP_FINDING_REMOTING_SECOND_ANSWER);
    if (!record->is_fault)
        return;
    struct rtmp_finding failed =
        finding_of(RTMP_FINDING_REMOTING_FAILED, place_of(record->packet), view->tcp);
    failed.detail = words_of_fault(view, record);
    rtmp_findings_add(view->causes->findings, view->causes->store, &failed);
}

/* What cannot be read; that a limit was reached, or the end was not captured, is no fault of it. */
static void add_error(const struct packet_view *view, enum rtmp_error error) {
    bool is_missing =
        view->packet->is_cut && (error == RTMP_ERROR_END || error == RTMP_ERROR_LENGTH);
    if (rtmp_error_ends_value(error) && !rtmp_error_is_limit(error) && !is_missing)
        add_finding(view, RTMP_FINDING_REMOTING_MALFORMED);
}

/* ---- rows ---- */

/* What the line of a message says of its value. */
static uint32_t keep_value(const struct packet_view *view,
                           const struct rtmp_remoting_record *record) {
    struct rtmp_report_store *store = view->causes->store;
    const struct rtmp_remoting_line line = {
        .entry = &view->message,
        .is_reply = record->packet->is_reply,
        .shows_secrets = view->packet->shows_passwords,
        .call = rtmp_remoting_answered(record),
    };
    char out[1024];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, store->mask);
    rtmp_remoting_value_line(&text, view->packet->reader, &line);
    return rtmp_report_keep_line(store, &text);
}

/* Of a call its name; of a reply its target. */
static uint32_t keep_name(const struct packet_view *view,
                          const struct rtmp_remoting_record *record) {
    struct rtmp_report_store *store = view->causes->store;
    const struct rtmp_span target = view->message.name;
    const uint8_t *bytes = rtmp_bytes(&view->packet->reader, target);
    if (record->packet->is_reply)
        return bytes ? rtmp_report_keep(store, bytes, target.len) : 0;
    char out[RTMP_LIMIT_REPORT_TEXT];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, store->mask);
    if (record->call)
        add_call_name(&text, record->packet, record->call);
    return rtmp_report_keep_line(store, &text);
}

static void add_row(const struct packet_view *view, const struct rtmp_remoting_record *record) {
    struct rtmp_report_call *call = rtmp_report_calls_new(view->calls, view->causes->store);
    if (!call)
        return;
    bool is_reply = record->packet->is_reply;
    *call = (struct rtmp_report_call){
        .remoting = record,
        .tcp = view->tcp,
        .place = place_of(record->packet),
        .name = keep_name(view, record),
        .arguments = keep_value(view, record),
        .direction = is_reply,
        .is_answer = is_reply,
        .is_error = record->is_fault,
        .answer = is_reply || !record->id_length ? RTMP_REPORT_ANSWER_NOT_WANTED
                                                 : RTMP_REPORT_ANSWER_NONE,
    };
}

static void add_message(struct packet_view *view, const struct rtmp_remoting_piece *piece) {
    const struct rtmp_remoting_packet *packet = view->packet->record;
    if (view->next >= packet->count) {
        view->causes->store->left_out[RTMP_REPORT_COMMANDS]++;
        return;
    }
    const struct rtmp_remoting_record *record = &packet->message[view->next++];
    view->message = *piece;
    add_row(view, record);
    add_reply_findings(view, record);
}

static void add_piece(struct packet_view *view, const struct rtmp_remoting_piece *piece) {
    if (piece->kind == RTMP_REMOTING_MESSAGE)
        add_message(view, piece);
    else if (piece->kind == RTMP_REMOTING_REST)
        add_error(view, piece->error);
    else if (piece->kind == RTMP_REMOTING_END && piece->was_read &&
             rtmp_remoting_length_of(piece) == RTMP_REMOTING_LENGTH_DIFFERS)
        add_finding(view, RTMP_FINDING_REMOTING_LENGTH);
}

void rtmp_report_remoting_add(struct rtmp_report_remoting *remoting,
                              struct rtmp_report_calls *calls, const struct rtmp_causes *causes,
                              const struct rtmp_report_packet *packet) {
    struct packet_view view = {
        .calls = calls, .causes = causes, .packet = packet, .tcp = packet->ends.tcp};
    struct rtmp_reader reader = packet->reader;
    struct rtmp_remoting pieces;
    struct rtmp_remoting_piece piece;
    add_to_http(remoting, causes->store, packet);
    rtmp_remoting_init(&pieces, &reader);
    while (rtmp_remoting_next(&pieces, &piece))
        add_piece(&view, &piece);
    if (rtmp_ok(&reader) && rtmp_left(&reader))
        add_finding(&view, RTMP_FINDING_REMOTING_TRAILING);
    add_error(&view, reader.error);
}

/* ---- the end ---- */

void rtmp_report_remoting_settle(struct rtmp_report_call *call, const struct rtmp_causes *causes) {
    const struct rtmp_remoting_record *record = call->remoting;
    if (record->peer) {
        call->other = place_of(record->peer->packet);
        if (call->is_answer)
            return;
        call->is_error = record->peer->is_fault;
        call->answer = RTMP_REPORT_ANSWER_RESULT;
    } else if (rtmp_remoting_has_no_answer(record)) {
        const struct rtmp_finding found =
            finding_of(RTMP_FINDING_REMOTING_NO_ANSWER, call->place, call->tcp);
        rtmp_findings_add(causes->findings, causes->store, &found);
    }
}

void rtmp_report_remoting_destroy(struct rtmp_report_remoting *remoting,
                                  const struct rtmp_memory *memory) {
    rtmp_list_free(memory, remoting->http);
    rtmp_key_index_destroy(&remoting->index, memory);
}
