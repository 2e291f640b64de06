/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/evidence.h"

#include "payload/media/media.h"

#define EVIDENCE_FOURCC       24
#define EVIDENCE_PACKET       6
#define EVIDENCE_UNKNOWN_TYPE (-12) /* most bytes are one, hardly any message has one */
#define EVIDENCE_NONE         (-99) /* it is no header, whatever else speaks for it */

/* Of 16 lengths 15 are a mebibyte or more, of messages hardly any. */
static int length_evidence(uint32_t length) {
    return length == 0 ? -6 : length < 1U << 17 ? 5 : length < 1U << 20 ? 3 : -8;
}

int rtmp_evidence_delta(const struct rtmp_chunk_header *h) {
    if (h->has_extended) /* a delta of hours, or a negative one (observed: librtmp) */
        return h->extended >= RTMP_EXTENDED_TIMESTAMP ? 2 : -20;
    return h->timestamp < 1000 ? 13 : h->timestamp < 60000 ? 8 : -4;
}

static bool control_type(uint8_t type) {
    return type >= RTMP_MESSAGE_SET_CHUNK_SIZE && type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH;
}

/* A type that exists, with a length it can have? */
static int type_evidence(const struct rtmp_chunk_header *h) {
    switch (h->type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        return h->length == 4 ? 24 : EVIDENCE_NONE;
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return h->length == 5 || h->length == 4 ? 24 : EVIDENCE_NONE;
    case RTMP_MESSAGE_USER_CONTROL:
        return h->length >= 6 && h->length <= 48 ? 18 : EVIDENCE_NONE;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return 5 + length_evidence(h->length);
    case RTMP_MESSAGE_DATA_AMF3:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_AGGREGATE:
        return h->length >= 4 ? 4 + length_evidence(h->length) : EVIDENCE_NONE;
    default:
        return EVIDENCE_UNKNOWN_TYPE + length_evidence(h->length);
    }
}

static int stream_id_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    if (cs && cs->message.stream_id == h->stream_id)
        return 26;
    if (h->stream_id == 0 && (h->type == RTMP_MESSAGE_AUDIO || h->type == RTMP_MESSAGE_VIDEO))
        return 0; /* zeros, rather: no sender was seen to publish there */
    return h->stream_id < 256 ? 20 : h->stream_id < 65536 ? 8 : -8;
}

static int timestamp_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    uint32_t value = h->has_extended ? h->extended : h->timestamp;
    if (h->has_extended && h->extended < RTMP_EXTENDED_TIMESTAMP)
        return -20;
    if (!cs)
        return 0;
    uint32_t distance = value - cs->message.timestamp;
    if (distance > UINT32_MAX / 2)
        distance = 0U - distance;
    return distance < 1U << 16 ? 8 : distance < 1U << 22 ? 2 : -4;
}

int rtmp_evidence_header(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    int bits = cs ? 5 : h->csid < 64 ? 2 : -4;
    if (h->fmt == 3)
        return cs ? 6 : EVIDENCE_NONE;
    if (h->fmt == 2)
        return cs ? bits + rtmp_evidence_delta(h) : EVIDENCE_NONE;
    if (!cs && control_type(h->type) && h->csid >= 64) /* specified: chunk stream 2 */
        return EVIDENCE_NONE;
    bits += type_evidence(h);
    if (cs && cs->message.type == h->type && !control_type(h->type))
        bits += 3;
    if (h->fmt == 0)
        return bits + stream_id_evidence(cs, h) + timestamp_evidence(cs, h);
    return bits + rtmp_evidence_delta(h);
}

/* The first byte of a body of this type. -1: it cannot begin so. */
static int first_byte_evidence(const struct rtmp_chunk_stream *cs, uint8_t type, uint8_t first) {
    if (cs && cs->message.type == type && cs->has_first_byte && cs->first_byte == first)
        return 6;
    switch (type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_DATA_AMF0:
        return first == 0x02 ? 7 : -1;
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF3:
        return first == 0x00 || first == 0x02 ? 6 : -1;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return first == 0x00 ? 6 : 0;
    case RTMP_MESSAGE_USER_CONTROL:
        return first == 0x00 ? 6 : -1;
    case RTMP_MESSAGE_VIDEO:
        return first & 0x80 || ((first >> 4) >= 1 && (first >> 4) <= 5 && (first & 15) >= 1) ? 1
                                                                                             : -1;
    default:
        return 0;
    }
}

/* What a media header says behind its first byte: a codec's FourCC, a packet type that exists, a
 * composition time of less than a minute. */
static int media_evidence(const struct rtmp_media_body *body) {
    const struct rtmp_media_info info = rtmp_media_describe(body);
    if (info.enhanced)
        return info.codec == RTMP_CODEC_UNKNOWN ? 0 : EVIDENCE_FOURCC;
    if (!body->video)
        return info.codec == RTMP_CODEC_AAC && body->available >= 2 && info.packet_type <= 1
                   ? EVIDENCE_PACKET
                   : 0;
    bool is_timed = rtmp_codec_has_composition_time(info.codec);
    if (!is_timed || body->available < 2 || info.packet_type > 2)
        return 0;
    bool timely = info.composition_time > -60000 && info.composition_time < 60000;
    return body->available >= 5 && timely ? 2 * EVIDENCE_PACKET : EVIDENCE_PACKET;
}

int rtmp_evidence_body(const struct rtmp_chunk_stream *cs, uint8_t type, const uint8_t *bytes,
                       uint32_t available, uint32_t length) {
    int first = first_byte_evidence(cs, type, bytes[0]);
    if (first < 0 || (type != RTMP_MESSAGE_AUDIO && type != RTMP_MESSAGE_VIDEO))
        return first;
    const struct rtmp_media_body body = {.video = type == RTMP_MESSAGE_VIDEO,
                                         .bytes = bytes,
                                         .available = available < length ? available : length,
                                         .length = length};
    return first + media_evidence(&body);
}
