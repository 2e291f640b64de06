/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/diagnosis.h"

#include "tree/items.h"

#include "session/diagnose.h"

static int hf_stall_duration = -1;
static int hf_stall_who = -1;
static int hf_jump_step = -1;
static int hf_skew_ms = -1;
static int hf_skew_drift = -1;
static int hf_first_key_delay = -1;
static int hf_small_chunks_rate = -1;
static int hf_small_chunks_size = -1;
static int hf_small_chunks_share = -1;
static int hf_composition_reason = -1;
static int hf_composition_count = -1;

static hf_register_info diagnosis_hf[] = {
    {&hf_stall_duration,
     {"Silence", "rtmpx.stall.duration", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
      "Time without audio and video of the stream before this message", HFILL}},
    {&hf_stall_who,
     {"Caused by", "rtmpx.stall.who", FT_STRING, BASE_NONE, NULL, 0,
      "sender: TCP shows no reason; network: TCP sent packets again; receiver: its TCP window was "
      "closed; unknown: nothing tells, or not before a second pass",
      HFILL}},
    {&hf_jump_step,
     {"Further than the arrival", "rtmpx.timestamp_jump.step", FT_INT64,
      BASE_DEC | BASE_UNIT_STRING, UNS(&rtmpx_unit_ms), 0,
      "ms that the timestamp steps further than the arrival", HFILL}},
    {&hf_skew_ms,
     {"Beyond the median", "rtmpx.skew.deviation", FT_INT64, BASE_DEC | BASE_UNIT_STRING,
      UNS(&rtmpx_unit_ms), 0,
      "ms that this message comes later than the median of the first 10 s; negative: sooner",
      HFILL}},
    {&hf_skew_drift,
     {"Drift (ms/s)", "rtmpx.skew.drift", FT_DOUBLE, BASE_NONE, NULL, 0,
      "ms per second by which messages of its kind came ever later in the first 10 s; negative: "
      "sooner",
      HFILL}},
    {&hf_first_key_delay,
     {"Waited for the key frame", "rtmpx.first_keyframe_late.delay", FT_RELATIVE_TIME, BASE_NONE,
      NULL, 0,
      "Time from the status of the publish or play to the first key frame; without one, or if most "
      "of it passed without media, from the first audio or video",
      HFILL}},
    {&hf_small_chunks_rate,
     {"Chunks per second", "rtmpx.small_chunks.rate", FT_UINT32, BASE_DEC, NULL, 0,
      "Chunks of this direction in the last 5 s or more, by the second", HFILL}},
    {&hf_small_chunks_size,
     {"Largest chunk", "rtmpx.small_chunks.size", FT_UINT32, BASE_DEC, NULL, 0,
      "Chunk size of this direction, bytes", HFILL}},
    {&hf_small_chunks_share,
     {"Chunk headers (%)", "rtmpx.small_chunks.share", FT_DOUBLE, BASE_NONE, NULL, 0,
      "Percent of the bytes of this direction in that time that are chunk headers", HFILL}},
    {&hf_composition_reason,
     {"Frame presented", "rtmpx.composition_order.reason", FT_STRING, BASE_NONE, NULL, 0,
      "Where the timestamp and the composition time put this frame, which no stream of H.264, HEVC "
      "or VVC can have",
      HFILL}},
    {&hf_composition_count,
     {"Misplaced frames", "rtmpx.composition_order.count", FT_UINT32, BASE_DEC, NULL, 0,
      "Frames of the stream that are presented where none can be; on the first pass, up to this "
      "frame or a later one of it",
      HFILL}},
};

#define DIAGNOSIS_EXPERTS(X)                                                                       \
    X(ei_stall, "rtmpx.stall", PI_SEQUENCE, PI_NOTE,                                               \
      "RTMP: neither audio nor video of this stream came for some time")                           \
    X(ei_jump, "rtmpx.timestamp_jump", PI_SEQUENCE, PI_NOTE,                                       \
      "RTMP: the timestamp steps further than the arrival")                                        \
    X(ei_skew, "rtmpx.skew", PI_SEQUENCE, PI_NOTE,                                                 \
      "RTMP: timestamps and arrival of this stream run apart")                                     \
    X(ei_missing_config, "rtmpx.missing_config", PI_SEQUENCE, PI_WARN,                             \
      "RTMP: coded frames before any configuration of their decoder")                              \
    X(ei_first_key_late, "rtmpx.first_keyframe_late", PI_SEQUENCE, PI_NOTE,                        \
      "RTMP: the first key frame comes long after other media")                                    \
    X(ei_no_media, "rtmpx.no_media", PI_SEQUENCE, PI_NOTE,                                         \
      "RTMP: published or played, and ended without audio and video")                              \
    X(ei_small_chunks, "rtmpx.small_chunks", PI_SEQUENCE, PI_NOTE,                                 \
      "RTMP: small chunks cut the messages of this direction into many")                           \
    X(ei_composition, "rtmpx.composition_order", PI_SEQUENCE, PI_NOTE,                             \
      "RTMP: composition times order the frames of this stream as no encoder does")
DIAGNOSIS_EXPERTS(RTMPX_EXPERT_ID)
static ei_register_info diagnosis_ei[] = {DIAGNOSIS_EXPERTS(RTMPX_EXPERT_ROW)};

const struct rtmpx_noun rtmpx_noun_diagnosis = {
    RTMPX_FIELDS(diagnosis_hf),
    RTMPX_EXPERTS(diagnosis_ei),
};

/* The place of the items. */
struct diagnosis_items {
    proto_tree *tree;
    const struct rtmpx_view *view;
    int start;
};

static proto_item *add_duration(const struct diagnosis_items *items, int hf, int64_t ns) {
    const nstime_t time = rtmpx_nstime(ns);
    proto_item *item =
        proto_tree_add_time(items->tree, hf, items->view->tvb, items->start, 0, &time);
    proto_item_set_generated(item);
    return item;
}

static proto_item *add_ms(const struct diagnosis_items *items, int hf, int64_t ms) {
    proto_item *item = proto_tree_add_int64(items->tree, hf, items->view->tvb, items->start, 0, ms);
    proto_item_set_generated(item);
    return item;
}

static void add_expert(const struct diagnosis_items *items, expert_field *expert) {
    proto_tree_add_expert(items->tree, items->view->pinfo, expert, items->view->tvb, items->start,
                          0);
}

static void add_stall(const struct diagnosis_items *items, const struct rtmp_media_fault *fault) {
    const enum rtmp_culprit who = rtmp_diagnosis_culprit(items->view->core.direction, fault);
    expert_add_info(items->view->pinfo, add_duration(items, hf_stall_duration, fault->value),
                    &ei_stall);
    proto_item_set_generated(proto_tree_add_string(items->tree, hf_stall_who, items->view->tvb,
                                                   items->start, 0, rtmp_culprit_name(who)));
}

static void add_skew(const struct diagnosis_items *items, const struct rtmp_media_fault *fault) {
    expert_add_info(items->view->pinfo, add_ms(items, hf_skew_ms, fault->value), &ei_skew);
    proto_item_set_generated(proto_tree_add_double(items->tree, hf_skew_drift, items->view->tvb,
                                                   items->start, 0, fault->real));
}

static void add_small_chunks(const struct diagnosis_items *items,
                             const struct rtmp_media_fault *fault) {
    tvbuff_t *tvb = items->view->tvb;
    proto_item *item = proto_tree_add_uint(items->tree, hf_small_chunks_rate, tvb, items->start, 0,
                                           (uint32_t)fault->value);
    proto_item_set_generated(item);
    expert_add_info(items->view->pinfo, item, &ei_small_chunks);
    proto_item_set_generated(
        proto_tree_add_uint(items->tree, hf_small_chunks_size, tvb, items->start, 0, fault->count));
    proto_item_set_generated(proto_tree_add_double(items->tree, hf_small_chunks_share, tvb,
                                                   items->start, 0, fault->real));
}

static void add_composition(const struct diagnosis_items *items,
                            const struct rtmp_media_fault *fault) {
    tvbuff_t *tvb = items->view->tvb;
    proto_item *item = proto_tree_add_string(
        items->tree, hf_composition_reason, tvb, items->start, 0,
        rtmp_composition_fault_name((enum rtmp_composition_fault)fault->value));
    proto_item_set_generated(item);
    expert_add_info(items->view->pinfo, item, &ei_composition);
    proto_item_set_generated(
        proto_tree_add_uint(items->tree, hf_composition_count, tvb, items->start, 0, fault->count));
}

static void add_fault(const struct diagnosis_items *items, const struct rtmp_media_fault *fault) {
    packet_info *pinfo = items->view->pinfo;
    switch ((enum rtmp_media_fault_kind)fault->kind) {
    case RTMP_FAULT_STALL:
        add_stall(items, fault);
        break;
    case RTMP_FAULT_JUMP:
        expert_add_info(pinfo, add_ms(items, hf_jump_step, fault->value), &ei_jump);
        break;
    case RTMP_FAULT_SKEW:
        add_skew(items, fault);
        break;
    case RTMP_FAULT_MISSING_CONFIG:
        add_expert(items, &ei_missing_config);
        break;
    case RTMP_FAULT_FIRST_KEY_LATE:
        expert_add_info(pinfo, add_duration(items, hf_first_key_delay, fault->value),
                        &ei_first_key_late);
        break;
    case RTMP_FAULT_NO_MEDIA:
        add_expert(items, &ei_no_media);
        break;
    case RTMP_FAULT_SMALL_CHUNKS:
        add_small_chunks(items, fault);
        break;
    case RTMP_FAULT_COMPOSITION:
        add_composition(items, fault);
        break;
    }
}

void rtmpx_tree_diagnosis(proto_tree *tree, const struct rtmpx_view *view, uint32_t index,
                          uint32_t start) {
    const struct diagnosis_items items = {tree, view, (int)start};
    const struct rtmp_media_fault *faults;
    uint32_t count = rtmp_diagnosis_of(&view->core.direction->diagnosis,
                                       view->core.segment->first_fragment + index, &faults);
    for (uint32_t i = 0; i < count; i++)
        add_fault(&items, &faults[i]);
}

void rtmpx_add_no_media(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb) {
    proto_tree_add_expert(tree, pinfo, &ei_no_media, tvb, 0, 0);
}
