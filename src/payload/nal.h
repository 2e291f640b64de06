/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_NAL_H
#define RTMP_PAYLOAD_NAL_H

#include <stdbool.h>
#include <stdint.h>

#include "payload/media.h"

/* nal_unit_type from the first two bytes of a NAL unit of H.264, HEVC or VVC (H.264 uses one). */
uint8_t rtmp_nal_type(enum rtmp_codec codec, uint8_t first, uint8_t second);

/* NAL units recorded of one message; more are counted. A frame has a few, one a slice. */
#define RTMP_NAL_SCAN_UNITS 32

struct rtmp_nal {
    uint32_t length; /* bytes, as announced, without the length field */
    uint8_t type;
};

/*
 * The list of NAL units of a message whose bytes stream past and are not kept.
 *
 *     rtmp_nal_scan_begin(&scan, codec, data_pos, length, nal_length_size);
 *     rtmp_nal_scan_feed(&scan, body_pos, bytes, len);   // pieces in order, any sizes
 *
 * Feeding a piece that holds no NAL header costs O(1), others O(headers in it). All sizes in bytes.
 */
struct rtmp_nal_scan {
    enum rtmp_codec codec;
    uint32_t next;       /* position in the body of the next byte needed */
    uint32_t end;        /* message length */
    uint8_t length_size; /* 1..4 */
    uint8_t header_size; /* 1 or 2 */
    uint8_t got;         /* bytes of length and header collected */
    uint8_t head[6];
    bool failed;    /* a length ran past the end: the list ends before it */
    uint32_t count; /* units seen; the first RTMP_NAL_SCAN_UNITS are in unit */
    struct rtmp_nal unit[RTMP_NAL_SCAN_UNITS];
};

/* Does `info` say that a scan makes sense: a single track of coded frames in NAL units? */
bool rtmp_nal_scan_applies(const struct rtmp_media_info *info);

/* data_pos: where the coded data begin in the body (rtmp_media_info.data_pos); length: of the
 * message; nal_length_size: 1..4, anything else means 4. */
void rtmp_nal_scan_begin(struct rtmp_nal_scan *scan, enum rtmp_codec codec, uint32_t data_pos,
                         uint32_t length, uint8_t nal_length_size);

/* A piece of the body: `len` bytes that begin at body_pos. Pieces come in order without holes;
 * bytes before data_pos may be left out. */
void rtmp_nal_scan_feed(struct rtmp_nal_scan *scan, uint32_t body_pos, const uint8_t *bytes,
                        uint32_t len);

#endif
