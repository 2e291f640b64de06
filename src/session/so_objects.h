/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_OBJECTS_H
#define RTMP_SESSION_SO_OBJECTS_H

#include "session/so_copies.h"
#include "session/so_recent.h"
#include "session/texts.h"

/*
 * The SharedObjects of a capture, of which each connection has its copy: their names, and what the
 * servers told of each, by which copies are compared.
 *
 * Objects are one if they have the same name, their connections the same server, and their connect
 * had the same app and tcUrl (without queries). What is told of one is compared while two clients
 * or more use it. A copy differs if it is told another value in the same version of the object, or
 * if it was told of a later version and not of a change, which another copy was told of while both
 * were there. A message to a client that has just joined tells it what is there: no change.
 *
 * A client is told of changes in the order of versions, but clients are not told at the same time:
 * a copy is asked for a change only when it has a later version (observed: a slow client got four
 * changes after another client got the fifth).
 */

/* What an attribute of an object is, as one client was last told, or that it was removed. */
struct rtmp_so_told {
    struct rtmp_so_value value;
    uint64_t digest; /* of the value */
    uint32_t key;
    uint32_t version;
    uint32_t client;  /* that was told; + 1 */
    uint32_t told_in; /* the server's message; + 1 */
    uint64_t change;  /* its number among the object's */
    bool is_present;
    bool is_comparable; /* it has a digest, or is not present */
    bool is_said;       /* a copy that differs was reported */
};

/* Changes of an object that are remembered; a copy that lags further behind is not asked for those
 * before. */
#define RTMP_SO_CHANGES 64U

struct rtmp_so_change {
    uint32_t version;
    uint32_t told; /* index + 1; 0: all attributes were removed */
};

struct rtmp_so_object {
    uint32_t users; /* clients that use it now */
    struct rtmp_key_index keys;
    struct rtmp_so_told *told;
    uint32_t told_count, told_capacity;
    struct rtmp_so_change *changes;      /* RTMP_SO_CHANGES of them, by number modulo that */
    uint64_t change_count, first_change; /* those before the first are forgotten */
    struct rtmp_so_told cleared;         /* the last time that all attributes were removed */
};

/* One side of a difference: what a client holds, and the message that says so. */
struct rtmp_so_held {
    struct rtmp_so_value value; /* the attribute's, in the client's records */
    uint32_t client,
        told_in; /* + 1; of an attribute that is not there: the message that shows it */
    bool is_present;
};

/* The copy of a client differs from another's. */
struct rtmp_so_divergence {
    uint32_t key; /* attribute; a number of the capture's texts */
    struct rtmp_so_held own, other;
};

struct rtmp_session;

/* Of a capture. All zero is the beginning. */
struct rtmp_so_objects {
    struct rtmp_texts names;     /* an object's number is its name's, less 1 */
    struct rtmp_key_index index; /* by scope and name */
    struct rtmp_so_object *objects;
    struct rtmp_so_divergence *divergences;
    const struct rtmp_session **clients; /* connections with copies; NULL: it is gone */
    uint32_t object_count, object_capacity;
    uint32_t divergence_count, divergence_capacity;
    uint32_t client_count, client_capacity;
    struct rtmp_so_recent recent;
};

void rtmp_so_objects_destroy(struct rtmp_so_objects *objects, const struct rtmp_memory *memory);

/* A connection with copies; + 1. 0: no memory. */
uint32_t rtmp_so_objects_add_client(struct rtmp_so_objects *objects,
                                    const struct rtmp_memory *memory,
                                    const struct rtmp_session *session);

/* ---- first pass ---- */

/* A client begins to use the object of `scope` and the copy's name, or is told what it holds: the
 * copy is compared from here on. Without memory it is not. */
void rtmp_so_objects_join(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                          uint32_t scope, struct rtmp_so_copy *copy);

/* It uses it no more: the copy is not compared. */
void rtmp_so_objects_leave(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                           struct rtmp_so_copy *copy);

/* What a message of the server told a copy. */
struct rtmp_so_news {
    uint32_t client;                     /* + 1 */
    uint32_t told_in;                    /* the message; + 1 */
    uint32_t version;                    /* of the message */
    struct rtmp_so_records_pair records; /* of the client */
    bool is_state;                       /* it concerns the copy's state */
    bool has_cleared;                    /* it removed all attributes, and there were some */
    bool has_joined;                     /* it tells what is there: no changes */
    bool has_sent;                       /* a message to all users of the object is in it */
};

/* All of a message was applied to a copy, and nothing of it settled (so_copies.h): differences that
 * it shows, and that are not known yet, are added. */
void rtmp_so_objects_compare(struct rtmp_so_objects *objects, const struct rtmp_memory *memory,
                             struct rtmp_so_copy *copy, const struct rtmp_so_news *news);

#endif
