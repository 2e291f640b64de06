/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_DIAGNOSE_H
#define RTMP_SESSION_DIAGNOSE_H

#include "payload/media/media.h"
#include "session/state.h"

/*
 * First pass: what complete messages, and packets of the transport, tell of the audio and video of
 * a stream. Faults are about the last message of the direction (diagnosis.h).
 */

/* Look closer at a message with coded data. */
void rtmp_diagnose_closer(struct rtmp_session_direction *direction,
                          const struct rtmp_clock_message *message,
                          const struct rtmp_media_body *body, struct rtmp_watched *watched);

/* Look closer at where a coded frame of the last message is presented. */
void rtmp_diagnose_composition(struct rtmp_session_direction *direction,
                               const struct rtmp_composed *frame);

/* A configuration of a kind. Frames behind one of video are another decoder's. */
static inline void rtmp_diagnose_config(struct rtmp_live_clock *live, enum rtmp_clock_kind kind) {
    live->configured |= (uint8_t)(1U << kind);
    if (kind == RTMP_CLOCK_VIDEO)
        rtmp_composition_begin_anew(&live->composition);
}

/* The timestamps of a kind count from their beginning again. */
void rtmp_diagnose_settled(struct rtmp_live_clock *live, enum rtmp_clock_kind kind);

/* An audio or video message that the clock of its stream counts, the last one that it does. Inline:
 * nearly none shows anything. */
static inline void rtmp_diagnose_media(struct rtmp_session_direction *direction,
                                       const struct rtmp_clock_message *message,
                                       const struct rtmp_media_body *body) {
    struct rtmp_live_clock *live = &direction->clocks.live[direction->clocks.last];
    if (live->relative)
        rtmp_diagnose_settled(live, message->kind);
    if (!rtmp_media_class_is_coded(message->class)) {
        if (message->class == RTMP_MEDIA_CLASS_CONFIG)
            rtmp_diagnose_config(live, message->kind);
        return;
    }
    struct rtmp_watched watched = {.kind = message->kind,
                                   .arrival = message->arrival,
                                   .elapsed = live->clock.kind[message->kind].elapsed};
    bool is_first = !(live->coded & 1U << message->kind) ||
                    (message->class >= RTMP_MEDIA_CLASS_KEY && !live->has_key);
    if (is_first ||
        !rtmp_watch_is_plain(&live->watch, &direction->session->media_thresholds, &watched))
        rtmp_diagnose_closer(direction, message, body, &watched);
    int32_t composition_time;
    if (message->kind != RTMP_CLOCK_VIDEO || !rtmp_media_composition_time(body, &composition_time))
        return;
    const struct rtmp_composed frame = {watched.elapsed, watched.elapsed + composition_time,
                                        message->class >= RTMP_MEDIA_CLASS_KEY};
    if (!rtmp_composition_is_plain(&live->composition, &frame))
        rtmp_diagnose_composition(direction, &frame);
}

/* Audio or video behind a loss: its timestamp counts from before, and of which stream it is is not
 * certain. It may end a silence. */
void rtmp_diagnose_relative(struct rtmp_session_direction *direction,
                            const struct rtmp_clock_message *message);

/* The audio and video in an aggregate, of which `bytes` are there: it may end a silence. How its
 * timestamps compare with its arrival says nothing. */
void rtmp_diagnose_aggregate(struct rtmp_session_direction *direction,
                             const struct rtmp_message *message, const uint8_t *bytes,
                             uint32_t available);

/* Audio or video that came late: its timestamps say nothing. */
void rtmp_diagnose_other_media(struct rtmp_session_direction *direction, uint32_t stream_id);

/* The client ends a stream by the last message. */
void rtmp_diagnose_end(struct rtmp_session_direction *direction, const struct rtmp_stream *stream);

/* Did the client publish or play a stream, was it accepted, and came neither audio nor video? */
bool rtmp_diagnose_lacks_media(const struct rtmp_session *session,
                               const struct rtmp_stream *stream);

/* A message ends a stream at a time of capture: how long was it silent before? */
void rtmp_diagnose_silence_before(const struct rtmp_session *session, struct rtmp_stream *stream,
                                  int64_t time);

/* Any pass: ns for which neither audio nor video of a stream came before it ended; 0 where what
 * came ahead of its time is played meanwhile. -1: not known; it did not end, had none, or what
 * explains a silence came since, or may have. */
int64_t rtmp_stream_silence(const struct rtmp_session *session, const struct rtmp_stream *stream);

/* What is told of a packet of the direction, at a time of capture. */
void rtmp_diagnose_transport(struct rtmp_session_direction *direction, unsigned what, int64_t time);

/* Any pass: the culprit of a stall, as far as is known. */
enum rtmp_culprit rtmp_diagnosis_culprit(const struct rtmp_session_direction *direction,
                                         const struct rtmp_media_fault *fault);

#endif
