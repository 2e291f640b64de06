/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/remoting_facts.h"

#include "tree/items.h"

#include "payload/remoting/summary.h"

static int hf_fault_code = -1;
static int hf_fault_description = -1;
static int hf_flex_class = -1;
static int hf_flex_command = -1;
static int hf_flex_operation = -1;
static int hf_flex_destination = -1;
static int hf_flex_source = -1;
static int hf_flex_client_id = -1;
static int hf_flex_message_id = -1;
static int hf_flex_correlation_id = -1;
static int hf_flex_ds_id = -1;
static int hf_gateway_url = -1;
static int hf_user = -1;

static hf_register_info remoting_facts_hf[] = {
    {&hf_fault_code,
     {"Fault code", "rtmpx.remoting.fault.code", FT_STRING, BASE_NONE, NULL, 0,
      "Code of an onStatus or ErrorMessage", HFILL}},
    {&hf_fault_description,
     {"Fault description", "rtmpx.remoting.fault.description", FT_STRING, BASE_NONE, NULL, 0,
      "What an onStatus or ErrorMessage says in words", HFILL}},
    {&hf_flex_class,
     {"Flex class", "rtmpx.remoting.flex.class", FT_STRING, BASE_NONE, NULL, 0,
      "Class of a Flex message, as on the wire", HFILL}},
    {&hf_flex_command,
     {"Flex command", "rtmpx.remoting.flex.command", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_flex_commands), 0, "Operation of a CommandMessage", HFILL}},
    {&hf_flex_operation,
     {"Flex operation", "rtmpx.remoting.flex.operation", FT_STRING, BASE_NONE, NULL, 0,
      "Method that a RemotingMessage calls", HFILL}},
    {&hf_flex_destination,
     {"Flex destination", "rtmpx.remoting.flex.destination", FT_STRING, BASE_NONE, NULL, 0,
      "Service that a Flex message is for", HFILL}},
    {&hf_flex_source,
     {"Flex source", "rtmpx.remoting.flex.source", FT_STRING, BASE_NONE, NULL, 0,
      "Class that a RemotingMessage calls, where the destination has several", HFILL}},
    {&hf_flex_client_id,
     {"Flex client id", "rtmpx.remoting.flex.client_id", FT_STRING, BASE_NONE, NULL, 0,
      "Also of clientIdBytes, as a UUID", HFILL}},
    {&hf_flex_message_id,
     {"Flex message id", "rtmpx.remoting.flex.message_id", FT_STRING, BASE_NONE, NULL, 0,
      "Also of messageIdBytes, as a UUID", HFILL}},
    {&hf_flex_correlation_id,
     {"Flex correlation id", "rtmpx.remoting.flex.correlation_id", FT_STRING, BASE_NONE, NULL, 0,
      "Message id of what this answers; also of correlationIdBytes, as a UUID", HFILL}},
    {&hf_flex_ds_id,
     {"Flex session id", "rtmpx.remoting.flex.ds_id", FT_STRING, BASE_NONE, NULL, 0,
      "DSId of a Flex message's headers: the server's name for the client", HFILL}},
    {&hf_gateway_url,
     {"Gateway URL", "rtmpx.remoting.gateway_url", FT_STRING, BASE_NONE, NULL, 0,
      "Of AppendToGatewayUrl what later requests append to their URL, of ReplaceGatewayUrl the URL",
      HFILL}},
    {&hf_user,
     {"User", "rtmpx.remoting.user", FT_STRING, BASE_NONE, NULL, 0,
      "userid of a Credentials header", HFILL}},
};

#define REMOTING_FACTS_EXPERTS(X)                                                                  \
    X(ei_remoting_error_status, "rtmpx.remoting.error_status", PI_RESPONSE_CODE, PI_WARN,          \
      "Flash Remoting: the call failed")
REMOTING_FACTS_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info remoting_facts_ei[] = {REMOTING_FACTS_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_remoting_facts = {
    RTMPX_FIELDS(remoting_facts_hf),
    RTMPX_EXPERTS(remoting_facts_ei),
};

/* A fact as text: a string, a number, the bytes of an id. */
static void add_fact_text(const struct rtmpx_remoting_facts *view, int id,
                          const struct rtmp_amf_leaf *leaf) {
    if (!leaf->present)
        return;
    if (leaf->kind == RTMP_AMF_STRING) {
        rtmpx_add_string(view->tree, id, view->body, leaf->whole, leaf->text);
        return;
    }
    char out[64];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, view->body->mask);
    const struct rtmp_reader reader = rtmp_reader_over(view->body->bytes, view->body->available);
    rtmp_remoting_fact_text(&text, &reader, leaf, 0);
    proto_tree_add_string(view->tree, id, view->body->tvb, (int)leaf->whole.pos,
                          (int)leaf->whole.len, out);
}

/* An id that is a string, or else 16 bytes. */
static void add_flex_id(const struct rtmpx_remoting_facts *view, int id,
                        enum rtmp_remoting_fact string, enum rtmp_remoting_fact bytes) {
    const struct rtmp_amf_leaf *fact = view->facts->fact;
    add_fact_text(view, id, fact[string].present ? &fact[string] : &fact[bytes]);
}

void rtmpx_tree_remoting_flex(const struct rtmpx_remoting_facts *view) {
    const struct rtmp_amf_leaf *fact = view->facts->fact;
    if (view->facts->flex == RTMP_FLEX_NONE)
        return;
    rtmpx_add_string(view->tree, hf_flex_class, view->body, view->facts->class_name,
                     view->facts->class_name);
    int command = rtmp_remoting_command_of(view->facts);
    if (command >= 0)
        rtmpx_add_uint(view->tree, hf_flex_command, view->body,
                       fact[RTMP_REMOTING_FACT_OPERATION].whole, (uint32_t)command);
    if (view->facts->flex == RTMP_FLEX_REMOTING)
        add_fact_text(view, hf_flex_operation, &fact[RTMP_REMOTING_FACT_OPERATION]);
    add_fact_text(view, hf_flex_destination, &fact[RTMP_REMOTING_FACT_DESTINATION]);
    add_fact_text(view, hf_flex_source, &fact[RTMP_REMOTING_FACT_SOURCE]);
    add_flex_id(view, hf_flex_client_id, RTMP_REMOTING_FACT_CLIENT_ID,
                RTMP_REMOTING_FACT_CLIENT_ID_BYTES);
    add_flex_id(view, hf_flex_message_id, RTMP_REMOTING_FACT_MESSAGE_ID,
                RTMP_REMOTING_FACT_MESSAGE_ID_BYTES);
    add_flex_id(view, hf_flex_correlation_id, RTMP_REMOTING_FACT_CORRELATION_ID,
                RTMP_REMOTING_FACT_CORRELATION_ID_BYTES);
    add_fact_text(view, hf_flex_ds_id, &fact[RTMP_REMOTING_FACT_DS_ID]);
}

void rtmpx_tree_remoting_header(const struct rtmpx_remoting_facts *view, struct rtmp_span name) {
    const struct rtmp_reader reader = rtmp_reader_over(view->body->bytes, view->body->available);
    bool is_url = rtmp_bytes_are(&reader, name, "AppendToGatewayUrl", 18) ||
                  rtmp_bytes_are(&reader, name, "ReplaceGatewayUrl", 17);
    if (is_url && view->facts->leaf.kind == RTMP_AMF_STRING)
        add_fact_text(view, hf_gateway_url, &view->facts->leaf);
    if (rtmp_bytes_are(&reader, name, "Credentials", 11))
        add_fact_text(view, hf_user, &view->facts->fact[RTMP_REMOTING_FACT_USER]);
}

void rtmpx_tree_remoting_fault(const struct rtmpx_remoting_facts *view, proto_item *message) {
    add_fact_text(view, hf_fault_code, rtmp_remoting_fault_code(view->facts));
    add_fact_text(view, hf_fault_description, rtmp_remoting_fault_description(view->facts));
    expert_add_info(view->body->pinfo, message, &ei_remoting_error_status);
}
