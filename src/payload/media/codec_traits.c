/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/codec_traits.h"

#include <stddef.h>

const char *rtmp_codec_name(enum rtmp_codec codec) {
    static const char *const names[] = {
#define CODEC(identifier, text, frame) text,
#include "base/names/codecs.def"
#undef CODEC
    };
    return (unsigned)codec < RTMP_CODEC_COUNT ? names[codec] : names[RTMP_CODEC_UNKNOWN];
}

#define NAME(value, identifier, text, codec)                                                       \
    case value:                                                                                    \
        return RTMP_CODEC_##codec;
enum rtmp_codec rtmp_codec_of_sound_format(uint8_t format) {
    switch (format) {
#include "base/names/sound_formats.def"
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}

enum rtmp_codec rtmp_codec_of_video_id(uint8_t id) {
    switch (id) {
#include "base/names/video_codecs.def"
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}
#undef NAME

enum rtmp_codec rtmp_codec_of_fourcc(uint32_t fourcc) {
    switch (fourcc) {
#define FOURCC(a, b, c, d, identifier, codec)                                                      \
    case (uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d):           \
        return RTMP_CODEC_##codec;
#include "base/names/fourccs.def"
#undef FOURCC
    default:
        return RTMP_CODEC_UNKNOWN;
    }
}

const char *rtmp_codec_name_of_metadata(bool video, double value) {
    if (!(value >= 0 && value <= 0xFFFFFFFFU) || value != (double)(uint32_t)value)
        return NULL;
    uint32_t id = (uint32_t)value;
    enum rtmp_codec codec = id > 15 ? rtmp_codec_of_fourcc(id)
                            : video ? rtmp_codec_of_video_id((uint8_t)id)
                                    : rtmp_codec_of_sound_format((uint8_t)id);
    return codec == RTMP_CODEC_UNKNOWN ? NULL : rtmp_codec_name(codec);
}
