/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_PREFERENCES_H
#define RTMPX_PREFERENCES_H

#include "compat-wireshark.h"

/* What a user may set under Preferences > Protocols > RTMPX. */
struct rtmpx_preferences {
    unsigned midstream_chunk_size; /* bytes; 0: infer it */
    ws_bool literal_fmt3;          /* fmt 3 right after fmt 0: the delta is the timestamp */
    ws_bool keep_media;            /* keep whole media bodies for the hex view */
    ws_bool report_secrets;        /* a report shows what follows a `?` in names and URLs */
    ws_bool show_passwords;        /* of Flash Remoting: as they are, not as asterisks */
    ws_bool mask_secrets;          /* hide stream names, tokens and passwords (session/secrets.h) */
    ws_bool
        parameter_sets; /* show parameter sets with Wireshark's dissectors of H.264 and H.265 too */
    unsigned ack_windows; /* windows that may be outstanding; 0: any number */
    unsigned ack_delay;   /* ms for which more may be */
    unsigned stall, jump, skew, drift, first_key; /* struct rtmp_media_thresholds */
    unsigned chunk_rate;
};

extern struct rtmpx_preferences rtmpx_preferences;

/* Are the passwords of Flash Remoting shown? */
static inline bool rtmpx_shows_passwords(void) {
    return rtmpx_preferences.show_passwords && !rtmpx_preferences.mask_secrets;
}

/* apply: called when preferences may have changed. */
void rtmpx_register_preferences(int proto, void (*apply)(void));

#endif
