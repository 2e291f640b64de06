/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/clock.h"

#include "base/list.h"
#include "base/sorted.h"

/* Records between checkpoints, for each message stream: so a checkpoint costs less than a byte a
 * message, and stepping to a message less than showing it. */
#define CHECKPOINT_EVERY 256U

/* ---- one stream ---- */

/* Observed: FFmpeg counts modulo 2^31. */
static bool wraps_at_31_bits(uint32_t before, uint32_t now) {
    enum { NEAR = 60000 }; /* ms */
    return before <= INT32_MAX && before > INT32_MAX - NEAR && now < NEAR;
}

int64_t rtmp_clock_distance(uint32_t before, uint32_t now) {
    const int64_t wrap = INT64_C(1) << 31;
    int64_t distance = (int32_t)(now - before);
    if (wraps_at_31_bits(before, now))
        return (int64_t)now + wrap - before;
    if (wraps_at_31_bits(now, before))
        return (int64_t)now - wrap - before;
    return distance;
}

static double skew_of(const struct rtmp_clock *clock, const struct rtmp_clock_message *message) {
    if (!clock->has_coded)
        return 0;
    int64_t elapsed = clock->elapsed + rtmp_clock_distance(clock->coded, message->timestamp);
    return (double)(message->arrival - clock->first_arrival) / 1e6 - (double)elapsed;
}

struct rtmp_media_facts rtmp_clock_facts(const struct rtmp_stream_clock *of,
                                         const struct rtmp_clock_message *message) {
    const struct rtmp_clock *clock = &of->kind[message->kind];
    const struct rtmp_clock *audio = &of->kind[RTMP_CLOCK_AUDIO];
    struct rtmp_media_facts facts = {.key_interval = -1};
    facts.has_interval = clock->has_newest;
    /* Behind configuration alone, which FFmpeg sends at 0, a step of 2^31 is a beginning. */
    if (facts.has_interval)
        facts.interval = clock->has_coded ? rtmp_clock_distance(clock->newest, message->timestamp)
                                          : (int32_t)(message->timestamp - clock->newest);
    facts.has_skew = rtmp_media_class_is_coded(message->class);
    if (facts.has_skew)
        facts.skew = skew_of(clock, message);
    facts.has_av_offset = facts.has_skew && message->kind == RTMP_CLOCK_VIDEO && audio->has_coded;
    if (facts.has_av_offset)
        facts.av_offset = rtmp_clock_distance(message->timestamp, audio->coded);
    if (!message->counts_key)
        return facts;
    facts.key = clock->keys + 1;
    if (clock->keys)
        facts.key_interval = rtmp_clock_distance(clock->key, message->timestamp);
    return facts;
}

void rtmp_clock_step(struct rtmp_stream_clock *of, const struct rtmp_clock_message *message) {
    struct rtmp_clock *clock = &of->kind[message->kind];
    clock->newest = message->timestamp;
    clock->has_newest = true;
    if (!rtmp_media_class_is_coded(message->class))
        return;
    if (clock->has_coded)
        clock->elapsed += rtmp_clock_distance(clock->coded, message->timestamp);
    else
        clock->first_arrival = message->arrival;
    clock->coded = message->timestamp;
    clock->has_coded = true;
    if (!message->counts_key)
        return;
    clock->key = message->timestamp;
    clock->keys++;
}

/* ---- a direction ---- */

void rtmp_clocks_destroy(struct rtmp_clocks *clocks, const struct rtmp_memory *memory) {
    rtmp_list_free(memory, clocks->live);
    rtmp_list_free(memory, clocks->track);
    rtmp_list_free(memory, clocks->checkpoint);
    rtmp_list_free(memory, clocks->kept);
    rtmp_list_free(memory, clocks->track_key);
    *clocks = (struct rtmp_clocks){.last = 0};
}

__attribute__((cold)) struct rtmp_live_clock *
rtmp_clocks_live_or_new(struct rtmp_clocks *clocks, const struct rtmp_memory *memory,
                        uint32_t stream_id) {
    struct rtmp_live_clock *found = rtmp_clocks_live(clocks, stream_id);
    if (found) {
        clocks->last = (uint32_t)(found - clocks->live);
        return found;
    }
    if (clocks->live_count == RTMP_LIMIT_CLOCKS)
        return NULL;
    struct rtmp_live_clock *list = rtmp_list_with_room(memory, clocks->live, clocks->live_count,
                                                       &clocks->live_capacity, sizeof *list);
    if (!list)
        return NULL;
    clocks->live = list;
    clocks->last = clocks->live_count++;
    list[clocks->last] = (struct rtmp_live_clock){.clock.stream_id = stream_id};
    return &list[clocks->last];
}

/* Nearly always that of the last message. */
static inline struct rtmp_live_clock *
live_clock_of(struct rtmp_clocks *clocks, const struct rtmp_memory *memory, uint32_t stream_id) {
    if (clocks->last < clocks->live_count &&
        clocks->live[clocks->last].clock.stream_id == stream_id)
        return &clocks->live[clocks->last];
    return rtmp_clocks_live_or_new(clocks, memory, stream_id);
}

static bool keep_clocks(struct rtmp_clocks *clocks, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < clocks->live_count; i++) {
        struct rtmp_stream_clock *kept = rtmp_list_with_room(
            memory, clocks->kept, clocks->kept_count, &clocks->kept_capacity, sizeof *kept);
        if (!kept)
            return false;
        clocks->kept = kept;
        kept[clocks->kept_count++] = clocks->live[i].clock;
    }
    return true;
}

static __attribute__((cold)) bool add_checkpoint(struct rtmp_clocks *clocks,
                                                 const struct rtmp_memory *memory,
                                                 const struct rtmp_clock_message *message) {
    struct rtmp_clock_checkpoint *list =
        rtmp_list_with_room(memory, clocks->checkpoint, clocks->checkpoint_count,
                            &clocks->checkpoint_capacity, sizeof *list);
    if (!list)
        return false;
    clocks->checkpoint = list;
    uint32_t first = clocks->kept_count;
    if (!keep_clocks(clocks, memory))
        return false;
    list[clocks->checkpoint_count++] =
        (struct rtmp_clock_checkpoint){message->index, message->segment, first, clocks->live_count};
    uint32_t every = CHECKPOINT_EVERY * (clocks->live_count ? clocks->live_count : 1);
    clocks->next_checkpoint = message->index + every;
    return true;
}

/* ---- tracks ---- */

/* The clock of a track, NULL: no memory, or too many. */
static struct rtmp_track_clock *track_clock_of(struct rtmp_clocks *clocks,
                                               const struct rtmp_memory *memory, uint32_t stream_id,
                                               uint8_t track) {
    for (uint32_t i = 0; i < clocks->track_count; i++)
        if (clocks->track[i].stream_id == stream_id && clocks->track[i].track == track)
            return &clocks->track[i];
    struct rtmp_track_clock *list =
        clocks->track_count < RTMP_LIMIT_CLOCK_TRACKS
            ? rtmp_list_with_room(memory, clocks->track, clocks->track_count,
                                  &clocks->track_capacity, sizeof *list)
            : NULL;
    if (!list)
        return NULL;
    clocks->track = list;
    list[clocks->track_count] = (struct rtmp_track_clock){.stream_id = stream_id, .track = track};
    return &list[clocks->track_count++];
}

/* The key frame of one track; that of track 0 counts with those of messages without tracks. */
static bool add_track_key(struct rtmp_clocks *clocks, const struct rtmp_memory *memory,
                          const struct rtmp_live_clock *live,
                          const struct rtmp_clock_message *message, uint8_t track) {
    struct rtmp_track_key *list =
        rtmp_list_with_room(memory, clocks->track_key, clocks->track_key_count,
                            &clocks->track_key_capacity, sizeof *list);
    if (!list)
        return false;
    clocks->track_key = list;
    const struct rtmp_clock *video = &live->clock.kind[RTMP_CLOCK_VIDEO];
    struct rtmp_track_clock of_0 = {.timestamp = video->key, .keys = video->keys};
    struct rtmp_track_clock *of =
        track ? track_clock_of(clocks, memory, message->stream_id, track) : &of_0;
    if (!of)
        return false;
    list[clocks->track_key_count++] = (struct rtmp_track_key){
        .message = message->index,
        .number = of->keys + 1,
        .interval = of->keys ? rtmp_clock_distance(of->timestamp, message->timestamp) : -1,
        .track = track};
    of->timestamp = message->timestamp;
    of->keys++;
    return true;
}

static __attribute__((cold)) void follow_tracks(struct rtmp_clocks *clocks,
                                                const struct rtmp_memory *memory,
                                                const struct rtmp_live_clock *live,
                                                struct rtmp_clock_message *message,
                                                const struct rtmp_media_body *body) {
    uint8_t ids[RTMP_LIMIT_CLOCK_TRACKS];
    uint32_t count = rtmp_media_track_ids(body, ids, RTMP_LIMIT_CLOCK_TRACKS);
    for (uint32_t i = 0; i < count; i++)
        if (add_track_key(clocks, memory, live, message, ids[i]) && ids[i] == 0)
            message->counts_key = true;
}

/* ---- messages ---- */

static bool run_backwards(struct rtmp_live_clock *live, const struct rtmp_clock_message *message) {
    if (message->class == RTMP_MEDIA_CLASS_CONFIG)
        return false;
    bool backwards = live->is_judged[message->kind] &&
                     rtmp_clock_distance(live->judged[message->kind], message->timestamp) < 0;
    live->judged[message->kind] = message->timestamp;
    live->is_judged[message->kind] = true;
    return backwards;
}

bool rtmp_clocks_follow(struct rtmp_clocks *clocks, const struct rtmp_memory *memory,
                        struct rtmp_clock_message *message, const struct rtmp_media_body *body,
                        bool *backwards) {
    clocks->have_run = true;
    *backwards = false;
    if (message->index >= clocks->next_checkpoint && !add_checkpoint(clocks, memory, message))
        return false;
    struct rtmp_live_clock *live = live_clock_of(clocks, memory, message->stream_id);
    if (!live)
        return false;
    message->counts_key = message->class == RTMP_MEDIA_CLASS_KEY;
    if (message->class == RTMP_MEDIA_CLASS_KEY_TRACKS)
        follow_tracks(clocks, memory, live, message, body);
    *backwards = run_backwards(live, message);
    rtmp_clock_step(&live->clock, message);
    return true;
}

void rtmp_clocks_restart(struct rtmp_clocks *clocks, uint32_t stream_id) {
    for (uint32_t i = 0; i < clocks->live_count; i++)
        if (clocks->live[i].clock.stream_id == stream_id) {
            clocks->live[i] = clocks->live[--clocks->live_count];
            clocks->next_checkpoint = 0;
        }
    for (uint32_t i = clocks->track_count; i > 0; i--)
        if (clocks->track[i - 1].stream_id == stream_id)
            clocks->track[i - 1] = clocks->track[--clocks->track_count];
}

void rtmp_clocks_judge_anew(struct rtmp_clocks *clocks) {
    clocks->have_run = false;
    for (uint32_t i = 0; i < clocks->live_count; i++) {
        rtmp_composition_begin_anew(&clocks->live[i].composition);
        for (unsigned kind = 0; kind < RTMP_CLOCK_KINDS; kind++)
            clocks->live[i].is_judged[kind] = false;
    }
}

void rtmp_clocks_watch_anew(struct rtmp_clocks *clocks) {
    for (uint32_t i = 0; i < clocks->live_count; i++)
        rtmp_watch_begin_anew(&clocks->live[i].watch);
}

bool rtmp_clocks_watch_stream_anew(struct rtmp_clocks *clocks, uint32_t stream_id) {
    struct rtmp_live_clock *live = rtmp_clocks_live(clocks, stream_id);
    if (live)
        rtmp_watch_begin_anew(&live->watch);
    return live;
}

void rtmp_clocks_pause(struct rtmp_clocks *clocks, int64_t arrival, int64_t longest) {
    for (uint32_t i = 0; i < clocks->live_count; i++) {
        struct rtmp_media_watch *watch = &clocks->live[i].watch;
        if (!longest || rtmp_watch_silence(watch, arrival) < longest)
            rtmp_watch_pause(watch);
    }
}

void rtmp_clocks_touch(struct rtmp_clocks *clocks, int64_t arrival) {
    for (uint32_t i = 0; i < clocks->live_count; i++)
        rtmp_watch_touch(&clocks->live[i].watch, arrival);
}

struct rtmp_live_clock *rtmp_clocks_live(const struct rtmp_clocks *clocks, uint32_t stream_id) {
    for (uint32_t i = 0; i < clocks->live_count; i++)
        if (clocks->live[i].clock.stream_id == stream_id)
            return &clocks->live[i];
    return NULL;
}

/* ---- any pass ---- */

static bool checkpoint_not_after(const void *record, uint64_t index) {
    const struct rtmp_clock_checkpoint *checkpoint = record;
    return checkpoint->message <= index;
}

const struct rtmp_clock_checkpoint *rtmp_clocks_checkpoint(const struct rtmp_clocks *clocks,
                                                           uint32_t index) {
    uint32_t behind = RTMP_FIRST_NOT_BEFORE(clocks->checkpoint, clocks->checkpoint_count,
                                            checkpoint_not_after, index);
    return behind ? &clocks->checkpoint[behind - 1] : NULL;
}

struct rtmp_stream_clock rtmp_clocks_kept(const struct rtmp_clocks *clocks,
                                          const struct rtmp_clock_checkpoint *checkpoint,
                                          uint32_t stream_id) {
    for (uint32_t i = 0; i < checkpoint->count; i++)
        if (clocks->kept[checkpoint->first + i].stream_id == stream_id)
            return clocks->kept[checkpoint->first + i];
    return (struct rtmp_stream_clock){.stream_id = stream_id};
}

static bool track_key_before(const void *record, uint64_t index) {
    const struct rtmp_track_key *key = record;
    return key->message < index;
}

uint32_t rtmp_clocks_track_keys(const struct rtmp_clocks *clocks, uint32_t index,
                                const struct rtmp_track_key **keys) {
    uint32_t first =
        RTMP_FIRST_NOT_BEFORE(clocks->track_key, clocks->track_key_count, track_key_before, index);
    uint32_t end = first;
    while (end < clocks->track_key_count && clocks->track_key[end].message == index)
        end++;
    *keys = clocks->track_key ? &clocks->track_key[first] : NULL;
    return end - first;
}
