/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include <stddef.h>

#include "payload/codec/nal.h"
#include "payload/codec/vui.h"

/* AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) and seq_parameter_set_data
 * (H.264, 7.3.2.1.1). */

static const char *constrained_profile_name(uint32_t profile, uint32_t constraints) {
#define NAME(value, flags, text)                                                                   \
    if (profile == (value) && (constraints & (flags)) == (flags))                                  \
        return text;
#include "base/names/avc_constrained_profiles.def"
#undef NAME
    return rtmp_name_of(rtmp_names_avc_profiles, profile);
}

/* Profiles whose records and parameter sets hold chroma format and bit depths (H.264,
 * 7.3.2.1.1). */
static bool has_chroma(uint32_t profile) {
    static const uint8_t profiles[] = {100, 110, 122, 244, 44,  83, 86,
                                       118, 128, 138, 139, 134, 135};
    for (size_t i = 0; i < sizeof profiles; i++)
        if (profiles[i] == profile)
            return true;
    return false;
}

/* Level 1b, between 1 and 1.1: level_idc 9, or 11 with constraint_set3_flag (A.3.1, A.3.2). */
static bool is_level_1b(uint32_t profile, uint32_t constraints, uint32_t level) {
    bool flagged = (profile == 66 || profile == 77 || profile == 88) && constraints & 0x10;
    return level == 9 || (level == 11 && flagged);
}

static uint32_t read_avc_profile(struct rtmp_media *m, bool report) {
    uint32_t start = m->reader.pos;
    uint32_t profile = rtmp_media_named(m, RTMP_FIELD_AVC_PROFILE, 8, rtmp_names_avc_profiles);
    uint32_t constraints = rtmp_media_u(m, RTMP_FIELD_AVC_CONSTRAINTS, 8);
    uint32_t level_start = m->reader.pos;
    uint32_t level = rtmp_bits_take(&m->bits, 8);
    if (rtmp_ok(&m->reader))
        rtmp_media_value(m, RTMP_FIELD_AVC_LEVEL, rtmp_media_since(m, level_start), level,
                         is_level_1b(profile, constraints, level) ? "1b" : NULL);
    if (report)
        rtmp_media_profile(m, rtmp_media_since(m, start),
                           constrained_profile_name(profile, constraints), (double)level / 10.0);
    return profile;
}

static void skip_scaling_list(struct rtmp_media *m, unsigned size) {
    int last = 8;
    int next = 8;
    for (unsigned i = 0; i < size && rtmp_ok(&m->reader); i++) {
        if (next)
            next = (last + (int)(rtmp_bits_se(&m->bits) % 256) + 512) % 256;
        if (next)
            last = next;
    }
}

static uint32_t read_chroma(struct rtmp_media *m) {
    uint32_t chroma = rtmp_media_ue(m, RTMP_FIELD_CHROMA_FORMAT);
    if (chroma == 3)
        rtmp_bits_skip(&m->bits, 1); /* separate_colour_plane_flag */
    uint32_t start = m->reader.pos;
    uint32_t luma = rtmp_bits_ue(&m->bits);
    rtmp_media_value(m, RTMP_FIELD_BIT_DEPTH_LUMA, rtmp_media_since(m, start), luma + 8LL, NULL);
    start = m->reader.pos;
    luma = rtmp_bits_ue(&m->bits);
    rtmp_media_value(m, RTMP_FIELD_BIT_DEPTH_CHROMA, rtmp_media_since(m, start), luma + 8LL, NULL);
    rtmp_bits_skip(&m->bits, 1); /* qpprime_y_zero_transform_bypass_flag */
    if (rtmp_bits_take(&m->bits, 1))
        for (unsigned i = 0; i < (chroma == 3 ? 12U : 8U) && rtmp_ok(&m->reader); i++)
            if (rtmp_bits_take(&m->bits, 1))
                skip_scaling_list(m, i < 6 ? 16 : 64);
    return chroma;
}

static void skip_picture_order_count(struct rtmp_media *m) {
    uint32_t type = rtmp_bits_ue(&m->bits);
    if (type == 0)
        (void)rtmp_bits_ue(&m->bits);
    if (type != 1)
        return;
    rtmp_bits_skip(&m->bits, 1);
    (void)rtmp_bits_se(&m->bits);
    (void)rtmp_bits_se(&m->bits);
    uint32_t count = rtmp_bits_ue(&m->bits);
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
        (void)rtmp_bits_se(&m->bits);
}

static void read_avc_size(struct rtmp_media *m, uint32_t chroma) {
    uint32_t start = m->reader.pos;
    uint64_t width = ((uint64_t)rtmp_bits_ue(&m->bits) + 1) * 16;
    uint64_t height = ((uint64_t)rtmp_bits_ue(&m->bits) + 1) * 16;
    bool frames_only = rtmp_bits_take(&m->bits, 1);
    if (!frames_only) {
        height *= 2;
        rtmp_bits_skip(&m->bits, 1);
    }
    rtmp_bits_skip(&m->bits, 1); /* direct_8x8_inference_flag */
    uint64_t crop[2] = {0, 0};
    if (rtmp_bits_take(&m->bits, 1)) {
        uint64_t horizontal = rtmp_bits_ue(&m->bits);
        horizontal += rtmp_bits_ue(&m->bits);
        uint64_t vertical = rtmp_bits_ue(&m->bits);
        vertical += rtmp_bits_ue(&m->bits);
        crop[0] = horizontal * (chroma == 1 || chroma == 2 ? 2 : 1);
        crop[1] = vertical * (chroma == 1 ? 2 : 1) * (frames_only ? 1 : 2);
    }
    const uint32_t size[2] = {width > UINT32_MAX ? 0 : (uint32_t)width,
                              height > UINT32_MAX ? 0 : (uint32_t)height};
    rtmp_sps_size(m, start, size, crop);
}

static void read_avc_sps(struct rtmp_media *m) {
    uint32_t profile = read_avc_profile(m, m->coded);
    rtmp_media_ue(m, RTMP_FIELD_SPS_ID);
    uint32_t chroma = has_chroma(profile) ? read_chroma(m) : 1;
    (void)rtmp_bits_ue(&m->bits); /* log2_max_frame_num_minus4 */
    skip_picture_order_count(m);
    rtmp_media_ue(m, RTMP_FIELD_MAX_REFERENCE_FRAMES);
    rtmp_bits_skip(&m->bits, 1); /* gaps_in_frame_num_value_allowed_flag */
    read_avc_size(m, chroma);
    if (rtmp_bits_take(&m->bits, 1)) {
        rtmp_vui_colour(m);
        rtmp_vui_timing(m, 2); /* a tick is a field */
    }
}

void rtmp_avc_config(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_CONFIG_VERSION, 8);
    uint32_t profile = read_avc_profile(m, true);
    rtmp_bits_skip(&m->bits, 6);
    rtmp_nal_read_length_size(m);
    rtmp_bits_skip(&m->bits, 3);
    rtmp_nal_parameter_sets(m, rtmp_media_u(m, RTMP_FIELD_SPS_COUNT, 5), read_avc_sps);
    rtmp_nal_parameter_sets(m, rtmp_media_u(m, RTMP_FIELD_PPS_COUNT, 8), read_avc_sps);
    /* Many writers omit the extension (observed). */
    if (!rtmp_ok(&m->reader) || !has_chroma(profile) || rtmp_media_announced(m) < 4)
        return;
    rtmp_bits_skip(&m->bits, 6);
    rtmp_media_u(m, RTMP_FIELD_CHROMA_FORMAT, 2);
    rtmp_bits_skip(&m->bits, 5);
    rtmp_media_plus(m, RTMP_FIELD_BIT_DEPTH_LUMA, 3, 8);
    rtmp_bits_skip(&m->bits, 5);
    rtmp_media_plus(m, RTMP_FIELD_BIT_DEPTH_CHROMA, 3, 8);
    rtmp_nal_parameter_sets(m, rtmp_media_u(m, RTMP_FIELD_SPS_EXTENSION_COUNT, 8), read_avc_sps);
}

void rtmp_avc_frame(struct rtmp_media *m) {
    rtmp_nal_frame(m, read_avc_sps);
}
