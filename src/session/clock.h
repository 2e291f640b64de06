/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_CLOCK_H
#define RTMP_SESSION_CLOCK_H

#include "base/message.h"

/*
 * The timestamps of audio and video of one direction, by message stream and kind: each only rises
 * (specified: Adobe RTMP 5.3.1.2.1 for a chunk stream; observed: senders that put audio and video
 * on one chunk stream let each rise by itself). All zero is the beginning.
 */
#define RTMP_CLOCKS 8U
struct rtmp_clocks {
    struct rtmp_clock {
        uint32_t stream_id;
        uint32_t timestamp; /* of the last message, ms */
        uint8_t type;       /* RTMP_MESSAGE_AUDIO or _VIDEO; 0: unused */
    } clock[RTMP_CLOCKS];
    uint8_t oldest; /* the next to make room */
};

/*
 * A message of audio or video, `available` bytes of it at `bytes`. True: its timestamp is lower
 * than that of the message before it (modulo 2^32). Configuration records do not count: senders
 * repeat them at 0 (observed).
 */
bool rtmp_clocks_run_backwards(struct rtmp_clocks *clocks, const struct rtmp_message *message,
                               const uint8_t *bytes, uint32_t available);

/* Has a message come since the beginning or the last reset? */
static inline bool rtmp_clocks_have_run(const struct rtmp_clocks *clocks) {
    return clocks->clock[0].type != 0;
}

/* Forget earlier timestamps: after a publish, play or seek, or a loss. */
void rtmp_clocks_reset(struct rtmp_clocks *clocks);

#endif
