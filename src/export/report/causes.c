/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/causes.h"

#include <math.h>

#include "export/report/body_check.h"
#include "export/report/calls.h"
#include "payload/command/labels.h"
#include "payload/shared_object.h"
#include "session/diagnose.h"
#include "session/so_facts.h"
#include "session/stream_events.h"

static struct rtmp_finding finding_of(enum rtmp_finding_kind kind,
                                      const struct rtmp_session *session,
                                      struct rtmp_report_place place) {
    return (struct rtmp_finding){
        .kind = kind, .connection = session->number + 1, .first = place, .count = 1};
}

static void add_finding(const struct rtmp_causes *causes, const struct rtmp_finding *finding) {
    if (finding->first.frame) /* 0: a read filter took it away */
        rtmp_findings_add(causes->findings, causes->store, finding);
}

/* ---- messages ---- */

static void add_part(struct rtmp_text *text, const char *before,
                     const struct rtmp_row_message *message, const struct rtmp_amf_leaf *leaf) {
    if (!leaf->present || leaf->kind != RTMP_AMF_STRING || !leaf->text.len)
        return;
    if (text->len)
        rtmp_text_add(text, before);
    rtmp_text_wire(text, message->bytes + leaf->text.pos, leaf->text.len, 0);
}

/* `publish: NetStream.Publish.BadName (stream name in use or not allowed). Stream already
 * publishing` */
static uint32_t words_of_status(const struct rtmp_causes *causes, struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    const struct rtmp_command *command = rtmp_row_command(row);
    const struct rtmp_amf_leaf *code = &command->fact[RTMP_FACT_CODE];
    char out[1024];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, causes->store->mask);
    if (message->stream)
        rtmp_text_add(&text, rtmp_stream_role_name((enum rtmp_stream_role)message->stream->role));
    add_part(&text, ": ", message, code);
    const char *meaning = code->present && code->kind == RTMP_AMF_STRING
                              ? rtmp_status_meaning(message->bytes + code->text.pos, code->text.len)
                              : NULL;
    if (meaning)
        rtmp_text_format(&text, " (%s)", meaning);
    add_part(&text, ". ", message, &command->fact[RTMP_FACT_DESCRIPTION]);
    return rtmp_report_keep_line(causes->store, &text);
}

static void of_command(const struct rtmp_causes *causes, struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    const struct rtmp_session *session = message->direction->session;
    const struct rtmp_facts_record *call = message->record->facts.call;
    if (call && call->is_answer && call->second_answer) {
        const struct rtmp_finding again =
            finding_of(RTMP_FINDING_SECOND_ANSWER, session, rtmp_report_place_of(message));
        add_finding(causes, &again);
    }
    if (!rtmp_report_has_error_level(message, rtmp_row_command(row)))
        return;
    struct rtmp_finding refused =
        finding_of(RTMP_FINDING_REFUSED, session, rtmp_report_place_of(message));
    refused.stream = message->stream ? message->stream->number + 1 : 0;
    refused.detail = words_of_status(causes, row);
    add_finding(causes, &refused);
}

static void of_media(const struct rtmp_causes *causes, const struct rtmp_row_message *message) {
    uint32_t index = message->record->id >> 1;
    if (!rtmp_records_fragment(&message->direction->records, index)->backwards)
        return;
    struct rtmp_finding backwards = finding_of(RTMP_FINDING_BACKWARDS, message->direction->session,
                                               rtmp_report_place_of(message));
    backwards.stream = message->stream ? message->stream->number + 1 : 0;
    add_finding(causes, &backwards);
}

/* ---- refusals of requests for a SharedObject ---- */

/* `SharedObject.NoWriteAccess: attribute readonly`; the client's attribute is in the fact. */
static uint32_t words_of_refusal(const struct rtmp_causes *causes,
                                 const struct rtmp_row_message *message,
                                 const struct rtmp_so_piece *code,
                                 const struct rtmp_so_fact *fact) {
    const struct rtmp_texts *texts = &message->direction->session->capture->texts;
    const struct rtmp_kept_text *attribute = rtmp_texts_of(texts, fact->refused_key);
    char out[1024];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, causes->store->mask);
    rtmp_text_wire(&text, message->bytes + code->text.pos, code->text.len, 0);
    if (attribute) {
        rtmp_text_add(&text, ": attribute ");
        rtmp_text_wire(&text, attribute->bytes, attribute->len, 0);
    }
    return rtmp_report_keep_line(causes->store, &text);
}

static void of_shared_object(const struct rtmp_causes *causes,
                             const struct rtmp_row_message *message) {
    const struct rtmp_session_direction *direction = message->direction;
    struct rtmp_so_fact_walk walk = {
        .facts = rtmp_so_records_find(&direction->so, message->record->id >> 1)};
    if (!walk.facts.message || rtmp_session_from_client(direction))
        return;
    struct rtmp_reader reader = rtmp_reader_over(message->bytes, message->available);
    struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    const struct rtmp_so_fact *fact = NULL;
    rtmp_shared_object_init(&so, &reader, message->record->message.type);
    while (rtmp_shared_object_next(&so, &piece)) {
        if (piece.kind == RTMP_SO_EVENT)
            fact = rtmp_so_fact_of_event(&walk);
        else if (piece.kind == RTMP_SO_KEY)
            (void)rtmp_so_fact_of_key(&walk);
        if (piece.kind != RTMP_SO_STATUS_CODE || !fact || !(fact->flags & RTMP_SO_REFUSES))
            continue;
        struct rtmp_finding refused =
            finding_of(RTMP_FINDING_SO_REFUSED, direction->session, rtmp_report_place_of(message));
        refused.object = walk.facts.message->number + 1;
        refused.detail = words_of_refusal(causes, message, &piece, fact);
        add_finding(causes, &refused);
    }
}

static void of_body(const struct rtmp_causes *causes, const struct rtmp_row_message *message) {
    const enum rtmp_error error = rtmp_report_body_error(message);
    char out[128];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    if (!rtmp_error_ends_value(error))
        return;
    struct rtmp_finding unread =
        finding_of(rtmp_error_is_limit(error) ? RTMP_FINDING_LIMIT : RTMP_FINDING_MESSAGE_MALFORMED,
                   message->direction->session, rtmp_report_place_of(message));
    rtmp_text_add(&text, rtmp_error_text(error));
    unread.example = rtmp_report_keep_line(causes->store, &text);
    add_finding(causes, &unread);
}

void rtmp_causes_of_message(const struct rtmp_causes *causes, struct rtmp_row *row) {
    of_body(causes, row->message);
    switch (row->message->record->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        of_command(causes, row);
        break;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        of_media(causes, row->message);
        break;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        of_shared_object(causes, row->message);
        break;
    default:
        break;
    }
}

void rtmp_causes_encrypted(const struct rtmp_causes *causes, const struct rtmp_session *session,
                           struct rtmp_report_place place) {
    const struct rtmp_finding encrypted = finding_of(RTMP_FINDING_ENCRYPTED, session, place);
    add_finding(causes, &encrypted);
}

/* ---- notes ---- */

/* What a note is a finding of; RTMP_FINDING_COUNT: of none, it follows from another. */
static enum rtmp_finding_kind kind_of_note(const struct rtmp_note_record *note,
                                           const struct rtmp_session_direction *direction) {
    switch ((int)note->kind) {
    case RTMP_NOTE_GAP:
        return note->count && note->length >= note->count ? RTMP_FINDING_GAP_FILLED
                                                          : RTMP_FINDING_GAP;
    case RTMP_NOTE_LOST: /* behind a gap that is the cause */
        return note->count ? RTMP_FINDING_COUNT : RTMP_FINDING_MALFORMED;
    case RTMP_NOTE_NOT_RTMP:
        return RTMP_FINDING_NOT_RTMP;
    case RTMP_NOTE_MIDSTREAM:
        return RTMP_FINDING_MIDSTREAM;
    case RTMP_NOTE_ABANDONED:
        return RTMP_FINDING_ABANDONED;
    case RTMP_NOTE_CHUNKS_UNANNOUNCED:
        return RTMP_FINDING_CHUNK_SIZE;
    case RTMP_NOTE_TIMESTAMP_AMBIGUOUS:
        return RTMP_FINDING_AMBIGUOUS;
    case RTMP_NOTE_EXTENDED_OMITTED:
        return RTMP_FINDING_EXTENDED_OMITTED;
    case RTMP_NOTE_FIRST_FMT:
        return RTMP_FINDING_FIRST_FMT;
    case RTMP_NOTE_CONTINUATION_FMT:
        return RTMP_FINDING_CONTINUATION_FMT;
    case RTMP_NOTE_CONTROL_CSID:
        return RTMP_FINDING_CONTROL_CSID;
    case RTMP_NOTE_TIMESTAMP_DELTA:
        return RTMP_FINDING_TIMESTAMP_DELTA;
    case RTMP_NOTE_CONFIG:
        return RTMP_FINDING_CONFIG;
    case RTMP_NOTE_NO_ACKNOWLEDGEMENT: /* one came since */
        return direction->acks.any ? RTMP_FINDING_COUNT : RTMP_FINDING_NO_ACKNOWLEDGEMENT;
    case RTMP_NOTE_WINDOW_EXCEEDED:
        return RTMP_FINDING_WINDOW_EXCEEDED;
    default:
        return RTMP_FINDING_COUNT;
    }
}

/* Do its `count`s tell how often? */
static bool is_counted(const struct rtmp_note_record *note) {
    return note->kind >= RTMP_NOTE_FIRST_COUNTED && note->kind <= RTMP_NOTE_CONFIG;
}

static void of_notes(const struct rtmp_causes *causes,
                     const struct rtmp_session_direction *direction) {
    const struct rtmp_records *records = &direction->records;
    for (uint32_t i = 0; i < records->note_count; i++) {
        const struct rtmp_note_record *note = &records->notes[i];
        enum rtmp_finding_kind kind = kind_of_note(note, direction);
        if (kind == RTMP_FINDING_COUNT || records->segments[note->segment].dropped)
            continue;
        struct rtmp_finding found = finding_of(
            kind, direction->session, rtmp_report_place_of_segment(direction, note->segment));
        if (note->kind == RTMP_NOTE_GAP)
            found.sum = note->count - (note->length < note->count ? note->length : 0);
        else if (is_counted(note))
            found.count = note->count > UINT32_MAX ? UINT32_MAX : (uint32_t)note->count;
        add_finding(causes, &found);
    }
}

/* ---- SharedObjects ---- */

static const struct {
    uint32_t flag;
    enum rtmp_finding_kind kind;
} so_causes[] = {
    {RTMP_SO_UNANSWERED, RTMP_FINDING_SO_UNANSWERED},
    {RTMP_SO_ANSWERED_TWICE, RTMP_FINDING_SO_ANSWERED_TWICE},
    {RTMP_SO_UNCONFIRMED, RTMP_FINDING_SO_UNCONFIRMED},
    {RTMP_SO_CONFLICT, RTMP_FINDING_SO_CONFLICT},
    {RTMP_SO_VERSION_BACKWARDS, RTMP_FINDING_SO_VERSION},
    {RTMP_SO_INCOMPLETE, RTMP_FINDING_SO_INCOMPLETE},
};

static void of_so_message(const struct rtmp_causes *causes,
                          const struct rtmp_session_direction *direction,
                          const struct rtmp_so_facts *facts) {
    const struct rtmp_session *session = direction->session;
    uint32_t place = (uint32_t)(facts->message - direction->so.messages);
    const struct rtmp_so_place at =
        rtmp_so_place_of(session, rtmp_session_from_client(direction) ? 0 : 1, place);
    struct rtmp_finding found = finding_of(RTMP_FINDING_SO_DIVERGED, session,
                                           (struct rtmp_report_place){at.frame, at.time});
    found.object = facts->message->number + 1;
    found.count = facts->message->divergence_count;
    if (found.count)
        add_finding(causes, &found);
    found.count = 1;
    for (uint32_t i = 0; i < facts->count; i++)
        for (unsigned j = 0; j < sizeof so_causes / sizeof *so_causes; j++) {
            if (!(facts->fact[i].flags & so_causes[j].flag))
                continue;
            found.kind = so_causes[j].kind;
            add_finding(causes, &found);
        }
}

static void of_so_messages(const struct rtmp_causes *causes,
                           const struct rtmp_session_direction *direction) {
    for (uint32_t i = 0; i < direction->so.message_count; i++) {
        const struct rtmp_so_facts facts =
            rtmp_so_records_find(&direction->so, direction->so.messages[i].message);
        of_so_message(causes, direction, &facts);
    }
}

/* ---- audio and video ---- */

static const enum rtmp_finding_kind fault_kinds[] = {
    [RTMP_FAULT_STALL] = RTMP_FINDING_STALL,
    [RTMP_FAULT_JUMP] = RTMP_FINDING_JUMP,
    [RTMP_FAULT_SKEW] = RTMP_FINDING_SKEW,
    [RTMP_FAULT_MISSING_CONFIG] = RTMP_FINDING_MISSING_CONFIG,
    [RTMP_FAULT_FIRST_KEY_LATE] = RTMP_FINDING_FIRST_KEY_LATE,
    [RTMP_FAULT_NO_MEDIA] = RTMP_FINDING_NO_MEDIA,
    [RTMP_FAULT_SMALL_CHUNKS] = RTMP_FINDING_SMALL_CHUNKS,
    [RTMP_FAULT_COMPOSITION] = RTMP_FINDING_COMPOSITION,
};

/* `caused by the sender`: stalls of each are a cause of their own. */
static uint32_t words_of_fault(const struct rtmp_causes *causes,
                               const struct rtmp_session_direction *direction,
                               const struct rtmp_media_fault *fault) {
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    const enum rtmp_culprit culprit = fault->kind == RTMP_FAULT_STALL
                                          ? rtmp_diagnosis_culprit(direction, fault)
                                          : RTMP_CULPRIT_UNKNOWN;
    if (culprit != RTMP_CULPRIT_UNKNOWN)
        rtmp_text_format(&text, "Caused by the %s.", rtmp_culprit_name(culprit));
    return rtmp_report_keep_line(causes->store, &text);
}

/* `3.1 s` */
static void add_seconds(struct rtmp_text *text, int64_t ns) {
    const double tenth = 1e8;
    rtmp_text_number(text, round((double)ns / tenth) / 10);
    rtmp_text_add(text, " s");
}

/* How much it is: `3.1 s`. */
static uint32_t size_of_fault(const struct rtmp_causes *causes,
                              const struct rtmp_media_fault *fault) {
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    switch ((enum rtmp_media_fault_kind)fault->kind) {
    case RTMP_FAULT_STALL:
    case RTMP_FAULT_FIRST_KEY_LATE:
        add_seconds(&text, fault->value);
        break;
    case RTMP_FAULT_JUMP:
        rtmp_text_format(&text, "%lld ms", (long long)fault->value);
        break;
    case RTMP_FAULT_SKEW:
        rtmp_text_number(&text, round(fault->real * 10) / 10);
        rtmp_text_add(&text, " ms per second in the first 10 s");
        break;
    case RTMP_FAULT_SMALL_CHUNKS:
        rtmp_text_format(&text, "%lld chunks a second, of %lu bytes at most. Their headers are ",
                         (long long)fault->value, (unsigned long)fault->count);
        rtmp_text_number(&text, round(fault->real * 10) / 10);
        rtmp_text_add(&text, " % of what is sent");
        break;
    case RTMP_FAULT_COMPOSITION:
        rtmp_text_format(&text, "a frame is presented %s",
                         rtmp_composition_fault_name((enum rtmp_composition_fault)fault->value));
        break;
    default:
        break;
    }
    return rtmp_report_keep_line(causes->store, &text);
}

static void of_faults(const struct rtmp_causes *causes,
                      const struct rtmp_session_direction *direction) {
    const struct rtmp_records *records = &direction->records;
    for (uint32_t i = 0; i < direction->diagnosis.count; i++) {
        const struct rtmp_media_fault *fault = &direction->diagnosis.fault[i];
        const struct rtmp_segment_record *segment =
            &records->segments[rtmp_records_segment_of(records, fault->message)];
        const struct rtmp_stream *stream = rtmp_stream_of(
            direction, rtmp_records_fragment(records, fault->message), fault->message);
        if (fault->kind == RTMP_FAULT_STALL && !rtmp_causes_is_stall(fault, causes->stall))
            continue;
        struct rtmp_finding found = finding_of(
            fault_kinds[fault->kind], direction->session,
            (struct rtmp_report_place){segment->dropped ? 0 : segment->frame, segment->time});
        found.stream = stream ? stream->number + 1 : 0;
        found.count = fault->kind == RTMP_FAULT_COMPOSITION ? fault->count : 1;
        found.detail = words_of_fault(causes, direction, fault);
        found.example = size_of_fault(causes, fault);
        found.sum = fault->kind == RTMP_FAULT_STALL ? (uint64_t)(fault->value / 1000000) : 0;
        add_finding(causes, &found);
    }
}

/* Where the stream ended. */
static struct rtmp_report_place place_of_end(const struct rtmp_session *session,
                                             const struct rtmp_stream *stream) {
    struct rtmp_message_record record;
    if (stream->ended == RTMP_STREAM_CONNECTION)
        return (struct rtmp_report_place){session->closing.frame, session->closing.time};
    if (!rtmp_session_message(session, stream->end.message, &record))
        return (struct rtmp_report_place){0, 0};
    return rtmp_report_place_of_segment(&session->direction[record.direction], record.last_segment);
}

void rtmp_causes_of_stream(const struct rtmp_causes *causes,
                           const struct rtmp_report_connection *connection,
                           const struct rtmp_stream *stream) {
    const struct rtmp_session *session = connection->session;
    const uint32_t threshold = session->media_thresholds.stall > causes->stall
                                   ? session->media_thresholds.stall
                                   : causes->stall;
    const int64_t silence = rtmp_stream_silence(session, stream);
    if (!session->media_thresholds.stall || silence < threshold * INT64_C(1000000))
        return;
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    add_seconds(&text, silence);
    struct rtmp_finding found =
        finding_of(RTMP_FINDING_SILENT_END, session, place_of_end(session, stream));
    found.stream = stream->number + 1;
    found.example = rtmp_report_keep_line(causes->store, &text);
    found.sum = (uint64_t)(silence / 1000000);
    add_finding(causes, &found);
}

/* ---- the end ---- */

static enum rtmp_finding_kind kind_of_ending(const struct rtmp_ending *ending) {
    if (ending->kind == RTMP_ENDING_UNANSWERED)
        return ending->by_client ? RTMP_FINDING_NO_RESPONSE : RTMP_FINDING_CLOSED_UNANSWERED;
    if (ending->kind == RTMP_ENDING_NO_MEDIA)
        return RTMP_FINDING_CLOSED_WITHOUT_MEDIA;
    if (ending->by_client)
        return RTMP_FINDING_CLOSED_BY_CLIENT;
    return ending->request == RTMP_REQUEST_PUBLISH ? RTMP_FINDING_CLOSED_PUBLISHED
                                                   : RTMP_FINDING_CLOSED_PLAYED;
}

static void of_ending(const struct rtmp_causes *causes,
                      const struct rtmp_report_connection *connection) {
    struct rtmp_session *session = connection->session;
    const struct rtmp_ending *ending = rtmp_session_ending(session);
    if (!ending)
        return;
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_text_format(&text, "%s of frame %u.",
                     rtmp_request_name((enum rtmp_request)ending->request), ending->request_frame);
    struct rtmp_finding found =
        finding_of(kind_of_ending(ending), session,
                   (struct rtmp_report_place){session->closing.frame, session->closing.time});
    found.tcp = connection->tcp;
    found.detail = rtmp_report_keep_line(causes->store, &text);
    add_finding(causes, &found);
}

static void of_pings(const struct rtmp_causes *causes,
                     const struct rtmp_report_connection *connection) {
    for (uint32_t i = 0; i < connection->pings.count; i++) {
        const struct rtmp_report_ping *ping = &connection->pings.ping[i];
        const struct rtmp_finding found =
            finding_of(RTMP_FINDING_PING, connection->session, ping->place);
        if (!ping->answer_frame)
            add_finding(causes, &found);
    }
}

void rtmp_causes_of_connection(const struct rtmp_causes *causes,
                               const struct rtmp_report_connection *connection) {
    for (unsigned i = 0; i < 2; i++) {
        of_notes(causes, &connection->session->direction[i]);
        of_faults(causes, &connection->session->direction[i]);
        of_so_messages(causes, &connection->session->direction[i]);
    }
    of_pings(causes, connection);
    of_ending(causes, connection);
}
