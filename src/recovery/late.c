/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/late.h"

static void *late_resize(struct rtmp_recovery *r, void *old, size_t size) {
    return r->dechunk.memory.resize(r->dechunk.memory.user, old, size);
}

/* ---- messages, each reported once ---- */

/* Searched backwards: such a message was usually reported last. */
static bool was_reported(const struct rtmp_late *late, uint64_t message_offset) {
    for (uint32_t i = late->reported_count; i > 0; i--)
        if (late->reported[i - 1] == message_offset)
            return true;
    return false;
}

/* Was a message reported that begins at `offset` or behind it? */
static bool reported_behind(const struct rtmp_late *late, uint64_t offset) {
    for (uint32_t i = late->reported_count; i > 0; i--)
        if (late->reported[i - 1] >= offset)
            return true;
    return false;
}

static bool is_reported_full(const struct rtmp_late *late) {
    return late->reported_count == RTMP_LIMIT_LATE_MESSAGES;
}

static void report_fragment(struct rtmp_late *late, const struct rtmp_fragment *fragment) {
    late->sink.fragment(late->sink.user, fragment);
    if ((fragment->flags & RTMP_FRAGMENT_COMPLETE) && !is_reported_full(late))
        late->reported[late->reported_count++] = fragment->message_offset;
}

/* Messages that the direction itself reads, now or from its search buffer. Late bytes may have
 * brought them before. */
static void on_own_fragment(void *user, const struct rtmp_fragment *fragment) {
    const struct rtmp_late *late = user;
    if (fragment->message_offset > late->late_end || !was_reported(late, fragment->message_offset))
        report_fragment(user, fragment);
}

static void on_own_note(void *user, const struct rtmp_note *note) {
    struct rtmp_late *late = user;
    late->sink.note(late->sink.user, note);
}

static void pass_correction(void *user, const struct rtmp_fragment *fragment) {
    struct rtmp_late *late = user;
    if (late->sink.corrected)
        late->sink.corrected(late->sink.user, fragment);
}

static void on_late_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct rtmp_late *late = user;
    if (is_reported_full(late))
        return;
    if (was_reported(late, fragment->message_offset)) {
        if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
            pass_correction(late, fragment);
        return;
    }
    report_fragment(late, fragment);
    if (fragment->message_offset > late->late_end)
        late->late_end = fragment->message_offset;
}

/* Notes were reported when the direction was read behind the hole. */
static void ignore_note(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
}

static struct rtmp_sink watching(struct rtmp_late *late) {
    return (struct rtmp_sink){.user = late,
                              .fragment = on_own_fragment,
                              .note = on_own_note,
                              .corrected = pass_correction};
}

static struct rtmp_sink filling(struct rtmp_late *late) {
    return (struct rtmp_sink){.user = late,
                              .fragment = on_late_fragment,
                              .note = ignore_note,
                              .corrected = pass_correction};
}

/* ---- holes ---- */

static void remove_holes(struct rtmp_late *late, uint32_t first, uint32_t count) {
    late->hole_count -= count;
    memmove(late->holes + first, late->holes + first + count,
            (late->hole_count - first) * sizeof *late->holes);
}

/* Release the bytes before the first hole. */
static void move_up(struct rtmp_late *late) {
    uint32_t done = (uint32_t)(late->holes[0].start - late->offset);
    if (done == 0)
        return;
    memmove(late->bytes, late->bytes + done, late->count - done);
    late->count -= done;
    late->offset += done;
}

void rtmp_late_forget(struct rtmp_late **handle, struct rtmp_recovery *r) {
    struct rtmp_late *late = *handle;
    if (!late)
        return;
    for (uint32_t i = 0; i < late->hole_count; i++)
        if (late->holes[i].known)
            rtmp_recovery_destroy(&late->holes[i].before);
    r->dechunk.sink = late->sink;
    if (late->bytes)
        (void)late_resize(r, late->bytes, 0);
    *handle = late_resize(r, late, 0);
}

/* Give up the first hole, and the holes whose state follows from it. */
static void give_up_first(struct rtmp_late **handle, struct rtmp_recovery *r) {
    struct rtmp_late *late = *handle;
    uint32_t count = 1;
    while (count < late->hole_count && !late->holes[count].known)
        count++;
    if (count == late->hole_count) {
        rtmp_late_forget(handle, r);
        return;
    }
    rtmp_recovery_destroy(&late->holes[0].before);
    remove_holes(late, 0, count);
    move_up(late);
}

/* Make room for the bytes up to `len` bytes behind the direction's position. */
static bool make_late_room(struct rtmp_late **handle, struct rtmp_recovery *r, uint64_t len) {
    while (*handle && (*handle)->count + len > RTMP_LIMIT_LATE_BYTES)
        give_up_first(handle, r);
    struct rtmp_late *late = *handle;
    if (!late)
        return false;
    uint32_t want = late->count + (uint32_t)len;
    if (want <= late->capacity)
        return true;
    uint32_t capacity = late->capacity ? late->capacity : 4096;
    while (capacity < want)
        capacity *= 2;
    uint8_t *bytes = late_resize(r, late->bytes, capacity);
    if (!bytes) {
        rtmp_late_forget(handle, r);
        return false;
    }
    late->bytes = bytes;
    late->capacity = capacity;
    return true;
}

/* The first hole. NULL: no memory, late bytes cannot fill it. */
static struct rtmp_late *begin_late(struct rtmp_recovery *r) {
    struct rtmp_late *late = late_resize(r, NULL, sizeof *late);
    if (!late)
        return NULL;
    late->hole_count = 0;
    late->bytes = NULL;
    late->offset = r->dechunk.position;
    late->count = late->capacity = 0;
    late->reported_count = 0;
    late->late_end = 0;
    late->sink = r->dechunk.sink;
    return late;
}

void rtmp_late_open(struct rtmp_late **handle, struct rtmp_recovery *r, uint64_t count) {
    if (count > RTMP_LIMIT_LATE_BYTES || rtmp_recovery_size(r) > RTMP_LIMIT_HOLE_STATE) {
        rtmp_late_forget(handle, r);
        return;
    }
    if (*handle && (*handle)->hole_count == RTMP_LIMIT_HOLES)
        give_up_first(handle, r);
    if (!*handle)
        *handle = begin_late(r);
    struct rtmp_late *late = *handle;
    if (!late)
        return;
    struct rtmp_late_hole *hole = &late->holes[late->hole_count];
    *hole = (struct rtmp_late_hole){
        .start = r->dechunk.position, .end = r->dechunk.position + count, .known = true};
    if (!rtmp_recovery_copy(&hole->before, r)) {
        rtmp_late_forget(handle, r);
        return;
    }
    hole->before.dechunk.sink = filling(late);
    r->dechunk.sink = watching(late);
    late->hole_count++;
    if (make_late_room(handle, r, count))
        late->count += (uint32_t)count;
}

void rtmp_late_follow(struct rtmp_late **handle, struct rtmp_recovery *r, const uint8_t *bytes,
                      uint32_t len) {
    if (is_reported_full(*handle))
        rtmp_late_forget(handle, r);
    if (!make_late_room(handle, r, len))
        return;
    struct rtmp_late *late = *handle;
    memcpy(late->bytes + late->count, bytes, len);
    late->count += len;
}

/* ---- filling ---- */

/* The state `r` is replaced by `better`, which is at the same position. A message that is open in
 * both stays one message to the sink; one that `r` took to be complete is not reported again. */
static void replace_state(const struct rtmp_late *late, struct rtmp_recovery *r,
                          struct rtmp_recovery *better) {
    const struct rtmp_chunk_streams *streams = &better->dechunk.streams;
    for (uint32_t i = 0; i < streams->count; i++) {
        struct rtmp_chunk_stream *cs = &streams->items[i];
        const struct rtmp_chunk_stream *ours =
            rtmp_chunk_streams_find(&r->dechunk.streams, cs->message.csid);
        if (!cs->open)
            continue;
        if (ours && ours->open && cs->message_offset == ours->message_offset)
            cs->slot = ours->slot;
        cs->muted |= was_reported(late, cs->message_offset);
    }
    const struct rtmp_sink sink = r->dechunk.sink;
    rtmp_recovery_destroy(r);
    *r = *better;
    r->dechunk.sink = sink;
}

/* Is `before`, read up to the position of `there`, the better state? A state that read all bytes
 * knows at least as much, unless synchronisation was lost before the hole. Messages in its search
 * buffer must not have been reported yet. */
static bool is_better(const struct rtmp_late *late, const struct rtmp_recovery *before,
                      const struct rtmp_recovery *there) {
    if (before->state == RTMP_SYNCHRONISED)
        return true;
    return there->state != RTMP_SYNCHRONISED && !reported_behind(late, before->buffer.offset);
}

/* The hole is filled: read to the next hole, or to the direction's position. */
static void close_hole(struct rtmp_late *late, struct rtmp_recovery *r, uint32_t index) {
    struct rtmp_late_hole *hole = &late->holes[index];
    struct rtmp_late_hole *next = index + 1 < late->hole_count ? hole + 1 : NULL;
    uint64_t end = next ? next->start : r->dechunk.position;
    uint32_t len = (uint32_t)(end - hole->end);
    rtmp_recovery_feed(&hole->before, late->bytes + (hole->end - late->offset), len);
    if (next && !next->known) {
        next->before = hole->before;
        next->known = true;
    } else {
        struct rtmp_recovery *there = next ? &next->before : r;
        if (is_better(late, &hole->before, there))
            replace_state(late, there, &hole->before);
        else
            rtmp_recovery_destroy(&hole->before);
    }
    remove_holes(late, index, 1);
}

/* The `len` missing bytes at the beginning of a hole have come. */
static void advance_hole(struct rtmp_late *late, struct rtmp_recovery *r, uint32_t index,
                         const uint8_t *bytes, uint32_t len) {
    struct rtmp_late_hole *hole = &late->holes[index];
    hole->start += len;
    if (hole->known)
        rtmp_recovery_feed(&hole->before, bytes, len);
    if (hole->start < hole->end)
        return;
    if (hole->known)
        close_hole(late, r, index);
    else
        remove_holes(late, index, 1);
}

/* A hole is filled in its middle: its second half waits for the first. */
static bool split(struct rtmp_late *late, uint32_t index, uint64_t start, uint64_t end) {
    if (late->hole_count == RTMP_LIMIT_HOLES)
        return false;
    struct rtmp_late_hole *hole = &late->holes[index];
    memmove(hole + 2, hole + 1, (late->hole_count - index - 1) * sizeof *hole);
    late->hole_count++;
    hole[1] = (struct rtmp_late_hole){.start = end, .end = hole->end};
    hole->end = start;
    return true;
}

/* Bytes `start` .. `end` - 1 of a hole. False: they cannot be used. */
static bool fill_hole(struct rtmp_late *late, struct rtmp_recovery *r, uint32_t index,
                      uint64_t start, uint64_t end, const uint8_t *bytes) {
    struct rtmp_late_hole *hole = &late->holes[index];
    uint32_t count = (uint32_t)(end - start);
    if (start > hole->start && end < hole->end && !split(late, index, start, end))
        return false;
    const struct rtmp_note note = {.kind = RTMP_NOTE_LATE, .offset = start, .count = count};
    late->sink.note(late->sink.user, &note);
    memcpy(late->bytes + (start - late->offset), bytes, count);
    if (start > hole->start)
        hole->end = start;
    else
        advance_hole(late, r, index, bytes, count);
    return true;
}

bool rtmp_late_fill(struct rtmp_late **handle, struct rtmp_recovery *r, uint64_t offset,
                    const uint8_t *bytes, uint32_t len) {
    struct rtmp_late *late = *handle;
    bool filled = false;
    for (uint32_t i = 0; i < late->hole_count;) {
        const struct rtmp_late_hole *hole = &late->holes[i];
        uint64_t start = offset > hole->start ? offset : hole->start;
        uint64_t end = offset + len < hole->end ? offset + len : hole->end;
        uint32_t count = late->hole_count;
        if (start < end)
            filled |= fill_hole(late, r, i, start, end, bytes + (start - offset));
        /* One more when it was split, one less when it is filled. */
        i += 1 + late->hole_count - count;
    }
    if (filled && !late->hole_count)
        rtmp_late_forget(handle, r);
    else if (filled)
        move_up(late);
    return filled;
}
