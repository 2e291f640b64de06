/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/codec/codecs.h"

#include "payload/codec/nal.h"
#include "payload/codec/vui.h"

/* VvcDecoderConfigurationRecord (ISO/IEC 14496-15, 11.2.4.2) and the head of seq_parameter_set_rbsp
 * (H.266, 7.3.2.4). Enhanced RTMP carries the record without the FullBox header of its box. */

enum { NAL_OPI = 12, NAL_DCI = 13, CONSTRAINT_FLAGS = 71 };

/* Profile, tier and level: level 83 is 5.1, sixteenths and thirds (H.266, A.4.1). */
static void read_vvc_profile(struct rtmp_media *m, bool report) {
    uint32_t start = m->reader.pos;
    uint32_t profile = rtmp_media_named(m, RTMP_FIELD_VVC_PROFILE, 7, rtmp_names_vvc_profiles);
    rtmp_media_u(m, RTMP_FIELD_VVC_TIER, 1);
    uint32_t level = rtmp_media_u(m, RTMP_FIELD_VVC_LEVEL, 8);
    if (report)
        rtmp_media_profile(m, rtmp_media_since(m, start),
                           rtmp_name_of(rtmp_names_vvc_profiles, profile),
                           (double)(level / 16) + (double)(level % 16 / 3) / 10.0);
}

/* Levels of sub-layers: a flag each from the highest down, then a byte for each flag set. */
static void read_sub_layer_levels(struct rtmp_media *m, uint32_t count) {
    uint32_t levels = 0;
    for (uint32_t i = 0; i < count; i++)
        levels += rtmp_bits_take(&m->bits, 1);
    rtmp_bits_align(&m->bits);
    rtmp_bits_skip(&m->bits, 8 * levels);
}

static void read_sub_profiles(struct rtmp_media *m) {
    uint32_t count = rtmp_bits_take(&m->bits, 8);
    for (uint32_t i = 0; i < count && rtmp_ok(&m->reader); i++)
        rtmp_media_u(m, RTMP_FIELD_VVC_SUB_PROFILE, 32);
}

static void read_record_profile(struct rtmp_media *m, uint32_t sub_layers) {
    rtmp_bits_skip(&m->bits, 2);
    uint32_t at = m->reader.pos;
    uint32_t constraint_bytes = rtmp_bits_take(&m->bits, 6);
    if (rtmp_ok(&m->reader) && constraint_bytes == 0)
        rtmp_fail_at(&m->reader, RTMP_ERROR_FORMAT, at); /* the two flags below need one */
    read_vvc_profile(m, true);
    rtmp_media_u(m, RTMP_FIELD_VVC_FRAME_ONLY, 1);
    rtmp_media_u(m, RTMP_FIELD_VVC_MULTI_LAYER, 1);
    rtmp_bits_skip(&m->bits, 8 * constraint_bytes - 2);
    read_sub_layer_levels(m, sub_layers > 1 ? sub_layers - 1 : 0);
    read_sub_profiles(m);
}

static void read_record_stream(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_VVC_OLS, 9);
    uint32_t sub_layers = rtmp_media_u(m, RTMP_FIELD_TEMPORAL_LAYERS, 3);
    rtmp_media_u(m, RTMP_FIELD_CONSTANT_FRAME_RATE, 2);
    rtmp_media_u(m, RTMP_FIELD_CHROMA_FORMAT, 2);
    rtmp_media_plus(m, RTMP_FIELD_BIT_DEPTH_LUMA, 3, 8);
    rtmp_bits_skip(&m->bits, 5);
    read_record_profile(m, sub_layers);
    uint32_t start = m->reader.pos;
    uint32_t width = rtmp_bits_take(&m->bits, 16);
    uint32_t height = rtmp_bits_take(&m->bits, 16);
    rtmp_media_size(m, rtmp_media_since(m, start), width, height);
    rtmp_media_u(m, RTMP_FIELD_AVERAGE_FRAME_RATE, 16);
}

/* profile_tier_level(1, sub_layers) (H.266, 7.3.3.1), general_constraints_info() included. */
static void read_profile_tier_level(struct rtmp_media *m, uint32_t sub_layers) {
    read_vvc_profile(m, m->coded);
    rtmp_media_u(m, RTMP_FIELD_VVC_FRAME_ONLY, 1);
    rtmp_media_u(m, RTMP_FIELD_VVC_MULTI_LAYER, 1);
    if (rtmp_bits_take(&m->bits, 1)) { /* gci_present_flag */
        rtmp_bits_skip(&m->bits, CONSTRAINT_FLAGS);
        rtmp_bits_skip(&m->bits, rtmp_bits_take(&m->bits, 8));
    }
    rtmp_bits_align(&m->bits);
    read_sub_layer_levels(m, sub_layers);
    read_sub_profiles(m);
}

static void read_vvc_sps(struct rtmp_media *m) {
    rtmp_media_u(m, RTMP_FIELD_SPS_ID, 4);
    rtmp_bits_skip(&m->bits, 4); /* sps_video_parameter_set_id */
    uint32_t sub_layers = rtmp_bits_take(&m->bits, 3);
    uint32_t chroma = rtmp_media_u(m, RTMP_FIELD_CHROMA_FORMAT, 2);
    rtmp_bits_skip(&m->bits, 2);     /* sps_log2_ctu_size_minus5 */
    if (rtmp_bits_take(&m->bits, 1)) /* sps_ptl_dpb_hrd_params_present_flag */
        read_profile_tier_level(m, sub_layers);
    rtmp_bits_skip(&m->bits, 1);     /* sps_gdr_enabled_flag */
    if (rtmp_bits_take(&m->bits, 1)) /* sps_ref_pic_resampling_enabled_flag */
        rtmp_bits_skip(&m->bits, 1);
    rtmp_sps_window_size(m, chroma);
}

void rtmp_vvc_config(struct rtmp_media *m) {
    rtmp_bits_skip(&m->bits, 5);
    rtmp_nal_read_length_size(m);
    if (rtmp_media_u(m, RTMP_FIELD_VVC_HAS_PROFILE, 1))
        read_record_stream(m);
    uint32_t arrays = rtmp_media_u(m, RTMP_FIELD_ARRAY_COUNT, 8);
    for (uint32_t i = 0; i < arrays && rtmp_ok(&m->reader); i++) {
        rtmp_media_u(m, RTMP_FIELD_ARRAY_COMPLETE, 1);
        rtmp_bits_skip(&m->bits, 2);
        uint32_t type = rtmp_media_named(m, RTMP_FIELD_ARRAY_NAL_TYPE, 5, rtmp_names_vvc_nal_types);
        bool single = type == NAL_DCI || type == NAL_OPI;
        rtmp_nal_parameter_sets(m, single ? 1 : rtmp_media_u(m, RTMP_FIELD_ARRAY_NAL_COUNT, 16),
                                read_vvc_sps);
    }
}

void rtmp_vvc_frame(struct rtmp_media *m) {
    rtmp_nal_frame(m, read_vvc_sps);
}
