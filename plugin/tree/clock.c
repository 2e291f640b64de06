/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/clock.h"

#include "tree/items.h"

#include "session/clock_facts.h"

static int hf_audio_interval = -1;
static int hf_video_interval = -1;
static int hf_audio_skew = -1;
static int hf_video_skew = -1;
static int hf_av_offset = -1;
static int hf_key_frame = -1;
static int hf_key_frame_interval = -1;

#define INTERVAL                                                                                   \
    "ms of timestamp since the message of its kind before it in the stream, configuration "        \
    "included; signed, modulo 2^32. Of known timestamps only; tags of an aggregate have none"
#define SKEW                                                                                       \
    "ms, of coded data: arrival since the first coded message of its kind in the stream, less "    \
    "timestamp since it. Where it rises, messages come ever later"

static hf_register_info clock_hf[] = {
    {&hf_audio_interval,
     {"Audio interval", "rtmpx.audio.interval", FT_INT64, BASE_DEC | BASE_UNIT_STRING,
      UNS(&rtmpx_unit_ms), 0, INTERVAL, HFILL}},
    {&hf_video_interval,
     {"Video interval", "rtmpx.video.interval", FT_INT64, BASE_DEC | BASE_UNIT_STRING,
      UNS(&rtmpx_unit_ms), 0, INTERVAL, HFILL}},
    {&hf_audio_skew,
     {"Audio skew (ms)", "rtmpx.audio.skew", FT_DOUBLE, BASE_NONE, NULL, 0, SKEW, HFILL}},
    {&hf_video_skew,
     {"Video skew (ms)", "rtmpx.video.skew", FT_DOUBLE, BASE_NONE, NULL, 0, SKEW, HFILL}},
    {&hf_av_offset,
     {"Audio ahead of video (ms)", "rtmpx.stream.av_offset", FT_DOUBLE, BASE_NONE, NULL, 0,
      "ms, of coded video: timestamp of the newest coded audio of the stream less this one's",
      HFILL}},
    {&hf_key_frame,
     {"Key frame", "rtmpx.video.keyframe", FT_UINT32, BASE_DEC, NULL, 0,
      "Number of the key frame in its stream and track, from 1; coded frames of frame type 1 and 4 "
      "only. A multitrack message has one for each track",
      HFILL}},
    {&hf_key_frame_interval,
     {"Key frame interval", "rtmpx.video.keyframe_interval", FT_UINT32, BASE_DEC | BASE_UNIT_STRING,
      UNS(&rtmpx_unit_ms), 0,
      "ms of timestamp since the key frame before it in the stream and track", HFILL}},
};

const struct rtmpx_noun rtmpx_noun_clock = {RTMPX_FIELDS(clock_hf)};

/* The place of the items. */
struct clock_items {
    proto_tree *tree;
    tvbuff_t *tvb;
    int start;
};

static void add_ms(const struct clock_items *items, int hf, double ms) {
    proto_item_set_generated(
        proto_tree_add_double(items->tree, hf, items->tvb, items->start, 0, ms));
}

/* interval: -1 for none; one that is negative is no interval either. */
static proto_item *add_key(const struct clock_items *items, uint32_t number, int64_t interval) {
    proto_item *item =
        proto_tree_add_uint(items->tree, hf_key_frame, items->tvb, items->start, 0, number);
    proto_item_set_generated(item);
    if (interval >= 0 && interval <= UINT32_MAX)
        proto_item_set_generated(proto_tree_add_uint(items->tree, hf_key_frame_interval, items->tvb,
                                                     items->start, 0, (uint32_t)interval));
    return item;
}

static void add_track_keys(const struct clock_items *items, const struct rtmp_clocks *clocks,
                           uint32_t message) {
    const struct rtmp_track_key *keys;
    uint32_t count = rtmp_clocks_track_keys(clocks, message, &keys);
    for (uint32_t i = 0; i < count; i++) {
        proto_item *item = add_key(items, keys[i].number, keys[i].interval);
        if (rtmpx_tree_visible(items->tree))
            proto_item_append_text(item, ", track %u", keys[i].track);
    }
}

void rtmpx_tree_clock(proto_tree *tree, const struct rtmpx_view *view, uint32_t index,
                      uint32_t start) {
    const struct rtmp_session_direction *direction = view->core.direction;
    const struct rtmp_fragment_record *fragment = &view->core.fragments[index];
    const uint32_t message = view->core.segment->first_fragment + index;
    struct rtmp_media_facts facts;
    if (!rtmp_media_facts_of(direction, fragment, message, &facts))
        return;
    const bool video = fragment->type == RTMP_MESSAGE_VIDEO;
    const struct clock_items items = {tree, view->tvb, (int)start};
    if (facts.has_interval)
        proto_item_set_generated(proto_tree_add_int64(tree,
                                                      video ? hf_video_interval : hf_audio_interval,
                                                      view->tvb, items.start, 0, facts.interval));
    if (facts.has_skew)
        add_ms(&items, video ? hf_video_skew : hf_audio_skew, facts.skew);
    if (facts.has_av_offset)
        add_ms(&items, hf_av_offset, (double)facts.av_offset);
    if (fragment->media == RTMP_MEDIA_CLASS_KEY_TRACKS)
        add_track_keys(&items, &direction->clocks, message);
    else if (facts.key)
        (void)add_key(&items, facts.key, facts.key_interval);
}
