/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SO_COPIES_H
#define RTMP_SESSION_SO_COPIES_H

#include "session/key_index.h"
#include "session/so_records.h"
#include "session/texts.h"

/*
 * The copies of SharedObjects that the client of one connection holds, as far as its server told
 * it: each with its attributes, and with the client's requests that wait for their answer. What
 * messages do to them is in so_follow.h. All zero is the beginning.
 *
 * Places of messages are those of so_records.h: set_in of the server's, requests' of the client's.
 * "+ 1": 0 is none.
 */

enum rtmp_so_request_kind { RTMP_SO_WRITE, RTMP_SO_REMOVAL, RTMP_SO_REQUEST_KINDS };

/* An attribute of a copy; also one that is not there, while requests of it are open and in the
 * message that removes it. */
struct rtmp_so_attribute {
    struct rtmp_so_value value;
    uint32_t key;          /* number of the capture's texts */
    uint32_t told_in;      /* message that set it, or removed it, + 1 */
    uint32_t version;      /* of that message */
    uint32_t older, newer; /* index + 1: in the order in which they were told; `newer` of one that
                              is free: the next free one */
    uint32_t request[RTMP_SO_REQUEST_KINDS], last_request[RTMP_SO_REQUEST_KINDS]; /* index + 1 */
    bool is_present, is_told; /* is_told: it is in that order */
};

/* A request that is open. */
struct rtmp_so_request {
    struct rtmp_so_value value;
    uint32_t attribute;     /* index */
    uint32_t message, fact; /* places in the client's records */
    uint32_t next;          /* of the same kind and attribute; index + 1 */
    uint32_t older, newer;  /* of the copy; index + 1; `newer` of one that is free: the next */
    uint8_t kind;
    bool is_open;
};

/* Is a version of an object before another? Versions count on from 0xFFFFFFFF to 0. */
static inline bool rtmp_so_version_is_before(uint32_t version, uint32_t other) {
    return version - other >= UINT32_C(0x80000000);
}

/* A use, and what became of it. */
enum rtmp_so_use { RTMP_SO_NOT_USED, RTMP_SO_ASKED, RTMP_SO_ANSWERED, RTMP_SO_USE_REFUSED };

struct rtmp_so_copy {
    uint32_t number; /* of the object's name */
    uint32_t object; /* that it is a copy of, for comparing (so_objects.h); + 1 */
    struct rtmp_key_index keys;
    struct rtmp_so_attribute *attributes;
    struct rtmp_so_request *requests;
    uint32_t attribute_count, attribute_capacity, free_attribute;
    uint32_t request_count, request_capacity, free_request;
    uint32_t oldest, newest;                 /* attribute; index + 1 */
    uint32_t oldest_request, newest_request; /* index + 1 */
    uint32_t present;                        /* attributes that it has */
    uint32_t version;                        /* of the last event that concerns its state */
    uint32_t last_write;                     /* fact of the client's last request; + 1 */
    uint32_t use_message, use_fact;          /* of the last use */
    uint32_t losses;                         /* that it knows of (struct rtmp_so_copies) */
    uint64_t compared;                       /* changes of the object up to here (so_objects.h) */
    enum rtmp_so_use use;
    bool has_version;
    bool is_released;
    bool is_incomplete;  /* attributes may be missing, and some be there no longer */
    bool lacks_requests; /* some may be open that were not seen */
    bool incomplete_said, answered_twice_said;
};

struct rtmp_so_copies {
    struct rtmp_so_copy **copy;
    uint32_t count, capacity;
    struct rtmp_key_index numbers;
    uint32_t losses; /* holes, and messages not read whole, in either direction */
    uint32_t client; /* the connection (so_objects.h); + 1 */
    const struct rtmp_kept_text *last_name; /* of the last message's object; NULL: none yet */
};

/* The copy of an object, NULL: none. */
struct rtmp_so_copy *rtmp_so_copies_find(const struct rtmp_so_copies *copies, uint32_t number);

/* A new copy, with nothing in it. NULL: no memory, or RTMP_LIMIT_SO_COPIES. */
struct rtmp_so_copy *rtmp_so_copies_add(struct rtmp_so_copies *copies,
                                        const struct rtmp_memory *memory, uint32_t number);

void rtmp_so_copies_destroy(struct rtmp_so_copies *copies, const struct rtmp_memory *memory);

/* ---- attributes; indices stay, pointers do not ---- */

/* Index + 1 of the attribute with this key; 0: it is not there and no request of it is open. */
static inline uint32_t rtmp_so_copy_find(const struct rtmp_so_copy *copy, uint32_t key) {
    return rtmp_key_find(&copy->keys, key);
}

/* The same, which is made if there is none. 0: no memory, or RTMP_LIMIT_SO_ATTRIBUTES. */
uint32_t rtmp_so_copy_attribute(struct rtmp_so_copy *copy, const struct rtmp_memory *memory,
                                uint32_t key);

/* A message, its place + 1, sets an attribute, or removes it. */
void rtmp_so_copy_set(struct rtmp_so_copy *copy, uint32_t index, struct rtmp_so_value value,
                      uint32_t told_in, uint32_t version);
void rtmp_so_copy_remove(struct rtmp_so_copy *copy, uint32_t index, uint32_t told_in,
                         uint32_t version);

/* Remove all. */
void rtmp_so_copy_clear(struct rtmp_so_copy *copy);

/* All of a message was read: what it removed is forgotten. */
void rtmp_so_copy_settle(struct rtmp_so_copy *copy, uint32_t told_in);

/* ---- requests ---- */

/* The client asks for a change of an attribute; index and fact are places in its records. False: no
 * memory, or RTMP_LIMIT_SO_REQUESTS. */
bool rtmp_so_copy_ask(struct rtmp_so_copy *copy, const struct rtmp_memory *memory,
                      const struct rtmp_so_request *request);

/* It is answered: forget it, and its attribute if nothing else is known of that. */
void rtmp_so_copy_close_request(struct rtmp_so_copy *copy, uint32_t index);

/* What was open is no longer known. */
void rtmp_so_copy_forget_requests(struct rtmp_so_copy *copy);

#endif
