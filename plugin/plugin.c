/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark looks for in a plugin: version symbols and registration. */
#include "rtmpx.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern const char plugin_version[];
EXPORT extern const int plugin_want_major;
EXPORT extern const int plugin_want_minor;
EXPORT void plugin_register(void);
EXPORT uint32_t plugin_describe(void);

const char plugin_version[] = RTMPX_VERSION;
const int plugin_want_major = RTMPX_WIRESHARK_MAJOR;
const int plugin_want_minor = RTMPX_WIRESHARK_MINOR;

void plugin_register(void) {
    static proto_plugin plugin;
    plugin.register_protoinfo = proto_register_rtmpx;
    plugin.register_handoff = proto_reg_handoff_rtmpx;
    proto_register_plugin(&plugin);
}

/* Wireshark 4.2 and later ask what the plugin is; 4.0 does not look. */
uint32_t plugin_describe(void) {
    return RTMPX_PLUGIN_DESCRIPTION;
}
