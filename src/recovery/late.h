/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_LATE_H
#define RTMP_RECOVERY_LATE_H

#include "base/limits.h"
#include "recovery/recovery.h"

/*
 * Holes: gaps that late segments may still fill after the bytes behind them were read.
 *
 * For each hole the state before it is kept, and the bytes that came behind it. Late bytes are read
 * from that state on: messages that were not reported yet are reported while the late bytes are
 * being fed, each message once. When nothing is missing any more before the direction's position,
 * that state replaces the direction's, as if there had been no hole. Everything is bounded
 * (limits.h); a hole that is given up leaves the direction as it is. Few directions need this: the
 * handle is NULL while no hole is open.
 */

/* Bytes `start` .. `end` - 1 are missing. */
struct rtmp_late_hole {
    uint64_t start, end;
    bool known; /* `before` is set; otherwise bytes before the hole are missing too */
    struct rtmp_recovery before; /* the state at `start` */
};

struct rtmp_late {
    struct rtmp_late_hole holes[RTMP_LIMIT_HOLES]; /* in order, at least one */
    uint32_t hole_count;
    uint8_t *bytes; /* from the first hole's beginning to the direction's position; missing ones are
                       undefined */
    uint64_t offset; /* of the first of them */
    uint32_t count, capacity;
    uint32_t reported_count;
    uint64_t late_end; /* the highest offset of a message that late bytes brought; 0: none */
    uint64_t reported[RTMP_LIMIT_LATE_MESSAGES]; /* offsets of the messages that were reported since
                                                    the first hole */
    struct rtmp_sink sink; /* the direction's own: while holes are open its messages are noted */
};

/* `count` bytes at r's position are missing: keep the state there. Call before rtmp_recovery_gap().
 */
void rtmp_late_open(struct rtmp_late **handle, struct rtmp_recovery *r, uint64_t count);

/* r is about to read these bytes, which are behind a hole (*handle is not NULL). */
void rtmp_late_follow(struct rtmp_late **handle, struct rtmp_recovery *r, const uint8_t *bytes,
                      uint32_t len);

/* Bytes before r's position, behind the beginning of a hole. Reports RTMP_NOTE_LATE and the
 * messages that they complete to r's sink; fragments of those may lie behind the late bytes. False:
 * none of the bytes was missing. */
bool rtmp_late_fill(struct rtmp_late **handle, struct rtmp_recovery *r, uint64_t offset,
                    const uint8_t *bytes, uint32_t len);

/* Close all holes: late bytes are no longer expected. */
void rtmp_late_forget(struct rtmp_late **handle, struct rtmp_recovery *r);

#endif
