/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/unassigned.h"

#include "tree/note.h"

static int hf_body = -1;

static hf_register_info unassigned_hf[] = {
    {&hf_body,
     {"Body", "rtmpx.body", FT_BYTES, BASE_NONE, NULL, 0, "Body of an unassigned message type",
      HFILL}},
};

static void add_unassigned(proto_tree *tree, const struct rtmpx_body *body) {
    if (body->available)
        proto_tree_add_item(tree, hf_body, body->tvb, 0, (int)body->available, ENC_NA);
    if (!rtmp_message_type_known(body->message->type))
        rtmpx_note_remark(proto_tree_get_parent(tree), body, RTMP_REMARK_TYPE);
}

static void summarise_unassigned(struct rtmp_text *text, const struct rtmpx_body *body) {
    rtmp_text_format(text, "%s message type %u", rtmp_message_type_name(body->message->type),
                     body->message->type);
}

const struct rtmpx_noun rtmpx_noun_unassigned = {
    RTMPX_FIELDS(unassigned_hf),
    .other_types = true,
    .tree = add_unassigned,
    .summary = summarise_unassigned,
};
