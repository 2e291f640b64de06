/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/report.h"

#include "base/limits.h"
#include "base/list.h"
#include "export/report/causes.h"
#include "export/report/copies.h"
#include "session/stream_events.h"

void rtmp_report_init(struct rtmp_report *report, const struct rtmp_memory *memory,
                      const struct rtmp_report_options *options) {
    *report = (struct rtmp_report){
        .options = *options,
        .store = {.memory = memory, .shows_secrets = options->shows_secrets},
    };
}

/* Places of what is left out are 0, which no row has. */
static uint32_t index_of(const struct rtmp_key_index *index, uint32_t number) {
    uint32_t place = rtmp_key_find(index, number);
    return place ? place - 1 : 0;
}

uint32_t rtmp_report_connection_of(const struct rtmp_report *report, uint32_t number) {
    return index_of(&report->connection_index, number);
}

uint32_t rtmp_report_stream_of(const struct rtmp_report *report, uint32_t number) {
    return index_of(&report->stream_index, number);
}

/* ---- connections ---- */

bool rtmp_report_knows(const struct rtmp_report *report, const struct rtmp_session *session) {
    return rtmp_key_find(&report->connection_index, session->number) != 0;
}

void rtmp_report_begin_connection(struct rtmp_report *report, struct rtmp_session *session,
                                  const struct rtmp_report_ends *ends) {
    struct rtmp_report_store *store = &report->store;
    struct rtmp_report_connection *grown = NULL;
    if (rtmp_report_take(store, RTMP_REPORT_CONNECTIONS))
        grown = rtmp_list_with_room(store->memory, report->connection, report->connection_count,
                                    &report->connection_capacity, sizeof *grown);
    if (grown)
        report->connection = grown;
    uint32_t place = grown ? report->connection_count + 1 : 0;
    if (!rtmp_key_add(&report->connection_index, store->memory, session->number, place) || !grown)
        return;
    report->connection[report->connection_count++] = (struct rtmp_report_connection){
        .session = session,
        .client = rtmp_report_keep_string(store, ends->client),
        .server = rtmp_report_keep_string(store, ends->server),
        .tcp = ends->tcp,
        .round_trip = ends->round_trip,
    };
}

static struct rtmp_report_connection *connection_of(const struct rtmp_report *report,
                                                    const struct rtmp_session *session) {
    uint32_t place = rtmp_report_connection_of(report, session->number);
    return place ? &report->connection[place - 1] : NULL;
}

static struct rtmp_causes causes_of(struct rtmp_report *report) {
    return (struct rtmp_causes){&report->findings, &report->store, report->options.stall};
}

/* Is it the one that shows the handshake of RTMPE: where C1 or S1 ends? */
static bool begins_encryption(const struct rtmp_session_direction *direction,
                              const struct rtmp_segment_record *segment, uint32_t captured) {
    struct rtmp_handshake_range range;
    return rtmp_session_handshake_range(direction, segment, captured, &range) &&
           range.completes_first &&
           rtmp_handshake_version_encrypted(direction->wire.handshake.version);
}

void rtmp_report_add_segment(struct rtmp_report *report,
                             const struct rtmp_session_direction *direction,
                             const struct rtmp_segment_record *segment, uint32_t captured) {
    struct rtmp_report_connection *connection = connection_of(report, direction->session);
    const struct rtmp_report_place place = {segment->frame, segment->time};
    if (!connection)
        return;
    if (!connection->first.frame)
        connection->first = place;
    connection->last = place;
    if (connection->is_encrypted || !begins_encryption(direction, segment, captured))
        return;
    const struct rtmp_causes causes = causes_of(report);
    connection->is_encrypted = true;
    rtmp_causes_encrypted(&causes, direction->session, place);
}

/* ---- streams ---- */

static struct rtmp_report_stream *
new_stream(struct rtmp_report_store *store, const struct rtmp_stream *stream, uint32_t connection) {
    const struct rtmp_kept_text *name = stream->name;
    struct rtmp_report_stream *made =
        store->memory->resize(store->memory->user, NULL, sizeof *made);
    if (!made)
        return NULL;
    *made = (struct rtmp_report_stream){.stream = stream, .connection = connection};
    if (name)
        made->name = rtmp_report_keep(store, name->bytes, name->len);
    return made;
}

static void add_stream(struct rtmp_report *report, const struct rtmp_stream *stream,
                       uint32_t connection) {
    struct rtmp_report_store *store = &report->store;
    struct rtmp_report_stream *made = NULL;
    struct rtmp_report_stream **grown = NULL;
    if (rtmp_report_take(store, RTMP_REPORT_STREAMS))
        grown = rtmp_list_with_room(store->memory, report->stream, report->stream_count,
                                    &report->stream_capacity, sizeof(struct rtmp_report_stream *));
    if (grown)
        report->stream = grown;
    if (grown)
        made = new_stream(store, stream, connection);
    uint32_t place = made ? report->stream_count + 1 : 0;
    if (made)
        report->stream[report->stream_count++] = made;
    (void)rtmp_key_add(&report->stream_index, store->memory, stream->number, place);
}

static struct rtmp_report_stream *stream_of(struct rtmp_report *report,
                                            const struct rtmp_stream *stream, uint32_t connection) {
    if (!rtmp_key_find(&report->stream_index, stream->number))
        add_stream(report, stream, connection);
    uint32_t place = rtmp_report_stream_of(report, stream->number);
    return place ? report->stream[place - 1] : NULL;
}

/* ---- memory ---- */

/* The longest series is thinned until all together have few enough points. */
static void thin_series(const struct rtmp_report *report, uint32_t most) {
    enum { SHORT = 16 };
    for (;;) {
        struct rtmp_series *longest = NULL;
        uint64_t points = 0;
        for (uint32_t i = 0; i < report->stream_count * RTMP_CLOCK_KINDS; i++) {
            struct rtmp_report_stream *stream = report->stream[i / RTMP_CLOCK_KINDS];
            struct rtmp_series *series = &stream->kind[i % RTMP_CLOCK_KINDS].series;
            points += series->count;
            if (!longest || series->count > longest->count)
                longest = series;
        }
        if (!longest || points <= most || longest->count <= SHORT)
            return;
        rtmp_series_thin(longest, longest->width ? longest->buckets / 2 : longest->count / 4);
    }
}

/* The same of bit rates. */
static void halve_rates(const struct rtmp_report *report, uint32_t most) {
    enum { SHORT = 4 };
    for (;;) {
        struct rtmp_rate *longest = NULL;
        uint64_t steps = 0;
        for (uint32_t i = 0; i < report->stream_count * RTMP_CLOCK_KINDS; i++) {
            struct rtmp_report_stream *stream = report->stream[i / RTMP_CLOCK_KINDS];
            struct rtmp_rate *rate = &stream->kind[i % RTMP_CLOCK_KINDS].rate;
            steps += rate->count;
            if (!longest || rate->count > longest->count)
                longest = rate;
        }
        if (!longest || steps <= most || longest->count <= SHORT)
            return;
        rtmp_rate_halve(longest);
    }
}

/* While messages come there may be twice as many as the page has: the work of thinning is spread.
 */
static void bound_memory(struct rtmp_report *report) {
    enum { EVERY = 4096 };
    if (++report->unchecked < EVERY)
        return;
    report->unchecked = 0;
    thin_series(report, 2 * RTMP_LIMIT_REPORT_POINTS);
    halve_rates(report, 2 * RTMP_LIMIT_REPORT_ALL_STEPS);
}

/* ---- messages ---- */

void rtmp_report_add_message(struct rtmp_report *report, const struct rtmp_row_message *message) {
    rtmp_report_set_mask(&report->store, rtmp_session_mask(message->direction->session));
    struct rtmp_report_connection *connection = connection_of(report, message->direction->session);
    const struct rtmp_causes causes = causes_of(report);
    struct rtmp_row row;
    rtmp_row_begin(&row, message);
    uint32_t index = connection ? (uint32_t)(connection - report->connection) : 0;
    if (!connection ||
        !rtmp_report_auths_follow(&report->auths, &report->store, connection, index, &row))
        rtmp_causes_of_message(&causes, &row);
    if (!connection)
        return;
    rtmp_report_connection_add(connection, &report->store, &row);
    struct rtmp_report_stream *stream =
        message->stream ? stream_of(report, message->stream, index) : NULL;
    if (stream)
        rtmp_report_stream_add(stream, &report->store, &row);
    bound_memory(report);
    switch (message->record->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        rtmp_report_calls_add(&report->calls, &report->store, &row, index);
        break;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        rtmp_report_objects_add(&report->objects, &report->store, message, index);
        break;
    default:
        break;
    }
}

void rtmp_report_add_packet(struct rtmp_report *report, const struct rtmp_report_packet *packet) {
    const struct rtmp_causes causes = causes_of(report);
    rtmp_report_set_mask(&report->store, packet->record->mask);
    rtmp_report_remoting_add(&report->remoting, &report->calls, &causes, packet);
}

/* ---- the end ---- */

/* The first onStatus of the stream answers the publish or play. */
static void settle_status(const struct rtmp_report *report, struct rtmp_report_call *call) {
    uint32_t place = call->stream ? rtmp_report_stream_of(report, call->stream - 1) : 0;
    if (!place || report->stream[place - 1]->status_count == 0)
        return;
    const struct rtmp_report_status *status = &report->stream[place - 1]->status[0];
    call->other = status->place;
    call->answer = RTMP_REPORT_ANSWER_STATUS;
    call->is_error = status->is_error;
}

/* Of each error that is the answer of a call: where the call has its facts, by connection and
 * direction. */
static uint64_t key_of_facts(const struct rtmp_report_call *call, unsigned direction,
                             uint32_t facts) {
    return (uint64_t)call->connection << 33 | (uint64_t)direction << 32 | facts;
}

static void note_failure(const struct rtmp_report *report, const struct rtmp_report_call *answer,
                         struct rtmp_key_index *failed) {
    const struct rtmp_session *session = report->connection[answer->connection].session;
    const struct rtmp_records *records = &session->direction[answer->direction].records;
    uint32_t linked = answer->facts ? records->facts[answer->facts - 1].linked : 0;
    uint64_t key = key_of_facts(answer, !answer->direction, linked);
    if (linked && !rtmp_key_find(failed, key))
        (void)rtmp_key_add(failed, report->store.memory, key, 0);
}

static void settle_call(const struct rtmp_report *report, struct rtmp_report_call *call,
                        const struct rtmp_key_index *failed) {
    const struct rtmp_session *session = report->connection[call->connection].session;
    rtmp_report_call_settle(call, &session->direction[call->direction]);
    if (call->answer == RTMP_REPORT_ANSWER_NONE)
        settle_status(report, call);
    else if (call->answer == RTMP_REPORT_ANSWER_RESULT)
        call->is_error = rtmp_key_find(failed, key_of_facts(call, call->direction, call->facts));
}

static void settle_calls(struct rtmp_report *report) {
    const struct rtmp_causes causes = causes_of(report);
    struct rtmp_key_index failed = {NULL, 0, 0};
    for (uint32_t i = 0; i < report->calls.count; i++)
        if (report->calls.call[i].is_error && !report->calls.call[i].remoting)
            note_failure(report, &report->calls.call[i], &failed);
    for (uint32_t i = 0; i < report->calls.count; i++) {
        struct rtmp_report_call *call = &report->calls.call[i];
        if (call->remoting)
            rtmp_report_remoting_settle(call, &causes);
        else
            settle_call(report, call, &failed);
    }
    rtmp_key_index_destroy(&failed, report->store.memory);
}

/* The silences of the streams of a direction. */
static void add_stalls(struct rtmp_report *report, const struct rtmp_session_direction *direction) {
    for (uint32_t i = 0; i < direction->diagnosis.count; i++) {
        const struct rtmp_media_fault *fault = &direction->diagnosis.fault[i];
        const struct rtmp_fragment_record *fragment =
            rtmp_records_fragment(&direction->records, fault->message);
        const struct rtmp_stream *stream = rtmp_stream_of(direction, fragment, fault->message);
        uint32_t place = stream ? rtmp_report_stream_of(report, stream->number) : 0;
        if (!rtmp_causes_is_stall(fault, report->options.stall) || !place)
            continue;
        uint32_t segment = rtmp_records_segment_of(&direction->records, fault->message);
        const struct rtmp_report_stall stall = {rtmp_report_place_of_segment(direction, segment),
                                                fault->value};
        rtmp_report_stream_add_stall(report->stream[place - 1], &report->store, &stall);
    }
}

void rtmp_report_finish(struct rtmp_report *report) {
    const struct rtmp_causes causes = causes_of(report);
    settle_calls(report);
    rtmp_report_objects_settle(&report->objects);
    for (uint32_t i = 0; i < report->connection_count; i++) {
        const struct rtmp_report_connection *connection = &report->connection[i];
        rtmp_report_set_mask(&report->store, rtmp_session_mask(connection->session));
        rtmp_report_copies_add(&report->objects, &report->store, connection->session, i,
                               connection->last.frame);
        add_stalls(report, &connection->session->direction[0]);
        add_stalls(report, &connection->session->direction[1]);
        rtmp_causes_of_connection(&causes, connection);
    }
    for (uint32_t i = 0; i < report->stream_count; i++)
        rtmp_causes_of_stream(&causes, &report->connection[report->stream[i]->connection],
                              report->stream[i]->stream);
    rtmp_report_auths_tell(&report->auths, &causes);
    rtmp_findings_finish(&report->findings, &report->store);
    thin_series(report, RTMP_LIMIT_REPORT_POINTS);
    halve_rates(report, RTMP_LIMIT_REPORT_ALL_STEPS);
}

void rtmp_report_destroy(struct rtmp_report *report) {
    const struct rtmp_memory *memory = report->store.memory;
    for (uint32_t i = 0; i < report->connection_count; i++)
        rtmp_report_connection_destroy(&report->connection[i], memory);
    for (uint32_t i = 0; i < report->stream_count; i++) {
        rtmp_report_stream_destroy(report->stream[i], memory);
        rtmp_list_free(memory, report->stream[i]);
    }
    rtmp_list_free(memory, report->connection);
    rtmp_list_free(memory, report->stream);
    rtmp_key_index_destroy(&report->connection_index, memory);
    rtmp_key_index_destroy(&report->stream_index, memory);
    rtmp_report_calls_destroy(&report->calls, memory);
    rtmp_report_auths_destroy(&report->auths, memory);
    rtmp_report_objects_destroy(&report->objects, memory);
    rtmp_report_remoting_destroy(&report->remoting, memory);
    rtmp_findings_destroy(&report->findings, memory);
    rtmp_report_store_destroy(&report->store);
}
