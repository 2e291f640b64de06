/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/message_body.h"

#include <stdlib.h>

#include "base/sorted.h"

bool rtmp_segment_completes_message(const struct rtmp_segment_view *view) {
    uint32_t count = view->segment->fragment_count;
    for (uint32_t i = 0; i < count; i++)
        if (view->fragments[i].flags & RTMP_FRAGMENT_COMPLETE)
            return true;
    return false;
}

static void *allocate(const struct rtmp_segment_view *view, size_t size) {
    return view->packet->resize(view->packet->user, NULL, size);
}

/* ---- the fragments of a message ---- */

/* The first reassembly identifies a message, also when a change of chunk size gave it several. */
static uint32_t first_reassembly(const struct rtmp_segment_view *view,
                                 const struct rtmp_fragment_record *fragment) {
    return view->direction->records.reassemblies[fragment->reassembly - 1].first;
}

static int by_message(const void *a, const void *b) {
    const struct rtmp_message_fragment *left = a;
    const struct rtmp_message_fragment *right = b;
    if (left->reassembly != right->reassembly)
        return left->reassembly < right->reassembly ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static bool is_alone(const struct rtmp_fragment_record *fragment) {
    return !fragment->reassembly ||
           ((fragment->flags & RTMP_FRAGMENT_FIRST) && (fragment->flags & RTMP_FRAGMENT_COMPLETE));
}

static void list_fragments(struct rtmp_segment_messages *messages) {
    const struct rtmp_segment_view *view = messages->view;
    uint32_t count = view->segment->fragment_count;
    messages->fragments = allocate(view, count * sizeof *messages->fragments);
    if (!messages->fragments)
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct rtmp_fragment_record *fragment = &view->fragments[i];
        if (!is_alone(fragment))
            messages->fragments[messages->count++] =
                (struct rtmp_message_fragment){first_reassembly(view, fragment), i};
    }
    if (messages->count > 1)
        qsort(messages->fragments, messages->count, sizeof *messages->fragments, by_message);
}

static bool fragment_before_message(const void *record, uint64_t reassembly) {
    const struct rtmp_message_fragment *fragment = record;
    return fragment->reassembly < reassembly;
}

/* Index in the list of the first fragment of that message or a later one. */
static uint32_t first_fragment_of(const struct rtmp_segment_messages *messages,
                                  uint32_t reassembly) {
    return RTMP_FIRST_NOT_BEFORE(messages->fragments, messages->count, fragment_before_message,
                                 reassembly);
}

uint32_t rtmp_segment_fragments_of(struct rtmp_segment_messages *messages, uint32_t index,
                                   const struct rtmp_message_fragment **run) {
    const struct rtmp_segment_view *view = messages->view;
    const struct rtmp_fragment_record *fragment = &view->fragments[index];
    messages->alone = (struct rtmp_message_fragment){0, index};
    *run = &messages->alone;
    if (is_alone(fragment) || view->segment->fragment_count == 1)
        return 1;
    if (!messages->fragments)
        list_fragments(messages);
    if (!messages->fragments)
        return 1;
    uint32_t reassembly = first_reassembly(view, fragment);
    uint32_t first = first_fragment_of(messages, reassembly);
    *run = messages->fragments + first;
    return first_fragment_of(messages, reassembly + 1) - first;
}

/* ---- its body ---- */

/* The fresh body of the message that fragment `index` completes. Messages are asked for in order.
 */
static const uint8_t *fresh_body(struct rtmp_segment_messages *messages, uint32_t index) {
    while (messages->fresh && messages->fresh->fragment < index)
        messages->fresh = messages->fresh->next;
    return messages->fresh && messages->fresh->fragment == index ? messages->fresh->bytes : NULL;
}

/* Put a body together from its chunks in this segment. */
static const uint8_t *gather(struct rtmp_segment_messages *messages, uint32_t index, uint32_t room,
                             uint32_t *available) {
    const struct rtmp_segment_view *view = messages->view;
    uint8_t *bytes = allocate(view, room ? room : 1);
    const struct rtmp_message_fragment *run;
    uint32_t count = bytes ? rtmp_segment_fragments_of(messages, index, &run) : 0;
    uint32_t done = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct rtmp_chunk_walk walk = rtmp_records_walk(
            &view->direction->records, &view->fragments[run[i].index], view->bytes);
        done += rtmp_chunk_walk_gather(&walk, bytes + done, room - done);
    }
    *available = done;
    return bytes;
}

struct rtmp_message_body rtmp_segment_message_body(struct rtmp_segment_messages *messages,
                                                   uint32_t index, uint32_t enough) {
    const struct rtmp_segment_view *view = messages->view;
    const struct rtmp_fragment_record *fragment = &view->fragments[index];
    const struct rtmp_reassembly *reassembly =
        rtmp_records_reassembly(&view->direction->records, fragment);
    struct rtmp_message_body body = {.available = fragment->length};
    if (!reassembly) {
        body.in_one_range = true;
        body.start = fragment->start + fragment->size - fragment->length;
        body.bytes = fragment->length ? view->bytes + body.start : NULL;
    } else if (!reassembly->in_segment) {
        static const uint8_t nothing[1];
        body.available = reassembly->body ? reassembly->available : 0;
        body.bytes = reassembly->body ? reassembly->body : nothing;
        /* A body that is kept whole has no outline. */
        if (reassembly->body && body.available < fragment->length)
            body.head = view->direction->wire.chunks.dechunk.bodies.media_head;
    } else if ((body.bytes = fresh_body(messages, index)) == NULL) {
        uint32_t whole = reassembly->missing ? reassembly->available : fragment->length;
        body.bytes = gather(messages, index, whole < enough ? whole : enough, &body.available);
    }
    return body;
}
