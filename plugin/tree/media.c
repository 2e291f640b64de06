/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/media.h"

#include "tree/amf.h"
#include "tree/codec.h"
#include "tree/items.h"
#include "tree/media_fields.h"
#include "tree/nal.h"
#include "tree/note.h"
#include "tree/room.h"
#include "wanted.h"

#include "payload/media/media_summary.h"

static int ett_group = -1;

#define FIELD(identifier) &rtmpx_media_hf[RTMP_FIELD_##identifier]

static const value_string sound_rates[] = {
    {0, "5.5 kHz"}, {1, "11 kHz"}, {2, "22 kHz"}, {3, "44.1 kHz"}, {0, NULL}};
static const value_string sound_sizes[] = {{0, "8 bit"}, {1, "16 bit"}, {0, NULL}};
static const value_string sound_types[] = {{0, "Mono"}, {1, "Stereo"}, {0, NULL}};

static hf_register_info media_hf[] = {
    {FIELD(AUDIO_FORMAT),
     {"Sound format", "rtmpx.audio.format", FT_UINT8, BASE_DEC, VALS(rtmp_names_sound_formats),
      0xF0, "Codec, high 4 bits of the message's first byte; 9: Enhanced RTMP", HFILL}},
    {FIELD(AUDIO_RATE),
     {"Sound rate", "rtmpx.audio.rate", FT_UINT8, BASE_DEC, VALS(sound_rates), 0x0C,
      "As the message's first byte says; the codec's own rate may differ", HFILL}},
    {FIELD(AUDIO_SAMPLE_SIZE),
     {"Sound size", "rtmpx.audio.sample_size", FT_UINT8, BASE_DEC, VALS(sound_sizes), 0x02,
      "As the message's first byte says; of no use for compressed audio", HFILL}},
    {FIELD(AUDIO_CHANNELS),
     {"Sound type", "rtmpx.audio.channels", FT_UINT8, BASE_DEC, VALS(sound_types), 0x01,
      "As the message's first byte says; rtmpx.audio.channel_count is the codec's", HFILL}},
    {FIELD(AUDIO_PACKET_TYPE),
     {"Audio packet type", "rtmpx.audio.packet_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_audio_packet_types), 0, "AAC packet type, or Enhanced RTMP audio packet type",
      HFILL}},
    {FIELD(AUDIO_FOURCC),
     {"Audio FourCC", "rtmpx.audio.fourcc", FT_STRING, BASE_NONE, NULL, 0,
      "Four characters that name the codec in Enhanced RTMP", HFILL}},
    {FIELD(AUDIO_CODEC),
     {"Audio codec", "rtmpx.audio.codec", FT_STRING, BASE_NONE, NULL, 0,
      "One name, whether a sound format or a FourCC says it", HFILL}},
    {FIELD(AUDIO_SILENCE),
     {"Silent audio", "rtmpx.audio.silence", FT_BOOLEAN, BASE_NONE, NULL, 0,
      "An audio message without bytes", HFILL}},
    {FIELD(AUDIO_CONFIG),
     {"Audio configuration", "rtmpx.audio.config", FT_BYTES, BASE_NONE, NULL, 0,
      "Configuration record of the codec", HFILL}},
    {FIELD(AUDIO_DATA),
     {"Audio data", "rtmpx.audio.data", FT_BYTES, BASE_NONE, NULL, 0, "Coded audio", HFILL}},
    {FIELD(AUDIO_CHANNEL_ORDER),
     {"Channel order", "rtmpx.audio.channel_order", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_channel_orders), 0, "How the multichannel configuration assigns channels",
      HFILL}},
    {FIELD(AUDIO_CHANNEL_COUNT),
     {"Channels", "rtmpx.audio.channel_count", FT_UINT32, BASE_DEC, NULL, 0,
      "From the codec's configuration or header, or the multichannel configuration", HFILL}},
    {FIELD(AUDIO_CHANNEL_MASK),
     {"Channel mask", "rtmpx.audio.channel_mask", FT_UINT32, BASE_HEX, NULL, 0,
      "Channels that are present, one bit each, in native order", HFILL}},
    {FIELD(AUDIO_CHANNEL),
     {"Channel", "rtmpx.audio.channel", FT_UINT8, BASE_DEC, VALS(rtmp_names_audio_channels), 0,
      "Speaker position of one channel, in custom order", HFILL}},
    {FIELD(AUDIO_SAMPLE_RATE),
     {"Sample rate", "rtmpx.audio.sample_rate", FT_UINT32, BASE_DEC, NULL, 0,
      "Hz, from the codec's configuration or header", HFILL}},
    {FIELD(VIDEO_ENHANCED),
     {"Enhanced RTMP", "rtmpx.video.enhanced", FT_BOOLEAN, 8, NULL, 0x80,
      "IsExHeader: the first byte holds a packet type, and a FourCC follows", HFILL}},
    {FIELD(VIDEO_FRAME_TYPE),
     {"Frame type", "rtmpx.video.frame_type", FT_UINT8, BASE_DEC, VALS(rtmp_names_frame_types),
      0x70, "Key frame, inter frame or command, from the message's first byte", HFILL}},
    {FIELD(VIDEO_CODEC_ID),
     {"Codec id", "rtmpx.video.codec_id", FT_UINT8, BASE_DEC, VALS(rtmp_names_video_codecs), 0x0F,
      "Codec, low 4 bits of the first byte of a message without Enhanced RTMP", HFILL}},
    {FIELD(VIDEO_PACKET_TYPE),
     {"Video packet type", "rtmpx.video.packet_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_video_packet_types), 0, "AVC packet type, or Enhanced RTMP video packet type",
      HFILL}},
    {FIELD(VIDEO_FOURCC),
     {"Video FourCC", "rtmpx.video.fourcc", FT_STRING, BASE_NONE, NULL, 0,
      "Four characters that name the codec in Enhanced RTMP", HFILL}},
    {FIELD(VIDEO_CODEC),
     {"Video codec", "rtmpx.video.codec", FT_STRING, BASE_NONE, NULL, 0,
      "One name, whether a codec id or a FourCC says it", HFILL}},
    {FIELD(VIDEO_COMPOSITION_TIME),
     {"Composition time", "rtmpx.video.composition_time", FT_INT32, BASE_DEC, NULL, 0,
      "Presentation minus decoding time, ms", HFILL}},
    {FIELD(VIDEO_COMMAND),
     {"Video command", "rtmpx.video.command", FT_UINT8, BASE_DEC, VALS(rtmp_names_video_commands),
      0, "Content of a command frame (frame type 5)", HFILL}},
    {FIELD(VIDEO_EMPTY),
     {"Empty", "rtmpx.video.empty", FT_BOOLEAN, BASE_NONE, NULL, 0, "A video message without bytes",
      HFILL}},
    {FIELD(VIDEO_CONFIG),
     {"Video configuration", "rtmpx.video.config", FT_BYTES, BASE_NONE, NULL, 0,
      "Configuration record of the codec", HFILL}},
    {FIELD(VIDEO_DATA),
     {"Video data", "rtmpx.video.data", FT_BYTES, BASE_NONE, NULL, 0, "Coded video", HFILL}},
    {FIELD(VIDEO_METADATA),
     {"Metadata", "rtmpx.video.metadata", FT_BYTES, BASE_NONE, NULL, 0,
      "A name and a value in AMF0: colour and HDR information", HFILL}},
    {FIELD(VIDEO_WIDTH),
     {"Width", "rtmpx.video.width", FT_UINT32, BASE_DEC, NULL, 0,
      "Pixels, from the codec's configuration or header, after cropping", HFILL}},
    {FIELD(VIDEO_HEIGHT),
     {"Height", "rtmpx.video.height", FT_UINT32, BASE_DEC, NULL, 0,
      "Pixels, from the codec's configuration or header, after cropping", HFILL}},
    {FIELD(VIDEO_FRAME_RATE),
     {"Frame rate", "rtmpx.video.frame_rate", FT_DOUBLE, BASE_NONE, NULL, 0,
      "Frames per second, from the timing in the sequence parameter set or header", HFILL}},
    {FIELD(VIDEO_PROFILE),
     {"Profile", "rtmpx.video.profile", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the codec's profile, from its configuration", HFILL}},
    {FIELD(VIDEO_LEVEL),
     {"Level", "rtmpx.video.level", FT_DOUBLE, BASE_NONE, NULL, 0,
      "Level of the codec's profile, from its configuration, as 3.1", HFILL}},
    {FIELD(MULTITRACK_TYPE),
     {"Multitrack type", "rtmpx.multitrack_type", FT_UINT8, BASE_DEC,
      VALS(rtmp_names_multitrack_types), 0xF0,
      "One track, or many tracks with one codec or a codec each", HFILL}},
    {FIELD(TRACK),
     {"Track", "rtmpx.track", FT_NONE, BASE_NONE, NULL, 0, "One track of a multitrack message",
      HFILL}},
    {FIELD(TRACK_ID),
     {"Track id", "rtmpx.track_id", FT_UINT8, BASE_DEC, NULL, 0,
      "Number of the track in the message stream; 0: default track", HFILL}},
    {FIELD(TRACK_SIZE),
     {"Track size", "rtmpx.track_size", FT_UINT24, BASE_DEC, NULL, 0,
      "Bytes of this track behind this field", HFILL}},
    {FIELD(MODEX),
     {"Modifier extension", "rtmpx.modex", FT_NONE, BASE_NONE, NULL, 0,
      "Extension in front of the packet type (ModEx of Enhanced RTMP v2)", HFILL}},
    {FIELD(MODEX_SIZE),
     {"ModEx size", "rtmpx.modex.size", FT_UINT32, BASE_DEC, NULL, 0, "Bytes of data", HFILL}},
    {FIELD(MODEX_DATA),
     {"ModEx data", "rtmpx.modex.data", FT_BYTES, BASE_NONE, NULL, 0, "Value of the extension",
      HFILL}},
    {FIELD(MODEX_TYPE),
     {"ModEx type", "rtmpx.modex.type", FT_UINT8, BASE_DEC, VALS(rtmp_names_modex_types), 0xF0,
      "What the extension's data mean", HFILL}},
    {FIELD(TIMESTAMP_NANO_OFFSET),
     {"Timestamp offset", "rtmpx.timestamp_nano_offset", FT_UINT32, BASE_DEC, NULL, 0,
      "Nanoseconds to add to the message's timestamp", HFILL}},
    {FIELD(CONFIG_MAGIC),
     {"Configuration marker", "rtmpx.codec.marker", FT_STRING, BASE_NONE, NULL, 0,
      "First bytes of the configuration: OpusHead, fLaC", HFILL}},
    {FIELD(CONFIG_VERSION),
     {"Configuration version", "rtmpx.codec.config_version", FT_UINT8, BASE_DEC, NULL, 0,
      "Version of the configuration record", HFILL}},
    {FIELD(CONFIG_FLAGS),
     {"Configuration flags", "rtmpx.codec.config_flags", FT_UINT24, BASE_HEX, NULL, 0,
      "Flags of the record's box header", HFILL}},
};
_Static_assert(array_length(media_hf) == RTMP_FIELD_MEDIA_END - RTMP_FIELD_NONE - 1,
               "one entry for each line of base/names/media_fields.def");

static struct rtmp_media_body media_body(const struct rtmpx_body *body) {
    return (struct rtmp_media_body){.video = body->message->type == RTMP_MESSAGE_VIDEO,
                                    .stream_id = body->message->stream_id,
                                    .decoder_configs = body->decoder_configs,
                                    .head = body->head,
                                    .bytes = body->bytes,
                                    .available = body->available,
                                    .length =
                                        body->incomplete ? body->message->length : body->available};
}

/* ---- items ---- */

/* More levels than the core nests: track, data, NAL unit. */
enum { DEPTH = 8 };

struct media_view {
    const struct rtmpx_body *body;
    bool visible;
    uint32_t events; /* that may still be shown */
    bool full;       /* there are more: nothing is added behind those */
    uint32_t stop;   /* where the last error left the bytes of its value end; 0: there was none */
    proto_tree *tree[DEPTH];
    unsigned depth;
    enum rtmp_codec codec;
    /* The NAL unit that is being read. */
    struct rtmp_span unit;
    uint32_t unit_start; /* its first byte after the length */
    uint32_t unit_length, unit_type;
};

static proto_item *add_media_string(proto_tree *tree, int field, const struct rtmpx_body *body,
                                    const struct rtmp_media_event *event) {
    if (!event->text)
        return rtmpx_add_string(tree, field, body, event->span, event->span);
    return proto_tree_add_string(tree, field, body->tvb, (int)event->span.pos, (int)event->span.len,
                                 event->text);
}

/* A field with a bit mask takes the whole byte, not the extracted bits. */
static uint32_t raw_value(const header_field_info *info, uint32_t value) {
    return info->bitmask ? value << __builtin_ctzll(info->bitmask) : value;
}

static proto_item *add_number(proto_tree *tree, const header_field_info *info,
                              const struct rtmpx_body *body, const struct rtmp_media_event *event) {
    int start = (int)event->span.pos;
    int len = (int)event->span.len;
    uint32_t value = (uint32_t)event->value;
    uint32_t raw = raw_value(info, value);
    if (!event->text)
        return proto_tree_add_uint(tree, info->id, body->tvb, start, len, raw);
    return proto_tree_add_uint_format_value(tree, info->id, body->tvb, start, len, raw, "%s (%u)",
                                            event->text, value);
}

/* The type in the array above decides how a value is added, so it is given only once. */
static proto_item *add_item(proto_tree *tree, const struct rtmpx_body *body,
                            const struct rtmp_media_event *event) {
    const header_field_info *info = proto_registrar_get_nth((unsigned)rtmpx_media_hf[event->field]);
    int start = (int)event->span.pos;
    int len = (int)event->span.len;
    switch ((int)info->type) {
    case FT_NONE:
    case FT_BYTES:
        return rtmpx_add_range(tree, info->id, body, event->span);
    case FT_STRING:
        return add_media_string(tree, info->id, body, event);
    case FT_BOOLEAN:
        return proto_tree_add_boolean(tree, info->id, body->tvb, start, len,
                                      raw_value(info, (uint32_t)event->value));
    case FT_INT32:
        return proto_tree_add_int(tree, info->id, body->tvb, start, len, (int32_t)event->value);
    case FT_UINT64:
        return proto_tree_add_uint64(tree, info->id, body->tvb, start, len, (uint64_t)event->value);
    case FT_DOUBLE:
        return rtmpx_add_double(tree, info->id, body, event->span, event->real);
    default:
        return add_number(tree, info, body, event);
    }
}

/* Two AMF0 values: a name ("colorInfo") and what it names. */
static void add_metadata(struct media_view *view, proto_tree *tree, struct rtmp_span span) {
    const struct rtmpx_body *body = view->body;
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, rtmp_span_end(span));
    struct rtmp_amf *amf = wmem_new(body->pinfo->pool, struct rtmp_amf);
    reader.pos = span.pos;
    rtmp_amf_init(amf, &reader, 0);
    amf->items_max = view->events;
    for (unsigned i = 0; rtmp_ok(&reader) && rtmp_left(&reader); i++)
        rtmpx_tree_amf_value(tree, body, amf, wmem_strdup_printf(body->pinfo->pool, "%u", i), NULL,
                             0);
    struct rtmpx_body fragment = *body;
    fragment.available = reader.end;
    view->events -= amf->items;
    rtmpx_note_rest(tree, &fragment, &reader);
}

/* What stopped the reading: an error with the bytes it leaves, or a remark on the enclosing item.
 * An error in a unit that was to take more bytes than there are leaves none to what it is in: that
 * is no second one. */
static void add_stop(struct media_view *view, proto_tree *tree,
                     const struct rtmp_media_event *event) {
    const struct rtmpx_body *body = view->body;
    if (event->error != RTMP_OK && !rtmp_error_ends_value(event->error)) {
        rtmpx_note_remark(proto_tree_get_parent(tree), body, event->error);
        return;
    }
    if (event->span.len == 0 && event->span.pos == view->stop)
        return;
    view->stop = event->error == RTMP_OK ? 0 : rtmp_span_end(event->span);
    struct rtmpx_body fragment = *body;
    fragment.available = rtmp_span_end(event->span);
    fragment.incomplete = event->cut;
    struct rtmp_reader reader = rtmp_reader_over(body->bytes, fragment.available);
    reader.pos = event->span.pos;
    reader.error = event->error;
    reader.error_pos = event->error_pos;
    rtmpx_note_rest(tree, &fragment, &reader);
}

/* The content of a group, appended to its label: "NAL unit, 3446 bytes, IDR slice", "Track 1". */
static void name_group(proto_tree *group, const struct rtmp_media_event *event) {
    proto_item *item = proto_tree_get_parent(group);
    switch ((int)event->field) {
    case RTMP_FIELD_NAL_LENGTH:
    case RTMP_FIELD_OBU_SIZE:
        proto_item_append_text(item, ", %u bytes", (uint32_t)event->value);
        break;
    case RTMP_FIELD_NAL_TYPE:
    case RTMP_FIELD_OBU_TYPE:
        if (event->text)
            proto_item_append_text(item, ", %s", event->text);
        break;
    case RTMP_FIELD_TRACK_ID:
        proto_item_append_text(item, " %u", (uint32_t)event->value);
        break;
    default:
        break;
    }
}

/* Keep the values that Wireshark's own dissector of a NAL unit needs. */
static void keep_unit_value(struct media_view *view, const struct rtmp_media_event *event) {
    switch ((int)event->field) {
    case RTMP_FIELD_VIDEO_CODEC:
        view->codec = (enum rtmp_codec)event->value;
        break;
    case RTMP_FIELD_NAL:
        view->unit = event->span;
        view->unit_length = 0;
        break;
    case RTMP_FIELD_NAL_LENGTH:
        view->unit_start = rtmp_span_end(event->span);
        view->unit_length = (uint32_t)event->value;
        break;
    case RTMP_FIELD_NAL_TYPE:
        view->unit_type = (uint32_t)event->value;
        break;
    default:
        break;
    }
}

/* A group ends. If it is a NAL unit of which all bytes are kept, add the items of Wireshark's own
 * dissector. */
static void end_group(struct media_view *view, proto_tree *tree) {
    struct rtmp_span unit = rtmp_span_of(view->unit_start, view->unit_length);
    view->depth--;
    view->unit_length = 0;
    if (unit.len && rtmp_span_end(unit) == rtmp_span_end(view->unit))
        rtmpx_tree_parameter_set(tree, view->body, view->codec, view->unit_type, unit);
}

static void show(void *context, const struct rtmp_media_event *event) {
    struct media_view *view = context;
    if (view->full)
        return;
    if (event->kind != RTMP_MEDIA_END && !rtmpx_room_take(&view->events)) {
        view->full = true;
        rtmpx_note_not_shown(view->tree[0], view->body->pinfo, view->body->tvb, event->span.pos,
                             view->body->available);
        return;
    }
    proto_tree *tree = view->tree[view->depth < DEPTH ? view->depth : DEPTH - 1];
    if (event->kind == RTMP_MEDIA_END) {
        end_group(view, tree);
        return;
    }
    if (event->kind == RTMP_MEDIA_STOP) {
        add_stop(view, tree, event);
        return;
    }
    proto_item *item = add_item(tree, view->body, event);
    if (event->computed)
        proto_item_set_generated(item);
    if (view->visible && view->depth)
        name_group(tree, event);
    keep_unit_value(view, event);
    if (event->kind == RTMP_MEDIA_BEGIN) {
        view->depth++;
        if (view->depth < DEPTH)
            view->tree[view->depth] = proto_item_add_subtree(item, ett_group);
    } else if (event->field == RTMP_FIELD_VIDEO_METADATA)
        add_metadata(view, proto_item_add_subtree(item, ett_group), event->span);
}

/* Are items wanted that any audio or video message may have? */
static bool own_items_wanted(proto_tree *tree) {
    return rtmpx_notes_wanted(tree) || rtmpx_noun_referenced(&rtmpx_noun_media) ||
           rtmpx_noun_referenced(&rtmpx_noun_video_codec) ||
           rtmpx_noun_referenced(&rtmpx_noun_audio_codec) || rtmpx_noun_referenced(&rtmpx_noun_nal);
}

static void add_media(proto_tree *tree, const struct rtmpx_body *body) {
    struct rtmp_media_body media = media_body(body);
    /* Only AMF values are wanted: only metadata packets have them. */
    if (!own_items_wanted(tree) && rtmp_media_describe(&media).kind != RTMP_MEDIA_METADATA)
        return;
    struct media_view view = {
        .body = body, .visible = rtmpx_tree_visible(tree), .events = body->events, .tree = {tree}};
    rtmp_media_read(&media, show, &view);
}

static void summarise_media(struct rtmp_text *text, const struct rtmpx_body *body) {
    struct rtmp_media_body media = media_body(body);
    media.length = body->message->length;
    rtmp_media_summary(text, &media, body->message);
}

static int *const media_ett[] = {&ett_group};
static const struct rtmpx_noun *const media_parts[] = {
    &rtmpx_noun_video_codec, &rtmpx_noun_audio_codec, &rtmpx_noun_nal, &rtmpx_noun_amf, NULL};

const struct rtmpx_noun rtmpx_noun_media = {
    RTMPX_FIELDS(media_hf), RTMPX_SUBTREES(media_ett),
    .parts = media_parts,   .types = {RTMP_MESSAGE_AUDIO, RTMP_MESSAGE_VIDEO},
    .tree = add_media,      .summary = summarise_media,
};
