/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CALLS_H
#define RTMP_SESSION_CALLS_H

#include "base/memory.h"
#include "payload/command/head.h"

/*
 * The calls of one side of a connection that wait for their answer: the `_result` or `_error` of
 * the other side with the call's transaction id. All zero is the beginning.
 *
 * A transaction id of 0 asks for no answer (Adobe RTMP 7.2.1.1). Calls that are never answered
 * (observed: FCPublish, releaseStream) stay until newer ones need their place. Calls are kept in
 * sets by the low bits of their ids, so that look-up is constant (RTMP_LIMIT_CALLS).
 */
struct rtmp_call {
    double transaction_id; /* 0: none */
    bool creates_stream;
};

/* Calls whose ids have the same low bits, the latest first. */
#define RTMP_CALLS_IN_SET 4U
struct rtmp_call_set {
    struct rtmp_call call[RTMP_CALLS_IN_SET];
};

struct rtmp_calls {
    struct rtmp_call_set *set;
    uint32_t sets; /* a power of two, 0 at the beginning */
};

/*
 * A command of one side is complete: a call is noted in `own`, an answer takes its call from
 * `peers`. late: its bytes came after later ones of its side were read; such a call replaces none
 * that waits. Returns the kind of call that an answer answers; RTMP_REPLY_UNKNOWN for a call, and
 * where the call was not seen.
 */
enum rtmp_reply_kind rtmp_calls_follow(struct rtmp_calls *own, struct rtmp_calls *peers,
                                       const struct rtmp_memory *memory,
                                       const struct rtmp_command_head *head, bool late);

/* Free what it holds. */
void rtmp_calls_destroy(struct rtmp_calls *calls, const struct rtmp_memory *memory);

#endif
