/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/session.h"

#include "base/list.h"
#include "session/diagnose.h"
#include "session/follow.h"
#include "session/loss.h"
#include "session/recorder.h"
#include "session/secrets.h"
#include "session/so_follow.h"
#include "session/stream_events.h"

/* ---- first pass ---- */

void rtmp_session_init(struct rtmp_session *session, uint32_t id, struct rtmp_capture *capture,
                       const struct rtmp_memory *memory,
                       const struct rtmp_session_options *options) {
    *session = (struct rtmp_session){.id = id,
                                     .number = capture->sessions++,
                                     .memory = *memory,
                                     .capture = capture,
                                     .hides_secrets = options->hide_secrets,
                                     .ack_thresholds = options->ack_thresholds,
                                     .media_thresholds = options->media_thresholds,
                                     .chunk_rate = options->chunk_rate};
    if (options->server)
        session->server = rtmp_texts_keep(&capture->texts, memory, (const uint8_t *)options->server,
                                          (uint32_t)strlen(options->server));
    for (unsigned i = 0; i < 2; i++) {
        struct rtmp_session_direction *dir = &session->direction[i];
        const struct rtmp_sink sink = rtmp_recorder_sink(dir);
        dir->session = session;
        dir->records.memory = &session->memory;
        dir->acks.thresholds = &session->ack_thresholds;
        rtmp_direction_init(&dir->wire, i == 0 ? RTMP_ROLE_CLIENT : RTMP_ROLE_SERVER, memory,
                            &sink);
        dir->wire.peer = &session->direction[1 - i].wire;
        dir->wire.midstream_chunk_size = options->midstream_chunk_size;
        dir->wire.chunks.dechunk.fmt3_repeats_timestamp = options->fmt3_repeats_timestamp;
        if (options->keep_media)
            dir->wire.chunks.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
    }
}

static void leave_capture(struct rtmp_session_direction *dir) {
    struct rtmp_capture *capture = dir->session->capture;
    struct rtmp_session_direction **waiting = capture->waiting;
    if (capture->last_fed == dir)
        capture->last_fed = NULL;
    for (unsigned i = 0; i < RTMP_LIMIT_LATE_DIRECTIONS; i++)
        if (waiting[i] == dir)
            waiting[i] = NULL;
}

void rtmp_session_destroy(struct rtmp_session *session) {
    rtmp_so_follow_destroy(session);
    rtmp_list_free(&session->memory, session->secrets.secrets);
    for (unsigned i = 0; i < 2; i++) {
        struct rtmp_session_direction *dir = &session->direction[i];
        leave_capture(dir);
        rtmp_recorder_forget_messages(dir);
        rtmp_direction_destroy(&dir->wire);
        rtmp_records_destroy(&dir->records);
        rtmp_calls_destroy(&dir->calls, &session->memory);
        rtmp_clocks_destroy(&dir->clocks, &session->memory);
        rtmp_diagnosis_destroy(&dir->diagnosis, &session->memory);
        rtmp_stream_bindings_destroy(&dir->streams, &session->memory);
    }
}

void rtmp_capture_destroy(struct rtmp_capture *capture, const struct rtmp_memory *memory) {
    rtmp_texts_destroy(&capture->texts, memory);
    rtmp_streams_destroy(&capture->streams, memory);
    rtmp_so_objects_destroy(&capture->so, memory);
}

/* A hole was opened, or partly filled. */
static void keep_waiting(struct rtmp_session_direction *dir) {
    struct rtmp_session_direction **waiting = dir->session->capture->waiting;
    struct rtmp_session_direction *moved = dir->wire.late ? dir : NULL;
    for (unsigned i = 0; i < RTMP_LIMIT_LATE_DIRECTIONS && moved; i++) {
        struct rtmp_session_direction *there = waiting[i];
        waiting[i] = moved;
        moved = there && there != dir && there->wire.late ? there : NULL;
    }
    if (moved)
        rtmp_direction_forget_holes(&moved->wire);
}

/* The offset under which the open segment is found. */
static void set_offset(struct rtmp_session_direction *dir, uint64_t offset) {
    if (dir->records.recording)
        rtmp_segment_set_offset(rtmp_session_open_segment(dir), offset);
}

/* The bytes of the segment that is being recorded, from the direction's position on. */
static inline void feed(struct rtmp_session_direction *dir, const struct rtmp_segment *segment,
                        uint32_t from) {
    if (from < segment->captured) {
        rtmp_direction_feed(&dir->wire, segment->bytes + from, segment->captured - from);
        from = segment->captured;
    }
    if (from < segment->reported) {
        rtmp_direction_gap(&dir->wire, segment->reported - from);
        rtmp_clocks_touch(&dir->clocks, segment->time);
    }
}

/* Bytes before the direction's position: do they fill holes? */
static bool fill(struct rtmp_session_direction *dir, const struct rtmp_segment *segment) {
    uint64_t before = dir->wire.position - segment->offset;
    uint32_t len = segment->captured < before ? segment->captured : (uint32_t)before;
    dir->filling = true;
    bool filled = len && rtmp_direction_late(&dir->wire, segment->offset, segment->bytes, len);
    dir->filling = false;
    return filled;
}

/* The segment begins before the direction's position. False: nothing of it is new. */
static bool feed_before(struct rtmp_session_direction *dir, const struct rtmp_segment *segment) {
    uint64_t position = dir->wire.position;
    bool late = segment->offset < position && dir->wire.late;
    bool repeated = dir->open_end <= position;
    /* Offsets only rise, for segments to be found by them. Handshakes are shown by theirs. */
    if (late || repeated || dir->wire.phase == RTMP_PHASE_CHUNKS)
        set_offset(dir, position);
    bool filled = late && fill(dir, segment);
    if (filled)
        keep_waiting(dir);
    if (filled && !dir->wire.late)
        rtmp_loss_filled(dir);
    if (!dir->wire.late)
        rtmp_recorder_forget_messages(dir);
    if (!repeated)
        feed(dir, segment, (uint32_t)(position - segment->offset));
    return filled || !repeated;
}

/* A handshake that was not complete ends with the bytes that are missing: the position moves. */
static void feed_after_break(struct rtmp_session_direction *dir,
                             const struct rtmp_segment *segment) {
    rtmp_direction_break(&dir->wire);
    dir->open_offset = dir->wire.position;
    dir->open_end = dir->open_offset + segment->reported;
    set_offset(dir, dir->open_offset);
    feed(dir, segment, 0);
}

/* The segment does not begin at the direction's position, or is empty. False: nothing of it is new.
 * By value: where its address is not taken, its members need not be in memory for each segment. */
static __attribute__((cold)) bool feed_elsewhere(struct rtmp_session_direction *dir,
                                                 struct rtmp_segment segment) {
    uint64_t position = dir->wire.position;
    if (segment.offset == RTMP_OFFSET_SEEN)
        return false;
    if (segment.offset == RTMP_OFFSET_UNKNOWN) {
        feed_after_break(dir, &segment);
        return true;
    }
    if (segment.offset < position || dir->open_end == position)
        return feed_before(dir, &segment);
    rtmp_direction_hole(&dir->wire, segment.offset - position);
    keep_waiting(dir);
    feed(dir, &segment, 0);
    return true;
}

static inline bool ends_in_header(const struct rtmp_session_direction *dir) {
    const struct rtmp_dechunk *chunks = &dir->wire.chunks.dechunk;
    return chunks->partial_header_len && chunks->state == RTMP_AT_HEADER &&
           dir->wire.phase == RTMP_PHASE_CHUNKS && dir->open_end == dir->wire.position;
}

/* All of the segment was fed; record: its own, or NULL: without memory its messages are lost. */
static inline struct rtmp_segment_record *close_segment(struct rtmp_session_direction *dir,
                                                        struct rtmp_segment_record *record) {
    if (!record) {
        rtmp_loss_up_to(dir, dir->wire.position);
        return NULL;
    }
    rtmp_records_close_segment(&dir->records, record);
    /* It is rare: bit fields are not written for nothing. */
    if (dir->wire.phase == RTMP_PHASE_UNDECIDED)
        record->undecided = 1;
    if (ends_in_header(dir))
        record->rest = RTMP_REST_HEADER;
    return record;
}

/* Of what was fed last the frame was taken away when another has its number. */
static inline void drop_last_frame(const struct rtmp_capture *capture, struct rtmp_frame frame) {
    struct rtmp_session_direction *last = capture->last_fed;
    if (last && last->last_frame.number == frame.number &&
        !rtmp_frame_same(last->last_frame, frame))
        rtmp_records_drop_frame(&last->records, frame.number);
}

const struct rtmp_segment_record *rtmp_session_feed(struct rtmp_session_direction *dir,
                                                    const struct rtmp_segment *segment,
                                                    const struct rtmp_fresh_body **fresh) {
    struct rtmp_records *records = &dir->records;
    uint64_t position = dir->wire.position;
    drop_last_frame(dir->session->capture, segment->frame);
    dir->session->capture->last_fed = dir;
    if (dir->session->hides_secrets)
        rtmp_secrets_begin(dir->session, segment->bytes, segment->captured);
    dir->last_frame = segment->frame;
    dir->open_offset = segment->offset < RTMP_OFFSET_SEEN ? segment->offset : position;
    dir->open_end = dir->open_offset + segment->reported;
    dir->packet = segment->packet;
    dir->next_fresh = fresh;
    *fresh = NULL;
    struct rtmp_segment_record *record = rtmp_records_open_segment(records);
    if (record) {
        record->time = segment->time;
        record->frame = segment->frame.number;
        rtmp_segment_set_offset(record, dir->open_offset);
    }
    if (segment->offset == position && dir->open_end != position) {
        feed(dir, segment, 0);
    } else if (!feed_elsewhere(dir, *segment)) {
        record = close_segment(dir, record);
        if (record)
            record->repeated = 1;
        return NULL;
    }
    return close_segment(dir, record);
}

/* Segments behind a hole may be held back until it is filled. */
static bool has_fed_since(const struct rtmp_session_direction *dir, int64_t time) {
    const struct rtmp_records *records = &dir->records;
    return records->segment_count && records->segments[records->segment_count - 1].time >= time;
}

static void note_under_way(struct rtmp_transport *transport, bool is_under_way, int64_t time) {
    if (!is_under_way)
        transport->under_way = 0;
    else if (!transport->under_way)
        transport->under_way = time;
}

void rtmp_session_transport(struct rtmp_session *session, bool by_client, unsigned what,
                            int64_t time) {
    struct rtmp_session_direction *dir = &session->direction[by_client ? 0 : 1];
    struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    dir->transport.is_told = true;
    if (what & RTMP_TRANSPORT_WINDOW_CLOSED)
        peer->transport.window_closed = time;
    if (what & RTMP_TRANSPORT_WINDOW_FULL)
        dir->transport.window_closed = time;
    if (what & RTMP_TRANSPORT_SENT_AGAIN)
        dir->transport.sent_again = time;
    if ((what & RTMP_TRANSPORT_BEHIND_HOLE) && has_fed_since(dir, dir->transport.behind_hole))
        dir->transport.behind_hole = time;
    note_under_way(&dir->transport, what & RTMP_TRANSPORT_UNDER_WAY, time);
    note_under_way(&peer->transport, what & RTMP_TRANSPORT_PEER_UNDER_WAY, time);
    if (what)
        rtmp_diagnose_transport(dir, what, time);
}

/* The last stream in use that had no media, NULL: none. */
static const struct rtmp_stream *stream_without_media(const struct rtmp_session *session) {
    for (uint32_t i = session->streams.count; i > 0; i--)
        if (rtmp_diagnose_lacks_media(session, session->streams.stream[i - 1]))
            return session->streams.stream[i - 1];
    return NULL;
}

void rtmp_session_close(struct rtmp_session *session, bool by_client, bool lossy) {
    if (session->is_closed)
        return;
    session->is_closed = true;
    session->closing.by_client = by_client;
    const struct rtmp_stream *silent = by_client ? stream_without_media(session) : NULL;
    rtmp_stream_close_all(session);
    bool both_seen = session->direction[0].records.segment_count != 0 &&
                     session->direction[1].records.segment_count != 0;
    if (lossy || !both_seen)
        return;
    rtmp_so_follow_close(session);
    if (session->answer_without_call)
        return;
    rtmp_follow_media(session);
    session->ending = rtmp_requests_close(&session->requests, by_client);
    if (silent && session->ending.kind != RTMP_ENDING_UNANSWERED)
        session->ending = rtmp_requests_close_without_media(&session->requests, silent->id);
}

void rtmp_session_closed_in(struct rtmp_session *session, uint32_t frame, int64_t time,
                            bool is_reset) {
    session->closing.frame = frame;
    session->closing.time = time;
    session->closing.is_reset = is_reset;
}

void rtmp_session_reset(struct rtmp_session *session, bool by_client) {
    session->is_final |= by_client && session->ending.by_client;
}

const struct rtmp_ending *rtmp_session_ending(struct rtmp_session *session) {
    const struct rtmp_ending *ending = &session->ending;
    if (ending->kind == RTMP_ENDING_NONE)
        return NULL;
    if (ending->kind != RTMP_ENDING_UNANSWERED || !ending->by_client || session->is_final)
        return ending;
    rtmp_follow_media(session);
    return rtmp_requests_wait(&session->requests, ending) ? ending : NULL;
}

/* ---- any pass ---- */

bool rtmp_session_handshake_range(const struct rtmp_session_direction *dir,
                                  const struct rtmp_segment_record *segment, uint32_t len,
                                  struct rtmp_handshake_range *range) {
    const struct rtmp_direction *wire = &dir->wire;
    uint64_t offset = rtmp_segment_offset(segment);
    if (!wire->has_handshake || segment->undecided || offset >= wire->handshake_end)
        return false;
    uint64_t end = offset + len;
    if (end > wire->handshake_end)
        end = wire->handshake_end;
    const uint64_t first_end = 1 + RTMP_HANDSHAKE_SIZE;
    /* What was undecided when it ended is told where it was settled. */
    bool settled = segment != dir->records.segments && segment[-1].undecided;
    *range = (struct rtmp_handshake_range){
        .offset = offset,
        .len = (uint32_t)(end - offset),
        .completes_first =
            wire->handshake.have_first && (offset < first_end || settled) && end >= first_end,
        .completes_second = wire->handshake.have_second && end == RTMP_HANDSHAKE_TOTAL,
    };
    return true;
}

enum rtmp_segment_rest rtmp_session_rest(const struct rtmp_session_direction *dir,
                                         const struct rtmp_segment_record *segment) {
    uint64_t offset = rtmp_segment_offset(segment);
    uint32_t chunks = dir->wire.handshake_end;
    /* The first bytes of chunks instead of C2 were taken for it when they were recorded. */
    if (dir->wire.has_handshake && chunks < RTMP_HANDSHAKE_TOTAL && offset >= chunks &&
        offset < chunks + RTMP_HANDSHAKE_SECOND_TELLING && segment->fragment_count == 0)
        return RTMP_REST_HEADER;
    return (enum rtmp_segment_rest)segment->rest;
}

uint32_t rtmp_session_encrypted_from(const struct rtmp_session_direction *dir,
                                     const struct rtmp_segment_record *segment, uint32_t len) {
    uint64_t offset = rtmp_segment_offset(segment);
    if (dir->wire.phase != RTMP_PHASE_ENCRYPTED || offset + len <= RTMP_HANDSHAKE_TOTAL)
        return len;
    return offset < RTMP_HANDSHAKE_TOTAL ? (uint32_t)(RTMP_HANDSHAKE_TOTAL - offset) : 0;
}

bool rtmp_session_message(const struct rtmp_session *session, uint32_t id,
                          struct rtmp_message_record *message) {
    const struct rtmp_session_direction *dir = &session->direction[id & 1];
    const struct rtmp_records *records = &dir->records;
    uint32_t index = id >> 1;
    if (index >= rtmp_records_next_index(records))
        return false;
    uint32_t last = rtmp_records_segment_of(records, index);
    const struct rtmp_segment_record *segment = &records->segments[last];
    if (index - segment->first_fragment >= segment->fragment_count)
        return false;
    const struct rtmp_fragment_record *fragment = rtmp_records_fragment(records, index);
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return false;
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    *message = (struct rtmp_message_record){
        .id = id,
        .direction = id & 1,
        .session = session->id,
        .message = rtmp_records_header(fragment),
        .time = segment->time,
        .first_segment = reassembly ? reassembly->first_segment : last + 1,
        .last_segment = last,
        .reassembly = reassembly,
        .facts = rtmp_records_facts(records, index, fragment),
    };
    return true;
}

/* Does it answer the connect that names a user? */
static bool answers_auth(const struct rtmp_session_direction *dir,
                         const struct rtmp_facts_record *facts) {
    const struct rtmp_session_direction *peer = rtmp_session_peer(dir);
    return facts && facts->is_answer && facts->linked && dir->session->auth.round &&
           !rtmp_session_from_client(dir) &&
           peer->records.facts[facts->linked - 1].message == dir->session->auth.message;
}

struct rtmp_auth rtmp_session_auth(const struct rtmp_session_direction *dir,
                                   const struct rtmp_facts_record *facts,
                                   const struct rtmp_command *command, const uint8_t *bytes) {
    static const struct rtmp_auth none = {RTMP_AUTH_NONE, 0};
    struct rtmp_auth auth = rtmp_auth_of_command(command, bytes);
    const bool of_client = auth.step == RTMP_AUTH_USER || auth.step == RTMP_AUTH_RESPONSE;
    if (auth.step != RTMP_AUTH_NONE && of_client != rtmp_session_from_client(dir))
        return none;
    if (!answers_auth(dir, facts))
        return auth;
    if (auth.step == RTMP_AUTH_REFUSED)
        auth.round = dir->session->auth.round;
    else if (auth.step == RTMP_AUTH_NONE && command->kind == RTMP_COMMAND_RESULT)
        auth = (struct rtmp_auth){RTMP_AUTH_ACCEPTED, dir->session->auth.round};
    return auth;
}

bool rtmp_session_linked(const struct rtmp_session_direction *dir,
                         const struct rtmp_facts_record *facts, struct rtmp_linked *linked) {
    if (!facts->linked)
        return false;
    const struct rtmp_records *peer = &rtmp_session_peer(dir)->records;
    const struct rtmp_segment_record *segment =
        &peer->segments[rtmp_records_segment_of(peer, peer->facts[facts->linked - 1].message)];
    *linked = (struct rtmp_linked){segment->dropped ? 0 : segment->frame, segment->time};
    return true;
}
