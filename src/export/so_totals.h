/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_SO_TOTALS_H
#define RTMP_EXPORT_SO_TOTALS_H

#include "base/text.h"
#include "session/session.h"

/*
 * Totals of one client's copy of a SharedObject (session/so_copies.h) over its messages, given in
 * the order of the capture, for tables. What a copy holds is asked of the copy itself. All zero is
 * the beginning.
 */
struct rtmp_so_totals {
    uint32_t writes;    /* the client asked to set an attribute, or to remove it */
    uint32_t refused;   /* of them the server refused */
    uint32_t confirmed; /* of them it confirmed: `times`, ns, the shortest first */
    int64_t *times;
    uint32_t times_count, times_capacity;
};

void rtmp_so_totals_destroy(struct rtmp_so_totals *totals, const struct rtmp_memory *memory);

/* The copy that a SharedObject message is about, NULL: none is known. index: the message's, in its
 * direction. */
const struct rtmp_so_copy *rtmp_so_copy_of(const struct rtmp_session_direction *direction,
                                           uint32_t index);

/* A message of the copy; bytes: its body, of the type. */
void rtmp_so_totals_add(struct rtmp_so_totals *totals, const struct rtmp_memory *memory,
                        const struct rtmp_session_direction *direction, uint32_t index,
                        struct rtmp_reader body, uint8_t type);

/* Writes that are neither confirmed nor refused, so far. */
static inline uint32_t rtmp_so_totals_unanswered(const struct rtmp_so_totals *totals) {
    uint32_t answered = totals->confirmed + totals->refused;
    return totals->writes > answered ? totals->writes - answered : 0;
}

/* Median time from a write to its confirmation, ns; -1: none was confirmed. */
int64_t rtmp_so_totals_median(const struct rtmp_so_totals *totals);

/* What the copy is now: "in use", "released" ...; of one that was in use until its connection ended
 * "connection ended". Static storage. */
const char *rtmp_so_copy_state(const struct rtmp_session *session, const struct rtmp_so_copy *copy);

/* Append attributes with their values, those that were set last first: `score = 12, note = "milk"`.
 * As many as the text has room for. */
void rtmp_so_copy_values(struct rtmp_text *text, const struct rtmp_session *session,
                         const struct rtmp_so_copy *copy);

#endif
