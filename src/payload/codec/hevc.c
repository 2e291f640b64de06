/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include "payload/codec/nal.h"
#include "payload/codec/vui.h"

/* HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) and seq_parameter_set_rbsp
 * (H.265, 7.3.2.2). */

/* The 96 bits of profile, tier and level that the record and profile_tier_level() share. */
static void read_hevc_profile(struct rtmp_media *m, bool report) {
    uint32_t start = m->reader.pos;
    rtmp_media_u(m, RTMP_FIELD_HEVC_PROFILE_SPACE, 2);
    rtmp_media_u(m, RTMP_FIELD_HEVC_TIER, 1);
    uint32_t profile = rtmp_media_named(m, RTMP_FIELD_HEVC_PROFILE, 5, rtmp_names_hevc_profiles);
    rtmp_media_u(m, RTMP_FIELD_HEVC_COMPATIBILITY, 32);
    uint32_t at = m->reader.pos;
    int64_t constraints = (int64_t)rtmp_bits_take(&m->bits, 16) << 32;
    constraints |= rtmp_bits_take(&m->bits, 32);
    rtmp_media_value(m, RTMP_FIELD_HEVC_CONSTRAINTS, rtmp_media_since(m, at), constraints, NULL);
    uint32_t level = rtmp_media_u(m, RTMP_FIELD_HEVC_LEVEL, 8);
    if (report)
        rtmp_media_profile(m, rtmp_media_since(m, start),
                           rtmp_name_of(rtmp_names_hevc_profiles, profile), (double)level / 30.0);
}

/* profile_tier_level(1, sub_layers) after the general part. */
static void skip_sub_layers(struct rtmp_media *m, uint32_t sub_layers) {
    uint32_t profiles = 0;
    uint32_t levels = 0;
    for (uint32_t i = 0; i < sub_layers; i++) {
        profiles += rtmp_bits_take(&m->bits, 1);
        levels += rtmp_bits_take(&m->bits, 1);
    }
    if (sub_layers)
        rtmp_bits_skip(&m->bits, 2 * (8 - sub_layers));
    rtmp_bits_skip(&m->bits, 88 * profiles + 8 * levels);
}

static void read_hevc_size(struct rtmp_media *m) {
    uint32_t chroma = rtmp_media_ue(m, RTMP_FIELD_CHROMA_FORMAT);
    if (chroma == 3)
        rtmp_bits_skip(&m->bits, 1); /* separate_colour_plane_flag */
    rtmp_sps_window_size(m, chroma);
}

static void read_depth(struct rtmp_media *m, enum rtmp_media_field field) {
    uint32_t start = m->reader.pos;
    uint32_t depth = rtmp_bits_ue(&m->bits);
    rtmp_media_value(m, field, rtmp_media_since(m, start), depth + 8LL, NULL);
}

static void skip_scaling_lists(struct rtmp_media *m) {
    for (unsigned size = 0; size < 4; size++)
        for (unsigned matrix = 0; matrix < 6 && rtmp_ok(&m->reader); matrix += size == 3 ? 3 : 1) {
            if (!rtmp_bits_take(&m->bits, 1)) {
                (void)rtmp_bits_ue(&m->bits); /* scaling_list_pred_matrix_id_delta */
                continue;
            }
            unsigned coefficients = size == 0 ? 16 : 64;
            if (size > 1)
                (void)rtmp_bits_se(&m->bits);
            for (unsigned i = 0; i < coefficients && rtmp_ok(&m->reader); i++)
                (void)rtmp_bits_se(&m->bits);
        }
}

/* st_ref_pic_set(): returns its number of pictures, which the next set may refer to. */
static uint32_t skip_reference_set(struct rtmp_media *m, uint32_t index, uint32_t previous) {
    uint32_t pictures = 0;
    if (index && rtmp_bits_take(&m->bits, 1)) { /* inter_ref_pic_set_prediction_flag */
        rtmp_bits_skip(&m->bits, 1);
        (void)rtmp_bits_ue(&m->bits);
        for (uint32_t i = 0; i <= previous && rtmp_ok(&m->reader); i++)
            if (rtmp_bits_take(&m->bits, 1) || rtmp_bits_take(&m->bits, 1))
                pictures++;
        return pictures;
    }
    uint32_t at = m->reader.pos;
    uint32_t negative = rtmp_bits_ue(&m->bits);
    uint32_t positive = rtmp_bits_ue(&m->bits);
    if (negative > 16 || positive > 16) {
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
        return 0;
    }
    for (; pictures < negative + positive && rtmp_ok(&m->reader); pictures++) {
        (void)rtmp_bits_ue(&m->bits);
        rtmp_bits_skip(&m->bits, 1);
    }
    return pictures;
}

static void skip_reference_sets(struct rtmp_media *m) {
    uint32_t at = m->reader.pos;
    uint32_t count = rtmp_bits_ue(&m->bits);
    uint32_t pictures = 0;
    if (count > 64)
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at);
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
        pictures = skip_reference_set(m, i, pictures);
}

/* Everything between the bit depths and the VUI. */
static void skip_coding_tools(struct rtmp_media *m, uint32_t sub_layers) {
    uint32_t poc_bits = rtmp_bits_ue(&m->bits) + 4;
    uint32_t first = rtmp_bits_take(&m->bits, 1) ? 0 : sub_layers;
    for (uint32_t i = first; i <= sub_layers; i++)
        for (int k = 0; k < 3; k++)
            (void)rtmp_bits_ue(&m->bits);
    for (int i = 0; i < 6; i++)
        (void)rtmp_bits_ue(&m->bits); /* block sizes and transform depths */
    if (rtmp_bits_take(&m->bits, 1) && rtmp_bits_take(&m->bits, 1))
        skip_scaling_lists(m);
    rtmp_bits_skip(&m->bits, 2);       /* amp, sample_adaptive_offset */
    if (rtmp_bits_take(&m->bits, 1)) { /* pcm_enabled_flag */
        rtmp_bits_skip(&m->bits, 8);
        (void)rtmp_bits_ue(&m->bits);
        (void)rtmp_bits_ue(&m->bits);
        rtmp_bits_skip(&m->bits, 1);
    }
    skip_reference_sets(m);
    if (rtmp_bits_take(&m->bits, 1)) { /* long_term_ref_pics_present_flag */
        uint32_t count = rtmp_bits_ue(&m->bits);
        for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
            rtmp_bits_skip(&m->bits, poc_bits + 1);
    }
    rtmp_bits_skip(&m->bits, 2); /* temporal mvp, strong intra smoothing */
}

static void read_hevc_sps(struct rtmp_media *m) {
    rtmp_bits_skip(&m->bits, 4); /* sps_video_parameter_set_id */
    uint32_t sub_layers = rtmp_bits_take(&m->bits, 3);
    rtmp_bits_skip(&m->bits, 1);
    read_hevc_profile(m, m->coded);
    skip_sub_layers(m, sub_layers);
    rtmp_media_ue(m, RTMP_FIELD_SPS_ID);
    read_hevc_size(m);
    read_depth(m, RTMP_FIELD_BIT_DEPTH_LUMA);
    read_depth(m, RTMP_FIELD_BIT_DEPTH_CHROMA);
    skip_coding_tools(m, sub_layers);
    if (!rtmp_bits_take(&m->bits, 1)) /* vui_parameters_present_flag */
        return;
    rtmp_vui_colour(m);
    rtmp_bits_skip(&m->bits, 3);     /* neutral chroma, field_seq, frame_field_info */
    if (rtmp_bits_take(&m->bits, 1)) /* default_display_window_flag */
        for (int i = 0; i < 4; i++)
            (void)rtmp_bits_ue(&m->bits);
    rtmp_vui_timing(m, 1);
}

void rtmp_hevc_config(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_CONFIG_VERSION, 8);
    read_hevc_profile(m, true);
    rtmp_bits_skip(&m->bits, 4);
    rtmp_media_u(m, RTMP_FIELD_HEVC_MIN_SPATIAL_SEGMENTATION, 12);
    rtmp_bits_skip(&m->bits, 6);
    rtmp_media_u(m, RTMP_FIELD_HEVC_PARALLELISM, 2);
    rtmp_bits_skip(&m->bits, 6);
    rtmp_media_u(m, RTMP_FIELD_CHROMA_FORMAT, 2);
    rtmp_bits_skip(&m->bits, 5);
    rtmp_media_plus(m, RTMP_FIELD_BIT_DEPTH_LUMA, 3, 8);
    rtmp_bits_skip(&m->bits, 5);
    rtmp_media_plus(m, RTMP_FIELD_BIT_DEPTH_CHROMA, 3, 8);
    rtmp_media_u(m, RTMP_FIELD_AVERAGE_FRAME_RATE, 16);
    rtmp_media_u(m, RTMP_FIELD_CONSTANT_FRAME_RATE, 2);
    rtmp_media_u(m, RTMP_FIELD_TEMPORAL_LAYERS, 3);
    rtmp_media_u(m, RTMP_FIELD_TEMPORAL_ID_NESTED, 1);
    rtmp_nal_read_length_size(m);
    uint32_t arrays = rtmp_media_u(m, RTMP_FIELD_ARRAY_COUNT, 8);
    for (uint32_t i = 0; i < arrays && rtmp_ok(&m->reader); i++) {
        rtmp_media_u(m, RTMP_FIELD_ARRAY_COMPLETE, 1);
        rtmp_bits_skip(&m->bits, 1);
        rtmp_media_named(m, RTMP_FIELD_ARRAY_NAL_TYPE, 6, rtmp_names_hevc_nal_types);
        rtmp_nal_parameter_sets(m, rtmp_media_u(m, RTMP_FIELD_ARRAY_NAL_COUNT, 16), read_hevc_sps);
    }
}

void rtmp_hevc_frame(struct rtmp_media *m) {
    rtmp_nal_frame(m, read_hevc_sps);
}
