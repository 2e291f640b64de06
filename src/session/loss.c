/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/loss.h"

#include "session/so_follow.h"

static void lose_up_to(struct rtmp_session_direction *dir, uint64_t end) {
    dir->has_loss = true;
    rtmp_requests_forget(&dir->session->requests);
    rtmp_acks_lose(&rtmp_session_peer(dir)->acks);
    rtmp_so_follow_loss(dir->session);
    if (end > dir->calls.known_since)
        dir->calls.known_since = end;
}

/* Time of capture of the last segment before this one. */
static int64_t last_arrival(const struct rtmp_session_direction *dir) {
    const struct rtmp_records *records = &dir->records;
    return records->segment_count > 1 ? records->segments[records->segment_count - 2].time : 0;
}

void rtmp_loss_up_to(struct rtmp_session_direction *dir, uint64_t end) {
    rtmp_clocks_pause(&dir->clocks, last_arrival(dir),
                      dir->session->media_thresholds.stall * INT64_C(1000000));
    lose_up_to(dir, end);
}

/* Are the missing bytes of packets that are not in the capture? When those came that it cut off is
 * known (session.c). */
static bool is_hole(const struct rtmp_session_direction *dir, const struct rtmp_note *note) {
    return note->count == 0 || note->offset < dir->open_offset;
}

/* A hole was opened. Behind a search that goes on, or when a hole may have been given up for it,
 * filling all that are open leaves bytes that were not read. */
static void note_hole(struct rtmp_session_direction *dir, uint64_t offset) {
    const struct rtmp_late *late = dir->wire.late;
    if (late->hole_count == 1)
        dir->before_holes = (struct rtmp_known_before_holes){
            .offset = offset,
            .calls_since = dir->calls.known_since,
            .is_certain = late->holes[0].before.state == RTMP_SYNCHRONISED,
        };
    else if (late->hole_count == RTMP_LIMIT_HOLES)
        dir->before_holes.is_certain = false;
}

static void note_gap_or_hole(struct rtmp_session_direction *dir, const struct rtmp_note *note) {
    const struct rtmp_late *late = dir->wire.late;
    if (late)
        note_hole(dir, note->offset);
    if (!late || late->hole_count == 1)
        dir->peer_facts_at_loss = rtmp_session_peer(dir)->records.facts_count;
    if (is_hole(dir, note))
        rtmp_loss_up_to(dir, note->offset + note->count);
    else
        lose_up_to(dir, note->offset + note->count);
}

void rtmp_loss_note(struct rtmp_session_direction *dir, const struct rtmp_note *note) {
    switch (note->kind) {
    case RTMP_NOTE_GAP:
        note_gap_or_hole(dir, note);
        break;
    case RTMP_NOTE_LOST:
        if (!note->count) /* it is no gap that explains it */
            dir->peer_facts_at_loss = rtmp_session_peer(dir)->records.facts_count;
        rtmp_loss_up_to(dir, note->offset);
        break;
    case RTMP_NOTE_MEMORY:
        rtmp_loss_up_to(dir, note->offset);
        break;
    case RTMP_NOTE_SEARCHED: /* behind a loss that was told of */
    case RTMP_NOTE_RESYNCHRONIZED:
        lose_up_to(dir, note->offset);
        break;
    default:
        break;
    }
}

/* Holes are also given up when they are too far behind. */
void rtmp_loss_filled(struct rtmp_session_direction *dir) {
    const struct rtmp_known_before_holes *before = &dir->before_holes;
    if (before->is_certain && dir->wire.position - before->offset <= RTMP_LIMIT_LATE_BYTES)
        dir->calls.known_since = before->calls_since;
}
