/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_COMMAND_AUTHENTICATION_H
#define RTMP_PAYLOAD_COMMAND_AUTHENTICATION_H

#include "payload/command/facts.h"

/*
 * Authentication by the schemes of Adobe (authmod=adobe) and Limelight (authmod=llnw), which take
 * up to three connections (observed: FFmpeg with crtmpserver; FFmpeg's rtmpproto.c, librtmp):
 *
 * 1. connect without a user. Refused: "code=403 need auth; authmod=adobe".
 * 2. connect to "app?authmod=adobe&user=NAME". Refused: "?reason=needauth&...", with a challenge.
 * 3. connect to "app?authmod=adobe&user=NAME&...&response=...". Accepted, or refused for good:
 *    "?reason=authfailed", "?reason=nosuchuser" (that one also in round 2).
 */
enum rtmp_auth_step {
    RTMP_AUTH_NONE,
    RTMP_AUTH_USER,      /* the client names a user ... */
    RTMP_AUTH_RESPONSE,  /* ... and responds to the challenge */
    RTMP_AUTH_ASKED,     /* the server refuses a connect without a user ... */
    RTMP_AUTH_CHALLENGE, /* ... and one without a response ... */
    RTMP_AUTH_REFUSED,   /* ... and one for good ... */
    RTMP_AUTH_ACCEPTED,  /* ... or accepts it */
};

/* What a message is to an authentication. */
struct rtmp_auth {
    enum rtmp_auth_step step;
    uint8_t round; /* from 1; 0: none, or not known */
};

/* "asks for a user" and so on; "" of _NONE. Static storage. */
const char *rtmp_auth_step_name(enum rtmp_auth_step step);

/* By the app that a connect names, and by the description of an error of the server. */
struct rtmp_auth rtmp_auth_of_app(const uint8_t *app, uint32_t len);
struct rtmp_auth rtmp_auth_of_refusal(const uint8_t *description, uint32_t len);

/* The same of a command that was read, `bytes` its body. */
struct rtmp_auth rtmp_auth_of_command(const struct rtmp_command *command, const uint8_t *bytes);

#endif
