/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_LATE_H
#define RTMP_RECOVERY_LATE_H

#include "base/limits.h"
#include "wire/dechunk.h"

/*
 * Bytes that come late: a hole that fills itself after the direction went on behind it.
 *
 * Of each hole the state before it is kept, and the bytes that came behind it. Late bytes go on
 * from there: the messages of the hole that were not reported yet are reported while the late bytes
 * are at hand, each message once. When nothing is missing any more before the direction's position,
 * it goes on from that state, as if no hole had been. Everything is bounded (limits.h); what is
 * forgotten leaves the direction as it is. Few directions ever need it: NULL while no hole is open.
 */

/* Bytes `start` .. `end` - 1 have not come. */
struct rtmp_late_hole {
    uint64_t start, end;
    bool known;                 /* `before` holds; else bytes before the hole are missing too */
    struct rtmp_dechunk before; /* the state at `start` */
};

struct rtmp_late {
    struct rtmp_late_hole holes[RTMP_LIMIT_HOLES]; /* in order, at least one */
    uint32_t hole_count;
    uint8_t *bytes;  /* from the first hole's beginning to the direction's position; what is missing
                        is undefined */
    uint64_t offset; /* of the first of them */
    uint32_t count, capacity;
    uint32_t reported_count;
    uint64_t reported[RTMP_LIMIT_LATE_MESSAGES]; /* offsets of the messages that were reported since
                                                    the first hole */
    struct rtmp_sink sink; /* the direction's own: while holes are open its messages are noted */
};

/* `count` bytes at d's position are missing: remember where that was. Before rtmp_dechunk_gap(). */
void rtmp_late_open(struct rtmp_late **handle, struct rtmp_dechunk *d, uint64_t count);

/* Behind a hole (*handle is not NULL): d is about to read these bytes. */
void rtmp_late_follow(struct rtmp_late **handle, struct rtmp_dechunk *d, const uint8_t *bytes,
                      uint32_t len);

/* Bytes before d's position, behind the beginning of a hole. Reports to d's sink what they bring:
 * RTMP_NOTE_LATE and messages, whose parts may lie behind the late bytes. False: none of them was
 * missing. */
bool rtmp_late_fill(struct rtmp_late **handle, struct rtmp_dechunk *d, uint64_t offset,
                    const uint8_t *bytes, uint32_t len);

/* Close all holes: nothing comes late any more. */
void rtmp_late_forget(struct rtmp_late **handle, struct rtmp_dechunk *d);

#endif
