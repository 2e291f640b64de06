/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/follow.h"

#include "preferences.h"
#include "tap/tap.h"

#include "export/whole_bodies.h"

#define FOLLOW_TAP RTMPX_TAP "_follow"

/* ---- what is followed ---- */

static char *connection_filter(unsigned connection) {
    return g_strdup_printf("rtmpx.connection == %u", connection);
}

/* The filter of a message stream would leave out frames with pieces of its messages. */
static char *filter_of_index(unsigned connection, unsigned message_stream) {
    (void)message_stream;
    return connection_filter(connection);
}

static char *filter_of_frame(epan_dissect_t *edt, packet_info *pinfo, unsigned *connection,
                             unsigned *message_stream) {
    (void)edt;
    struct rtmpx_shown shown;
    if (!rtmpx_shown_of(pinfo, &shown))
        return NULL;
    *connection = shown.connection;
    *message_stream = shown.message_stream;
    return connection_filter(shown.connection);
}

/* A connection is not known by its addresses alone. */
static char *filter_of_addresses(address *source, address *destination, int source_port,
                                 int destination_port) {
    (void)source;
    (void)destination;
    (void)source_port;
    (void)destination_port;
    return NULL;
}

static char *port_text(wmem_allocator_t *allocator, unsigned port) {
    return wmem_strdup_printf(allocator, "%u", port);
}

/* ---- records ---- */

/* A follow of a connection: bodies that are being put together. */
struct followed {
    const struct rtmp_session *session;
    uint32_t frame; /* the last one */
    struct rtmp_whole_bodies bodies[2];
};

/* By follow_info_t: Wireshark keeps nothing of ours with it. NULL: there is none. */
static GHashTable *followed_by_info;

static void empty_followed(struct followed *followed) {
    for (unsigned i = 0; i < 2; i++)
        rtmp_whole_bodies_destroy(&followed->bodies[i], rtmpx_heap());
}

static void free_followed(void *data) {
    empty_followed(data);
    g_free(data);
}

static void forget_followed(void) {
    if (followed_by_info)
        g_hash_table_destroy(followed_by_info);
    followed_by_info = NULL;
}

/* Nobody tells that the frames are visited anew: then their numbers begin anew. */
static struct followed *followed_of(follow_info_t *info, const struct rtmp_session *session,
                                    uint32_t frame) {
    if (!followed_by_info)
        followed_by_info = g_hash_table_new_full(NULL, NULL, NULL, free_followed);
    struct followed *followed = g_hash_table_lookup(followed_by_info, info);
    if (!followed) {
        followed = g_new0(struct followed, 1);
        g_hash_table_insert(followed_by_info, info, followed);
    }
    if (followed->session != session || frame < followed->frame)
        empty_followed(followed);
    followed->session = session;
    followed->frame = frame;
    return followed;
}

static void set_ends(follow_info_t *info, const packet_info *pinfo, bool from_client) {
    if (info->client_port)
        return;
    info->client_port = from_client ? pinfo->srcport : pinfo->destport;
    info->server_port = from_client ? pinfo->destport : pinfo->srcport;
    copy_address(&info->client_ip, from_client ? &pinfo->src : &pinfo->dst);
    copy_address(&info->server_ip, from_client ? &pinfo->dst : &pinfo->src);
}

static void add_record(follow_info_t *info, const struct rtmpx_tapped *tapped, const void *bytes,
                       uint32_t len) {
    const packet_info *pinfo = tapped->messages->view->pinfo;
    bool from_client = tapped->record.direction == 0;
    set_ends(info, pinfo, from_client);
    follow_record_t *record = g_new0(follow_record_t, 1);
    record->is_server = !from_client;
    record->packet_num = pinfo->num;
    record->abs_ts = pinfo->abs_ts;
    record->data = g_byte_array_append(g_byte_array_new(), bytes, len);
    info->bytes_written[record->is_server] += len;
    info->payload = g_list_prepend(info->payload, record);
}

/* An aggregate holds data messages, whose secrets would be in its bytes. */
static bool is_followed_as_bytes(uint8_t type) {
    return type == RTMP_MESSAGE_AUDIO || type == RTMP_MESSAGE_VIDEO ||
           (type == RTMP_MESSAGE_AGGREGATE && !rtmpx_preferences.mask_secrets);
}

static void follow_message(follow_info_t *info, const struct rtmpx_tapped *tapped,
                           const uint8_t *whole) {
    const struct rtmp_message *message = &tapped->record.message;
    if (info->substream_id != SUBSTREAM_UNUSED && info->substream_id != message->stream_id)
        return;
    struct rtmpx_body body;
    if (is_followed_as_bytes(message->type)) {
        rtmpx_tapped_whole_body(tapped, whole, &body);
        add_record(info, tapped, body.bytes, body.available);
        return;
    }
    char line[2048];
    struct rtmp_text text = rtmp_text_over(line, sizeof line - 1);
    rtmpx_tapped_body(tapped, &body);
    rtmpx_tapped_summary(tapped, &body, &text);
    line[text.len] = '\n';
    add_record(info, tapped, line, (uint32_t)text.len + 1);
}

static tap_packet_status follow_segment(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                        const void *item, tap_flags_t flags) {
    (void)edt;
    (void)flags;
    struct rtmpx_messages messages = *(const struct rtmpx_messages *)item;
    const struct rtmp_segment_view *core = &messages.view->core;
    struct followed *followed = followed_of(data, core->direction->session, pinfo->num);
    struct rtmp_whole_bodies *bodies =
        &followed->bodies[rtmp_session_from_client(core->direction) ? 0 : 1];
    for (uint32_t i = 0; i < core->segment->fragment_count; i++) {
        const uint8_t *whole = rtmp_whole_bodies_follow(bodies, rtmpx_heap(), core, i);
        struct rtmpx_tapped tapped;
        if (rtmpx_tapped_message(&messages, i, &tapped))
            follow_message(data, &tapped, whole);
    }
    return TAP_PACKET_DONT_REDRAW;
}

/* ---- filters of the packet that is shown ---- */

static ws_bool has_connection(RTMPX_FILTER_PARAMETERS) {
    struct rtmpx_shown shown;
    return rtmpx_shown_of(pinfo, &shown);
}

static char *build_connection(RTMPX_FILTER_PARAMETERS) {
    struct rtmpx_shown shown;
    return rtmpx_shown_of(pinfo, &shown) ? connection_filter(shown.connection) : NULL;
}

static ws_bool has_stream(RTMPX_FILTER_PARAMETERS) {
    struct rtmpx_shown shown;
    return rtmpx_shown_of(pinfo, &shown) && shown.has_stream;
}

static char *build_stream(RTMPX_FILTER_PARAMETERS) {
    struct rtmpx_shown shown;
    return rtmpx_shown_of(pinfo, &shown) && shown.has_stream
               ? g_strdup_printf("rtmpx.stream.number == %u", shown.stream)
               : NULL;
}

void rtmpx_register_follow(int proto) {
    static const struct rtmpx_follow follow = {
        .tap = FOLLOW_TAP,
        .filter_of_frame = filter_of_frame,
        .filter_of_index = filter_of_index,
        .filter_of_addresses = filter_of_addresses,
        .port_text = port_text,
        .packet = follow_segment,
        .count = rtmpx_connection_count,
        .next_sub_stream = rtmpx_next_message_stream,
    };
    rtmpx_add_segment_tap(register_tap(FOLLOW_TAP));
    rtmpx_register_follow_stream(proto, &follow);
    register_cleanup_routine(forget_followed);
    rtmpx_register_filter("RTMP connection", has_connection, build_connection);
    rtmpx_register_filter("RTMP stream", has_stream, build_stream);
}
