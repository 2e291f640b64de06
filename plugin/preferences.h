/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_PREFERENCES_H
#define RTMPX_PREFERENCES_H

#include "compat-wireshark.h"

/* What a user may set under Preferences > Protocols > RTMPX. */
struct rtmpx_preferences {
    unsigned midstream_chunk_size; /* bytes; 0: infer it */
    ws_bool literal_fmt3;          /* fmt 3 right after fmt 0: the delta is the timestamp */
    ws_bool keep_media;            /* keep whole media bodies for the hex view */
    ws_bool
        parameter_sets; /* show parameter sets with Wireshark's dissectors of H.264 and H.265 too */
};

extern struct rtmpx_preferences rtmpx_preferences;

/* apply: called when preferences may have changed. */
void rtmpx_register_preferences(int proto, void (*apply)(void));

#endif
