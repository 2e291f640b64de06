/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media_reader.h"

#include <stddef.h>

#include "payload/codec/nal.h"
#include "payload/media/decoder_config.h"

const struct rtmp_name *rtmp_nal_types(enum rtmp_codec codec) {
    return codec == RTMP_CODEC_H264   ? rtmp_names_avc_nal_types
           : codec == RTMP_CODEC_HEVC ? rtmp_names_hevc_nal_types
                                      : rtmp_names_vvc_nal_types;
}

uint8_t rtmp_nal_type(enum rtmp_codec codec, uint8_t first, uint8_t second) {
    return codec == RTMP_CODEC_H264   ? first & 0x1F
           : codec == RTMP_CODEC_HEVC ? first >> 1 & 0x3F
                                      : second >> 3;
}

/* sei_message(): type and size as runs of FF bytes and a last one. The payloads stay raw. */
static uint32_t read_sei_number(struct rtmp_media *m, enum rtmp_media_field field,
                                const struct rtmp_name *names) {
    uint32_t start = m->reader.pos;
    uint32_t number = 0;
    uint32_t byte;
    do {
        byte = rtmp_bits_take(&m->bits, 8);
        number += byte;
    } while (byte == 0xFF && rtmp_ok(&m->reader));
    if (rtmp_ok(&m->reader))
        rtmp_media_value(m, field, rtmp_media_since(m, start), number,
                         names ? rtmp_name_of(names, number) : NULL);
    return number;
}

static void read_sei(struct rtmp_media *m) {
    while (rtmp_ok(&m->reader) && rtmp_left(&m->reader) > 1) { /* the last byte is trailing bits */
        read_sei_number(m, RTMP_FIELD_SEI_PAYLOAD_TYPE, rtmp_names_sei_payload_types);
        uint32_t size = read_sei_number(m, RTMP_FIELD_SEI_PAYLOAD_SIZE, NULL);
        for (uint32_t i = 0; i < size && rtmp_ok(&m->reader); i++)
            (void)rtmp_bits_take(&m->bits, 8);
    }
}

/* nal_unit_header() of each codec; returns nal_unit_type. */
static uint32_t read_header(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    uint8_t type = rtmp_nal_type(m->codec, rtmp_peek_at(&m->reader, start),
                                 rtmp_peek_at(&m->reader, start + 1));
    uint32_t bytes = m->codec == RTMP_CODEC_H264 ? 1 : 2;
    if (rtmp_left(&m->reader) < bytes)
        (void)rtmp_take(&m->reader, bytes);
    rtmp_media_u(m, RTMP_FIELD_NAL_FORBIDDEN_BIT, 1);
    if (m->codec == RTMP_CODEC_H264) {
        rtmp_media_u(m, RTMP_FIELD_NAL_REF_IDC, 2);
        rtmp_bits_skip(&m->bits, 5);
    } else if (m->codec == RTMP_CODEC_HEVC) {
        rtmp_bits_skip(&m->bits, 6);
        rtmp_media_u(m, RTMP_FIELD_NAL_LAYER_ID, 6);
        rtmp_media_u(m, RTMP_FIELD_NAL_TEMPORAL_ID, 3);
    } else {
        rtmp_bits_skip(&m->bits, 1);
        rtmp_media_u(m, RTMP_FIELD_NAL_LAYER_ID, 6);
        rtmp_bits_skip(&m->bits, 5);
        rtmp_media_u(m, RTMP_FIELD_NAL_TEMPORAL_ID, 3);
    }
    rtmp_media_value(m, RTMP_FIELD_NAL_TYPE, rtmp_span_of(start, bytes), type,
                     rtmp_name_of(rtmp_nal_types(m->codec), type));
    return type;
}

static bool is_sps(enum rtmp_codec codec, uint32_t type) {
    return type == (codec == RTMP_CODEC_H264 ? 7U : codec == RTMP_CODEC_HEVC ? 33U : 15U);
}

static bool is_sei(enum rtmp_codec codec, uint32_t type) {
    return codec == RTMP_CODEC_H264   ? type == 6
           : codec == RTMP_CODEC_HEVC ? type == 39 || type == 40
                                      : type == 23 || type == 24;
}

static void read_unit(struct rtmp_media *m) {
    uint32_t type = read_header(m);
    m->bits.rbsp = true;
    m->bits.zeros = 0;
    if (is_sps(m->codec, type)) {
        if (m->codec == RTMP_CODEC_H264)
            rtmp_avc_sps(m);
        else if (m->codec == RTMP_CODEC_HEVC)
            rtmp_hevc_sps(m);
        else
            rtmp_vvc_sps(m);
    } else if (is_sei(m->codec, type))
        read_sei(m);
    rtmp_media_skip_rest(m);
}

/* A length of `size` bytes and its NAL unit, as a group. */
static void read_sized_unit(struct rtmp_media *m, unsigned size) {
    struct rtmp_reader ahead = m->reader;
    uint32_t len = 0;
    for (unsigned i = 0; i < size; i++)
        len = len << 8 | rtmp_u8(&ahead);
    uint32_t announced = rtmp_media_announced(m);
    bool fits = announced >= size && len <= announced - size;
    bool lying = rtmp_ok(&ahead) && !fits;
    uint32_t at = m->reader.pos;
    struct rtmp_media_range outer;
    if (!rtmp_media_enter(m, RTMP_FIELD_NAL, rtmp_ok(&ahead) && fits ? size + len : announced,
                          &outer))
        return;
    rtmp_media_u(m, RTMP_FIELD_NAL_LENGTH, 8 * size);
    rtmp_media_offset(m, RTMP_FIELD_NAL_OFFSET, at);
    if (lying)
        rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, at);
    else if (rtmp_ok(&m->reader) && rtmp_media_announced(m))
        read_unit(m);
    rtmp_media_leave(m, &outer);
}

void rtmp_nal_read_length_size(struct rtmp_media *m) {
    rtmp_media_plus(m, RTMP_FIELD_NAL_LENGTH_SIZE, 2, 1);
}

void rtmp_nal_parameter_sets(struct rtmp_media *m, uint32_t count) {
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++) {
        if (rtmp_left(&m->reader))
            read_sized_unit(m, 2);
        else /* the count lies; leaving a unit would forgive it */
            rtmp_fail_at(&m->reader, RTMP_ERROR_END, m->reader.pos);
    }
}

/* Do lengths of `size` bytes step from NAL unit to NAL unit up to the limit? */
static bool lengths_fit(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit,
                        unsigned size) {
    uint32_t pos = r->pos;
    do {
        if (limit - pos <= size)
            return false;
        if (r->end < limit && (pos >= r->end || r->end - pos <= size))
            return true; /* cut: as far as can be seen */
        uint32_t len = 0;
        for (unsigned i = 0; i < size; i++)
            len = len << 8 | rtmp_peek_at(r, pos + i);
        if (len < (codec == RTMP_CODEC_H264 ? 1U : 2U) || len > limit - pos - size ||
            rtmp_peek_at(r, pos + size) & 0x80)
            return false;
        pos += size + len;
    } while (pos != limit);
    return true;
}

uint8_t rtmp_nal_length_size(enum rtmp_codec codec, const struct rtmp_reader *r, uint32_t limit) {
    static const uint8_t sizes[] = {4, 2, 1};
    for (size_t i = 0; i < sizeof sizes; i++)
        if (lengths_fit(codec, r, limit, sizes[i]))
            return sizes[i];
    return 0;
}

void rtmp_nal_frame(struct rtmp_media *m) {
    unsigned size = rtmp_decoder_configs_length_size(m->streams, m->stream_id, m->track, m->codec);
    if (size == 0)
        size = m->nal_length_size;
    if (size == 0)
        size = rtmp_nal_length_size(m->codec, &m->reader, m->reader.pos + rtmp_media_announced(m));
    if (size == 0)
        rtmp_fail_at(&m->reader, RTMP_REMARK_NAL_LENGTH, m->reader.pos);
    while (rtmp_media_list_goes_on(m, size))
        read_sized_unit(m, size);
}
