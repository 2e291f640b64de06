/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_DIRECTION_H
#define RTMP_SESSION_DIRECTION_H

#include "recovery/late.h"
#include "recovery/recovery.h"
#include "wire/handshake.h"

/*
 * One direction of a connection: handshake, then chunks. Bytes come in order, holes are announced;
 * resumable at any byte. Two directions that know each other as `peer` check each other's echo.
 */

enum rtmp_phase {
    RTMP_PHASE_UNDECIDED, /* too few bytes to tell a handshake from a chunk */
    RTMP_PHASE_HANDSHAKE, /* bytes 0 .. 3072 */
    RTMP_PHASE_CHUNKS,
    RTMP_PHASE_ENCRYPTED, /* behind the handshake of RTMPE: opaque */
    RTMP_PHASE_NOT_RTMP,  /* an answer that is no RTMP: opaque */
};

/*
 * The handshake of a direction. have_first, have_second: the packet is complete in the capture.
 * rtmp_direction_handshake() fills `first` and `second`.
 */
struct rtmp_handshake {
    enum rtmp_role role;
    uint8_t version;
    bool have_version, have_first, have_second;
    struct rtmp_handshake_first first;
    struct rtmp_handshake_second second;
};

struct rtmp_direction {
    enum rtmp_phase phase;
    bool has_handshake;            /* it begins with one: bytes 0 .. 3072 are no chunks */
    uint32_t handshake_end;        /* offset: less than all of it where C2 / S2 is skipped */
    uint64_t position;             /* offset of the next byte */
    uint32_t midstream_chunk_size; /* as the user set it; 0: infer it */
    struct rtmp_direction *peer;
    /* The first byte of the capture may not be the connection's first: unless the peer sends a
     * handshake, only a certain one is accepted (rtmp_handshake_certain). */
    bool start_unknown;
    struct rtmp_handshake handshake;
    struct rtmp_recovery chunks; /* what reads the bytes behind the handshake */
    struct rtmp_late *late;      /* holes that may still be filled, NULL: none */
    uint8_t *gathered;           /* undecided bytes, then the handshake packet being received */
    uint32_t gathered_count;
    bool awaits_peer; /* its beginning is an unlikely handshake, which that of the peer settles */
    bool packet_holed;
    uint8_t *first_packet;  /* C1 / S1 */
    uint8_t *second_packet; /* C2 / S2, unless it is a plain echo, which is verified at once */
    bool first_examined, second_examined;
    bool plain;           /* by the versions of both sides, C1 / S1 holds no digest */
    bool peer_came_first; /* before our second packet */
};

/* role: who sends in this direction, as far as known. memory and sink are copied; see dechunk.h. */
void rtmp_direction_init(struct rtmp_direction *direction, enum rtmp_role role,
                         const struct rtmp_memory *memory, const struct rtmp_sink *sink);
void rtmp_direction_destroy(struct rtmp_direction *direction);

/* The next `len` bytes. */
void rtmp_direction_feed(struct rtmp_direction *direction, const uint8_t *bytes, uint32_t len);

/*
 * The contents of the handshake, digests verified. Computed when first asked for, from packets that
 * no longer change: HMACs cost more than the rest of a short connection, and are seldom shown.
 */
const struct rtmp_handshake *rtmp_direction_handshake(struct rtmp_direction *direction);

/* `count` bytes are not in the capture. */
void rtmp_direction_gap(struct rtmp_direction *direction, uint64_t count);

/* An unknown number of bytes is not in the capture: an incomplete handshake is assumed to end with
 * them. */
void rtmp_direction_break(struct rtmp_direction *direction);

/* The next bytes are `count` further on: those between may come late, or never. */
void rtmp_direction_hole(struct rtmp_direction *direction, uint64_t count);

/* `len` bytes at `offset`, before the direction's position. Those that were missing fill their
 * holes (late.h). False: none was missing. */
bool rtmp_direction_late(struct rtmp_direction *direction, uint64_t offset, const uint8_t *bytes,
                         uint32_t len);

/* Late bytes are no longer expected: release what is kept for them. */
void rtmp_direction_forget_holes(struct rtmp_direction *direction);

#endif
