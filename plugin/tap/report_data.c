/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report_data.h"

#include <inttypes.h>
#include <math.h>

#include "tap/report_media.h"
#include "tap/report_objects.h"

static void write_place(struct rtmpx_report_writer *writer, const struct rtmp_report_place *place) {
    rtmpx_report_number(writer, NULL, place->frame);
    rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, place->time));
}

/* [first, last] of times and of frames. */
static void write_span(struct rtmpx_report_writer *writer, const struct rtmp_report_place *first,
                       const struct rtmp_report_place *last) {
    rtmpx_report_begin_array(writer, "t");
    rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, first->time));
    rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, last->time));
    json_dumper_end_array(&writer->json);
    rtmpx_report_begin_array(writer, "f");
    rtmpx_report_number(writer, NULL, first->frame);
    rtmpx_report_number(writer, NULL, last->frame);
    json_dumper_end_array(&writer->json);
}

/* ---- findings ---- */

static void write_filter(struct rtmpx_report_writer *writer, const struct rtmp_finding *finding) {
    char out[256];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_finding_filter(&text, finding);
    rtmpx_report_line(writer, NULL, out);
}

static void write_detail(struct rtmpx_report_writer *writer, const struct rtmp_finding *finding) {
    char out[1024];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_finding_detail(&text, &writer->report->store, finding);
    rtmpx_report_line(writer, NULL, out);
}

/* The name of the SharedObject that it concerns. */
static uint32_t object_name(const struct rtmp_report *report, const struct rtmp_finding *finding) {
    const struct rtmp_report_object *object =
        finding->object ? rtmp_report_object_of(&report->objects, finding->object - 1) : NULL;
    return object ? object->name : 0;
}

/* Which connection it concerns, of RTMP or of HTTP: its index + 1; 0: none. */
static uint32_t finding_connection(const struct rtmp_report *report,
                                   const struct rtmp_finding *finding) {
    return finding->connection ? rtmp_report_connection_of(report, finding->connection - 1) : 0;
}

static uint32_t finding_http(const struct rtmp_report *report, const struct rtmp_finding *finding) {
    return finding->connection ? 0 : rtmp_report_http_of(&report->remoting, finding->tcp);
}

static void finding_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                          unsigned column) {
    enum { SEV, WHAT, TITLE, DETAIL, COUNT, FRAME, T, CONN, HTTP, STREAM, SO };
    const struct rtmp_finding *finding = (const struct rtmp_finding *)rows + row;
    const struct rtmp_finding_info *info = rtmp_finding_info(finding->kind);
    const struct rtmp_report *report = writer->report;
    switch (column) {
    case SEV:
        rtmpx_report_number(writer, NULL, info->severity);
        break;
    case WHAT:
        rtmpx_report_line(writer, NULL, info->what);
        break;
    case TITLE:
        rtmpx_report_line(writer, NULL, info->title);
        break;
    case DETAIL:
        write_detail(writer, finding);
        break;
    case COUNT:
        rtmpx_report_number(writer, NULL, finding->count);
        break;
    case FRAME:
        rtmpx_report_number(writer, NULL, finding->first.frame);
        break;
    case T:
        rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, finding->first.time));
        break;
    case CONN:
        rtmpx_report_index(writer, NULL, finding_connection(report, finding));
        break;
    case HTTP:
        rtmpx_report_index(writer, NULL, finding_http(report, finding));
        break;
    case STREAM:
        rtmpx_report_index(
            writer, NULL, finding->stream ? rtmp_report_stream_of(report, finding->stream - 1) : 0);
        break;
    case SO:
        rtmpx_report_text(writer, NULL, object_name(report, finding));
        break;
    default:
        write_filter(writer, finding);
        break;
    }
}

static void write_findings(struct rtmpx_report_writer *writer) {
    static const char *const names[] = {"sev",  "what", "title",  "detail", "count",  "frame", "t",
                                        "conn", "http", "stream", "so",     "filter", NULL};
    const struct rtmp_findings *findings = &writer->report->findings;
    const struct rtmpx_report_table table = {names, findings->finding, findings->count,
                                             finding_value};
    rtmpx_report_begin_object(writer, "findings");
    rtmpx_report_table(writer, &table);
    json_dumper_end_object(&writer->json);
}

/* ---- flow ---- */

static void write_settings(struct rtmpx_report_writer *writer, const char *member,
                           const struct rtmp_report_settings *settings) {
    rtmpx_report_begin_array(writer, member);
    for (uint32_t i = 0; i < settings->count; i++) {
        const struct rtmp_report_setting *setting = &settings->setting[i];
        rtmpx_report_begin_array(writer, NULL);
        rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, setting->place.time));
        rtmpx_report_number(writer, NULL, setting->place.frame);
        rtmpx_report_number(writer, NULL, setting->direction);
        rtmpx_report_number(writer, NULL, setting->value);
        json_dumper_end_array(&writer->json);
    }
    json_dumper_end_array(&writer->json);
}

static void ack_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                      unsigned column) {
    enum { T, F, ACKED };
    const struct rtmp_report_ack *ack = (const struct rtmp_report_ack *)rows + row;
    if (column == T)
        rtmpx_report_delta(writer, row, rtmpx_report_time(writer, ack->place.time));
    else if (column == F)
        rtmpx_report_delta(writer, row, ack->place.frame);
    else if (column == ACKED)
        rtmpx_report_number(writer, NULL, ack->acked);
    else
        rtmpx_report_number(writer, NULL, (int64_t)ack->outstanding);
}

static void sent_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                       unsigned column) {
    const struct rtmp_report_sent *sent = (const struct rtmp_report_sent *)rows + row;
    rtmpx_report_delta(writer, row,
                       column ? (int64_t)sent->bytes : rtmpx_report_time(writer, sent->time));
}

/* The bytes that the other side had sent, where they are acknowledged: a chart has both. */
static void write_sent(struct rtmpx_report_writer *writer, const struct rtmp_report_acks *acks,
                       const struct rtmp_session_direction *sender) {
    static const char *const names[] = {"sent_t", "sent", NULL};
    struct rtmp_report_sent sent[RTMP_LIMIT_REPORT_SENT];
    uint32_t room = RTMP_LIMIT_REPORT_ALL_SENT / (2 * writer->report->connection_count);
    if (room > RTMP_LIMIT_REPORT_SENT)
        room = RTMP_LIMIT_REPORT_SENT;
    const struct rtmpx_report_table table = {
        names, sent, acks->count ? rtmp_report_sent_of(sender, sent, room) : 0, sent_value};
    rtmpx_report_number(writer, "sent_total", (int64_t)sender->wire.position);
    rtmpx_report_table(writer, &table);
}

static void write_acks(struct rtmpx_report_writer *writer,
                       const struct rtmp_report_connection *connection) {
    static const char *const names[] = {"t", "f", "acked", "outstanding", NULL};
    rtmpx_report_begin_array(writer, "acks");
    for (unsigned i = 0; i < 2; i++) {
        const struct rtmp_report_acks *acks = &connection->acks[i];
        const struct rtmpx_report_table table = {names, acks->ack, acks->count, ack_value};
        rtmpx_report_begin_object(writer, NULL);
        rtmpx_report_number(writer, "dir", i);
        rtmpx_report_known(writer, "window", acks->window);
        rtmpx_report_table(writer, &table);
        write_sent(writer, acks, &connection->session->direction[!i]);
        json_dumper_end_object(&writer->json);
    }
    json_dumper_end_array(&writer->json);
}

static void ping_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                       unsigned column) {
    enum { T, F, RF, RTT };
    const struct rtmp_report_ping *ping = (const struct rtmp_report_ping *)rows + row;
    if (column == T)
        rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, ping->place.time));
    else if (column == F)
        rtmpx_report_number(writer, NULL, ping->place.frame);
    else if (column == RF)
        rtmpx_report_known(writer, NULL, ping->answer_frame);
    else if (column != RTT)
        rtmpx_report_number(writer, NULL, ping->direction);
    else if (ping->answer_frame)
        rtmpx_report_number(writer, NULL, ping->round_trip / 1000);
    else
        rtmpx_report_null(writer, NULL);
}

static void write_flow(struct rtmpx_report_writer *writer,
                       const struct rtmp_report_connection *connection) {
    static const char *const names[] = {"t", "f", "rf", "rtt", "dir", NULL};
    const struct rtmpx_report_table pings = {names, connection->pings.ping, connection->pings.count,
                                             ping_value};
    rtmpx_report_begin_object(writer, "flow");
    write_settings(writer, "window", &connection->windows);
    write_settings(writer, "chunk", &connection->chunk_sizes);
    write_acks(writer, connection);
    rtmpx_report_begin_object(writer, "pings");
    rtmpx_report_table(writer, &pings);
    json_dumper_end_object(&writer->json);
    json_dumper_end_object(&writer->json);
}

/* ---- connections ---- */

static void write_end(struct rtmpx_report_writer *writer, const struct rtmp_session *session) {
    if (!session->is_closed || !session->closing.frame) {
        rtmpx_report_null(writer, "end");
        return;
    }
    rtmpx_report_begin_object(writer, "end");
    rtmpx_report_line(writer, "by", session->closing.by_client ? "client" : "server");
    rtmpx_report_line(writer, "how", session->closing.is_reset ? "RST" : "FIN");
    rtmpx_report_number(writer, "frame", session->closing.frame);
    json_dumper_end_object(&writer->json);
}

static void write_pair(struct rtmpx_report_writer *writer, const char *member, uint64_t first,
                       uint64_t second) {
    rtmpx_report_begin_array(writer, member);
    rtmpx_report_number(writer, NULL, (int64_t)first);
    rtmpx_report_number(writer, NULL, (int64_t)second);
    json_dumper_end_array(&writer->json);
}

static void write_net(struct rtmpx_report_writer *writer,
                      const struct rtmp_report_connection *connection) {
    enum { NANOSECONDS = 1000 };
    rtmpx_report_begin_object(writer, "net");
    if (connection->round_trip > 0)
        rtmpx_report_number(writer, "rtt_us", connection->round_trip / NANOSECONDS);
    else
        rtmpx_report_null(writer, "rtt_us");
    json_dumper_end_object(&writer->json);
}

static void write_connection(struct rtmpx_report_writer *writer,
                             const struct rtmp_report_connection *connection) {
    const struct rtmp_session *session = connection->session;
    rtmpx_report_begin_object(writer, NULL);
    rtmpx_report_number(writer, "number", session->number);
    rtmpx_report_index(writer, "tcp", connection->tcp);
    rtmpx_report_text(writer, "client", connection->client);
    rtmpx_report_text(writer, "server", connection->server);
    rtmpx_report_text(writer, "app", connection->app);
    rtmpx_report_text(writer, "url", connection->url);
    rtmpx_report_text(writer, "agent", connection->agent);
    write_span(writer, &connection->first, &connection->last);
    write_end(writer, session);
    write_pair(writer, "bytes", session->direction[0].wire.position,
               session->direction[1].wire.position);
    write_pair(writer, "messages", connection->messages[0], connection->messages[1]);
    write_net(writer, connection);
    write_flow(writer, connection);
    json_dumper_end_object(&writer->json);
}

/* ---- streams ---- */

static void write_status(struct rtmpx_report_writer *writer,
                         const struct rtmp_report_stream *stream) {
    rtmpx_report_begin_array(writer, "status");
    for (uint32_t i = 0; i < stream->status_count; i++) {
        rtmpx_report_begin_array(writer, NULL);
        write_place(writer, &stream->status[i].place);
        rtmpx_report_text(writer, NULL, stream->status[i].level);
        rtmpx_report_text(writer, NULL, stream->status[i].code);
        json_dumper_end_array(&writer->json);
    }
    json_dumper_end_array(&writer->json);
}

/* The code of the status in a frame; 0: the report has none. */
static uint32_t code_in(const struct rtmp_report_stream *stream, uint32_t frame) {
    for (uint32_t i = 0; i < stream->status_count; i++)
        if (stream->status[i].place.frame == frame)
            return stream->status[i].code;
    return 0;
}

static void write_end_of_stream(struct rtmpx_report_writer *writer,
                                const struct rtmp_report_stream *stream,
                                const struct rtmp_session *session) {
    const struct rtmp_stream *core = stream->stream;
    struct rtmp_message_record record;
    if (core->ended == RTMP_STREAM_OPEN || core->ended == RTMP_STREAM_CONNECTION ||
        !rtmp_session_message(session, core->end.message, &record))
        return;
    const struct rtmp_records *records = &session->direction[record.direction].records;
    const struct rtmp_report_place place = {records->segments[record.last_segment].frame,
                                            record.time};
    uint32_t code = core->ended == RTMP_STREAM_STATUS ? code_in(stream, place.frame) : 0;
    rtmpx_report_begin_array(writer, NULL);
    write_place(writer, &place);
    if (code)
        rtmpx_report_text(writer, NULL, code);
    else
        rtmpx_report_line(writer, NULL, rtmp_stream_end_name((enum rtmp_stream_end)core->ended));
    json_dumper_end_array(&writer->json);
}

static void write_closing(struct rtmpx_report_writer *writer, const struct rtmp_session *session) {
    const struct rtmp_closing *closing = &session->closing;
    const struct rtmp_report_place place = {closing->frame, closing->time};
    char out[32];
    if (!session->is_closed || !closing->frame)
        return;
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_format(&text, "%s from %s", closing->is_reset ? "RST" : "FIN",
                     closing->by_client ? "client" : "server");
    rtmpx_report_begin_array(writer, NULL);
    write_place(writer, &place);
    rtmpx_report_line(writer, NULL, out);
    json_dumper_end_array(&writer->json);
}

static void write_data(struct rtmpx_report_writer *writer,
                       const struct rtmp_report_stream *stream) {
    rtmpx_report_begin_object(writer, "data");
    rtmpx_report_number(writer, "n", stream->totals.data_messages);
    rtmpx_report_begin_array(writer, "names");
    for (uint32_t i = 0; i < stream->data_name_count; i++)
        rtmpx_report_text(writer, NULL, stream->data_name[i]);
    json_dumper_end_array(&writer->json);
    json_dumper_end_object(&writer->json);
}

static void write_stream(struct rtmpx_report_writer *writer,
                         const struct rtmp_report_stream *stream) {
    const struct rtmp_stream *core = stream->stream;
    const struct rtmp_session *session = writer->report->connection[stream->connection].session;
    rtmpx_report_begin_object(writer, NULL);
    rtmpx_report_number(writer, "number", core->number);
    rtmpx_report_number(writer, "c", stream->connection);
    rtmpx_report_number(writer, "sid", core->id);
    rtmpx_report_line(writer, "role", rtmp_stream_role_name((enum rtmp_stream_role)core->role));
    rtmpx_report_text(writer, "app", writer->report->connection[stream->connection].app);
    rtmpx_report_text(writer, "name", stream->name);
    rtmpx_report_text(writer, "type", stream->type);
    write_span(writer, &stream->first, &stream->last);
    rtmpx_report_begin_array(writer, "ends");
    write_end_of_stream(writer, stream, session);
    write_closing(writer, session);
    json_dumper_end_array(&writer->json);
    if (core->ended == RTMP_STREAM_OPEN)
        rtmpx_report_boolean(writer, "open", true);
    write_status(writer, stream);
    write_data(writer, stream);
    rtmpx_report_write_media(writer, stream);
    json_dumper_end_object(&writer->json);
}

/* ---- calls ---- */

static void write_http(struct rtmpx_report_writer *writer, const struct rtmp_report_http *http) {
    rtmpx_report_begin_object(writer, NULL);
    rtmpx_report_index(writer, "tcp", http->tcp);
    rtmpx_report_text(writer, "client", http->client);
    rtmpx_report_text(writer, "server", http->server);
    write_span(writer, &http->first, &http->last);
    write_pair(writer, "messages", http->messages[0], http->messages[1]);
    json_dumper_end_object(&writer->json);
}

/* The connection of the call: of RTMP or of HTTP, null for the other. */
static void write_call_connection(struct rtmpx_report_writer *writer,
                                  const struct rtmp_report_call *call, bool of_http) {
    uint32_t place = call->remoting ? rtmp_report_http_of(&writer->report->remoting, call->tcp)
                                    : call->connection + 1;
    rtmpx_report_index(writer, NULL, of_http == (call->remoting != NULL) ? place : 0);
}

/* null: a call without an answer. */
static void write_error(struct rtmpx_report_writer *writer, const struct rtmp_report_call *call) {
    if (call->is_answer || call->other.frame)
        rtmpx_report_number(writer, NULL, call->is_error);
    else
        rtmpx_report_null(writer, NULL);
}

static void write_answer_time(struct rtmpx_report_writer *writer,
                              const struct rtmp_report_call *call) {
    enum { NANOSECONDS = 1000 };
    if (call->other.frame && !call->is_answer)
        rtmpx_report_number(writer, NULL, (call->other.time - call->place.time) / NANOSECONDS);
    else
        rtmpx_report_null(writer, NULL);
}

static void call_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                       unsigned column) {
    enum { C, HTTP, DIR, T, F, NAME, ID, SID, RT, RF, ANSWER, ERROR, ARG };
    const struct rtmp_report_call *call = (const struct rtmp_report_call *)rows + row;
    switch (column) {
    case C:
        write_call_connection(writer, call, false);
        break;
    case HTTP:
        write_call_connection(writer, call, true);
        break;
    case DIR:
        rtmpx_report_number(writer, NULL, call->direction);
        break;
    case T:
        rtmpx_report_number(writer, NULL, rtmpx_report_time(writer, call->place.time));
        break;
    case F:
        rtmpx_report_number(writer, NULL, call->place.frame);
        break;
    case NAME:
        rtmpx_report_text(writer, NULL, call->name);
        break;
    case ID:
        rtmpx_report_fixed(writer, NULL, call->has_transaction_id ? call->transaction_id : NAN, 2);
        break;
    case SID:
        rtmpx_report_number(writer, NULL, call->stream_id);
        break;
    case RT:
        write_answer_time(writer, call);
        break;
    case RF:
        rtmpx_report_known(writer, NULL, call->other.frame);
        break;
    case ANSWER:
        if (call->answer == RTMP_REPORT_ANSWER_NOT_WANTED)
            rtmpx_report_null(writer, NULL);
        else
            rtmpx_report_number(writer, NULL, call->answer);
        break;
    case ERROR:
        write_error(writer, call);
        break;
    case ARG:
        rtmpx_report_text(writer, NULL, call->arguments);
        break;
    default:
        rtmpx_report_text(writer, NULL, call->level);
        break;
    }
}

static void write_calls(struct rtmpx_report_writer *writer) {
    static const char *const names[] = {"c",      "http",  "dir", "t",     "f",
                                        "name",   "id",    "sid", "rt",    "rf",
                                        "answer", "error", "arg", "level", NULL};
    const struct rtmp_report_calls *calls = &writer->report->calls;
    const struct rtmpx_report_table table = {names, calls->call, calls->count, call_value};
    rtmpx_report_begin_object(writer, "calls");
    rtmpx_report_table(writer, &table);
    json_dumper_end_object(&writer->json);
}

/* ---- the whole ---- */

static void write_file(struct rtmpx_report_writer *writer, const struct rtmpx_report_file *file) {
    enum { TO_MICROSECONDS = 1000, SECOND = 1000000000 };
    const uint64_t start = file->start < 0 ? 0 - (uint64_t)file->start : (uint64_t)file->start;
    char seconds[48];
    (void)snprintf(seconds, sizeof seconds, "%s%" PRIu64 ".%06u", file->start < 0 ? "-" : "",
                   start / SECOND, (unsigned)(start % SECOND / TO_MICROSECONDS));
    rtmpx_report_begin_object(writer, "file");
    char name[RTMP_LIMIT_REPORT_TEXT];
    struct rtmp_text text = rtmp_text_over(name, sizeof name);
    if (file->name) {
        rtmp_text_wire(&text, (const uint8_t *)file->name, strlen(file->name), 0);
        rtmpx_report_line(writer, "name", name);
    } else {
        rtmpx_report_null(writer, "name");
    }
    rtmpx_report_number(writer, "bytes", (int64_t)file->bytes);
    rtmpx_report_number(writer, "frames", file->frames);
    rtmpx_report_line(writer, "start", seconds);
    rtmpx_report_number(writer, "duration", rtmpx_report_time(writer, file->end));
    json_dumper_end_object(&writer->json);
}

static void write_left_out(struct rtmpx_report_writer *writer) {
    rtmpx_report_begin_object(writer, "left_out");
    for (unsigned i = 0; i < RTMP_REPORT_ROWS_COUNT; i++)
        if (writer->report->store.left_out[i])
            rtmpx_report_number(writer, rtmp_report_rows_name((enum rtmp_report_rows)i),
                                writer->report->store.left_out[i]);
    json_dumper_end_object(&writer->json);
}

void rtmpx_write_report_data(FILE *out, const struct rtmp_report *report,
                             const struct rtmpx_report_file *file) {
    struct rtmpx_report_writer writer = {
        .json = {.output_file = out}, .report = report, .start = file->start};
    json_dumper_begin_object(&writer.json);
    rtmpx_report_line(&writer, "schema", "rtmpx-report/1");
    char *tool = g_strdup_printf("rtmpx " RTMPX_VERSION ", Wireshark %s", epan_get_version());
    rtmpx_report_line(&writer, "tool", tool);
    g_free(tool);
    write_file(&writer, file);
    write_left_out(&writer);
    write_findings(&writer);
    rtmpx_report_begin_array(&writer, "connections");
    for (uint32_t i = 0; i < report->connection_count; i++)
        write_connection(&writer, &report->connection[i]);
    json_dumper_end_array(&writer.json);
    rtmpx_report_begin_array(&writer, "streams");
    for (uint32_t i = 0; i < report->stream_count; i++)
        write_stream(&writer, report->stream[i]);
    json_dumper_end_array(&writer.json);
    rtmpx_report_begin_array(&writer, "http");
    for (uint32_t i = 0; i < report->remoting.count; i++)
        write_http(&writer, &report->remoting.http[i]);
    json_dumper_end_array(&writer.json);
    write_calls(&writer);
    rtmpx_report_write_objects(&writer);
    json_dumper_end_object(&writer.json);
    json_dumper_finish(&writer.json);
}
