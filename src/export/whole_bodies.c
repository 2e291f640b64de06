/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/whole_bodies.h"

static void free_block(const struct rtmp_memory *memory, uint8_t *block) {
    if (block)
        (void)memory->resize(memory->user, block, 0);
}

void rtmp_whole_bodies_destroy(struct rtmp_whole_bodies *bodies, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < bodies->count; i++)
        free_block(memory, bodies->open[i].bytes);
    free_block(memory, bodies->last);
    *bodies = (struct rtmp_whole_bodies){.count = 0};
}

/* Take it out of the list; its bytes are returned. */
static uint8_t *close_body(struct rtmp_whole_bodies *bodies, struct rtmp_open_body *open) {
    uint8_t *bytes = open->bytes;
    bodies->count--;
    memmove(open, open + 1, (size_t)(bodies->open + bodies->count - open) * sizeof *open);
    return bytes;
}

/* The open body of a chunk stream: it has one at a time. NULL: none. */
static struct rtmp_open_body *body_of_chunk_stream(struct rtmp_whole_bodies *bodies,
                                                   uint32_t csid) {
    for (uint32_t i = 0; i < bodies->count; i++)
        if (bodies->open[i].csid == csid)
            return &bodies->open[i];
    return NULL;
}

static struct rtmp_open_body *open_body(struct rtmp_whole_bodies *bodies,
                                        const struct rtmp_memory *memory, uint32_t csid,
                                        uint32_t reassembly) {
    if (bodies->count == RTMP_LIMIT_WHOLE_BODIES)
        free_block(memory, close_body(bodies, bodies->open));
    struct rtmp_open_body *open = &bodies->open[bodies->count++];
    *open = (struct rtmp_open_body){.csid = csid, .reassembly = reassembly};
    return open;
}

/* Memory as bytes come: a length on the wire takes none. */
static bool reserve_in_body(struct rtmp_open_body *open, const struct rtmp_memory *memory,
                            uint32_t length, uint32_t more) {
    uint32_t wanted = more < length - open->filled ? open->filled + more : length;
    if (wanted <= open->capacity)
        return true;
    uint32_t capacity = wanted < length / 2 ? wanted * 2 : length;
    uint8_t *bytes = memory->resize(memory->user, open->bytes, capacity);
    if (!bytes)
        return false;
    open->bytes = bytes;
    open->capacity = capacity;
    return true;
}

/* Append the fragment's bytes. False: they do not continue what is there. */
static bool append_fragment(struct rtmp_open_body *open, const struct rtmp_memory *memory,
                            const struct rtmp_segment_view *view,
                            const struct rtmp_fragment_record *fragment) {
    if (fragment->at != open->filled ||
        !reserve_in_body(open, memory, fragment->length, fragment->size))
        return false;
    struct rtmp_chunk_walk walk =
        rtmp_records_walk(&view->direction->records, fragment, view->bytes);
    if (open->capacity > open->filled)
        open->filled += rtmp_chunk_walk_gather(&walk, open->bytes + open->filled,
                                               open->capacity - open->filled);
    return true;
}

/* Is it a piece of an audio or video message that does not lie in this segment alone? */
static bool is_piece(const struct rtmp_segment_view *view,
                     const struct rtmp_fragment_record *fragment) {
    const struct rtmp_records *records = &view->direction->records;
    if (!fragment->reassembly ||
        (fragment->type != RTMP_MESSAGE_AUDIO && fragment->type != RTMP_MESSAGE_VIDEO))
        return false;
    const struct rtmp_reassembly *first =
        &records->reassemblies[records->reassemblies[fragment->reassembly - 1].first - 1];
    return first->completed_segment == 0 || first->first_segment != first->completed_segment;
}

const uint8_t *rtmp_whole_bodies_follow(struct rtmp_whole_bodies *bodies,
                                        const struct rtmp_memory *memory,
                                        const struct rtmp_segment_view *view, uint32_t index) {
    const struct rtmp_fragment_record *fragment = &view->fragments[index];
    free_block(memory, bodies->last);
    bodies->last = NULL;
    if (!is_piece(view, fragment))
        return NULL;
    uint32_t reassembly = view->direction->records.reassemblies[fragment->reassembly - 1].first;
    struct rtmp_open_body *open = body_of_chunk_stream(bodies, fragment->csid);
    if (open && open->reassembly != reassembly) {
        free_block(memory, close_body(bodies, open));
        open = NULL;
    }
    if (!open && (fragment->flags & RTMP_FRAGMENT_FIRST))
        open = open_body(bodies, memory, fragment->csid, reassembly);
    if (!open)
        return NULL;
    bool whole = append_fragment(open, memory, view, fragment);
    bool complete = fragment->flags & RTMP_FRAGMENT_COMPLETE;
    if (whole && !complete)
        return NULL;
    whole = whole && open->filled == fragment->length;
    bodies->last = close_body(bodies, open);
    return whole ? bodies->last : NULL;
}
