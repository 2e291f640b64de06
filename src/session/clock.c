/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/clock.h"

#include "base/bytes.h"

#define AUDIO_FORMAT_AAC      10
#define AUDIO_FORMAT_ENHANCED 9
#define VIDEO_CODEC_H264      7
#define VIDEO_CODEC_HEVC      12 /* observed, not assigned */

/* By the first two bytes: AAC, AVC and HEVC packet type 0, or an enhanced sequence start. */
static bool is_config(uint8_t type, const uint8_t *bytes, uint32_t available) {
    struct rtmp_reader r = rtmp_reader_over(bytes, available);
    const uint8_t first = rtmp_peek_at(&r, 0);
    const bool packet_0 = available > 1 && rtmp_peek_at(&r, 1) == 0;
    if (type == RTMP_MESSAGE_AUDIO)
        return first >> 4 == AUDIO_FORMAT_ENHANCED ? (first & 15) == 0
                                                   : first >> 4 == AUDIO_FORMAT_AAC && packet_0;
    if (first & 0x80)
        return (first & 15) == 0;
    const uint8_t codec = first & 15;
    return (codec == VIDEO_CODEC_H264 || codec == VIDEO_CODEC_HEVC) && packet_0;
}

static struct rtmp_clock *clock_of(struct rtmp_clocks *clocks, const struct rtmp_message *message) {
    for (unsigned i = 0; i < RTMP_CLOCKS; i++) {
        struct rtmp_clock *clock = &clocks->clock[i];
        if (clock->type == message->type && clock->stream_id == message->stream_id)
            return clock;
    }
    return NULL;
}

/* Observed: FFmpeg counts modulo 2^31. */
static bool wraps_at_31_bits(uint32_t before, uint32_t now) {
    enum { NEAR = 60000 }; /* ms */
    return before <= INT32_MAX && before > INT32_MAX - NEAR && now < NEAR;
}

bool rtmp_clocks_run_backwards(struct rtmp_clocks *clocks, const struct rtmp_message *message,
                               const uint8_t *bytes, uint32_t available) {
    if (is_config(message->type, bytes, available))
        return false;
    struct rtmp_clock *clock = clock_of(clocks, message);
    if (!clock) {
        clock = &clocks->clock[clocks->oldest];
        clocks->oldest = (uint8_t)((clocks->oldest + 1) % RTMP_CLOCKS);
        *clock = (struct rtmp_clock){message->stream_id, message->timestamp, message->type};
        return false;
    }
    bool backwards = (int32_t)(message->timestamp - clock->timestamp) < 0 &&
                     !wraps_at_31_bits(clock->timestamp, message->timestamp);
    clock->timestamp = message->timestamp;
    return backwards;
}

void rtmp_clocks_reset(struct rtmp_clocks *clocks) {
    *clocks = (struct rtmp_clocks){.oldest = 0};
}
