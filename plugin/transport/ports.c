/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/ports.h"

#define RTMP_TCP_PORT 1935

static struct {
    dissector_handle_t ours;
    dissector_handle_t previous; /* dissector that owned the standard port before us, or NULL */
    range_t *applied;            /* the preference when it was last applied, NULL: not yet */
} ports;

/* Give the standard port to `owner` if it has neither a dissector nor a default. Having no
 * dissector is not enough: Decode As may have set it to none. */
static void give_standard_port(dissector_handle_t owner) {
    if (owner && !dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT) &&
        !dissector_get_default_uint_handle("tcp.port", RTMP_TCP_PORT))
        dissector_add_uint("tcp.port", RTMP_TCP_PORT, owner);
}

/* Remove a port that is no longer in the preference. */
static void leave_port(uint32_t port, void *user) {
    range_t *range = user;
    if (value_is_in_range(range, port) ||
        dissector_get_uint_handle(find_dissector_table("tcp.port"), port) != ports.ours)
        return;
    dissector_delete_uint("tcp.port", port, ports.ours);
}

/*
 * Wireshark (4.0, 4.4, 4.6) adds the ports of the preference to the table. It removes ports that
 * are no longer in the preference only when the preferences dialog changed it.
 *
 * The standard port has no entry until preferences are first applied: Decode As is read before that
 * and makes an entry; it would not change an entry that is already ours.
 */
void rtmpx_apply_ports(void) {
    range_t *range = prefs_get_range_value("rtmpx", "tcp.port");
    if (ports.applied)
        range_foreach(ports.applied, leave_port, range);
    give_standard_port(value_is_in_range(range, RTMP_TCP_PORT) ? ports.ours : ports.previous);
    wmem_free(wmem_epan_scope(), ports.applied);
    ports.applied = range_copy(wmem_epan_scope(), range);
}

void rtmpx_register_ports(dissector_handle_t tcp) {
    ports.ours = tcp;
    register_init_routine(rtmpx_apply_ports); /* sharkd sets preferences and applies none */
}

void rtmpx_handoff_ports(void) {
    /* Handoffs of plugins run after the built-in ones: the last registration of a port wins. */
    ports.previous = dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT);
    dissector_add_uint_with_preference("tcp.port", RTMP_TCP_PORT, ports.ours);
    dissector_delete_uint("tcp.port", RTMP_TCP_PORT, ports.ours);
}
