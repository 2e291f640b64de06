/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message-body.h"

#include <stdlib.h>

#include "sorted.h"
#include "tree/chunk.h"

bool rtmpx_completes_message(const struct rtmpx_view *view) {
    for (uint32_t i = 0; i < view->fragment_count; i++)
        if (view->fragments[i].flags & RTMP_FRAGMENT_COMPLETE)
            return true;
    return false;
}

/* ---- the parts of a message ---- */

/* One assembly stands for a message, also when a change of chunk size gave it several. */
static uint32_t first_reassembly(const struct rtmpx_direction *dir,
                                 const struct rtmpx_fragment *fragment) {
    return dir->reassemblies[fragment->reassembly - 1].first;
}

static int by_message(const void *a, const void *b) {
    const struct rtmpx_fragment_of_message *left = a;
    const struct rtmpx_fragment_of_message *right = b;
    if (left->reassembly != right->reassembly)
        return left->reassembly < right->reassembly ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static bool alone(const struct rtmpx_fragment *fragment) {
    return (fragment->flags & RTMP_FRAGMENT_FIRST) && (fragment->flags & RTMP_FRAGMENT_COMPLETE);
}

static void list_fragments(struct rtmpx_messages *messages) {
    const struct rtmpx_view *view = messages->view;
    messages->fragments =
        wmem_alloc_array(view->pinfo->pool, struct rtmpx_fragment_of_message, view->fragment_count);
    for (uint32_t i = 0; i < view->fragment_count; i++) {
        const struct rtmpx_fragment *fragment = &view->fragments[i];
        if (!fragment->reassembly || alone(fragment))
            continue;
        messages->fragments[messages->count++] =
            (struct rtmpx_fragment_of_message){first_reassembly(view->direction, fragment), i};
    }
    if (messages->count > 1)
        qsort(messages->fragments, messages->count, sizeof *messages->fragments, by_message);
}

static bool fragment_before_message(const void *record, uint64_t reassembly) {
    const struct rtmpx_fragment_of_message *fragment = record;
    return fragment->reassembly < reassembly;
}

/* Index of the first listed part of that message or a later one. */
static uint32_t first_fragment_of(const struct rtmpx_messages *messages, uint32_t reassembly) {
    return RTMPX_FIRST_NOT_BEFORE(messages->fragments, messages->count, fragment_before_message,
                                  reassembly);
}

uint32_t rtmpx_fragments_of_message(struct rtmpx_messages *messages, uint32_t index,
                                    const struct rtmpx_fragment_of_message **run) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmpx_fragment *fragment = &view->fragments[index];
    messages->alone = (struct rtmpx_fragment_of_message){0, index};
    *run = &messages->alone;
    if (!fragment->reassembly || alone(fragment) || view->fragment_count == 1)
        return 1;
    if (!messages->fragments)
        list_fragments(messages);
    uint32_t reassembly = first_reassembly(view->direction, fragment);
    uint32_t first = first_fragment_of(messages, reassembly);
    *run = messages->fragments + first;
    return first_fragment_of(messages, reassembly + 1) - first;
}

/* ---- its body ---- */

struct rtmp_message rtmpx_message_of(const struct rtmpx_fragment *fragment) {
    return (struct rtmp_message){.timestamp = fragment->timestamp,
                                 .length = fragment->length,
                                 .stream_id = fragment->stream_id,
                                 .csid = fragment->csid,
                                 .type = (uint8_t)fragment->type};
}

/* The body that part `index` completes, if the parts that come before have been asked for theirs.
 */
static const uint8_t *fresh_body(struct rtmpx_messages *messages, uint32_t index) {
    while (messages->fresh && messages->fresh->fragment < index)
        messages->fresh = messages->fresh->next;
    return messages->fresh && messages->fresh->fragment == index ? messages->fresh->bytes : NULL;
}

/* Put a body together from its chunks in this segment. */
static uint8_t *gather(struct rtmpx_messages *messages, uint32_t index, uint32_t room,
                       uint32_t *available) {
    const struct rtmpx_view *view = messages->view;
    uint8_t *bytes = wmem_alloc(view->pinfo->pool, room ? room : 1);
    const struct rtmpx_fragment_of_message *run;
    uint32_t count = rtmpx_fragments_of_message(messages, index, &run);
    uint32_t done = 0;
    for (uint32_t i = 0; i < count; i++)
        done += rtmpx_chunk_data(view->direction, &view->fragments[run[i].index], view->tvb,
                                 bytes + done, room - done);
    *available = done;
    return bytes;
}

/* Is more kept of a media body than its head, but not all? */
static bool is_outline(const struct rtmpx_body *body) {
    return body->head && body->incomplete && body->available > body->head;
}

/* A tab for the bytes of one more message. Returns how many there are, of all calls for the frame.
 */
static uint32_t add_tab(const struct rtmpx_body *body) {
    add_new_data_source(body->pinfo, body->tvb,
                        is_outline(body) ? "RTMP message, outline" : "RTMP message");
    return rtmpx_count_in_visit(body->pinfo, RTMPX_COUNT_TABS) + 1;
}

void rtmpx_find_body(struct rtmpx_messages *messages, uint32_t index, uint32_t head, bool with_tvb,
                     struct rtmpx_body *body) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmpx_fragment *fragment = &view->fragments[index];
    const struct rtmpx_reassembly *reassembly = rtmpx_reassembly_of(view->direction, fragment);
    body->pinfo = view->pinfo;
    body->from_client = view->direction->wire.handshake.role == RTMP_ROLE_CLIENT;
    bool is_command =
        fragment->type == RTMP_MESSAGE_COMMAND_AMF0 || fragment->type == RTMP_MESSAGE_COMMAND_AMF3;
    body->reply_kind = is_command ? (enum rtmp_reply_kind)fragment->context : RTMP_REPLY_UNKNOWN;
    body->streams = rtmpx_streams_of(view->direction, fragment);
    body->head = 0;
    body->tvb = NULL;
    if (!reassembly) {
        uint32_t start = fragment->start + fragment->size - fragment->length;
        body->available = fragment->length;
        body->bytes =
            fragment->length ? tvb_get_ptr(view->tvb, (int)start, (int)fragment->length) : NULL;
        if (with_tvb)
            body->tvb = tvb_new_subset_length(view->tvb, (int)start, (int)fragment->length);
    } else if (reassembly->body) {
        body->available = reassembly->available;
        body->bytes = reassembly->body;
        if (body->available < fragment->length) /* else all is there: no outline behind the head */
            body->head = view->direction->wire.chunks.dechunk.bodies.media_head;
    } else if ((body->bytes = fresh_body(messages, index)) != NULL) {
        body->available = fragment->length;
    } else {
        uint32_t whole = reassembly->missing ? reassembly->available : fragment->length;
        body->bytes = gather(messages, index, whole < head ? whole : head, &body->available);
    }
    body->incomplete = body->available < fragment->length;
    if (with_tvb && !body->tvb) {
        body->tvb =
            tvb_new_child_real_data(view->tvb, body->bytes, body->available, (int)body->available);
        messages->tabs = add_tab(body);
    }
}
