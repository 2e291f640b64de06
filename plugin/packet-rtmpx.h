/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_PACKET_RTMPX_H
#define RTMPX_PACKET_RTMPX_H

#include "conversation.h"
#include "noun.h"

/* Bytes that are no message: repeated, encrypted, or too few to tell. */
extern const struct rtmpx_noun rtmpx_noun_packet;

/*
 * The one way in for every transport: show the bytes of `tvb`, which are those at `offset` of a
 * direction. On the first visit of the frame they are recorded; a later visit looks them up and
 * ignores `offset`. Returns the bytes consumed: all of them, or 0 on a later visit of a frame that was
 * not given to us on the first.
 */
int rtmpx_dissect_bytes(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        struct rtmp_session_direction *direction, uint64_t offset);

/* Offset of the next byte of a direction: where a transport without positions of its own continues.
 */
uint64_t rtmpx_next_offset(const struct rtmp_session_direction *direction);

#endif
