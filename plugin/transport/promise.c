/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/promise.h"

#include "wire/handshake.h"

bool rtmpx_handshake_promised(tvbuff_t *tvb) {
    uint32_t len = tvb_captured_length(tvb);
    return len == tvb_reported_length(tvb) &&
           rtmp_handshake_promises(tvb_get_ptr(tvb, 0, (int)len), len);
}

bool rtmpx_ask_for_more(packet_info *pinfo) {
    if (!pinfo->can_desegment)
        return false;
    pinfo->desegment_offset = 0;
    pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
    return true;
}
