/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/nal.h"

#include "payload/codec/nal_length.h"
#include "payload/media/decoder_config.h"

static const struct rtmp_name *nal_types_of(enum rtmp_codec codec) {
    return codec == RTMP_CODEC_H264   ? rtmp_names_avc_nal_types
           : codec == RTMP_CODEC_HEVC ? rtmp_names_hevc_nal_types
                                      : rtmp_names_vvc_nal_types;
}

/* nal_unit_type from the first two bytes of a NAL unit; H.264 has it in the first. */
static uint8_t type_of(enum rtmp_codec codec, uint8_t first, uint8_t second) {
    return codec == RTMP_CODEC_H264   ? first & 0x1F
           : codec == RTMP_CODEC_HEVC ? first >> 1 & 0x3F
                                      : second >> 3;
}

/* A number of sei_message(): FF bytes and a last one, added up. */
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
static uint32_t read_nal_header(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    uint8_t type =
        type_of(m->codec, rtmp_peek_at(&m->reader, start), rtmp_peek_at(&m->reader, start + 1));
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
                     rtmp_name_of(nal_types_of(m->codec), type));
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

static void read_unit(struct rtmp_media *m, rtmp_sps_reader *read_sps) {
    uint32_t type = read_nal_header(m);
    m->bits.rbsp = true;
    m->bits.zeros = 0;
    if (is_sps(m->codec, type))
        read_sps(m);
    else if (is_sei(m->codec, type))
        read_sei(m);
    rtmp_media_skip_rest(m);
}

/* A length of `size` bytes and its NAL unit, as a group. */
static void read_sized_unit(struct rtmp_media *m, unsigned size, rtmp_sps_reader *read_sps) {
    struct rtmp_reader ahead = m->reader;
    uint32_t len = 0;
    for (unsigned i = 0; i < size; i++)
        len = len << 8 | rtmp_u8(&ahead);
    uint32_t announced = rtmp_media_announced(m);
    bool fits = announced >= size && len <= announced - size;
    bool too_long = rtmp_ok(&ahead) && !fits;
    uint32_t at = m->reader.pos;
    struct rtmp_media_range outer;
    if (!rtmp_media_enter(m, RTMP_FIELD_NAL, rtmp_ok(&ahead) && fits ? size + len : announced,
                          &outer))
        return;
    rtmp_media_u(m, RTMP_FIELD_NAL_LENGTH, 8 * size);
    rtmp_media_offset(m, RTMP_FIELD_NAL_OFFSET, at);
    if (too_long)
        rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, at);
    else if (rtmp_ok(&m->reader) && rtmp_media_announced(m))
        read_unit(m, read_sps);
    rtmp_media_leave(m, &outer);
}

void rtmp_nal_read_length_size(struct rtmp_media *m) {
    rtmp_media_plus(m, RTMP_FIELD_NAL_LENGTH_SIZE, 2, 1);
}

void rtmp_nal_parameter_sets(struct rtmp_media *m, uint32_t count, rtmp_sps_reader *read_sps) {
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++) {
        if (rtmp_left(&m->reader))
            read_sized_unit(m, 2, read_sps);
        else /* outside a unit: the end of a unit would clear the error */
            rtmp_fail_at(&m->reader, RTMP_ERROR_END, m->reader.pos);
    }
}

void rtmp_nal_frame(struct rtmp_media *m, rtmp_sps_reader *read_sps) {
    unsigned size =
        rtmp_decoder_configs_length_size(m->decoder_configs, m->stream_id, m->track, m->codec);
    if (size == 0)
        size = m->nal_length_size;
    if (size == 0)
        size = rtmp_nal_length_size(m->codec, &m->reader, m->reader.pos + rtmp_media_announced(m));
    if (size == 0)
        rtmp_fail_at(&m->reader, RTMP_REMARK_NAL_LENGTH, m->reader.pos);
    while (rtmp_media_has_next(m, size))
        read_sized_unit(m, size, read_sps);
}
