/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/so_facts.h"

#include "conversation.h"
#include "session/session.h"
#include "session/so_facts.h"
#include "session/so_values.h"
#include "tree/items.h"
#include "tree/note.h"
#include "wanted.h"

static int hf_number = -1;
static int hf_confirmed_in = -1;
static int hf_request_in = -1;
static int hf_refused_in = -1;
static int hf_confirmation_time = -1;
static int hf_refused_attribute = -1;
static int hf_set_in = -1;
static int hf_previous = -1;
static int hf_attribute_count = -1;
static int hf_diverged_key = -1;
static int hf_diverged_value = -1;
static int hf_diverged_set_in = -1;
static int hf_diverged_other_value = -1;
static int hf_diverged_other_set_in = -1;

static int ett_diverged = -1;

static hf_register_info so_facts_hf[] = {
    {&hf_number,
     {"SharedObject number", "rtmpx.so.number", FT_UINT32, BASE_DEC, NULL, 0,
      "SharedObject in the capture, by name, from 0", HFILL}},
    {&hf_confirmed_in,
     {"Confirmed in", "rtmpx.so.confirmed_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "The frame with the server's answer to this request",
      HFILL}},
    {&hf_request_in,
     {"SharedObject request in", "rtmpx.so.request_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "The frame with the request that this answers",
      HFILL}},
    {&hf_refused_in,
     {"Refused in", "rtmpx.so.refused_in", FT_FRAMENUM, BASE_NONE,
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "The frame with the status that refuses this request",
      HFILL}},
    {&hf_confirmation_time,
     {"Time since the request", "rtmpx.so.confirmation_time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
      "From the request to this confirmation", HFILL}},
    {&hf_refused_attribute,
     {"Refused attribute", "rtmpx.so.refused_attribute", FT_STRING, BASE_NONE, NULL, 0,
      "The attribute that the client asked to change or remove: servers do not always name it",
      HFILL}},
    {&hf_set_in,
     {"Previous value set in", "rtmpx.so.set_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "The frame in which the client's copy got the value that it has before", HFILL}},
    {&hf_previous,
     {"Previous value", "rtmpx.so.previous", FT_STRING, BASE_NONE, NULL, 0,
      "The value that the client's copy has before, its beginning if it is long", HFILL}},
    {&hf_attribute_count,
     {"Attributes", "rtmpx.so.attribute_count", FT_UINT32, BASE_DEC, NULL, 0,
      "Attributes of the client's copy after this event", HFILL}},
    {&hf_diverged_key,
     {"Differs from another client's copy in", "rtmpx.so.diverged.key", FT_STRING, BASE_NONE, NULL,
      0, "The attribute that two clients' copies of the object differ in", HFILL}},
    {&hf_diverged_value,
     {"This copy's value", "rtmpx.so.diverged.value", FT_STRING, BASE_NONE, NULL, 0,
      "What this client's copy has, if it has the attribute", HFILL}},
    {&hf_diverged_set_in,
     {"Set in", "rtmpx.so.diverged.set_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "The frame that told this client, or shows that it was not told", HFILL}},
    {&hf_diverged_other_value,
     {"Other value", "rtmpx.so.diverged.other_value", FT_STRING, BASE_NONE, NULL, 0,
      "What the other client's copy has, if it has the attribute", HFILL}},
    {&hf_diverged_other_set_in,
     {"Other set in", "rtmpx.so.diverged.other_set_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
      "The frame that told the other client", HFILL}},
};

#define SO_FACTS_EXPERTS(X)                                                                        \
    X(ei_refused, "rtmpx.so.refused", PI_RESPONSE_CODE, PI_WARN,                                   \
      "RTMP: the server refuses a client's request for a SharedObject")                            \
    X(ei_unanswered, "rtmpx.so.unanswered", PI_SEQUENCE, PI_NOTE,                                  \
      "RTMP: the server never answers this use of a SharedObject")                                 \
    X(ei_answered_twice, "rtmpx.so.answered_twice", PI_SEQUENCE, PI_NOTE,                          \
      "RTMP: the server answers one use of a SharedObject again")                                  \
    X(ei_unconfirmed, "rtmpx.so.unconfirmed", PI_SEQUENCE, PI_WARN,                                \
      "RTMP: the last write to a SharedObject is unconfirmed when the connection ends")            \
    X(ei_conflict, "rtmpx.so.conflict", PI_SEQUENCE, PI_NOTE,                                      \
      "RTMP: another's change of an attribute that this client is changing")                       \
    X(ei_diverged, "rtmpx.so.diverged", PI_SEQUENCE, PI_WARN,                                      \
      "RTMP: two clients' copies of a SharedObject differ")                                        \
    X(ei_version_backwards, "rtmpx.so.version_backwards", PI_SEQUENCE, PI_NOTE,                    \
      "RTMP: the version of a SharedObject goes backwards")                                        \
    X(ei_incomplete, "rtmpx.so.incomplete", PI_UNDECODED, PI_NOTE,                                 \
      "RTMP: the capture does not show all of this client's copy of the SharedObject")
SO_FACTS_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info so_facts_ei[] = {SO_FACTS_EXPERTS(RTMPX_EXPERT_ROW)};

static int *const so_facts_ett[] = {&ett_diverged};

const struct rtmpx_noun rtmpx_noun_so_facts = {
    RTMPX_FIELDS(so_facts_hf),
    RTMPX_EXPERTS(so_facts_ei),
    RTMPX_SUBTREES(so_facts_ett),
};

enum { SENT_BY_CLIENT, SENT_BY_SERVER };

static const struct rtmp_session *session_of(const struct rtmpx_body *body) {
    return body->segment->direction->session;
}

/* A kept text as a display string. */
static const char *kept_string(const struct rtmpx_body *body, uint32_t number) {
    const struct rtmp_kept_text *kept = rtmp_texts_of(&session_of(body)->capture->texts, number);
    return kept ? rtmpx_bytes_string(body->pinfo, kept->bytes, kept->len, body->mask) : "";
}

/* ---- items ---- */

static void add_frame(proto_tree *tree, const int *hf, const struct rtmpx_body *body,
                      uint32_t frame) {
    if (frame)
        proto_item_set_generated(proto_tree_add_uint(tree, *hf, body->tvb, 0, 0, frame));
}

/* The beginning of a value of a client's copy, if it is known. */
static void add_value(proto_tree *tree, const int *hf, const struct rtmpx_body *body,
                      const struct rtmp_session *client, struct rtmp_so_value value) {
    char line[RTMP_LIMIT_SO_VALUE];
    struct rtmp_text text = rtmp_text_masked(line, sizeof line, rtmp_session_mask(client));
    if (rtmp_so_value_line(&text, rtmp_so_records_of(client), value, false))
        proto_item_set_generated(proto_tree_add_string(tree, *hf, body->tvb, 0, 0, line));
}

static void add_confirmation_time(proto_tree *tree, const struct rtmpx_body *body,
                                  int64_t request) {
    uint32_t own = rtmp_so_place_in(body->segment->direction, &body->so);
    int64_t passed =
        rtmp_so_place_of(session_of(body), body->from_client ? SENT_BY_CLIENT : SENT_BY_SERVER, own)
            .time -
        request;
    const nstime_t time = rtmpx_nstime(passed);
    proto_item_set_generated(
        proto_tree_add_time(tree, hf_confirmation_time, body->tvb, 0, 0, &time));
}

/* The other half of a request and its answer. */
static void add_link(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_so_fact *fact) {
    const uint32_t links = RTMP_SO_CONFIRMED | RTMP_SO_CONFIRMS | RTMP_SO_REFUSED | RTMP_SO_REFUSES;
    if (!(fact->flags & links))
        return;
    struct rtmp_so_place other = rtmp_so_place_of(
        session_of(body), body->from_client ? SENT_BY_SERVER : SENT_BY_CLIENT, fact->link - 1);
    const int *hf = fact->flags & RTMP_SO_CONFIRMED ? &hf_confirmed_in
                    : fact->flags & RTMP_SO_REFUSED ? &hf_refused_in
                                                    : &hf_request_in;
    add_frame(tree, hf, body, other.frame);
    if (fact->flags & RTMP_SO_CONFIRMS)
        add_confirmation_time(tree, body, other.time);
}

static void add_expert_of(proto_item *item, const struct rtmpx_body *body,
                          const struct rtmp_so_fact *fact, uint32_t flag, expert_field *expert) {
    if (fact->flags & flag)
        expert_add_info(body->pinfo, item, expert);
}

void rtmpx_add_so_event(proto_tree *tree, proto_item *item, const struct rtmpx_body *body,
                        const struct rtmp_so_fact *fact) {
    if (!fact)
        return;
    if (fact->flags & RTMP_SO_COUNTED)
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_attribute_count, body->tvb, 0, 0, fact->attribute_count));
    add_expert_of(item, body, fact, RTMP_SO_UNANSWERED, &ei_unanswered);
    add_expert_of(item, body, fact, RTMP_SO_ANSWERED_TWICE, &ei_answered_twice);
    add_expert_of(item, body, fact, RTMP_SO_VERSION_BACKWARDS, &ei_version_backwards);
    add_expert_of(item, body, fact, RTMP_SO_INCOMPLETE, &ei_incomplete);
    add_expert_of(item, body, fact, RTMP_SO_REFUSES, &ei_refused);
}

/* A status that nothing restores an attribute with leaves the client's own value as it is, in the
 * memory of programs that change it before they are answered (observed: FluorineFx). */
static void add_refused_attribute(proto_tree *tree, const struct rtmpx_body *body,
                                  const struct rtmp_so_fact *fact) {
    if (!fact->refused_key)
        return;
    proto_item *item = proto_tree_add_string(tree, hf_refused_attribute, body->tvb, 0, 0,
                                             kept_string(body, fact->refused_key));
    proto_item_set_generated(item);
    if ((fact->flags & RTMP_SO_ALONE) && rtmpx_tree_visible(tree))
        proto_item_append_text(item, " (the client may still show its own value)");
}

void rtmpx_add_so_key(proto_tree *tree, proto_item *item, const struct rtmpx_body *body,
                      const struct rtmp_so_fact *fact) {
    if (!fact)
        return;
    add_link(tree, body, fact);
    if (fact->flags & RTMP_SO_REFUSES)
        add_refused_attribute(tree, body, fact);
    if (fact->flags & RTMP_SO_HAD_VALUE) {
        add_frame(tree, &hf_set_in, body,
                  rtmp_so_place_of(session_of(body), SENT_BY_SERVER, fact->set_in - 1).frame);
        add_value(tree, &hf_previous, body, session_of(body), fact->previous);
    }
    add_expert_of(item, body, fact, RTMP_SO_CONFLICT, &ei_conflict);
    add_expert_of(item, body, fact, RTMP_SO_UNCONFIRMED, &ei_unconfirmed);
    if (fact->flags & RTMP_SO_LIMIT)
        rtmpx_note_limit(tree, body->pinfo, body->tvb, 0, RTMP_LIMIT_COPY);
}

/* ---- copies that differ ---- */

/* What a client holds, and the frame that told it. */
static void add_held(proto_tree *tree, const int *hf_value, const int *hf_frame,
                     const struct rtmpx_body *body, const struct rtmp_so_held *held) {
    const struct rtmp_session *session = session_of(body)->capture->so.clients[held->client - 1];
    if (!session)
        return;
    if (held->is_present)
        add_value(tree, hf_value, body, session, held->value);
    add_frame(tree, hf_frame, body,
              rtmp_so_place_of(session, SENT_BY_SERVER, held->told_in - 1).frame);
}

static void add_divergence(proto_tree *tree, const struct rtmpx_body *body,
                           const struct rtmp_so_divergence *divergence) {
    proto_item *item = proto_tree_add_string(tree, hf_diverged_key, body->tvb, 0, 0,
                                             kept_string(body, divergence->key));
    proto_item_set_generated(item);
    if (rtmpx_tree_visible(tree) && !(divergence->own.is_present && divergence->other.is_present))
        proto_item_append_text(item, ", which %s has not",
                               divergence->own.is_present ? "the other" : "this one");
    proto_tree *difference = proto_item_add_subtree(item, ett_diverged);
    add_held(difference, &hf_diverged_value, &hf_diverged_set_in, body, &divergence->own);
    add_held(difference, &hf_diverged_other_value, &hf_diverged_other_set_in, body,
             &divergence->other);
    expert_add_info(body->pinfo, item, &ei_diverged);
}

void rtmpx_add_so_message(proto_tree *tree, const struct rtmpx_body *body) {
    const struct rtmp_so_message *message = body->so.message;
    if (!message)
        return;
    proto_item_set_generated(
        proto_tree_add_uint(tree, hf_number, body->tvb, 0, 0, message->number));
    const struct rtmp_so_divergence *divergences = session_of(body)->capture->so.divergences;
    for (uint32_t i = 0; i < message->divergence_count; i++)
        add_divergence(tree, body, &divergences[message->first_divergence + i]);
}
