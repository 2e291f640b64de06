/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/transport.h"

const char *rtmp_culprit_name(enum rtmp_culprit culprit) {
    static const char *const names[] = {
        [RTMP_CULPRIT_UNKNOWN] = "unknown",
        [RTMP_CULPRIT_SENDER] = "sender",
        [RTMP_CULPRIT_NETWORK] = "network",
        [RTMP_CULPRIT_RECEIVER] = "receiver",
    };
    return names[culprit];
}

/* Since when a packet that was sent again is the reason why nothing else came: senders that get no
 * answer try ever more rarely, so the last try is within the second half. One that was lost alone
 * is sent again soon. */
static int64_t second_half(const struct rtmp_silence *silence) {
    uint64_t length = (uint64_t)silence->end - (uint64_t)silence->begin;
    return (int64_t)((uint64_t)silence->end - length / 2);
}

enum rtmp_culprit rtmp_transport_blames(const struct rtmp_transport *transport,
                                        const struct rtmp_silence *silence) {
    if (transport->window_closed > silence->begin && transport->window_closed <= silence->end)
        return RTMP_CULPRIT_RECEIVER;
    if (transport->sent_again > second_half(silence) && transport->sent_again <= silence->end)
        return RTMP_CULPRIT_NETWORK;
    /* Who has nothing to send has soon nothing under way. */
    if (transport->under_way && transport->under_way < second_half(silence))
        return RTMP_CULPRIT_NETWORK;
    return RTMP_CULPRIT_UNKNOWN;
}

bool rtmp_transport_arrived(const struct rtmp_transport *transport,
                            const struct rtmp_silence *silence, int64_t shortest) {
    return transport->behind_hole > silence->begin && transport->behind_hole <= silence->end &&
           transport->behind_hole - silence->begin < shortest;
}
