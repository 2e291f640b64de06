/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_STREAM_TOTALS_H
#define RTMP_EXPORT_STREAM_TOTALS_H

#include "base/text.h"
#include "payload/media/fields.h"
#include "session/session.h"

/*
 * The slope of the lags of a kind, by least squares: arrival less timestamp, over arrival. Each run
 * has a line of its own, and all lines one slope. Sums are about the means of their run, which are
 * kept up to date (Welford), so that they stay exact.
 */
struct rtmp_lag_line {
    int64_t first_arrival;      /* of the run: ns since 1970 */
    double last;                /* s of arrival since then */
    double mean_time, mean_lag; /* of the run: s, ms */
    uint32_t run_count;
    uint32_t count; /* of all runs, as the following */
    double seconds; /* of arrival */
    double time_squares, products;
};

/*
 * Totals of one stream (session/streams.h) over its messages, given in the order of the capture,
 * for tables. Timestamps are counted on where they wrap (rtmp_clock_distance()). Configuration
 * records, ends of sequences and metadata are no coded media: rates and durations leave them out.
 *
 * A run is a series of timestamps that count from the same beginning. It ends where they jump, run
 * back by a second or more (a publisher that starts again), or begin or cease to count from before
 * a loss. Durations, rates, key frame intervals and drift are of what lies within runs: from one
 * run to the next timestamps tell no time. All zero is the beginning.
 */
struct rtmp_kind_totals {
    uint64_t codecs;         /* a bit for each enum rtmp_codec that occurred */
    uint64_t coded_bytes;    /* of message bodies */
    uint64_t timed_bytes;    /* of those, of the ones that `steps` lead to, and of the first one */
    uint32_t messages;       /* of all sorts */
    uint32_t coded;          /* of coded media */
    uint32_t incomplete;     /* of which bytes are missing in the capture */
    bool is_relative;        /* the last coded one has a timestamp that counts from before a loss */
    uint32_t last_timestamp; /* its timestamp; ms, modulo 2^32 */
    uint32_t steps;          /* from a coded message to the next, within runs */
    int64_t duration;        /* ms of timestamp, of all steps */
    int64_t elapsed;         /* the same of those of the last run */
    bool has_first;
    int64_t first, last; /* timestamps of coded media that are not relative, ms */
    struct rtmp_lag_line lag;
};

struct rtmp_stream_totals {
    struct rtmp_kind_totals audio, video;
    uint32_t width, height; /* of the last configuration; 0: not known */
    uint32_t sample_rate;   /* Hz, the same */
    uint32_t key_frames;    /* coded */
    uint32_t key_steps;     /* from a key frame to the next, within runs */
    int64_t key_duration;   /* ms of timestamp, of all of them */
    int64_t key_elapsed;    /* `elapsed` at the last key frame ... */
    bool has_key_in_run;    /* ... if the run has one */
    uint32_t data_messages;
    bool has_status;     /* the server said that it begins */
    int64_t status_time; /* of capture, ns; of the publish or play while no status came */
    int64_t key_time;    /* with key_frames: of capture of the first one, ns */
};

/* A message of the stream. media: what it is, if it is audio or video; else NULL. jumps: its
 * timestamp steps further than the arrival (session/diagnosis.h). */
void rtmp_stream_totals_add(struct rtmp_stream_totals *totals,
                            const struct rtmp_message_record *record,
                            const struct rtmp_media_info *media, bool jumps);

/* Milliseconds of the coded frames of a kind; of the kind that has more. */
uint32_t rtmp_kind_totals_duration(const struct rtmp_kind_totals *kind);
uint32_t rtmp_stream_totals_duration(const struct rtmp_stream_totals *totals);

/* bit/s of coded media over its own duration; 0: not known. */
uint64_t rtmp_kind_totals_rate(const struct rtmp_kind_totals *kind);

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
