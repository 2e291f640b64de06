/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media_streams.h"

/* Asked of every video message: the first two bytes rule out nearly all that are no record. */
static bool may_configure(const struct rtmp_media_body *body) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    uint8_t first = rtmp_peek_at(&r, 0);
    uint8_t type = first & 0x80 ? first & 15 : rtmp_peek_at(&r, 1);
    return body->available > 1 && (type == 0 || (first & 0x80 && type >= 6));
}

/* Only multitrack messages name their track, also behind a ModEx. */
static uint8_t track_of(const struct rtmp_media_body *body) {
    struct rtmp_reader r = rtmp_reader_over(body->bytes, body->available);
    uint8_t first = rtmp_peek_at(&r, 0);
    return first & 0x80 && (first & 15) >= 6 ? rtmp_media_describe(body).track_id : 0;
}

void rtmp_media_streams_learn(struct rtmp_media_streams *s, uint32_t stream_id,
                              const struct rtmp_media_body *body) {
    if (!may_configure(body))
        return;
    struct rtmp_media_info info = rtmp_media_describe(body);
    if (info.kind != RTMP_MEDIA_CONFIG || !info.nal_length_size)
        return;
    unsigned i = 0;
    while (i < s->count && (s->item[i].stream_id != stream_id || s->item[i].track != info.track_id))
        i++;
    if (i == RTMP_LIMIT_MEDIA_STREAMS) {
        i = s->oldest;
        s->oldest = (uint8_t)((i + 1) % RTMP_LIMIT_MEDIA_STREAMS);
    } else if (i == s->count)
        s->count++;
    s->item[i].stream_id = stream_id;
    s->item[i].track = info.track_id;
    s->item[i].nal_length_size = info.nal_length_size;
}

uint8_t rtmp_media_streams_length_size(const struct rtmp_media_streams *s, uint32_t stream_id,
                                       const struct rtmp_media_body *body) {
    if (s->count == 0)
        return 0;
    uint8_t track = track_of(body);
    for (unsigned i = 0; i < s->count; i++)
        if (s->item[i].stream_id == stream_id && s->item[i].track == track)
            return s->item[i].nal_length_size;
    return 0;
}
