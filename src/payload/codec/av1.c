/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

/* AV1CodecConfigurationRecord (AV1 in ISOBMFF, 2.3), OBUs (AV1, 5.3) and sequence_header_obu
 * (5.5.1). */

enum { OBU_SEQUENCE_HEADER = 1, OBU_FRAME_HEADER = 3, OBU_FRAME = 6, TS_DESCRIPTOR_TAG = 0x80 };

/* seq_level_idx counts quarters from 2.0; 24 and above are no level (A.3). */
static double level_number(uint32_t index) {
    return index > 23 ? 0 : 2.0 + (double)(index >> 2) + (double)(index & 3) / 10.0;
}

/* leb128(): at most 8 bytes, at most 2^32 - 1 (4.10.5). */
static uint32_t read_leb128(struct rtmp_reader *r) {
    uint32_t start = r->pos;
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t byte = rtmp_u8(r);
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (!(byte & 0x80)) {
            if (value > UINT32_MAX)
                break;
            return (uint32_t)value;
        }
    }
    rtmp_fail_at(r, RTMP_ERROR_FORMAT, start);
    return 0;
}

static void skip_operating_point(struct rtmp_media *m, bool decoder_model, uint32_t delay_bits,
                                 bool display_delay, bool first) {
    rtmp_bits_skip(&m->bits, 12);
    uint32_t start = m->reader.pos;
    uint32_t level = first ? rtmp_media_u(m, RTMP_FIELD_AV1_LEVEL, 5) : rtmp_bits_take(&m->bits, 5);
    if (first && m->coded)
        rtmp_media_profile(m, rtmp_media_since(m, start), NULL, level_number(level));
    if (level > 7)
        rtmp_bits_skip(&m->bits, 1); /* seq_tier */
    if (decoder_model && rtmp_bits_take(&m->bits, 1))
        rtmp_bits_skip(&m->bits, 2 * delay_bits + 1);
    if (display_delay && rtmp_bits_take(&m->bits, 1))
        rtmp_bits_skip(&m->bits, 4);
}

/* timing_info() and decoder_model_info(). Returns the bits of a buffer delay, 0 without a model. */
static uint32_t read_timing(struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    uint32_t units = rtmp_media_u(m, RTMP_FIELD_NUM_UNITS_IN_TICK, 32);
    uint32_t scale = rtmp_media_u(m, RTMP_FIELD_TIME_SCALE, 32);
    if (rtmp_bits_take(&m->bits, 1)) {                     /* equal_picture_interval */
        double ticks = (double)rtmp_bits_ue(&m->bits) + 1; /* uvlc() has the form of ue(v) */
        if (units)
            rtmp_media_frame_rate(m, rtmp_media_since(m, start),
                                  (double)scale / ((double)units * ticks));
    }
    if (!rtmp_bits_take(&m->bits, 1))
        return 0;
    uint32_t delay_bits = rtmp_bits_take(&m->bits, 5) + 1;
    rtmp_bits_skip(&m->bits, 42);
    return delay_bits;
}

static void read_operating_points(struct rtmp_media *m) {
    uint32_t delay_bits = rtmp_bits_take(&m->bits, 1) ? read_timing(m) : 0;
    bool display_delay = rtmp_bits_take(&m->bits, 1);
    uint32_t count = rtmp_bits_take(&m->bits, 5) + 1;
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
        skip_operating_point(m, delay_bits != 0, delay_bits, display_delay, i == 0);
}

static void read_sequence_header(struct rtmp_media *m) {
    rtmp_media_named(m, RTMP_FIELD_AV1_PROFILE, 3, rtmp_names_av1_profiles);
    rtmp_bits_skip(&m->bits, 1);     /* still_picture */
    if (rtmp_bits_take(&m->bits, 1)) /* reduced_still_picture_header */
        rtmp_media_u(m, RTMP_FIELD_AV1_LEVEL, 5);
    else
        read_operating_points(m);
    uint32_t start = m->reader.pos;
    uint32_t width_bits = rtmp_bits_take(&m->bits, 4) + 1;
    uint32_t height_bits = rtmp_bits_take(&m->bits, 4) + 1;
    uint32_t width = rtmp_bits_take(&m->bits, width_bits) + 1;
    uint32_t height = rtmp_bits_take(&m->bits, height_bits) + 1;
    rtmp_media_size(m, rtmp_media_since(m, start), width, height);
}

static void read_frame_header(struct rtmp_media *m) {
    if (rtmp_media_u(m, RTMP_FIELD_AV1_SHOW_EXISTING, 1))
        return;
    rtmp_media_named(m, RTMP_FIELD_AV1_FRAME_TYPE, 2, rtmp_names_av1_frame_types);
    rtmp_media_u(m, RTMP_FIELD_AV1_SHOW_FRAME, 1);
}

/* obu_header() and, when `sized`, obu_size. Returns the type. */
static uint32_t read_obu_header(struct rtmp_media *m, bool extended, bool sized) {
    rtmp_media_u(m, RTMP_FIELD_OBU_FORBIDDEN_BIT, 1);
    uint32_t type = rtmp_media_named(m, RTMP_FIELD_OBU_TYPE, 4, rtmp_names_obu_types);
    rtmp_bits_skip(&m->bits, 3);
    if (extended) {
        rtmp_media_u(m, RTMP_FIELD_OBU_TEMPORAL_ID, 3);
        rtmp_media_u(m, RTMP_FIELD_OBU_SPATIAL_ID, 2);
        rtmp_bits_skip(&m->bits, 3);
    }
    if (sized) {
        uint32_t start = m->reader.pos;
        uint32_t size = read_leb128(&m->reader);
        rtmp_media_value(m, RTMP_FIELD_OBU_SIZE, rtmp_media_since(m, start), size, NULL);
        if (rtmp_ok(&m->reader) && size > rtmp_media_announced(m))
            rtmp_fail_at(&m->reader, RTMP_ERROR_LENGTH, start);
    }
    return type;
}

/* Bytes of the OBU at the cursor, header, extension and size included; fewer when it is cut. */
static uint32_t obu_header_bytes(const struct rtmp_media *m) {
    uint32_t start = m->reader.pos;
    uint8_t header = rtmp_peek_at(&m->reader, start);
    uint32_t bytes = header & 4 ? 2 : 1;
    if (header & 2)
        for (uint32_t i = 0; i < 8; i++)
            if (!(rtmp_peek_at(&m->reader, start + bytes++) & 0x80))
                break;
    return bytes;
}

static void read_av1_obu(struct rtmp_media *m) {
    struct rtmp_reader ahead = m->reader;
    uint8_t header = rtmp_u8(&ahead);
    bool extended = header & 4;
    bool sized = header & 2;
    if (extended)
        (void)rtmp_u8(&ahead);
    uint32_t announced = rtmp_media_announced(m);
    uint64_t whole = announced;
    if (sized) {
        uint64_t size = read_leb128(&ahead);
        if (rtmp_ok(&ahead))
            whole = ahead.pos - m->reader.pos + size;
    }
    struct rtmp_media_range outer;
    if (!rtmp_media_enter(m, RTMP_FIELD_OBU, whole < announced ? (uint32_t)whole : announced,
                          &outer))
        return;
    rtmp_media_offset(m, RTMP_FIELD_OBU_OFFSET, m->reader.pos);
    uint32_t type = read_obu_header(m, extended, sized);
    if (rtmp_ok(&m->reader) && type == OBU_SEQUENCE_HEADER)
        read_sequence_header(m);
    else if (rtmp_ok(&m->reader) && (type == OBU_FRAME || type == OBU_FRAME_HEADER))
        read_frame_header(m);
    rtmp_media_skip_rest(m);
    rtmp_media_leave(m, &outer);
}

void rtmp_av1_frame(struct rtmp_media *m) {
    while (rtmp_media_has_next(m, obu_header_bytes(m)))
        read_av1_obu(m);
}

/* The four bytes that the ISOBMFF record and the MPEG-2 TS descriptor share. */
static void read_record(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_AV1_MARKER, 1);
    rtmp_media_u(m, RTMP_FIELD_CONFIG_VERSION, 7);
    uint32_t start = m->reader.pos;
    uint32_t profile = rtmp_media_named(m, RTMP_FIELD_AV1_PROFILE, 3, rtmp_names_av1_profiles);
    uint32_t level = rtmp_media_u(m, RTMP_FIELD_AV1_LEVEL, 5);
    rtmp_media_profile(m, rtmp_media_since(m, start),
                       rtmp_name_of(rtmp_names_av1_profiles, profile), level_number(level));
    rtmp_media_u(m, RTMP_FIELD_AV1_TIER, 1);
    start = m->reader.pos;
    bool high = rtmp_bits_take(&m->bits, 1);
    bool twelve = rtmp_bits_take(&m->bits, 1);
    rtmp_media_value(m, RTMP_FIELD_BIT_DEPTH_LUMA, rtmp_media_since(m, start),
                     !high    ? 8
                     : twelve ? 12
                              : 10,
                     NULL);
    rtmp_media_u(m, RTMP_FIELD_AV1_MONOCHROME, 1);
    start = m->reader.pos;
    bool half_width = rtmp_bits_take(&m->bits, 1);
    bool half_height = rtmp_bits_take(&m->bits, 1);
    rtmp_media_value(m, RTMP_FIELD_CHROMA_FORMAT, rtmp_media_since(m, start),
                     half_height  ? 1
                     : half_width ? 2
                                  : 3,
                     NULL);
    rtmp_media_u(m, RTMP_FIELD_AV1_CHROMA_SAMPLE_POSITION, 2);
    rtmp_bits_skip(&m->bits, 3);
    rtmp_bits_skip(&m->bits, 5); /* initial presentation delay */
}

void rtmp_av1_config(struct rtmp_media *m) {
    read_record(m);
    rtmp_av1_frame(m);
}

void rtmp_av1_ts_descriptor(struct rtmp_media *m) {
    struct rtmp_media_range outer;
    uint8_t tag = rtmp_peek_at(&m->reader, m->reader.pos);
    if (tag != TS_DESCRIPTOR_TAG || rtmp_media_announced(m) < 6) {
        rtmp_media_rest(m, RTMP_FIELD_VIDEO_CONFIG);
        return;
    }
    if (!rtmp_media_enter(m, RTMP_FIELD_VIDEO_CONFIG, rtmp_media_announced(m), &outer))
        return;
    rtmp_media_u(m, RTMP_FIELD_TS_DESCRIPTOR_TAG, 8);
    rtmp_media_u(m, RTMP_FIELD_TS_DESCRIPTOR_LENGTH, 8);
    read_record(m);
    rtmp_media_leave(m, &outer);
}
