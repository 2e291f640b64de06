/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_CODEC_TRAITS_H
#define RTMP_PAYLOAD_MEDIA_CODEC_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The codecs of audio and video messages: their names, the numbers that announce them, and what
 * their coded frames look like inside a message. One line each in base/names/codecs.def.
 */
enum rtmp_codec {
#define CODEC(identifier, text, frame) RTMP_CODEC_##identifier,
#include "base/names/codecs.def"
#undef CODEC
    RTMP_CODEC_COUNT
};
_Static_assert(RTMP_CODEC_COUNT <= 64, "a codec is a bit of the mask below");

/* What a coded frame consists of. */
enum rtmp_codec_frame {
    RTMP_FRAME_BYTES,     /* no units with a length or size */
    RTMP_FRAME_NAL_UNITS, /* NAL units, each behind its length (ISO/IEC 14496-15) */
    RTMP_FRAME_OBUS,      /* open bitstream units, most with a size (AV1, 5.3) */
};

/* Inline with a constant `frame` it is one test of a bit: asked for every unit of a long frame. */
static inline bool rtmp_codec_frame_is(enum rtmp_codec codec, enum rtmp_codec_frame frame) {
    const uint64_t codecs = 0U
#define CODEC(identifier, text, of)                                                                \
    | (uint64_t)(RTMP_FRAME_##of == frame) << RTMP_CODEC_##identifier
#include "base/names/codecs.def"
#undef CODEC
        ;
    return codecs >> codec & 1;
}
static inline bool rtmp_codec_has_nal_units(enum rtmp_codec codec) {
    return rtmp_codec_frame_is(codec, RTMP_FRAME_NAL_UNITS);
}
static inline bool rtmp_codec_has_obus(enum rtmp_codec codec) {
    return rtmp_codec_frame_is(codec, RTMP_FRAME_OBUS);
}

/* Does an enhanced "coded frames" packet begin with a composition time (Enhanced RTMP v2)? */
static inline bool rtmp_codec_has_composition_time(enum rtmp_codec codec) {
    return rtmp_codec_has_nal_units(codec);
}

/* "H.264", "AAC" ...; "Unknown" for RTMP_CODEC_UNKNOWN. Never NULL; static storage. */
const char *rtmp_codec_name(enum rtmp_codec codec);

/* The codec of a legacy sound format (0..15), a legacy video codec id (0..15), or a FourCC written
 * as a big-endian number ('avc1' = 0x61766331). Unassigned: RTMP_CODEC_UNKNOWN. */
enum rtmp_codec rtmp_codec_of_sound_format(uint8_t format);
enum rtmp_codec rtmp_codec_of_video_id(uint8_t id);
enum rtmp_codec rtmp_codec_of_fourcc(uint32_t fourcc);

/* The name of onMetaData's videocodecid (video) or audiocodecid: a legacy id or a FourCC as a
 * number (Enhanced RTMP v1). NULL when it is neither. */
const char *rtmp_codec_name_of_metadata(bool video, double value);

#endif
