/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/remoting_calls.h"

#include "payload/remoting/summary.h"
#include "session/remoting_secrets.h"

#define CALL_NAME_SIZE 160U /* bytes of the name of a call, terminator included */
#define LINE_NAMES     6U   /* calls named on a line */

/* ---- records ---- */

static void *allocate_for(const struct rtmp_memory *memory, size_t size) {
    return memory->resize(memory->user, NULL, size);
}

static const uint8_t *copy_bytes(const struct rtmp_memory *memory, const void *bytes, size_t len) {
    uint8_t *copy = bytes && len ? allocate_for(memory, len) : NULL;
    if (copy)
        memcpy(copy, bytes, len);
    return copy;
}

static void record_call(const struct rtmp_memory *memory, const struct rtmp_reader *reader,
                        struct rtmp_remoting_record *record,
                        const struct rtmp_remoting_piece *message,
                        const struct rtmp_remoting_facts *facts) {
    char name[CALL_NAME_SIZE];
    struct rtmp_text text = rtmp_text_masked(name, sizeof name, record->packet->mask);
    rtmp_remoting_call_name(&text, reader, message->name, facts);
    record->call = (const char *)copy_bytes(memory, name, text.len + 1);
}

/* Upper case: encoders write either. */
static void record_flex_id(const struct rtmp_reader *reader, struct rtmp_remoting_record *record,
                           const struct rtmp_remoting_facts *facts) {
    const bool is_reply = record->packet->is_reply;
    const struct rtmp_amf_leaf *fact = facts->fact;
    const struct rtmp_amf_leaf *string =
        &fact[is_reply ? RTMP_REMOTING_FACT_CORRELATION_ID : RTMP_REMOTING_FACT_MESSAGE_ID];
    const struct rtmp_amf_leaf *bytes = &fact[is_reply ? RTMP_REMOTING_FACT_CORRELATION_ID_BYTES
                                                       : RTMP_REMOTING_FACT_MESSAGE_ID_BYTES];
    struct rtmp_text text = rtmp_text_over(record->flex_id, sizeof record->flex_id);
    if (facts->flex != RTMP_FLEX_NONE && (string->present || bytes->present))
        rtmp_remoting_fact_text(&text, reader, string->present ? string : bytes, 0);
    for (char *at = record->flex_id; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
}

static void fill_record(const struct rtmp_memory *memory, const struct rtmp_reader *reader,
                        struct rtmp_remoting_record *record,
                        const struct rtmp_remoting_piece *message) {
    bool is_reply = record->packet->is_reply;
    struct rtmp_remoting_id id = rtmp_remoting_id_of(reader, message, is_reply);
    struct rtmp_remoting_facts facts;
    rtmp_remoting_facts_read(&facts, rtmp_remoting_value_of(reader, message));
    record->status = id.status;
    record->is_fault = is_reply && rtmp_remoting_is_fault(&facts, id.status);
    if (!is_reply)
        record_call(memory, reader, record, message, &facts);
    record_flex_id(reader, record, &facts);
    if (id.text.len > RTMP_LIMIT_REMOTING_ID)
        return;
    record->id = copy_bytes(memory, rtmp_bytes(reader, id.text), id.text.len);
    record->id_length = record->id ? (uint8_t)id.text.len : 0;
}

/* Count the messages whose head can be read; is everything readable? */
static void count_messages(struct rtmp_reader reader, struct rtmp_remoting_packet *packet) {
    struct rtmp_remoting remoting;
    struct rtmp_remoting_piece piece;
    rtmp_remoting_init(&remoting, &reader);
    while (rtmp_remoting_next(&remoting, &piece)) {
        packet->total += piece.kind == RTMP_REMOTING_MESSAGE;
        if (piece.kind == RTMP_REMOTING_MESSAGE_COUNT)
            packet->announced = piece.number;
    }
    packet->is_whole = rtmp_ok(&reader);
}

static void fill_records(const struct rtmp_memory *memory, struct rtmp_reader reader,
                         struct rtmp_remoting_packet *packet) {
    const struct rtmp_reader whole = reader;
    struct rtmp_remoting remoting;
    struct rtmp_remoting_piece piece;
    uint32_t next = 0;
    rtmp_remoting_init(&remoting, &reader);
    while (next < packet->count && rtmp_remoting_next(&remoting, &piece)) {
        if (piece.kind != RTMP_REMOTING_MESSAGE)
            continue;
        struct rtmp_remoting_record *record = &packet->message[next++];
        *record = (struct rtmp_remoting_record){.packet = packet};
        fill_record(memory, &whole, record, &piece);
    }
}

struct rtmp_remoting_packet *rtmp_remoting_packet_new(const struct rtmp_memory *memory,
                                                      struct rtmp_reader reader, bool is_reply,
                                                      struct rtmp_mask *mask) {
    struct rtmp_remoting_packet *packet = allocate_for(memory, sizeof *packet);
    if (!packet)
        return NULL;
    *packet = (struct rtmp_remoting_packet){.is_reply = is_reply, .mask = mask};
    if (mask)
        rtmp_remoting_secrets_follow(mask, memory, reader, is_reply);
    count_messages(reader, packet);
    packet->count =
        packet->total < RTMP_LIMIT_REMOTING_MESSAGES ? packet->total : RTMP_LIMIT_REMOTING_MESSAGES;
    if (packet->count)
        packet->message = allocate_for(memory, packet->count * sizeof *packet->message);
    if (packet->message)
        fill_records(memory, reader, packet);
    else
        packet->count = 0;
    return packet;
}

/* ---- links ---- */

static void drop_first(struct rtmp_remoting_calls *calls) {
    calls->first = calls->first->next;
    calls->count--;
}

/*
 * A client that sends a request while others wait, and has received nothing since the last one,
 * does not wait for replies. One that has received something has the reply that it waited for.
 */
static void pass_lost(struct rtmp_remoting_calls *calls,
                      const struct rtmp_remoting_packet *request) {
    if (calls->first && request->acknowledged == calls->acknowledged)
        calls->pipelines = true;
    while (calls->first && !calls->pipelines)
        rtmp_remoting_calls_pass(calls);
    calls->acknowledged = request->acknowledged;
}

void rtmp_remoting_calls_request(struct rtmp_remoting_calls *calls,
                                 struct rtmp_remoting_packet *request) {
    if (!request->stream)
        pass_lost(calls, request);
    if (!calls->first) /* all before have their reply, or will have none */
        calls->unreplied = request->requests - 1 - request->replies;
    if (calls->first && calls->count == RTMP_LIMIT_REMOTING_REQUESTS)
        drop_first(calls);
    struct rtmp_remoting_packet **end = &calls->first;
    while (*end)
        end = &(*end)->next;
    *end = request;
    request->next = NULL;
    calls->count++;
}

void rtmp_remoting_calls_pass(struct rtmp_remoting_calls *calls) {
    if (!calls->first)
        return;
    calls->first->was_passed = true;
    drop_first(calls);
}

static bool same_uri(const struct rtmp_remoting_record *a, const struct rtmp_remoting_record *b) {
    return a->id_length && a->id_length == b->id_length && memcmp(a->id, b->id, a->id_length) == 0;
}

static bool same_id(const struct rtmp_remoting_record *a, const struct rtmp_remoting_record *b) {
    bool differs = a->flex_id[0] && b->flex_id[0] && strcmp(a->flex_id, b->flex_id) != 0;
    return !differs && same_uri(a, b);
}

/* Debug events come besides the reply. */
static bool is_answer(const struct rtmp_remoting_record *reply) {
    return reply->status != RTMP_REMOTING_ON_DEBUG_EVENTS;
}

typedef bool same_call(const struct rtmp_remoting_record *, const struct rtmp_remoting_record *);

/* The call of a request that a reply answers. Calls and replies mostly have the same order: the
 * search begins at `start`. One that has its reply: *answered is set. */
static struct rtmp_remoting_record *find_call(const struct rtmp_remoting_packet *request,
                                              const struct rtmp_remoting_record *reply,
                                              uint32_t start, same_call *is_same, bool *answered) {
    for (uint32_t i = 0; i < request->count; i++) {
        struct rtmp_remoting_record *call = &request->message[(start + i) % request->count];
        if (!is_same(call, reply))
            continue;
        if (!call->peer || !is_answer(reply))
            return call;
        *answered = true;
    }
    return NULL;
}

/* Of the request that the reply's exchange has: a correlation id that names none of its calls (a
 * server's own) leaves the URI. */
static void link_messages(struct rtmp_remoting_packet *request,
                          struct rtmp_remoting_packet *reply) {
    uint32_t start = 0;
    request->peer = reply;
    reply->peer = request;
    for (uint32_t i = 0; i < reply->count; i++) {
        struct rtmp_remoting_record *record = &reply->message[i];
        bool answered = false;
        struct rtmp_remoting_record *call = find_call(request, record, start, same_id, &answered);
        if (!call && !answered)
            call = find_call(request, record, start, same_uri, &answered);
        record->is_second = !call && answered;
        if (!call)
            continue;
        record->peer = call;
        start = (uint32_t)(call - request->message);
        if (is_answer(record))
            call->peer = record;
    }
}

/* Did the request make the first call that the reply names? */
static bool is_answered_by(const struct rtmp_remoting_packet *request,
                           const struct rtmp_remoting_packet *reply) {
    bool answered;
    return reply->count && find_call(request, &reply->message[0], 0, same_id, &answered);
}

/* Where the request of a stream is linked into the list; of NULL: there is none. */
static struct rtmp_remoting_packet **request_of_stream(struct rtmp_remoting_calls *calls,
                                                       uint32_t stream) {
    struct rtmp_remoting_packet **at = &calls->first;
    while (*at && (*at)->stream != stream)
        at = &(*at)->next;
    return at;
}

/* The same of the request of a reply without a stream. */
static struct rtmp_remoting_packet **request_of(struct rtmp_remoting_calls *calls,
                                                const struct rtmp_remoting_packet *reply) {
    struct rtmp_remoting_packet **numbered = NULL, **answered = NULL;
    const uint32_t number = reply->replies ? reply->replies + calls->unreplied : 0;
    for (struct rtmp_remoting_packet **at = &calls->first; *at; at = &(*at)->next) {
        const bool is_numbered = number && (*at)->requests == number;
        const bool answers = (is_numbered || !answered) && is_answered_by(*at, reply);
        if (is_numbered && answers)
            return at;
        if (is_numbered)
            numbered = at;
        if (answers)
            answered = at;
    }
    return answered ? answered : numbered ? numbered : &calls->first;
}

void rtmp_remoting_calls_reply(struct rtmp_remoting_calls *calls,
                               struct rtmp_remoting_packet *reply, bool in_order) {
    struct rtmp_remoting_packet **at =
        reply->stream ? request_of_stream(calls, reply->stream) : request_of(calls, reply);
    struct rtmp_remoting_packet *request = *at;
    if (!request)
        return;
    while (in_order && calls->first != request) {
        rtmp_remoting_calls_pass(calls);
        at = &calls->first;
    }
    *at = request->next;
    calls->count--;
    link_messages(request, reply);
}

bool rtmp_remoting_has_no_answer(const struct rtmp_remoting_record *call) {
    const struct rtmp_remoting_packet *request = call->packet;
    const struct rtmp_remoting_packet *reply = request->peer;
    if (request->is_reply || call->peer || call->id_length == 0)
        return false;
    if (reply)
        return reply->is_whole && reply->count == reply->total;
    return request->was_passed || (request->is_over && request->is_over(request));
}

/* ---- a walk ---- */

void rtmp_remoting_walk_begin(struct rtmp_remoting_walk *walk,
                              const struct rtmp_remoting_packet *packet,
                              struct rtmp_reader reader) {
    walk->packet = packet;
    walk->reader = reader;
    walk->count = 0;
    rtmp_remoting_init(&walk->remoting, &walk->reader);
}

static bool walk_to(struct rtmp_remoting_walk *walk, enum rtmp_remoting_kind kind,
                    struct rtmp_remoting_piece *piece) {
    while (rtmp_remoting_next(&walk->remoting, piece))
        if (piece->kind == kind)
            return true;
    return false;
}

bool rtmp_remoting_walk_next(struct rtmp_remoting_walk *walk,
                             struct rtmp_remoting_message *message) {
    struct rtmp_remoting_piece end;
    if (walk->count == walk->packet->count || !walk_to(walk, RTMP_REMOTING_MESSAGE, &message->head))
        return false;
    message->record = &walk->packet->message[walk->count++];
    message->packet = walk->reader;
    bool ended = walk_to(walk, RTMP_REMOTING_END, &end);
    message->length = (ended ? end.whole.pos : walk->reader.end) - message->head.whole.pos;
    return true;
}

/* ---- one line ---- */

void rtmp_remoting_message_text(struct rtmp_text *text, const struct rtmp_remoting_message *message,
                                bool shows_secrets) {
    const struct rtmp_remoting_line line = {.entry = &message->head,
                                            .is_reply = message->record->packet->is_reply,
                                            .shows_secrets = shows_secrets,
                                            .call = rtmp_remoting_answered(message->record),
                                            .time = rtmp_remoting_time(message->record)};
    rtmp_remoting_message_line(text, message->packet, &line);
}

/* The name of a message among others: of a call its own, of a reply that of the call it answers. */
static void add_record_name(struct rtmp_text *text, const struct rtmp_remoting_record *record) {
    const char *name = record->packet->is_reply ? rtmp_remoting_answered(record) : record->call;
    if (record->is_fault)
        rtmp_text_add(text, "error of ");
    else if (!is_answer(record))
        rtmp_text_add(text, "debug events of ");
    if (name)
        rtmp_text_add(text, name);
    else
        rtmp_text_wire(text, record->id, record->id_length, 0);
}

static bool same_name(const struct rtmp_remoting_record *a, const struct rtmp_remoting_record *b) {
    char names[2][CALL_NAME_SIZE + 16];
    struct rtmp_text first = rtmp_text_over(names[0], sizeof names[0]);
    struct rtmp_text second = rtmp_text_over(names[1], sizeof names[1]);
    add_record_name(&first, a);
    add_record_name(&second, b);
    return strcmp(first.out, second.out) == 0;
}

static void add_names(struct rtmp_text *text, const struct rtmp_remoting_packet *packet) {
    uint32_t i = 0;
    for (unsigned names = 0; i < packet->count && !text->cut; names++) {
        rtmp_text_add(text, names ? ", " : ": ");
        if (names == LINE_NAMES) {
            rtmp_text_add(text, RTMP_TEXT_ELLIPSIS);
            return;
        }
        uint32_t first = i++;
        while (i < packet->count && same_name(&packet->message[first], &packet->message[i]))
            i++;
        add_record_name(text, &packet->message[first]);
        if (i - first > 1)
            rtmp_text_format(text, " x%u", (unsigned)(i - first));
    }
    if (packet->count < packet->total)
        rtmp_text_add(text, ", " RTMP_TEXT_ELLIPSIS);
}

void rtmp_remoting_packet_line(struct rtmp_text *text, struct rtmp_reader reader,
                               const struct rtmp_remoting_packet *packet, bool shows_secrets) {
    if (packet->count == 1 && packet->total == 1 && packet->announced == 1) {
        struct rtmp_remoting_walk walk;
        struct rtmp_remoting_message message;
        rtmp_remoting_walk_begin(&walk, packet, reader);
        if (rtmp_remoting_walk_next(&walk, &message))
            rtmp_remoting_message_text(text, &message, shows_secrets);
        return;
    }
    if (packet->total == 0) {
        rtmp_text_add(text, "packet without messages");
        return;
    }
    rtmp_text_format(text, "%u ", (unsigned)packet->total);
    if (packet->total < packet->announced)
        rtmp_text_format(text, "of %u ", (unsigned)packet->announced);
    rtmp_text_add(text, packet->is_reply ? "replies" : "calls");
    add_names(text, packet);
}
