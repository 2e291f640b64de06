/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message-body.h"

struct rtmpx_messages rtmpx_messages_of(struct rtmpx_view *view) {
    if (view->core.fragments)
        (void)rtmpx_view_bytes(view);
    return (struct rtmpx_messages){.view = view,
                                   .core = {.view = &view->core, .fresh = view->core.fresh}};
}

/* Is a media body kept as head and outline? */
static bool is_outline(const struct rtmpx_body *body) {
    return body->head && body->incomplete && body->available > body->head;
}

void rtmpx_find_body(struct rtmpx_messages *messages, uint32_t index, uint32_t enough,
                     bool with_tvb, struct rtmpx_body *body) {
    const struct rtmpx_view *view = messages->view;
    const struct rtmp_segment_view *core = &view->core;
    struct rtmp_message_body found = rtmp_segment_message_body(&messages->core, index, enough);
    const struct rtmp_fragment_record *fragment = &core->fragments[index];
    struct rtmp_message_facts facts = rtmp_records_facts(
        &core->direction->records, core->segment->first_fragment + index, fragment);
    body->pinfo = view->pinfo;
    body->from_client = rtmp_session_from_client(core->direction);
    body->reply_kind = facts.reply_kind;
    body->streams = facts.decoder_configs;
    body->bytes = found.bytes;
    body->available = found.available;
    body->head = found.head;
    body->incomplete = found.available < fragment->length;
    body->tvb = NULL;
    if (!with_tvb)
        return;
    if (found.in_one_range) {
        body->tvb = tvb_new_subset_length(view->tvb, (int)found.start, (int)found.available);
        return;
    }
    body->tvb =
        tvb_new_child_real_data(view->tvb, found.bytes, found.available, (int)found.available);
    add_new_data_source(body->pinfo, body->tvb,
                        is_outline(body) ? "RTMP message, outline" : "RTMP message");
}
