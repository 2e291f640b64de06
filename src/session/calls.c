/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/calls.h"

#include <string.h>

static void forget(struct rtmp_calls *calls, uint32_t index) {
    calls->count--;
    memmove(&calls->item[index], &calls->item[index + 1],
            (calls->count - index) * sizeof *calls->item);
}

static bool make_room(struct rtmp_calls *calls, const struct rtmp_memory *memory) {
    if (calls->count == RTMP_LIMIT_CALLS)
        forget(calls, 0);
    if (calls->count < calls->capacity)
        return true;
    uint32_t capacity = calls->capacity ? calls->capacity * 2 : 4;
    struct rtmp_call *item =
        memory->resize(memory->user, calls->item, capacity * sizeof *calls->item);
    if (!item)
        return false;
    calls->item = item;
    calls->capacity = capacity;
    return true;
}

/* Where a client uses an id again before it was answered, the answer is taken for the later call's.
 */
static enum rtmp_answers take(struct rtmp_calls *calls, double transaction_id) {
    for (uint32_t i = calls->count; i > 0; i--) {
        const struct rtmp_call call = calls->item[i - 1];
        if (call.transaction_id != transaction_id)
            continue;
        forget(calls, i - 1);
        return call.creates_stream ? RTMP_ANSWERS_CREATE_STREAM : RTMP_ANSWERS_ANOTHER;
    }
    return RTMP_ANSWERS_UNKNOWN;
}

enum rtmp_answers rtmp_calls_follow(struct rtmp_calls *own, struct rtmp_calls *peers,
                                    const struct rtmp_memory *memory, struct rtmp_reader reader,
                                    uint8_t type) {
    struct rtmp_command_head head;
    if (!rtmp_command_read_head(&head, reader, type))
        return RTMP_ANSWERS_UNKNOWN;
    if (head.is_answer)
        return take(peers, head.transaction_id);
    if (head.transaction_id != 0 && make_room(own, memory))
        own->item[own->count++] = (struct rtmp_call){head.transaction_id, head.creates_stream};
    return RTMP_ANSWERS_UNKNOWN;
}

void rtmp_calls_destroy(struct rtmp_calls *calls, const struct rtmp_memory *memory) {
    if (calls->item)
        (void)memory->resize(memory->user, calls->item, 0);
    *calls = (struct rtmp_calls){NULL, 0, 0};
}
