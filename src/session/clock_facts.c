/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/clock_facts.h"

static bool has_key_of_track_0(const struct rtmp_clocks *clocks, uint32_t index) {
    const struct rtmp_track_key *keys;
    uint32_t count = rtmp_clocks_track_keys(clocks, index, &keys);
    for (uint32_t i = 0; i < count; i++)
        if (keys[i].track == 0)
            return true;
    return false;
}

static struct rtmp_clock_message clock_message(const struct rtmp_clocks *clocks,
                                               const struct rtmp_segment_record *segment,
                                               const struct rtmp_fragment_record *fragment,
                                               uint32_t index) {
    const enum rtmp_media_class class = (enum rtmp_media_class)fragment->media;
    return (struct rtmp_clock_message){
        .index = index,
        .stream_id = fragment->stream_id,
        .timestamp = fragment->timestamp,
        .arrival = segment->time,
        .kind = fragment->type == RTMP_MESSAGE_VIDEO ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO,
        .class = class,
        .counts_key = class == RTMP_MEDIA_CLASS_KEY ||
                      (class == RTMP_MEDIA_CLASS_KEY_TRACKS && has_key_of_track_0(clocks, index)),
    };
}

/* Step over the messages of a segment from `at` up to `end`. */
static void step_over(struct rtmp_stream_clock *clock, const struct rtmp_session_direction *dir,
                      const struct rtmp_segment_record *segment, uint32_t at, uint32_t end) {
    const struct rtmp_fragment_record *fragment = rtmp_records_fragment(&dir->records, at);
    for (; at < end; at++, fragment++)
        if (fragment->media && fragment->stream_id == clock->stream_id) {
            const struct rtmp_clock_message message =
                clock_message(&dir->clocks, segment, fragment, at);
            rtmp_clock_step(clock, &message);
        }
}

bool rtmp_media_facts_of(const struct rtmp_session_direction *dir,
                         const struct rtmp_fragment_record *fragment, uint32_t index,
                         struct rtmp_media_facts *facts) {
    const struct rtmp_clock_checkpoint *checkpoint =
        fragment->media ? rtmp_clocks_checkpoint(&dir->clocks, index) : NULL;
    if (!checkpoint)
        return false;
    const struct rtmp_records *records = &dir->records;
    struct rtmp_stream_clock clock =
        rtmp_clocks_kept(&dir->clocks, checkpoint, fragment->stream_id);
    const struct rtmp_segment_record *segment = &records->segments[checkpoint->segment];
    uint32_t at = checkpoint->message;
    for (;;) {
        uint32_t end = segment->first_fragment + segment->fragment_count;
        if (at < end)
            step_over(&clock, dir, segment, at, end < index ? end : index);
        if (index < end)
            break;
        segment++;
        /* Many may have no fragments: on to the last of them, or the next that has. */
        if (segment->fragment_count == 0)
            segment = &records->segments[rtmp_records_segment_of(records, segment->first_fragment)];
        at = segment->first_fragment;
    }
    const struct rtmp_clock_message message = clock_message(&dir->clocks, segment, fragment, index);
    *facts = rtmp_clock_facts(&clock, &message);
    return true;
}

bool rtmp_clock_message_of(const struct rtmp_session_direction *dir, uint32_t index,
                           struct rtmp_clock_message *message) {
    const struct rtmp_records *records = &dir->records;
    const struct rtmp_fragment_record *fragment = rtmp_records_fragment(records, index);
    if (!fragment->media)
        return false;
    const struct rtmp_segment_record *segment =
        &records->segments[rtmp_records_segment_of(records, index)];
    *message = clock_message(&dir->clocks, segment, fragment, index);
    return true;
}
