/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/tcp_place.h"

#include "tcp_preferences.h"

/* Does sequence number `a` come before `b`? */
static bool precedes(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* A range of sequence numbers. */
struct tcp_range {
    uint32_t begin, end;
};

/*
 * The sequence numbers of bytes that end in `segment` and are at most `most`: those of the segment,
 * unless TCP reassembled it with others. A reassembly that a hole leaves incomplete also ends in a
 * segment; its range is longer and includes the missing bytes.
 */
static struct tcp_range range_of(const tcp_flow_t *flow, const tcp_unacked_t *segment,
                                 uint32_t most) {
    struct tcp_range range = {segment->seq, segment->nextseq};
    uint32_t base = rtmpx_tcp_counts_relatively() ? flow->base_seq : 0;
    const struct tcp_multisegment_pdu *joined =
        wmem_tree_lookup32_le(flow->multisegment_pdus, segment->seq - base);
    if (!joined || !precedes(segment->seq - base, joined->nxtpdu))
        return range;
    bool is_entire = joined->flags & MSP_FLAGS_REASSEMBLE_ENTIRE_SEGMENT;
    if (!is_entire && joined->nxtpdu - joined->seq > most) {
        range.begin = base + joined->nxtpdu;
        return range;
    }
    range.begin = base + joined->seq;
    if (!is_entire && precedes(range.end, base + joined->nxtpdu))
        range.end =
            base + joined->nxtpdu; /* the segment came last but is not the last of the reassembly */
    return range;
}

/* The place of the range relative to `seen`, the end of the last one. */
static enum rtmpx_tcp_place place_behind(uint32_t seen, const struct tcp_range *range,
                                         const tcp_unacked_t *segment) {
    if (rtmpx_tcp_orders())
        return RTMPX_TCP_NEXT;
    if (!precedes(seen, segment->nextseq))
        return RTMPX_TCP_LATE;
    return precedes(seen, range->begin) ? RTMPX_TCP_BEHIND_HOLE : RTMPX_TCP_NEXT;
}

enum rtmpx_tcp_place rtmpx_tcp_place(struct rtmpx_tcp_mark *mark, packet_info *pinfo, uint32_t len,
                                     uint32_t overhead) {
    if (rtmpx_frame_is(mark->frame, pinfo))
        return mark->is_late ? RTMPX_TCP_LATE : RTMPX_TCP_NEXT;
    const struct tcp_analysis *analysis = rtmpx_tcp_of(pinfo);
    if (!analysis || !analysis->fwd || !analysis->fwd->tcp_analyze_seq_info)
        return RTMPX_TCP_NEXT;
    const tcp_unacked_t *segment = analysis->fwd->tcp_analyze_seq_info->segments;
    if (!segment || segment->frame != pinfo->num) /* TCP keeps a limited number of them */
        return RTMPX_TCP_NEXT;
    const struct tcp_range range = range_of(analysis->fwd, segment, len + overhead);
    enum rtmpx_tcp_place place = RTMPX_TCP_NEXT;
    if (mark->frame.number)
        place = place_behind(mark->seen, &range, segment);
    mark->frame = rtmpx_frame_of(pinfo);
    mark->is_late = place == RTMPX_TCP_LATE;
    if (!mark->is_late)
        mark->seen = range.end;
    return place;
}
