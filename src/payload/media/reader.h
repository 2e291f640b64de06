/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_READER_H
#define RTMP_PAYLOAD_MEDIA_READER_H

#include "base/names.h"
#include "payload/codec/bits.h"
#include "payload/media/fields.h"

/*
 * The state of reading one media body, shared by the files that read parts of it. `bits` reads from
 * `reader`, whose end is the end of the current range or of the available bytes. Among the
 * available bytes of a long body are holes (outline.h), so that positions in the message differ
 * from those in the bytes: `limit`, the end of the range by its announced length, is a position in
 * the message, as is reader.pos + absent. Fields go to `sink`; a read beyond the bytes sets the
 * reader's error.
 */
struct rtmp_media {
    struct rtmp_reader reader;
    struct rtmp_bits bits;
    uint32_t limit;
    uint32_t absent; /* bytes of the message before the cursor that are not available */
    const struct rtmp_hole *holes;
    uint32_t hole_count;
    uint32_t hole, hole_bytes; /* number of holes before the cursor, and their bytes */
    rtmp_media_sink sink;      /* NULL: only `info` is filled */
    void *context;
    uint32_t items;
    const struct rtmp_decoder_configs *decoder_configs;
    uint32_t stream_id;
    uint8_t nal_length_size; /* without a decoder configuration: as the outline was made, or 0 */
    uint8_t track;           /* the current one */
    bool video;
    bool coded; /* inside a coded frame: its end before the announced length is not reported */
    enum rtmp_codec codec; /* of the current track */
    struct rtmp_media_info info;
};

/* Read a number of n bits and report it, with a name where `names` (NULL allowed) has one. Nothing
 * is reported when the bytes end. */
uint32_t rtmp_media_u(struct rtmp_media *m, enum rtmp_media_field field, unsigned n);
uint32_t rtmp_media_named(struct rtmp_media *m, enum rtmp_media_field field, unsigned n,
                          const struct rtmp_name *names);
/* The same, reported as the number read plus `add` ("minus one" fields). */
uint32_t rtmp_media_plus(struct rtmp_media *m, enum rtmp_media_field field, unsigned n,
                         uint32_t add);
uint32_t rtmp_media_ue(struct rtmp_media *m, enum rtmp_media_field field);
/* Little-endian, n bytes (n <= 4), on a byte boundary. */
uint32_t rtmp_media_le(struct rtmp_media *m, enum rtmp_media_field field, unsigned n);
/* Move over len bytes and report them as a field of bytes; nothing for len 0. */
void rtmp_media_bytes(struct rtmp_media *m, enum rtmp_media_field field, uint32_t len);
/* All bytes of the range that are left, as a field of bytes. */
void rtmp_media_rest(struct rtmp_media *m, enum rtmp_media_field field);

/* Report the position in the message of a unit of coded data at `at` of the available bytes. */
void rtmp_media_offset(struct rtmp_media *m, enum rtmp_media_field field, uint32_t at);
/* Does another unit of a list follow? Where its first `header` bytes were sent but are not
 * available, the list ends with a remark. */
bool rtmp_media_has_next(struct rtmp_media *m, uint32_t header);

/* Report a value whose bytes are span. */
void rtmp_media_value(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                      int64_t number, const char *text);
/* Report a value computed from the bytes of span. */
void rtmp_media_computed(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                         int64_t number, const char *text);
void rtmp_media_real(struct rtmp_media *m, enum rtmp_media_field field, struct rtmp_span span,
                     double number);
/* Picture size, frame rate (0: not known), sample rate and channel count: into info and reported.
 */
void rtmp_media_size(struct rtmp_media *m, struct rtmp_span span, uint32_t width, uint32_t height);
/* Report computed profile (NULL: unknown) and level (0: unknown). */
void rtmp_media_profile(struct rtmp_media *m, struct rtmp_span span, const char *profile,
                        double level);
void rtmp_media_frame_rate(struct rtmp_media *m, struct rtmp_span span, double rate);
void rtmp_media_sample_rate(struct rtmp_media *m, struct rtmp_span span, uint32_t rate);
void rtmp_media_channels(struct rtmp_media *m, struct rtmp_span span, uint32_t channels);

/* The span from `start` to the cursor, the byte in use included. */
struct rtmp_span rtmp_media_since(const struct rtmp_media *m, uint32_t start);

/* Bytes left of the range by its announced length, available or not. */
uint32_t rtmp_media_announced(const struct rtmp_media *m);

/*
 * Enter a range of len bytes at the cursor as a group (BEGIN); reads end at its end. False: the
 * length exceeds the enclosing range (RTMP_ERROR_LENGTH), nothing is entered. Leaving reports the
 * error or the bytes left over of the range and continues behind it: an error ends its own range
 * only.
 */
struct rtmp_media_range {
    uint32_t end, limit;
    bool rbsp;
};
bool rtmp_media_enter(struct rtmp_media *m, enum rtmp_media_field field, uint32_t len,
                      struct rtmp_media_range *outer);
void rtmp_media_leave(struct rtmp_media *m, const struct rtmp_media_range *outer);
/* Report the error or the bytes left over of the current range, and clear the error. */
void rtmp_media_report(struct rtmp_media *m);
/* Skip the rest of the range: coded data, which belongs to the field of the range. */
void rtmp_media_skip_rest(struct rtmp_media *m);

#endif
