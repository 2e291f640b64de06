/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/body.h"

#include "payload/media/audio.h"
#include "payload/media/video.h"

static void read_empty(struct rtmp_media *m) {
    m->info.kind = RTMP_MEDIA_EMPTY;
    rtmp_media_computed(m, m->video ? RTMP_FIELD_VIDEO_EMPTY : RTMP_FIELD_AUDIO_SILENCE,
                        rtmp_span_of(0, 0), 1, NULL);
    rtmp_fail_at(&m->reader, RTMP_REMARK_EMPTY, 0);
}

struct rtmp_media rtmp_media_over(const struct rtmp_media_body *body, rtmp_media_sink sink,
                                  void *context) {
    return (struct rtmp_media){.reader = rtmp_reader_over(body->bytes, body->available),
                               .limit =
                                   body->length > body->available ? body->length : body->available,
                               .sink = sink,
                               .context = context,
                               .decoder_configs = body->decoder_configs,
                               .stream_id = body->stream_id,
                               .video = body->video};
}

void rtmp_media_read_body(struct rtmp_media *m) {
    if (m->limit == 0)
        read_empty(m);
    else if (m->video)
        rtmp_video_read(m);
    else
        rtmp_audio_read(m);
    rtmp_media_report(m);
}

struct rtmp_media_info rtmp_media_describe_head(const struct rtmp_media_body *body) {
    struct rtmp_media m = rtmp_media_over(body, NULL, NULL);
    m.bits.reader = &m.reader;
    rtmp_media_read_body(&m);
    return m.info;
}
