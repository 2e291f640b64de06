/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/stream.h"

#include "tree/items.h"
#include "wanted.h"

#include "session/diagnose.h"

static int hf_number = -1;
static int hf_name = -1;
static int hf_app = -1;
static int hf_role = -1;
static int hf_url = -1;
static int hf_silence = -1;
static int ett_stream = -1;

static hf_register_info stream_hf[] = {
    {&hf_number,
     {"Stream", "rtmpx.stream.number", FT_UINT32, BASE_DEC, NULL, 0,
      "Published or played stream, counted in the capture from 0", HFILL}},
    {&hf_name,
     {"Stream name", "rtmpx.stream.name", FT_STRING, BASE_NONE, NULL, 0,
      "Name under which the stream is published or played, with its query", HFILL}},
    {&hf_app,
     {"Stream application", "rtmpx.stream.app", FT_STRING, BASE_NONE, NULL, 0,
      "Application that the stream's connection named", HFILL}},
    {&hf_role,
     {"Stream role", "rtmpx.stream.role", FT_STRING, BASE_NONE, NULL, 0, "publish or play", HFILL}},
    {&hf_url,
     {"Stream URL", "rtmpx.stream.url", FT_STRING, BASE_NONE, NULL, 0,
      "tcUrl of the connection and the stream's name, as a player takes it", HFILL}},
    {&hf_silence,
     {"Silence before its end", "rtmpx.stream.silence", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
      "Time without audio and video of the stream before this message, which ends it", HFILL}},
};

static int *const stream_ett[] = {&ett_stream};

const struct rtmpx_noun rtmpx_noun_stream = {
    RTMPX_FIELDS(stream_hf),
    RTMPX_SUBTREES(stream_ett),
};

/* The place of an item and the memory of its text. */
struct stream_items {
    proto_tree *tree;
    const struct rtmpx_view *view;
    int start;
};

static const struct rtmp_mask *mask_of(const struct rtmpx_view *view) {
    return rtmp_session_mask(view->core.direction->session);
}

static const char *kept_string(const struct stream_items *items,
                               const struct rtmp_kept_text *kept) {
    return rtmpx_bytes_string(items->view->pinfo, kept->bytes, kept->len, mask_of(items->view));
}

static void add_text(const struct stream_items *items, int hf, const char *text) {
    proto_item_set_generated(
        proto_tree_add_string(items->tree, hf, items->view->tvb, items->start, 0, text));
}

static void add_kept(const struct stream_items *items, int hf, const struct rtmp_kept_text *kept) {
    if (kept)
        add_text(items, hf, kept_string(items, kept));
}

static void add_url(const struct stream_items *items, const struct rtmp_stream *stream) {
    const struct rtmp_kept_text *tc_url = stream->tc_url;
    if (!tc_url || !stream->name)
        return;
    bool ends = tc_url->len == 0 || tc_url->bytes[tc_url->len - 1] == '/';
    add_text(items, hf_url,
             wmem_strdup_printf(items->view->pinfo->pool, "%s%s%s", kept_string(items, tc_url),
                                ends ? "" : "/", kept_string(items, stream->name)));
}

/* `Stream 0: publish "cam1"` */
static void name_stream_item(proto_item *item, const struct rtmp_stream *stream,
                             const struct rtmp_mask *mask) {
    char label[ITEM_LABEL_LENGTH];
    struct rtmp_text text = rtmp_text_masked(label, sizeof label, mask);
    rtmp_text_add(&text, "Stream ");
    rtmp_text_unsigned(&text, stream->number);
    rtmp_text_add(&text, ": ");
    rtmp_text_add(&text, rtmp_stream_role_name((enum rtmp_stream_role)stream->role));
    if (stream->name) {
        rtmp_text_add(&text, " \"");
        rtmp_text_wire(&text, stream->name->bytes, stream->name->len, 0);
        rtmp_text_add(&text, "\"");
    }
    proto_item_set_text(item, "%s", label);
}

/* A status is no end for good: a play may start again. */
static bool ends_by(const struct rtmp_stream *stream, const struct rtmp_message_place *message) {
    return stream->ended != RTMP_STREAM_OPEN && stream->ended != RTMP_STREAM_CONNECTION &&
           stream->ended != RTMP_STREAM_STATUS && stream->end.session == message->session &&
           stream->end.message == message->message;
}

static void add_silence(const struct stream_items *items, const struct rtmp_stream *stream) {
    const int64_t silence = rtmp_stream_silence(items->view->core.direction->session, stream);
    if (silence < 0)
        return;
    const nstime_t time = rtmpx_nstime(silence);
    proto_item_set_generated(
        proto_tree_add_time(items->tree, hf_silence, items->view->tvb, items->start, 0, &time));
}

void rtmpx_tree_stream(proto_tree *tree, const struct rtmpx_view *view,
                       const struct rtmp_stream *stream, const struct rtmp_message_place *message,
                       uint32_t start) {
    proto_item *item =
        proto_tree_add_uint(tree, hf_number, view->tvb, (int)start, 0, stream->number);
    proto_item_set_generated(item);
    if (rtmpx_tree_visible(tree))
        name_stream_item(item, stream, mask_of(view));
    const struct stream_items items = {proto_item_add_subtree(item, ett_stream), view, (int)start};
    add_kept(&items, hf_name, stream->name);
    add_kept(&items, hf_app, stream->app);
    add_text(&items, hf_role, rtmp_stream_role_name((enum rtmp_stream_role)stream->role));
    add_url(&items, stream);
    if (ends_by(stream, message))
        add_silence(&items, stream);
}
