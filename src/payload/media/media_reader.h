/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_MEDIA_MEDIA_READER_H
#define RTMP_PAYLOAD_MEDIA_MEDIA_READER_H

#include "base/names.h"
#include "payload/codec/bits.h"
#include "payload/media/outline.h"

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

/* A message body's header, and its packets by packet type. */
void rtmp_audio_read(struct rtmp_media *m);
void rtmp_video_read(struct rtmp_media *m);
void rtmp_video_composition_time(struct rtmp_media *m);
void rtmp_video_command(struct rtmp_media *m);
/* Enhanced RTMP: the header from after the packet type of byte 0, and all tracks. */
void rtmp_enhanced_read(struct rtmp_media *m, uint32_t packet_type);
/* Set the codec of the current track and report its name; span: the bytes that say so. */
void rtmp_media_set_codec(struct rtmp_media *m, struct rtmp_span span, enum rtmp_codec codec);
/* The rest of the range as a configuration record / as coded data of the current codec. */
void rtmp_media_config(struct rtmp_media *m);
void rtmp_media_frame(struct rtmp_media *m);

/* Configuration records and coded frames by codec; they read the current range. */
void rtmp_avc_config(struct rtmp_media *m);
void rtmp_hevc_config(struct rtmp_media *m);
void rtmp_vvc_config(struct rtmp_media *m);
void rtmp_av1_config(struct rtmp_media *m);
void rtmp_av1_ts_descriptor(struct rtmp_media *m);
void rtmp_vpx_config(struct rtmp_media *m);
void rtmp_aac_config(struct rtmp_media *m);
void rtmp_opus_config(struct rtmp_media *m);
void rtmp_flac_config(struct rtmp_media *m);
void rtmp_nal_frame(struct rtmp_media *m);
void rtmp_av1_frame(struct rtmp_media *m);
void rtmp_vp8_frame(struct rtmp_media *m);
void rtmp_vp9_frame(struct rtmp_media *m);
void rtmp_vp6_frame(struct rtmp_media *m);
void rtmp_vp6a_frame(struct rtmp_media *m);
void rtmp_screen_frame(struct rtmp_media *m);
void rtmp_sorenson_frame(struct rtmp_media *m);
void rtmp_h263_frame(struct rtmp_media *m);
void rtmp_mpeg_audio_frame(struct rtmp_media *m);
void rtmp_ac3_frame(struct rtmp_media *m);
void rtmp_opus_frame(struct rtmp_media *m);

/* Two bits of a configuration record: the bytes of a NAL unit's length, minus one. */
void rtmp_nal_read_length_size(struct rtmp_media *m);
/* Parameter sets of a configuration record: a 16-bit length and the NAL unit, `count` times. */
void rtmp_nal_parameter_sets(struct rtmp_media *m, uint32_t count);
/* The names of the NAL unit types of H.264, HEVC or VVC. */
const struct rtmp_name *rtmp_nal_types(enum rtmp_codec codec);
/* Sequence parameter sets, from after the NAL unit header. */
void rtmp_avc_sps(struct rtmp_media *m);
void rtmp_hevc_sps(struct rtmp_media *m);
void rtmp_vvc_sps(struct rtmp_media *m);
/* The VUI of H.264 and H.265 up to the chroma location: the same in both. */
void rtmp_vui_colour(struct rtmp_media *m);
/* The timing flag, num_units_in_tick and time_scale; a frame lasts `ticks` ticks. */
void rtmp_vui_timing(struct rtmp_media *m, unsigned ticks);
/* The picture size after cropping; sizes and offsets in luma samples. Impossible: an error. */
void rtmp_sps_size(struct rtmp_media *m, uint32_t start, const uint32_t size[2],
                   const uint64_t crop[2]);
/* The same of H.265 and H.266: width, height and conformance window, in units of `chroma`, the
 * chroma_format_idc. */
void rtmp_sps_window_size(struct rtmp_media *m, uint32_t chroma);

#endif
