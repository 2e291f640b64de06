/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/recorder.h"

#include "session/follow.h"
#include "session/loss.h"
#include "session/notes.h"

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
    fresh->fragment =
        rtmp_records_next_index(&dir->records) - rtmp_session_open_segment(dir)->first_fragment;
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
        .fragment =
            rtmp_records_next_index(records) - 1 - rtmp_session_open_segment(dir)->first_fragment,
    };
}

void rtmp_recorder_forget_messages(struct rtmp_session_direction *dir) {
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

/* Its bytes were held until a chunk size or a header was found: the segments that begin with some
 * of them show nothing of it. */
static __attribute__((cold)) void mark_read_later(struct rtmp_session_direction *dir,
                                                  const struct rtmp_fragment *fragment) {
    struct rtmp_records *records = &dir->records;
    uint64_t last = fragment->offset + (fragment->size ? fragment->size - 1 : 0);
    uint32_t i = rtmp_records_segment_at(records, last);
    for (i = i < records->segment_count ? i : records->segment_count - 1; i > 0; i--) {
        struct rtmp_segment_record *segment = &records->segments[i - 1];
        if (rtmp_segment_offset(segment) < fragment->offset ||
            segment->rest == RTMP_REST_READ_LATER)
            break;
        segment->rest = RTMP_REST_READ_LATER;
    }
}

static void add_fragment(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                         uint32_t reassembly) {
    /* One that begins in an earlier frame has no header here; its chunks are not itemised. */
    bool cut = fragment->offset < dir->open_offset;
    if (cut)
        mark_read_later(dir, fragment);
    /* Bytes of the search buffer, and those behind late ones, may be in earlier frames. */
    uint64_t begin = rtmp_session_clamp(dir, fragment->offset);
    uint64_t end = rtmp_session_clamp(dir, fragment->offset + fragment->size);
    bool complete = fragment->flags & RTMP_FRAGMENT_COMPLETE;
    if (begin == end && fragment->size && !complete)
        return;
    struct rtmp_fragment_record *record = rtmp_records_add_fragment(&dir->records);
    if (!record) {
        rtmp_loss_up_to(dir, end);
        return;
    }
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
        .has_extended = fragment->has_extended,
        .reassembly = reassembly,
    };
    if (complete && !rtmp_follow_message(dir, record, fragment))
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
    if (!reassembly) {
        rtmp_loss_up_to(dir, fragment->offset + fragment->size);
        return;
    }
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

/* Each of its fragments is the last one of its segment: its chunk was open there. */
static void on_withdrawn(void *user, uint32_t slot) {
    struct rtmp_session_direction *dir = user;
    struct rtmp_records *records = &dir->records;
    const uint32_t first = slot ? records->reassemblies[slot - 1].first_segment : 0;
    for (uint32_t i = records->segment_count - records->recording; first && i >= first; i--) {
        struct rtmp_segment_record *segment = &records->segments[i - 1];
        const uint32_t count = segment->fragment_count;
        segment->rest = RTMP_REST_READ_LATER;
        if (count &&
            rtmp_records_fragment(records, segment->first_fragment + count - 1)->reassembly == slot)
            segment->fragment_count = (count - 1) & RTMP_SEGMENT_FRAGMENTS_MAX;
    }
}

static void on_note(void *user, const struct rtmp_note *note) {
    rtmp_session_note(user, note);
}

struct rtmp_sink rtmp_recorder_sink(struct rtmp_session_direction *dir) {
    return (struct rtmp_sink){.user = dir,
                              .fragment = on_fragment,
                              .note = on_note,
                              .corrected = on_corrected,
                              .withdrawn = on_withdrawn,
                              .on_continuation = on_continuation};
}
