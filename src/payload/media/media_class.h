/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_CLASS_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_CLASS_H

#include "payload/media/fields.h"

/* What an audio or video message is to a clock. Recorded for each in 3 bits. */
enum rtmp_media_class {
    RTMP_MEDIA_CLASS_NONE,   /* no audio or video, or it is not to be counted */
    RTMP_MEDIA_CLASS_OTHER,  /* no coded data: empty, end of sequence, metadata, command */
    RTMP_MEDIA_CLASS_CONFIG, /* configuration: of a decoder, or of channels */
    RTMP_MEDIA_CLASS_CODED,
    RTMP_MEDIA_CLASS_KEY,        /* coded video, a key frame (frame types 1 and 4) */
    RTMP_MEDIA_CLASS_KEY_TRACKS, /* the same in a multitrack message */
};

static inline bool rtmp_media_class_is_coded(enum rtmp_media_class class) {
    return class >= RTMP_MEDIA_CLASS_CODED;
}

/* By the first bytes of a body, of which body->available are there. Never _NONE. Constant work but
 * for Enhanced RTMP's modifiers and multitrack messages. */
enum rtmp_media_class rtmp_media_classify(const struct rtmp_media_body *body);

/* The composition time of a coded video message of a codec that has one: ms from its timestamp to
 * its presentation, 0 where its packet type says so. False: it has none, or modifiers or tracks.
 * body: what rtmp_media_classify() calls coded. */
bool rtmp_media_composition_time(const struct rtmp_media_body *body, int32_t *composition_time);

/* The ids of the tracks of a multitrack message, each once, in their order; up to `room` of them.
 * Returns how many. */
uint32_t rtmp_media_track_ids(const struct rtmp_media_body *body, uint8_t *ids, uint32_t room);

#endif
