/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_READER_H
#define RTMP_PAYLOAD_MEDIA_READER_H

#include "base/names.h"
#include "payload/codec/bits.h"
#include "payload/media/fields.h"

/*
 * What the files that read media bodies share; not for others. `bits` reads from `reader`, whose
 * end is the end of the current range or of the bytes at hand. Of a long body there are holes among
 * the bytes at hand (outline.h): `limit`, where the range ends by its announced length, is a
 * position in the message, and so is reader.pos + absent.
 */
struct rtmp_media {
    struct rtmp_reader reader;
    struct rtmp_bits bits;
    uint32_t limit;
    uint32_t absent; /* bytes before the cursor that are not at hand */
    const struct rtmp_hole *holes;
    uint32_t hole_count;
    uint32_t hole, hole_bytes; /* holes before the cursor, and their bytes */
    rtmp_media_sink sink;      /* NULL: only `info` is wanted */
    void *context;
    uint32_t items;
    const struct rtmp_decoder_configs *streams;
    uint32_t stream_id;
    uint8_t nal_length_size; /* where `streams` says none: as the outline was made, or 0 */
    uint8_t track;           /* the current one */
    bool video;
    bool coded;            /* inside coded frames: that they are cut is nothing to report */
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

/* Where a unit of coded data begins in the message; `at`: in the bytes at hand. */
void rtmp_media_offset(struct rtmp_media *m, enum rtmp_media_field field, uint32_t at);
/* Does another unit of a list follow? Where its first `header` bytes are not at hand but were sent,
 * the list ends with a remark. */
bool rtmp_media_list_goes_on(struct rtmp_media *m, uint32_t header);

/* Report a value that stands in span. */
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
/* Computed name (NULL: none known) and number (0: none) of profile and level. */
void rtmp_media_profile(struct rtmp_media *m, struct rtmp_span span, const char *profile,
                        double level);
void rtmp_media_frame_rate(struct rtmp_media *m, struct rtmp_span span, double rate);
void rtmp_media_sample_rate(struct rtmp_media *m, struct rtmp_span span, uint32_t rate);
void rtmp_media_channels(struct rtmp_media *m, struct rtmp_span span, uint32_t channels);

/* The span from `start` to the cursor, the byte in use included. */
struct rtmp_span rtmp_media_since(const struct rtmp_media *m, uint32_t start);

/* Bytes left of the range as announced, at hand or not. */
uint32_t rtmp_media_announced(const struct rtmp_media *m);

/*
 * A range of len bytes at the cursor as a group: BEGIN, and reads end at its end. A length beyond
 * the enclosing range is RTMP_ERROR_LENGTH, and false: nothing is entered. Leaving reports what
 * stopped the reading of the range and goes on behind it: an error ends its own range only.
 */
struct rtmp_media_range {
    uint32_t end, limit;
    bool rbsp;
};
bool rtmp_media_enter(struct rtmp_media *m, enum rtmp_media_field field, uint32_t len,
                      struct rtmp_media_range *outer);
void rtmp_media_leave(struct rtmp_media *m, const struct rtmp_media_range *outer);
/* Report what stopped the reading of the current range, or bytes left over; then no error. */
void rtmp_media_report(struct rtmp_media *m);
/* The rest of the range is coded data that belongs to the range's own field. */
void rtmp_media_skip_rest(struct rtmp_media *m);

#endif
