/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_SO_FIXTURE_H
#define TESTS_UNIT_SO_FIXTURE_H

#include "session/so_facts.h"
#include "session_fixture.h"

/*
 * Clients of one server, each with a session of its own in one capture, that exchange SharedObject
 * messages. Events are written as text, separated by " | ": `1` (use), `3 a=1, b=two`, `5 a`, `8`,
 * `7 SharedObject.NoWriteAccess`, `6 say`. Values: a number, `null`, `[]` (a strict array of its
 * letters), `{}` (an ECMA array of them), `!` (one that cannot be read), else a string.
 */
enum { SO_CLIENTS_MAX = 6 };

struct so_fixture {
    struct recorder rec; /* the sessions' memory; may fail */
    struct rtmp_capture capture;
    struct rtmp_session session[SO_CLIENTS_MAX];
    unsigned clients;
    uint32_t frame; /* the last one */
    const char *name;
    const char *server; /* of connections that begin; NULL: not known */
    uint32_t flags;
};

/* `clients` connections whose connect names this app. */
void so_begin(struct so_fixture *f, unsigned clients, const char *app);

/* Another client, of this application. Returns its number. */
unsigned so_connect(struct so_fixture *f, const char *app);

/* Free everything, which must leave nothing allocated. */
void so_end(struct so_fixture *f);

/* The next frame has a message of one side of a client's connection, about the object `name`
 * ("room"). Returns the frame's number. */
uint32_t so_send(struct so_fixture *f, unsigned client, unsigned side, uint32_t version,
                 const char *events);

/* The body of such a message. Returns its length. */
uint32_t so_body(uint8_t *out, const char *name, uint32_t version, uint32_t flags,
                 const char *events);

/* The next frame has these bytes of one side; its number. */
uint32_t so_feed(struct so_fixture *f, unsigned client, unsigned side, const uint8_t *bytes,
                 uint32_t len);

/* Bytes of one side are missing. */
void so_lose(struct so_fixture *f, unsigned client, unsigned side, uint32_t len);

/*
 * The facts of the message in a frame: those of one event or attribute as words, separated by
 * " | ". `n=2` attributes after the event; `was=milk@5` a value that frame 5 set, `was=@5` an
 * unknown one; `confirmed@7`, `confirms@4`, `refused@8`, `refuses@4`, `refuses:key@4`,
 * `restores@4`; and the names of flags.
 */
void so_assert_facts(const struct so_fixture *f, unsigned client, unsigned side, uint32_t frame,
                     const char *facts);

/* How the copy differs as the message in a frame shows it: `a: 1@5 other 2@4`, `none@5` without the
 * attribute; empty: it does not. */
void so_assert_divergence(const struct so_fixture *f, unsigned client, uint32_t frame,
                          const char *divergence);

/* What a client's copy holds: `a=1@4, b=two@6` by name. NULL: it has none. */
void so_assert_copy(const struct so_fixture *f, unsigned client, const char *attributes);

#endif
