/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/stream_totals.h"

#include "payload/media/codec_traits.h"

enum { KEY_FRAME = 1, GENERATED_KEY_FRAME = 4 };

/* ---- runs ---- */

/* Messages that are a little out of order end no run. */
#define MOST_BACK 1000 /* ms */

/* Close a run; its sums stay. */
static void end_run(struct rtmp_stream_totals *totals, struct rtmp_kind_totals *kind) {
    struct rtmp_lag_line *line = &kind->lag;
    kind->elapsed = 0;
    line->run_count = 0;
    line->mean_time = line->mean_lag = line->last = 0;
    if (kind == &totals->video)
        totals->has_key_in_run = false;
}

/* One more coded message: a step, if it goes on where the last one was. */
static void step(struct rtmp_stream_totals *totals, struct rtmp_kind_totals *kind,
                 const struct rtmp_message *message, bool jumps) {
    const bool is_first = kind->coded == 0;
    const int64_t distance =
        is_first ? 0 : rtmp_clock_distance(kind->last_timestamp, message->timestamp);
    const bool goes_on =
        !is_first && !jumps && kind->is_relative == message->relative && distance > -MOST_BACK;
    if (goes_on) {
        kind->steps++;
        kind->elapsed += distance;
        kind->duration += distance;
    } else {
        end_run(totals, kind);
    }
    if (goes_on || is_first)
        kind->timed_bytes += message->length;
    kind->is_relative = message->relative;
    kind->last_timestamp = message->timestamp;
}

static void add_lag(struct rtmp_kind_totals *kind, int64_t arrival) {
    struct rtmp_lag_line *line = &kind->lag;
    if (line->run_count == 0)
        line->first_arrival = arrival;
    const double ms = (double)rtmp_watch_minus(arrival, line->first_arrival) / 1e6;
    line->seconds += ms / 1000 - line->last;
    line->last = ms / 1000;
    line->run_count++;
    line->count++;
    const double from_mean_time = line->last - line->mean_time;
    const double lag = ms - (double)kind->elapsed;
    line->mean_time += from_mean_time / line->run_count;
    line->mean_lag += (lag - line->mean_lag) / line->run_count;
    line->time_squares += from_mean_time * (line->last - line->mean_time);
    line->products += from_mean_time * (lag - line->mean_lag);
}

/* ---- messages ---- */

/* The first and the last timestamp, counted on. */
static void add_timestamp(struct rtmp_kind_totals *kind, uint32_t timestamp) {
    if (kind->has_first)
        kind->last += rtmp_clock_distance((uint32_t)kind->last, timestamp);
    else
        kind->first = kind->last = timestamp;
    kind->has_first = true;
}

static void add_key(struct rtmp_stream_totals *totals, int64_t arrival) {
    const int64_t elapsed = totals->video.elapsed;
    if (totals->has_key_in_run) {
        totals->key_steps++;
        totals->key_duration += elapsed - totals->key_elapsed;
    }
    totals->has_key_in_run = true;
    totals->key_elapsed = elapsed;
    if (totals->key_frames++ == 0)
        totals->key_time = arrival;
}

static void add_coded(struct rtmp_stream_totals *totals, struct rtmp_kind_totals *kind,
                      const struct rtmp_message_record *record, const struct rtmp_media_info *media,
                      bool jumps) {
    step(totals, kind, &record->message, jumps);
    kind->coded++;
    kind->coded_bytes += record->message.length;
    if (!record->message.relative)
        add_timestamp(kind, record->message.timestamp);
    add_lag(kind, record->time);
    if (record->message.type == RTMP_MESSAGE_VIDEO &&
        (media->frame_type == KEY_FRAME || media->frame_type == GENERATED_KEY_FRAME))
        add_key(totals, record->time);
}

static void add_media(struct rtmp_stream_totals *totals, const struct rtmp_message_record *record,
                      const struct rtmp_media_info *media, bool jumps) {
    struct rtmp_kind_totals *kind =
        record->message.type == RTMP_MESSAGE_VIDEO ? &totals->video : &totals->audio;
    kind->messages++;
    kind->incomplete += record->reassembly && record->reassembly->missing;
    if (media->codec != RTMP_CODEC_UNKNOWN)
        kind->codecs |= UINT64_C(1) << media->codec;
    if (media->width) {
        totals->width = media->width;
        totals->height = media->height;
    }
    if (media->sample_rate)
        totals->sample_rate = media->sample_rate;
    if (media->kind == RTMP_MEDIA_FRAME)
        add_coded(totals, kind, record, media, jumps);
}

/* The first message of a stream publishes or plays it; the first of the server's commands says
 * whether it begins. */
static void add_command(struct rtmp_stream_totals *totals,
                        const struct rtmp_message_record *record) {
    bool from_server = record->direction == 1;
    if (totals->has_status || (!from_server && totals->status_time))
        return;
    totals->status_time = record->time;
    totals->has_status = from_server;
}

void rtmp_stream_totals_add(struct rtmp_stream_totals *totals,
                            const struct rtmp_message_record *record,
                            const struct rtmp_media_info *media, bool jumps) {
    switch (record->message.type) {
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        if (media)
            add_media(totals, record, media, jumps);
        break;
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        totals->data_messages++;
        break;
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        add_command(totals, record);
        break;
    default:
        break;
    }
}

static uint32_t to_uint32(int64_t value) {
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

uint32_t rtmp_kind_totals_duration(const struct rtmp_kind_totals *kind) {
    return to_uint32(kind->duration);
}

uint32_t rtmp_stream_totals_duration(const struct rtmp_stream_totals *totals) {
    uint32_t audio = rtmp_kind_totals_duration(&totals->audio);
    uint32_t video = rtmp_kind_totals_duration(&totals->video);
    return audio > video ? audio : video;
}

uint64_t rtmp_kind_totals_rate(const struct rtmp_kind_totals *kind) {
    uint32_t duration = rtmp_kind_totals_duration(kind);
    return duration ? kind->timed_bytes * 8000 / duration : 0;
}

double rtmp_kind_totals_frame_rate(const struct rtmp_kind_totals *kind) {
    uint32_t duration = rtmp_kind_totals_duration(kind);
    return duration ? kind->steps * 1000.0 / duration : 0;
}

bool rtmp_kind_totals_drift(const struct rtmp_kind_totals *kind, double *drift) {
    enum { LEAST_SECONDS = 5, LEAST_COUNT = 10 };
    const struct rtmp_lag_line *line = &kind->lag;
    if (line->count < LEAST_COUNT || line->seconds < LEAST_SECONDS || line->time_squares <= 0)
        return false;
    *drift = line->products / line->time_squares;
    return true;
}

uint32_t rtmp_stream_totals_key_interval(const struct rtmp_stream_totals *totals) {
    return totals->key_steps ? to_uint32(totals->key_duration / totals->key_steps) : 0;
}

int32_t rtmp_stream_totals_key_delay(const struct rtmp_stream_totals *totals) {
    if (totals->key_frames == 0 || !totals->status_time)
        return -1;
    int64_t delay = (totals->key_time - totals->status_time + 500000) / 1000000;
    return delay < 0 ? 0 : delay > INT32_MAX ? INT32_MAX : (int32_t)delay;
}

void rtmp_kind_totals_codecs(struct rtmp_text *text, const struct rtmp_kind_totals *kind) {
    bool first = true;
    for (unsigned i = 0; i < RTMP_CODEC_COUNT; i++) {
        if (!(kind->codecs >> i & 1))
            continue;
        if (!first)
            rtmp_text_add(text, ", ");
        rtmp_text_add(text, rtmp_codec_name((enum rtmp_codec)i));
        first = false;
    }
}
