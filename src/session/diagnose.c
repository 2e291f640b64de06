/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/diagnose.h"

#include "payload/aggregate.h"
#include "payload/media/config_check.h"

_Static_assert((int)RTMP_WATCH_AUDIO == (int)RTMP_CLOCK_AUDIO &&
                   (int)RTMP_WATCH_VIDEO == (int)RTMP_CLOCK_VIDEO,
               "a watch has the kinds of a clock");

/* A hole right behind the bytes that end a silence is found within this time. */
#define SOON INT64_C(200000000) /* ns */

/* Who gets no answer sends again after this time at the latest (RFC 6298, 2.4). */
#define TIMEOUT INT64_C(1000000000) /* ns */

/* ---- faults ---- */

/* About the last message; its index is filled in. */
static void add_fault(struct rtmp_session_direction *dir, struct rtmp_media_fault fault) {
    fault.message = rtmp_records_next_index(&dir->records) - 1;
    if (rtmp_diagnosis_add(&dir->diagnosis, &dir->session->memory, &fault))
        rtmp_records_fragment(&dir->records, fault.message)->has_faults = 1;
}

static void add_stall(struct rtmp_session_direction *dir, const struct rtmp_watched *watched,
                      const struct rtmp_watch_found *found) {
    struct rtmp_diagnosis *diagnosis = &dir->diagnosis;
    const struct rtmp_silence silence = {rtmp_watch_minus(watched->arrival, found->silence),
                                         watched->arrival};
    if (rtmp_transport_arrived(&dir->transport, &silence,
                               dir->session->media_thresholds.stall * INT64_C(1000000)))
        return;
    enum rtmp_culprit culprit = rtmp_transport_blames(&dir->transport, &silence);
    if (culprit == RTMP_CULPRIT_UNKNOWN && found->timestamps_paused)
        culprit = RTMP_CULPRIT_SENDER;
    add_fault(dir, (struct rtmp_media_fault){.kind = RTMP_FAULT_STALL,
                                             .culprit = (uint8_t)culprit,
                                             .value = found->silence});
    diagnosis->stall = diagnosis->count;
    diagnosis->silence = silence;
    diagnosis->segment = dir->records.segment_count - 1;
}

/* ---- the beginning of a stream ---- */

/* The stream of a message, if nothing of it since its beginning can be missing; else NULL. */
static struct rtmp_stream *diagnosed_stream(const struct rtmp_session_direction *dir,
                                            const struct rtmp_clock_message *message) {
    const struct rtmp_stream *stream = rtmp_stream_of_media(
        &dir->streams, rtmp_session_from_client(dir), message->stream_id, message->index);
    if (!stream)
        return NULL;
    struct rtmp_stream *known = dir->session->capture->streams.stream[stream->number];
    known->has_media = true;
    known->is_uncertain |= dir->has_loss || !dir->wire.has_handshake;
    return known->is_uncertain ? NULL : known;
}

/*
 * How long the first key frame was waited for, from the status that the stream is published or
 * played; where none came, from the first media. A stream that nobody sends yet is not waited for
 * with other media: of those most of the time is asked for.
 */
static int64_t key_delay(const struct rtmp_stream *stream, const struct rtmp_live_clock *live,
                         int64_t arrival) {
    const int64_t with_media = rtmp_watch_minus(arrival, live->first_arrival);
    const int64_t waited =
        stream->has_started ? rtmp_watch_minus(arrival, stream->started) : with_media;
    return waited / 2 <= with_media ? waited : with_media;
}

static void look_at_first(struct rtmp_session_direction *dir, struct rtmp_live_clock *live,
                          const struct rtmp_clock_message *message,
                          const struct rtmp_media_body *body) {
    const uint8_t kind = (uint8_t)(1U << message->kind);
    const struct rtmp_stream *known = diagnosed_stream(dir, message);
    const bool is_first = !(live->coded & kind);
    if (live->coded == 0)
        live->first_arrival = message->arrival;
    live->coded |= kind;
    if (known && is_first && !(live->configured & kind) && rtmp_config_is_needed(body))
        add_fault(dir, (struct rtmp_media_fault){.kind = RTMP_FAULT_MISSING_CONFIG});
    if (message->class < RTMP_MEDIA_CLASS_KEY || live->has_key)
        return;
    live->has_key = true;
    const int64_t threshold = dir->session->media_thresholds.first_key * INT64_C(1000000);
    const int64_t delay = known ? key_delay(known, live, message->arrival) : 0;
    if (threshold && delay >= threshold)
        add_fault(dir,
                  (struct rtmp_media_fault){.kind = RTMP_FAULT_FIRST_KEY_LATE, .value = delay});
}

/* ---- messages ---- */

void rtmp_diagnose_closer(struct rtmp_session_direction *dir,
                          const struct rtmp_clock_message *message,
                          const struct rtmp_media_body *body, struct rtmp_watched *watched) {
    struct rtmp_live_clock *live = &dir->clocks.live[dir->clocks.last];
    const struct rtmp_clock *other = &live->clock.kind[1 - message->kind];
    struct rtmp_watch_found found;
    watched->behind = rtmp_clock_distance(other->coded, message->timestamp);
    rtmp_watch_look(&live->watch, &dir->session->media_thresholds, watched, &found);
    if (found.what & RTMP_WATCH_STALL)
        add_stall(dir, watched, &found);
    if (found.what & RTMP_WATCH_JUMP)
        add_fault(dir, (struct rtmp_media_fault){.kind = RTMP_FAULT_JUMP, .value = found.jump});
    if (found.what & RTMP_WATCH_SKEW)
        add_fault(dir, (struct rtmp_media_fault){
                           .kind = RTMP_FAULT_SKEW, .value = found.skew, .real = found.drift});
    if (!(live->coded & 1U << message->kind) ||
        (message->class >= RTMP_MEDIA_CLASS_KEY && !live->has_key))
        look_at_first(dir, live, message, body);
}

void rtmp_diagnose_composition(struct rtmp_session_direction *dir,
                               const struct rtmp_composed *frame) {
    struct rtmp_live_clock *live = &dir->clocks.live[dir->clocks.last];
    struct rtmp_diagnosis *diagnosis = &dir->diagnosis;
    const enum rtmp_composition_fault fault = rtmp_composition_look(&live->composition, frame);
    if (fault == RTMP_COMPOSITION_FITS)
        return;
    if (live->misplaced) {
        diagnosis->fault[live->misplaced - 1].count++;
        return;
    }
    const uint32_t before = diagnosis->count;
    add_fault(
        dir, (struct rtmp_media_fault){.kind = RTMP_FAULT_COMPOSITION, .value = fault, .count = 1});
    if (diagnosis->count > before)
        live->misplaced = diagnosis->count;
}

void rtmp_diagnose_settled(struct rtmp_live_clock *live, enum rtmp_clock_kind kind) {
    if (live->relative & 1U << kind)
        rtmp_watch_begin_kind_anew(&live->watch, kind);
    live->relative &= (uint8_t) ~(1U << kind);
}

static void make_uncertain(struct rtmp_session_direction *dir, uint32_t stream_id) {
    const uint32_t index = rtmp_records_next_index(&dir->records) - 1;
    const struct rtmp_stream *stream =
        rtmp_stream_of_media(&dir->streams, rtmp_session_from_client(dir), stream_id, index);
    if (stream)
        dir->session->capture->streams.stream[stream->number]->is_uncertain = true;
}

/* A message on how timestamps go on from before a loss. */
static struct rtmp_watched watched_relatively(struct rtmp_live_clock *live,
                                              const struct rtmp_clock_message *message) {
    const struct rtmp_kind_watch *kind = &live->watch.kind[message->kind];
    if (!(live->relative & 1U << message->kind))
        rtmp_watch_begin_kind_anew(&live->watch, message->kind);
    live->relative |= (uint8_t)(1U << message->kind);
    const uint32_t before = kind->is_begun ? (uint32_t)kind->elapsed : 0;
    return (struct rtmp_watched){.kind = message->kind,
                                 .arrival = message->arrival,
                                 .elapsed = (kind->is_begun ? kind->elapsed : 0) +
                                            rtmp_clock_distance(before, message->timestamp)};
}

/* Were the other message streams of the direction silent since a time of capture? */
static bool are_others_silent(const struct rtmp_clocks *clocks, const struct rtmp_live_clock *live,
                              int64_t since) {
    for (uint32_t i = 0; i < clocks->live_count; i++)
        if (&clocks->live[i] != live && clocks->live[i].watch.arrival > since)
            return false;
    return true;
}

void rtmp_diagnose_relative(struct rtmp_session_direction *dir,
                            const struct rtmp_clock_message *message) {
    struct rtmp_live_clock *live =
        rtmp_clocks_live_or_new(&dir->clocks, &dir->session->memory, message->stream_id);
    make_uncertain(dir, message->stream_id);
    if (!live || !rtmp_media_class_is_coded(message->class))
        return;
    const struct rtmp_media_thresholds only_stalls = {.stall =
                                                          dir->session->media_thresholds.stall};
    const struct rtmp_watched watched = watched_relatively(live, message);
    struct rtmp_watch_found found;
    rtmp_watch_look(&live->watch, &only_stalls, &watched, &found);
    const int64_t since = rtmp_watch_minus(message->arrival, only_stalls.stall * INT64_C(1000000));
    if ((found.what & RTMP_WATCH_STALL) && are_others_silent(&dir->clocks, live, since))
        add_stall(dir, &watched, &found);
}

void rtmp_diagnose_other_media(struct rtmp_session_direction *dir, uint32_t stream_id) {
    struct rtmp_live_clock *live = rtmp_clocks_live(&dir->clocks, stream_id);
    make_uncertain(dir, stream_id);
    if (live)
        rtmp_watch_touch(&live->watch, rtmp_session_open_segment(dir)->time);
}

/* The tags come together: they count as what has a timestamp of its own beginning. */
void rtmp_diagnose_aggregate(struct rtmp_session_direction *dir, const struct rtmp_message *message,
                             const uint8_t *bytes, uint32_t available) {
    struct rtmp_reader reader = rtmp_reader_over(bytes, available);
    struct rtmp_aggregate aggregate;
    struct rtmp_aggregate_tag tag;
    rtmp_aggregate_init(&aggregate, &reader, message->timestamp);
    while (rtmp_aggregate_next(&aggregate, &tag)) {
        const bool video = tag.type == RTMP_MESSAGE_VIDEO;
        if (!video && tag.type != RTMP_MESSAGE_AUDIO)
            continue;
        const struct rtmp_media_body body = {.video = video,
                                             .bytes = rtmp_bytes(&reader, tag.data),
                                             .available = tag.data.len,
                                             .length = tag.size};
        const struct rtmp_clock_message clocked = {
            .stream_id = message->stream_id,
            .timestamp = tag.rebased_timestamp,
            .arrival = rtmp_session_open_segment(dir)->time,
            .kind = video ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO,
            .class = rtmp_media_classify(&body),
        };
        rtmp_diagnose_relative(dir, &clocked);
    }
    rtmp_diagnose_other_media(dir, message->stream_id); /* what could not be read may be media */
}

bool rtmp_diagnose_lacks_media(const struct rtmp_session *session,
                               const struct rtmp_stream *stream) {
    return !stream->has_media && !stream->is_uncertain && !session->direction[0].has_loss &&
           !session->direction[1].has_loss &&
           rtmp_requests_have_accepted(&session->requests, stream->id);
}

void rtmp_diagnose_end(struct rtmp_session_direction *dir, const struct rtmp_stream *stream) {
    if (rtmp_diagnose_lacks_media(dir->session, stream))
        add_fault(dir, (struct rtmp_media_fault){.kind = RTMP_FAULT_NO_MEDIA});
}

/* ---- silence before the end ---- */

/* Of audio and video of the stream; NULL: none came, or its message stream is another's since. */
static const struct rtmp_media_watch *watch_of(const struct rtmp_session_direction *dir,
                                               const struct rtmp_stream *stream) {
    const uint32_t next = rtmp_records_next_index(&dir->records);
    for (uint32_t i = 0; i < dir->clocks.live_count; i++) {
        const struct rtmp_live_clock *live = &dir->clocks.live[i];
        if (rtmp_stream_bound(&dir->streams, live->clock.stream_id, next) == stream)
            return &live->watch;
    }
    return NULL;
}

static int64_t silence_up_to(const struct rtmp_session *session, const struct rtmp_stream *stream,
                             int64_t time) {
    const struct rtmp_media_watch *watch =
        watch_of(&session->direction[stream->role == RTMP_STREAM_PUBLISH ? 0 : 1], stream);
    return watch ? rtmp_watch_silence(watch, time) : -1;
}

void rtmp_diagnose_silence_before(const struct rtmp_session *session, struct rtmp_stream *stream,
                                  int64_t time) {
    stream->silence = silence_up_to(session, stream, time);
}

int64_t rtmp_stream_silence(const struct rtmp_session *session, const struct rtmp_stream *stream) {
    if (stream->ended == RTMP_STREAM_OPEN)
        return -1;
    if (stream->ended != RTMP_STREAM_CONNECTION)
        return stream->silence;
    return session->closing.frame ? silence_up_to(session, stream, session->closing.time) : -1;
}

/* ---- culprits ---- */

/* Is the packet missing that was to end the silence, or the one right behind it? One that was lost
 * with it is sent again later. The packet behind the hole, which is told of, may or may not have
 * been fed. */
static bool is_next_missing(const struct rtmp_session_direction *dir, int64_t time) {
    const struct rtmp_diagnosis *diagnosis = &dir->diagnosis;
    const uint32_t last = dir->records.segment_count - 1;
    const bool is_fed = dir->records.segments[last].time == time;
    if (time == diagnosis->silence.end)
        return true;
    return last == diagnosis->segment + (is_fed ? 1 : 0) &&
           rtmp_watch_minus(time, diagnosis->silence.end) <= SOON;
}

void rtmp_diagnose_transport(struct rtmp_session_direction *dir, unsigned what, int64_t time) {
    struct rtmp_diagnosis *diagnosis = &dir->diagnosis;
    if (!diagnosis->stall)
        return;
    struct rtmp_media_fault *stall = &diagnosis->fault[diagnosis->stall - 1];
    if (stall->culprit != RTMP_CULPRIT_UNKNOWN)
        return;
    /* What the network held back, and its sender sent again meanwhile, comes twice. */
    const bool was_held_back = (what & RTMP_TRANSPORT_NEEDLESS) &&
                               rtmp_watch_minus(time, diagnosis->silence.end) <= TIMEOUT;
    if (was_held_back || ((what & RTMP_TRANSPORT_SENT_AGAIN) && time == diagnosis->silence.end) ||
        ((what & RTMP_TRANSPORT_BEHIND_HOLE) && is_next_missing(dir, time)))
        stall->culprit = RTMP_CULPRIT_NETWORK;
}

enum rtmp_culprit rtmp_diagnosis_culprit(const struct rtmp_session_direction *dir,
                                         const struct rtmp_media_fault *fault) {
    const struct rtmp_records *records = &dir->records;
    if (fault->culprit != RTMP_CULPRIT_UNKNOWN || !dir->transport.is_told ||
        !rtmp_session_peer(dir)->transport.is_told)
        return (enum rtmp_culprit)fault->culprit;
    /* Packets that came since would have told of anybody else. The one that ends the silence does
     * not: what the network lost before the place of the capture is sent again in order, and looks
     * as what a sender held back (observed: only the hole in the next packet tells). */
    int64_t end = records->segments[rtmp_records_segment_of(records, fault->message)].time;
    int64_t last = records->segments[records->segment_count - 1].time;
    return rtmp_watch_minus(last, end) > SOON ? RTMP_CULPRIT_SENDER : RTMP_CULPRIT_UNKNOWN;
}
