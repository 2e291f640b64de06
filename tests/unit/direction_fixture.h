/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_DIRECTION_FIXTURE_H
#define TESTS_UNIT_DIRECTION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "session/direction.h"

/*
 * Feed the chunks of one direction, or a whole direction with its handshake, and record what is
 * reported and what memory is asked for. All tests of the wire and recovery layers use these
 * functions and no others, so that a change of those layers' entry points is made here.
 */

/* ---- what is recorded ---- */

struct recorded_message {
    struct rtmp_message message;
    uint64_t offset; /* of the message's first byte */
    uint32_t chunks, missing, available;
    uint16_t flags; /* those that hold for a message: AMBIGUOUS, UNCERTAIN */
    uint8_t *body;  /* `available` bytes */
};

struct recorder {
    /* Complete messages, as they are reported. */
    struct recorded_message *messages;
    size_t count;
    /* Fragments of complete and other messages; the first ones are kept. */
    struct rtmp_fragment fragments[64];
    size_t fragment_count;
    uint64_t covered;                /* bytes of all fragments */
    uint64_t last_end;               /* fragments come in order and do not overlap ... */
    bool any_order;                  /* ... unless segments come late */
    size_t notes[RTMP_NOTE_COUNT];   /* by kind: how many */
    uint64_t noted[RTMP_NOTE_COUNT]; /* by kind: the sum of their `count` */
    /* Memory taken through recorder_memory(). */
    size_t live;      /* blocks that are not freed */
    size_t held;      /* their bytes */
    size_t largest;   /* bytes of the largest block so far */
    long allocations; /* so far, those that failed included */
    long fail_at;     /* the n-th allocation fails; < 0: none */
    bool fail_on;     /* ... and all that follow */
};

/* A recorder that has recorded nothing; its memory does not fail. */
struct recorder recorder_new(void);

/* Free what is recorded and begin anew. */
void recorder_clear(struct recorder *recorder);

struct rtmp_sink recorder_sink(struct recorder *recorder);
struct rtmp_memory recorder_memory(struct recorder *recorder);

/* The last fragment, of fewer than 64. */
const struct rtmp_fragment *last_fragment(const struct recorder *recorder);

/* Order the messages by their offsets, which must differ. */
void recorder_sort(struct recorder *recorder);

/* Assert that both hold the same messages from index `from_a` / `from_b` on. */
void assert_same_messages(const struct recorder *a, size_t from_a, const struct recorder *b,
                          size_t from_b);

/* ---- chunks of one direction, without a handshake ---- */

struct fixture {
    struct rtmp_recovery recovery;
    struct recorder rec;
};

/* Begin at offset 0 with the defaults; reports and memory are recorded. */
void fixture_begin(struct fixture *f);

/* The same, but what is reported goes to `sink`. */
void fixture_begin_with(struct fixture *f, const struct rtmp_sink *sink);

/* Free the state, which must leave nothing allocated; what was recorded is the caller's. */
struct recorder fixture_take(struct fixture *f);

/* The same, and free what was recorded. */
void fixture_end(struct fixture *f);

/* Feed bytes: of a hexadecimal text, as they are, a byte `len` times, or in pieces of `piece`
 * bytes. The first three are copied to the end of a block, so that a read beyond them is found. */
void feed(struct fixture *f, const char *hex);
void feed_bytes(struct fixture *f, const uint8_t *bytes, size_t len);
void feed_same(struct fixture *f, uint8_t byte, size_t len);
void feed_pieces(struct fixture *f, const uint8_t *bytes, size_t len, size_t piece);

/* `count` bytes are not in the capture. */
void feed_gap(struct fixture *f, uint64_t count);

/* The capture begins inside the connection; chunk_size 0: to be inferred. */
void begin_midstream(struct fixture *f, uint32_t chunk_size);

/* Is a chunk header searched for? How many bytes does its buffer hold? */
bool is_lost(const struct fixture *f);
uint32_t buffered_bytes(const struct fixture *f);

/* ---- directions ---- */

/* A direction that reports to `rec`, with memory of `memory`, or if NULL with that of `rec`. */
void direction_begin(struct rtmp_direction *direction, enum rtmp_role role, struct recorder *rec,
                     struct recorder *memory);

/* Put it behind a handshake: the next byte is that of the first chunk header, at `position`. */
void direction_skip_handshake(struct rtmp_direction *direction, uint64_t position);

/* Both directions of a connection; each has a recorder for its reports and memory. */
struct pair {
    struct rtmp_direction client, server;
    struct recorder client_rec, server_rec;
};

void pair_begin(struct pair *pair);

/* Free everything; asserts that nothing remains allocated. */
void pair_end(struct pair *pair);

#endif
