/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk_size.h"

#include "wire/limits.h"
#include "wire/walk.h"

#define EVIDENCE_USUAL 6 /* a chunk size that senders choose */

/* Chunk sizes that senders choose (observed), tried before any other. */
static const uint32_t usual_sizes[] = {128,   4096,  60000, 65536, 65535,  1024,  2048,
                                       8192,  16384, 512,   256,   1400,   5000,  10000,
                                       32768, 3000,  20000, 50000, 100000, 131072};
/* Other sizes that are walked for one guess: work stays bounded whatever the bytes. */
#define OTHER_SIZES 32

/* The header a guess starts from. */
struct size_subject {
    uint32_t start, data, length; /* held positions of header and data; message length */
    uint8_t continuation;         /* first byte of its continuation headers */
};

static bool size_subject_at(struct rtmp_dechunk *d, uint32_t start, struct size_subject *subject) {
    struct rtmp_chunk_header h;
    struct rtmp_reader r = rtmp_reader_over(d->held.bytes + start, d->held.count - start);
    if (!rtmp_chunk_header_read(&r, &h))
        return false;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    uint32_t data = start + r.pos;
    if (h.fmt == 3)
        data += rtmp_walk_extended_bytes(d, cs, data);
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

/* Evidence behind the subject, if chunks have this size; -1: they have not. */
static int size_evidence(struct rtmp_dechunk *d, const struct size_subject *subject, uint32_t size,
                         struct rtmp_size_guess *guess) {
    struct rtmp_walk w = {.chunk_size = size, .sizing = true};
    uint32_t pos = subject->start;
    (void)rtmp_walk_step(d, &w, &pos, true);
    w.bits = w.after; /* what counts is what follows it */
    if (!w.failed && pos < d->held.count)
        rtmp_walk_from(d, &w, pos, false);
    if (w.failed)
        return -1;
    if (w.need != UINT32_MAX) {
        guess->need = guess->wait && guess->need < w.need ? guess->need : w.need;
        guess->wait = true;
    }
    return w.bits;
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
           (size == d->chunk_size && rtmp_held_misses(&d->held, pos, 1));
}

static void try_size(struct rtmp_dechunk *d, const struct size_subject *subject, uint32_t size,
                     int bonus, struct rtmp_size_guess *guess) {
    int bits = size_evidence(d, subject, size, guess);
    if (bits >= 0 && bits + bonus > guess->bits) {
        guess->bits = bits + bonus;
        guess->size = size;
    }
}

struct rtmp_size_guess rtmp_chunk_size_guess(struct rtmp_dechunk *d, uint32_t start) {
    struct rtmp_size_guess guess = {.bits = -1};
    struct size_subject subject;
    if (!size_subject_at(d, start, &subject) || subject.data >= d->held.count) {
        guess.wait = true;
        guess.need = d->held.count + 1;
        return guess;
    }
    if (size_possible(d, &subject, d->chunk_size))
        try_size(d, &subject, d->chunk_size, EVIDENCE_USUAL + 1, &guess);
    for (size_t i = 0; i < sizeof usual_sizes / sizeof *usual_sizes; i++)
        if (size_possible(d, &subject, usual_sizes[i]))
            try_size(d, &subject, usual_sizes[i], EVIDENCE_USUAL, &guess);
    uint32_t tried = 0;
    uint32_t end = d->held.count - subject.data;
    for (uint32_t size = d->chunk_size_floor; size < end && tried < OTHER_SIZES; size++)
        if (size_possible(d, &subject, size)) {
            try_size(d, &subject, size, 0, &guess);
            tried++;
        }
    if (guess.bits >= RTMP_EVIDENCE_SIZE)
        return guess;
    /* One chunk: the next header is the only witness. */
    int whole = size_evidence(d, &subject, RTMP_LIMIT_MESSAGE_LENGTH, &guess);
    if (whole >= RTMP_EVIDENCE_LANDING && whole > guess.bits) {
        guess.size = subject.length;
        guess.bits = RTMP_EVIDENCE_SIZE;
    }
    if (end >= RTMP_LIMIT_RESYNC_BYTES / 2)
        guess.wait = false;
    /* Looking again at every byte would make the work quadratic; waiting for more than is ever held
     * would never end. */
    uint32_t later = d->held.count + d->held.count / 16;
    uint32_t latest = subject.data + RTMP_LIMIT_RESYNC_BYTES / 2;
    if (guess.need < later)
        guess.need = later;
    if (guess.need > latest)
        guess.need = latest;
    return guess;
}

void rtmp_chunk_size_accept(struct rtmp_dechunk *d, uint32_t size, uint32_t length) {
    d->chunk_size = size;
    if (size < length)
        d->chunk_size_known = true;
    else
        d->chunk_size_floor = length;
}

void rtmp_chunk_size_doubt(struct rtmp_dechunk *d) {
    if (d->chunk_size_set)
        return;
    d->chunk_size_known = false;
    d->chunk_size_floor = RTMP_DEFAULT_CHUNK_SIZE;
}
