/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_FLOW_H
#define RTMP_SESSION_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

/* What the user allows. All zero: nothing is ever overdue. */
struct rtmp_ack_thresholds {
    uint32_t windows; /* that may be outstanding */
    uint32_t delay;   /* ms for which more may be */
};

/*
 * Acknowledgements of the bytes of one direction, and pings. What a session makes of them:
 * flow_events.h.
 *
 * An Acknowledgement tells how many bytes its sender has received (Adobe RTMP 5.4.3). Observed:
 * some count the handshake (librtmp, SRS), others do not (FFmpeg, nginx-rtmp, GStreamer),
 * Node-Media-Server 2 counts the part of it that came in one read with the first chunk. The base,
 * how many bytes of the handshake are counted, is inferred: as few as explain that no more is
 * acknowledged than was sent; from half of the handshake on, all of it.
 *
 * The number is 32 bits wide. It wraps at 2^32 or begins again at 0xF0000000: with the bytes that
 * come next (nginx-rtmp), or with those since the last Acknowledgement (SRS).
 *
 * The sender of the bytes asks for acknowledgements with Window Acknowledgement Size (Adobe RTMP
 * 5.4.4). When more than so many windows were sent behind what is acknowledged, and no
 * acknowledgement comes for a time, it is overdue: bytes that are under way are not.
 *
 * All zero but the thresholds is the beginning.
 */
struct rtmp_acks {
    const struct rtmp_ack_thresholds *thresholds; /* borrowed; NULL: nothing is ever overdue */
    uint64_t counted;                             /* by the last Acknowledgement, without wraps */
    uint64_t limit; /* offset behind which one is overdue; 0: none is expected */
    int64_t
        behind_since; /* capture time in ns when a message ended behind the limit; 0: none did */
    uint32_t sequence_number; /* of the last Acknowledgement */
    uint32_t slack;           /* more that it may count: see above of SRS */
    uint32_t base;
    uint32_t window; /* bytes, as last announced; 0: never */
    bool any;        /* some Acknowledgement was seen */
    bool has_begun_again;
    bool lossy; /* Acknowledgements may be missing */
};

/* The sender of the bytes announces a window, at `sent` of its direction. */
void rtmp_acks_announce(struct rtmp_acks *acks, uint32_t window, uint64_t sent);

/*
 * An Acknowledgement, when `sent` bytes of the direction had been sent, `handshake` of which are
 * the handshake. False: it acknowledges more than was sent, and is ignored; else *outstanding are
 * the bytes that were sent and are not acknowledged, and acks->base the base.
 */
bool rtmp_acks_follow(struct rtmp_acks *acks, uint32_t sequence_number, uint64_t sent,
                      uint32_t handshake, uint64_t *outstanding);

/* Some may be missing: until the next one, nothing is overdue. */
void rtmp_acks_lose(struct rtmp_acks *acks);

/* Has more been sent than is acknowledged in time? Asked for every message. */
static inline bool rtmp_acks_behind(const struct rtmp_acks *acks, uint64_t sent) {
    return acks->limit != 0 && sent > acks->limit;
}

/* A message ended behind the limit at a time of capture. True: an acknowledgement is overdue; told
 * once until the next one. */
bool rtmp_acks_overdue(struct rtmp_acks *acks, int64_t time);

/* ---- pings ---- */

/* A ping request that waits for its response. */
struct rtmp_ping {
    int64_t time;       /* of capture, ns */
    uint32_t timestamp; /* of its sender's clock */
    uint32_t frame;
    uint32_t record; /* where the response is to be noted: index + 1 of its flow record; 0: none */
};

/* Those of one direction, the oldest first. All zero is the beginning. */
struct rtmp_pings {
    struct rtmp_ping waiting[RTMP_LIMIT_PINGS];
    uint32_t count;
};

/* A request. One that is never answered stays until newer ones need its place. */
void rtmp_pings_request(struct rtmp_pings *pings, const struct rtmp_ping *ping);

/* A response of the other side, which repeats the request's timestamp. False: no such request
 * waits; else *request is the oldest, which then no longer waits. */
bool rtmp_pings_respond(struct rtmp_pings *pings, uint32_t timestamp, struct rtmp_ping *request);

#endif
