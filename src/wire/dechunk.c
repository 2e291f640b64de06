/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/dechunk.h"

#include "base/limits.h"
#include "recovery/evidence.h"
#include "recovery/probe.h"
#include "recovery/sizing.h"
#include "wire/body.h"
#include "wire/fragment.h"

void rtmp_dechunk_note(struct rtmp_dechunk *d, enum rtmp_note_kind kind, uint64_t offset,
                       uint64_t count, const struct rtmp_message *message) {
    struct rtmp_note n = {.kind = kind, .offset = offset, .count = count};
    if (message)
        n.message = *message;
    d->sink.note(d->sink.user, &n);
}

static void *resize(struct rtmp_dechunk *d, void *old, size_t size) {
    return d->memory.resize(d->memory.user, old, size);
}

void rtmp_dechunk_init(struct rtmp_dechunk *d, const struct rtmp_memory *memory,
                       const struct rtmp_sink *sink, uint64_t position) {
    memset(d, 0, sizeof *d);
    d->memory = *memory;
    d->sink = *sink;
    d->position = position;
    d->chunk_size = RTMP_DEFAULT_CHUNK_SIZE;
    d->chunk_size_known = true;
    d->media_head = RTMP_DEFAULT_MEDIA_HEAD;
    d->state = RTMP_AT_HEADER;
}

void rtmp_dechunk_destroy(struct rtmp_dechunk *d) {
    rtmp_chunk_streams_destroy(&d->streams, &d->memory);
    rtmp_search_buffer_free(&d->held, &d->memory);
    if (d->bodies.spare.bytes)
        (void)resize(d, d->bodies.spare.bytes, 0);
    memset(d, 0, sizeof *d);
}

/* ---- bodies ---- */

static void keep_some(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs, const uint8_t *bytes,
                      uint32_t len) {
    if (!rtmp_body_keep(cs, &d->memory, &d->bodies, d->media_head, bytes, len))
        rtmp_dechunk_note(d, RTMP_NOTE_MEMORY, d->position, cs->message.length, &cs->message);
}

static inline void keep(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs, const uint8_t *bytes,
                        uint32_t len) {
    if (!rtmp_body_discard(cs, len))
        keep_some(d, cs, bytes, len);
}

/* ---- headers ---- */

/* Read one header from `bytes`: its length, or 0 when more bytes are needed. */
static uint32_t read_header(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len,
                            struct rtmp_chunk_header *header, bool *extended3) {
    *extended3 = false;
    if (len < rtmp_chunk_header_bytes(bytes[0]))
        return 0;
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    if (!rtmp_chunk_header_read(&r, header))
        return 0;
    if (header->fmt != 3)
        return r.pos;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, header->csid);
    if (!cs || !cs->has_extended)
        return r.pos;
    int repeated = rtmp_chunk_stream_repeats_extended(cs->extended, cs->message.timestamp,
                                                      bytes + r.pos, len - r.pos);
    if (repeated < 0)
        return 0;
    *extended3 = repeated == 1;
    return r.pos + (repeated ? 4U : 0U);
}

enum begun {
    BEGUN_CHUNK,
    BEGUN_NOTHING,  /* it cannot be a header of this direction */
    BEGUN_UNSURE,   /* where its chunk ends depends on a chunk size that is not known yet */
    BEGUN_UNPROVEN, /* what it inherits may have changed in a hole; it may continue a lost message
                     */
};

/* Does the next chunk of the open message stand where the last ones predict, and no other size? */
static bool is_regular(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs) {
    return cs->chunk_size == d->chunk_size &&
           (cs->received - cs->chunk_origin) % d->chunk_size == 0;
}

static void enter_chunk(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs) {
    uint32_t rest = cs->message.length - cs->received;
    cs->chunks++;
    d->left = rest < d->chunk_size ? rest : d->chunk_size;
    d->state = RTMP_IN_DATA;
}

/* Is this a header of one byte that goes on with the message of the run, as the last chunk did?
 * Nearly all chunks of long messages are no more than that. */
static bool goes_on(const struct rtmp_dechunk *d, const struct rtmp_fragment_builder *run,
                    uint8_t header) {
    if (header < 0xC2 || !run->on || run->stream != d->current)
        return false;
    const struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    return cs->message.csid == (header & 0x3F) && cs->open && !cs->untrusted && !cs->has_extended &&
           is_regular(d, cs) && run->fragment.chunk_size == d->chunk_size &&
           run->fragment.chunk_origin == cs->chunk_origin;
}

/*
 * The short way over such chunks, as begin_chunk() and read_data() would go: those that are all
 * here and do not end their message. Returns the bytes read.
 */
static uint32_t read_whole_chunks(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    const uint8_t header = bytes[0];
    const uint32_t size = d->chunk_size;
    uint32_t pos = 0;
    while (len - pos > size && cs->message.length - cs->received > size && bytes[pos] == header) {
        d->position++;
        keep(d, cs, bytes + pos + 1, size);
        d->position += size;
        cs->received += size;
        cs->chunks++;
        pos += 1 + size;
    }
    return pos;
}

/*
 * Where the last chunk ends a header stands: nothing was missing. Only what cannot be a header says
 * that synchronisation was lost: there is nothing to inherit from, or nobody knows the type and
 * nothing else looks like a header either.
 */
static bool is_header(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    if (h->fmt >= 2)
        return cs != NULL;
    return rtmp_message_type_known(h->type) || rtmp_evidence_header(cs, h) >= 0;
}

/* A chunk stream that was not seen before. Not before its header is believed: others would inherit
 * from it. NULL: no memory. */
static struct rtmp_chunk_stream *add_stream(struct rtmp_dechunk *d,
                                            const struct rtmp_chunk_header *h, uint64_t offset) {
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_add(&d->streams, &d->memory, h->csid);
    if (cs)
        cs->uncertain = h->fmt != 0;
    else
        rtmp_dechunk_note(d, RTMP_NOTE_MEMORY, offset, 0, NULL);
    return cs;
}

static inline void begin_message(struct rtmp_dechunk *d, struct rtmp_chunk_stream *cs,
                                 const struct rtmp_chunk_header *h, uint64_t offset) {
    rtmp_dechunk_abandon(d, cs);
    rtmp_chunk_stream_begin(cs, h, d->fmt3_repeats_timestamp);
    rtmp_body_begin(cs);
    rtmp_chunk_streams_trust(&d->streams, cs);
    cs->message_offset = offset;
}

/* A whole header was read: which stream does it belong to, does it begin a message? */
static enum begun begin_chunk(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                              const struct rtmp_chunk_header *h, bool extended3, uint64_t offset,
                              uint32_t partial_header_len) {
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h->csid);
    if (!is_header(cs, h)) {
        if (h->fmt >= 2)
            d->headless = h->csid;
        return BEGUN_NOTHING;
    }
    if (h->fmt >= 2 && cs->untrusted)
        return BEGUN_UNPROVEN;
    bool first = !cs || !rtmp_chunk_stream_continues(cs, h);
    uint32_t length = h->fmt <= 1 || !cs ? h->length : cs->message.length;
    if (first && !d->chunk_size_known && length > d->chunk_size_floor) {
        if (!d->out_of_sight)
            return BEGUN_UNSURE;
        d->out_of_sight = false;
    }
    if (!cs && !(cs = add_stream(d, h, offset)))
        return BEGUN_NOTHING;
    uint32_t index = (uint32_t)(cs - d->streams.items);
    uint16_t extended_flag = 0;
    if (h->fmt == 3 && cs->has_extended) {
        extended_flag = extended3 ? RTMP_FRAGMENT_EXTENDED : RTMP_FRAGMENT_OMITTED;
        d->extended_omitted = !extended3;
    }
    if (first) {
        rtmp_fragment_end(
            d, run, offset + partial_header_len); /* it may be of the message that ends here */
        begin_message(d, cs, h, offset);
    } else if (!is_regular(d, cs)) {
        cs->chunk_origin = cs->received;
    }
    bool same_run = run->on && !first && run->stream == index &&
                    run->fragment.chunk_size == d->chunk_size &&
                    run->fragment.chunk_origin == cs->chunk_origin &&
                    (extended_flag == 0 || (run->fragment.flags & extended_flag));
    cs->chunk_size = d->chunk_size;
    if (!same_run) {
        rtmp_fragment_end(d, run, offset + partial_header_len);
        rtmp_fragment_begin(d, run, index, offset + partial_header_len);
        run->fragment.flags |= RTMP_FRAGMENT_HEADER;
        run->fragment.partial_header = (uint8_t)partial_header_len;
        if (partial_header_len)
            memcpy(run->header, d->partial_header, sizeof run->header);
    }
    run->fragment.flags |= extended_flag;
    if (first)
        run->fragment.flags |= RTMP_FRAGMENT_FIRST;
    d->current = index;
    enter_chunk(d, cs);
    return BEGUN_CHUNK;
}

/* ---- loss ---- */

/* Hold what follows `position`, the offset of the next byte, and look for a header there. */
static void lose_sync(struct rtmp_dechunk *d) {
    d->state = RTMP_LOST;
    d->left = 0;
    rtmp_search_begin(d);
    d->lost_offset = d->position;
    d->lost_gap = 0;
    d->searched = false;
    d->guess_again = 0;
    d->continuation.valid = false;
}

/*
 * What stands at the next byte is no header, or one that bytes behind it must explain. The header's
 * first `carried` bytes came in an earlier feed: a header may begin among them.
 */
static void lose_sync_at_header(struct rtmp_dechunk *d, enum begun begun,
                                uint32_t partial_header_len) {
    d->position -= partial_header_len;
    lose_sync(d);
    d->inferring = begun == BEGUN_UNSURE;
    d->proving = begun == BEGUN_UNPROVEN;
    if (begun == BEGUN_NOTHING) {
        /* What seemed to be one chunk may have been several; what is skipped may set another size.
         */
        rtmp_sizing_doubt(d);
        rtmp_dechunk_note(d, RTMP_NOTE_LOST, d->position, 0, NULL);
    }
    if (partial_header_len)
        (void)rtmp_search_hold(d, d->partial_header, NULL, partial_header_len);
    d->scanned = begun == BEGUN_NOTHING ? 1 : 0;
}

void rtmp_dechunk_pass_over(struct rtmp_dechunk *d) {
    struct rtmp_chunk_header h;
    if (!rtmp_probe_header_at(d, 0, &h))
        return;
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    if (!cs && !(cs = add_stream(d, &h, d->held.offset)))
        return;
    begin_message(d, cs, &h, d->held.offset);
    rtmp_dechunk_abandon(d, cs);
}

/* ---- reading ---- */

/* Body bytes of the open chunk; returns how many were read. */
static uint32_t read_data(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                          const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    if (!run->on)
        rtmp_fragment_begin(d, run, d->current, d->position);
    uint32_t take = len < d->left ? len : d->left;
    const uint8_t *direct = NULL;
    uint64_t body_offset = d->position;
    if (cs->received == 0 && take == cs->message.length)
        direct = bytes;
    else
        keep(d, cs, bytes, take);
    cs->received += take;
    d->left -= take;
    d->position += take;
    if (d->left == 0)
        d->state = RTMP_AT_HEADER;
    if (cs->received == cs->message.length)
        rtmp_fragment_complete(d, run, d->position, direct, body_offset);
    return take;
}

static uint32_t read_synchronised(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                                  const uint8_t *bytes, uint32_t len);

/* A header that began in an earlier feed. Returns how many of `bytes` were read. */
static uint32_t read_partial_header(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                                    const uint8_t *bytes, uint32_t len) {
    uint32_t before = d->partial_header_len;
    uint32_t add = RTMP_CHUNK_HEADER_MAX - before;
    if (add > len)
        add = len;
    memcpy(d->partial_header + before, bytes, add);
    struct rtmp_chunk_header header;
    bool extended3;
    uint32_t used = read_header(d, d->partial_header, before + add, &header, &extended3);
    if (used == 0) {
        d->partial_header_len += add;
        d->position += add;
        return add;
    }
    uint64_t offset = d->position - before;
    uint32_t partial_header_len = used < before ? used : before;
    d->partial_header_len = 0;
    enum begun begun = begin_chunk(d, run, &header, extended3, offset, partial_header_len);
    if (begun != BEGUN_CHUNK) {
        lose_sync_at_header(d, begun, before);
        return 0;
    }
    if (used >= before) {
        d->position += used - before;
        return used - before;
    }
    /* The header was shorter than it might have been: what was carried behind it is payload. */
    uint8_t payload[RTMP_CHUNK_HEADER_MAX];
    uint32_t payload_len = before - used;
    memcpy(payload, d->partial_header + used, payload_len);
    d->position -= payload_len;
    uint32_t read = read_synchronised(d, run, payload, payload_len);
    if (read < payload_len) { /* Synchronisation was lost among them. */
        rtmp_fragment_end(d, run, d->position);
        (void)rtmp_search_hold(d, payload + read, NULL, payload_len - read);
    }
    return 0;
}

/* Read until the bytes end or synchronisation is lost; returns how many were read. */
static uint32_t read_synchronised(struct rtmp_dechunk *d, struct rtmp_fragment_builder *run,
                                  const uint8_t *bytes, uint32_t len) {
    uint32_t pos = 0;
    while (d->state != RTMP_LOST) {
        if (d->state == RTMP_IN_DATA) {
            /* Of an empty message the header is all. */
            if (pos == len && d->left)
                break;
            pos += read_data(d, run, bytes + pos, len - pos);
            continue;
        }
        if (pos == len)
            break;
        if (d->partial_header_len) {
            pos += read_partial_header(d, run, bytes + pos, len - pos);
            continue;
        }
        if (goes_on(d, run, bytes[pos])) {
            uint32_t whole = read_whole_chunks(d, bytes + pos, len - pos);
            pos += whole;
            if (whole)
                continue;
            enter_chunk(d, &d->streams.items[d->current]);
            d->position++;
            pos++;
            continue;
        }
        struct rtmp_chunk_header header;
        bool extended3;
        uint32_t used = read_header(d, bytes + pos, len - pos, &header, &extended3);
        if (used == 0) {
            rtmp_fragment_end(d, run, d->position);
            d->partial_header_len = len - pos;
            memcpy(d->partial_header, bytes + pos, d->partial_header_len);
            d->position += d->partial_header_len;
            pos = len;
            break;
        }
        enum begun begun = begin_chunk(d, run, &header, extended3, d->position, 0);
        if (begun != BEGUN_CHUNK) {
            lose_sync_at_header(d, begun, 0);
            break;
        }
        d->position += used;
        pos += used;
    }
    return pos;
}

/* Of bytes in the middle of a chunk, where the sink does not take the short way. Not inlined, nor
 * is read_across_chunks(): most segments of a video stream do without the room they need. */
static __attribute__((noinline)) void tell_inside_chunk(struct rtmp_dechunk *d, uint64_t end) {
    struct rtmp_fragment_builder run;
    rtmp_fragment_begin(d, &run, d->current, d->position);
    rtmp_fragment_end(d, &run, end);
}

/* Bytes in the middle of a chunk. */
static void read_inside_chunk(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    const uint64_t end = d->position + len;
    keep(d, cs, bytes, len);
    if (!rtmp_fragment_continue(d, d->current, d->position, end, cs->received))
        tell_inside_chunk(d, end);
    cs->received += len;
    d->left -= len;
    d->position = end;
}

static void skip_gap(struct rtmp_dechunk *d, uint64_t count);

/* What is held is understood from `position` on: it is the input, before any other. An earlier such
 * input of which not all was read yet holds the same bytes. */
static void read_again(struct rtmp_dechunk *d, struct rtmp_search_buffer *again, uint32_t *pos) {
    if (*pos < again->count) {
        rtmp_search_buffer_free(&d->held, &d->memory);
    } else {
        rtmp_search_buffer_free(again, &d->memory);
        *again = d->held;
        d->held = (struct rtmp_search_buffer){.count = 0};
    }
    *pos = (uint32_t)(d->position - again->offset);
}

/* Read `len` bytes, after what is held when a header was just `found` there. */
static void read_all(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len, bool found) {
    struct rtmp_search_buffer again = {.count = 0}; /* what was held, ours while it is read */
    uint32_t at = 0;
    uint32_t pos = 0;
    struct rtmp_fragment_builder run;
    run.on = false;
    for (;;) {
        if (found)
            read_again(d, &again, &at);
        bool replaying = at < again.count;
        if (!replaying && pos == len)
            break;
        uint32_t *from = replaying ? &at : &pos;
        const uint8_t *next = replaying ? again.bytes + at : bytes + pos;
        const uint8_t *marks = replaying ? again.marks + at : NULL;
        uint32_t left = replaying ? rtmp_search_buffer_run(&again, at) : len - pos;
        if (marks && *marks == RTMP_MARK_MISSING) {
            *from += left;
            skip_gap(d, left);
        } else if (d->state == RTMP_LOST) {
            *from += rtmp_search_hold(d, next, marks, left);
        } else {
            *from += read_synchronised(d, &run, next, left);
            /* A run ends with the buffer it points into. */
            rtmp_fragment_end(d, &run, d->position - d->partial_header_len);
            found = false;
            continue;
        }
        found = d->state == RTMP_LOST && rtmp_search_find(d);
    }
    rtmp_search_buffer_free(&again, &d->memory);
}

/* Bytes of which some are not inside the open chunk. */
static __attribute__((noinline)) void read_across_chunks(struct rtmp_dechunk *d,
                                                         const uint8_t *bytes, uint32_t len) {
    uint32_t read = 0;
    if (d->state != RTMP_LOST) {
        struct rtmp_fragment_builder run;
        run.on = false;
        read = read_synchronised(d, &run, bytes, len);
        rtmp_fragment_end_feed(d, &run, d->position - d->partial_header_len);
    }
    if (read < len)
        read_all(d, bytes + read, len - read, false);
}

void rtmp_dechunk_feed(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    d->fed_before = d->fed_offset;
    d->fed_offset = d->position;
    d->fed_end = d->position + len;
    if (d->state != RTMP_IN_DATA || len >= d->left)
        read_across_chunks(d, bytes, len);
    else if (len)
        read_inside_chunk(d, bytes, len);
}

/* ---- holes ---- */

void rtmp_dechunk_follow_continuation(struct rtmp_dechunk *d) {
    struct rtmp_continuation *h = &d->continuation;
    struct rtmp_chunk_stream *cs = &d->streams.items[h->stream];
    cs->received = h->received;
    cs->missing += h->missing;
    cs->chunks = h->chunks;
    cs->chunk_origin = h->chunk_origin;
    rtmp_body_skip_gap(cs, h->missing);
    d->current = h->stream;
    d->left = h->left;
    d->state = h->left ? RTMP_IN_DATA : RTMP_AT_HEADER;
    d->position = d->held.offset;
    d->chunk_size_known |= h->chunk_size_known;
    h->valid = false;
    if (!h->complete)
        return;
    struct rtmp_fragment_builder run = {.on = false};
    rtmp_fragment_begin(d, &run, d->current, d->position);
    rtmp_fragment_complete(d, &run, d->position, NULL, 0);
}

/* A hole inside the open chunk: where it ends is certain. Returns the bytes stepped over. */
static uint64_t step_over(struct rtmp_dechunk *d, uint64_t count) {
    struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    uint32_t step = count < d->left ? (uint32_t)count : d->left;
    struct rtmp_fragment_builder run = {.on = false};
    rtmp_fragment_begin(d, &run, d->current, d->position);
    cs->received += step;
    cs->missing += step;
    rtmp_body_skip_gap(cs, step);
    d->left -= step;
    d->position += step;
    if (d->left == 0)
        d->state = RTMP_AT_HEADER;
    if (cs->received == cs->message.length) {
        run.fragment.at = cs->received;
        rtmp_fragment_complete(d, &run, run.fragment.offset, NULL, 0);
    }
    return step;
}

/* Nothing before the hole of `count` bytes is looked at again; a search begins behind it. */
static void lose_sync_before_hole(struct rtmp_dechunk *d, uint64_t count) {
    struct rtmp_continuation continuation = d->continuation;
    if (d->state != RTMP_LOST)
        lose_sync(d);
    d->partial_header_len = 0;
    d->continuation = continuation;
    d->lost_gap += count + rtmp_search_buffer_missing(&d->held, d->held.count);
    d->position += count;
    rtmp_search_begin(d);
}

/* The hole may have set another size. */
static void doubt_chunk_size(struct rtmp_dechunk *d) {
    if (!d->chunk_size_known)
        return;
    rtmp_sizing_doubt(d);
    d->continuation.chunk_size_known = true;
}

/* `count` bytes are missing: over them, or lost. */
static void skip_gap(struct rtmp_dechunk *d, uint64_t count) {
    if (d->state == RTMP_IN_DATA)
        count -= step_over(d, count);
    if (count == 0)
        return;
    if (d->state != RTMP_LOST || !rtmp_search_hold_missing(d, count)) {
        rtmp_continuation_predict(d, count);
        lose_sync_before_hole(d, count);
    }
    doubt_chunk_size(d);
}

void rtmp_dechunk_gap(struct rtmp_dechunk *d, uint64_t count) {
    if (count == 0)
        return;
    rtmp_dechunk_note(d, RTMP_NOTE_GAP, d->position, count, NULL);
    skip_gap(d, count);
    if (d->state == RTMP_LOST && d->held.count && rtmp_search_find(d))
        read_all(d, NULL, 0, true);
}

void rtmp_dechunk_break(struct rtmp_dechunk *d) {
    d->continuation.valid = false;
    lose_sync_before_hole(d, 0);
    doubt_chunk_size(d);
}

void rtmp_dechunk_begin_midstream(struct rtmp_dechunk *d, uint32_t chunk_size) {
    lose_sync(d);
    d->midstream = true;
    d->chunk_size_known = chunk_size != 0;
    d->chunk_size_floor = 0;
    if (chunk_size)
        d->chunk_size = chunk_size;
    rtmp_dechunk_note(d, RTMP_NOTE_MIDSTREAM, d->position, 0, NULL);
}
