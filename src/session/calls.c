/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/calls.h"

#include <string.h>

#include "base/limits.h"

enum { SETS_MAX = RTMP_LIMIT_CALLS / RTMP_CALLS_IN_SET };
_Static_assert((SETS_MAX & (SETS_MAX - 1)) == 0, "the number of sets is doubled");

/* Clients number their calls: consecutive ids are in different sets. */
static struct rtmp_call_set *set_of(const struct rtmp_calls *calls, double transaction_id) {
    bool fits = transaction_id >= 0 && transaction_id <= UINT32_MAX;
    uint32_t number = fits ? (uint32_t)transaction_id : 0;
    return &calls->set[number & (calls->sets - 1)];
}

static bool is_full(const struct rtmp_call_set *set) {
    return set->call[RTMP_CALLS_IN_SET - 1].transaction_id != 0;
}

/* A full set drops the call that waits longest. */
static void put(struct rtmp_call_set *set, struct rtmp_call call) {
    memmove(&set->call[1], &set->call[0], sizeof *set - sizeof call);
    set->call[0] = call;
}

static bool grow(struct rtmp_calls *calls, const struct rtmp_memory *memory) {
    uint32_t before = calls->sets;
    uint32_t sets = before ? before * 2 : 1;
    struct rtmp_call_set *set = memory->resize(memory->user, calls->set, sets * sizeof *set);
    if (!set)
        return false;
    *calls = (struct rtmp_calls){set, sets};
    memset(&set[before], 0, (sets - before) * sizeof *set);
    for (uint32_t i = 0; i < before; i++) {
        const struct rtmp_call_set old = set[i];
        set[i] = (struct rtmp_call_set){0};
        for (unsigned age = RTMP_CALLS_IN_SET; age > 0; age--)
            if (old.call[age - 1].transaction_id != 0)
                put(set_of(calls, old.call[age - 1].transaction_id), old.call[age - 1]);
    }
    return true;
}

static bool waits(const struct rtmp_calls *calls, double transaction_id) {
    const struct rtmp_call_set *set = calls->sets ? set_of(calls, transaction_id) : NULL;
    for (unsigned i = 0; i < RTMP_CALLS_IN_SET && set; i++)
        if (set->call[i].transaction_id == transaction_id)
            return true;
    return false;
}

/* Without memory the call counts as not seen. A late call was made before those that wait: it is
 * put behind them and drops none. */
static void note(struct rtmp_calls *calls, const struct rtmp_memory *memory, struct rtmp_call call,
                 bool late) {
    if (late && waits(calls, call.transaction_id))
        return;
    while (calls->sets == 0 ||
           (calls->sets < SETS_MAX && is_full(set_of(calls, call.transaction_id))))
        if (!grow(calls, memory))
            return;
    struct rtmp_call_set *set = set_of(calls, call.transaction_id);
    if (!(late && is_full(set)))
        put(set, call);
}

/* If a client uses an id again before it was answered, the answer is assigned to the later call. */
static enum rtmp_reply_kind take(struct rtmp_calls *calls, double transaction_id) {
    if (calls->sets == 0 || transaction_id == 0)
        return RTMP_REPLY_UNKNOWN;
    struct rtmp_call_set *set = set_of(calls, transaction_id);
    for (unsigned i = 0; i < RTMP_CALLS_IN_SET; i++) {
        const struct rtmp_call call = set->call[i];
        if (call.transaction_id != transaction_id)
            continue;
        for (; i + 1 < RTMP_CALLS_IN_SET; i++)
            set->call[i] = set->call[i + 1];
        set->call[i] = (struct rtmp_call){0};
        return call.creates_stream ? RTMP_REPLY_CREATE_STREAM : RTMP_REPLY_ANOTHER;
    }
    return RTMP_REPLY_UNKNOWN;
}

enum rtmp_reply_kind rtmp_calls_follow(struct rtmp_calls *own, struct rtmp_calls *peers,
                                       const struct rtmp_memory *memory,
                                       const struct rtmp_command_head *head, bool late) {
    if (head->is_answer)
        return take(peers, head->transaction_id);
    if (head->transaction_id != 0)
        note(own, memory, (struct rtmp_call){head->transaction_id, head->creates_stream}, late);
    return RTMP_REPLY_UNKNOWN;
}

void rtmp_calls_destroy(struct rtmp_calls *calls, const struct rtmp_memory *memory) {
    if (calls->set)
        (void)memory->resize(memory->user, calls->set, 0);
    *calls = (struct rtmp_calls){NULL, 0};
}
