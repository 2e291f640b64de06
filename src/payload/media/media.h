/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Audio (type 8) and video (type 9) message bodies: legacy FLV tags, Enhanced RTMP v1 and v2, codec
 * configuration records and the codec's own headers of coded frames.
 *
 *     struct rtmp_media_body body = {.video = true, .bytes = b, .available = n, .length = n};
 *     rtmp_media_read(&body, sink, context);                // every field, in wire order
 *     struct rtmp_media_info info = rtmp_media_describe(&body);  // what the message is; cheap
 *
 * No allocation, no recursion, work linear in the bytes. Sources: Adobe FLV 10.1 annex E, Enhanced
 * RTMP v1 and v2, ISO/IEC 14496-3 and -15, ITU-T H.264 / H.265 / H.266, AV1 and its ISOBMFF
 * binding, RFC 6386 (VP8), RFC 7845 (Opus), RFC 9639 (FLAC), ETSI TS 102 366 (AC-3).
 */

enum rtmp_codec {
#define CODEC(identifier, text) RTMP_CODEC_##identifier,
#include "base/names/codecs.def"
#undef CODEC
    RTMP_CODEC_COUNT
};

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

/* Everything a media message can say, one line each in base/names/media_fields.def. */
enum rtmp_media_field {
    RTMP_FIELD_NONE, /* read, not reported */
#define FIELD(identifier) RTMP_FIELD_##identifier,
#include "base/names/media_fields.def"
    RTMP_FIELD_MEDIA_END,
#include "base/names/codec_fields.def"
#undef FIELD
    RTMP_FIELD_COUNT
};

enum rtmp_media_event_kind {
    RTMP_MEDIA_VALUE, /* a field; its bytes are `span` */
    RTMP_MEDIA_BEGIN, /* a field that holds the fields up to the matching END */
    RTMP_MEDIA_END,
    RTMP_MEDIA_STOP, /* reading of the enclosing BEGIN (or of the body) stopped here: `error` at
                        `error_pos`, undecoded bytes are `span`. RTMP_OK: bytes are left over */
};

/*
 * One event. The outermost values, groups and stops tile the body in wire order; several values may
 * stand in one byte (bit fields), and a group may hold bytes of its own after its fields (coded
 * data). `value` holds unsigned, signed and boolean numbers; `real` a computed number that is no
 * integer; `text` names the value or is the value of a text field (static storage, NULL without
 * one).
 */
struct rtmp_media_event {
    enum rtmp_media_event_kind kind;
    enum rtmp_media_field field;
    struct rtmp_span span;
    bool computed; /* not on the wire as such: from the bytes of span */
    bool cut;      /* STOP: the bytes end because the rest of the message is not at hand */
    int64_t value;
    double real;
    const char *text;
    enum rtmp_error error;
    uint32_t error_pos;
};

typedef void (*rtmp_media_sink)(void *context, const struct rtmp_media_event *event);

/*
 * One message body. `available` of `length` bytes are at hand: an end at `available` < `length` is
 * reported with `cut`. head > 0: the bytes behind the first `head` are the outline of the rest
 * (outline.h), if there are any. streams: what configuration records announced before it, NULL
 * allowed; where they say nothing of its stream, a NAL unit's length is found by trying 4 bytes
 * first and checking that against the bytes.
 */
struct rtmp_decoder_configs;
struct rtmp_media_body {
    bool video;
    uint32_t stream_id; /* of the message, as `streams` knows it */
    const struct rtmp_decoder_configs *streams;
    const uint8_t *bytes;
    uint32_t available;
    uint32_t length;
    uint32_t head;
};

/* Give every field of the body to `sink`, in wire order. */
void rtmp_media_read(const struct rtmp_media_body *body, rtmp_media_sink sink, void *context);

enum rtmp_media_kind {
    RTMP_MEDIA_FRAME,  /* coded data */
    RTMP_MEDIA_EMPTY,  /* no bytes: silence (audio) */
    RTMP_MEDIA_CONFIG, /* sequence start: a configuration record */
    RTMP_MEDIA_SEQUENCE_END,
    RTMP_MEDIA_METADATA,     /* AMF values: colour information */
    RTMP_MEDIA_COMMAND,      /* info / command frame */
    RTMP_MEDIA_MULTICHANNEL, /* multichannel configuration */
    RTMP_MEDIA_OTHER,        /* a packet type of no meaning known */
    RTMP_MEDIA_CUT,          /* it ends before it says what it is */
};

/* What a message is. Zero where the message does not say it. */
struct rtmp_media_info {
    enum rtmp_media_kind kind;
    enum rtmp_codec codec; /* of the first track */
    bool enhanced;
    uint8_t format;      /* legacy sound format or video codec id */
    uint8_t frame_type;  /* video: base/names/frame_types.def */
    uint8_t packet_type; /* the innermost one */
    uint8_t command;
    bool multitrack;
    bool many_codecs;         /* a multitrack message whose tracks have FourCCs of their own */
    bool timed;               /* coded H.264, HEVC and VVC begin with a composition time */
    uint8_t track_id;         /* of the first track */
    uint32_t tracks;          /* of a multitrack message */
    uint32_t fourcc;          /* of the first track */
    int32_t composition_time; /* ms */
    uint32_t nano_offset;     /* ns */
    uint32_t data_pos;        /* where the first track's codec data begins in the body */
    uint32_t tracks_pos;      /* where a list of sized tracks begins in it; 0: there is none */
    /* From a configuration record or the codec's own header. */
    uint32_t width, height;
    double frame_rate;    /* per second */
    uint32_t sample_rate; /* Hz */
    uint32_t channels;
};

/* A key frame or a generated key frame. */
bool rtmp_media_is_key(const struct rtmp_media_info *info);

/* What the message is. Reads headers and a configuration record, never coded data. */
struct rtmp_media_info rtmp_media_describe(const struct rtmp_media_body *body);

#endif
