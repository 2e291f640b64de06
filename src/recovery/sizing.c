/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/sizing.h"

#include <string.h>

#include "base/limits.h"
#include "recovery/probe.h"

#define EVIDENCE_USUAL       6    /* a chunk size that senders choose */
#define EVIDENCE_ROUND       5    /* one that they may choose: few sizes are round */
#define EVIDENCE_INTERLEAVED 6    /* the header of another message, where the next chunk could be */
#define EVIDENCE_ANY         (-5) /* one of the many where a continuation header may stand */
#define EVIDENCE_SOLE        9    /* the only one by which the message ends at a header */
/* No sender was seen to choose less than the default size: only much evidence speaks for one, if it
 * is not the last that was known. Less is worth waiting for what follows. */
#define EVIDENCE_SMALL   26
#define EVIDENCE_AGAIN   18
#define EVIDENCE_PENDING 12
#define EVIDENCE_CUT     12 /* that a message is cut, though it may as well be one chunk */

/* Chunk sizes that senders choose (observed), tried before any other. */
static const uint32_t usual_sizes[] = {128,   4096,  60000, 65536, 65535,  1024,  2048,
                                       8192,  16384, 512,   256,   1400,   5000,  10000,
                                       32768, 3000,  20000, 50000, 100000, 131072};
/* Then multiples of these. */
static const uint32_t round_steps[] = {100, 256};
/* So many of them, and of any other sizes, are walked for one guess: work stays bounded whatever
 * the bytes. */
#define OTHER_SIZES 32

/* The header a guess starts from. */
struct size_subject {
    uint32_t start, data, length; /* held positions of header and data; message length */
    uint8_t continuation;         /* first byte of its continuation headers */
};

static bool size_subject_at(struct rtmp_dechunk *d, uint32_t start, struct size_subject *subject) {
    struct rtmp_chunk_header h;
    uint32_t bytes = rtmp_probe_header_at(d, start, &h);
    if (bytes == 0)
        return false;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    uint32_t data = start + bytes;
    if (h.fmt == 3)
        data += rtmp_probe_extended_bytes(d, cs, data);
    *subject = (struct size_subject){
        .start = start,
        .data = data,
        .length = h.fmt <= 1 ? h.length
                  : cs       ? cs->message.length
                             : 0,
        .continuation = (uint8_t)(0xC0 | (d->held.bytes[start] & 0x3F)),
    };
    return true;
}

/* What follows the subject, if chunks have this size. */
static struct rtmp_probe walk_behind(struct rtmp_dechunk *d, const struct size_subject *subject,
                                     uint32_t size) {
    struct rtmp_probe w = {.chunk_size = size, .sizing = true};
    uint32_t pos = subject->start;
    (void)rtmp_probe_step(d, &w, &pos, true);
    w.bits = w.after; /* the subject itself does not count */
    if (!w.failed && pos < d->held.count)
        rtmp_probe_from(d, &w, pos, false);
    return w;
}

/* The walk behind the subject, if chunks have this size. */
static struct rtmp_probe try_walk(struct rtmp_dechunk *d, const struct size_subject *subject,
                                  uint32_t size, struct rtmp_size_guess *guess) {
    const struct rtmp_probe w = walk_behind(d, subject, size);
    if (!w.failed && w.need != UINT32_MAX) {
        guess->need = guess->wait && guess->need < w.need ? guess->need : w.need;
        guess->wait = true;
    }
    return w;
}

/* Does a continuation header stand where this size says? The one from before a hole is also tried
 * where that header is missing. */
static bool size_possible(const struct rtmp_dechunk *d, const struct size_subject *subject,
                          uint32_t size) {
    if (size < d->chunk_size_floor || size >= subject->length ||
        size >= d->held.count - subject->data)
        return false;
    uint32_t pos = subject->data + size;
    return d->held.bytes[pos] == subject->continuation ||
           (size == d->chunk_size && rtmp_search_buffer_misses(&d->held, pos, 1));
}

/* Or does the header of another message stand there, whose chunks come between? */
static bool size_interleaved(const struct rtmp_dechunk *d, const struct size_subject *subject,
                             uint32_t size) {
    return size >= d->chunk_size_floor && size < subject->length &&
           rtmp_probe_strong_at(d, subject->data + size, false);
}

static struct rtmp_probe try_size(struct rtmp_dechunk *d, const struct size_subject *subject,
                                  uint32_t size, int bonus, struct rtmp_size_guess *guess) {
    const struct rtmp_probe w = try_walk(d, subject, size, guess);
    if (!w.failed && w.bits + bonus > guess->bits) {
        guess->bits = w.bits + bonus;
        guess->size = size;
        guess->landed = w.landed;
    }
    return w;
}

/*
 * The sizes below the default. Where chunks of a size end, those of a larger one may end as well:
 * of one that is `sure` only these are tried, each of them a header and data that divide its own;
 * 0: none is sure.
 */
static struct rtmp_size_guess guess_small(struct rtmp_dechunk *d,
                                          const struct size_subject *subject, uint32_t sure) {
    struct rtmp_size_guess guess = {.bits = -1};
    uint32_t header = rtmp_chunk_basic_bytes(subject->continuation);
    for (uint32_t size = 1; size < RTMP_DEFAULT_CHUNK_SIZE; size++) {
        uint32_t pos = subject->data + size;
        if (sure && (sure + header) % (size + header))
            continue;
        if (size_possible(d, subject, size) && d->held.bytes[pos - 1] != d->held.bytes[pos])
            (void)try_size(d, subject, size, size == d->chunk_size ? EVIDENCE_AGAIN : 0, &guess);
        /* else it is a run of one value, to which any size fits */
    }
    return guess;
}

/*
 * A message no longer than the default size: it is one chunk unless its bytes look otherwise. A
 * header that stands behind it says that it is.
 */
static struct rtmp_size_guess guess_short(struct rtmp_dechunk *d,
                                          const struct size_subject *subject) {
    /* An empty message says nothing of the size. */
    const struct rtmp_size_guess one_chunk = {
        .size = subject->length ? subject->length : d->chunk_size, .bits = RTMP_EVIDENCE_SIZE};
    uint32_t end = subject->data + subject->length;
    if (end > d->held.count)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = end};
    const struct rtmp_size_guess small = guess_small(d, subject, 0);
    if (small.bits < EVIDENCE_PENDING)
        return one_chunk;
    const struct rtmp_probe whole = walk_behind(d, subject, subject->length);
    if (whole.landed)
        return one_chunk;
    if (small.bits >= (whole.failed ? RTMP_EVIDENCE_SIZE : EVIDENCE_SMALL))
        return small;
    if (!whole.failed && whole.need != UINT32_MAX)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = whole.need};
    if (whole.failed && small.wait)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = small.need};
    return one_chunk;
}

/* A size that is likely by itself. */
static void try_likely(struct rtmp_dechunk *d, const struct size_subject *subject, uint32_t size,
                       int bonus, struct rtmp_size_guess *guess) {
    if (size_possible(d, subject, size))
        (void)try_size(d, subject, size, bonus, guess);
    else if (size_interleaved(d, subject, size))
        (void)try_size(d, subject, size, bonus + EVIDENCE_INTERLEAVED, guess);
}

/* The round sizes. */
static void try_round(struct rtmp_dechunk *d, const struct size_subject *subject,
                      struct rtmp_size_guess *guess) {
    const uint32_t end = d->held.count - subject->data;
    uint32_t tried = 0;
    for (size_t i = 0; i < sizeof round_steps / sizeof *round_steps; i++)
        for (uint32_t size = round_steps[i]; size < end && tried < OTHER_SIZES;
             size += round_steps[i])
            if (size >= rtmp_sizing_least(d) && size_possible(d, subject, size)) {
                (void)try_size(d, subject, size, EVIDENCE_ROUND, guess);
                tried++;
            }
}

/*
 * Every size where a continuation header may stand. If they are not too many: of one alone a header
 * stands where the message ends, or of several the same. Then it ends there, whichever it is.
 * False: they are too many.
 */
static bool try_others(struct rtmp_dechunk *d, const struct size_subject *subject,
                       struct rtmp_size_guess *guess) {
    const uint32_t end = d->held.count - subject->data;
    const uint8_t *data = d->held.bytes + subject->data;
    uint32_t tried = 0;
    uint32_t fitting = 0;
    uint32_t ends_at = 0;
    int most = -1; /* bits of those that fit best, and how many they are */
    uint32_t alike = 0;
    for (uint32_t size = rtmp_sizing_least(d); size < end; size++) {
        const uint8_t *header = memchr(data + size, subject->continuation, end - size);
        if (!header)
            break;
        size = (uint32_t)(header - data);
        if (!size_possible(d, subject, size))
            continue;
        if (tried++ == OTHER_SIZES)
            return false;
        const struct rtmp_probe w = try_size(d, subject, size, EVIDENCE_ANY, guess);
        if (w.failed || !w.landed)
            continue;
        ends_at = fitting == 0 || ends_at == w.landed_at ? w.landed_at : 0;
        fitting++;
        int bits = w.bits + EVIDENCE_ANY;
        alike = bits > most ? 1 : alike + (bits == most);
        most = bits > most ? bits : most;
    }
    guess->ends_at = ends_at;
    if (alike > 1 && guess->bits == most && most >= RTMP_EVIDENCE_SIZE)
        guess->bits = RTMP_EVIDENCE_SIZE - 1; /* which of them is not known */
    if (fitting == 1 && guess->bits < RTMP_EVIDENCE_SIZE)
        guess->bits += EVIDENCE_SOLE;
    return true;
}

/* A longer one: where is it cut, if it is? */
static struct rtmp_size_guess guess_long(struct rtmp_dechunk *d,
                                         const struct size_subject *subject) {
    struct rtmp_size_guess guess = {.bits = -1};
    try_likely(d, subject, d->chunk_size, EVIDENCE_USUAL + 1, &guess);
    for (size_t i = 0; i < sizeof usual_sizes / sizeof *usual_sizes; i++)
        try_likely(d, subject, usual_sizes[i], EVIDENCE_USUAL, &guess);
    try_round(d, subject, &guess);
    bool all = try_others(d, subject, &guess);
    /* One chunk: what follows is the only witness. Of a message that ends with its segment, or one
     * or two bytes later, a continuation header may be payload. */
    const struct rtmp_probe whole = try_walk(d, subject, RTMP_LIMIT_MESSAGE_LENGTH, &guess);
    int one_chunk = whole.failed ? 0 : whole.bits;
    bool is_sure = guess.bits >= RTMP_EVIDENCE_SIZE &&
                   (guess.landed || guess.bits - one_chunk >= EVIDENCE_CUT);
    const struct rtmp_size_guess small = guess_small(d, subject, is_sure ? guess.size : 0);
    if (small.bits >= EVIDENCE_SMALL && small.bits >= guess.bits)
        return small;
    bool none_fits = all && guess.bits < 0 && one_chunk > 0;
    if (!is_sure && (none_fits || one_chunk >= RTMP_EVIDENCE_LANDING)) {
        guess.size = subject->length;
        guess.bits = RTMP_EVIDENCE_SIZE;
    }
    return guess;
}

/*
 * Does the message end in a hole, in chunks of any size? `*likely`: the size that fits what is
 * there of it. Where the hole may end with the message, what follows may say more.
 */
static bool ends_out_of_sight(const struct rtmp_dechunk *d, const struct size_subject *subject,
                              const struct rtmp_size_guess *guess, uint32_t *likely) {
    bool cut_in_sight = guess->bits >= 0 && guess->size < subject->length &&
                        !rtmp_search_buffer_misses(&d->held, subject->data + guess->size, 1);
    uint32_t chunks = (subject->length - 1) / rtmp_sizing_least(d); /* behind the first */
    /* Where a header begins is not sure to a byte or two as long as nothing confirms it. */
    uint32_t headers = chunks * (cut_in_sight ? rtmp_chunk_basic_bytes(subject->continuation) : 3);
    uint32_t last = subject->data + subject->length - 1;
    *likely = cut_in_sight ? guess->size : subject->length;
    return last + headers < d->held.count && rtmp_search_buffer_misses(&d->held, last, 1) &&
           rtmp_search_buffer_run(&d->held, last) > headers + !cut_in_sight;
}

struct rtmp_size_guess rtmp_sizing_guess(struct rtmp_dechunk *d, uint32_t start) {
    struct size_subject subject;
    if (!size_subject_at(d, start, &subject) || subject.data >= d->held.count)
        return (struct rtmp_size_guess){.bits = -1, .wait = true, .need = d->held.count + 1};
    bool is_short = subject.length <= RTMP_DEFAULT_CHUNK_SIZE;
    struct rtmp_size_guess guess = is_short ? guess_short(d, &subject) : guess_long(d, &subject);
    if (is_short || guess.bits >= RTMP_EVIDENCE_SIZE)
        return guess;
    uint32_t likely;
    if (ends_out_of_sight(d, &subject, &guess, &likely))
        return (struct rtmp_size_guess){.out_of_sight = true, .bits = -1, .size = likely};
    if (d->held.count - subject.data >= RTMP_LIMIT_SEARCH_BYTES / 2)
        guess.wait = false;
    /* Looking again at every byte would make the work quadratic; waiting for more than is ever held
     * would never end. */
    uint32_t there = d->held.count - rtmp_search_buffer_missing(&d->held, d->held.count);
    uint32_t later = d->held.count + there / 16;
    uint32_t latest = subject.data + RTMP_LIMIT_SEARCH_BYTES / 2;
    if (guess.need < later)
        guess.need = later;
    if (guess.need > latest)
        guess.need = latest;
    return guess;
}

uint32_t rtmp_sizing_least(const struct rtmp_dechunk *d) {
    bool proved = d->chunk_size_floor > RTMP_DEFAULT_CHUNK_SIZE;
    return proved ? d->chunk_size_floor : RTMP_DEFAULT_CHUNK_SIZE;
}

void rtmp_sizing_accept(struct rtmp_dechunk *d, uint32_t size, uint32_t length) {
    if (size < length) {
        d->chunk_size = size;
        d->chunk_size_known = true;
        return;
    }
    d->chunk_size_floor = length;
    if (d->chunk_size < length)
        d->chunk_size = length;
}

void rtmp_sizing_doubt(struct rtmp_dechunk *d) {
    if (d->chunk_size_set)
        return;
    d->chunk_size_known = false;
    d->chunk_size_floor = 0;
}
