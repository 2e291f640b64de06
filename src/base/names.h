/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_NAMES_H
#define RTMP_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * The names of values: the lists of base/names/ (one .def file each, which names its source) as
 * arrays in the order of the files. Each ends with an entry without text.
 *
 * The layout is that of Wireshark's value_string (plugin/compat-wireshark.h asserts it), so that
 * the plugin uses the same arrays: VALS(rtmp_names_frame_types).
 *
 * Files whose lines have further columns (codec, layout, fields ...) are read a second time where
 * those columns are used.
 */
struct rtmp_name {
    uint32_t value;
    const char *text;
};

extern const struct rtmp_name rtmp_names_aac_channel_configurations[];
extern const struct rtmp_name rtmp_names_aac_object_types[];
extern const struct rtmp_name rtmp_names_amf0_markers[];
extern const struct rtmp_name rtmp_names_amf3_markers[];
extern const struct rtmp_name rtmp_names_audio_channels[];
extern const struct rtmp_name rtmp_names_audio_codec_flags[];
extern const struct rtmp_name rtmp_names_audio_packet_types[];
extern const struct rtmp_name rtmp_names_av1_frame_types[];
extern const struct rtmp_name rtmp_names_av1_profiles[];
extern const struct rtmp_name rtmp_names_avc_nal_types[];
extern const struct rtmp_name rtmp_names_avc_profiles[];
extern const struct rtmp_name rtmp_names_caps_ex[];
extern const struct rtmp_name rtmp_names_channel_orders[];
extern const struct rtmp_name rtmp_names_colour_primaries[];
extern const struct rtmp_name rtmp_names_flex_commands[];
extern const struct rtmp_name rtmp_names_fourcc_info_masks[];
extern const struct rtmp_name rtmp_names_frame_types[];
extern const struct rtmp_name rtmp_names_handshake_versions[];
extern const struct rtmp_name rtmp_names_hevc_nal_types[];
extern const struct rtmp_name rtmp_names_hevc_profiles[];
extern const struct rtmp_name rtmp_names_matrix_coefficients[];
extern const struct rtmp_name rtmp_names_message_types[];
extern const struct rtmp_name rtmp_names_modex_types[];
extern const struct rtmp_name rtmp_names_multitrack_types[];
extern const struct rtmp_name rtmp_names_obu_types[];
extern const struct rtmp_name rtmp_names_peer_bandwidth_limits[];
extern const struct rtmp_name rtmp_names_sei_payload_types[];
extern const struct rtmp_name rtmp_names_shared_object_events[];
extern const struct rtmp_name rtmp_names_sound_formats[];
extern const struct rtmp_name rtmp_names_transfer_characteristics[];
extern const struct rtmp_name rtmp_names_tunnel_commands[];
extern const struct rtmp_name rtmp_names_user_control_events[];
extern const struct rtmp_name rtmp_names_video_codec_flags[];
extern const struct rtmp_name rtmp_names_video_codecs[];
extern const struct rtmp_name rtmp_names_video_commands[];
extern const struct rtmp_name rtmp_names_video_functions[];
extern const struct rtmp_name rtmp_names_video_packet_types[];
extern const struct rtmp_name rtmp_names_vpx_profiles[];
extern const struct rtmp_name rtmp_names_vvc_nal_types[];
extern const struct rtmp_name rtmp_names_vvc_profiles[];

/* The text of the first entry with this value, in static storage; NULL without one. */
static inline const char *rtmp_name_of(const struct rtmp_name *names, uint32_t value) {
    while (names->text && names->value != value)
        names++;
    return names->text;
}

#endif
