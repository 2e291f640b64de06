/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_TUNNEL_H
#define RTMP_WIRE_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/*
 * RTMPT: one RTMP connection over many HTTP requests. Each request names session and sequence
 * number in its URL; bodies are put in the order of the numbers, whatever TCP connection they came
 * on. Observed: rtmpdump, ffmpeg, crtmpserver; no published specification.
 */

enum rtmp_tunnel_command {
#define NAME(value, identifier, text) RTMP_TUNNEL_##identifier = value,
#include "base/names/tunnel_commands.def"
#undef NAME
};

/* "open", "send" ...; NULL for any other value. Static storage. */
const char *rtmp_tunnel_command_name(enum rtmp_tunnel_command command);

/* What a request's URL says. `session` aliases the URL; empty for open and ident. */
struct rtmp_tunnel_request {
    enum rtmp_tunnel_command command;
    const char *session;
    size_t session_length; /* bytes */
    uint32_t sequence;
    bool has_sequence;
};

/*
 * Read the URL of a request: a path, or a whole URL as proxies get it; a query is ignored. False:
 * no URL of RTMPT; *request is then undefined.
 */
bool rtmp_tunnel_request_parse(const char *url, struct rtmp_tunnel_request *request);

/*
 * The session id in the body of the reply to an open request: its first line. Returns its length in
 * bytes; 0: there is none, or it is no text.
 */
size_t rtmp_tunnel_session_id(const uint8_t *body, size_t len);

/* Puts sequence numbers in order. Zero-initialised: the number that arrives first is taken as the
 * first. */
struct rtmp_order {
    bool started;
    uint32_t next; /* the next number */
    uint32_t waiting[RTMP_LIMIT_TUNNEL_WAITING];
    uint32_t count;
};

enum rtmp_turn {
    RTMP_TURN_NOW,   /* it is next; then call rtmp_order_release for those that waited for it */
    RTMP_TURN_LATER, /* lower numbers are missing: it waits; call rtmp_order_release as well */
    RTMP_TURN_PAST,  /* a number that arrived before: a retry */
};

/* A message with this number arrives. Numbers wrap at 2^32. */
enum rtmp_turn rtmp_order_arrive(struct rtmp_order *order, uint32_t sequence);

/* This number carries nothing: others do not wait for it. It never waits itself where that would
 * leave no room for an arriving one. */
void rtmp_order_skip(struct rtmp_order *order, uint32_t sequence);

/*
 * The next waiting number: the numbers before it have all arrived, or too many wait and those
 * before it are given up (*missing counts them). False: none.
 */
bool rtmp_order_release(struct rtmp_order *order, uint32_t *sequence, uint32_t *missing);

#endif
