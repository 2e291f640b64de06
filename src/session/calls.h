/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CALLS_H
#define RTMP_SESSION_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "payload/command/head.h"

/*
 * The calls of one side of a connection and the answers to them: a `_result` or `_error` of the
 * other side with the transaction id of a call. Each side has ids of its own; they are numbers, so
 * that 8.5 is not 8. All zero is the beginning.
 *
 * A transaction id of 0 asks for no answer (Adobe RTMP 7.2.1.1), and neither does onStatus. An id
 * that is used again is that of the later call, whether or not the earlier one was answered. Calls
 * that are never answered (observed: FCPublish, releaseStream) stay until newer ones need their
 * place (RTMP_LIMIT_CALLS); of those that were answered the last RTMP_LIMIT_CALLS_ANSWERED stay, so
 * that a second answer is known as one.
 */
struct rtmp_call {
    double transaction_id;
    uint64_t offset; /* of its message in the direction */
    uint32_t facts;  /* of its message: index in the direction's facts (record.h) */
    bool is_answered;
    bool is_reused; /* its id was that of a call before it */
    bool took_over; /* of one that still waited */
};

struct rtmp_calls {
    struct rtmp_call *call; /* by offset */
    uint32_t count, capacity;
    uint32_t answered;    /* of them */
    double highest_id;    /* of all calls so far, at least 0 */
    uint64_t known_since; /* calls that begin before this offset may not be all there are */
};

/* Does a command ask for an answer? */
static inline bool rtmp_calls_expect_answer(const struct rtmp_command_head *head) {
    return !head->is_answer && head->name != RTMP_NAMED_ON_STATUS &&
           (head->transaction_id < 0 || head->transaction_id > 0);
}

/* A call that expects an answer is complete. Late ones take their place by offset. Without memory
 * it counts as not seen. */
void rtmp_calls_add(struct rtmp_calls *calls, const struct rtmp_memory *memory,
                    struct rtmp_call call);

/* What an answer answers. */
enum rtmp_call_match {
    RTMP_CALL_NOT_SEEN,
    RTMP_CALL_FOUND,
    RTMP_CALL_ANSWERED, /* it was answered before: this is a second answer */
    RTMP_CALL_UNCERTAIN /* bytes are missing in which another call with its id may have been; or an
                           earlier call of the id, or an earlier answer, may be the one */
};

/* Of an answer that was sent last of all that was read: it may answer any call. */
#define RTMP_CALLS_ANY UINT32_MAX

/*
 * The other side answers: *facts, of a call that is found, is that of the call. before: an answer
 * that was sent before others that were read answers a call whose facts are among the first so
 * many; otherwise RTMP_CALLS_ANY.
 */
enum rtmp_call_match rtmp_calls_answer(struct rtmp_calls *calls, double transaction_id,
                                       uint32_t before, uint32_t *facts);

/* Free what it holds. */
void rtmp_calls_destroy(struct rtmp_calls *calls, const struct rtmp_memory *memory);

#endif
