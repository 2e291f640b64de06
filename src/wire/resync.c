/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the next chunk header after a loss, or in a capture that begins inside a connection.
 *
 * Every candidate position is weighed in bits of evidence: roughly minus log2 of the chance that
 * random bytes agree as well with what is known of the direction (its chunk streams, their types
 * and message stream ids, plausible lengths and timestamps) and with a next header where this one
 * says. Among 64 Ki positions of payload a threshold of 38 bits leaves a chance of 2^-22 of a
 * phantom.
 */
#include "wire/dechunk.h"
#include "wire/limits.h"

#define EVIDENCE_ENOUGH   38
#define EVIDENCE_PENDING  18 /* worth waiting for more bytes */
#define EVIDENCE_EXPECTED 12 /* at a position that chunking predicts */
#define EVIDENCE_ALIGNED  16 /* where a segment begins: one position, not one of 64 Ki */
#define EVIDENCE_STRONG   25 /* a header that hardly stands in payload by chance */
#define EVIDENCE_LANDING  10 /* that a length points at such a header by chance: 2^-10 at most */
#define EVIDENCE_CONTEXT  20 /* weak headers before one that is believed for itself */
#define EVIDENCE_SIZE     20 /* that a message is cut into chunks of one size */
#define EVIDENCE_USUAL    6  /* a chunk size that senders choose */
#define WALK_HEADERS      12

/* What a walk over headers has learnt on its way, apart from the direction's own state. */
struct walk {
    struct {
        uint32_t csid, length, rest;
        uint8_t type;
    } open[WALK_HEADERS];
    uint32_t open_count;
    uint32_t chunk_size;
    bool sizing; /* chunk_size is a guess to be tested */
    int bits;
    bool believed;  /* `start` is set */
    uint32_t start; /* the first header that is believed */
    uint32_t start_csid;
    bool failed;
    uint32_t need; /* held bytes that would tell more; UINT32_MAX: nothing would */
};

static int length_evidence(uint32_t length) {
    return length == 0 ? 0 : length < 1U << 17 ? 5 : length < 1U << 20 ? 3 : 0;
}

static int delta_evidence(const struct rtmp_chunk_header *h) {
    if (h->has_extended) /* a delta of hours, or a negative one (observed: librtmp) */
        return h->extended >= RTMP_EXTENDED_TIMESTAMP ? 2 : -20;
    return h->timestamp < 1000 ? 13 : h->timestamp < 60000 ? 8 : -4;
}

static bool control_type(uint8_t type) {
    return type >= RTMP_MESSAGE_SET_CHUNK_SIZE && type <= RTMP_MESSAGE_SET_PEER_BANDWIDTH;
}

/* A type that exists, with a length it can have? Bits of evidence, -1 when it cannot be. */
static int type_evidence(const struct rtmp_chunk_header *h) {
    switch (h->type) {
    case RTMP_MESSAGE_SET_CHUNK_SIZE:
    case RTMP_MESSAGE_ABORT:
    case RTMP_MESSAGE_ACKNOWLEDGEMENT:
    case RTMP_MESSAGE_WINDOW_ACK_SIZE:
        return h->length == 4 ? 24 : -1;
    case RTMP_MESSAGE_SET_PEER_BANDWIDTH:
        return h->length == 5 || h->length == 4 ? 24 : -1;
    case RTMP_MESSAGE_USER_CONTROL:
        return h->length >= 6 && h->length <= 48 ? 18 : -1;
    case RTMP_MESSAGE_AUDIO:
    case RTMP_MESSAGE_VIDEO:
        return 5 + length_evidence(h->length);
    case RTMP_MESSAGE_DATA_AMF3:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_AGGREGATE:
        return h->length >= 4 ? 4 + length_evidence(h->length) : -1;
    default:
        return -1;
    }
}

static int stream_id_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    if (cs && cs->message.stream_id == h->stream_id)
        return 26;
    return h->stream_id < 256 ? 20 : h->stream_id < 65536 ? 8 : -8;
}

static int timestamp_evidence(const struct rtmp_chunk_stream *cs,
                              const struct rtmp_chunk_header *h) {
    uint32_t value = h->has_extended ? h->extended : h->timestamp;
    if (h->has_extended && h->extended < RTMP_EXTENDED_TIMESTAMP)
        return -20;
    if (!cs)
        return 0;
    uint32_t distance = value - cs->message.timestamp;
    if (distance > UINT32_MAX / 2)
        distance = 0U - distance;
    return distance < 1U << 16 ? 8 : distance < 1U << 22 ? 2 : -4;
}

/* The header that begins a message, against what is known of its chunk stream (NULL: nothing). */
static int header_evidence(const struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h) {
    int bits = cs ? 5 : h->csid <= 64 ? 2 : 0;
    if (h->fmt == 3)
        return cs ? 6 : -1;
    if (h->fmt == 2)
        return cs ? bits + delta_evidence(h) : -1;
    int type = type_evidence(h);
    if (type < 0)
        return -1;
    bits += type;
    if (cs && cs->message.type == h->type && !control_type(h->type))
        bits += 3;
    if (h->fmt == 0)
        return bits + stream_id_evidence(cs, h) + timestamp_evidence(cs, h);
    return bits + delta_evidence(h);
}

/* The first byte of a body of this type. -1: it cannot begin so. */
static int body_evidence(const struct rtmp_chunk_stream *cs, uint8_t type, uint8_t first) {
    if (cs && cs->message.type == type && cs->has_first_byte && cs->first_byte == first)
        return 6;
    switch (type) {
    case RTMP_MESSAGE_COMMAND_AMF0:
    case RTMP_MESSAGE_DATA_AMF0:
        return first == 0x02 ? 7 : -1;
    case RTMP_MESSAGE_COMMAND_AMF3:
    case RTMP_MESSAGE_DATA_AMF3:
        return first == 0x00 || first == 0x02 ? 6 : -1;
    case RTMP_MESSAGE_SHARED_OBJECT_AMF0:
    case RTMP_MESSAGE_SHARED_OBJECT_AMF3:
        return first == 0x00 ? 6 : 0;
    case RTMP_MESSAGE_USER_CONTROL:
        return first == 0x00 ? 6 : -1;
    case RTMP_MESSAGE_VIDEO:
        return first & 0x80 || ((first >> 4) >= 1 && (first >> 4) <= 5 && (first & 15) >= 1) ? 1
                                                                                             : -1;
    default:
        return 0;
    }
}

static void walk_fail(struct walk *w) {
    w->failed = true;
}

/* Bytes of a repeated extended timestamp behind a fmt 3 header at `pos`. */
static uint32_t extended3_bytes(struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                                uint32_t pos) {
    if (!cs || !cs->has_extended || d->held_count - pos < 4)
        return 0;
    struct rtmp_reader r = rtmp_reader_over(d->held + pos, 4);
    uint32_t value = rtmp_u32(&r);
    return value == cs->extended || value == cs->message.timestamp ? 4 : 0;
}

/* Evidence for the header `h` of the walk whose data begin at `pos`; opens its message. */
static int walk_message(struct rtmp_dechunk *d, struct walk *w, const struct rtmp_chunk_header *h,
                        const struct rtmp_chunk_stream *cs, uint32_t i, uint32_t pos) {
    bool inherits_here = i < w->open_count && h->fmt >= 2;
    int evidence = !inherits_here ? header_evidence(cs, h)
                   : h->fmt == 3  ? 5
                                  : 5 + delta_evidence(h);
    if (evidence < 0)
        return -1;
    if (i == w->open_count) {
        w->open_count++;
        w->open[i].csid = h->csid;
        w->open[i].length = cs ? cs->message.length : 0;
        w->open[i].type = cs ? cs->message.type : 0;
    }
    if (h->fmt <= 1) {
        w->open[i].length = h->length;
        w->open[i].type = h->type;
    }
    w->open[i].rest = w->open[i].length;
    if (w->open[i].rest && pos < d->held_count) {
        int body = body_evidence(cs, w->open[i].type, d->held[pos]);
        return body < 0 ? -1 : evidence + body;
    }
    return evidence;
}

/* A Set Chunk Size on the way acts on the headers behind it. */
static bool walk_chunk_size(struct rtmp_dechunk *d, struct walk *w, uint32_t i, uint32_t pos) {
    if (w->open[i].type != RTMP_MESSAGE_SET_CHUNK_SIZE || w->open[i].rest != 4 ||
        d->held_count - pos < 4)
        return true;
    struct rtmp_reader r = rtmp_reader_over(d->held + pos, 4);
    uint32_t value = rtmp_u32(&r);
    if (value == 0 || value > 0x7FFFFFFFU)
        return false;
    w->chunk_size = value;
    return true;
}

/* One header of the walk at `*pos`, which then moves behind its data. False: the walk ends here. */
static bool walk_step(struct rtmp_dechunk *d, struct walk *w, uint32_t *pos, bool first) {
    uint32_t start = *pos;
    uint32_t left = d->held_count - start;
    uint32_t bytes = left ? rtmp_chunk_header_bytes(d->held[start]) : 1;
    struct rtmp_chunk_header h;
    struct rtmp_reader r = rtmp_reader_over(d->held + start, left);
    if (left < bytes || !rtmp_chunk_header_read(&r, &h)) {
        w->need = start + bytes + 4;
        return false;
    }
    *pos += r.pos;
    struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    uint32_t i = 0;
    while (i < w->open_count && w->open[i].csid != h.csid)
        i++;
    if (h.fmt == 3)
        *pos += extended3_bytes(d, cs, *pos);
    uint32_t chunk_size = w->chunk_size;
    if (i < w->open_count && w->open[i].rest) {
        if (h.fmt != 3) {
            walk_fail(w);
            return false;
        }
        w->bits += 6;
    } else if (!first && h.fmt >= 2 && i == w->open_count && cs) {
        /* The middle of a message whose beginning is lost: it says no more than its id. */
        w->bits += 5;
        return false;
    } else {
        int evidence = walk_message(d, w, &h, cs, i, *pos);
        if (evidence < 0 || !walk_chunk_size(d, w, i, *pos)) {
            walk_fail(w);
            return false;
        }
        bool strong = evidence >= EVIDENCE_STRONG;
        if (!w->believed &&
            (w->bits >= EVIDENCE_CONTEXT || (first && w->bits + evidence >= EVIDENCE_STRONG))) {
            w->believed = true;
            w->start = start;
            w->start_csid = h.csid;
        }
        if (!first && strong) {
            w->bits += EVIDENCE_LANDING;
            return false;
        }
        w->bits += evidence;
    }
    if (!first && !d->chunk_size_known && w->open[i].rest > d->chunk_size_floor && !w->sizing)
        return false; /* where it is cut is not known */
    uint32_t data = w->open[i].rest < chunk_size ? w->open[i].rest : chunk_size;
    w->open[i].rest -= data;
    *pos += data;
    if (*pos >= d->held_count) {
        w->need = *pos + 1;
        return false;
    }
    return true;
}

static void walk_from(struct rtmp_dechunk *d, struct walk *w, uint32_t pos, bool first) {
    w->need = UINT32_MAX;
    for (uint32_t n = 0; n < WALK_HEADERS && w->bits < EVIDENCE_ENOUGH + EVIDENCE_ALIGNED; n++)
        if (!walk_step(d, w, &pos, first && n == 0))
            return;
}

/* ---- what is held ---- */

static void drop_front(struct rtmp_dechunk *d, uint32_t count) {
    memmove(d->held, d->held + count, d->held_count - count);
    d->held_count -= count;
    d->held_offset += count;
    d->scanned = d->scanned > count ? d->scanned - count : 0;
    d->hypothesis.valid = false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->candidate_count; i++) {
        if (d->candidate[i].pos < count)
            continue;
        d->candidate[n].pos = d->candidate[i].pos - count;
        d->candidate[n].need =
            d->candidate[i].need > count ? d->candidate[i].need - count : d->candidate[i].need;
        n++;
    }
    d->candidate_count = n;
}

uint32_t rtmp_resync_hold(struct rtmp_dechunk *d, const uint8_t *bytes, uint32_t len) {
    const uint32_t piece = RTMP_LIMIT_RESYNC_BYTES / 16;
    if (len > piece)
        len = piece;
    if (d->held_count + len > RTMP_LIMIT_RESYNC_BYTES)
        drop_front(d, d->held_count / 2);
    if (d->held_count + len > d->held_capacity) {
        uint32_t capacity = d->held_capacity ? d->held_capacity : 2048;
        while (capacity < d->held_count + len)
            capacity *= 2;
        uint8_t *held = d->memory.resize(d->memory.user, d->held, capacity);
        if (!held) {
            /* Nothing can be held: what came before is skipped, the search begins behind it. */
            d->position += len;
            d->held_count = 0;
            d->scanned = 0;
            d->candidate_count = 0;
            d->hypothesis.valid = false;
            d->inferring = false;
            d->proving = false;
            d->held_offset = d->position;
            return len;
        }
        d->held = held;
        d->held_capacity = capacity;
    }
    if (len)
        memcpy(d->held + d->held_count, bytes, len);
    d->held_count += len;
    d->position = d->held_offset + d->held_count;
    return len;
}

/* ---- chunk size ---- */

/* Chunk sizes that senders choose (observed), tried before any other. */
static const uint32_t usual_sizes[] = {128,   4096,  60000, 65536, 65535,  1024,  2048,
                                       8192,  16384, 512,   256,   1400,   5000,  10000,
                                       32768, 3000,  20000, 50000, 100000, 131072};
/* Other sizes that are walked for one guess: work stays bounded whatever the bytes. */
#define OTHER_SIZES 32

/* What the bytes behind one header say about the chunk size. */
struct size_guess {
    uint32_t size;
    int bits;      /* evidence beyond the first header; -1: no size fits */
    bool wait;     /* more bytes may tell ... */
    uint32_t need; /* ... when this many are held */
};

/* The header a guess starts from. */
struct size_subject {
    uint32_t start, data, length; /* held positions of header and data; message length */
    uint8_t continuation;         /* first byte of its continuation headers */
};

static bool size_subject_at(struct rtmp_dechunk *d, uint32_t start, struct size_subject *subject) {
    struct rtmp_chunk_header h;
    struct rtmp_reader r = rtmp_reader_over(d->held + start, d->held_count - start);
    if (!rtmp_chunk_header_read(&r, &h))
        return false;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    uint32_t data = start + r.pos;
    if (h.fmt == 3)
        data += extended3_bytes(d, cs, data);
    *subject = (struct size_subject){
        .start = start,
        .data = data,
        .length = h.fmt <= 1 ? h.length
                  : cs       ? cs->message.length
                             : 0,
        .continuation = (uint8_t)(0xC0 | (d->held[start] & 0x3F)),
    };
    return true;
}

/* Evidence behind the subject, if chunks have this size; -1: they have not. */
static int size_evidence(struct rtmp_dechunk *d, const struct size_subject *subject, uint32_t size,
                         struct size_guess *guess) {
    struct walk w = {.chunk_size = size, .sizing = true};
    uint32_t pos = subject->start;
    (void)walk_step(d, &w, &pos, true);
    w.bits = 0; /* what counts is what follows it */
    if (!w.failed && pos < d->held_count)
        walk_from(d, &w, pos, false);
    if (w.failed)
        return -1;
    if (w.need != UINT32_MAX) {
        guess->need = guess->wait && guess->need < w.need ? guess->need : w.need;
        guess->wait = true;
    }
    return w.bits;
}

/* Does a continuation header stand where this size says? */
static bool size_possible(const struct rtmp_dechunk *d, const struct size_subject *subject,
                          uint32_t size) {
    return size >= d->chunk_size_floor && size < subject->length &&
           size < d->held_count - subject->data &&
           d->held[subject->data + size] == subject->continuation;
}

static void try_size(struct rtmp_dechunk *d, const struct size_subject *subject, uint32_t size,
                     int bonus, struct size_guess *guess) {
    int bits = size_evidence(d, subject, size, guess);
    if (bits >= 0 && bits + bonus > guess->bits) {
        guess->bits = bits + bonus;
        guess->size = size;
    }
}

/*
 * A header at `start` announces a message longer than any seen in one chunk: where it is cut shows
 * the chunk size.
 */
static struct size_guess guess_size(struct rtmp_dechunk *d, uint32_t start) {
    struct size_guess guess = {.bits = -1};
    struct size_subject subject;
    if (!size_subject_at(d, start, &subject) || subject.data >= d->held_count) {
        guess.wait = true;
        guess.need = d->held_count + 1;
        return guess;
    }
    if (size_possible(d, &subject, d->chunk_size))
        try_size(d, &subject, d->chunk_size, EVIDENCE_USUAL + 1, &guess);
    for (size_t i = 0; i < sizeof usual_sizes / sizeof *usual_sizes; i++)
        if (size_possible(d, &subject, usual_sizes[i]))
            try_size(d, &subject, usual_sizes[i], EVIDENCE_USUAL, &guess);
    uint32_t tried = 0;
    uint32_t end = d->held_count - subject.data;
    for (uint32_t size = d->chunk_size_floor; size < end && tried < OTHER_SIZES; size++)
        if (size_possible(d, &subject, size)) {
            try_size(d, &subject, size, 0, &guess);
            tried++;
        }
    if (guess.bits >= EVIDENCE_SIZE)
        return guess;
    /* One chunk: the next header is the only witness. */
    int whole = size_evidence(d, &subject, RTMP_LIMIT_MESSAGE_LENGTH, &guess);
    if (whole >= EVIDENCE_LANDING && whole > guess.bits) {
        guess.size = subject.length;
        guess.bits = EVIDENCE_SIZE;
    }
    if (end >= RTMP_LIMIT_RESYNC_BYTES / 2)
        guess.wait = false;
    /* Looking again at every byte would make the work quadratic; waiting for more than is ever held
     * would never end. */
    uint32_t later = d->held_count + d->held_count / 16;
    uint32_t latest = subject.data + RTMP_LIMIT_RESYNC_BYTES / 2;
    if (guess.need < later)
        guess.need = later;
    if (guess.need > latest)
        guess.need = latest;
    return guess;
}

static void accept_size(struct rtmp_dechunk *d, uint32_t size, uint32_t length) {
    d->chunk_size = size;
    if (size < length)
        d->chunk_size_known = true;
    else
        d->chunk_size_floor = length;
}

/* A Set Chunk Size may have been lost, unless there was one before: senders set it once (observed).
 * The size is then confirmed anew by the next long message. */
static void doubt_size(struct rtmp_dechunk *d) {
    if (d->chunk_size_set)
        return;
    d->chunk_size_known = false;
    d->chunk_size_floor = RTMP_DEFAULT_CHUNK_SIZE;
}

/* ---- weighing a position ---- */

/* Length of the message that the header at `pos` begins. */
static uint32_t length_at(struct rtmp_dechunk *d, uint32_t pos) {
    struct rtmp_chunk_header h;
    struct rtmp_reader r = rtmp_reader_over(d->held + pos, d->held_count - pos);
    if (!rtmp_chunk_header_read(&r, &h))
        return 0;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    return h.fmt <= 1 ? h.length : cs ? cs->message.length : 0;
}

/* Writers flush messages: many segments begin with a header. */
static bool aligned(const struct rtmp_dechunk *d, uint32_t pos) {
    uint64_t offset = d->held_offset + pos;
    return offset == d->fed_offset || offset == d->fed_before;
}

static struct walk weigh(struct rtmp_dechunk *d, uint32_t pos) {
    struct walk w = {.chunk_size = d->chunk_size, .bits = aligned(d, pos) ? EVIDENCE_ALIGNED : 0};
    if (d->chunk_size_known || length_at(d, pos) <= d->chunk_size_floor) {
        walk_from(d, &w, pos, true);
        return w;
    }
    /* A long message and no chunk size: the header itself, then where it is cut. */
    uint32_t next = pos;
    w.need = UINT32_MAX;
    (void)walk_step(d, &w, &next, true);
    if (w.failed || !w.believed)
        return w;
    struct size_guess guess = guess_size(d, pos);
    if (guess.bits >= EVIDENCE_SIZE) {
        w.bits += guess.bits;
        w.chunk_size = guess.size;
        w.need = UINT32_MAX;
    } else if (guess.wait) {
        w.need = guess.need;
        w.bits = w.bits < EVIDENCE_ENOUGH ? w.bits : EVIDENCE_ENOUGH - 1;
    } else {
        walk_fail(&w);
    }
    return w;
}

/* ---- decisions ---- */

static bool try_hypothesis(struct rtmp_dechunk *d) {
    struct rtmp_hypothesis *h = &d->hypothesis;
    struct rtmp_chunk_stream *cs = &d->streams.items[h->stream];
    uint32_t rest = cs->message.length - h->received;
    struct walk w = {.chunk_size = d->chunk_size};
    w.open_count = 1;
    w.open[0].csid = cs->message.csid;
    w.open[0].length = cs->message.length;
    w.open[0].type = cs->message.type;
    w.open[0].rest = rest - h->left;
    if (h->left >= d->held_count)
        return false;
    walk_from(d, &w, h->left, false);
    if (w.failed)
        h->valid = false;
    return !w.failed && w.bits >= EVIDENCE_EXPECTED;
}

static bool enough(const struct walk *w) {
    return !w->failed && w->believed && w->bits >= EVIDENCE_ENOUGH;
}

static void accept_header(struct rtmp_dechunk *d, const struct walk *w) {
    if (d->hypothesis.valid && d->hypothesis.complete && w->start == 0) {
        /* The open message would end just here: nothing else is missing. */
        rtmp_dechunk_follow_hypothesis(d);
        return;
    }
    struct rtmp_chunk_stream *cs;
    while ((cs = rtmp_chunk_streams_break_next(&d->streams))) {
        rtmp_dechunk_abandon(d, cs);
        cs->uncertain = true;
    }
    cs = rtmp_chunk_streams_find(&d->streams, w->start_csid);
    if (cs) /* What follows agreed with what its header inherits. */
        rtmp_chunk_streams_mend(&d->streams, cs);
    uint32_t length = length_at(d, w->start);
    if (!d->chunk_size_known && length > d->chunk_size_floor)
        accept_size(d, w->chunk_size, length);
    else if (d->lost_gap)
        doubt_size(d);
    d->midstream = false;
    d->state = RTMP_AT_HEADER;
    d->position = d->held_offset + w->start;
    d->hypothesis.valid = false;
    struct rtmp_note n = {.kind = RTMP_NOTE_RESYNCHRONIZED,
                          .offset = d->position,
                          .count = d->position - d->lost_offset - d->lost_gap};
    d->sink.note(d->sink.user, &n);
}

static void wait_for(struct rtmp_dechunk *d, uint32_t pos, const struct walk *w) {
    if (w->bits < EVIDENCE_PENDING || w->need == UINT32_MAX ||
        d->candidate_count == RTMP_RESYNC_CANDIDATES)
        return;
    d->candidate[d->candidate_count++] = (struct rtmp_candidate){.pos = pos, .need = w->need};
}

/* Look again at the candidates for which more bytes have come. */
static bool find_pending(struct rtmp_dechunk *d, uint32_t *found_at) {
    uint32_t count = d->candidate_count;
    struct rtmp_candidate pending[RTMP_RESYNC_CANDIDATES];
    memcpy(pending, d->candidate, sizeof pending);
    d->candidate_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pending[i].need > d->held_count) {
            d->candidate[d->candidate_count++] = pending[i];
            continue;
        }
        struct walk w = weigh(d, pending[i].pos);
        if (w.failed)
            continue;
        if (enough(&w)) {
            *found_at = w.start;
            accept_header(d, &w);
            return true;
        }
        wait_for(d, pending[i].pos, &w);
    }
    return false;
}

/*
 * A fmt 2 or 3 header stands at held 0, of a chunk stream that a hole may have changed. It begins a
 * message of the length known before if another header stands where that one ends. Sets `*wait`
 * when more bytes may tell.
 */
static bool prove_inherited(struct rtmp_dechunk *d, bool *wait) {
    struct walk w = {.chunk_size = d->chunk_size, .need = UINT32_MAX};
    uint32_t pos = 0;
    bool on = walk_step(d, &w, &pos, true);
    w.bits = 0;
    if (on)
        walk_from(d, &w, pos, false);
    *wait = !w.failed && w.need != UINT32_MAX && w.need < RTMP_LIMIT_RESYNC_BYTES / 2;
    d->guess_again = w.need;
    if (w.failed || w.bits < EVIDENCE_LANDING)
        return false;
    struct rtmp_chunk_header h;
    struct rtmp_reader r = rtmp_reader_over(d->held, d->held_count);
    (void)rtmp_chunk_header_read(&r, &h);
    rtmp_chunk_streams_mend(&d->streams, rtmp_chunk_streams_find(&d->streams, h.csid));
    return true;
}

/* The header at held 0 is what it seemed: synchronised again, nothing was skipped. */
static bool resume_at_first(struct rtmp_dechunk *d, uint32_t *found_at) {
    d->state = RTMP_AT_HEADER;
    d->position = d->held_offset;
    *found_at = 0;
    return true;
}

bool rtmp_resync_find(struct rtmp_dechunk *d, uint32_t *found_at) {
    if (d->proving) {
        bool wait;
        if (d->held_count < d->guess_again)
            return false;
        if (prove_inherited(d, &wait))
            return resume_at_first(d, found_at);
        if (wait)
            return false;
        d->proving = false;
        d->scanned = 1;
    }
    if (d->inferring) {
        if (d->held_count < d->guess_again)
            return false;
        struct size_guess guess = guess_size(d, 0);
        if (guess.bits >= EVIDENCE_SIZE) {
            accept_size(d, guess.size, length_at(d, 0));
            return resume_at_first(d, found_at);
        }
        d->guess_again = guess.need;
        if (guess.wait)
            return false;
        d->inferring = false;
        d->scanned = 1;
    }
    if (d->hypothesis.valid && !d->hypothesis.complete && try_hypothesis(d)) {
        rtmp_dechunk_follow_hypothesis(d);
        *found_at = 0;
        return true;
    }
    if (find_pending(d, found_at))
        return true;
    for (; d->scanned < d->held_count; d->scanned++) {
        uint32_t pos = d->scanned;
        /* A header and the first byte of its body, before a verdict. */
        if (d->held_count - pos < rtmp_chunk_header_bytes(d->held[pos]) + 1)
            break;
        struct walk w = weigh(d, pos);
        if (w.failed)
            continue;
        if (enough(&w)) {
            *found_at = w.start;
            accept_header(d, &w);
            return true;
        }
        wait_for(d, pos, &w);
    }
    return false;
}
