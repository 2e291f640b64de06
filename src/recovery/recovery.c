/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/recovery.h"

#include "recovery/continuation.h"
#include "recovery/evidence.h"
#include "recovery/search.h"
#include "recovery/weights.h"

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
    const struct rtmp_search_buffer nothing = {.offset = r->buffer.offset};
    copied &=
        rtmp_search_buffer_copy(&copy->buffer, r->dechunk.held_at ? &nothing : &r->buffer, memory);
    copy->dechunk.held_at = 0;
    copy->dechunk.size_doubted = false;
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

/* Forget the bytes of a message that may have shown a wrong chunk size. */
static void release_held(struct rtmp_recovery *r) {
    r->dechunk.size_doubted = false;
    if (r->dechunk.held_at == 0)
        return;
    r->dechunk.held_at = 0;
    rtmp_search_buffer_free(&r->buffer, &r->dechunk.memory);
}

/* What stands at the reader's position is no header. */
static void report_lost(struct rtmp_recovery *r) {
    struct rtmp_dechunk *d = &r->dechunk;
    r->gap_tells &= d->position - r->found_at < READ_ENOUGH;
    /* A chunk stream may be seldom used: that it began in a gap shows late. */
    bool is_behind_gap = d->stopped_at_orphan ? r->has_gaps : r->gap_tells;
    /* What is skipped because of the gap may be a Set Chunk Size. */
    r->gap_hides_size = is_behind_gap || (r->gap_hides_size && !d->chunk_size_known);
    rtmp_sink_note(&d->sink, RTMP_NOTE_LOST, d->position, is_behind_gap,
                   &(struct rtmp_message){.csid = d->stopped_at_orphan ? d->orphan_csid : 0});
}

/* The message that is held was taken back: its bytes are the search buffer. */
static void size_held(struct rtmp_recovery *r) {
    const uint32_t held = r->buffer.count;
    lose_sync(r);
    rtmp_recovery_doubt_chunk_size(r);
    r->state = RTMP_SIZING;
    r->dechunk.size_doubted = false;
    r->dechunk.held_at = 0;
    r->buffer.count = held;
    r->dechunk.position += held;
}

/* The reader stopped at bytes that are no header, or at a header that the bytes behind it must
 * explain. */
static void lose_sync_at_header(struct rtmp_recovery *r) {
    struct rtmp_dechunk *d = &r->dechunk;
    const enum rtmp_dechunk_stop stop = d->stop;
    if (stop == RTMP_STOP_CUT && d->held_at == d->position + 1) {
        size_held(r);
        return;
    }
    release_held(r);
    uint8_t partial[RTMP_CHUNK_HEADER_MAX];
    const uint32_t partial_len = d->partial_header_len;
    memcpy(partial, d->partial_header, sizeof partial);
    lose_sync(r);
    if (stop == RTMP_STOP_NOTHING) {
        report_lost(r);
        /* A presumed single chunk may have been several, and the skipped bytes may hold a Set Chunk
         * Size. */
        rtmp_recovery_doubt_chunk_size(r);
        d->whole = false;
        r->scanned = 1;
    } else {
        if (stop == RTMP_STOP_CUT)
            rtmp_recovery_doubt_chunk_size(r);
        r->state = stop == RTMP_STOP_UNPROVEN ? RTMP_PROVING : RTMP_SIZING;
    }
    if (partial_len)
        (void)rtmp_search_hold(r, partial, NULL, partial_len);
}

/* ---- reading ---- */

static void skip_missing(struct rtmp_recovery *r, uint64_t count);

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
    r->found_at = r->dechunk.position;
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
            skip_missing(r, left);
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

/* Begin to hold the open message, which began in the feed of the `len` bytes: its header may have
 * begun in the one before. */
static bool begin_held(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len) {
    struct rtmp_dechunk *d = &r->dechunk;
    const uint64_t at = d->streams.items[d->current].message_offset;
    const uint64_t feed = d->position - len;
    const uint32_t before = at < feed ? (uint32_t)(feed - at) : 0;
    const uint32_t skipped = at > feed ? (uint32_t)(at - feed) : 0;
    if (before > sizeof d->partial_header || (before && d->partial_header_len))
        return false;
    release_held(r);
    r->buffer.offset = at;
    r->dechunk.size_doubted = true;
    r->dechunk.held_at = at + 1;
    return rtmp_search_keep(r, d->partial_header, before) &&
           rtmp_search_keep(r, bytes + skipped, len - skipped);
}

void rtmp_recovery_hold_doubted(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len) {
    const struct rtmp_dechunk *d = &r->dechunk;
    const struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    bool is_doubted = d->size_doubted && d->sink.withdrawn && cs->open && cs->chunks == 1 &&
                      !d->chunk_size_proved && cs->message.length <= RTMP_LIMIT_SEARCH_BYTES / 2;
    bool is_held = d->held_at == cs->message_offset + 1;
    if (!is_doubted || !(is_held ? rtmp_search_keep(r, bytes, len) : begin_held(r, bytes, len)))
        release_held(r);
}

/* ---- gaps ---- */

/* Give up the bytes before the gap of `count` bytes; the search begins behind it. */
static void lose_sync_before_gap(struct rtmp_recovery *r, uint64_t count) {
    const struct rtmp_continuation continuation = r->continuation;
    if (r->state == RTMP_SYNCHRONISED)
        lose_sync(r);
    r->continuation = continuation;
    r->dechunk.whole = false;
    r->lost_gap += count + rtmp_search_buffer_missing(&r->buffer, r->buffer.count);
    r->dechunk.position += count;
    rtmp_recovery_begin_search(r);
}

/* Bytes outside a chunk are missing, a Set Chunk Size perhaps among them. */
static void doubt_behind_gap(struct rtmp_recovery *r) {
    r->has_gaps = r->gap_tells = r->gap_hides_size = true;
    if (!r->dechunk.chunk_size_known)
        return;
    rtmp_recovery_doubt_chunk_size(r);
    r->continuation.chunk_size_known = true;
}

/* `count` bytes are missing: step over them, or lose synchronisation. */
static void skip_missing(struct rtmp_recovery *r, uint64_t count) {
    release_held(r);
    count -= rtmp_dechunk_skip_gap(&r->dechunk, count);
    if (count == 0)
        return;
    if (r->state == RTMP_SYNCHRONISED || !rtmp_search_hold_missing(r, count)) {
        rtmp_continuation_predict(r, count);
        lose_sync_before_gap(r, count);
    }
    doubt_behind_gap(r);
}

void rtmp_recovery_gap(struct rtmp_recovery *r, uint64_t count) {
    if (count == 0)
        return;
    rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_GAP, r->dechunk.position, count, NULL);
    skip_missing(r, count);
    if (r->state != RTMP_SYNCHRONISED && r->buffer.count && rtmp_search_find(r))
        read_all(r, NULL, 0, true);
}

void rtmp_recovery_break(struct rtmp_recovery *r) {
    release_held(r);
    r->continuation.valid = false;
    lose_sync_before_gap(r, 0);
    doubt_behind_gap(r);
}

void rtmp_recovery_begin_midstream(struct rtmp_recovery *r, uint32_t chunk_size) {
    lose_sync(r);
    r->midstream = r->has_gaps = r->gap_tells = r->gap_hides_size = true;
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
