/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the next chunk header after a loss, or in a capture that begins inside a connection.
 *
 * Every position held is a candidate, weighed by what a walk over the headers from there finds
 * (walk.h).
 */
#include "base/limits.h"
#include "recovery/probe.h"
#include "recovery/sizing.h"

#define EVIDENCE_PENDING  18   /* worth waiting for more bytes */
#define EVIDENCE_LEAST    26   /* of any header, however few positions there are */
#define EVIDENCE_EXPECTED 12   /* at a position that chunking predicts */
#define SHORT_SEGMENTS    16   /* two in so few bytes: where they begin says nothing */
#define LIKELY_STREAMS    256  /* message streams, as they are numbered */
#define LOOKED_INTO       1024 /* bytes of a message: longer ones are seldom together as long */

/* ---- what is held ---- */

static void drop_front(struct rtmp_dechunk *d, uint32_t count) {
    d->lost_gap += rtmp_search_buffer_missing(&d->held, count);
    rtmp_search_buffer_drop(&d->held, count);
    d->scanned = d->scanned > count ? d->scanned - count : 0;
    d->continuation.valid = false;
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

/* Room for more: what was held longest begins no header that can still be found. Where bytes are
 * missing that is no wonder. */
static void give_up_front(struct rtmp_dechunk *d) {
    if (!d->searched && !rtmp_search_buffer_misses(&d->held, 0, d->held.count)) {
        rtmp_dechunk_note(d, RTMP_NOTE_SEARCHED, d->held.offset, 0, NULL);
        d->searched = true;
    }
    drop_front(d, d->held.count / 2);
}

/* Mark where the last two segments begin. */
static void mark_segments(struct rtmp_dechunk *d) {
    bool are_short = d->fed_end - d->fed_before < SHORT_SEGMENTS;
    const uint64_t begins[] = {d->fed_before, d->fed_offset};
    for (int i = 0; i < 2; i++) {
        uint64_t pos = begins[i] - d->held.offset;
        if (begins[i] < d->held.offset || pos >= d->held.count)
            continue;
        uint8_t *mark = &d->held.marks[pos];
        if (*mark == RTMP_MARK_NONE && are_short)
            *mark = RTMP_MARK_SHORT;
        else if (*mark != RTMP_MARK_MISSING && !are_short)
            *mark = RTMP_MARK_SEGMENT;
    }
}

void rtmp_search_begin(struct rtmp_dechunk *d) {
    d->held.count = d->held.missing = 0;
    d->held.offset = d->position;
    d->scanned = 0;
    d->candidate_count = 0;
    d->inferring = false;
    d->proving = false;
}

uint32_t rtmp_search_hold(struct rtmp_dechunk *d, const uint8_t *bytes, const uint8_t *marks,
                          uint32_t len) {
    const uint32_t piece = RTMP_LIMIT_SEARCH_BYTES / 16;
    if (len > piece)
        len = piece;
    if (d->held.count + len > RTMP_LIMIT_SEARCH_BYTES)
        give_up_front(d);
    if (!rtmp_search_buffer_append(&d->held, &d->memory, bytes, marks, len)) {
        /* Nothing can be held: what came before is skipped, the search begins behind it. */
        d->position += len;
        d->continuation.valid = false;
        rtmp_search_begin(d);
        return len;
    }
    mark_segments(d);
    d->position = d->held.offset + d->held.count;
    return len;
}

bool rtmp_search_hold_missing(struct rtmp_dechunk *d, uint64_t count) {
    if (count > RTMP_LIMIT_SEARCH_BYTES / 2)
        return false;
    if (d->held.count + count > RTMP_LIMIT_SEARCH_BYTES)
        give_up_front(d);
    if (!rtmp_search_buffer_append(&d->held, &d->memory, NULL, NULL, (uint32_t)count))
        return false;
    d->position = d->held.offset + d->held.count;
    return true;
}

/* ---- weighing a position ---- */

/* Before a verdict: a header and the first byte of its body. */
static bool has_header(const struct rtmp_dechunk *d, uint32_t pos) {
    return pos < d->held.count && d->held.count - pos > rtmp_chunk_header_bytes(d->held.bytes[pos]);
}

static struct rtmp_probe weigh(struct rtmp_dechunk *d, uint32_t pos) {
    int first_bits = rtmp_search_buffer_aligned(&d->held, pos) ? RTMP_EVIDENCE_ALIGNED : 0;
    struct rtmp_probe w = {.chunk_size = d->chunk_size, .bits = first_bits};
    if (d->chunk_size_known || rtmp_probe_length_at(d, pos) <= rtmp_sizing_least(d)) {
        rtmp_probe_from(d, &w, pos, true);
        if (d->chunk_size_known || !w.failed || w.bits < EVIDENCE_PENDING)
            return w;
        /* Smaller chunks may explain what stands behind it. */
        w = (struct rtmp_probe){.chunk_size = d->chunk_size, .bits = first_bits};
    }
    /* No chunk size: the header itself, then where its message is cut. */
    uint32_t next = pos;
    w.need = UINT32_MAX;
    (void)rtmp_probe_step(d, &w, &next, true);
    if (w.failed || (!w.believed && w.bits < EVIDENCE_PENDING))
        return w;
    struct rtmp_size_guess guess = rtmp_sizing_guess(d, pos);
    if (guess.bits >= RTMP_EVIDENCE_SIZE) {
        w = (struct rtmp_probe){.chunk_size = guess.size, .sizing = true, .bits = first_bits};
        rtmp_probe_from(d, &w, pos, true);
        w.chunk_size = guess.size; /* a Set Chunk Size on the way comes behind what it is for */
        w.sizing = w.start == pos; /* a later header shows by itself where its message is cut */
    } else if (guess.out_of_sight) {
        return w;
    } else if (guess.wait) {
        w.need = guess.need;
        w.believed = false;
    } else {
        w.failed = true;
    }
    return w;
}

/* ---- decisions ---- */

static bool try_continuation(struct rtmp_dechunk *d) {
    struct rtmp_continuation *h = &d->continuation;
    struct rtmp_chunk_stream *cs = &d->streams.items[h->stream];
    uint32_t rest = cs->message.length - h->received;
    struct rtmp_probe w = {.chunk_size = d->chunk_size, .sizing = h->chunk_size_known};
    w.open_count = 1;
    w.open[0].csid = cs->message.csid;
    w.open[0].length = cs->message.length;
    w.open[0].type = cs->message.type;
    w.open[0].rest = rest - h->left;
    if (h->left >= d->held.count)
        return false;
    rtmp_probe_from(d, &w, h->left, false);
    if (w.failed)
        h->valid = false;
    return !w.failed && w.bits >= EVIDENCE_EXPECTED;
}

/*
 * A header inherits its length: the message may end sooner, and only seem to go on because several
 * of them are together as long. Inside it a segment begins with that very header, or another header
 * stands there.
 */
static bool may_end_sooner(struct rtmp_dechunk *d, uint32_t start) {
    uint32_t length = rtmp_probe_length_at(d, start);
    if (length > d->chunk_size)
        return false;
    uint32_t end = start + rtmp_chunk_header_bytes(d->held.bytes[start]) + length;
    if (end > d->held.count)
        end = d->held.count;
    for (uint32_t pos = start;
         (pos = rtmp_search_buffer_next_segment(&d->held, pos + 1, end)) < end;)
        if (d->held.bytes[pos] == d->held.bytes[start])
            return true;
    for (uint32_t pos = start + 1; pos < end && pos <= start + LOOKED_INTO; pos++)
        if (rtmp_probe_strong_at(d, pos, true))
            return true;
    return false;
}

/* Messages that a sender has no reason to repeat, all of nearly the same length. */
static bool said_once(uint8_t type) {
    return type == RTMP_MESSAGE_SET_CHUNK_SIZE || type == RTMP_MESSAGE_ABORT ||
           type == RTMP_MESSAGE_WINDOW_ACK_SIZE || type == RTMP_MESSAGE_SET_PEER_BANDWIDTH;
}

/* The message stream id that the header at held `start` says; 0: none. */
static uint32_t stream_id_at(const struct rtmp_dechunk *d, uint32_t start) {
    struct rtmp_chunk_header h;
    return rtmp_probe_header_at(d, start, &h) && h.fmt == 0 ? h.stream_id : 0;
}

/* The chunk stream of the header at held `start`, NULL: it was not seen before. */
static struct rtmp_chunk_stream *stream_at(const struct rtmp_dechunk *d, uint32_t start) {
    struct rtmp_chunk_header h;
    return rtmp_probe_header_at(d, start, &h) ? rtmp_chunk_streams_find(&d->streams, h.csid) : NULL;
}

/*
 * The walk from the header at held `start` on: does it prove what that header inherits? Another one
 * where its message ends shows its length, and by that its type: seldom are two as long. A message
 * of a kind that is said once was rather followed by another control message in the hole.
 */
static bool proves_inherited(struct rtmp_dechunk *d, const struct rtmp_probe *w, uint32_t start) {
    const struct rtmp_chunk_stream *cs = stream_at(d, start);
    return w->after >= RTMP_EVIDENCE_LANDING && !may_end_sooner(d, start) &&
           !(cs && said_once(cs->message.type));
}

/*
 * Bits that a header at held `pos` needs: one position among those that were looked at before it.
 * Of a capture that is cut, few bytes are there.
 */
static int bits_needed(const struct rtmp_dechunk *d, uint32_t pos) {
    uint32_t there = pos - rtmp_search_buffer_missing(&d->held, pos);
    int needed = RTMP_EVIDENCE_ENOUGH;
    for (uint32_t most = RTMP_LIMIT_SEARCH_BYTES / 2; there < most && needed > EVIDENCE_LEAST;
         most /= 2)
        needed--;
    return needed;
}

/* A header that inherits its length is not enough by itself: a hole may have changed that. */
static bool enough(struct rtmp_dechunk *d, const struct rtmp_probe *w) {
    if (w->failed || !w->believed || w->bits < EVIDENCE_LEAST ||
        (w->bits < RTMP_EVIDENCE_ENOUGH && w->bits < bits_needed(d, w->start)))
        return false;
    bool inherits = d->held.bytes[w->start] >> 6 >= 2;
    return !inherits || proves_inherited(d, w, w->start);
}

/*
 * Headers do not overlap. Of those that begin among the bytes of the one found the surest is one:
 * payload before a header may complete another by chance, or a zero a longer basic header. Hardly
 * does a segment begin with just those bytes of payload, if they make a message stream id that is
 * likely: of two headers that differ in the length of the basic header alone that says more than
 * what is known of the shorter one's chunk stream.
 */
static struct rtmp_probe surest(struct rtmp_dechunk *d, const struct rtmp_probe *found) {
    struct rtmp_probe best = *found;
    const uint8_t first = d->held.bytes[found->start];
    uint32_t end = found->start + rtmp_chunk_header_bytes(first);
    uint32_t pos = found->start + 1;
    if (rtmp_search_buffer_aligned(&d->held, found->start) &&
        stream_id_at(d, found->start) < LIKELY_STREAMS)
        pos = found->start + rtmp_chunk_basic_bytes(first);
    for (; pos < end && has_header(d, pos); pos++) {
        struct rtmp_probe w = weigh(d, pos);
        if (enough(d, &w) && w.start == pos && w.bits >= best.bits)
            best = w;
    }
    return best;
}

/* A header stands at held `pos`; what is held before it is skipped. */
static void synchronised_at(struct rtmp_dechunk *d, uint32_t pos) {
    d->state = RTMP_AT_HEADER;
    d->position = d->held.offset + pos;
    d->lost_gap += rtmp_search_buffer_missing(&d->held, pos);
    d->continuation.valid = false;
    rtmp_dechunk_note(d, RTMP_NOTE_RESYNCHRONIZED, d->position,
                      d->position - d->lost_offset - d->lost_gap, NULL);
}

static void accept_header(struct rtmp_dechunk *d, const struct rtmp_probe *found) {
    const struct rtmp_probe best = surest(d, found);
    const struct rtmp_probe *w = &best;
    if (d->continuation.valid && d->continuation.complete && w->start == 0) {
        /* The open message would end just here: nothing else is missing. */
        rtmp_dechunk_follow_continuation(d);
        return;
    }
    struct rtmp_chunk_stream *cs;
    while ((cs = rtmp_chunk_streams_distrust_next(&d->streams))) {
        rtmp_dechunk_abandon(d, cs);
        cs->uncertain = true;
    }
    cs = rtmp_chunk_streams_find(&d->streams, w->start_csid);
    if (cs) /* What follows agreed with what its header inherits. */
        rtmp_chunk_streams_trust(&d->streams, cs);
    uint32_t length = rtmp_probe_length_at(d, w->start);
    if (w->sizing)
        rtmp_sizing_accept(d, w->chunk_size, length);
    d->midstream = false;
    synchronised_at(d, w->start);
}

static void wait_for(struct rtmp_dechunk *d, uint32_t pos, const struct rtmp_probe *w) {
    if (w->bits < EVIDENCE_PENDING || w->need == UINT32_MAX ||
        d->candidate_count == RTMP_SEARCH_CANDIDATES)
        return;
    d->candidate[d->candidate_count++] = (struct rtmp_candidate){.pos = pos, .need = w->need};
}

/* Accept the first of these candidates that is sure enough with the bytes at hand, though it may
 * have waited for more. */
static bool accept_first(struct rtmp_dechunk *d, const struct rtmp_candidate *candidate,
                         uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct rtmp_probe w = weigh(d, candidate[i].pos);
        if (enough(d, &w)) {
            accept_header(d, &w);
            return true;
        }
    }
    return false;
}

/* Look again at the candidates for which more bytes have come. */
static bool find_pending(struct rtmp_dechunk *d) {
    uint32_t count = d->candidate_count;
    struct rtmp_candidate pending[RTMP_SEARCH_CANDIDATES];
    memcpy(pending, d->candidate, sizeof pending);
    d->candidate_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pending[i].need > d->held.count) {
            d->candidate[d->candidate_count++] = pending[i];
            continue;
        }
        struct rtmp_probe w = weigh(d, pending[i].pos);
        if (w.failed)
            continue;
        if (enough(d, &w))
            return accept_first(d, pending, count);
        wait_for(d, pending[i].pos, &w);
    }
    return false;
}

/* Look at the positions that were not looked at yet. */
static bool scan(struct rtmp_dechunk *d) {
    for (; d->scanned < d->held.count; d->scanned++) {
        if (rtmp_search_buffer_misses(&d->held, d->scanned, 1))
            d->scanned += rtmp_search_buffer_run(&d->held, d->scanned);
        if (d->scanned == d->held.count)
            return false;
        uint32_t pos = d->scanned;
        if (!has_header(d, pos))
            return false;
        struct rtmp_probe w = weigh(d, pos);
        if (w.failed)
            continue;
        if (enough(d, &w)) {
            if (!accept_first(d, d->candidate, d->candidate_count))
                accept_header(d, &w);
            return true;
        }
        wait_for(d, pos, &w);
    }
    return false;
}

/*
 * A fmt 2 or 3 header stands at held 0, of a chunk stream that a hole may have changed. It begins a
 * message of the length known before if another header stands where that one ends. Sets `*wait`
 * when more bytes may tell.
 */
static bool prove_inherited(struct rtmp_dechunk *d, bool *wait) {
    struct rtmp_probe w = {.chunk_size = d->chunk_size, .need = UINT32_MAX};
    uint32_t pos = 0;
    bool on = rtmp_probe_step(d, &w, &pos, true);
    if (on)
        rtmp_probe_from(d, &w, pos, false);
    *wait = !w.failed && w.need != UINT32_MAX && w.need < RTMP_LIMIT_SEARCH_BYTES / 2;
    d->guess_again = w.need;
    if (w.failed || !proves_inherited(d, &w, 0))
        return false;
    rtmp_chunk_streams_trust(&d->streams, stream_at(d, 0));
    return true;
}

/* The header at held 0 is what it seemed: synchronised again, nothing was skipped. */
static bool resume_at_first(struct rtmp_dechunk *d) {
    d->state = RTMP_AT_HEADER;
    d->position = d->held.offset;
    return true;
}

bool rtmp_search_find(struct rtmp_dechunk *d) {
    if (d->proving) {
        bool wait;
        if (d->held.count < d->guess_again)
            return false;
        if (prove_inherited(d, &wait))
            return resume_at_first(d);
        if (wait)
            return false;
        d->proving = false;
        d->scanned = 1;
        rtmp_sizing_doubt(d);
    }
    if (d->inferring) {
        if (d->held.count < d->guess_again)
            return false;
        struct rtmp_size_guess guess = rtmp_sizing_guess(d, 0);
        if (guess.bits >= RTMP_EVIDENCE_SIZE) {
            rtmp_sizing_accept(d, guess.size, rtmp_probe_length_at(d, 0));
            return resume_at_first(d);
        }
        if (guess.out_of_sight) {
            d->out_of_sight = true;
            if (d->chunk_size < rtmp_probe_length_at(d, 0))
                d->chunk_size = guess.size;
            return resume_at_first(d);
        }
        d->guess_again = guess.need;
        if (guess.wait)
            return false;
        d->inferring = false;
        if (guess.ends_at) {
            rtmp_dechunk_pass_over(d);
            synchronised_at(d, guess.ends_at);
            return true;
        }
        /* No size fits that is as large as messages in one chunk seemed to say: smaller ones. */
        d->scanned = d->chunk_size_floor > RTMP_DEFAULT_CHUNK_SIZE ? 0 : 1;
        rtmp_sizing_doubt(d);
    }
    if (d->continuation.valid && !d->continuation.complete && try_continuation(d)) {
        rtmp_dechunk_follow_continuation(d);
        return true;
    }
    return find_pending(d) || scan(d);
}
