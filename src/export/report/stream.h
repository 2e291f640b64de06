/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_STREAM_H
#define RTMP_EXPORT_REPORT_STREAM_H

#include "export/report/place.h"
#include "export/report/rate.h"
#include "export/report/series.h"
#include "export/report/store.h"
#include "export/stream_totals.h"

/*
 * A published or played stream in a report: its totals, its audio and video as points and bit rate
 * steps, its key frames, and what was said of it.
 */
struct rtmp_report_kind {
    struct rtmp_series series;
    struct rtmp_rate rate;
    int64_t last_time;     /* of capture of its last message */
    uint32_t configs;      /* configuration records */
    uint32_t unconfigured; /* coded messages before the first of them */
    uint32_t channels;     /* of audio; 0: not known */
};

struct rtmp_report_key {
    struct rtmp_report_place place;
    uint32_t length;
    int64_t interval; /* ms of timestamp since the key frame before it; -1: not known */
};

/* A silence of audio and video, up to the message that ended it. */
struct rtmp_report_stall {
    struct rtmp_report_place end;
    int64_t length; /* ns */
};

/* An onStatus of the stream; level and code are texts. */
struct rtmp_report_status {
    struct rtmp_report_place place;
    uint32_t level, code;
    bool is_error;
};

/* Statuses and names of data messages that are kept of a stream. */
enum { RTMP_REPORT_STATUSES = 16, RTMP_REPORT_DATA_NAMES = 12 };

struct rtmp_report_stream {
    const struct rtmp_stream *stream;
    uint32_t connection; /* index in the report */
    struct rtmp_report_place first, last;
    struct rtmp_stream_totals totals;
    struct rtmp_stream_clock clock;
    struct rtmp_report_kind kind[RTMP_CLOCK_KINDS];
    struct rtmp_report_key *key;
    uint32_t key_count, key_capacity;
    struct rtmp_report_stall *stall;
    uint32_t stall_count, stall_capacity;
    struct rtmp_report_status status[RTMP_REPORT_STATUSES];
    uint32_t status_count;
    uint32_t data_name[RTMP_REPORT_DATA_NAMES]; /* texts, each once */
    uint32_t data_name_count;
    uint32_t name;   /* text, 0: not known */
    uint32_t type;   /* of a publish: a text; 0: not said */
    bool has_offset; /* audio less video, ms: */
    int64_t first_offset, last_offset;
};

/* A message that concerns the stream. */
void rtmp_report_stream_add(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                            struct rtmp_row *row);

/* A silence of the stream. */
void rtmp_report_stream_add_stall(struct rtmp_report_stream *stream,
                                  struct rtmp_report_store *store,
                                  const struct rtmp_report_stall *stall);

/* ms of timestamp between key frames: the least, the median and the greatest. False: there are
 * fewer than two. */
bool rtmp_report_key_intervals(const struct rtmp_report_stream *stream,
                               const struct rtmp_memory *memory, int64_t intervals[3]);

void rtmp_report_stream_destroy(struct rtmp_report_stream *stream,
                                const struct rtmp_memory *memory);

#endif
