/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_PLACE_H
#define RTMP_EXPORT_REPORT_PLACE_H

#include "export/row.h"

/* A frame, and its time of capture: ns since 1970. */
struct rtmp_report_place {
    uint32_t frame;
    int64_t time;
};

/* Where a message is complete. */
static inline struct rtmp_report_place
rtmp_report_place_of(const struct rtmp_row_message *message) {
    const struct rtmp_message_record *record = message->record;
    return (struct rtmp_report_place){
        message->direction->records.segments[record->last_segment].frame, record->time};
}

/* Where a segment is. */
static inline struct rtmp_report_place
rtmp_report_place_of_segment(const struct rtmp_session_direction *direction, uint32_t segment) {
    const struct rtmp_segment_record *record = &direction->records.segments[segment];
    return (struct rtmp_report_place){record->frame, record->time};
}

#endif
