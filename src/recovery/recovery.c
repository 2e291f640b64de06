/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/recovery.h"

#include "recovery/continuation.h"
#include "recovery/evidence.h"
#include "recovery/search.h"

static bool believes(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    return rtmp_evidence_header(cs, h) >= 0;
}

void rtmp_recovery_init(struct rtmp_recovery *r, const struct rtmp_memory *memory,
                        const struct rtmp_sink *sink, const struct rtmp_body_format *format) {
    memset(r, 0, sizeof *r);
    rtmp_dechunk_init(&r->dechunk, memory, sink, format);
    r->dechunk.believes = believes;
}

void rtmp_recovery_destroy(struct rtmp_recovery *r) {
    rtmp_search_buffer_free(&r->buffer, &r->dechunk.memory);
    rtmp_dechunk_destroy(&r->dechunk);
    memset(r, 0, sizeof *r);
}

uint64_t rtmp_recovery_size(const struct rtmp_recovery *r) {
    return sizeof *r + rtmp_chunk_streams_size(&r->dechunk.streams) + 2ULL * r->buffer.count;
}

bool rtmp_recovery_copy(struct rtmp_recovery *copy, const struct rtmp_recovery *r) {
    const struct rtmp_memory *memory = &r->dechunk.memory;
    *copy = *r;
    copy->dechunk.bodies.spare = (struct rtmp_body_buffer){NULL, 0};
    bool copied = rtmp_chunk_streams_copy(&copy->dechunk.streams, &r->dechunk.streams, memory);
    copied &= rtmp_search_buffer_copy(&copy->buffer, &r->buffer, memory);
    if (!copied)
        rtmp_recovery_destroy(copy);
    return copied;
}

/* ---- loss ---- */

/* Buffer what follows the reader's position, and search for a header there. */
static void lose_sync(struct rtmp_recovery *r) {
    rtmp_recovery_begin_search(r);
    r->lost_offset = r->dechunk.position;
    r->lost_gap = 0;
    r->searched = false;
    r->look_again = 0;
    r->continuation.valid = false;
}

/* The reader stopped at bytes that are no header, or at a header that the bytes behind it must
 * explain. */
static void lose_sync_at_header(struct rtmp_recovery *r) {
    struct rtmp_dechunk *d = &r->dechunk;
    const enum rtmp_dechunk_stop stop = d->stop;
    uint8_t partial[RTMP_CHUNK_HEADER_MAX];
    const uint32_t partial_len = d->partial_header_len;
    memcpy(partial, d->partial_header, sizeof partial);
    lose_sync(r);
    if (stop == RTMP_STOP_NOTHING) {
        /* A presumed single chunk may have been several, and the skipped bytes may hold a Set Chunk
         * Size. */
        rtmp_recovery_doubt_chunk_size(r);
        d->whole = false;
        rtmp_sink_note(&d->sink, RTMP_NOTE_LOST, d->position, r->has_gaps,
                       &(struct rtmp_message){.csid = d->stopped_at_orphan ? d->orphan_csid : 0});
        r->scanned = 1;
    } else {
        r->state = stop == RTMP_STOP_UNSURE ? RTMP_SIZING : RTMP_PROVING;
    }
    if (partial_len)
        (void)rtmp_search_hold(r, partial, NULL, partial_len);
}

/* ---- reading ---- */

static void skip_gap(struct rtmp_recovery *r, uint64_t count);

/* The search buffer can be read from the reader's position on: it becomes the input, in front of
 * any other. It also holds the bytes of an earlier such input that was not read to its end. */
static void take_buffer(struct rtmp_recovery *r, struct rtmp_search_buffer *input, uint32_t *pos) {
    if (*pos < input->count) {
        rtmp_search_buffer_free(&r->buffer, &r->dechunk.memory);
    } else {
        rtmp_search_buffer_free(input, &r->dechunk.memory);
        *input = r->buffer;
        r->buffer = (struct rtmp_search_buffer){.count = 0};
    }
    *pos = (uint32_t)(r->dechunk.position - input->offset);
}

/* Read `len` bytes after those of the buffer, when a header was just `found` there. */
static void read_all(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len, bool found) {
    struct rtmp_search_buffer input = {.count = 0}; /* the former search buffer, while it is read */
    uint32_t at = 0;
    uint32_t pos = 0;
    for (;;) {
        if (found)
            take_buffer(r, &input, &at);
        bool replaying = at < input.count;
        if (!replaying && pos == len)
            break;
        uint32_t *from = replaying ? &at : &pos;
        const uint8_t *next = replaying ? input.bytes + at : bytes + pos;
        const uint8_t *marks = replaying ? input.marks + at : NULL;
        uint32_t left = replaying ? rtmp_search_buffer_run(&input, at) : len - pos;
        found = false;
        if (r->state == RTMP_SYNCHRONISED && !(marks && *marks == RTMP_MARK_MISSING)) {
            *from += rtmp_dechunk_replay(&r->dechunk, next, left);
            if (r->dechunk.state == RTMP_STOPPED)
                lose_sync_at_header(r);
            continue;
        }
        if (marks && *marks == RTMP_MARK_MISSING) {
            *from += left;
            skip_gap(r, left);
        } else {
            *from += rtmp_search_hold(r, next, marks, left);
        }
        found = r->state != RTMP_SYNCHRONISED && rtmp_search_find(r);
    }
    rtmp_search_buffer_free(&input, &r->dechunk.memory);
}

void rtmp_recovery_feed_unread(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len) {
    if (r->state == RTMP_SYNCHRONISED)
        lose_sync_at_header(r);
    read_all(r, bytes, len, false);
}

/* ---- gaps ---- */

/* Give up the bytes before the gap of `count` bytes; the search begins behind it. */
static void lose_sync_before_gap(struct rtmp_recovery *r, uint64_t count) {
    const struct rtmp_continuation continuation = r->continuation;
    if (r->state == RTMP_SYNCHRONISED)
        lose_sync(r);
    r->continuation = continuation;
    r->has_gaps = true;
    r->dechunk.whole = false;
    r->lost_gap += count + rtmp_search_buffer_missing(&r->buffer, r->buffer.count);
    r->dechunk.position += count;
    rtmp_recovery_begin_search(r);
}

/* A Set Chunk Size may have been lost in the gap. */
static void doubt_chunk_size(struct rtmp_recovery *r) {
    if (!r->dechunk.chunk_size_known)
        return;
    rtmp_recovery_doubt_chunk_size(r);
    r->continuation.chunk_size_known = true;
}

/* `count` bytes are missing: step over them, or lose synchronisation. */
static void skip_gap(struct rtmp_recovery *r, uint64_t count) {
    count -= rtmp_dechunk_skip_gap(&r->dechunk, count);
    if (count == 0)
        return;
    if (r->state == RTMP_SYNCHRONISED || !rtmp_search_hold_missing(r, count)) {
        rtmp_continuation_predict(r, count);
        lose_sync_before_gap(r, count);
    }
    doubt_chunk_size(r);
}

void rtmp_recovery_gap(struct rtmp_recovery *r, uint64_t count) {
    if (count == 0)
        return;
    rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_GAP, r->dechunk.position, count, NULL);
    skip_gap(r, count);
    if (r->state != RTMP_SYNCHRONISED && r->buffer.count && rtmp_search_find(r))
        read_all(r, NULL, 0, true);
}

void rtmp_recovery_break(struct rtmp_recovery *r) {
    r->continuation.valid = false;
    lose_sync_before_gap(r, 0);
    doubt_chunk_size(r);
}

void rtmp_recovery_begin_midstream(struct rtmp_recovery *r, uint32_t chunk_size) {
    lose_sync(r);
    r->midstream = r->has_gaps = true;
    r->dechunk.whole = false;
    r->dechunk.chunk_size_known = chunk_size != 0;
    r->dechunk.chunk_size_floor = 0;
    rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_MIDSTREAM, r->dechunk.position, 0, NULL);
    if (chunk_size) {
        r->dechunk.chunk_size = chunk_size;
        rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_CHUNK_SIZE_SET, r->dechunk.position, chunk_size,
                       NULL);
    }
}
