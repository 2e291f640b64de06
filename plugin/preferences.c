/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "preferences.h"

struct rtmpx_preferences rtmpx_preferences = {
    .ack_windows = 2,
    .ack_delay = 1000,
    .stall = 2000,
    .jump = 2000,
    .skew = 200,
    .drift = 7,
    .first_key = 3000,
    .chunk_rate = 2000,
};

/* From where on something is noted of the audio and video of a stream. */
static void register_media_thresholds(module_t *module) {
    prefs_register_uint_preference(
        module, "stall", "Stall (ms)",
        "Silence of a stream that is noted, with who caused it; 0: never", 10,
        &rtmpx_preferences.stall);
    prefs_register_uint_preference(
        module, "timestamp_jump", "Timestamp jump (ms)",
        "How much further than the arrival a timestamp may step before it is noted; 0: never", 10,
        &rtmpx_preferences.jump);
    prefs_register_uint_preference(
        module, "skew", "Skew (ms)",
        "How far arrival and timestamps may run apart, from the median of the first 10 s, before "
        "it is noted; 0: never",
        10, &rtmpx_preferences.skew);
    prefs_register_uint_preference(
        module, "drift", "Drift (ms per second)",
        "How fast they may run apart in the first 10 s before it is noted as skew; 0: never", 10,
        &rtmpx_preferences.drift);
    prefs_register_uint_preference(module, "first_keyframe", "First key frame (ms)",
                                   "How long after publish or play the first key frame may come, "
                                   "while other media do, until that "
                                   "is noted; 0: never",
                                   10, &rtmpx_preferences.first_key);
    prefs_register_uint_preference(
        module, "chunk_rate", "Chunks per second",
        "Chunks of one direction by the second, over 5 s, from which on small chunks are noted; 0: "
        "never",
        10, &rtmpx_preferences.chunk_rate);
}

void rtmpx_register_preferences(int proto, void (*apply)(void)) {
    module_t *module = prefs_register_protocol(proto, apply);
    prefs_register_uint_preference(module, "midstream_chunk_size",
                                   "Chunk size of captures that begin inside a connection",
                                   "Bytes; 0 infers it from the bytes that follow", 10,
                                   &rtmpx_preferences.midstream_chunk_size);
    prefs_register_bool_preference(
        module, "literal_fmt3", "Fmt 3 after fmt 0 repeats the timestamp as delta",
        "The literal reading of Adobe RTMP 5.3.1.2.4. Known senders mean a delta of 0.",
        &rtmpx_preferences.literal_fmt3);
    prefs_register_bool_preference(
        module, "keep_media", "Keep whole media bodies",
        "Keep every byte of audio and video messages that span frames for the hex view, not only "
        "their beginning. Costs as much memory as the media themselves.",
        &rtmpx_preferences.keep_media);
    prefs_register_bool_preference(
        module, "show_passwords", "Show passwords of Flash Remoting",
        "Show the passwords of Credentials headers and of login calls as they are; otherwise as "
        "asterisks. The bytes show them in any case.",
        &rtmpx_preferences.show_passwords);
    prefs_register_bool_preference(
        module, "report_secrets", "Secrets in reports",
        "Reports show the queries of stream names and of URLs, which may be keys; otherwise an "
        "ellipsis.",
        &rtmpx_preferences.report_secrets);
    prefs_register_bool_preference(
        module, "mask_secrets", "Hide stream names, tokens and passwords",
        "Show a short hash instead of stream names and keys, of values in the query of a URL, and "
        "of "
        "passwords, wherever RTMP's texts are shown. The bytes show them in any case.",
        &rtmpx_preferences.mask_secrets);
    prefs_register_bool_preference(
        module, "parameter_sets", "Parameter sets in full",
        "Show sequence, picture and video parameter sets also by Wireshark's own dissectors of "
        "H.264 and H.265, with all their fields (h264.*, h265.*). They complain of some good ones.",
        &rtmpx_preferences.parameter_sets);
    prefs_register_uint_preference(
        module, "ack_windows", "Windows without acknowledgement",
        "Announced windows that a sender may exceed by more than this number before missing "
        "acknowledgements are noted; 0: never",
        10, &rtmpx_preferences.ack_windows);
    prefs_register_uint_preference(
        module, "ack_delay", "Delay of acknowledgements (ms)",
        "An acknowledgement that comes within this time after they were exceeded is in time", 10,
        &rtmpx_preferences.ack_delay);
    register_media_thresholds(module);
}
