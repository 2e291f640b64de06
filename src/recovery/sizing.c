/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/sizing.h"

#include <string.h>

#include "base/limits.h"
#include "recovery/probe.h"
#include "recovery/weights.h"

/* Chunk sizes that senders choose (observed), tried first. */
static const uint32_t usual_sizes[] = {128,   4096,  60000, 65536, 65535,  1024,  2048,
                                       8192,  16384, 512,   256,   1400,   5000,  10000,
                                       32768, 3000,  20000, 50000, 100000, 131072};
/* Then multiples of these. */
static const uint32_t round_steps[] = {100, 256};

/* The header from which a guess starts, in positions of the search buffer. */
struct size_subject {
    uint32_t start, data, length;       /* of the header, of its data; message length */
    const struct rtmp_chunk_stream *cs; /* NULL: not seen before */
    bool extended;                      /* the header has an extended timestamp */
    uint8_t continuation;               /* first byte of its continuation headers */
};

static bool size_subject_at(const struct rtmp_recovery *r, uint32_t start,
                            struct size_subject *subject) {
    struct rtmp_chunk_header h;
    uint32_t bytes = rtmp_probe_header_at(r, start, &h);
    if (bytes == 0)
        return false;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&r->dechunk.streams, h.csid);
    uint32_t data = start + bytes;
    if (h.fmt == 3)
        data += rtmp_probe_extended_bytes(r, cs, data);
    *subject = (struct size_subject){
        .start = start,
        .data = data,
        .cs = cs,
        .extended = h.fmt == 3 ? cs && cs->has_extended : h.has_extended,
        .length = h.fmt <= 1 ? h.length
                  : cs       ? cs->message.length
                             : 0,
        .continuation = (uint8_t)(0xC0 | (r->buffer.bytes[start] & 0x3F)),
    };
    return true;
}

/* What follows the subject, if chunks have this size. */
static struct rtmp_probe probe_behind(const struct rtmp_recovery *r,
                                      const struct size_subject *subject, uint32_t size) {
    struct rtmp_probe p = {.chunk_size = size, .sizing = true};
    uint32_t pos = subject->start;
    (void)rtmp_probe_step(r, &p, &pos, true);
    p.bits = p.after; /* without the evidence of the subject itself */
    if (!p.failed && pos < r->buffer.count)
        rtmp_probe_from(r, &p, pos, false);
    return p;
}

/* The same; sets `guess->wait` and `need` when more bytes may give evidence. */
static struct rtmp_probe try_probe(const struct rtmp_recovery *r,
                                   const struct size_subject *subject, uint32_t size,
                                   struct rtmp_size_guess *guess) {
    const struct rtmp_probe p = probe_behind(r, subject, size);
    if (!p.failed && p.need != UINT32_MAX) {
        guess->need = guess->wait && guess->need < p.need ? guess->need : p.need;
        guess->wait = true;
    }
    return p;
}

/* Does a continuation header stand where this size predicts one? The size from before a gap is also
 * tried where that header is missing. */
static bool size_possible(const struct rtmp_recovery *r, const struct size_subject *subject,
                          uint32_t size) {
    if (size < r->dechunk.chunk_size_floor || size >= subject->length ||
        size >= r->buffer.count - subject->data)
        return false;
    uint32_t pos = subject->data + size;
    return r->buffer.bytes[pos] == subject->continuation ||
           (size == r->dechunk.chunk_size && rtmp_search_buffer_misses(&r->buffer, pos, 1));
}

/* Or does the header of another message with interleaved chunks stand there? */
static bool size_interleaved(const struct rtmp_recovery *r, const struct size_subject *subject,
                             uint32_t size) {
    return size >= r->dechunk.chunk_size_floor && size < subject->length &&
           rtmp_probe_strong_at(r, subject->data + size, false);
}

static struct rtmp_probe try_size(const struct rtmp_recovery *r, const struct size_subject *subject,
                                  uint32_t size, int bonus, struct rtmp_size_guess *guess) {
    const struct rtmp_probe p = try_probe(r, subject, size, guess);
    if (!p.failed && p.bits + bonus > guess->bits) {
        guess->bits = p.bits + bonus;
        guess->size = size;
        guess->landed = p.landed;
    }
    return p;
}

/*
 * The sizes below the default. Where chunks of a larger size end, those of a smaller one may end as
 * well, if its header and data divide those of the larger: when the larger size is `sure`, only
 * such smaller ones are tried. sure 0: all are.
 */
static struct rtmp_size_guess guess_small(const struct rtmp_recovery *r,
                                          const struct size_subject *subject, uint32_t sure) {
    struct rtmp_size_guess guess = {.bits = -1};
    uint32_t header = rtmp_chunk_basic_bytes(subject->continuation);
    for (uint32_t size = 1; size < RTMP_DEFAULT_CHUNK_SIZE; size++) {
        uint32_t pos = subject->data + size;
        if (sure && (sure + header) % (size + header))
            continue;
        if (size_possible(r, subject, size) && r->buffer.bytes[pos - 1] != r->buffer.bytes[pos])
            (void)try_size(r, subject, size,
                           size == r->dechunk.chunk_size ? WEIGHT_SIZE_SMALL_AGAIN : 0, &guess);
        /* otherwise one value is repeated there, and any size fits */
    }
    return guess;
}

/*
 * A message no longer than the default size is one chunk, unless its bytes indicate several. A
 * header right behind it confirms one chunk.
 */
static struct rtmp_size_guess guess_short(const struct rtmp_recovery *r,
                                          const struct size_subject *subject) {
    /* An empty message is no evidence of the size. */
    const struct rtmp_size_guess one_chunk = {
        .size = subject->length ? subject->length : r->dechunk.chunk_size, .bits = NEED_SIZE};
    uint32_t end = subject->data + subject->length;
    if (end > r->buffer.count)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = end};
    const struct rtmp_size_guess small = guess_small(r, subject, 0);
    if (small.bits < NEED_SMALL_PENDING)
        return one_chunk;
    const struct rtmp_probe whole = probe_behind(r, subject, subject->length);
    if (whole.landed)
        return one_chunk;
    if (small.bits >= (whole.failed ? NEED_SIZE : NEED_SMALL))
        return small;
    if (!whole.failed && whole.need != UINT32_MAX)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = whole.need};
    if (whole.failed && small.wait)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = small.need};
    return one_chunk;
}

/* A size that is likely by itself: `bonus` bits. */
static void try_likely(const struct rtmp_recovery *r, const struct size_subject *subject,
                       uint32_t size, int bonus, struct rtmp_size_guess *guess) {
    if (size_possible(r, subject, size))
        (void)try_size(r, subject, size, bonus, guess);
    else if (size_interleaved(r, subject, size))
        (void)try_size(r, subject, size, bonus + WEIGHT_SIZE_INTERLEAVED, guess);
}

/* The round sizes. */
static void try_round(const struct rtmp_recovery *r, const struct size_subject *subject,
                      struct rtmp_size_guess *guess) {
    const uint32_t end = r->buffer.count - subject->data;
    uint32_t tried = 0;
    for (size_t i = 0; i < sizeof round_steps / sizeof *round_steps; i++)
        for (uint32_t size = round_steps[i]; size < end && tried < OTHER_SIZES;
             size += round_steps[i])
            if (size >= rtmp_recovery_least_chunk_size(r) && size_possible(r, subject, size)) {
                (void)try_size(r, subject, size, WEIGHT_SIZE_ROUND, guess);
                tried++;
            }
}

/*
 * Do the bytes refute this size, if no other message is interleaved? They do if other bytes than a
 * continuation header stand at a boundary, or if the message would end at bytes that are no header.
 * Missing bytes and those not yet received refute nothing.
 */
static bool is_refuted(const struct rtmp_recovery *r, const struct size_subject *subject,
                       uint32_t size) {
    const uint32_t basic = rtmp_chunk_basic_bytes(subject->continuation);
    const struct rtmp_chunk_stream *cs = subject->cs;
    uint32_t pos = subject->data + size;
    uint32_t rest = subject->length - size;
    while (rest && pos < r->buffer.count) {
        if (rtmp_search_buffer_misses(&r->buffer, pos, 1))
            return false;
        if (r->buffer.bytes[pos] != subject->continuation)
            return true;
        pos += basic + (subject->extended ? rtmp_probe_extended_bytes(r, cs, pos + basic) : 0);
        uint32_t data = rest < size ? rest : size;
        rest -= data;
        pos += data;
    }
    bool says_type = rest == 0 && pos < r->buffer.count && r->buffer.bytes[pos] >> 6 <= 1 &&
                     r->buffer.count - pos >= RTMP_CHUNK_HEADER_MAX &&
                     !rtmp_search_buffer_misses(&r->buffer, pos, RTMP_CHUNK_HEADER_MAX);
    return says_type && !rtmp_probe_strong_at(r, pos, false);
}

/* The sizes tried, out of those at which a continuation header stands, and how they fit. */
struct other_sizes {
    uint32_t refuted, others; /* how many were tried */
    uint32_t fitting;         /* of them put a header at the message's end ... */
    uint32_t ends_at;         /* ... at this position; 0: at different ones */
    int most;                 /* bits of the best size, and how many sizes have as many */
    uint32_t alike;
    bool too_many;
};

static void try_other(const struct rtmp_recovery *r, const struct size_subject *subject,
                      uint32_t size, struct rtmp_size_guess *guess, struct other_sizes *o) {
    bool refuted = is_refuted(r, subject, size);
    if (refuted ? o->refuted == OTHER_SIZES : o->others == UNREFUTED_SIZES) {
        o->too_many = true;
        return;
    }
    o->refuted += refuted;
    o->others += !refuted;
    const struct rtmp_probe p = try_size(r, subject, size, WEIGHT_SIZE_ANY, guess);
    if (p.failed || !p.landed)
        return;
    o->ends_at = o->fitting == 0 || o->ends_at == p.landed_at ? p.landed_at : 0;
    o->fitting++;
    int bits = p.bits + WEIGHT_SIZE_ANY;
    o->alike = bits > o->most ? 1 : o->alike + (bits == o->most);
    o->most = bits > o->most ? bits : o->most;
}

/*
 * Try every size at which a continuation header may stand. If exactly one puts a header at the
 * message's end, it gets a bonus; if several put the same header there, the message ends there,
 * whichever size is right (guess->ends_at). False: too many sizes, neither was decided.
 */
static bool try_others(const struct rtmp_recovery *r, const struct size_subject *subject,
                       struct rtmp_size_guess *guess) {
    const uint32_t end = r->buffer.count - subject->data;
    const uint8_t *data = r->buffer.bytes + subject->data;
    struct other_sizes o = {.most = -1};
    for (uint32_t size = rtmp_recovery_least_chunk_size(r); size < end; size++) {
        const uint8_t *header = memchr(data + size, subject->continuation, end - size);
        if (!header)
            break;
        size = (uint32_t)(header - data);
        if (size_possible(r, subject, size))
            try_other(r, subject, size, guess, &o);
    }
    if (o.alike > 1 && guess->bits == o.most && o.most >= NEED_SIZE)
        guess->bits = NEED_SIZE - 1; /* any of them may be right */
    if (o.too_many)
        return false;
    guess->ends_at = o.ends_at;
    if (o.fitting == 1 && guess->bits < NEED_SIZE)
        guess->bits += WEIGHT_SIZE_SOLE;
    return true;
}

/* A longer message: where is it cut, if it is? */
static struct rtmp_size_guess guess_long(const struct rtmp_recovery *r,
                                         const struct size_subject *subject) {
    struct rtmp_size_guess guess = {.bits = -1};
    try_likely(r, subject, r->dechunk.chunk_size, WEIGHT_SIZE_CURRENT, &guess);
    for (size_t i = 0; i < sizeof usual_sizes / sizeof *usual_sizes; i++)
        try_likely(r, subject, usual_sizes[i], WEIGHT_SIZE_USUAL, &guess);
    try_round(r, subject, &guess);
    bool all = try_others(r, subject, &guess);
    /* One chunk: only the bytes behind it can confirm that. Where a message ends with its segment,
     * or one or two bytes later, what looks like a continuation header may be payload. */
    const struct rtmp_probe whole = try_probe(r, subject, RTMP_LIMIT_MESSAGE_LENGTH, &guess);
    int one_chunk = whole.failed ? 0 : whole.bits;
    bool is_sure = guess.bits >= NEED_SIZE && (guess.landed || guess.bits - one_chunk >= NEED_CUT);
    const struct rtmp_size_guess small = guess_small(r, subject, is_sure ? guess.size : 0);
    if (small.bits >= NEED_SMALL && small.bits >= guess.bits)
        return small;
    bool none_fits = all && guess.bits < 0 && one_chunk > 0;
    if (!is_sure && (none_fits || one_chunk >= WEIGHT_LANDING)) {
        guess.size = subject->length;
        guess.bits = NEED_SIZE;
    }
    return guess;
}

/*
 * Does the message end inside a gap for every chunk size still possible? `*likely`: the size that
 * fits its captured bytes. If the gap may end with the message, the bytes that follow may decide.
 */
static bool message_ends_in_gap(const struct rtmp_recovery *r, const struct size_subject *subject,
                                const struct rtmp_size_guess *guess, uint32_t *likely) {
    bool cut_is_there = guess->bits >= 0 && guess->size < subject->length &&
                        !rtmp_search_buffer_misses(&r->buffer, subject->data + guess->size, 1);
    uint32_t chunks =
        (subject->length - 1) / rtmp_recovery_least_chunk_size(r); /* behind the first */
    /* Unconfirmed, a header may begin a byte or two later. */
    uint32_t headers = chunks * (cut_is_there ? rtmp_chunk_basic_bytes(subject->continuation) : 3);
    uint32_t last = subject->data + subject->length - 1;
    *likely = cut_is_there ? guess->size : subject->length;
    return last + headers < r->buffer.count && rtmp_search_buffer_misses(&r->buffer, last, 1) &&
           rtmp_search_buffer_run(&r->buffer, last) > headers + !cut_is_there;
}

/* The same under the assumption that the Set Chunk Size before the gap still holds, if the captured
 * bytes do not refute it. */
static bool ends_in_gap_as_set(const struct rtmp_recovery *r, const struct size_subject *subject) {
    const uint32_t size = r->dechunk.chunk_size;
    if (!r->dechunk.chunk_size_set || (size < subject->length && is_refuted(r, subject, size)))
        return false;
    uint32_t headers = (subject->length - 1) / size * rtmp_chunk_basic_bytes(subject->continuation);
    return rtmp_search_buffer_misses(&r->buffer, subject->data + subject->length + headers - 1, 1);
}

struct rtmp_size_guess rtmp_sizing_guess(const struct rtmp_recovery *r, uint32_t start) {
    struct size_subject subject;
    if (!size_subject_at(r, start, &subject) || subject.data >= r->buffer.count)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = r->buffer.count + 1};
    bool is_short = subject.length <= RTMP_DEFAULT_CHUNK_SIZE;
    struct rtmp_size_guess guess = is_short ? guess_short(r, &subject) : guess_long(r, &subject);
    if (is_short || guess.bits >= NEED_SIZE)
        return guess;
    uint32_t likely;
    if (message_ends_in_gap(r, &subject, &guess, &likely))
        return (struct rtmp_size_guess){.ends_in_gap = true, .bits = -1, .size = likely};
    if (ends_in_gap_as_set(r, &subject))
        return (struct rtmp_size_guess){
            .ends_in_gap = true, .bits = -1, .size = r->dechunk.chunk_size};
    const uint32_t most =
        r->state == RTMP_SIZING ? RTMP_LIMIT_SIZING_BYTES / 2 : RTMP_LIMIT_SEARCH_BYTES / 2;
    if (r->buffer.count - subject.data >= most)
        guess.wait = false;
    /* Examining again after every byte would make the work quadratic; waiting for more bytes than
     * are ever buffered would never end. */
    uint32_t there = r->buffer.count - rtmp_search_buffer_missing(&r->buffer, r->buffer.count);
    uint32_t later = r->buffer.count + there / 16;
    uint32_t latest = subject.data + most;
    if (guess.need < later)
        guess.need = later;
    if (guess.need > latest)
        guess.need = latest;
    return guess;
}

/* No Set Chunk Size was seen: report the assumed size to the sink. */
static void tell_size(struct rtmp_recovery *r, uint32_t size) {
    rtmp_sink_note(&r->dechunk.sink,
                   r->gap_hides_size ? RTMP_NOTE_CHUNK_SIZE : RTMP_NOTE_CHUNKS_UNANNOUNCED,
                   r->dechunk.position, size, NULL);
}

void rtmp_sizing_accept(struct rtmp_recovery *r, uint32_t size, uint32_t length) {
    struct rtmp_dechunk *d = &r->dechunk;
    if (size < length) {
        if (d->chunk_size != size)
            tell_size(r, size);
        d->chunk_size = size;
        d->chunk_size_known = d->chunk_size_proved = true;
        return;
    }
    if (d->chunk_size < length && !r->size_told) { /* chunks are at least so long */
        r->size_told = true;
        tell_size(r, length);
    }
    d->chunk_size_floor = length;
    if (d->chunk_size < length)
        d->chunk_size = length;
}
