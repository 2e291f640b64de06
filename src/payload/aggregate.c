/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/aggregate.h"

#include <inttypes.h>

#define TAG_HEADER_LENGTH 11U

void rtmp_aggregate_init(struct rtmp_aggregate *aggregate, struct rtmp_reader *reader,
                         uint32_t message_timestamp) {
    *aggregate = (struct rtmp_aggregate){.reader = reader, .message_timestamp = message_timestamp};
}

static void read_tag_header(struct rtmp_reader *reader, struct rtmp_aggregate_tag *tag) {
    uint32_t start = reader->pos;
    tag->type = rtmp_u8(reader);
    tag->size = rtmp_u24(reader);
    uint32_t low = rtmp_u24(reader);
    tag->timestamp = (uint32_t)rtmp_u8(reader) << 24 | low;
    tag->stream_id = rtmp_u24(reader);
    tag->type_span = rtmp_span_of(start, 1);
    tag->size_span = rtmp_span_of(start + 1, 3);
    tag->timestamp_span = rtmp_span_of(start + 4, 4);
    tag->stream_id_span = rtmp_span_of(start + 8, 3);
}

static void read_tag_data(struct rtmp_reader *reader, struct rtmp_aggregate_tag *tag) {
    uint32_t left = rtmp_left(reader);
    tag->data = rtmp_take(reader, tag->size < left ? tag->size : left);
    if (tag->data.len < tag->size)
        rtmp_fail_at(reader, RTMP_ERROR_LENGTH, tag->size_span.pos);
}

static void read_back_pointer(struct rtmp_reader *reader, struct rtmp_aggregate_tag *tag) {
    if (!rtmp_ok(reader) || rtmp_left(reader) == 0)
        return;
    uint32_t start = reader->pos;
    tag->back_pointer = rtmp_u32(reader);
    if (!rtmp_ok(reader))
        return;
    tag->has_back_pointer = true;
    tag->back_pointer_span = rtmp_span_of(start, 4);
    if (tag->back_pointer != TAG_HEADER_LENGTH + tag->size)
        tag->remark = RTMP_REMARK_BACK_POINTER;
}

bool rtmp_aggregate_next(struct rtmp_aggregate *aggregate, struct rtmp_aggregate_tag *tag) {
    struct rtmp_reader *reader = aggregate->reader;
    uint32_t start = reader->pos;
    if (!rtmp_ok(reader) || rtmp_left(reader) == 0)
        return false;
    if (rtmp_left(reader) < TAG_HEADER_LENGTH) {
        rtmp_fail_at(reader, RTMP_ERROR_END, start);
        return false;
    }
    *tag = (struct rtmp_aggregate_tag){.remark = RTMP_OK};
    read_tag_header(reader, tag);
    read_tag_data(reader, tag);
    read_back_pointer(reader, tag);
    if (aggregate->count++ == 0)
        aggregate->first_timestamp = tag->timestamp;
    tag->rebased_timestamp =
        aggregate->message_timestamp + (tag->timestamp - aggregate->first_timestamp);
    tag->whole = rtmp_span_of(start, reader->pos - start);
    return true;
}

void rtmp_aggregate_summary(struct rtmp_text *text, struct rtmp_reader reader, bool incomplete) {
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, 0);
    while (rtmp_aggregate_next(&aggregate, &tag))
        ;
    rtmp_text_format(text, "Aggregate: %" PRIu32 "%s tag%s", aggregate.count, incomplete ? "+" : "",
                     aggregate.count == 1 ? "" : "s");
}
