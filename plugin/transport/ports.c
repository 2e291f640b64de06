/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/ports.h"

#define RTMP_TCP_PORT 1935

static struct {
    dissector_handle_t ours;
    dissector_handle_t previous; /* that owned the standard port before us, or NULL */
    range_t *applied;            /* the preference when it was last applied, NULL: not yet */
} ports;

/* The standard port, if nobody has it nor had: Decode As may have given it away, or to nobody, or
 * back to an owner that came later than the entry. */
static void give_standard_port(dissector_handle_t owner) {
    if (owner && !dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT) &&
        !dissector_get_default_uint_handle("tcp.port", RTMP_TCP_PORT))
        dissector_add_uint("tcp.port", RTMP_TCP_PORT, owner);
}

/* A port that was in the preference may be in it no more. */
static void leave_port(uint32_t port, void *user) {
    range_t *range = user;
    if (value_is_in_range(range, port) ||
        dissector_get_uint_handle(find_dissector_table("tcp.port"), port) != ports.ours)
        return;
    dissector_delete_uint("tcp.port", port, ports.ours);
}

/*
 * Wireshark (4.0, 4.4, 4.6) adds the ports of the preference to those of the table and, unless it
 * is changed in the preferences dialog, leaves there those that are in it no more.
 *
 * The standard port has no entry until preferences are first applied: Decode As, which is read
 * before and makes one, would change nothing of an entry that is ours already.
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
    /* Handoffs of plugins run after the built-in ones: the last to add a port has it. */
    ports.previous = dissector_get_uint_handle(find_dissector_table("tcp.port"), RTMP_TCP_PORT);
    dissector_add_uint_with_preference("tcp.port", RTMP_TCP_PORT, ports.ours);
    dissector_delete_uint("tcp.port", RTMP_TCP_PORT, ports.ours);
}
