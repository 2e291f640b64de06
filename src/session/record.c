/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/record.h"

#include "base/limits.h"
#include "base/sorted.h"

static void release(const struct rtmp_memory *memory, void *block) {
    if (block)
        (void)memory->resize(memory->user, block, 0);
}

static void release_blocks(struct rtmp_records *records) {
    for (uint32_t i = 0; i < records->block_count; i++)
        if (!records->blocks[i].continues)
            release(records->memory, records->blocks[i].records);
    release(records->memory, records->blocks);
}

void rtmp_records_destroy(struct rtmp_records *records) {
    const struct rtmp_memory *memory = records->memory;
    for (uint32_t i = 0; i < records->reassembly_count; i++) {
        release(memory, records->reassemblies[i].body);
        release(memory, records->reassemblies[i].header);
    }
    release_blocks(records);
    release(memory, records->segments);
    release(memory, records->reassemblies);
    release(memory, records->notes);
    release(memory, records->facts);
    release(memory, records->flows);
    release(memory, records->config_changes);
    release(memory, records->configs);
    *records = (struct rtmp_records){.memory = memory};
}

/* ---- first pass ---- */

/* Larger by so many records, or NULL. Unused capacity is not resident memory. Long arrays grow
 * faster, because each growth copies all of it. */
static __attribute__((cold)) void *grow(const struct rtmp_memory *memory, void *records,
                                        uint32_t *capacity, size_t size) {
    uint32_t more = *capacity == 0 ? 4 : *capacity < 256 ? *capacity * 2 : *capacity * 4;
    void *grown = more > *capacity ? memory->resize(memory->user, records, more * size) : NULL;
    if (grown)
        *capacity = more;
    return grown;
}

/* append_<array>(): the next record of an array, to be written, or NULL. */
#define APPEND(type, array, count, capacity)                                                       \
    static inline type *append_##array(struct rtmp_records *r) {                                   \
        if (r->count == r->capacity) {                                                             \
            type *grown = grow(r->memory, r->array, &r->capacity, sizeof *r->array);               \
            if (!grown)                                                                            \
                return NULL;                                                                       \
            r->array = grown;                                                                      \
        }                                                                                          \
        return &r->array[r->count++];                                                              \
    }

APPEND(struct rtmp_segment_record, segments, segment_count, segment_capacity)
APPEND(struct rtmp_reassembly, reassemblies, reassembly_count, reassembly_capacity)
APPEND(struct rtmp_note_record, notes, note_count, note_capacity)
APPEND(struct rtmp_facts_record, facts, facts_count, facts_capacity)
APPEND(struct rtmp_flow_record, flows, flow_count, flow_capacity)
APPEND(struct rtmp_config_change, config_changes, config_change_count, config_change_capacity)
APPEND(struct rtmp_decoder_configs, configs, configs_count, configs_capacity)
APPEND(struct rtmp_fragment_block, blocks, block_count, block_capacity)

/* A segment that has as many fragments as the one before would make the block grow: it begins
 * another one, if that leaves little room empty. */
static inline void leave_full_block(struct rtmp_records *records) {
    if (records->segment_count < 2)
        return;
    uint32_t likely = records->segments[records->segment_count - 2].fragment_count;
    if (records->fragment_room >= likely || records->fragment_room > RTMP_FRAGMENT_BLOCK / 4)
        return;
    records->fragment_end -= records->fragment_room;
    records->fragment_room = 0;
}

struct rtmp_segment_record *rtmp_records_open_segment(struct rtmp_records *records) {
    struct rtmp_segment_record *segment = append_segments(records);
    if (!segment) {
        records->recording = false;
        records->fragment_end -= records->fragment_room;
        records->fragment_room = 0;
        return NULL;
    }
    records->recording = true;
    leave_full_block(records);
    *segment = (struct rtmp_segment_record){.first_fragment = rtmp_records_next_index(records)};
    return segment;
}

/* Blocks grow up to a size at which what the last one leaves empty is little; more only where one
 * segment has more fragments, and then by a quarter. count: of records that move there. */
static uint32_t next_block_size(const struct rtmp_records *records, uint32_t count) {
    enum { FIRST = 4 };
    uint32_t size = records->block_size ? records->block_size * 2 : FIRST;
    size = size < RTMP_FRAGMENT_BLOCK ? size : RTMP_FRAGMENT_BLOCK;
    if (size >= count * 2)
        return size;
    size = count + (size > count / 4 ? size : count / 4);
    return size < RTMP_SEGMENT_FRAGMENTS_MAX ? size : RTMP_SEGMENT_FRAGMENTS_MAX;
}

/* Entries from `first` on for a block of `size` records; those that are there already change.
 * False: no memory, there are as many as before. */
static bool set_entries(struct rtmp_records *records, uint32_t first,
                        struct rtmp_fragment_record *block, uint32_t size) {
    uint32_t before = records->block_count;
    uint32_t entries = (size + RTMP_FRAGMENT_BLOCK - 1) / RTMP_FRAGMENT_BLOCK;
    if (entries > UINT32_MAX / RTMP_FRAGMENT_BLOCK - first)
        return false;
    for (uint32_t i = 0; i < entries; i++) {
        bool exists = first + i < before;
        struct rtmp_fragment_block *entry =
            exists ? &records->blocks[first + i] : append_blocks(records);
        if (!entry) {
            records->block_count = before;
            return false;
        }
        *entry = (struct rtmp_fragment_block){block + i * RTMP_FRAGMENT_BLOCK, i > 0};
    }
    return true;
}

/* A block of `size` records, or NULL. */
static struct rtmp_fragment_record *new_block(struct rtmp_records *records, uint32_t size) {
    const struct rtmp_memory *memory = records->memory;
    struct rtmp_fragment_record *block = memory->resize(memory->user, NULL, size * sizeof *block);
    if (block && !set_entries(records, records->block_count, block, size)) {
        release(memory, block);
        return NULL;
    }
    return block;
}

/* The first entry of the last block. */
static uint32_t last_block(const struct rtmp_records *records) {
    uint32_t entry = records->block_count - 1;
    while (records->blocks[entry].continues)
        entry--;
    return entry;
}

/* The last block, which begins with entry `entry`, with room for `size` records; NULL: no memory.
 */
static struct rtmp_fragment_record *grow_block(struct rtmp_records *records, uint32_t entry,
                                               uint32_t size) {
    const struct rtmp_memory *memory = records->memory;
    struct rtmp_fragment_record *block =
        memory->resize(memory->user, records->blocks[entry].records, size * sizeof *block);
    if (!block)
        return NULL;
    records->next_fragment =
        block + (rtmp_records_next_index(records) - entry * RTMP_FRAGMENT_BLOCK);
    for (uint32_t i = entry; i < records->block_count; i++)
        records->blocks[i].records = block + (i - entry) * RTMP_FRAGMENT_BLOCK;
    return set_entries(records, entry, block, size) ? block : NULL;
}

/* The next fragments, behind the `count` from entry `entry` on, come into a block with room for
 * `size` of them. */
static void use_block(struct rtmp_records *records, struct rtmp_fragment_record *block,
                      uint32_t entry, uint32_t count, uint32_t size) {
    records->block_size = size < RTMP_FRAGMENT_BLOCK ? size : RTMP_FRAGMENT_BLOCK;
    records->next_fragment = block + count;
    records->fragment_room = size - count;
    records->fragment_end = entry * RTMP_FRAGMENT_BLOCK + size;
}

/* The fragments of the open segment stay together and keep their indices: its block grows. */
__attribute__((cold)) bool rtmp_records_begin_block(struct rtmp_records *records) {
    if (!records->recording)
        return false;
    struct rtmp_segment_record *segment = &records->segments[records->segment_count - 1];
    uint32_t end = rtmp_records_next_index(records);
    bool grows = end != segment->first_fragment;
    if (end - segment->first_fragment >= RTMP_SEGMENT_FRAGMENTS_MAX)
        return false;
    uint32_t entry = grows ? last_block(records) : records->block_count;
    uint32_t count = grows ? end - entry * RTMP_FRAGMENT_BLOCK : 0;
    uint32_t size = next_block_size(records, count);
    struct rtmp_fragment_record *block =
        grows ? grow_block(records, entry, size) : new_block(records, size);
    if (!block)
        return false;
    if (!grows)
        segment->first_fragment = entry * RTMP_FRAGMENT_BLOCK;
    use_block(records, block, entry, count, size);
    return true;
}

struct rtmp_reassembly *rtmp_records_add_reassembly(struct rtmp_records *records) {
    struct rtmp_reassembly *reassembly = append_reassemblies(records);
    if (reassembly)
        *reassembly = (struct rtmp_reassembly){0};
    return reassembly;
}

struct rtmp_note_record *rtmp_records_add_note(struct rtmp_records *records) {
    return append_notes(records);
}

struct rtmp_facts_record *rtmp_records_add_facts(struct rtmp_records *records,
                                                 struct rtmp_fragment_record *message) {
    struct rtmp_facts_record *facts = append_facts(records);
    if (!facts)
        return NULL;
    *facts = (struct rtmp_facts_record){.message = rtmp_records_next_index(records) - 1};
    message->has_facts = 1;
    return facts;
}

uint32_t rtmp_records_add_flow(struct rtmp_records *records, struct rtmp_fragment_record *message,
                               const struct rtmp_flow_record *flow) {
    struct rtmp_flow_record *record = append_flows(records);
    if (!record)
        return 0;
    *record = *flow;
    record->message = rtmp_records_next_index(records) - 1;
    message->has_facts = 1;
    return records->flow_count;
}

/* Index + 1 of the table with the version, 0: not known. False: no memory. */
static bool find_configs(struct rtmp_records *records, const struct rtmp_decoder_configs *configs,
                         uint32_t *found) {
    *found = 0;
    if (configs->version == 0)
        return true;
    for (uint32_t i = records->configs_count; i > 0 && *found == 0; i--)
        if (records->configs[i - 1].version == configs->version)
            *found = i;
    if (*found || records->configs_count == RTMP_LIMIT_DECODER_CONFIG_STATES)
        return true;
    struct rtmp_decoder_configs *kept = append_configs(records);
    if (!kept)
        return false;
    *kept = *configs;
    *found = records->configs_count;
    return true;
}

bool rtmp_records_note_configs(struct rtmp_records *records,
                               const struct rtmp_decoder_configs *configs) {
    if (configs->version == records->config_version)
        return true;
    uint32_t found;
    if (!find_configs(records, configs, &found))
        return false;
    uint32_t last = records->config_change_count;
    if ((last ? records->config_changes[last - 1].configs : 0) != found) {
        struct rtmp_config_change *change = append_config_changes(records);
        if (!change)
            return false;
        *change = (struct rtmp_config_change){rtmp_records_next_index(records) - 1, found};
    }
    records->config_version = configs->version;
    return true;
}

__attribute__((cold)) void rtmp_records_drop_frame(struct rtmp_records *records, uint32_t frame) {
    for (uint32_t i = records->segment_count; i > 0; i--) {
        struct rtmp_segment_record *segment = &records->segments[i - 1];
        if (segment->frame != frame || segment->dropped)
            break;
        segment->dropped = 1;
    }
}

/* ---- any pass ---- */

/* Is the segment of a frame before `frame`, or of a dropped frame that had its number? */
static bool segment_before_frame(const void *record, uint64_t frame) {
    const struct rtmp_segment_record *segment = record;
    return segment->frame < frame || (segment->frame == frame && segment->dropped);
}

static bool segment_begins_by(const void *record, uint64_t offset) {
    const struct rtmp_segment_record *segment = record;
    return rtmp_segment_offset(segment) <= offset;
}

static bool segment_holds_by(const void *record, uint64_t fragment) {
    const struct rtmp_segment_record *segment = record;
    return segment->first_fragment <= fragment;
}

static bool note_before_segment(const void *record, uint64_t index) {
    const struct rtmp_note_record *note = record;
    return note->segment < index;
}

static bool facts_before_message(const void *record, uint64_t message) {
    const struct rtmp_facts_record *facts = record;
    return facts->message < message;
}

static bool flow_before_message(const void *record, uint64_t message) {
    const struct rtmp_flow_record *flow = record;
    return flow->message < message;
}

static bool change_by_message(const void *record, uint64_t message) {
    const struct rtmp_config_change *change = record;
    return change->message <= message;
}

uint32_t rtmp_records_find_frame(const struct rtmp_records *records, uint32_t frame,
                                 bool *several) {
    uint32_t end = records->segment_count;
    uint32_t index = RTMP_FIRST_NOT_BEFORE(records->segments, end, segment_before_frame, frame);
    *several = index + 1 < end && records->segments[index + 1].frame == frame;
    return index;
}

const struct rtmp_segment_record *rtmp_records_segment(const struct rtmp_records *records,
                                                       uint32_t index, uint32_t frame) {
    const struct rtmp_segment_record *segment =
        index < records->segment_count ? &records->segments[index] : NULL;
    return segment && segment->frame == frame ? segment : NULL;
}

bool rtmp_records_begins_frame(const struct rtmp_records *records,
                               const struct rtmp_segment_record *segment) {
    return segment == records->segments || segment[-1].frame != segment->frame ||
           segment[-1].dropped;
}

uint32_t rtmp_records_segment_at(const struct rtmp_records *records, uint64_t offset) {
    uint32_t count = records->segment_count;
    /* The segment being fed is the last and the likeliest. */
    if (count && rtmp_segment_offset(&records->segments[count - 1]) <= offset)
        return count;
    return RTMP_FIRST_NOT_BEFORE(records->segments, count, segment_begins_by, offset);
}

uint32_t rtmp_records_notes_of(const struct rtmp_records *records,
                               const struct rtmp_segment_record *segment,
                               const struct rtmp_note_record **notes) {
    uint32_t count = records->note_count;
    if (count == 0)
        return 0;
    uint32_t index = (uint32_t)(segment - records->segments);
    uint32_t first = RTMP_FIRST_NOT_BEFORE(records->notes, count, note_before_segment, index);
    uint32_t end = RTMP_FIRST_NOT_BEFORE(records->notes, count, note_before_segment, index + 1);
    *notes = records->notes + first;
    return end - first;
}

uint32_t rtmp_records_first_frame(const struct rtmp_records *records,
                                  const struct rtmp_reassembly *reassembly) {
    uint32_t segment = reassembly->first_segment;
    return segment ? records->segments[segment - 1].frame : 0;
}

/* The segment that completes the fragment's message: index + 1. */
static uint32_t completed_segment(const struct rtmp_records *records,
                                  const struct rtmp_fragment_record *fragment) {
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    return reassembly ? records->reassemblies[reassembly->first - 1].completed_segment : 0;
}

uint32_t rtmp_records_completed_in(const struct rtmp_records *records,
                                   const struct rtmp_fragment_record *fragment) {
    uint32_t index = completed_segment(records, fragment);
    const struct rtmp_segment_record *segment = index ? &records->segments[index - 1] : NULL;
    return segment && !segment->dropped ? segment->frame : 0;
}

bool rtmp_records_completes_in(const struct rtmp_records *records,
                               const struct rtmp_fragment_record *fragment,
                               const struct rtmp_segment_record *segment) {
    uint32_t completed = completed_segment(records, fragment);
    return completed && &records->segments[completed - 1] == segment;
}

uint32_t rtmp_records_chunk_headers(const struct rtmp_records *records,
                                    const struct rtmp_fragment_record *fragment) {
    enum { EXTENDED = 4 };
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    const uint32_t chunks = reassembly ? reassembly->chunks : 1;
    /* Senders that do not repeat the extended timestamp never do. */
    const uint32_t extended = !fragment->has_extended                      ? 0
                              : !(fragment->flags & RTMP_FRAGMENT_OMITTED) ? chunks
                              : fragment->fmt < 3                          ? 1
                                                                           : 0;
    return rtmp_chunk_basic_bytes_of(fragment->csid) * chunks +
           rtmp_chunk_message_bytes(fragment->fmt) + EXTENDED * extended;
}

struct rtmp_message rtmp_records_header(const struct rtmp_fragment_record *fragment) {
    return (struct rtmp_message){.timestamp = fragment->timestamp,
                                 .length = fragment->length,
                                 .stream_id = fragment->stream_id,
                                 .csid = fragment->csid,
                                 .type = (uint8_t)fragment->type,
                                 .relative = fragment->flags & RTMP_FRAGMENT_UNCERTAIN};
}

struct rtmp_chunk_walk rtmp_records_walk(const struct rtmp_records *records,
                                         const struct rtmp_fragment_record *fragment,
                                         const uint8_t *bytes) {
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    return (struct rtmp_chunk_walk){
        .reader =
            rtmp_reader_over(fragment->size ? bytes + fragment->start : bytes, fragment->size),
        .csid = fragment->csid,
        .length = fragment->length,
        .at = fragment->at,
        .chunk_origin = reassembly ? reassembly->chunk_origin : 0,
        .chunk_size = reassembly ? reassembly->chunk_size : fragment->length,
        .partial_header = fragment->partial_header,
        .header = reassembly ? reassembly->header : NULL,
        .header_next = fragment->flags & RTMP_FRAGMENT_HEADER,
        .repeats_extended = fragment->flags & RTMP_FRAGMENT_EXTENDED,
    };
}

static bool is_of_flow(uint8_t type) {
    return type == RTMP_MESSAGE_ACKNOWLEDGEMENT || type == RTMP_MESSAGE_USER_CONTROL;
}

const struct rtmp_flow_record *rtmp_records_flow(const struct rtmp_records *records,
                                                 uint32_t message,
                                                 const struct rtmp_fragment_record *fragment) {
    if (!fragment->has_facts || !is_of_flow(fragment->type))
        return NULL;
    return &records->flows[RTMP_FIRST_NOT_BEFORE(records->flows, records->flow_count,
                                                 flow_before_message, message)];
}

static const struct rtmp_facts_record *facts_of(const struct rtmp_records *records,
                                                uint32_t message) {
    return &records->facts[RTMP_FIRST_NOT_BEFORE(records->facts, records->facts_count,
                                                 facts_before_message, message)];
}

static const struct rtmp_decoder_configs *configs_of(const struct rtmp_records *records,
                                                     uint32_t message) {
    uint32_t after = RTMP_FIRST_NOT_BEFORE(records->config_changes, records->config_change_count,
                                           change_by_message, message);
    uint32_t configs = after ? records->config_changes[after - 1].configs : 0;
    return configs ? &records->configs[configs - 1] : NULL;
}

struct rtmp_message_facts rtmp_records_facts(const struct rtmp_records *records, uint32_t message,
                                             const struct rtmp_fragment_record *fragment) {
    struct rtmp_message_facts facts = {.reply_kind = RTMP_REPLY_UNKNOWN, .late = fragment->late};
    if (fragment->has_facts && !is_of_flow(fragment->type)) {
        facts.call = facts_of(records, message);
        if (facts.call->is_answer)
            facts.reply_kind = (enum rtmp_reply_kind)facts.call->reply_kind;
    }
    if (fragment->type == RTMP_MESSAGE_VIDEO || fragment->type == RTMP_MESSAGE_AGGREGATE)
        facts.decoder_configs = configs_of(records, message);
    return facts;
}

uint32_t rtmp_records_segment_of(const struct rtmp_records *records, uint32_t fragment) {
    return RTMP_FIRST_NOT_BEFORE(records->segments, records->segment_count, segment_holds_by,
                                 fragment) -
           1;
}
