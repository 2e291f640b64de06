/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/report/stream.h"

#include <math.h>
#include <stdlib.h>

#include "base/list.h"
#include "export/report/calls.h"
#include "session/clock_facts.h"

/* ---- audio and video ---- */

static double ms_between(int64_t from, int64_t to) {
    return (double)(int64_t)((uint64_t)to - (uint64_t)from) / 1e6;
}

/* What a clock says of the message; the stream's clock steps on. */
static struct rtmp_media_facts follow_clock(struct rtmp_report_stream *stream,
                                            const struct rtmp_row_message *message) {
    struct rtmp_clock_message clocked;
    if (!rtmp_clock_message_of(message->direction, message->record->id >> 1, &clocked))
        return (struct rtmp_media_facts){.key = 0};
    const struct rtmp_media_facts facts = rtmp_clock_facts(&stream->clock, &clocked);
    rtmp_clock_step(&stream->clock, &clocked);
    return facts;
}

static void add_point(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                      struct rtmp_report_kind *kind, const struct rtmp_row_message *message,
                      const struct rtmp_media_facts *facts) {
    const struct rtmp_report_place place = rtmp_report_place_of(message);
    const struct rtmp_series_point point = {
        .time = place.time,
        .frame = place.frame,
        .length = message->record->message.length,
        .value = {
            [RTMP_MEASURE_SKEW] = facts->has_skew ? facts->skew : NAN,
            [RTMP_MEASURE_GAP] =
                kind->series.messages ? ms_between(kind->last_time, place.time) : NAN,
            [RTMP_MEASURE_STEP] = facts->has_interval ? (double)facts->interval : NAN,
            [RTMP_MEASURE_AV_OFFSET] = facts->has_av_offset ? (double)facts->av_offset : NAN,
        }};
    kind->last_time = place.time;
    (void)rtmp_series_add(&kind->series, store->memory, &point);
    (void)rtmp_rate_add(&kind->rate, store->memory, place.time, point.length);
    if (!facts->has_av_offset)
        return;
    if (!stream->has_offset)
        stream->first_offset = facts->av_offset;
    stream->has_offset = true;
    stream->last_offset = facts->av_offset;
}

static void add_key(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                    const struct rtmp_row_message *message, const struct rtmp_media_facts *facts) {
    if (!facts->key || !rtmp_report_take(store, RTMP_REPORT_KEYS))
        return;
    struct rtmp_report_key *grown = rtmp_list_with_room(
        store->memory, stream->key, stream->key_count, &stream->key_capacity, sizeof *grown);
    if (!grown)
        return;
    stream->key = grown;
    stream->key[stream->key_count++] = (struct rtmp_report_key){
        rtmp_report_place_of(message), message->record->message.length, facts->key_interval};
}

static void add_media(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                      const struct rtmp_row_message *message, const struct rtmp_media_info *media) {
    bool video = message->record->message.type == RTMP_MESSAGE_VIDEO;
    struct rtmp_report_kind *kind = &stream->kind[video ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO];
    const struct rtmp_media_facts facts = follow_clock(stream, message);
    add_point(stream, store, kind, message, &facts);
    if (media->kind == RTMP_MEDIA_CONFIG)
        kind->configs++;
    else if (media->kind == RTMP_MEDIA_FRAME && !kind->configs)
        kind->unconfigured++;
    if (media->channels)
        kind->channels = media->channels;
    if (video)
        add_key(stream, store, message, &facts);
}

/* ---- commands and data ---- */

static uint32_t keep_leaf(struct rtmp_report_store *store, const struct rtmp_row_message *message,
                          const struct rtmp_amf_leaf *leaf) {
    if (!leaf->present || leaf->kind != RTMP_AMF_STRING)
        return 0;
    return rtmp_report_keep(store, message->bytes + leaf->text.pos, leaf->text.len);
}

static void add_command(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                        struct rtmp_row *row) {
    const struct rtmp_row_message *message = row->message;
    const struct rtmp_command *command = rtmp_row_command(row);
    uint32_t id = message->record->id;
    if (stream->stream->begin.message == id)
        stream->type = keep_leaf(store, message, &command->fact[RTMP_FACT_PUBLISH_TYPE]);
    if (message->record->direction == 0 || !command->fact[RTMP_FACT_CODE].present ||
        stream->status_count == RTMP_REPORT_STATUSES)
        return;
    stream->status[stream->status_count++] = (struct rtmp_report_status){
        rtmp_report_place_of(message), keep_leaf(store, message, &command->fact[RTMP_FACT_LEVEL]),
        keep_leaf(store, message, &command->fact[RTMP_FACT_CODE]),
        rtmp_report_has_error_level(message, command)};
}

static void add_data(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                     struct rtmp_row *row) {
    static const char set[] = "@setDataFrame"; /* what is set follows */
    const struct rtmp_command *command = rtmp_row_command(row);
    bool sets = command->name.text.len == sizeof set - 1 &&
                memcmp(row->message->bytes + command->name.text.pos, set, sizeof set - 1) == 0;
    uint32_t name = keep_leaf(store, row->message, sets ? &command->argument : &command->name);
    for (uint32_t i = 0; i < stream->data_name_count; i++)
        if (stream->data_name[i] == name)
            return;
    if (name && stream->data_name_count < RTMP_REPORT_DATA_NAMES)
        stream->data_name[stream->data_name_count++] = name;
}

/* ---- */

void rtmp_report_stream_add(struct rtmp_report_stream *stream, struct rtmp_report_store *store,
                            struct rtmp_row *row) {
    const struct rtmp_media_info *media = rtmp_row_media(row);
    rtmp_stream_totals_add(&stream->totals, row->message->record, media, rtmp_row_jumps(row));
    stream->last = rtmp_report_place_of(row->message);
    if (!stream->first.frame)
        stream->first = stream->last;
    switch (row->message->record->message.type) {
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        add_media(stream, store, row->message, media);
        break;
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF3:
        add_command(stream, store, row);
        break;
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_DATA_AMF3:
        add_data(stream, store, row);
        break;
    default:
        break;
    }
}

void rtmp_report_stream_add_stall(struct rtmp_report_stream *stream,
                                  struct rtmp_report_store *store,
                                  const struct rtmp_report_stall *stall) {
    if (!rtmp_report_take(store, RTMP_REPORT_STALLS))
        return;
    struct rtmp_report_stall *grown = rtmp_list_with_room(
        store->memory, stream->stall, stream->stall_count, &stream->stall_capacity, sizeof *grown);
    if (!grown)
        return;
    stream->stall = grown;
    stream->stall[stream->stall_count++] = *stall;
}

static int compare_intervals(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

bool rtmp_report_key_intervals(const struct rtmp_report_stream *stream,
                               const struct rtmp_memory *memory, int64_t intervals[3]) {
    int64_t *sorted = stream->key_count
                          ? memory->resize(memory->user, NULL, stream->key_count * sizeof *sorted)
                          : NULL;
    uint32_t count = 0;
    if (!sorted)
        return false;
    for (uint32_t i = 0; i < stream->key_count; i++)
        if (stream->key[i].interval >= 0)
            sorted[count++] = stream->key[i].interval;
    if (count) {
        qsort(sorted, count, sizeof *sorted, compare_intervals);
        intervals[0] = sorted[0];
        intervals[1] = sorted[count / 2];
        intervals[2] = sorted[count - 1];
    }
    rtmp_list_free(memory, sorted);
    return count != 0;
}

void rtmp_report_stream_destroy(struct rtmp_report_stream *stream,
                                const struct rtmp_memory *memory) {
    for (unsigned i = 0; i < RTMP_CLOCK_KINDS; i++) {
        rtmp_series_destroy(&stream->kind[i].series, memory);
        rtmp_rate_destroy(&stream->kind[i].rate, memory);
    }
    rtmp_list_free(memory, stream->key);
    rtmp_list_free(memory, stream->stall);
}
