/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/chunk_rate.h"

#define SECOND INT64_C(1000000000) /* ns */

/* So long they are counted: a key frame, or what a server sends at once to a new player, is no
 * rate.
 */
#define TIME (5 * SECOND)

struct sent {
    uint64_t headers, bodies; /* bytes */
};

/* The messages that end with the fragments from `index` up to `end`. */
static void add_messages(struct sent *sent, const struct rtmp_records *records, uint32_t index,
                         uint32_t end) {
    for (; index < end; index++) {
        const struct rtmp_fragment_record *fragment = rtmp_records_fragment(records, index);
        if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
            continue;
        sent->headers += rtmp_records_chunk_headers(records, fragment);
        sent->bodies += fragment->length;
    }
}

/* Percent of the bytes of the messages behind a segment that are chunk headers. */
static double share_of_headers(const struct rtmp_records *records, uint32_t behind) {
    struct sent sent = {.headers = 0};
    const uint32_t open = records->segment_count - 1;
    for (uint32_t i = behind + 1; i < open; i++) {
        const struct rtmp_segment_record *segment = &records->segments[i];
        add_messages(&sent, records, segment->first_fragment,
                     segment->first_fragment + segment->fragment_count);
    }
    add_messages(&sent, records, records->segments[open].first_fragment,
                 rtmp_records_next_index(records));
    const uint64_t all = sent.headers + sent.bodies;
    return all ? (double)sent.headers * 100 / (double)all : 0;
}

static void tell(struct rtmp_session_direction *dir, const struct rtmp_fragment *fragment,
                 uint32_t rate) {
    const uint32_t message = rtmp_records_next_index(&dir->records) - 1;
    const struct rtmp_media_fault fault = {
        .message = message,
        .kind = RTMP_FAULT_SMALL_CHUNKS,
        .value = rate,
        .real = share_of_headers(&dir->records, dir->chunking.segment),
        .count = fragment->chunk_size,
    };
    dir->chunking.is_told = true;
    if (rtmp_diagnosis_add(&dir->diagnosis, &dir->session->memory, &fault))
        rtmp_records_fragment(&dir->records, message)->has_faults = 1;
}

void rtmp_chunking_follow(struct rtmp_session_direction *dir,
                          const struct rtmp_fragment *fragment) {
    struct rtmp_chunking *chunking = &dir->chunking;
    const uint32_t most = dir->session->chunk_rate;
    const int64_t time = rtmp_session_open_segment(dir)->time;
    if (most == 0 || chunking->is_told || dir->filling)
        return;
    const int64_t elapsed = (int64_t)((uint64_t)time - (uint64_t)chunking->since);
    if (chunking->is_counting) {
        chunking->chunks += fragment->chunks;
        if (elapsed >= 0 && elapsed < TIME)
            return;
        const double rate = (double)chunking->chunks * (double)SECOND / (double)elapsed;
        if (rate >= most && rate <= UINT32_MAX)
            tell(dir, fragment, (uint32_t)rate);
    }
    *chunking = (struct rtmp_chunking){.since = time,
                                       .segment = dir->records.segment_count - 1,
                                       .is_counting = true,
                                       .is_told = chunking->is_told};
}
