/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/nal.h"

#include "conversation.h"
#include "preferences.h"
#include "tree/note.h"
#include "wanted.h"

#include "base/limits.h"

static dissector_handle_t h264_handle;
static dissector_handle_t h265_handle;

#define NAL_EXPERTS(X)                                                                             \
    X(ei_parameter_set, "rtmpx.parameter_set_unread", PI_UNDECODED, PI_COMMENT,                    \
      "RTMP: Wireshark's dissector of this codec did not read the parameter set to its end")
NAL_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info nal_ei[] = {NAL_EXPERTS(RTMPX_EXPERT_ROW)};

static struct rtmpx_other_field nal_others[] = {{"h264", NULL}, {"h265", NULL}};

const struct rtmpx_noun rtmpx_noun_nal = {
    RTMPX_EXPERTS(nal_ei),
    RTMPX_OTHERS(nal_others),
};

void rtmpx_handoff_nal(void) {
    h264_handle = find_dissector("h264");
    h265_handle = find_dissector("h265");
}

/* What Wireshark allows of items is counted for the frame, and forgotten where more are made: its
 * count begins at 0 again. `before` is what there was, false: that has happened. */
static bool restore_count(proto_tree *tree, uint32_t before) {
    if (!tree || PTREE_DATA(tree)->count >= before)
        return true;
    PTREE_DATA(tree)->count = before;
    return false;
}

/* They were written for RTP payload: they set columns, and throw an exception at unexpected values.
 * Neither may affect the rest of the frame. */
static bool call_guarded(dissector_handle_t handle, tvbuff_t *tvb, packet_info *pinfo,
                         proto_tree *tree) {
    const char *proto = pinfo->current_proto;
    const uint8_t layer = pinfo->curr_layer_num;
    const bool writable = col_get_writable(pinfo->cinfo, -1);
    volatile bool whole = false;
    col_set_writable(pinfo->cinfo, -1, false);
    TRY {
        call_dissector_only(handle, tvb, pinfo, tree, NULL);
        whole = true;
    }
    CATCH_BOUNDS_AND_DISSECTOR_ERRORS {}
    ENDTRY;
    col_set_writable(pinfo->cinfo, -1, writable);
    pinfo->current_proto = proto;
    pinfo->curr_layer_num = layer;
    return whole;
}

/* Sequence, picture and (H.265) video parameter sets. */
static dissector_handle_t handle_for(enum rtmp_codec codec, uint32_t type) {
    if (codec == RTMP_CODEC_H264)
        return type == 7 || type == 8 ? h264_handle : NULL;
    return codec == RTMP_CODEC_HEVC && type >= 32 && type <= 34 ? h265_handle : NULL;
}

/* Bytes that the frame may hand over. All frames have some: up to eight items are made of a byte.
 */
static uint32_t *bytes_left(packet_info *pinfo) {
    return rtmpx_number_of_visit(pinfo, RTMPX_COUNT_PARAMETER_SETS,
                                 (uint32_t)prefs.gui_max_tree_items / 100 * 3 / 8);
}

void rtmpx_tree_parameter_set(proto_tree *tree, const struct rtmpx_body *body,
                              enum rtmp_codec codec, uint32_t type, struct rtmp_span unit) {
    dissector_handle_t handle = handle_for(codec, type);
    if (!handle || !rtmpx_preferences.parameter_sets || !rtmpx_wanted(tree, &rtmpx_noun_nal))
        return;
    uint32_t *left = bytes_left(body->pinfo);
    if (unit.len > RTMP_LIMIT_PARAMETER_SET || unit.len > *left) {
        rtmpx_note_limit(tree, body->pinfo, body->tvb, unit.pos, RTMP_LIMIT_ITEMS);
        return;
    }
    *left -= unit.len;
    tvbuff_t *tvb = tvb_new_subset_length(body->tvb, (int)unit.pos, (int)unit.len);
    uint32_t before = tree ? PTREE_DATA(tree)->count : 0;
    if (!call_guarded(handle, tvb, body->pinfo, tree))
        proto_tree_add_expert(tree, body->pinfo, &ei_parameter_set, body->tvb, (int)unit.pos,
                              (int)unit.len);
    if (!restore_count(tree, before))
        *left = 0;
}
