/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_TRANSPORT_H
#define RTMP_SESSION_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the transport's own analysis says of its packets, and whom it blames for a silence. The
 * session does not see those packets: whoever feeds it tells of each (rtmp_session_transport()).
 */

/* What is told of a packet, as bits. */
enum {
    RTMP_TRANSPORT_SENT_AGAIN = 1,    /* its bytes were sent before, or come out of order */
    RTMP_TRANSPORT_BEHIND_HOLE = 2,   /* bytes before its own are not there yet */
    RTMP_TRANSPORT_WINDOW_CLOSED = 4, /* its sender has no room for more bytes of the other side */
    RTMP_TRANSPORT_WINDOW_FULL = 8,   /* the other side has no room for more bytes of its sender */
    RTMP_TRANSPORT_NEEDLESS = 16,     /* sent again, and the other side had acknowledged it */
    RTMP_TRANSPORT_UNDER_WAY = 32,    /* bytes of its sender are not acknowledged, it among them */
    RTMP_TRANSPORT_PEER_UNDER_WAY = 64, /* bytes of the other side that it does not acknowledge */
};

/* Of the bytes of one direction. All zero is the beginning: nothing is told. */
struct rtmp_transport {
    bool is_told;          /* of packets of the direction */
    int64_t sent_again;    /* time of capture of the last such packet, ns since 1970; 0: none */
    int64_t behind_hole;   /* of the first one since bytes last came in order; 0: none */
    int64_t under_way;     /* since when bytes are not acknowledged; 0: all are */
    int64_t window_closed; /* of a packet that tells that the receiver has no room */
};

/* Who let a stream fall silent. */
enum rtmp_culprit {
    RTMP_CULPRIT_UNKNOWN,
    RTMP_CULPRIT_SENDER,
    RTMP_CULPRIT_NETWORK,
    RTMP_CULPRIT_RECEIVER,
};

/* "sender" and so on. Static storage. */
const char *rtmp_culprit_name(enum rtmp_culprit culprit);

/* The silence of a direction: capture times of the message before it and of the one behind. */
struct rtmp_silence {
    int64_t begin, end;
};

/* Whom the packets up to the end of the silence blame; _UNKNOWN: they do not tell. */
enum rtmp_culprit rtmp_transport_blames(const struct rtmp_transport *transport,
                                        const struct rtmp_silence *silence);

/* Did bytes arrive during it, behind a hole, before it had lasted so many ns? Then there was no
 * silence. */
bool rtmp_transport_arrived(const struct rtmp_transport *transport,
                            const struct rtmp_silence *silence, int64_t shortest);

#endif
