/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_FIELDS_H
#define RTMP_PAYLOAD_MEDIA_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "payload/media/codec_traits.h"

/* The types of media messages: a body, its fields as events, and a summary of what it is. */

/* Every field of a media message, one line each in base/names/: media_fields.def (RTMP's own),
 * video_codec_fields.def and audio_codec_fields.def (those of configuration records and coded
 * frames). */
enum rtmp_media_field {
    RTMP_FIELD_NONE, /* read, not reported */
#define FIELD(identifier) RTMP_FIELD_##identifier,
#include "base/names/media_fields.def"
    RTMP_FIELD_MEDIA_END,
#include "base/names/video_codec_fields.def"
    RTMP_FIELD_VIDEO_CODEC_END,
#include "base/names/audio_codec_fields.def"
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
 * One event. Positions are byte offsets in the bytes of the body. The outermost values, groups and
 * stops tile the body in wire order; several values may stand in one byte (bit fields), and a group
 * may hold bytes of its own after its fields (coded data).
 */
struct rtmp_media_event {
    enum rtmp_media_event_kind kind;
    enum rtmp_media_field field;
    struct rtmp_span span;
    bool computed;    /* derived from the bytes of span; no field of the wire holds it */
    bool cut;         /* STOP: the bytes end because the rest of the message is not available */
    int64_t value;    /* an unsigned, signed or boolean number */
    double real;      /* a computed number that is no integer */
    const char *text; /* name of the value, or a text field's value; static storage, or NULL */
    enum rtmp_error error;
    uint32_t error_pos;
};

/* Receives the events of a body in wire order; `event` is valid during the call only. */
typedef void (*rtmp_media_sink)(void *context, const struct rtmp_media_event *event);

/*
 * One message body. The first `available` of its `length` bytes are there; an end at `available` <
 * `length` is reported with `cut`. All is borrowed.
 *
 * head > 0: behind the first `head` bytes stands the outline of the rest (outline.h), if any.
 *
 * decoder_configs: what configuration records announced before it, or NULL. Where they do not
 * announce the size of a NAL unit's length for its stream, 4, 2 and 1 bytes are tried against the
 * bytes.
 */
struct rtmp_decoder_configs;
struct rtmp_media_body {
    bool video;
    uint32_t stream_id; /* message stream id, a key of `decoder_configs` */
    const struct rtmp_decoder_configs *decoder_configs;
    const uint8_t *bytes;
    uint32_t available;
    uint32_t length;
    uint32_t head;
};

/* `count` bytes that an outline left out, behind the kept byte `at` - 1. */
struct rtmp_hole {
    uint32_t at, count;
};

enum rtmp_media_kind {
    RTMP_MEDIA_FRAME,  /* coded data */
    RTMP_MEDIA_EMPTY,  /* no bytes: silence (audio) */
    RTMP_MEDIA_CONFIG, /* sequence start: a configuration record */
    RTMP_MEDIA_SEQUENCE_END,
    RTMP_MEDIA_METADATA,     /* AMF values: colour information */
    RTMP_MEDIA_COMMAND,      /* info / command frame */
    RTMP_MEDIA_MULTICHANNEL, /* multichannel configuration */
    RTMP_MEDIA_OTHER,        /* an unassigned packet type */
    RTMP_MEDIA_CUT,          /* it ends inside the header of the message */
};

/* What a message is. Fields that the message does not have are zero. */
struct rtmp_media_info {
    enum rtmp_media_kind kind;
    enum rtmp_codec codec; /* of the first track */
    bool enhanced;         /* Enhanced RTMP */
    uint8_t format;        /* legacy sound format or video codec id */
    uint8_t frame_type;    /* video: base/names/frame_types.def */
    uint8_t packet_type;   /* the innermost one */
    uint8_t command;       /* base/names/video_commands.def */
    bool multitrack;
    bool many_codecs;         /* a multitrack message whose tracks have FourCCs of their own */
    bool timed;               /* coded H.264, HEVC and VVC begin with a composition time */
    uint8_t track_id;         /* of the first track */
    uint32_t tracks;          /* of a multitrack message */
    uint32_t fourcc;          /* of the first track, big-endian */
    int32_t composition_time; /* ms */
    uint32_t nano_offset;     /* ns */
    uint32_t data_pos;        /* position of the first track's codec data */
    uint32_t tracks_pos;      /* position of the list of sized tracks; 0: there is none */
    /* From a configuration record or the codec's own header. */
    uint32_t width, height;
    double frame_rate;    /* per second */
    uint32_t sample_rate; /* Hz */
    uint32_t channels;
};

#endif
