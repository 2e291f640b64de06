/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree/room.h"

#include "base/limits.h"

/* Items of one of each in the worst case, expert items included. */
enum { NOTE_ITEMS = 8, MESSAGE_ITEMS = 40, CHUNK_ITEMS = 12, EVENT_ITEMS = 9 };

static uint32_t least(uint64_t a, uint32_t b) {
    return a < b ? (uint32_t)a : b;
}

/* All of them together stay below what Wireshark allows; 3 % are for parameter sets (tree/nal.c).
 */
static struct rtmpx_room whole_room(void) {
    uint32_t percent = (uint32_t)prefs.gui_max_tree_items / 100;
    struct rtmpx_room room = {
        .notes = percent * 7 / NOTE_ITEMS,
        .messages = percent * 18 / MESSAGE_ITEMS,
        .bodies = RTMP_LIMIT_FRAME_BODIES,
        .chunks = percent * 17 / CHUNK_ITEMS,
        .events = least(percent * 54 / EVENT_ITEMS, RTMP_LIMIT_MESSAGE_ITEMS),
    };
    return room;
}

/* Of what a segment has room for, what its fragments want at most. */
typedef uint32_t wanted_by(const struct rtmp_records *records,
                           const struct rtmp_fragment_record *fragment);

static uint32_t wanted_chunks(const struct rtmp_records *records,
                              const struct rtmp_fragment_record *fragment) {
    const struct rtmp_reassembly *reassembly = rtmp_records_reassembly(records, fragment);
    return reassembly ? (uint32_t)(fragment->size / (UINT64_C(1) + reassembly->chunk_size)) + 2 : 1;
}

static uint32_t wanted_events(const struct rtmp_records *records,
                              const struct rtmp_fragment_record *fragment) {
    (void)records;
    return fragment->flags & RTMP_FRAGMENT_COMPLETE ? rtmpx_most_events(fragment->length) : 0;
}

static uint64_t sum(const struct rtmp_records *records, const struct rtmp_segment_record *segment,
                    wanted_by *wanted) {
    const struct rtmp_fragment_record *fragment = rtmp_records_fragments(records, segment);
    uint64_t total = 0;
    for (uint32_t i = 0; fragment && i < segment->fragment_count; i++)
        total += wanted(records, &fragment[i]);
    return total;
}

/* A larger share than `share`, as all that want less leave their rest to the others. */
static uint32_t raised_share(const struct rtmp_records *records,
                             const struct rtmp_segment_record *segment, wanted_by *wanted,
                             uint32_t room, uint32_t share) {
    const struct rtmp_fragment_record *fragment = rtmp_records_fragments(records, segment);
    uint64_t given = 0;
    uint32_t others = 0;
    for (uint32_t i = 0; fragment && i < segment->fragment_count; i++) {
        uint32_t want = wanted(records, &fragment[i]);
        if (want <= share)
            given += want;
        else
            others++;
    }
    return others ? (uint32_t)((room - given) / others) : share;
}

/* So much each fragment may have at most, for all of them to fit. */
static uint32_t share_of(const struct rtmp_records *records,
                         const struct rtmp_segment_record *segment, wanted_by *wanted,
                         uint32_t room) {
    enum { STEPS = 8 }; /* each is a share that fits; later ones hardly raise it */
    if (sum(records, segment, wanted) <= room)
        return room;
    uint32_t share = 0;
    for (unsigned step = 0; step < STEPS; step++)
        share = raised_share(records, segment, wanted, room, share);
    return share;
}

void rtmpx_room_pass(struct rtmpx_room *room, const struct rtmp_fragment_record *fragment) {
    if (fragment->type != RTMP_MESSAGE_AUDIO && fragment->type != RTMP_MESSAGE_VIDEO)
        room->before = least((uint64_t)room->before + fragment->length, UINT32_MAX / 2);
}

/* Of these one segment leaves a part to the later ones of the frame. */
static uint32_t of_one_segment(uint32_t rest) {
    return rest - rest / 4;
}

/* What an earlier segment of the frame takes at most. */
static void leave_to_segment(struct rtmpx_room *room, const struct rtmp_records *records,
                             const struct rtmp_segment_record *segment) {
    const struct rtmp_fragment_record *fragment = rtmp_records_fragments(records, segment);
    const struct rtmp_note_record *notes;
    uint32_t bodies = 0;
    for (uint32_t i = 0; fragment && i < segment->fragment_count; i++) {
        if (!(fragment[i].flags & RTMP_FRAGMENT_COMPLETE))
            continue;
        bodies += fragment[i].reassembly != 0;
        rtmpx_room_pass(room, &fragment[i]);
    }
    room->notes -= least(rtmp_records_notes_of(records, segment, &notes), room->notes);
    room->messages -= least(segment->fragment_count, room->messages);
    room->bodies -= least(bodies, room->bodies);
    room->chunks -= least(sum(records, segment, wanted_chunks), of_one_segment(room->chunks));
    room->events -= least(sum(records, segment, wanted_events), of_one_segment(room->events));
}

uint32_t rtmpx_room_events(void) {
    return whole_room().events;
}

struct rtmpx_room rtmpx_room_for(const struct rtmpx_view *view) {
    const struct rtmp_records *records = &view->core.direction->records;
    const struct rtmp_segment_record *segment = view->core.segment;
    struct rtmpx_room room = whole_room();
    while (!rtmp_records_begins_frame(records, segment))
        segment--;
    for (; segment < view->core.segment; segment++)
        leave_to_segment(&room, records, segment);
    room.chunks_each = share_of(records, segment, wanted_chunks, of_one_segment(room.chunks));
    room.events_each = share_of(records, segment, wanted_events, of_one_segment(room.events));
    return room;
}
