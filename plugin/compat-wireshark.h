/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_COMPAT_WIRESHARK_H
#define RTMPX_COMPAT_WIRESHARK_H

/* Every difference between Wireshark 4.0, 4.4 and 4.6, and nowhere else. */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Wireshark's headers convert freely between widths; our own code does not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <epan/packet.h>

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/dissectors/packet-tls.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#pragma GCC diagnostic pop

#if RTMPX_WIRESHARK_VERSION >= 40200
#include <wsutil/plugins.h>
typedef bool ws_bool;
#define RTMPX_PLUGIN_DESCRIPTION WS_PLUGIN_DESC_DISSECTOR
#else
/* gboolean: preferences and some callbacks differ in size between the two. */
typedef gboolean ws_bool;
#define RTMPX_PLUGIN_DESCRIPTION 0
#endif

#endif
