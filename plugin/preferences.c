/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "preferences.h"

struct rtmpx_preferences rtmpx_preferences;

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
        module, "parameter_sets", "Parameter sets in full",
        "Show sequence, picture and video parameter sets also by Wireshark's own dissectors of "
        "H.264 and H.265, with all their fields (h264.*, h265.*). They complain of some good ones.",
        &rtmpx_preferences.parameter_sets);
}
