/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_CHUNK_H
#define RTMP_WIRE_CHUNK_H

#include "base/bytes.h"

/* basic header 3 + message header 11 + extended timestamp 4 */
#define RTMP_CHUNK_HEADER_MAX 18U

/* The value of the 24-bit timestamp field that announces an extended timestamp. */
#define RTMP_EXTENDED_TIMESTAMP 0xFFFFFFU

/*
 * One chunk header as it stands on the wire; nothing inherited (Adobe RTMP 5.3.1).
 *
 * fmt 0: timestamp, length, type and stream_id are given; 1: all but stream_id; 2: timestamp;
 * 3: none. `timestamp` is the 24-bit field: absolute for fmt 0, a delta for 1 and 2; when it is
 * 0xFFFFFF the full 32-bit value is in `extended`.
 */
struct rtmp_chunk_header {
    uint8_t fmt;
    uint8_t basic_length;   /* bytes of the basic header, 1..3 */
    uint8_t message_length; /* bytes of the message header: 11, 7, 3, 0 */
    bool has_extended;      /* 4 bytes follow the message header because the field says so */
    uint8_t type;
    uint32_t csid; /* 2..65599; the 3-byte form is little-endian */
    uint32_t timestamp;
    uint32_t length;
    uint32_t stream_id;
    uint32_t extended;
};

/* Bytes of the basic header that the first byte announces. */
static inline uint32_t rtmp_chunk_basic_bytes(uint8_t first) {
    return (first & 0x3F) == 0 ? 2 : (first & 0x3F) == 1 ? 3 : 1;
}

/* Bytes of the basic header of a chunk stream id, as short as it can be. */
static inline uint32_t rtmp_chunk_basic_bytes_of(uint32_t csid) {
    return csid < 64 ? 1 : csid < 320 ? 2 : 3;
}

/* Bytes of the message header of a format, 0 to 3. */
static inline uint32_t rtmp_chunk_message_bytes(uint8_t fmt) {
    static const uint8_t bytes[4] = {11, 7, 3, 0};
    return bytes[fmt];
}

/* Bytes of basic and message header that the first byte announces (no extended timestamp). */
static inline uint32_t rtmp_chunk_header_bytes(uint8_t first) {
    return rtmp_chunk_basic_bytes(first) + rtmp_chunk_message_bytes(first >> 6);
}

/*
 * Read basic header, message header and, on fmt 0 to 2, the extended timestamp they announce. The
 * extended timestamp of a fmt 3 header depends on what came before and is the caller's to read.
 * False: the bytes end inside the header; the reader holds RTMP_ERROR_END.
 */
bool rtmp_chunk_header_read(struct rtmp_reader *reader, struct rtmp_chunk_header *header);

#endif
