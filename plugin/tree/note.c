/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/note.h"

static int hf_undecoded = -1;
static int hf_error = -1;
static int hf_not_shown = -1;

static hf_register_info note_hf[] = {
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

#define DEFINE(id, name, group, severity, text) expert_field id = EI_INIT;
RTMPX_NOTE_EXPERTS(DEFINE)
static ei_register_info note_ei[] = {RTMPX_NOTE_EXPERTS(RTMPX_EXPERT_ROW)};

/* Of all expert items. */
static struct rtmpx_other_field note_others[] = {{"_ws.expert", NULL}};

const struct rtmpx_noun rtmpx_noun_note = {
    RTMPX_FIELDS(note_hf),
    RTMPX_EXPERTS(note_ei),
    RTMPX_OTHERS(note_others),
};

/* Add an expert item with the text of the error. */
static void add_error_text(proto_item *item, const struct rtmpx_body *body, enum rtmp_error error) {
    expert_add_info_format(body->pinfo, item, &ei_rtmpx_remark, "RTMP: %s", rtmp_error_text(error));
}

void rtmpx_note_remark(proto_item *item, const struct rtmpx_body *body, enum rtmp_error remark) {
    if (remark == RTMP_OK)
        return;
    if (remark == RTMP_REMARK_BEYOND_TABLE)
        expert_add_info(body->pinfo, item, &ei_rtmpx_limit);
    else
        add_error_text(item, body, remark);
}

/* Item with the reason, at a position. */
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

proto_item *rtmpx_add_undecoded(proto_tree *tree, const struct rtmpx_body *body, uint32_t pos) {
    if (pos >= body->available)
        return NULL;
    proto_item *item = proto_tree_add_item(tree, hf_undecoded, body->tvb, (int)pos,
                                           (int)(body->available - pos), ENC_NA);
    if (body->secrets) /* where passwords are hidden, one may be among them */
        proto_item_set_text(item, "Undecoded: %u bytes", (unsigned)(body->available - pos));
    return item;
}

/* Decoding ended in an error. */
static void add_error(proto_tree *tree, const struct rtmpx_body *body,
                      const struct rtmp_reader *reader) {
    enum rtmp_error error = reader->error;
    bool cut = body->incomplete && (error == RTMP_ERROR_END || error == RTMP_ERROR_LENGTH);
    proto_item *item = rtmpx_add_undecoded(tree, body, reader->pos);
    proto_item *reason = add_reason(tree, body->tvb, reader->error_pos, error);
    if (!item)
        item = reason;
    if (cut)
        expert_add_info(body->pinfo, item, &ei_rtmpx_truncated);
    else if (rtmp_error_is_limit(error))
        expert_add_info(body->pinfo, item, &ei_rtmpx_limit);
    else
        expert_add_info_format(body->pinfo, item, &ei_rtmpx_malformed, "RTMP: %s",
                               rtmp_error_text(error));
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
        add_error_text(rtmpx_add_undecoded(tree, body, reader->pos), body, RTMP_REMARK_TRAILING);
    } else if (body->incomplete) {
        expert_add_info(body->pinfo, tree ? proto_tree_get_parent(tree) : NULL,
                        &ei_rtmpx_truncated);
    }
}
