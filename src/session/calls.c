/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/calls.h"

#include <string.h>

#include "base/limits.h"

static void remove_call(struct rtmp_calls *calls, uint32_t at) {
    calls->answered -= calls->call[at].is_answered;
    calls->count--;
    memmove(&calls->call[at], &calls->call[at + 1], (calls->count - at) * sizeof *calls->call);
}

/* The oldest that was answered, else the oldest. */
static void drop_call(struct rtmp_calls *calls) {
    uint32_t at = 0;
    while (calls->answered && !calls->call[at].is_answered)
        at++;
    remove_call(calls, at);
}

/* For a call at `offset`: one that is older than all that wait drops none. */
static bool has_room_for_call(struct rtmp_calls *calls, const struct rtmp_memory *memory,
                              uint64_t offset) {
    while (calls->answered >= RTMP_LIMIT_CALLS_ANSWERED)
        drop_call(calls);
    if (calls->count == RTMP_LIMIT_CALLS) {
        if (!calls->answered && offset < calls->call[0].offset)
            return false;
        drop_call(calls);
    }
    if (calls->count < calls->capacity)
        return true;
    uint32_t capacity = calls->capacity ? calls->capacity * 2 : 4;
    struct rtmp_call *call =
        memory->resize(memory->user, calls->call, capacity * sizeof *calls->call);
    if (!call)
        return false;
    calls->call = call;
    calls->capacity = capacity;
    return true;
}

/* The call of an id, the later ones first: index + 1; 0: none. */
static uint32_t find_call(const struct rtmp_calls *calls, double transaction_id) {
    uint32_t at = calls->count;
    while (at && calls->call[at - 1].transaction_id != transaction_id)
        at--;
    return at;
}

void rtmp_calls_add(struct rtmp_calls *calls, const struct rtmp_memory *memory,
                    struct rtmp_call call) {
    /* Most sides count their calls. */
    uint32_t earlier =
        call.transaction_id > calls->highest_id ? 0 : find_call(calls, call.transaction_id);
    if (earlier) {
        struct rtmp_call *found = &calls->call[earlier - 1];
        if (found->offset > call.offset) {
            found->is_reused = found->took_over = true;
            return;
        }
        call.is_reused = true;
        call.took_over = !found->is_answered || found->took_over;
        remove_call(calls, earlier - 1);
    }
    if (!has_room_for_call(calls, memory, call.offset))
        return;
    if (call.transaction_id > calls->highest_id)
        calls->highest_id = call.transaction_id;
    uint32_t at = calls->count;
    while (at && calls->call[at - 1].offset > call.offset)
        at--;
    memmove(&calls->call[at + 1], &calls->call[at], (calls->count - at) * sizeof *calls->call);
    calls->call[at] = call;
    calls->count++;
}

enum rtmp_call_match rtmp_calls_answer(struct rtmp_calls *calls, double transaction_id,
                                       uint32_t before, uint32_t *facts) {
    uint32_t found = find_call(calls, transaction_id);
    if (!found)
        return RTMP_CALL_NOT_SEEN;
    struct rtmp_call *call = &calls->call[found - 1];
    bool in_order = before == RTMP_CALLS_ANY;
    if (call->offset < calls->known_since || call->facts >= before ||
        (!in_order && call->is_reused))
        return RTMP_CALL_UNCERTAIN;
    if (call->is_answered)
        return in_order && !call->took_over ? RTMP_CALL_ANSWERED : RTMP_CALL_UNCERTAIN;
    call->is_answered = true;
    calls->answered++;
    *facts = call->facts;
    return RTMP_CALL_FOUND;
}

void rtmp_calls_destroy(struct rtmp_calls *calls, const struct rtmp_memory *memory) {
    if (calls->call)
        (void)memory->resize(memory->user, calls->call, 0);
    *calls = (struct rtmp_calls){.count = 0};
}
