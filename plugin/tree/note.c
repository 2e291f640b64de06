/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/note.h"

#include <epan/tap.h>

expert_field ei_rtmpx_malformed = EI_INIT;
expert_field ei_rtmpx_remark = EI_INIT;
expert_field ei_rtmpx_truncated = EI_INIT;
expert_field ei_rtmpx_limit = EI_INIT;
expert_field ei_rtmpx_error_status = EI_INIT;

static int hf_undecoded = -1;
static int hf_error = -1;
static int hf_not_shown = -1;

static hf_register_info hf[] = {
    {&hf_undecoded,
     {"Undecoded", "rtmpx.undecoded", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes of a message that could not be decoded", HFILL}},
    {&hf_error,
     {"Reason", "rtmpx.error", FT_STRING, BASE_NONE, NULL, 0, "What is wrong at this place",
      HFILL}},
    {&hf_not_shown,
     {"Not shown", "rtmpx.not_shown", FT_BYTES, BASE_NONE, NULL, 0,
      "Bytes of a frame that has no room for more items", HFILL}},
};

/* Not PI_MALFORMED: Wireshark marks such frames as its own "Malformed Packet". */
static ei_register_info ei[] = {
    {&ei_rtmpx_malformed,
     {"rtmpx.malformed", PI_PROTOCOL, PI_ERROR, "RTMP: these bytes are not what they should be",
      EXPFILL}},
    {&ei_rtmpx_remark,
     {"rtmpx.remark", PI_PROTOCOL, PI_NOTE, "RTMP: unusual form, readable all the same", EXPFILL}},
    {&ei_rtmpx_truncated,
     {"rtmpx.truncated", PI_PROTOCOL, PI_NOTE,
      "RTMP: the rest of this message is not at hand (not captured, or not kept)", EXPFILL}},
    {&ei_rtmpx_limit,
     {"rtmpx.limit", PI_UNDECODED, PI_WARN, "RTMP: a limit of this dissector was reached",
      EXPFILL}},
    {&ei_rtmpx_error_status,
     {"rtmpx.error_status", PI_RESPONSE_CODE, PI_WARN, "RTMP: the server reports an error",
      EXPFILL}},
};

void rtmpx_register_expert(int proto) {
    proto_register_field_array(proto, hf, array_length(hf));
    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}

/* Is the protocol of all expert items referenced, or one of those above? */
static bool is_item_referenced(void) {
    static const int *const ids[] = {&proto_expert,       &ei_rtmpx_malformed.hf,
                                     &ei_rtmpx_remark.hf, &ei_rtmpx_truncated.hf,
                                     &ei_rtmpx_limit.hf,  &ei_rtmpx_error_status.hf};
    static const header_field_info *items[array_length(ids)]; /* they stay where they are */
    if (!items[0])
        for (unsigned i = 0; i < array_length(ids); i++)
            items[i] = proto_registrar_get_nth((unsigned)*ids[i]);
    unsigned referenced = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < array_length(ids); i++)
        referenced |= (unsigned)items[i]->ref_type;
    return referenced;
}

/* Asked several times for every message. */
bool rtmpx_expert_wanted(proto_tree *tree) {
    static int tap = 0; /* registered after the protocols */
    if (!tap)
        tap = find_tap_id("expert");
    if (have_tap_listener(tap))
        return true;
    return tree && (rtmpx_tree_visible(tree) || is_item_referenced() ||
                    rtmpx_fields_referenced(hf, array_length(hf)));
}

/* A note in the words of the error. */
static void add_note(proto_item *item, const struct rtmpx_body *body, enum rtmp_error error) {
    expert_add_info_format(body->pinfo, item, &ei_rtmpx_remark, "RTMP: %s", rtmp_error_text(error));
}

void rtmpx_note_remark(proto_item *item, const struct rtmpx_body *body, enum rtmp_error remark) {
    if (remark == RTMP_OK)
        return;
    if (remark == RTMP_REMARK_BEYOND_TABLE)
        expert_add_info(body->pinfo, item, &ei_rtmpx_limit);
    else
        add_note(item, body, remark);
}

/* Why, at a place. */
static proto_item *add_reason(proto_tree *tree, tvbuff_t *tvb, uint32_t pos,
                              enum rtmp_error error) {
    proto_item *item =
        proto_tree_add_string(tree, hf_error, tvb, (int)pos, 0, rtmp_error_text(error));
    proto_item_set_generated(item);
    return item;
}

void rtmpx_note_limit(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t pos,
                      enum rtmp_error limit) {
    expert_add_info(pinfo, add_reason(tree, tvb, pos, limit), &ei_rtmpx_limit);
}

/* The bytes that stay; NULL: there are none. */
static proto_item *add_undecoded(proto_tree *tree, const struct rtmpx_body *body, uint32_t pos) {
    if (pos >= body->available)
        return NULL;
    return proto_tree_add_item(tree, hf_undecoded, body->tvb, (int)pos,
                               (int)(body->available - pos), ENC_NA);
}

/* Decoding ended in an error. */
static void add_error(proto_tree *tree, const struct rtmpx_body *body,
                      const struct rtmp_reader *reader) {
    enum rtmp_error error = reader->error;
    bool cut = body->incomplete && (error == RTMP_ERROR_END || error == RTMP_ERROR_LENGTH);
    proto_item *item = add_undecoded(tree, body, reader->pos);
    proto_item *reason = add_reason(tree, body->tvb, reader->error_pos, error);
    if (!item)
        item = reason;
    if (cut)
        expert_add_info(body->pinfo, item, &ei_rtmpx_truncated);
    else if (rtmp_error_is_limit(error))
        expert_add_info(body->pinfo, item, &ei_rtmpx_limit);
    else
        expert_add_info(body->pinfo, item, &ei_rtmpx_malformed);
}

void rtmpx_note_not_shown(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t start,
                          uint32_t end) {
    if (start >= end)
        return;
    proto_item *item =
        proto_tree_add_item(tree, hf_not_shown, tvb, (int)start, (int)(end - start), ENC_NA);
    expert_add_info(pinfo, item, &ei_rtmpx_limit);
}

void rtmpx_note_rest(proto_tree *tree, const struct rtmpx_body *body,
                     const struct rtmp_reader *reader) {
    if (rtmp_error_ends_value(reader->error)) {
        add_error(tree, body, reader);
    } else if (reader->pos < body->available) {
        add_note(add_undecoded(tree, body, reader->pos), body, RTMP_REMARK_TRAILING);
    } else if (body->incomplete) {
        expert_add_info(body->pinfo, tree ? proto_tree_get_parent(tree) : NULL,
                        &ei_rtmpx_truncated);
    }
}
