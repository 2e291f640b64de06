/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/session.h"

#include "payload/media/config_check.h"

struct rtmp_session_direction *rtmp_session_peer(const struct rtmp_session_direction *dir) {
    return &dir->session->direction[rtmp_session_from_client(dir) ? 1 : 0];
}

/* ---- sink: what the wire layer reports while a segment is fed ---- */

static struct rtmp_segment_record *open_segment(const struct rtmp_session_direction *dir) {
    return &dir->records.segments[dir->records.segment_count - 1];
}

/* Is all of the message up to this fragment in the segment that is being fed? */
static bool within_segment(const struct rtmp_session_direction *dir,
                           const struct rtmp_fragment *fragment) {
    return fragment->message_offset >= dir->open_offset &&
           fragment->offset + fragment->size <= dir->open_end;
}

/* The segment that the message begins in: index + 1. */
static uint32_t first_segment(const struct rtmp_session_direction *dir,
                              const struct rtmp_fragment *fragment) {
    bool here =
        fragment->message_offset >= dir->open_offset && fragment->message_offset < dir->open_end;
    return here ? dir->records.segment_count
                : rtmp_records_segment_at(&dir->records, fragment->message_offset);
}

/* The nearest offset that the segment has, or its end. */
static uint64_t clamp(const struct rtmp_session_direction *dir, uint64_t offset) {
    return offset < dir->open_offset ? dir->open_offset
           : offset > dir->open_end  ? dir->open_end
                                     : offset;
}

static void *keep(const struct rtmp_session_direction *dir, const uint8_t *bytes, uint32_t size) {
    const struct rtmp_memory *memory = &dir->session->memory;
    void *kept = memory->resize(memory->user, NULL, size);
    if (kept)
        memcpy(kept, bytes, size);
    return kept;
}

/* first: index + 1 of the message's first reassembly, 0: this is it. */
static struct rtmp_reassembly *new_reassembly(struct rtmp_session_direction *dir,
                                              const struct rtmp_fragment *fragment,
                                              uint32_t first) {
    struct rtmp_reassembly *reassembly = rtmp_records_add_reassembly(&dir->records);
    if (!reassembly)
        return NULL;
    reassembly->first_segment = first_segment(dir, fragment);
    reassembly->chunk_origin = fragment->chunk_origin;
    reassembly->chunk_size = fragment->chunk_size;
    reassembly->first = first ? first : dir->records.reassembly_count;
    *fragment->slot = dir->records.reassembly_count;
    return reassembly;
}

/* The reassembly that describes this fragment's chunks. */
static struct rtmp_reassembly *reassembly_for(struct rtmp_session_direction *dir,
                                              const struct rtmp_fragment *fragment) {
    if (*fragment->slot == 0)
        return new_reassembly(dir, fragment, 0);
    struct rtmp_reassembly *reassembly = &dir->records.reassemblies[*fragment->slot - 1];
    if (reassembly->chunk_size == fragment->chunk_size &&
        reassembly->chunk_origin == fragment->chunk_origin)
        return reassembly;
    return new_reassembly(dir, fragment, reassembly->first);
}

/* The body is kept for the display of the message that follows at once. */
static void add_fresh_body(struct rtmp_session_direction *dir,
                           const struct rtmp_fragment *fragment) {
    struct rtmp_fresh_body *fresh =
        dir->packet
            ? dir->packet->resize(dir->packet->user, NULL, sizeof *fresh + fragment->available)
            : NULL;
    if (!fresh)
        return;
    fresh->next = NULL;
    fresh->fragment = rtmp_records_next_index(&dir->records) - open_segment(dir)->first_fragment;
    memcpy(fresh->bytes, fragment->body, fragment->available);
    *dir->next_fresh = fresh;
    dir->next_fresh = &fresh->next;
}

/* Long ones are taken as they are: a copy would leave a hole of their size in the memory. */
static uint8_t *keep_body(const struct rtmp_session_direction *dir,
                          const struct rtmp_fragment *fragment) {
    if (!fragment->owner)
        return keep(dir, fragment->body, fragment->available);
    uint8_t *body = *fragment->owner;
    *fragment->owner = NULL;
    return body;
}

static void finish_reassembly(struct rtmp_session_direction *dir,
                              struct rtmp_reassembly *reassembly,
                              const struct rtmp_fragment *fragment) {
    struct rtmp_records *records = &dir->records;
    records->reassemblies[reassembly->first - 1].completed_segment = records->segment_count;
    reassembly->chunks = fragment->chunks;
    reassembly->missing = fragment->missing;
    reassembly->available = fragment->available & 0xFFFFFFU;
    reassembly->in_segment = within_segment(dir, fragment);
    if (fragment->available == 0)
        return;
    /* A body whose chunks are all in this segment is reassembled from them when it is shown. */
    if (!reassembly->in_segment)
        reassembly->body = keep_body(dir, fragment);
    else if (fragment->available == fragment->message.length)
        add_fresh_body(dir, fragment);
}

/* A play that audio or video followed is answered; those clocks are reset before they are asked
 * again. */
static void follow_media(struct rtmp_session *session) {
    if (rtmp_clocks_have_run(&session->direction[1].clocks))
        rtmp_requests_note_media(&session->requests);
}

static struct rtmp_requests_message requests_message(const struct rtmp_session_direction *dir,
                                                     const struct rtmp_fragment *fragment) {
    return (struct rtmp_requests_message){.body =
                                              rtmp_reader_over(fragment->body, fragment->available),
                                          .stream_id = fragment->message.stream_id,
                                          .frame = dir->last_frame.number,
                                          .type = fragment->message.type,
                                          .is_from_client = rtmp_session_from_client(dir)};
}

/* A user control or data message. */
static void follow_event(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment) {
    struct rtmp_requests *requests = &dir->session->requests;
    if (requests->count == 0 || dir->filling)
        return;
    const struct rtmp_requests_message message = requests_message(dir, fragment);
    rtmp_requests_follow_event(requests, &message);
}

static void follow_command(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                           const struct rtmp_fragment *fragment) {
    struct rtmp_command_head head;
    struct rtmp_reader reader = rtmp_reader_over(fragment->body, fragment->available);
    if (!rtmp_command_read_head(&head, reader, fragment->message.type))
        return;
    enum rtmp_reply_kind reply_kind = rtmp_calls_follow(&dir->calls, &rtmp_session_peer(dir)->calls,
                                                        &dir->session->memory, &head, dir->filling);
    if (head.restarts_media) {
        follow_media(dir->session);
        rtmp_clocks_reset(&dir->clocks);
        rtmp_clocks_reset(&rtmp_session_peer(dir)->clocks);
    }
    if (reply_kind != RTMP_REPLY_UNKNOWN)
        (void)rtmp_records_add_reply_kind(&dir->records, record, reply_kind);
    else if (head.is_answer && head.transaction_id != 0 && !rtmp_session_from_client(dir))
        dir->session->answer_without_call = true;
    if (head.name == RTMP_NAMED_OTHER || dir->filling)
        return;
    const struct rtmp_requests_message message = requests_message(dir, fragment);
    rtmp_requests_follow_command(&dir->session->requests, &head, &message);
}

/* A timestamp that counts from before a loss, or of a late message, is no evidence of the order. */
static void follow_clock(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                         const struct rtmp_fragment *fragment) {
    if (fragment->flags & RTMP_FRAGMENT_UNCERTAIN)
        rtmp_clocks_reset(&dir->clocks);
    else if (!dir->filling && rtmp_clocks_run_backwards(&dir->clocks, &fragment->message,
                                                        fragment->body, fragment->available))
        record->backwards = 1;
}

static void on_note(void *user, const struct rtmp_note *note);

static inline void check_config(struct rtmp_session_direction *dir,
                                const struct rtmp_fragment *fragment) {
    bool video = fragment->message.type == RTMP_MESSAGE_VIDEO;
    if (!rtmp_config_may_lack(video, fragment->message.length, fragment->body, fragment->available))
        return;
    const struct rtmp_media_body body = {.video = video,
                                         .bytes = fragment->body,
                                         .available = fragment->available,
                                         .length = fragment->message.length};
    if (fragment->available == fragment->message.length && rtmp_config_lacks(&body))
        on_note(dir, &(struct rtmp_note){.kind = RTMP_NOTE_CONFIG,
                                         .offset = fragment->offset,
                                         .count = 1,
                                         .message = fragment->message});
}

/* Add the facts of the message that was just recorded. False: no memory, they are unknown. */
static bool add_facts(struct rtmp_session_direction *dir, struct rtmp_fragment_record *record,
                      const struct rtmp_fragment *fragment) {
    record->late = dir->filling;
    switch (fragment->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        follow_command(dir, record, fragment);
        return true;
    case RTMP_MESSAGE_USER_CONTROL:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        follow_event(dir, fragment);
        return true;
    case RTMP_MESSAGE_AUDIO:
        follow_clock(dir, record, fragment);
        check_config(dir, fragment);
        return true;
    case RTMP_MESSAGE_VIDEO:
        follow_clock(dir, record, fragment);
        check_config(dir, fragment);
        return rtmp_records_note_configs(&dir->records, fragment->decoder_configs);
    case RTMP_MESSAGE_AGGREGATE:
        return rtmp_records_note_configs(&dir->records, fragment->decoder_configs);
    default:
        return true;
    }
}

/* The last fragment completes a message while holes are open. */
static __attribute__((cold)) void remember_message(struct rtmp_session_direction *dir,
                                                   uint64_t message_offset) {
    const struct rtmp_memory *memory = &dir->session->memory;
    const struct rtmp_records *records = &dir->records;
    if (!dir->recent)
        dir->recent =
            memory->resize(memory->user, NULL, RTMP_LIMIT_LATE_MESSAGES * sizeof *dir->recent);
    if (!dir->recent || dir->recent_count == RTMP_LIMIT_LATE_MESSAGES)
        return;
    dir->recent[dir->recent_count++] = (struct rtmp_recent_message){
        .offset = message_offset,
        .segment = records->segment_count - 1,
        .fragment = rtmp_records_next_index(records) - 1 - open_segment(dir)->first_fragment,
    };
}

static void forget_messages(struct rtmp_session_direction *dir) {
    const struct rtmp_memory *memory = &dir->session->memory;
    dir->recent_count = 0;
    if (dir->recent)
        dir->recent = memory->resize(memory->user, dir->recent, 0);
}

/* Correct what was uncertain of a chunk stream up to a segment. */
static void settle_uncertain(struct rtmp_records *records, uint32_t segment, uint32_t csid) {
    for (uint32_t i = records->note_count; i > 0; i--) {
        struct rtmp_note_record *note = &records->notes[i - 1];
        if (note->kind == RTMP_NOTE_TIMESTAMP_UNCERTAIN && note->csid == csid &&
            note->segment <= segment) {
            note->length++;
            return;
        }
    }
}

/* A message was read from a state that a gap had made uncertain; now all bytes before it are there.
 */
static void on_corrected(void *user, const struct rtmp_fragment *fragment) {
    struct rtmp_session_direction *dir = user;
    uint32_t i = dir->recent_count;
    while (i > 0 && dir->recent[i - 1].offset != fragment->message_offset)
        i--;
    if (i == 0 || (fragment->flags & RTMP_FRAGMENT_UNCERTAIN))
        return;
    const struct rtmp_recent_message *found = &dir->recent[i - 1];
    const struct rtmp_segment_record *segment = &dir->records.segments[found->segment];
    struct rtmp_fragment_record *record =
        rtmp_records_fragment(&dir->records, segment->first_fragment + found->fragment);
    if (record->flags & RTMP_FRAGMENT_UNCERTAIN)
        settle_uncertain(&dir->records, found->segment, record->csid);
    record->timestamp = fragment->message.timestamp;
    record->stream_id = fragment->message.stream_id;
    record->flags &= ~(unsigned)RTMP_FRAGMENT_UNCERTAIN & 0xFFU;
}

static void add_fragment(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                         uint32_t reassembly) {
    /* Bytes of the search buffer, and those behind late ones, may be in earlier frames. */
    uint64_t begin = clamp(dir, fragment->offset);
    uint64_t end = clamp(dir, fragment->offset + fragment->size);
    bool complete = fragment->flags & RTMP_FRAGMENT_COMPLETE;
    if (begin == end && fragment->size && !complete)
        return;
    struct rtmp_fragment_record *record = rtmp_records_add_fragment(&dir->records);
    if (!record)
        return;
    /* One that begins in an earlier frame has no header here; its chunks are not itemised. */
    bool cut = fragment->offset < dir->open_offset;
    *record = (struct rtmp_fragment_record){
        .start = (uint32_t)(begin - dir->open_offset),
        .size = (uint32_t)(cut ? 0 : end - begin),
        .at = fragment->at & 0xFFFFFF,
        .partial_header = fragment->partial_header & 31U,
        .fmt = fragment->fmt & 3U,
        .length = fragment->message.length & 0xFFFFFF,
        .type = fragment->message.type,
        .timestamp = fragment->message.timestamp,
        .stream_id = fragment->message.stream_id,
        .csid = fragment->message.csid & 0x1FFFF,
        .flags = fragment->flags & 0xFFU,
        .reassembly = reassembly,
    };
    if (complete && !add_facts(dir, record, fragment))
        rtmp_records_remove_fragment(&dir->records);
    else if (complete && dir->wire.late)
        remember_message(dir, fragment->message_offset);
}

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct rtmp_session_direction *dir = user;
    if (!dir->records.recording)
        return;
    bool whole = (fragment->flags & RTMP_FRAGMENT_FIRST) &&
                 (fragment->flags & RTMP_FRAGMENT_COMPLETE) &&
                 (fragment->flags & RTMP_FRAGMENT_CONTIGUOUS) && within_segment(dir, fragment);
    if (whole) {
        add_fragment(dir, fragment, 0);
        return;
    }
    struct rtmp_reassembly *reassembly = reassembly_for(dir, fragment);
    if (!reassembly)
        return;
    if (fragment->partial_header && fragment->at == 0 && !reassembly->header)
        reassembly->header = keep(dir, fragment->header, RTMP_CHUNK_HEADER_MAX);
    if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
        finish_reassembly(dir, reassembly, fragment);
    add_fragment(dir, fragment, *fragment->slot);
}

/* Most segments of a video stream: like the message's fragment before, except for its position. */
static bool on_continuation(void *user, uint32_t slot, uint64_t offset, uint32_t size,
                            uint32_t at) {
    struct rtmp_session_direction *dir = user;
    struct rtmp_records *records = &dir->records;
    /* Where there is no room it may have to be found elsewhere, with the fragment before. */
    if (!slot || !records->fragment_room || offset < dir->open_offset)
        return false;
    const struct rtmp_fragment_record *last = records->next_fragment - 1;
    if (last->reassembly != slot)
        return false;
    struct rtmp_fragment_record *fragment = rtmp_records_add_fragment(records);
    if (!fragment)
        return false;
    memcpy(fragment, last, sizeof *fragment);
    fragment->start = (uint32_t)(offset - dir->open_offset);
    fragment->size = size;
    fragment->at = at & 0xFFFFFF;
    fragment->partial_header = 0;
    fragment->flags &= RTMP_FRAGMENT_OF_MESSAGE;
    return true;
}

/* Kinds that are reported at each occurrence have one note in a direction, which counts them. */
static bool counts_with_others(struct rtmp_session_direction *dir, enum rtmp_note_kind kind) {
    if (kind < RTMP_NOTE_FIRST_COUNTED)
        return false;
    uint32_t *counter = &dir->counter[kind - RTMP_NOTE_FIRST_COUNTED];
    if (*counter) {
        dir->records.notes[*counter - 1].count++;
        return true;
    }
    *counter = dir->records.note_count + 1;
    return false;
}

/* The note could not be stored: no memory. */
static void forget_counter(struct rtmp_session_direction *dir, enum rtmp_note_kind kind) {
    if (kind >= RTMP_NOTE_FIRST_COUNTED)
        dir->counter[kind - RTMP_NOTE_FIRST_COUNTED] = 0;
}

/* The gap whose bytes have come: how many of it. A gap ends where the segment that showed it
 * begins. */
static void fill_gap(struct rtmp_records *records, const struct rtmp_note *late) {
    for (uint32_t i = records->note_count; i > 0; i--) {
        struct rtmp_note_record *note = &records->notes[i - 1];
        if (note->kind != RTMP_NOTE_GAP || note->start != 0)
            continue;
        uint64_t end = rtmp_segment_offset(&records->segments[note->segment]);
        if (late->offset < end && late->offset + note->count >= end) {
            note->length += (uint32_t)late->count;
            return;
        }
    }
}

/* Do these bytes, or messages in them, not come? */
static bool is_loss(enum rtmp_note_kind kind) {
    return kind == RTMP_NOTE_GAP || kind == RTMP_NOTE_LOST || kind == RTMP_NOTE_SEARCHED ||
           kind == RTMP_NOTE_MEMORY;
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct rtmp_session_direction *dir = user;
    struct rtmp_records *records = &dir->records;
    if (note->kind == RTMP_NOTE_LATE)
        fill_gap(records, note);
    if (!records->recording || counts_with_others(dir, note->kind))
        return;
    if (is_loss(note->kind))
        rtmp_requests_forget(&dir->session->requests);
    struct rtmp_note_record *record = rtmp_records_add_note(records);
    if (!record) {
        forget_counter(dir, note->kind);
        return;
    }
    *record = (struct rtmp_note_record){
        .segment = records->segment_count - 1,
        .start = (uint32_t)(clamp(dir, note->offset) - dir->open_offset),
        .count = note->count,
        .kind = note->kind,
        .csid = note->message.csid,
        .length = note->kind == RTMP_NOTE_ABANDONED ? note->message.length : 0,
    };
}

/* ---- first pass ---- */

void rtmp_session_init(struct rtmp_session *session, uint32_t id, struct rtmp_capture *capture,
                       const struct rtmp_memory *memory,
                       const struct rtmp_session_options *options) {
    *session = (struct rtmp_session){.id = id, .memory = *memory, .capture = capture};
    for (unsigned i = 0; i < 2; i++) {
        struct rtmp_session_direction *dir = &session->direction[i];
        struct rtmp_sink sink = {.user = dir,
                                 .fragment = on_fragment,
                                 .note = on_note,
                                 .corrected = on_corrected,
                                 .on_continuation = on_continuation};
        dir->session = session;
        dir->records.memory = &session->memory;
        rtmp_direction_init(&dir->wire, i == 0 ? RTMP_ROLE_CLIENT : RTMP_ROLE_SERVER, memory,
                            &sink);
        dir->wire.peer = &session->direction[1 - i].wire;
        dir->wire.midstream_chunk_size = options->midstream_chunk_size;
        dir->wire.chunks.dechunk.fmt3_repeats_timestamp = options->fmt3_repeats_timestamp;
        if (options->keep_media)
            dir->wire.chunks.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
    }
}

static void stop_waiting(struct rtmp_session_direction *dir) {
    struct rtmp_session_direction **waiting = dir->session->capture->waiting;
    for (unsigned i = 0; i < RTMP_LIMIT_LATE_DIRECTIONS; i++)
        if (waiting[i] == dir)
            waiting[i] = NULL;
}

void rtmp_session_destroy(struct rtmp_session *session) {
    for (unsigned i = 0; i < 2; i++) {
        struct rtmp_session_direction *dir = &session->direction[i];
        stop_waiting(dir);
        forget_messages(dir);
        rtmp_direction_destroy(&dir->wire);
        rtmp_records_destroy(&dir->records);
        rtmp_calls_destroy(&dir->calls, &session->memory);
    }
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
        rtmp_segment_set_offset(open_segment(dir), offset);
}

/* The bytes of the segment that is being recorded, from the direction's position on. */
static inline void feed(struct rtmp_session_direction *dir, const struct rtmp_segment *segment,
                        uint32_t from) {
    if (from < segment->captured) {
        rtmp_direction_feed(&dir->wire, segment->bytes + from, segment->captured - from);
        from = segment->captured;
    }
    if (from < segment->reported)
        rtmp_direction_gap(&dir->wire, segment->reported - from);
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
    if (!dir->wire.late)
        forget_messages(dir);
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

/* All of the segment was fed; record: its own, or NULL: without memory its requests are not known.
 */
static inline struct rtmp_segment_record *close_segment(const struct rtmp_session_direction *dir,
                                                        struct rtmp_segment_record *record) {
    if (!record) {
        rtmp_requests_forget(&dir->session->requests);
        return NULL;
    }
    rtmp_records_close_segment(&dir->records, record);
    /* It is rare: bit fields are not written for nothing. */
    if (dir->wire.phase == RTMP_PHASE_UNDECIDED)
        record->undecided = 1;
    return record;
}

const struct rtmp_segment_record *rtmp_session_feed(struct rtmp_session_direction *dir,
                                                    const struct rtmp_segment *segment,
                                                    const struct rtmp_fresh_body **fresh) {
    struct rtmp_records *records = &dir->records;
    uint64_t position = dir->wire.position;
    if (dir->last_frame.number == segment->frame.number &&
        !rtmp_frame_same(dir->last_frame, segment->frame))
        rtmp_records_drop_frame(records, segment->frame.number);
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

const struct rtmp_ending *rtmp_session_close(struct rtmp_session *session, bool by_client,
                                             bool lossy) {
    if (session->is_closed)
        return NULL;
    session->is_closed = true;
    bool both_seen = session->direction[0].records.segment_count != 0 &&
                     session->direction[1].records.segment_count != 0;
    if (lossy || !both_seen || session->answer_without_call)
        return NULL;
    follow_media(session);
    session->ending = rtmp_requests_close(&session->requests, by_client);
    return session->ending.kind == RTMP_ENDING_NONE ? NULL : &session->ending;
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
