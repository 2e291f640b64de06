/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversation.h"

#include "preferences.h"
#include "protocol.h"

/* ---- memory ---- */

/* user: a wmem allocator. */
static void *resize_in(void *user, void *old, size_t size) {
    if (size == 0) {
        wmem_free(user, old);
        return NULL;
    }
    return wmem_realloc(user, old, size);
}

static struct rtmp_memory memory_of(wmem_allocator_t *scope) {
    return (struct rtmp_memory){.resize = resize_in, .user = scope};
}

/* Of the capture file that is open; in file scope. */
static struct rtmp_capture *capture;

static void begin_capture(void) {
    capture = wmem_new0(wmem_file_scope(), struct rtmp_capture);
}

void rtmpx_register_conversation(void) {
    register_init_routine(begin_capture);
}

struct rtmp_session *rtmpx_session_new(uint32_t id) {
    const struct rtmp_memory memory = memory_of(wmem_file_scope());
    const struct rtmp_session_options options = {
        .midstream_chunk_size = rtmpx_preferences.midstream_chunk_size,
        .fmt3_repeats_timestamp = rtmpx_preferences.literal_fmt3,
        .keep_media = rtmpx_preferences.keep_media};
    struct rtmp_session *session = wmem_new(wmem_file_scope(), struct rtmp_session);
    rtmp_session_init(session, id, capture, &memory, &options);
    return session;
}

/* ---- segments ---- */

uint32_t *rtmpx_number_of_visit(packet_info *pinfo, uint32_t key, uint32_t first) {
    uint32_t *number = p_get_proto_data(pinfo->pool, pinfo, proto_rtmpx, key);
    if (!number) {
        number = wmem_new(pinfo->pool, uint32_t);
        *number = first;
        p_add_proto_data(pinfo->pool, pinfo, proto_rtmpx, key, number);
    }
    return number;
}

uint32_t rtmpx_count_in_visit(packet_info *pinfo, uint32_t key) {
    return (*rtmpx_number_of_visit(pinfo, key, 0))++;
}

/* On a later visit, the record of this call: the n-th for this direction in this frame. */
static const struct rtmp_segment_record *look_up(const struct rtmp_session_direction *direction,
                                                 packet_info *pinfo) {
    bool several;
    uint32_t index = rtmp_records_find_frame(&direction->records, pinfo->num, &several);
    if (several)
        index += rtmpx_count_in_visit(pinfo, rtmp_session_direction_id(direction));
    return rtmp_records_segment(&direction->records, index, pinfo->num);
}

/* Seconds beyond the range wrap: a damaged file may hold any number. */
static int64_t capture_time(const packet_info *pinfo) {
    return (int64_t)((uint64_t)pinfo->abs_ts.secs * 1000000000U + (uint64_t)pinfo->abs_ts.nsecs);
}

/* First pass: read the segment and record it. */
static void feed_segment(struct rtmpx_view *view, uint64_t offset) {
    struct rtmp_segment_view *core = &view->core;
    if (view->captured)
        core->bytes = tvb_get_ptr(view->tvb, 0, (int)view->captured);
    const struct rtmp_segment segment = {
        .offset = offset,
        .bytes = core->bytes,
        .captured = view->captured,
        .reported = tvb_reported_length(view->tvb),
        .frame = rtmpx_frame_of(view->pinfo),
        .time = capture_time(view->pinfo),
        .packet = core->packet,
    };
    core->segment = rtmp_session_feed(core->direction, &segment, &core->fresh);
    core->fragments = core->segment
                          ? rtmp_records_fragments_closed(&core->direction->records, core->segment)
                          : NULL;
}

static void look_up_segment(struct rtmpx_view *view) {
    struct rtmp_segment_view *core = &view->core;
    core->fresh = NULL;
    core->segment = look_up(core->direction, view->pinfo);
    core->fragments =
        core->segment ? rtmp_records_fragments(&core->direction->records, core->segment) : NULL;
}

enum rtmpx_known rtmpx_view_segment(struct rtmpx_view *view, packet_info *pinfo, tvbuff_t *tvb,
                                    struct rtmp_session_direction *direction, uint64_t offset) {
    view->pinfo = pinfo;
    view->tvb = tvb;
    view->captured = tvb_captured_length(tvb);
    view->packet = memory_of(pinfo->pool);
    view->core.direction = direction;
    view->core.bytes = NULL;
    view->core.packet = &view->packet;
    if (PINFO_FD_VISITED(pinfo))
        look_up_segment(view);
    else
        feed_segment(view, offset);
    const struct rtmp_segment_record *record = view->core.segment;
    if (!record && PINFO_FD_VISITED(pinfo))
        return RTMPX_NOT_OURS;
    return record && !record->repeated ? RTMPX_NEW : RTMPX_REPEATED;
}

const uint8_t *rtmpx_view_bytes(struct rtmpx_view *view) {
    if (!view->core.bytes)
        view->core.bytes = tvb_get_ptr(view->tvb, 0, (int)view->captured);
    return view->core.bytes;
}
