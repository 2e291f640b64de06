/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tcp_preferences.h"

static struct {
    pref_t *relative_sequence_numbers;
    pref_t *analyze_sequence_numbers;
    pref_t *reassemble_out_of_order;
    pref_t *desegment_tcp_streams;
    pref_t *no_subdissector_on_error;
} tcp_preferences;

void rtmpx_find_tcp_preferences(void) {
    module_t *tcp = prefs_find_module("tcp");
#define FIND(name) tcp_preferences.name = prefs_find_preference(tcp, #name)
    FIND(relative_sequence_numbers);
    FIND(analyze_sequence_numbers);
    FIND(reassemble_out_of_order);
    FIND(desegment_tcp_streams);
    FIND(no_subdissector_on_error);
#undef FIND
}

static bool is_on(pref_t *preference) {
    return preference && prefs_get_bool_value(preference, pref_current);
}

bool rtmpx_tcp_counts_relatively(void) {
    return is_on(tcp_preferences.relative_sequence_numbers) &&
           is_on(tcp_preferences.analyze_sequence_numbers);
}

bool rtmpx_tcp_analyses(void) {
    return is_on(tcp_preferences.analyze_sequence_numbers);
}

bool rtmpx_tcp_orders(void) {
    return is_on(tcp_preferences.reassemble_out_of_order) &&
           is_on(tcp_preferences.desegment_tcp_streams);
}

bool rtmpx_tcp_withholds(void) {
    return is_on(tcp_preferences.analyze_sequence_numbers) && !rtmpx_tcp_orders() &&
           (is_on(tcp_preferences.no_subdissector_on_error) ||
            is_on(tcp_preferences.desegment_tcp_streams));
}
