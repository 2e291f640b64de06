/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/names.h"

#define NAME(value, identifier, text, ...) {value, text},
#define END                                                                                        \
    { 0, NULL }

const struct rtmp_name rtmp_names_aac_channel_configurations[] = {
#include "base/names/aac_channel_configurations.def"
    END};
const struct rtmp_name rtmp_names_aac_object_types[] = {
#include "base/names/aac_object_types.def"
    END};
const struct rtmp_name rtmp_names_amf0_markers[] = {
#include "base/names/amf0_markers.def"
    END};
const struct rtmp_name rtmp_names_amf3_markers[] = {
#include "base/names/amf3_markers.def"
    END};
const struct rtmp_name rtmp_names_audio_channels[] = {
#include "base/names/audio_channels.def"
    END};
const struct rtmp_name rtmp_names_audio_codec_flags[] = {
#include "base/names/audio_codec_flags.def"
    END};
const struct rtmp_name rtmp_names_audio_packet_types[] = {
#include "base/names/audio_packet_types.def"
    END};
const struct rtmp_name rtmp_names_av1_frame_types[] = {
#include "base/names/av1_frame_types.def"
    END};
const struct rtmp_name rtmp_names_av1_profiles[] = {
#include "base/names/av1_profiles.def"
    END};
const struct rtmp_name rtmp_names_avc_nal_types[] = {
#include "base/names/avc_nal_types.def"
    END};
const struct rtmp_name rtmp_names_avc_profiles[] = {
#include "base/names/avc_profiles.def"
    END};
const struct rtmp_name rtmp_names_caps_ex[] = {
#include "base/names/caps_ex.def"
    END};
const struct rtmp_name rtmp_names_channel_orders[] = {
#include "base/names/channel_orders.def"
    END};
const struct rtmp_name rtmp_names_colour_primaries[] = {
#include "base/names/colour_primaries.def"
    END};
const struct rtmp_name rtmp_names_flex_commands[] = {
#include "base/names/flex_commands.def"
    END};
const struct rtmp_name rtmp_names_fourcc_info_masks[] = {
#include "base/names/fourcc_info_masks.def"
    END};
const struct rtmp_name rtmp_names_frame_types[] = {
#include "base/names/frame_types.def"
    END};
const struct rtmp_name rtmp_names_handshake_versions[] = {
#include "base/names/handshake_versions.def"
    END};
const struct rtmp_name rtmp_names_hevc_nal_types[] = {
#include "base/names/hevc_nal_types.def"
    END};
const struct rtmp_name rtmp_names_hevc_profiles[] = {
#include "base/names/hevc_profiles.def"
    END};
const struct rtmp_name rtmp_names_matrix_coefficients[] = {
#include "base/names/matrix_coefficients.def"
    END};
const struct rtmp_name rtmp_names_message_types[] = {
#include "base/names/message_types.def"
    END};
const struct rtmp_name rtmp_names_modex_types[] = {
#include "base/names/modex_types.def"
    END};
const struct rtmp_name rtmp_names_multitrack_types[] = {
#include "base/names/multitrack_types.def"
    END};
const struct rtmp_name rtmp_names_obu_types[] = {
#include "base/names/obu_types.def"
    END};
const struct rtmp_name rtmp_names_peer_bandwidth_limits[] = {
#include "base/names/peer_bandwidth_limits.def"
    END};
const struct rtmp_name rtmp_names_sei_payload_types[] = {
#include "base/names/sei_payload_types.def"
    END};
const struct rtmp_name rtmp_names_shared_object_events[] = {
#include "base/names/shared_object_events.def"
    END};
const struct rtmp_name rtmp_names_sound_formats[] = {
#include "base/names/sound_formats.def"
    END};
const struct rtmp_name rtmp_names_transfer_characteristics[] = {
#include "base/names/transfer_characteristics.def"
    END};
const struct rtmp_name rtmp_names_tunnel_commands[] = {
#include "base/names/tunnel_commands.def"
    END};
const struct rtmp_name rtmp_names_user_control_events[] = {
#include "base/names/user_control_events.def"
    END};
const struct rtmp_name rtmp_names_video_codec_flags[] = {
#include "base/names/video_codec_flags.def"
    END};
const struct rtmp_name rtmp_names_video_codecs[] = {
#include "base/names/video_codecs.def"
    END};
const struct rtmp_name rtmp_names_video_commands[] = {
#include "base/names/video_commands.def"
    END};
const struct rtmp_name rtmp_names_video_functions[] = {
#include "base/names/video_functions.def"
    END};
const struct rtmp_name rtmp_names_video_packet_types[] = {
#include "base/names/video_packet_types.def"
    END};
const struct rtmp_name rtmp_names_vpx_profiles[] = {
#include "base/names/vpx_profiles.def"
    END};
const struct rtmp_name rtmp_names_vvc_nal_types[] = {
#include "base/names/vvc_nal_types.def"
    END};
const struct rtmp_name rtmp_names_vvc_profiles[] = {
#include "base/names/vvc_profiles.def"
    END};
