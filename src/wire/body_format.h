/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_WIRE_BODY_FORMAT_H
#define RTMP_WIRE_BODY_FORMAT_H

#include "base/limits.h"
#include "base/message.h"

/*
 * The interface by which wire and recovery ask about the contents of message bodies.
 *
 * wire reassembles messages from chunks and knows nothing of codecs. Still it must not keep
 * gigabytes of coded media, and the search for a chunk header takes the beginning of a body as
 * evidence. payload/media implements this interface (body_format.h there); session/direction joins
 * the two. Only the implementation writes the structs below, except for the members named here.
 */

/* How much is kept of a body that spans chunks or segments. */
enum rtmp_keep {
    RTMP_KEEP_HEAD,    /* coded data without units: the media head is enough */
    RTMP_KEEP_WHOLE,   /* a configuration record or metadata: read to its end */
    RTMP_KEEP_OUTLINE, /* units: the implementation's keep() decides how much of each */
};

/*
 * Progress through one body: its head, and behind that the beginning of every NAL unit, OBU and
 * track. Sizes and positions in bytes. wire counts `skip` down and clears it when bytes are
 * missing.
 */
struct rtmp_outline {
    uint32_t skip; /* to leave out next */
    uint32_t keep; /* to keep before that */
    uint32_t rest; /* of the unit, to leave out when `keep` is done */
    uint32_t body_left, track_left;
    uint32_t units; /* behind the head */
    uint8_t codec;  /* enum rtmp_codec */
    uint32_t stream_id;
    uint8_t length_size; /* of NAL units, 1..4; of those of the current track */
    bool tracks;         /* the body is a list of tracks */
    bool many_codecs;    /* each with a FourCC of its own */
    bool timed;          /* coded H.264, HEVC and VVC begin with a composition time */
    bool in_track;
    uint8_t got; /* bytes of the header of a unit or track */
    uint8_t head[11];
};

/*
 * The bytes of a NAL unit's length in coded frames, as the configuration records of one direction
 * announced them so far: by message stream id, track (0 outside multitrack messages) and codec. All
 * zero is the beginning.
 */
struct rtmp_decoder_configs {
    struct {
        uint32_t stream_id;
        uint8_t track;
        uint8_t codec; /* enum rtmp_codec */
        uint8_t nal_length_size;
    } item[RTMP_LIMIT_DECODER_CONFIGS];
    uint8_t count;
    uint8_t oldest;   /* of a full table: the next to go */
    uint32_t version; /* another one after each change, 0 while nothing is known */
};

/* How much the first bytes of an audio or video body look like one. */
enum rtmp_body_likeness {
    RTMP_BODY_UNKNOWN, /* nothing is known about them */
    RTMP_BODY_PACKET,  /* a packet type that exists, of a codec that has packet types */
    RTMP_BODY_TIMED,   /* and a composition time of less than a minute */
    RTMP_BODY_FOURCC,  /* the FourCC of a known codec */
};

struct rtmp_body_format {
    /* The head of an audio or video body, `available` bytes, is complete: how much of the rest is
     * kept. Sets *outline for RTMP_KEEP_OUTLINE. */
    enum rtmp_keep (*begin)(struct rtmp_outline *outline,
                            const struct rtmp_decoder_configs *configs,
                            const struct rtmp_message *message, const uint8_t *head,
                            uint32_t available);
    /* The next bytes of the body: returns how many of them are kept, 0 while outline->skip is not
     * 0. */
    uint32_t (*keep)(struct rtmp_outline *outline, const struct rtmp_decoder_configs *configs,
                     const uint8_t *bytes, uint32_t len);
    /* A message is complete: remember what its configuration records announce, if it has any. */
    void (*learn)(struct rtmp_decoder_configs *configs, const struct rtmp_message *message,
                  const uint8_t *bytes, uint32_t available);
    /* The first `available` (at least one) bytes of an audio or video body of `length` bytes. */
    enum rtmp_body_likeness (*likeness)(uint8_t type, const uint8_t *bytes, uint32_t available,
                                        uint32_t length);
};

#endif
