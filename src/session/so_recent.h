/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_RECENT_H
#define RTMP_SESSION_SO_RECENT_H

#include "payload/shared_object.h"

struct rtmp_so_records;

/*
 * The parts of the SharedObject message of a capture that was followed last: a line about it, which
 * is nearly always made at once, does not parse it again. All zero: there is none.
 */
#define RTMP_SO_RECENT_PARTS 64U
struct rtmp_so_recent {
    const struct rtmp_so_records *records; /* of the message; NULL: its parts are not known */
    uint32_t message;                      /* index (record.h) */
    uint32_t count;                        /* so far */
    bool has_rest;                         /* some of it was not decoded */
    struct rtmp_so_piece part[RTMP_SO_RECENT_PARTS];
    struct rtmp_so_piece beyond; /* the last one, if there is no room for it */
};

/* A message is followed. */
static inline void rtmp_so_recent_begin(struct rtmp_so_recent *recent) {
    recent->records = NULL;
    recent->count = 0;
    recent->has_rest = false;
}

/* Its next part, which lasts until the one after it. NULL: there is none. */
const struct rtmp_so_piece *rtmp_so_recent_next(struct rtmp_so_recent *recent,
                                                struct rtmp_shared_object *so);

/* The same of the numbers of the header, three at once. NULL: they come one by one. */
const struct rtmp_so_piece *rtmp_so_recent_next_numbers(struct rtmp_so_recent *recent,
                                                        struct rtmp_shared_object *so);

/* All of the message `index`, whose body is whole, was read. */
void rtmp_so_recent_know(struct rtmp_so_recent *recent, const struct rtmp_shared_object *so,
                         const struct rtmp_so_records *records, uint32_t index);

/* NULL: it is another message that was followed last, or its parts are not known. */
static inline const struct rtmp_so_recent *rtmp_so_recent_of(const struct rtmp_so_recent *recent,
                                                             const struct rtmp_so_records *records,
                                                             uint32_t index) {
    return recent && recent->records == records && recent->message == index ? recent : NULL;
}

#endif
