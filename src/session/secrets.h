/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SECRETS_H
#define RTMP_SESSION_SECRETS_H

#include "session/state.h"
#include "wire/fragment.h"

/*
 * The secrets of a connection, listed for its texts (base/mask.h) if the session hides them:
 *
 * - names of streams, which are keys where they are published (rtmp_mask_stream()): the first
 *   argument of publish, play and the commands that come with them;
 * - what connect's tcUrl has behind its app: a name that is put there is published later;
 * - what an app has behind `;`, `&` or `#`, which is a query in URLs only;
 * - texts among connect's arguments, and those of a call named login or the like;
 * - texts of properties that are named as passwords, tokens or keys, of any command.
 */

/* What texts outside of connections hide. Some bytes were captured: the salt of a capture is made
 * of its first ones, which nobody knows who has not the capture. */
const struct rtmp_mask *rtmp_secrets_of_capture(struct rtmp_capture *capture, const uint8_t *bytes,
                                                uint32_t len);

/* The same for a connection. */
void rtmp_secrets_begin(struct rtmp_session *session, const uint8_t *bytes, uint32_t len);

/* A command of either side whose head was read. */
void rtmp_secrets_follow(struct rtmp_session_direction *direction,
                         const struct rtmp_command_head *head,
                         const struct rtmp_fragment *fragment);

#endif
