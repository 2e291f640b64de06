/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_PACKET_RTMPX_H
#define RTMPX_PACKET_RTMPX_H

#include "conversation.h"
#include "noun.h"

/* Bytes outside messages: repeated, encrypted, or too few to recognise. */
extern const struct rtmpx_noun rtmpx_noun_packet;

/*
 * The entry point for every transport: dissect the bytes of `tvb`, which are at `offset` of a
 * direction. The first visit of the frame records them; a later visit looks them up and ignores
 * `offset`. Returns the bytes consumed: all of them, or 0 on a later visit of bytes that the first
 * visit did not pass to this function.
 */
int rtmpx_dissect_bytes(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        struct rtmp_session_direction *direction, uint64_t offset);

/* Offset of the next byte of a direction: where a transport without positions of its own continues.
 */
uint64_t rtmpx_next_offset(const struct rtmp_session_direction *direction);

#endif
