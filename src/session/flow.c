/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/flow.h"

#include <string.h>

/* nginx-rtmp and SRS begin again here, long before 2^32. */
#define BEGINS_AGAIN UINT32_C(0xF0000000)

static void expect_ack(struct rtmp_acks *acks, uint64_t from) {
    uint64_t windows = acks->thresholds ? (uint64_t)acks->window * acks->thresholds->windows : 0;
    acks->limit = windows && !acks->lossy ? from + windows : 0;
    acks->behind_since = 0;
}

void rtmp_acks_announce(struct rtmp_acks *acks, uint32_t window, uint64_t sent) {
    if (window == acks->window)
        return;
    acks->window = window;
    expect_ack(acks, sent);
}

/* The count without wraps, at most `most`. Numbers may also run back: those that come out of
 * order. */
static uint64_t count_without_wraps(struct rtmp_acks *acks, uint32_t number, uint64_t most) {
    if (!acks->any) /* the count may have wrapped before the first one */
        return number > most ? number : most - (uint32_t)(most - number);
    if (number >= acks->sequence_number)
        return acks->counted + (number - acks->sequence_number);
    uint64_t wrapped = acks->counted + (uint32_t)(number - acks->sequence_number);
    if (wrapped <= most)
        return wrapped;
    if (acks->sequence_number < BEGINS_AGAIN) {
        uint64_t again = acks->counted + (BEGINS_AGAIN - acks->sequence_number) + number;
        if (again <= most) {
            acks->slack = BEGINS_AGAIN - acks->sequence_number;
            acks->has_begun_again = true;
            return again;
        }
    }
    return acks->counted - (acks->sequence_number - number);
}

/* It acknowledges `excess` bytes more than were sent behind the handshake, as far as that is
 * counted. False: it cannot be explained. */
static bool explain_excess(struct rtmp_acks *acks, uint64_t excess, uint32_t handshake,
                           uint64_t *counted) {
    if (acks->has_begun_again) {
        if (excess > acks->slack)
            return false;
        *counted -= acks->slack;
        acks->slack = 0;
        return true;
    }
    if (acks->base + excess > handshake)
        return false;
    acks->base += (uint32_t)excess;
    if (acks->base > handshake / 2)
        acks->base = handshake;
    return true;
}

bool rtmp_acks_follow(struct rtmp_acks *acks, uint32_t sequence_number, uint64_t sent,
                      uint32_t handshake, uint64_t *outstanding) {
    uint64_t chunks = sent > handshake ? sent - handshake : 0;
    uint64_t counted = count_without_wraps(acks, sequence_number, sent);
    if (counted > chunks + acks->base &&
        !explain_excess(acks, counted - chunks - acks->base, handshake, &counted))
        return false;
    *outstanding = chunks + acks->base - counted;
    if (acks->any && counted < acks->counted)
        return true;
    acks->counted = counted;
    acks->sequence_number = sequence_number;
    acks->any = true;
    acks->lossy = false;
    expect_ack(acks, sent - *outstanding);
    return true;
}

void rtmp_acks_lose(struct rtmp_acks *acks) {
    acks->lossy = true;
    acks->limit = 0;
}

bool rtmp_acks_overdue(struct rtmp_acks *acks, int64_t time) {
    if (acks->behind_since == 0)
        acks->behind_since = time;
    if (time - acks->behind_since < (int64_t)acks->thresholds->delay * 1000000)
        return false;
    acks->limit = 0;
    return true;
}

/* ---- pings ---- */

static void remove_ping(struct rtmp_pings *pings, uint32_t index) {
    pings->count--;
    memmove(&pings->waiting[index], &pings->waiting[index + 1],
            (pings->count - index) * sizeof pings->waiting[0]);
}

void rtmp_pings_request(struct rtmp_pings *pings, const struct rtmp_ping *ping) {
    if (pings->count == RTMP_LIMIT_PINGS)
        remove_ping(pings, 0);
    pings->waiting[pings->count++] = *ping;
}

bool rtmp_pings_respond(struct rtmp_pings *pings, uint32_t timestamp, struct rtmp_ping *request) {
    for (uint32_t i = 0; i < pings->count; i++) {
        if (pings->waiting[i].timestamp != timestamp)
            continue;
        *request = pings->waiting[i];
        remove_ping(pings, i);
        return true;
    }
    return false;
}
