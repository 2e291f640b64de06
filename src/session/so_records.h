/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_RECORDS_H
#define RTMP_SESSION_SO_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * What the SharedObject messages of one direction are to the others: the first pass writes it
 * (so_follow.h), later passes look it up. Other messages refer to a SharedObject message by its
 * place in this list, from 0, which does not change.
 *
 * A message has a fact for each of its events; an event of several attributes has one for each of
 * them, the first of which is the event's.
 */
enum rtmp_so_fact_flag {
    RTMP_SO_COUNTED = 1U << 0,    /* attribute_count is known */
    RTMP_SO_CONFIRMED = 1U << 1,  /* a request: `link` confirms it */
    RTMP_SO_CONFIRMS = 1U << 2,   /* `link` is the request */
    RTMP_SO_REFUSED = 1U << 3,    /* a request: `link` refuses it */
    RTMP_SO_REFUSES = 1U << 4,    /* a status: `link` is the request */
    RTMP_SO_RESTORES = 1U << 5,   /* a change that a refusal comes with: `link` is the request */
    RTMP_SO_HAD_VALUE = 1U << 6,  /* the copy had the attribute: `set_in`, `previous` */
    RTMP_SO_UNANSWERED = 1U << 8, /* a use without an answer, although the object works, or
                                     until the connection ended */
    RTMP_SO_ANSWERED_TWICE = 1U << 9,     /* a second answer to a use */
    RTMP_SO_UNCONFIRMED = 1U << 10,       /* the last write before the connection ended */
    RTMP_SO_CONFLICT = 1U << 11,          /* another's change while one's own request is open */
    RTMP_SO_VERSION_BACKWARDS = 1U << 12, /* the copy had a higher version */
    RTMP_SO_INCOMPLETE = 1U << 13,        /* the first event after what the copy may have lost */
    RTMP_SO_LIMIT = 1U << 14,             /* a bound of the copy is reached; what follows is lost */
    RTMP_SO_ALONE = 1U << 15,             /* a status that refuses a write: no change restores it */
    RTMP_SO_CANDIDATE = 1U << 16, /* while its message is read: `link` is the open request + 1
                                     that a status may refuse */
};

/* Where the value of an attribute is: in a message that is kept for it. All zero: it is not known.
 */
struct rtmp_so_value {
    uint32_t message; /* its place + 1 */
    uint32_t at : 24; /* in its body */
    bool from_client : 1;
    bool is_alone : 1; /* it can be read without what is before it */
};

struct rtmp_so_fact {
    uint32_t flags;  /* RTMP_SO_* */
    uint32_t link;   /* place of a message of the other direction + 1; 0: none */
    uint32_t set_in; /* place of the server's message that set the value before; + 1 */
    struct rtmp_so_value previous; /* that value */
    union {
        uint32_t attribute_count; /* of an event's first fact: of the copy after the event */
        uint32_t refused_key;     /* RTMP_SO_REFUSES, a write: the attribute's name, a number of the
                                     capture's texts; 0: not known */
    };
};

/* The body of a message with values that are attributes'. */
struct rtmp_so_body {
    uint32_t len;
    uint8_t type; /* of the message */
    uint8_t bytes[];
};

struct rtmp_so_message {
    struct rtmp_so_body *body; /* NULL: none is kept */
    uint32_t message;          /* index (record.h) */
    uint32_t number;           /* of the object's name in the capture, from 0 */
    uint32_t first_fact;       /* the others follow, up to the next message's first */
    uint32_t first_divergence, divergence_count; /* of the copy from others (so_objects.h) */
};

struct rtmp_so_recent;

/* All zero is the beginning. */
struct rtmp_so_records {
    struct rtmp_so_message *messages;
    struct rtmp_so_fact *facts;
    uint32_t message_count, message_capacity;
    uint32_t fact_count, fact_capacity;
    uint64_t body_bytes; /* of all that are kept */
    const struct rtmp_so_recent
        *recent; /* of the capture (so_recent.h); NULL: nothing was followed */
};

/* Those of both directions of a connection: the client's, the server's. */
struct rtmp_so_records_pair {
    const struct rtmp_so_records *side[2];
};

/* ---- first pass: NULL without memory ---- */

/* Record a message, `message` its index; until the next one facts are its own. */
struct rtmp_so_message *rtmp_so_records_add(struct rtmp_so_records *records,
                                            const struct rtmp_memory *memory, uint32_t message);

/* A new fact of the last message, all zero. */
struct rtmp_so_fact *rtmp_so_records_add_fact(struct rtmp_so_records *records,
                                              const struct rtmp_memory *memory);

/* Keep the body of the last message, if it is not kept. False: no memory, or RTMP_LIMIT_SO_BODIES.
 */
bool rtmp_so_records_keep_body(struct rtmp_so_records *records, const struct rtmp_memory *memory,
                               uint8_t type, const uint8_t *bytes, uint32_t len);

void rtmp_so_records_destroy(struct rtmp_so_records *records, const struct rtmp_memory *memory);

/* ---- any pass ---- */

/* The facts of one message, `count` of them, in its order. */
struct rtmp_so_facts {
    const struct rtmp_so_message *message; /* NULL: nothing is recorded of it */
    const struct rtmp_so_fact *fact;
    uint32_t count;
    const struct rtmp_so_recent *recent; /* its parts (so_recent.h); NULL: they have to be read */
};
struct rtmp_so_facts rtmp_so_records_find(const struct rtmp_so_records *records, uint32_t message);

#endif
