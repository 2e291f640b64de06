/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/so_recent.h"

const struct rtmp_so_piece *rtmp_so_recent_next(struct rtmp_so_recent *recent,
                                                struct rtmp_shared_object *so) {
    bool has_room = recent->count < RTMP_SO_RECENT_PARTS;
    struct rtmp_so_piece *part = has_room ? &recent->part[recent->count] : &recent->beyond;
    if (!rtmp_shared_object_next(so, part))
        return NULL;
    recent->count++;
    recent->has_rest |= part->kind == RTMP_SO_REST;
    return part;
}

const struct rtmp_so_piece *rtmp_so_recent_next_numbers(struct rtmp_so_recent *recent,
                                                        struct rtmp_shared_object *so) {
    struct rtmp_so_piece *parts = &recent->part[recent->count]; /* a name, at most, was before */
    if (!rtmp_shared_object_next_numbers(so, parts))
        return NULL;
    recent->count += 3;
    return parts;
}

/* Values are read again with a new decoder: none may refer to AMF3's tables. */
void rtmp_so_recent_know(struct rtmp_so_recent *recent, const struct rtmp_shared_object *so,
                         const struct rtmp_so_records *records, uint32_t index) {
    const struct rtmp_amf *amf = &so->amf;
    bool has_tables = amf->object3_count || amf->string_count || amf->traits_count;
    if (recent->has_rest || recent->count > RTMP_SO_RECENT_PARTS || so->is_amf3 || has_tables ||
        !rtmp_ok(so->reader))
        return;
    recent->message = index;
    recent->records = records;
}
