/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_PAYLOAD_AGGREGATE_H
#define RTMP_PAYLOAD_AGGREGATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * An aggregate message (type 22): FLV tags one after another, each a message of its own.
 *
 * Tag: type u8, size u24, timestamp u24 then its bits 24..31 (ms), stream id u24, `size` bytes of
 * data, back pointer u32 = 11 + size. Sources: Adobe RTMP 7.1.6, FLV E.4.1; observed: the last back
 * pointer may be missing, and tags belong to the stream of the message whatever their stream id.
 */
struct rtmp_aggregate {
    struct rtmp_reader *reader;
    uint32_t message_timestamp;
    uint32_t first_timestamp;
    uint32_t count; /* tags returned so far */
};

/* One tag. Spans are positions in the body; `whole` ranges tile it. data.len < size only for a
 * tag that runs past the end. */
struct rtmp_aggregate_tag {
    uint8_t type;
    uint32_t size;
    uint32_t timestamp;         /* ms, of the tag */
    uint32_t rebased_timestamp; /* ms: message's + (this tag's - first tag's), modulo 2^32 */
    uint32_t stream_id;
    uint32_t back_pointer;
    bool has_back_pointer;
    enum rtmp_error remark; /* RTMP_REMARK_BACK_POINTER or RTMP_OK */
    struct rtmp_span whole;
    struct rtmp_span type_span, size_span, timestamp_span, stream_id_span, data, back_pointer_span;
};

/* Begin a body whose message has this timestamp. Borrows `reader`. */
void rtmp_aggregate_init(struct rtmp_aggregate *aggregate, struct rtmp_reader *reader,
                         uint32_t message_timestamp);

/*
 * The next tag. False: no tag is left, or fewer bytes than a tag's header; the reader then holds
 * RTMP_ERROR_END, its cursor before them. A tag whose size or back pointer runs past the end is
 * returned with the bytes that exist; the reader then holds RTMP_ERROR_LENGTH or RTMP_ERROR_END.
 */
bool rtmp_aggregate_next(struct rtmp_aggregate *aggregate, struct rtmp_aggregate_tag *tag);

/* Append one line: `Aggregate: 3 tags`; `3+ tags` when the reader holds only a part
 * (incomplete). */
void rtmp_aggregate_summary(struct rtmp_text *text, struct rtmp_reader reader, bool incomplete);

#endif
