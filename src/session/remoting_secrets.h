/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_REMOTING_SECRETS_H
#define RTMP_SESSION_REMOTING_SECRETS_H

#include "base/bytes.h"
#include "base/mask.h"
#include "base/memory.h"

/*
 * The texts of an AMF packet that are secrets (payload/remoting/secrets.h) are listed in the mask
 * of its connection, so that they are hidden wherever they are repeated: by a reply, in a later
 * call. Borrows `packet` for the call; what is listed is copied into `memory`.
 */
void rtmp_remoting_secrets_follow(struct rtmp_mask *mask, const struct rtmp_memory *memory,
                                  struct rtmp_reader packet, bool is_reply);

#endif
