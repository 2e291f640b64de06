/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message-body.h"

#include <stdlib.h>

#include "sorted.h"
#include "tree/chunk.h"

bool rtmpx_completes_message(const struct rtmpx_view *view) {
    for (uint32_t i = 0; i < view->part_count; i++)
        if (view->parts[i].flags & RTMP_PART_COMPLETE)
            return true;
    return false;
}

/* ---- the parts of a message ---- */

/* One assembly stands for a message, also when a change of chunk size gave it several. */
static uint32_t first_assembly(const struct rtmpx_direction *dir, const struct rtmpx_part *part) {
    return dir->assemblies[part->assembly - 1].first;
}

static int by_message(const void *a, const void *b) {
    const struct rtmpx_part_of_message *left = a;
    const struct rtmpx_part_of_message *right = b;
    if (left->assembly != right->assembly)
        return left->assembly < right->assembly ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static bool alone(const struct rtmpx_part *part) {
    return (part->flags & RTMP_PART_FIRST) && (part->flags & RTMP_PART_COMPLETE);
}

static void list_parts(struct rtmpx_messages *messages) {
    const struct rtmpx_view *view = messages->view;
    messages->parts =
        wmem_alloc_array(view->pinfo->pool, struct rtmpx_part_of_message, view->part_count);
    for (uint32_t i = 0; i < view->part_count; i++) {
        const struct rtmpx_part *part = &view->parts[i];
        if (!part->assembly || alone(part))
            continue;
        messages->parts[messages->count++] =
            (struct rtmpx_part_of_message){first_assembly(view->direction, part), i};
    }
    if (messages->count > 1)
        qsort(messages->parts, messages->count, sizeof *messages->parts, by_message);
}

static bool part_before_message(const void *record, uint64_t assembly) {
    const struct rtmpx_part_of_message *part = record;
    return part->assembly < assembly;
}

/* Index of the first listed part of that message or a later one. */
static uint32_t first_part_of(const struct rtmpx_messages *messages, uint32_t assembly) {
    return RTMPX_FIRST_NOT_BEFORE(messages->parts, messages->count, part_before_message, assembly);
}

uint32_t rtmpx_parts_of_message(struct rtmpx_messages *messages, uint32_t index,
                                const struct rtmpx_part_of_message **run) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmpx_part *part = &view->parts[index];
    messages->alone = (struct rtmpx_part_of_message){0, index};
    *run = &messages->alone;
    if (!part->assembly || alone(part) || view->part_count == 1)
        return 1;
    if (!messages->parts)
        list_parts(messages);
    uint32_t assembly = first_assembly(view->direction, part);
    uint32_t first = first_part_of(messages, assembly);
    *run = messages->parts + first;
    return first_part_of(messages, assembly + 1) - first;
}

/* ---- its body ---- */

struct rtmp_message rtmpx_message_of(const struct rtmpx_part *part) {
    return (struct rtmp_message){.timestamp = part->timestamp,
                                 .length = part->length,
                                 .stream_id = part->stream_id,
                                 .csid = part->csid,
                                 .type = (uint8_t)part->type};
}

/* The body that part `index` completes, if the parts that come before have been asked for theirs.
 */
static const uint8_t *fresh_body(struct rtmpx_messages *messages, uint32_t index) {
    while (messages->fresh && messages->fresh->part < index)
        messages->fresh = messages->fresh->next;
    return messages->fresh && messages->fresh->part == index ? messages->fresh->bytes : NULL;
}

/* Put a body together from its chunks in this segment. */
static uint8_t *gather(struct rtmpx_messages *messages, uint32_t index, uint32_t room,
                       uint32_t *available) {
    const struct rtmpx_view *view = messages->view;
    uint8_t *bytes = wmem_alloc(view->pinfo->pool, room ? room : 1);
    const struct rtmpx_part_of_message *run;
    uint32_t count = rtmpx_parts_of_message(messages, index, &run);
    uint32_t done = 0;
    for (uint32_t i = 0; i < count; i++)
        done += rtmpx_chunk_data(view->direction, &view->parts[run[i].index], view->tvb,
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
    const struct rtmpx_part *part = &view->parts[index];
    const struct rtmpx_assembly *assembly = rtmpx_assembly_of(view->direction, part);
    body->pinfo = view->pinfo;
    body->from_client = view->direction->wire.handshake.role == RTMP_ROLE_CLIENT;
    bool is_command =
        part->type == RTMP_MESSAGE_COMMAND_AMF0 || part->type == RTMP_MESSAGE_COMMAND_AMF3;
    body->answers = is_command ? (enum rtmp_answers)part->context : RTMP_ANSWERS_UNKNOWN;
    body->streams = rtmpx_streams_of(view->direction, part);
    body->head = 0;
    body->tvb = NULL;
    if (!assembly) {
        uint32_t start = part->start + part->size - part->length;
        body->available = part->length;
        body->bytes = part->length ? tvb_get_ptr(view->tvb, (int)start, (int)part->length) : NULL;
        if (with_tvb)
            body->tvb = tvb_new_subset_length(view->tvb, (int)start, (int)part->length);
    } else if (assembly->body) {
        body->available = assembly->available;
        body->bytes = assembly->body;
        if (body->available < part->length) /* else all is there: no outline behind the head */
            body->head = view->direction->wire.dechunk.media_head;
    } else if ((body->bytes = fresh_body(messages, index)) != NULL) {
        body->available = part->length;
    } else {
        uint32_t whole = assembly->missing ? assembly->available : part->length;
        body->bytes = gather(messages, index, whole < head ? whole : head, &body->available);
    }
    body->incomplete = body->available < part->length;
    if (with_tvb && !body->tvb) {
        body->tvb =
            tvb_new_child_real_data(view->tvb, body->bytes, body->available, (int)body->available);
        messages->tabs = add_tab(body);
    }
}
