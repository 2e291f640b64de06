/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/evidence.h"

#include "recovery/weights.h"

static int length_evidence(uint32_t length) {
    return length == 0             ? WEIGHT_LENGTH_ZERO
           : length < LENGTH_SHORT ? WEIGHT_LENGTH_SHORT
           : length < LENGTH_LONG  ? WEIGHT_LENGTH_LONG
                                   : WEIGHT_LENGTH_HUGE;
}

int rtmp_evidence_delta(const struct rtmp_chunk_header *h) {
    if (h->has_extended)
        return h->extended >= RTMP_EXTENDED_TIMESTAMP ? WEIGHT_EXTENDED_DELTA
                                                      : WEIGHT_EXTENDED_NOT_NEEDED;
    return h->timestamp < DELTA_USUAL      ? WEIGHT_DELTA_USUAL
           : h->timestamp < DELTA_POSSIBLE ? WEIGHT_DELTA_POSSIBLE
                                           : WEIGHT_DELTA_LONG;
}

static bool is_control(uint8_t type) {
    return type >= RTMP_MESSAGE_SET_CHUNK_SIZE && type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH;
}

static int fixed_length_evidence(bool has_it) {
    return has_it ? WEIGHT_TYPE_FIXED_LENGTH : WEIGHT_IMPOSSIBLE;
}

/* Is the type assigned, and can it have this length? */
static int type_evidence(const struct rtmp_chunk_header *h) {
    switch (h->type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        return fixed_length_evidence(h->length == 4);
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH: /* observed: 4, without the limit type */
        return fixed_length_evidence(h->length == 5 || h->length == 4);
    case RTMP_MESSAGE_USER_CONTROL:
        return h->length >= 6 && h->length <= 48 ? WEIGHT_TYPE_USER_CONTROL : WEIGHT_IMPOSSIBLE;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return WEIGHT_TYPE_MEDIA + length_evidence(h->length);
    case RTMP_MESSAGE_DATA_AMF3:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_AGGREGATE:
        return h->length >= 4 ? WEIGHT_TYPE_AMF + length_evidence(h->length) : WEIGHT_IMPOSSIBLE;
    default:
        return WEIGHT_TYPE_UNASSIGNED + length_evidence(h->length);
    }
}

static int stream_id_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    if (cs && cs->message.stream_id == h->stream_id)
        return WEIGHT_STREAM_ID_SAME;
    if (h->stream_id == 0 && (h->type == RTMP_MESSAGE_AUDIO || h->type == RTMP_MESSAGE_VIDEO))
        return WEIGHT_STREAM_ID_ZEROS;
    return h->stream_id < STREAM_ID_LIKELY     ? WEIGHT_STREAM_ID_LIKELY
           : h->stream_id < STREAM_ID_POSSIBLE ? WEIGHT_STREAM_ID_MAYBE
                                               : WEIGHT_STREAM_ID_ODD;
}

static int timestamp_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    uint32_t value = h->has_extended ? h->extended : h->timestamp;
    if (h->has_extended && h->extended < RTMP_EXTENDED_TIMESTAMP)
        return WEIGHT_EXTENDED_NOT_NEEDED;
    if (!cs)
        return 0;
    uint32_t distance = value - cs->message.timestamp;
    if (distance > UINT32_MAX / 2)
        distance = 0U - distance;
    return distance < DISTANCE_NEAR  ? WEIGHT_TIMESTAMP_NEAR
           : distance < DISTANCE_FAR ? WEIGHT_TIMESTAMP_FAR
                                     : WEIGHT_TIMESTAMP_APART;
}

int rtmp_evidence_header(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    int bits = cs ? WEIGHT_CSID_SEEN : h->csid < 64 ? WEIGHT_CSID_LOW : WEIGHT_CSID_HIGH;
    if (h->fmt == 3)
        return cs ? WEIGHT_FMT3 : WEIGHT_IMPOSSIBLE;
    if (h->fmt == 2)
        return cs ? bits + rtmp_evidence_delta(h) : WEIGHT_IMPOSSIBLE;
    if (!cs && is_control(h->type) && h->csid >= 64) /* specified: chunk stream 2 */
        return WEIGHT_IMPOSSIBLE;
    bits += type_evidence(h);
    if (cs && cs->message.type == h->type && !is_control(h->type))
        bits += WEIGHT_TYPE_SAME;
    if (h->fmt == 0)
        return bits + stream_id_evidence(cs, h) + timestamp_evidence(cs, h);
    return bits + rtmp_evidence_delta(h);
}

static bool can_begin_video(uint8_t first) {
    uint8_t frame_type = first >> 4;
    return first & 0x80 || (frame_type >= 1 && frame_type <= 5 && (first & 15) >= 1);
}

static int first_byte_evidence(const struct rtmp_chunk_stream *cs, uint8_t type, uint8_t first) {
    if (cs && cs->message.type == type && cs->has_first_byte && cs->first_byte == first)
        return WEIGHT_FIRST_BYTE_SAME;
    switch (type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_DATA_AMF0:
        return first == 0x02 ? WEIGHT_FIRST_BYTE_AMF0 : -1;
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF3:
        return first == 0x00 || first == 0x02 ? WEIGHT_FIRST_BYTE_AMF3 : -1;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return first == 0x00 ? WEIGHT_FIRST_BYTE_ZERO : 0;
    case RTMP_MESSAGE_USER_CONTROL:
        return first == 0x00 ? WEIGHT_FIRST_BYTE_ZERO : -1;
    case RTMP_MESSAGE_VIDEO:
        return can_begin_video(first) ? WEIGHT_FIRST_BYTE_VIDEO : -1;
    default:
        return 0;
    }
}

static int likeness_evidence(enum rtmp_body_likeness likeness) {
    switch (likeness) {
    case RTMP_BODY_FOURCC:
        return WEIGHT_BODY_FOURCC;
    case RTMP_BODY_TIMED:
        return WEIGHT_BODY_TIMED;
    case RTMP_BODY_PACKET:
        return WEIGHT_BODY_PACKET;
    case RTMP_BODY_UNKNOWN:
        break;
    }
    return 0;
}

int rtmp_evidence_of_body(const struct rtmp_chunk_stream *cs,
                          const struct rtmp_evidence_body *body) {
    int first = first_byte_evidence(cs, body->type, body->bytes[0]);
    if (first < 0 || (body->type != RTMP_MESSAGE_AUDIO && body->type != RTMP_MESSAGE_VIDEO))
        return first;
    uint32_t available = body->available < body->length ? body->available : body->length;
    return first + likeness_evidence(
                       body->format->likeness(body->type, body->bytes, available, body->length));
}
