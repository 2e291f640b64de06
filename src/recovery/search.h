/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_RECOVERY_SEARCH_H
#define RTMP_RECOVERY_SEARCH_H

#include "recovery/state.h"

/*
 * The search for the next chunk header, after a loss or in a capture that begins inside a
 * connection: bytes are buffered until a header has enough evidence.
 */

/* Buffer some of `len` more bytes, with their marks if there are any (search_buffer.h); returns how
 * many (at least 1 of len > 0). */
uint32_t rtmp_search_hold(struct rtmp_recovery *r, const uint8_t *bytes, const uint8_t *marks,
                          uint32_t len);

/* Buffer all of `len` bytes, of a message that is being read. False: no memory. */
bool rtmp_search_keep(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len);

/* Buffer a gap of `count` bytes. False: it is too long to be buffered. */
bool rtmp_search_hold_missing(struct rtmp_recovery *r, uint64_t count);

/* Look for a header in the buffer. True: synchronised; the buffered bytes from the reader's
 * position on are its input. */
bool rtmp_search_find(struct rtmp_recovery *r);

#endif
