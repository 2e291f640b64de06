/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conversation.h"

#include "preferences.h"
#include "protocol.h"

#include "session/secrets.h"
#include "session/stream_events.h"

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

struct rtmp_memory rtmpx_file_memory(void) {
    return memory_of(wmem_file_scope());
}

static void *resize_on_heap(void *user, void *old, size_t size) {
    (void)user;
    return g_realloc(old, size);
}

const struct rtmp_memory *rtmpx_heap(void) {
    static const struct rtmp_memory heap = {.resize = resize_on_heap, .user = NULL};
    return &heap;
}

/* Of the capture file that is open; in file scope. */
static struct rtmp_capture *capture;

void rtmpx_begin_capture(void) {
    capture = wmem_new0(wmem_file_scope(), struct rtmp_capture);
}

void rtmpx_register_conversation(void) {
    register_init_routine(rtmpx_begin_capture);
}

struct rtmp_session *rtmpx_session_new(const packet_info *pinfo, uint32_t id, const address *server,
                                       uint32_t port) {
    const struct rtmp_memory memory = rtmpx_file_memory();
    const struct rtmp_session_options options = {
        .midstream_chunk_size = rtmpx_preferences.midstream_chunk_size,
        .fmt3_repeats_timestamp = rtmpx_preferences.literal_fmt3,
        .keep_media = rtmpx_preferences.keep_media,
        .hide_secrets = rtmpx_preferences.mask_secrets,
        .server =
            wmem_strdup_printf(pinfo->pool, "%s %u", address_to_str(pinfo->pool, server), port),
        .ack_thresholds = {rtmpx_preferences.ack_windows, rtmpx_preferences.ack_delay},
        .chunk_rate = rtmpx_preferences.chunk_rate,
        .media_thresholds = {.stall = rtmpx_preferences.stall,
                             .jump = rtmpx_preferences.jump,
                             .skew = rtmpx_preferences.skew,
                             .drift = rtmpx_preferences.drift,
                             .first_key = rtmpx_preferences.first_key}};
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
static const struct rtmp_segment_record *
look_up_call(const struct rtmp_session_direction *direction, packet_info *pinfo) {
    bool several;
    uint32_t index = rtmp_records_find_frame(&direction->records, pinfo->num, &several);
    if (several)
        index += rtmpx_count_in_visit(pinfo, rtmp_session_direction_id(direction));
    return rtmp_records_segment(&direction->records, index, pinfo->num);
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
        .time = rtmpx_capture_time(view->pinfo),
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
    core->segment = look_up_call(core->direction, view->pinfo);
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

/* ---- what is shown ---- */

void rtmpx_note_shown(const struct rtmpx_view *view) {
    packet_info *pinfo = view->pinfo;
    const struct rtmp_segment_view *core = &view->core;
    struct rtmpx_shown *shown = p_get_proto_data(pinfo->pool, pinfo, proto_rtmpx, RTMPX_SHOWN);
    if (!shown) {
        shown = wmem_new0(pinfo->pool, struct rtmpx_shown);
        shown->connection = core->direction->session->number;
        if (core->segment->fragment_count)
            shown->message_stream = core->fragments[0].stream_id;
        p_add_proto_data(pinfo->pool, pinfo, proto_rtmpx, RTMPX_SHOWN, shown);
    }
    for (uint32_t i = 0; i < core->segment->fragment_count && !shown->has_stream; i++) {
        const struct rtmp_stream *stream =
            rtmp_stream_of(core->direction, &core->fragments[i], core->segment->first_fragment + i);
        shown->has_stream = stream;
        shown->stream = stream ? stream->number : 0;
    }
}

bool rtmpx_shown_of(packet_info *pinfo, struct rtmpx_shown *shown) {
    const struct rtmpx_shown *noted =
        p_get_proto_data(pinfo->pool, pinfo, proto_rtmpx, RTMPX_SHOWN);
    if (noted)
        *shown = *noted;
    return noted;
}

const struct rtmp_mask *rtmpx_capture_mask(const uint8_t *bytes, uint32_t len) {
    return rtmpx_preferences.mask_secrets ? rtmp_secrets_of_capture(capture, bytes, len) : NULL;
}

uint32_t rtmpx_connection_count(void) {
    return capture ? capture->sessions : 0;
}

bool rtmpx_next_message_stream(unsigned connection, unsigned id, bool le, unsigned *next) {
    (void)connection;
    bool found = le || id == 0; /* 0 is always there */
    *next = 0;
    for (uint32_t i = 0; capture && i < capture->streams.count; i++) {
        uint32_t other = capture->streams.stream[i]->id;
        bool nearer = !found || (le ? other > *next : other < *next);
        if ((le ? other <= id : other >= id) && nearer) {
            *next = other;
            found = true;
        }
    }
    return found;
}
