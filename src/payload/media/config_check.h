/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_CONFIG_CHECK_H
#define RTMP_PAYLOAD_MEDIA_CONFIG_CHECK_H

#include "payload/media/media.h"

/* Longer configuration messages are not looked at. Those without parameter sets are short. */
#define RTMP_CONFIG_CHECKED 256U

/* May these be the first bytes of a configuration message that is to be looked at? Inline: it is
 * asked of every audio and video message, and of nearly all the length excludes it. */
static inline bool rtmp_config_may_lack(bool video, uint32_t length, const uint8_t *bytes,
                                        uint32_t available) {
    if (length >= RTMP_CONFIG_CHECKED || available < 2)
        return false;
    bool enhanced = video ? bytes[0] >= 0x80 : bytes[0] >> 4 == 9;
    return enhanced || bytes[1] == 0;
}

/*
 * Is the message a configuration message that configures nothing: without a record, or, of H.264,
 * HEVC and VVC, with a record that has no sequence or no picture parameter set (of 0 bytes: it is
 * none)? No decoder can be begun with it, and servers close the connection (observed: SRS, NMS).
 */
bool rtmp_config_lacks(const struct rtmp_media_body *body);

/* Is it a coded message of a codec whose decoder cannot begin without a configuration message? */
bool rtmp_config_is_needed(const struct rtmp_media_body *body);

#endif
