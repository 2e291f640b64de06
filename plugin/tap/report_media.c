/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/report_media.h"

#include <math.h>

#include "session/diagnose.h"

/* ---- series ---- */

enum { SERIES_T, SERIES_F, SERIES_SKEW, SERIES_GAP, SERIES_STEP, SERIES_LEN, SERIES_AV };

static void series_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                         unsigned column) {
    const struct rtmp_series_point *point = (const struct rtmp_series_point *)rows + row;
    switch (column) {
    case SERIES_T:
        rtmpx_report_delta(writer, row, rtmpx_report_time(writer, point->time));
        break;
    case SERIES_F:
        rtmpx_report_delta(writer, row, point->frame);
        break;
    case SERIES_SKEW:
        rtmpx_report_fixed(writer, NULL, point->value[RTMP_MEASURE_SKEW], 1);
        break;
    case SERIES_GAP:
        rtmpx_report_fixed(writer, NULL, point->value[RTMP_MEASURE_GAP], 1);
        break;
    case SERIES_STEP:
        rtmpx_report_fixed(writer, NULL, point->value[RTMP_MEASURE_STEP], 1);
        break;
    case SERIES_LEN:
        rtmpx_report_number(writer, NULL, point->length);
        break;
    default:
        rtmpx_report_fixed(writer, NULL, point->value[RTMP_MEASURE_AV_OFFSET], 1);
        break;
    }
}

static void write_series(struct rtmpx_report_writer *writer, const struct rtmp_series *series,
                         bool video) {
    static const char *const names[] = {"t", "f", "skew", "gap", "step", "len", "av", NULL};
    static const char *const audio_names[] = {"t", "f", "skew", "gap", "step", "len", NULL};
    enum { MICROSECONDS = 1000 };
    const struct rtmpx_report_table table = {video ? names : audio_names, series->point,
                                             series->count, series_value};
    rtmpx_report_begin_object(writer, "series");
    rtmpx_report_number(writer, "n", series->messages);
    rtmpx_report_number(writer, "width", (int64_t)rtmp_series_width(series) * MICROSECONDS);
    rtmpx_report_table(writer, &table);
    json_dumper_end_object(&writer->json);
}

static void write_rate(struct rtmpx_report_writer *writer, const struct rtmp_rate *rate) {
    rtmpx_report_begin_object(writer, "rate_series");
    rtmpx_report_number(writer, "t0", rtmpx_report_time(writer, rate->begin));
    rtmpx_report_number(writer, "step", rtmp_rate_step(rate) / 1000);
    rtmpx_report_begin_array(writer, "bytes");
    for (uint32_t i = 0; i < rate->count; i++)
        rtmpx_report_number(writer, NULL, rate->bytes[i]);
    json_dumper_end_array(&writer->json);
    json_dumper_end_object(&writer->json);
}

/* ---- audio and video ---- */

static void write_codecs(struct rtmpx_report_writer *writer, const struct rtmp_kind_totals *kind) {
    char out[128];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_kind_totals_codecs(&text, kind);
    if (text.len)
        rtmpx_report_line(writer, "codec", out);
    else
        rtmpx_report_null(writer, "codec");
}

/* What audio and video have in common. */
static void write_totals(struct rtmpx_report_writer *writer, const struct rtmp_report_kind *kind,
                         const struct rtmp_kind_totals *totals) {
    uint64_t rate = rtmp_kind_totals_rate(totals);
    write_codecs(writer, totals);
    rtmpx_report_number(writer, "n", totals->coded);
    rtmpx_report_number(writer, "bytes", (int64_t)totals->coded_bytes);
    rtmpx_report_number(writer, "duration", rtmp_kind_totals_duration(totals));
    if (rate)
        rtmpx_report_number(writer, "bit_rate", (int64_t)rate);
    else
        rtmpx_report_null(writer, "bit_rate");
    rtmpx_report_number(writer, "incomplete", totals->incomplete);
    rtmpx_report_number(writer, "configs", kind->configs);
    if (kind->configs)
        rtmpx_report_number(writer, "before_config", kind->unconfigured);
    else
        rtmpx_report_null(writer, "before_config");
    rtmpx_report_begin_array(writer, "ts");
    rtmpx_report_number(writer, NULL, totals->first);
    rtmpx_report_number(writer, NULL, totals->last);
    json_dumper_end_array(&writer->json);
}

static void write_key_frames(struct rtmpx_report_writer *writer,
                             const struct rtmp_report_stream *stream) {
    int64_t intervals[3];
    rtmpx_report_number(writer, "keys", stream->totals.key_frames);
    if (rtmp_report_key_intervals(stream, writer->report->store.memory, intervals)) {
        rtmpx_report_begin_array(writer, "key_interval");
        for (unsigned i = 0; i < 3; i++)
            rtmpx_report_number(writer, NULL, intervals[i]);
        json_dumper_end_array(&writer->json);
    } else {
        rtmpx_report_null(writer, "key_interval");
    }
    double delay = stream->totals.key_frames
                       ? (double)(stream->totals.key_time - stream->first.time) / 1e6
                       : NAN;
    rtmpx_report_fixed(writer, "first_key", delay, 1);
}

static void write_video(struct rtmpx_report_writer *writer,
                        const struct rtmp_report_stream *stream) {
    const struct rtmp_report_kind *kind = &stream->kind[RTMP_CLOCK_VIDEO];
    double frame_rate = rtmp_kind_totals_frame_rate(&stream->totals.video);
    write_totals(writer, kind, &stream->totals.video);
    rtmpx_report_known(writer, "width", stream->totals.width);
    rtmpx_report_known(writer, "height", stream->totals.height);
    rtmpx_report_fixed(writer, "fps", frame_rate > 0 ? frame_rate : NAN, 2);
    write_key_frames(writer, stream);
    write_series(writer, &kind->series, true);
    write_rate(writer, &kind->rate);
}

static void write_audio(struct rtmpx_report_writer *writer,
                        const struct rtmp_report_stream *stream) {
    const struct rtmp_report_kind *kind = &stream->kind[RTMP_CLOCK_AUDIO];
    write_totals(writer, kind, &stream->totals.audio);
    rtmpx_report_known(writer, "rate", stream->totals.sample_rate);
    rtmpx_report_known(writer, "channels", kind->channels);
    write_series(writer, &kind->series, false);
    write_rate(writer, &kind->rate);
}

static void write_kind(struct rtmpx_report_writer *writer, const char *member,
                       const struct rtmp_report_stream *stream,
                       void (*write)(struct rtmpx_report_writer *,
                                     const struct rtmp_report_stream *),
                       enum rtmp_clock_kind kind) {
    if (stream->kind[kind].series.messages == 0) {
        rtmpx_report_null(writer, member);
        return;
    }
    rtmpx_report_begin_object(writer, member);
    write(writer, stream);
    json_dumper_end_object(&writer->json);
}

/* ---- key frames ---- */

static void key_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                      unsigned column) {
    enum { T, F };
    const struct rtmp_report_key *key = (const struct rtmp_report_key *)rows + row;
    if (column == T)
        rtmpx_report_delta(writer, row, rtmpx_report_time(writer, key->place.time));
    else if (column == F)
        rtmpx_report_delta(writer, row, key->place.frame);
    else
        rtmpx_report_number(writer, NULL, key->length);
}

/* ---- stalls ---- */

static void stall_value(struct rtmpx_report_writer *writer, const void *rows, uint32_t row,
                        unsigned column) {
    enum { T, LEN };
    const struct rtmp_report_stall *stall = (const struct rtmp_report_stall *)rows + row;
    if (column == T)
        rtmpx_report_number(writer, NULL,
                            rtmpx_report_time(writer, stall->end.time - stall->length));
    else if (column == LEN)
        rtmpx_report_number(writer, NULL, stall->length / 1000);
    else
        rtmpx_report_number(writer, NULL, stall->end.frame);
}

static void write_stalls(struct rtmpx_report_writer *writer,
                         const struct rtmp_report_stream *stream) {
    static const char *const names[] = {"t", "len", "f", NULL};
    const struct rtmpx_report_table stalls = {names, stream->stall, stream->stall_count,
                                              stall_value};
    rtmpx_report_begin_object(writer, "stalls");
    rtmpx_report_table(writer, &stalls);
    json_dumper_end_object(&writer->json);
}

/* Before the end of the stream; null: not known. */
static void write_silence(struct rtmpx_report_writer *writer,
                          const struct rtmp_report_stream *stream) {
    enum { NANOSECONDS = 1000 };
    const int64_t silence =
        rtmp_stream_silence(writer->report->connection[stream->connection].session, stream->stream);
    if (silence < 0)
        rtmpx_report_null(writer, "silence");
    else
        rtmpx_report_number(writer, "silence", silence / NANOSECONDS);
}

void rtmpx_report_write_media(struct rtmpx_report_writer *writer,
                              const struct rtmp_report_stream *stream) {
    static const char *const names[] = {"t", "f", "len", NULL};
    const struct rtmpx_report_table keys = {names, stream->key, stream->key_count, key_value};
    write_kind(writer, "video", stream, write_video, RTMP_CLOCK_VIDEO);
    write_kind(writer, "audio", stream, write_audio, RTMP_CLOCK_AUDIO);
    rtmpx_report_begin_object(writer, "keys");
    rtmpx_report_table(writer, &keys);
    json_dumper_end_object(&writer->json);
    write_stalls(writer, stream);
    write_silence(writer, stream);
    if (!stream->has_offset) {
        rtmpx_report_null(writer, "av");
        return;
    }
    rtmpx_report_begin_array(writer, "av");
    rtmpx_report_number(writer, NULL, stream->first_offset);
    rtmpx_report_number(writer, NULL, stream->last_offset);
    json_dumper_end_array(&writer->json);
}
