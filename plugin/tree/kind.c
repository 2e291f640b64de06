/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/kind.h"

#include "tree/items.h"

static int hf_audio_length = -1;
static int hf_audio_timestamp = -1;
static int hf_video_length = -1;
static int hf_video_timestamp = -1;
static int hf_data_length = -1;
static int hf_command_length = -1;

#define LENGTH(id, label, name, blurb)                                                             \
    {                                                                                              \
        &id, {                                                                                     \
            label, name, FT_UINT32, BASE_DEC | BASE_UNIT_STRING, UNS(&units_byte_bytes), 0, blurb, \
                HFILL                                                                              \
        }                                                                                          \
    }
#define TIMESTAMP(id, label, name, blurb)                                                          \
    {                                                                                              \
        &id, {                                                                                     \
            label, name, FT_UINT32, BASE_DEC | BASE_UNIT_STRING, UNS(&rtmpx_unit_ms), 0, blurb,    \
                HFILL                                                                              \
        }                                                                                          \
    }

static hf_register_info kind_hf[] = {
    LENGTH(hf_audio_length, "Audio length", "rtmpx.audio.length",
           "Bytes of an audio message, without chunk headers; of an aggregate, of each audio tag"),
    TIMESTAMP(hf_audio_timestamp, "Audio timestamp", "rtmpx.audio.timestamp",
              "rtmpx.timestamp of an audio message, where it is known; of an aggregate, the "
              "effective timestamp of each audio tag"),
    LENGTH(hf_video_length, "Video length", "rtmpx.video.length",
           "Bytes of a video message, without chunk headers; of an aggregate, of each video tag"),
    TIMESTAMP(hf_video_timestamp, "Video timestamp", "rtmpx.video.timestamp",
              "rtmpx.timestamp of a video message, where it is known; of an aggregate, the "
              "effective timestamp of each video tag"),
    LENGTH(hf_data_length, "Data message length", "rtmpx.data.length",
           "Bytes of a data message (types 15 and 18), without chunk headers; of an aggregate, of "
           "each data tag"),
    LENGTH(hf_command_length, "Command length", "rtmpx.command.length",
           "Bytes of a command (types 17 and 20), without chunk headers"),
};

const struct rtmpx_noun rtmpx_noun_kind = {RTMPX_FIELDS(kind_hf)};

static void add_of_kind(proto_tree *tree, int hf, tvbuff_t *tvb, uint32_t start, uint32_t value) {
    proto_item_set_generated(proto_tree_add_uint(tree, hf, tvb, (int)start, 0, value));
}

void rtmpx_tree_kind(proto_tree *tree, tvbuff_t *tvb, uint32_t start,
                     const struct rtmp_message *message) {
    switch (message->type) {
    case RTMP_MESSAGE_AUDIO:
        add_of_kind(tree, hf_audio_length, tvb, start, message->length);
        if (!message->relative)
            add_of_kind(tree, hf_audio_timestamp, tvb, start, message->timestamp);
        break;
    case RTMP_MESSAGE_VIDEO:
        add_of_kind(tree, hf_video_length, tvb, start, message->length);
        if (!message->relative)
            add_of_kind(tree, hf_video_timestamp, tvb, start, message->timestamp);
        break;
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        add_of_kind(tree, hf_data_length, tvb, start, message->length);
        break;
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        add_of_kind(tree, hf_command_length, tvb, start, message->length);
        break;
    default:
        break;
    }
}
