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

static struct rtmp_answered_call answered_by(const struct rtmp_session *session,
                                             const struct rtmp_message_facts *facts) {
    struct rtmp_answered_call call = {facts->reply_kind, NULL, 0};
    const struct rtmp_kept_text *name =
        facts->call && facts->call->is_answer ? rtmp_session_call_name(session, facts->call) : NULL;
    if (name) {
        call.name = name->bytes;
        call.name_len = name->len;
    }
    return call;
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
    body->segment = core;
    body->mask = rtmp_session_mask(core->direction->session);
    body->call = facts.call;
    body->answered = answered_by(core->direction->session, &facts);
    body->decoder_configs = facts.decoder_configs;
    if (fragment->type == RTMP_MESSAGE_SHARED_OBJECT_AMF0 ||
        fragment->type == RTMP_MESSAGE_SHARED_OBJECT_AMF3)
        body->so =
            rtmp_so_records_find(&core->direction->so, core->segment->first_fragment + index);
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
                        is_outline(body)   ? "RTMP message, outline"
                        : body->incomplete ? "RTMP message, beginning"
                                           : "RTMP message");
}
