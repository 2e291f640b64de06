/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/stream_totals.h"

#include "payload/media/codec_traits.h"

enum { KEY_FRAME = 1, GENERATED_KEY_FRAME = 4 };

/* The message's timestamp, counted on from the one before. */
static int64_t follow_timestamp(struct rtmp_kind_totals *kind, uint32_t timestamp) {
    if (!kind->has_clock)
        return timestamp;
    return kind->last + rtmp_clock_distance(kind->last_timestamp, timestamp);
}

static void add_lag(struct rtmp_lag_line *line, int64_t arrival, int64_t elapsed) {
    if (line->count == 0)
        line->first_arrival = arrival;
    const double ms = (double)rtmp_watch_minus(arrival, line->first_arrival) / 1e6;
    line->last = ms / 1000;
    line->count++;
    const double from_mean_time = line->last - line->mean_time;
    const double lag = ms - (double)elapsed;
    line->mean_time += from_mean_time / line->count;
    line->mean_lag += (lag - line->mean_lag) / line->count;
    line->time_squares += from_mean_time * (line->last - line->mean_time);
    line->products += from_mean_time * (lag - line->mean_lag);
}

static void add_coded(struct rtmp_stream_totals *totals, struct rtmp_kind_totals *kind,
                      const struct rtmp_message_record *record,
                      const struct rtmp_media_info *media) {
    kind->coded++;
    kind->coded_bytes += record->message.length;
    if (record->message.relative)
        return;
    int64_t timestamp = follow_timestamp(kind, record->message.timestamp);
    if (!kind->has_clock)
        kind->first = timestamp;
    kind->has_clock = true;
    kind->last = timestamp;
    kind->last_timestamp = record->message.timestamp;
    add_lag(&kind->lag, record->time, timestamp - kind->first);
    bool key = record->message.type == RTMP_MESSAGE_VIDEO &&
               (media->frame_type == KEY_FRAME || media->frame_type == GENERATED_KEY_FRAME);
    if (!key)
        return;
    if (totals->key_frames++ == 0)
        totals->first_key = timestamp;
    totals->last_key = timestamp;
    if (!totals->has_key)
        totals->key_time = record->time;
    totals->has_key = true;
}

static void add_media(struct rtmp_stream_totals *totals, const struct rtmp_message_record *record,
                      const struct rtmp_media_info *media) {
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
        add_coded(totals, kind, record, media);
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
                            const struct rtmp_media_info *media) {
    switch (record->message.type) {
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        if (media)
            add_media(totals, record, media);
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

static int64_t duration_of(const struct rtmp_kind_totals *kind) {
    return kind->last > kind->first ? kind->last - kind->first : 0;
}

static uint32_t to_uint32(int64_t value) {
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

uint32_t rtmp_stream_totals_duration(const struct rtmp_stream_totals *totals) {
    int64_t audio = duration_of(&totals->audio);
    int64_t video = duration_of(&totals->video);
    return to_uint32(audio > video ? audio : video);
}

uint32_t rtmp_kind_totals_rate(const struct rtmp_kind_totals *kind) {
    int64_t duration = duration_of(kind); /* ms, so that bits of it are kbit/s */
    return duration ? to_uint32((int64_t)kind->coded_bytes * 8 / duration) : 0;
}

double rtmp_kind_totals_frame_rate(const struct rtmp_kind_totals *kind) {
    int64_t duration = duration_of(kind);
    return duration ? (kind->coded - 1) * 1000.0 / (double)duration : 0;
}

bool rtmp_kind_totals_drift(const struct rtmp_kind_totals *kind, double *drift) {
    enum { LEAST_SECONDS = 5, LEAST_COUNT = 10 };
    const struct rtmp_lag_line *line = &kind->lag;
    if (line->count < LEAST_COUNT || line->last < LEAST_SECONDS || line->time_squares <= 0)
        return false;
    *drift = line->products / line->time_squares;
    return true;
}

uint32_t rtmp_stream_totals_key_interval(const struct rtmp_stream_totals *totals) {
    if (totals->key_frames < 2)
        return 0;
    return to_uint32((totals->last_key - totals->first_key) / (totals->key_frames - 1));
}

int32_t rtmp_stream_totals_key_delay(const struct rtmp_stream_totals *totals) {
    if (!totals->has_key || !totals->status_time)
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
