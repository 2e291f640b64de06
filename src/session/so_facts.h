/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_FACTS_H
#define RTMP_SESSION_SO_FACTS_H

#include "session/state.h"

/*
 * What the facts of SharedObject messages (so_records.h) refer to, on any pass.
 */

/* Where a SharedObject message is: the frame that completes it, 0: it was taken out of the capture;
 * and when that was captured, ns since 1970. */
struct rtmp_so_place {
    uint32_t frame;
    int64_t time;
};

/* The records of both directions. */
static inline struct rtmp_so_records_pair rtmp_so_records_of(const struct rtmp_session *session) {
    return (struct rtmp_so_records_pair){{&session->direction[0].so, &session->direction[1].so}};
}

/* place: in the records of that direction, 0: from the client. */
struct rtmp_so_place rtmp_so_place_of(const struct rtmp_session *session, unsigned direction,
                                      uint32_t place);

/* The place of a message that facts were found of. */
static inline uint32_t rtmp_so_place_in(const struct rtmp_session_direction *direction,
                                        const struct rtmp_so_facts *facts) {
    return (uint32_t)(facts->message - direction->so.messages);
}

/*
 * The facts of a message's events while its parts are read (payload/shared_object.h): for each part
 * in order, the fact of its event or attribute. All of it zero but `facts` is the beginning.
 */
struct rtmp_so_fact_walk {
    struct rtmp_so_facts facts;
    uint32_t next;
    bool event_has_key;
};

/* An event begins: its fact, NULL: none is known. */
const struct rtmp_so_fact *rtmp_so_fact_of_event(struct rtmp_so_fact_walk *walk);

/* An attribute of that event begins. */
const struct rtmp_so_fact *rtmp_so_fact_of_key(struct rtmp_so_fact_walk *walk);

#endif
