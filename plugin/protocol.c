/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "protocol.h"

int proto_rtmpx = -1;

void rtmpx_register_protocol(void) {
    proto_rtmpx = proto_register_protocol(RTMPX_PROTOCOL_NAME, "RTMPX", "rtmpx");
}
