/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_STREAM_TOTALS_H
#define RTMP_EXPORT_STREAM_TOTALS_H

#include "base/text.h"
#include "payload/media/fields.h"
#include "session/session.h"

/* The straight line through the lags of a kind, by least squares: arrival less timestamp, over
 * arrival. Sums are about the means, which are kept up to date (Welford), so that they stay exact.
 */
struct rtmp_lag_line {
    int64_t first_arrival;      /* ns since 1970 */
    double last;                /* s of arrival since then */
    double mean_time, mean_lag; /* s, ms */
    double time_squares, products;
    uint32_t count;
};

/*
 * Totals of one stream (session/streams.h) over its messages, given in the order of the capture,
 * for tables. Timestamps are counted on where they wrap
 * (rtmp_clock_distance()). Configuration records, ends of sequences and
 * metadata are no coded media: rates and durations leave them out. Messages whose timestamp is
 * relative count in bytes only. All zero is the beginning.
 */
struct rtmp_kind_totals {
    uint64_t codecs;      /* a bit for each enum rtmp_codec that occurred */
    uint64_t coded_bytes; /* of message bodies */
    uint32_t messages;    /* of all sorts */
    uint32_t coded;       /* of coded media */
    uint32_t incomplete;  /* of which bytes are missing in the capture */
    bool has_clock;
    uint32_t last_timestamp; /* of the last one with a clock; ms, modulo 2^32 */
    int64_t first, last;     /* of coded media: timestamps, ms */
    struct rtmp_lag_line lag;
};

struct rtmp_stream_totals {
    struct rtmp_kind_totals audio, video;
    uint32_t width, height;      /* of the last configuration; 0: not known */
    uint32_t sample_rate;        /* Hz, the same */
    uint32_t key_frames;         /* coded */
    int64_t first_key, last_key; /* their timestamps, ms */
    uint32_t data_messages;
    bool has_status;     /* the server said that it begins */
    int64_t status_time; /* of capture, ns; of the publish or play while no status came */
    bool has_key;
    int64_t key_time; /* of capture of the first key frame, ns */
};

/* A message of the stream. media: what it is, if it is audio or video; else NULL. */
void rtmp_stream_totals_add(struct rtmp_stream_totals *totals,
                            const struct rtmp_message_record *record,
                            const struct rtmp_media_info *media);

/* Milliseconds from the first coded frame to the last, of the kind that has more. */
uint32_t rtmp_stream_totals_duration(const struct rtmp_stream_totals *totals);

/* kbit/s of coded media over its own duration; 0: not known. */
uint32_t rtmp_kind_totals_rate(const struct rtmp_kind_totals *kind);

/* Coded messages per second of timestamp; 0: not known. */
double rtmp_kind_totals_frame_rate(const struct rtmp_kind_totals *kind);

/* ms per second by which coded messages come ever later than their timestamps, by least squares;
 * negative: ever sooner. False: they came for less than 5 s, or there are fewer than 10. */
bool rtmp_kind_totals_drift(const struct rtmp_kind_totals *kind, double *drift);

/* Mean milliseconds between key frames; 0: fewer than two. */
uint32_t rtmp_stream_totals_key_interval(const struct rtmp_stream_totals *totals);

/* Milliseconds from the status that the stream begins, or without one from its publish or play, to
 * the first key frame; -1: there is none. */
int32_t rtmp_stream_totals_key_delay(const struct rtmp_stream_totals *totals);

/* Append the names of the codecs, in a fixed order: `H.264, HEVC`. */
void rtmp_kind_totals_codecs(struct rtmp_text *text, const struct rtmp_kind_totals *kind);

#endif
