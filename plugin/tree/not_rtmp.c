/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/not_rtmp.h"

#include "wire/preface.h"

static int hf_first_line = -1;
static int hf_data = -1;

static hf_register_info not_rtmp_hf[] = {
    {&hf_first_line,
     {"First line", "rtmpx.not_rtmp.first_line", FT_STRING, BASE_NONE, NULL, 0,
      "Of the answer; of a TLS alert, what it says", HFILL}},
    {&hf_data,
     {"Data that is not RTMP", "rtmpx.not_rtmp.data", FT_BYTES, BASE_NONE, NULL, 0,
      "An answer to a handshake that is no RTMP", HFILL}},
};

#define NOT_RTMP_EXPERTS(X)                                                                        \
    X(ei_not_rtmp, "rtmpx.not_rtmp", PI_PROTOCOL, PI_WARN,                                         \
      "RTMP: the other side answers the handshake with something else")
NOT_RTMP_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info not_rtmp_ei[] = {NOT_RTMP_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_not_rtmp = {
    RTMPX_FIELDS(not_rtmp_hf),
    RTMPX_EXPERTS(not_rtmp_ei),
};

static bool is_first(const struct rtmpx_view *view) {
    return rtmp_segment_offset(view->core.segment) == 0;
}

void rtmpx_tree_not_rtmp(proto_tree *tree, struct rtmpx_view *view) {
    if (is_first(view)) {
        char line[256];
        struct rtmp_text text =
            rtmp_text_masked(line, sizeof line, rtmp_session_mask(view->core.direction->session));
        rtmp_preface_add_answer(&text, rtmpx_view_bytes(view), view->captured);
        proto_item *item = proto_tree_add_string(tree, hf_first_line, view->tvb, 0, 0, line);
        proto_item_set_generated(item);
        expert_add_info(view->pinfo, item, &ei_not_rtmp);
    }
    proto_tree_add_item(tree, hf_data, view->tvb, 0, -1, ENC_NA);
}

void rtmpx_summary_not_rtmp(struct rtmp_text *text, struct rtmpx_view *view) {
    rtmp_text_add(text, "Not RTMP");
    if (!is_first(view))
        return;
    rtmp_text_add(text, ": ");
    rtmp_preface_add_answer(text, rtmpx_view_bytes(view), view->captured);
}
