/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversation.h"

#include "base/limits.h"
#include "preferences.h"
#include "sorted.h"

static void *file_scope_resize(void *user, void *old, size_t size) {
    (void)user;
    if (size == 0) {
        wmem_free(wmem_file_scope(), old);
        return NULL;
    }
    return wmem_realloc(wmem_file_scope(), old, size);
}

static const struct rtmp_memory file_scope = {.resize = file_scope_resize, .user = NULL};

/* Room for one more record at the end of an array. What a grown array does not use yet is not
 * resident; long ones grow faster, because each time all of them is copied. */
static void *grow(void *records, uint32_t count, uint32_t *capacity, size_t size) {
    if (count < *capacity)
        return records;
    *capacity = *capacity == 0 ? 4 : *capacity < 256 ? *capacity * 2 : *capacity * 4;
    return wmem_realloc(wmem_file_scope(), records, *capacity * size);
}

#define APPEND(dir, records, counter, capacity)                                                    \
    ((dir)->records =                                                                              \
         grow((dir)->records, (dir)->counter, &(dir)->capacity, sizeof *(dir)->records),           \
     &(dir)->records[(dir)->counter++])

/* ---- sink: what the core reports while a segment is fed ---- */

static struct rtmpx_segment *open_segment(const struct rtmpx_direction *dir) {
    return &dir->segments[dir->segment_count - 1];
}

/* The parts of the open segment so far; its record has their number when all of it was fed. */
static uint32_t fragment_count(const struct rtmpx_direction *dir,
                               const struct rtmpx_segment *segment) {
    return segment->fragments ? (uint32_t)(dir->next_fragment - segment->fragments) : 0;
}

static uint32_t open_fragment_count(const struct rtmpx_direction *dir) {
    return fragment_count(dir, open_segment(dir));
}

/* Does all of the message up to this part lie in the segment that is being fed? */
static bool within_segment(const struct rtmpx_direction *dir,
                           const struct rtmp_fragment *fragment) {
    return fragment->message_offset >= dir->open_offset &&
           fragment->offset + fragment->size <= dir->open_end;
}

/* The frame that the message begins in. */
static uint32_t first_frame(struct rtmpx_direction *dir, const struct rtmp_fragment *fragment) {
    bool here =
        fragment->message_offset >= dir->open_offset && fragment->message_offset < dir->open_end;
    return here ? open_segment(dir)->frame : rtmpx_frame_at(dir, fragment->message_offset);
}

/* The nearest offset that the segment has, or its end. */
static uint64_t clamp(const struct rtmpx_direction *dir, uint64_t offset) {
    return offset < dir->open_offset ? dir->open_offset
           : offset > dir->open_end  ? dir->open_end
                                     : offset;
}

/* first: index + 1 of the message's first assembly, 0: this is it. */
static struct rtmpx_reassembly *
new_reassembly(struct rtmpx_direction *dir, const struct rtmp_fragment *fragment, uint32_t first) {
    struct rtmpx_reassembly *reassembly =
        APPEND(dir, reassemblies, reassembly_count, reassembly_capacity);
    *reassembly = (struct rtmpx_reassembly){.first_frame = first_frame(dir, fragment),
                                            .chunk_origin = fragment->chunk_origin,
                                            .chunk_size = fragment->chunk_size,
                                            .first = first ? first : dir->reassembly_count};
    *fragment->slot = dir->reassembly_count;
    return reassembly;
}

/* The assembly that describes this part's chunks. */
static struct rtmpx_reassembly *reassembly_for(struct rtmpx_direction *dir,
                                               const struct rtmp_fragment *fragment) {
    if (*fragment->slot == 0)
        return new_reassembly(dir, fragment, 0);
    struct rtmpx_reassembly *reassembly = &dir->reassemblies[*fragment->slot - 1];
    if (reassembly->chunk_size == fragment->chunk_size &&
        reassembly->chunk_origin == fragment->chunk_origin)
        return reassembly;
    return new_reassembly(dir, fragment, reassembly->first);
}

/* Who shows the message asks for its body at once. */
static void add_fresh_body(struct rtmpx_direction *dir, const struct rtmp_fragment *fragment) {
    struct rtmpx_fresh_body *fresh =
        wmem_alloc(dir->packet_memory, sizeof *fresh + fragment->available);
    fresh->next = NULL;
    fresh->fragment = open_fragment_count(dir);
    memcpy(fresh->bytes, fragment->body, fragment->available);
    *dir->next_fresh = fresh;
    dir->next_fresh = &fresh->next;
}

static void finish_reassembly(struct rtmpx_direction *dir, struct rtmpx_reassembly *reassembly,
                              const struct rtmp_fragment *fragment) {
    dir->reassemblies[reassembly->first - 1].completed_segment = dir->segment_count;
    reassembly->chunks = fragment->chunks;
    reassembly->missing = fragment->missing;
    reassembly->available = fragment->available;
    if (fragment->available == 0)
        return;
    /* A body that lies in this segment is put together again from its chunks when it is shown. */
    if (within_segment(dir, fragment)) {
        if (fragment->available == fragment->message.length)
            add_fresh_body(dir, fragment);
    } else
        reassembly->body = wmem_memdup(wmem_file_scope(), fragment->body, fragment->available);
}

/*
 * A new block for the parts of the open segment, which stay together: they move with it. Blocks
 * grow up to a size at which what the last one leaves empty is little; records never move again.
 */
static __attribute__((cold)) void begin_fragment_block(struct rtmpx_direction *dir) {
    enum { FIRST = 4, MOST = 128 };
    struct rtmpx_segment *segment = open_segment(dir);
    uint32_t moved = open_fragment_count(dir);
    uint32_t block = dir->fragment_block ? dir->fragment_block * 2 : FIRST;
    block = block < MOST ? block : MOST;
    dir->fragment_block = block;
    if (block < moved * 2)
        block = moved * 2;
    struct rtmpx_fragment *fragments =
        wmem_alloc_array(wmem_file_scope(), struct rtmpx_fragment, block);
    if (moved)
        memcpy(fragments, segment->fragments, moved * sizeof *fragments);
    segment->fragments = fragments;
    dir->next_fragment = fragments + moved;
    dir->fragment_room = block - moved;
}

static struct rtmpx_fragment *new_fragment(struct rtmpx_direction *dir) {
    if (dir->fragment_room == 0)
        begin_fragment_block(dir);
    dir->fragment_room--;
    return dir->next_fragment++;
}

/* States of the media streams that a direction keeps: as many as a part can name. Later ones are
 * not known. */
enum { STREAMS_MAX = 63 };

/* Index + 1 of the state that a message finds, 0: nothing is known. It seldom is another than the
 * last message found. */
static unsigned note_streams(struct rtmpx_direction *dir, const struct rtmp_decoder_configs *now) {
    if (now->version == 0)
        return 0;
    for (uint32_t i = dir->streams_count; i > 0; i--)
        if (dir->streams[i - 1].version == now->version)
            return i;
    if (dir->streams_count == STREAMS_MAX)
        return 0;
    *APPEND(dir, streams, streams_count, streams_capacity) = *now;
    return dir->streams_count;
}

/* What other messages say of the one that this part completes. */
static unsigned context_of(struct rtmpx_direction *dir, const struct rtmp_fragment *fragment) {
    switch (fragment->message.type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        return rtmp_calls_follow(&dir->calls, &dir->peer->calls, &file_scope,
                                 rtmp_reader_over(fragment->body, fragment->available),
                                 fragment->message.type);
    case RTMP_MESSAGE_VIDEO:
    case RTMP_MESSAGE_AGGREGATE:
        return note_streams(dir, fragment->decoder_configs);
    default:
        return 0;
    }
}

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct rtmpx_direction *dir = user;
    bool whole = (fragment->flags & RTMP_FRAGMENT_FIRST) &&
                 (fragment->flags & RTMP_FRAGMENT_COMPLETE) &&
                 (fragment->flags & RTMP_FRAGMENT_CONTIGUOUS) && within_segment(dir, fragment);
    uint32_t index = 0;
    if (!whole) {
        struct rtmpx_reassembly *reassembly = reassembly_for(dir, fragment);
        if (fragment->partial_header && fragment->at == 0 && !reassembly->header)
            reassembly->header =
                wmem_memdup(wmem_file_scope(), fragment->header, RTMP_CHUNK_HEADER_MAX);
        if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
            finish_reassembly(dir, reassembly, fragment);
        index = *fragment->slot;
    }
    /* Bytes that were held while looking for a header, and those behind late ones, may lie in
     * earlier frames. */
    uint64_t begin = clamp(dir, fragment->offset);
    uint64_t end = clamp(dir, fragment->offset + fragment->size);
    bool complete = fragment->flags & RTMP_FRAGMENT_COMPLETE;
    if (begin == end && fragment->size && !complete)
        return;
    /* A part that begins in an earlier frame has no header here; its chunks are not itemised. */
    bool cut = fragment->offset < dir->open_offset;
    *new_fragment(dir) = (struct rtmpx_fragment){
        .start = (uint32_t)(begin - dir->open_offset),
        .size = (uint32_t)(cut ? 0 : end - begin),
        .at = fragment->at & 0xFFFFFF,
        .partial_header = fragment->partial_header & 31U,
        .context = complete ? context_of(dir, fragment) & 63U : 0,
        .length = fragment->message.length & 0xFFFFFF,
        .type = fragment->message.type,
        .timestamp = fragment->message.timestamp,
        .stream_id = fragment->message.stream_id,
        .csid = fragment->message.csid & 0x1FFFF,
        .fmt = fragment->fmt & 3U,
        .flags = fragment->flags & 0x1FFU,
        .reassembly = index,
    };
}

/* Most segments of a video stream: as the message's part before, but for their place. */
static bool on_continuation(void *user, uint32_t slot, uint64_t offset, uint32_t size,
                            uint32_t at) {
    struct rtmpx_direction *dir = user;
    if (!slot || !dir->next_fragment || offset < dir->open_offset)
        return false;
    const struct rtmpx_fragment *last = dir->next_fragment - 1;
    if (last->reassembly != slot)
        return false;
    struct rtmpx_fragment *fragment = new_fragment(dir);
    memcpy(fragment, last, sizeof *fragment);
    fragment->start = (uint32_t)(offset - dir->open_offset);
    fragment->size = size;
    fragment->at = at & 0xFFFFFF;
    fragment->partial_header = 0;
    fragment->flags &= RTMP_FRAGMENT_OF_MESSAGE;
    return true;
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct rtmpx_direction *dir = user;
    struct rtmpx_note *remark = APPEND(dir, remarks, note_count, note_capacity);
    *remark = (struct rtmpx_note){
        .segment = dir->segment_count - 1,
        .start = (uint32_t)(clamp(dir, note->offset) - dir->open_offset),
        .count = note->count,
        .kind = note->kind,
        .csid = note->message.csid,
        .length = note->message.length,
    };
}

/* ---- first pass ---- */

struct rtmpx_connection *rtmpx_connection_new(uint32_t id) {
    struct rtmpx_connection *connection = wmem_new0(wmem_file_scope(), struct rtmpx_connection);
    for (unsigned i = 0; i < 2; i++) {
        struct rtmpx_direction *dir = &connection->direction[i];
        struct rtmp_sink sink = {.user = dir,
                                 .fragment = on_fragment,
                                 .note = on_note,
                                 .on_continuation = on_continuation};
        rtmp_direction_init(&dir->wire, i == 0 ? RTMP_ROLE_CLIENT : RTMP_ROLE_SERVER, &file_scope,
                            &sink);
        dir->id = id * 2 + i;
        dir->peer = &connection->direction[1 - i];
        dir->wire.peer = &dir->peer->wire;
        dir->wire.midstream_chunk_size = rtmpx_preferences.midstream_chunk_size;
        dir->wire.chunks.dechunk.fmt3_repeats_timestamp = rtmpx_preferences.literal_fmt3;
        if (rtmpx_preferences.keep_media)
            dir->wire.chunks.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
    }
    return connection;
}

/* What was recorded under the number of a frame that was taken away is not that of `frame`. */
static __attribute__((cold)) void drop_namesakes(struct rtmpx_direction *dir, uint32_t frame) {
    for (uint32_t i = dir->segment_count; i > 0; i--) {
        struct rtmpx_segment *segment = &dir->segments[i - 1];
        if (segment->frame != frame || segment->dropped)
            break;
        segment->dropped = 1;
    }
}

/*
 * The directions whose holes may still fill, that of the last one first. Of a connection that has
 * ended nobody tells us: it leaves when others have come.
 */
static struct rtmpx_direction *waiting[RTMP_LIMIT_LATE_DIRECTIONS];

static void forget_waiting(void) {
    memset(waiting, 0, sizeof waiting);
}

/* A hole was opened, or partly filled. */
static void keep_waiting(struct rtmpx_direction *dir) {
    struct rtmpx_direction *moved = dir->wire.late ? dir : NULL;
    for (unsigned i = 0; i < RTMP_LIMIT_LATE_DIRECTIONS && moved; i++) {
        struct rtmpx_direction *there = waiting[i];
        waiting[i] = moved;
        moved = there && there != dir && there->wire.late ? there : NULL;
    }
    if (moved)
        rtmp_direction_forget_holes(&moved->wire);
}

void rtmpx_register_conversation(void) {
    register_init_routine(forget_waiting);
}

/* The bytes of the segment that is being recorded, from the direction's position on. */
static inline void feed(struct rtmpx_direction *dir, tvbuff_t *tvb, uint32_t captured,
                        uint32_t from) {
    uint32_t reported = (uint32_t)(dir->open_end - dir->open_offset);
    if (from < captured) {
        rtmp_direction_feed(&dir->wire, tvb_get_ptr(tvb, (int)from, (int)(captured - from)),
                            captured - from);
        from = captured;
    }
    if (from < reported)
        rtmp_direction_gap(&dir->wire, reported - from);
}

/* Bytes before the direction's position: do they fill holes? */
static bool fill(struct rtmpx_direction *dir, tvbuff_t *tvb, uint32_t captured, uint64_t offset) {
    uint64_t behind = dir->wire.position - offset;
    uint32_t len = captured < behind ? captured : (uint32_t)behind;
    return len && rtmp_direction_late(&dir->wire, offset, tvb_get_ptr(tvb, 0, (int)len), len);
}

/* The segment begins before the direction's position. False: nothing of it is new. */
static bool record_behind(struct rtmpx_direction *dir, tvbuff_t *tvb, uint32_t captured,
                          uint64_t offset) {
    uint64_t position = dir->wire.position;
    bool late = offset < position && dir->wire.late;
    bool repeated = dir->open_end <= position;
    if (late || repeated)
        open_segment(dir)->offset = position;
    bool filled = late && fill(dir, tvb, captured, offset);
    if (filled)
        keep_waiting(dir);
    if (!repeated)
        feed(dir, tvb, captured, (uint32_t)(position - offset));
    return filled || !repeated;
}

/* A handshake that was not complete ends with the bytes that are missing: the position moves. */
static void feed_behind_break(struct rtmpx_direction *dir, tvbuff_t *tvb, uint32_t captured) {
    rtmp_direction_break(&dir->wire);
    dir->open_offset = open_segment(dir)->offset = dir->wire.position;
    dir->open_end = dir->open_offset + tvb_reported_length(tvb);
    feed(dir, tvb, captured, 0);
}

/* The segment does not go on at the direction's position, or is empty. False: nothing of it is new.
 */
static __attribute__((cold)) bool record_elsewhere(struct rtmpx_direction *dir, tvbuff_t *tvb,
                                                   uint32_t captured, uint64_t offset) {
    uint64_t position = dir->wire.position;
    if (offset == RTMPX_OFFSET_SEEN)
        return false;
    if (offset == RTMPX_OFFSET_UNKNOWN) {
        feed_behind_break(dir, tvb, captured);
        return true;
    }
    if (offset < position || dir->open_end == position)
        return record_behind(dir, tvb, captured, offset);
    rtmp_direction_hole(&dir->wire, offset - position);
    keep_waiting(dir);
    feed(dir, tvb, captured, 0);
    return true;
}

const struct rtmpx_segment *rtmpx_record(struct rtmpx_direction *dir, const packet_info *pinfo,
                                         tvbuff_t *tvb, uint32_t captured, uint64_t offset,
                                         const struct rtmpx_fresh_body **fresh) {
    uint64_t position = dir->wire.position;
    if (dir->recorded.number == pinfo->num && !rtmpx_frame_is(dir->recorded, pinfo))
        drop_namesakes(dir, pinfo->num);
    dir->recorded = rtmpx_frame_of(pinfo);
    struct rtmpx_segment *segment = APPEND(dir, segments, segment_count, segment_capacity);
    dir->open_offset = offset < RTMPX_OFFSET_SEEN ? offset : position;
    dir->open_end = dir->open_offset + tvb_reported_length(tvb);
    *segment = (struct rtmpx_segment){
        .offset = dir->open_offset, .fragments = dir->next_fragment, .frame = pinfo->num};
    dir->packet_memory = pinfo->pool;
    dir->next_fresh = fresh;
    *fresh = NULL;
    bool is_new = true;
    if (offset == position && dir->open_end != position)
        feed(dir, tvb, captured, 0);
    else
        is_new = record_elsewhere(dir, tvb, captured, offset);
    segment->fragment_count = fragment_count(dir, segment) & 0x1FFFFFFFU;
    segment->undecided = dir->wire.phase == RTMP_PHASE_UNDECIDED;
    segment->repeated = !is_new;
    return is_new ? segment : NULL;
}

/* ---- look-up ---- */

/* Of a frame before `frame`, or of one that had its number. */
static bool segment_before_frame(const void *record, uint64_t frame) {
    const struct rtmpx_segment *segment = record;
    return segment->frame < frame || (segment->frame == frame && segment->dropped);
}

static bool segment_begins_by(const void *record, uint64_t offset) {
    const struct rtmpx_segment *segment = record;
    return segment->offset <= offset;
}

static bool note_before_segment(const void *record, uint64_t index) {
    const struct rtmpx_note *remark = record;
    return remark->segment < index;
}

uint32_t rtmpx_count_in_visit(packet_info *pinfo, uint32_t key) {
    uint32_t *count = p_get_proto_data(pinfo->pool, pinfo, proto_rtmpx, key);
    if (!count) {
        count = wmem_new0(pinfo->pool, uint32_t);
        p_add_proto_data(pinfo->pool, pinfo, proto_rtmpx, key, count);
    }
    return (*count)++;
}

const struct rtmpx_segment *rtmpx_segment_of(const struct rtmpx_direction *dir,
                                             packet_info *pinfo) {
    uint32_t last = dir->segment_count;
    uint32_t index = RTMPX_FIRST_NOT_BEFORE(dir->segments, last, segment_before_frame, pinfo->num);
    /* The n-th call for a frame with several (TLS records, tunnels). */
    if (index + 1 < last && dir->segments[index + 1].frame == pinfo->num)
        index += rtmpx_count_in_visit(pinfo, dir->id);
    if (index >= last || dir->segments[index].frame != pinfo->num || dir->segments[index].repeated)
        return NULL;
    return &dir->segments[index];
}

uint32_t rtmpx_notes_of(const struct rtmpx_direction *dir, const struct rtmpx_segment *segment,
                        const struct rtmpx_note **remarks) {
    if (dir->note_count == 0)
        return 0;
    uint32_t index = (uint32_t)(segment - dir->segments);
    uint32_t count = dir->note_count;
    uint32_t first = RTMPX_FIRST_NOT_BEFORE(dir->remarks, count, note_before_segment, index);
    uint32_t end = RTMPX_FIRST_NOT_BEFORE(dir->remarks, count, note_before_segment, index + 1);
    *remarks = dir->remarks + first;
    return end - first;
}

const struct rtmpx_reassembly *rtmpx_reassembly_of(const struct rtmpx_direction *dir,
                                                   const struct rtmpx_fragment *fragment) {
    return fragment->reassembly ? &dir->reassemblies[fragment->reassembly - 1] : NULL;
}

const struct rtmp_decoder_configs *rtmpx_streams_of(const struct rtmpx_direction *dir,
                                                    const struct rtmpx_fragment *fragment) {
    bool may = fragment->type == RTMP_MESSAGE_VIDEO || fragment->type == RTMP_MESSAGE_AGGREGATE;
    return may && fragment->context ? &dir->streams[fragment->context - 1] : NULL;
}

/* The segment that completes the part's message: index + 1. */
static uint32_t completed_segment(const struct rtmpx_direction *dir,
                                  const struct rtmpx_fragment *fragment) {
    const struct rtmpx_reassembly *reassembly = rtmpx_reassembly_of(dir, fragment);
    return reassembly ? dir->reassemblies[reassembly->first - 1].completed_segment : 0;
}

uint32_t rtmpx_completed_in(const struct rtmpx_direction *dir,
                            const struct rtmpx_fragment *fragment) {
    uint32_t segment = completed_segment(dir, fragment);
    return segment && !dir->segments[segment - 1].dropped ? dir->segments[segment - 1].frame : 0;
}

bool rtmpx_completes_here(const struct rtmpx_direction *dir, const struct rtmpx_fragment *fragment,
                          const struct rtmpx_segment *segment) {
    uint32_t completed = completed_segment(dir, fragment);
    return completed && &dir->segments[completed - 1] == segment;
}

uint32_t rtmpx_frame_at(const struct rtmpx_direction *dir, uint64_t offset) {
    uint32_t count = dir->segment_count;
    /* The segment being fed is the last and the likeliest. */
    if (count && dir->segments[count - 1].offset <= offset)
        return dir->segments[count - 1].frame;
    uint32_t behind = RTMPX_FIRST_NOT_BEFORE(dir->segments, count, segment_begins_by, offset);
    return behind ? dir->segments[behind - 1].frame : 0;
}
