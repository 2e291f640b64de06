/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/media_class.h"

#include "payload/media/media.h"
#include "payload/media/video.h"

enum { FORMAT_ENHANCED = 9, FORMAT_AAC = 10 };
enum { TYPE_KEY = 1, TYPE_GENERATED_KEY = 4, TYPE_COMMAND = 5 };

static bool is_key(unsigned frame_type) {
    return frame_type == TYPE_KEY || frame_type == TYPE_GENERATED_KEY;
}

/* With modifiers or tracks: read as the trees read it. */
static enum rtmp_media_class classify_by_reading(const struct rtmp_media_body *body) {
    const struct rtmp_media_info info = rtmp_media_describe(body);
    switch (info.kind) {
    case RTMP_MEDIA_CONFIG:
    case RTMP_MEDIA_MULTICHANNEL:
        return RTMP_MEDIA_CLASS_CONFIG;
    case RTMP_MEDIA_FRAME:
        break;
    default:
        return RTMP_MEDIA_CLASS_OTHER;
    }
    if (!body->video || !is_key(info.frame_type))
        return RTMP_MEDIA_CLASS_CODED;
    return info.multitrack ? RTMP_MEDIA_CLASS_KEY_TRACKS : RTMP_MEDIA_CLASS_KEY;
}

/* Packet types of Enhanced RTMP v2: their names are in payload/media/enhanced.c. */
static enum rtmp_media_class classify_enhanced_video(const struct rtmp_media_body *body,
                                                     unsigned first) {
    const unsigned frame_type = first >> 4 & 7;
    switch (first & 15) {
    case 1:
    case 3:
        return frame_type == TYPE_COMMAND ? RTMP_MEDIA_CLASS_OTHER
               : is_key(frame_type)       ? RTMP_MEDIA_CLASS_KEY
                                          : RTMP_MEDIA_CLASS_CODED;
    default:
        return classify_by_reading(body);
    }
}

static enum rtmp_media_class classify_audio(const struct rtmp_media_body *body, unsigned first,
                                            unsigned second) {
    if (first >> 4 == FORMAT_ENHANCED)
        return (first & 15) == 1 ? RTMP_MEDIA_CLASS_CODED : classify_by_reading(body);
    if (first >> 4 != FORMAT_AAC)
        return RTMP_MEDIA_CLASS_CODED;
    return body->available < 2 || second > 1 ? RTMP_MEDIA_CLASS_OTHER
           : second                          ? RTMP_MEDIA_CLASS_CODED
                                             : RTMP_MEDIA_CLASS_CONFIG;
}

static enum rtmp_media_class classify_video(const struct rtmp_media_body *body, unsigned first,
                                            unsigned second) {
    if (first & 0x80)
        return classify_enhanced_video(body, first);
    if (first >> 4 == TYPE_COMMAND)
        return RTMP_MEDIA_CLASS_OTHER;
    if (rtmp_video_has_packet_type(first & 15)) {
        if (body->available < 2 || second > 1)
            return RTMP_MEDIA_CLASS_OTHER;
        if (second == 0)
            return RTMP_MEDIA_CLASS_CONFIG;
    }
    return is_key(first >> 4) ? RTMP_MEDIA_CLASS_KEY : RTMP_MEDIA_CLASS_CODED;
}

enum rtmp_media_class rtmp_media_classify(const struct rtmp_media_body *body) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    if (body->available == 0)
        return RTMP_MEDIA_CLASS_OTHER;
    const unsigned first = rtmp_peek_at(&r, 0), second = rtmp_peek_at(&r, 1);
    return body->video ? classify_video(body, first, second) : classify_audio(body, first, second);
}

enum { CODED_FRAMES = 1, CODED_FRAMES_X = 3 };

static bool read_enhanced_composition_time(struct rtmp_reader *r, unsigned packet_type,
                                           int32_t *composition_time) {
    if (packet_type != CODED_FRAMES && packet_type != CODED_FRAMES_X)
        return false;
    if (!rtmp_codec_has_composition_time(rtmp_codec_of_fourcc(rtmp_u32(r))))
        return false;
    *composition_time = packet_type == CODED_FRAMES ? rtmp_s24(r) : 0;
    return rtmp_ok(r);
}

bool rtmp_media_composition_time(const struct rtmp_media_body *body, int32_t *composition_time) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    const unsigned first = rtmp_u8(&r);
    if (first & 0x80)
        return read_enhanced_composition_time(&r, first & 15, composition_time);
    if (!rtmp_video_has_packet_type(first & 15))
        return false;
    (void)rtmp_u8(&r);
    *composition_time = rtmp_s24(&r);
    return rtmp_ok(&r);
}

struct track_ids {
    uint8_t *ids;
    uint32_t count, room;
};

static void on_track_event(void *context, const struct rtmp_media_event *event) {
    struct track_ids *found = context;
    if (event->field != RTMP_FIELD_TRACK_ID || found->count == found->room)
        return;
    for (uint32_t i = 0; i < found->count; i++)
        if (found->ids[i] == event->value)
            return;
    found->ids[found->count++] = (uint8_t)event->value;
}

uint32_t rtmp_media_track_ids(const struct rtmp_media_body *body, uint8_t *ids, uint32_t room) {
    struct track_ids found = {ids, 0, room};
    rtmp_media_read(body, on_track_event, &found);
    return found.count;
}
