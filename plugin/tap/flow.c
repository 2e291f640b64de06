/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/flow.h"

#include "tap/tap.h"

#include "session/stream_events.h"

static bool is_media(uint8_t type) {
    return type == RTMP_MESSAGE_AUDIO || type == RTMP_MESSAGE_VIDEO ||
           type == RTMP_MESSAGE_AGGREGATE;
}

/* Does the message before it in its direction carry media of the same stream? */
static bool continues_media(const struct rtmpx_tapped *tapped) {
    const struct rtmp_records *records = &tapped->direction->records;
    uint32_t index = tapped->record.id >> 1;
    while (index-- > 0) {
        uint32_t segment = rtmp_records_segment_of(records, index);
        if (index - records->segments[segment].first_fragment >=
            records->segments[segment].fragment_count)
            continue; /* between two blocks */
        const struct rtmp_fragment_record *fragment = rtmp_records_fragment(records, index);
        if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
            return is_media((uint8_t)fragment->type) &&
                   rtmp_stream_of(tapped->direction, fragment, index) == tapped->stream;
    }
    return false;
}

/* The text of an arrow is the Info column: that of the flow of all packets is lent ours. */
static tap_packet_status add_arrow(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                   const void *item, tap_flags_t flags) {
    const struct rtmpx_tapped *tapped = item;
    tap_packet_cb add = rtmpx_flow_of_all_packets();
    bool media = is_media(tapped->record.message.type);
    if (!add || !pinfo->cinfo || (media && continues_media(tapped)))
        return TAP_PACKET_DONT_REDRAW;
    char line[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    struct rtmpx_body body;
    rtmpx_tapped_body(tapped, &body);
    rtmpx_tapped_summary(tapped, &body, &text);
    if (media)
        rtmp_text_add(&text, " " RTMP_TEXT_ELLIPSIS);
    char *info = wmem_strdup(pinfo->pool, col_get_text(pinfo->cinfo, COL_INFO));
    col_clear_fence(pinfo->cinfo, COL_INFO);
    col_clear(pinfo->cinfo, COL_INFO);
    col_add_str(pinfo->cinfo, COL_INFO, line);
    tap_packet_status status = add(data, pinfo, edt, NULL, flags);
    col_clear(pinfo->cinfo, COL_INFO);
    col_add_str(pinfo->cinfo, COL_INFO, info ? info : "");
    return status;
}

void rtmpx_register_flow(int proto) {
    rtmpx_add_flow("rtmpx", "RTMP Flows", proto, RTMPX_TAP, add_arrow);
}
