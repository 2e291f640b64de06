/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every buffered position is a candidate; a probe from there collects the evidence for a header. */
#include "recovery/search.h"

#include "base/limits.h"
#include "recovery/continuation.h"
#include "recovery/probe.h"
#include "recovery/sizing.h"
#include "recovery/weights.h"

/* ---- the buffer ---- */

static void drop_front(struct rtmp_recovery *r, uint32_t count) {
    r->lost_gap += rtmp_search_buffer_missing(&r->buffer, count);
    rtmp_search_buffer_drop(&r->buffer, count);
    r->scanned = r->scanned > count ? r->scanned - count : 0;
    r->continuation.valid = false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->candidate_count; i++) {
        if (r->candidate[i].pos < count)
            continue;
        r->candidate[n].pos = r->candidate[i].pos - count;
        r->candidate[n].need =
            r->candidate[i].need > count ? r->candidate[i].need - count : r->candidate[i].need;
        n++;
    }
    r->candidate_count = n;
}

/* Make room: give up the oldest bytes, in which no header can be found any more. Reported once a
 * search, and only where no missing bytes explain it. */
static void give_up_front(struct rtmp_recovery *r) {
    if (!r->searched && !rtmp_search_buffer_misses(&r->buffer, 0, r->buffer.count)) {
        rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_SEARCHED, r->buffer.offset, 0, NULL);
        r->searched = true;
    }
    drop_front(r, r->buffer.count / 2);
}

/* Mark where the last two segments begin. */
static void mark_segments(struct rtmp_recovery *r) {
    bool are_short = r->fed_end - r->fed_before < SEGMENT_SHORT;
    const uint64_t begins[] = {r->fed_before, r->fed_offset};
    for (int i = 0; i < 2; i++) {
        uint64_t pos = begins[i] - r->buffer.offset;
        if (begins[i] < r->buffer.offset || pos >= r->buffer.count)
            continue;
        uint8_t *mark = &r->buffer.marks[pos];
        if (*mark == RTMP_MARK_NONE && are_short)
            *mark = RTMP_MARK_SHORT;
        else if (*mark != RTMP_MARK_MISSING && !are_short)
            *mark = RTMP_MARK_SEGMENT;
    }
}

bool rtmp_search_keep(struct rtmp_recovery *r, const uint8_t *bytes, uint32_t len) {
    if (!rtmp_search_buffer_append(&r->buffer, &r->dechunk.memory, bytes, NULL, len))
        return false;
    mark_segments(r);
    return true;
}

/* The most bytes that may be buffered. */
static uint32_t limit(const struct rtmp_recovery *r) {
    return r->state == RTMP_SIZING ? RTMP_LIMIT_SIZING_BYTES : RTMP_LIMIT_SEARCH_BYTES;
}

uint32_t rtmp_search_hold(struct rtmp_recovery *r, const uint8_t *bytes, const uint8_t *marks,
                          uint32_t len) {
    const uint32_t piece = RTMP_LIMIT_SEARCH_BYTES / 16;
    if (len > piece)
        len = piece;
    if (r->buffer.count + len > limit(r))
        give_up_front(r);
    if (!rtmp_search_buffer_append(&r->buffer, &r->dechunk.memory, bytes, marks, len)) {
        /* No memory: these bytes are skipped, the search begins behind them. */
        r->dechunk.position += len;
        r->continuation.valid = false;
        rtmp_recovery_begin_search(r);
        return len;
    }
    mark_segments(r);
    r->dechunk.position = r->buffer.offset + r->buffer.count;
    return len;
}

bool rtmp_search_hold_missing(struct rtmp_recovery *r, uint64_t count) {
    if (count > RTMP_LIMIT_SEARCH_BYTES / 2)
        return false;
    if (r->buffer.count + count > limit(r))
        give_up_front(r);
    if (!rtmp_search_buffer_append(&r->buffer, &r->dechunk.memory, NULL, NULL, (uint32_t)count))
        return false;
    r->dechunk.position = r->buffer.offset + r->buffer.count;
    return true;
}

/* ---- weighing a position ---- */

/* Are a header and the first byte of its body in the buffer? */
static bool has_header(const struct rtmp_recovery *r, uint32_t pos) {
    return pos < r->buffer.count &&
           r->buffer.count - pos > rtmp_chunk_header_bytes(r->buffer.bytes[pos]);
}

/* A probe from `pos`; the chunk size may have to be guessed on the way. */
static struct rtmp_probe weigh(struct rtmp_recovery *r, uint32_t pos) {
    int first_bits = rtmp_search_buffer_aligned(&r->buffer, pos) ? WEIGHT_ALIGNED : 0;
    struct rtmp_probe p = {.chunk_size = r->dechunk.chunk_size, .bits = first_bits};
    if (r->dechunk.chunk_size_known ||
        rtmp_probe_length_at(r, pos) <= rtmp_recovery_least_chunk_size(r)) {
        rtmp_probe_from(r, &p, pos, true);
        if (r->dechunk.chunk_size_known || !p.failed || p.bits < NEED_PENDING)
            return p;
        /* Smaller chunks may explain the bytes behind it. */
        p = (struct rtmp_probe){.chunk_size = r->dechunk.chunk_size, .bits = first_bits};
    }
    /* The chunk size is not known: weigh the header itself, then the places where its message may
     * be cut. */
    uint32_t next = pos;
    p.need = UINT32_MAX;
    (void)rtmp_probe_step(r, &p, &next, true);
    if (p.failed || (!p.believed && p.bits < NEED_PENDING))
        return p;
    /* Where a long message is cut lies beyond what a search looks at: SIZING looks further. */
    if (p.believed && p.bits >= NEED_ENOUGH &&
        rtmp_probe_length_at(r, pos) > RTMP_LIMIT_SEARCH_BYTES / 2)
        return p;
    struct rtmp_size_guess guess = rtmp_sizing_guess(r, pos);
    if (guess.bits >= NEED_SIZE) {
        p = (struct rtmp_probe){.chunk_size = guess.size, .sizing = true, .bits = first_bits};
        rtmp_probe_from(r, &p, pos, true);
        p.chunk_size = guess.size; /* not the size of a Set Chunk Size that the probe has read */
        p.sizing = p.start == pos; /* later headers give evidence of the size of their own */
    } else if (guess.ends_in_gap) {
        return p;
    } else if (guess.wait) {
        p.need = guess.need;
        p.believed = false;
    } else {
        p.failed = true;
    }
    return p;
}

/* ---- decisions ---- */

/*
 * The header at `start` inherits its length. The message may be shorter if several messages
 * together happen to have that length: then a segment inside it begins with the same header, or
 * another header stands there.
 */
static bool may_end_sooner(struct rtmp_recovery *r, uint32_t start) {
    uint32_t length = rtmp_probe_length_at(r, start);
    if (length > r->dechunk.chunk_size)
        return false;
    uint32_t end = start + rtmp_chunk_header_bytes(r->buffer.bytes[start]) + length;
    if (end > r->buffer.count)
        end = r->buffer.count;
    for (uint32_t pos = start;
         (pos = rtmp_search_buffer_next_segment(&r->buffer, pos + 1, end)) < end;)
        if (r->buffer.bytes[pos] == r->buffer.bytes[start])
            return true;
    for (uint32_t pos = start + 1; pos < end && pos <= start + LOOKED_INTO; pos++)
        if (rtmp_probe_strong_at(r, pos, true))
            return true;
    return false;
}

/* Message types that a sender hardly repeats; all have nearly the same length. */
static bool said_once(uint8_t type) {
    return type == RTMP_MESSAGE_SET_CHUNK_SIZE || type == RTMP_MESSAGE_ABORT ||
           type == RTMP_MESSAGE_WINDOW_ACK_SIZE || type == RTMP_MESSAGE_SET_PEER_BANDWIDTH;
}

/* The message stream id in the header at `start`; 0: it has none. */
static uint32_t stream_id_at(const struct rtmp_recovery *r, uint32_t start) {
    struct rtmp_chunk_header h;
    return rtmp_probe_header_at(r, start, &h) && h.fmt == 0 ? h.stream_id : 0;
}

/* The chunk stream of the header at `start`, NULL: it was not seen before. */
static struct rtmp_chunk_stream *stream_at(const struct rtmp_recovery *r, uint32_t start) {
    struct rtmp_chunk_header h;
    return rtmp_probe_header_at(r, start, &h) ? rtmp_chunk_streams_find(&r->dechunk.streams, h.csid)
                                              : NULL;
}

/*
 * Does the probe from the header at `start` prove what that header inherits? Another header where
 * its message ends proves the length, and by that the type: two messages seldom have the same
 * length. A message of a kind that is sent once is no proof: more likely another control message
 * followed it inside the gap.
 */
static bool proves_inherited(struct rtmp_recovery *r, const struct rtmp_probe *p, uint32_t start) {
    const struct rtmp_chunk_stream *cs = stream_at(r, start);
    return p->after >= WEIGHT_LANDING && !may_end_sooner(r, start) &&
           !(cs && said_once(cs->message.type));
}

/*
 * Bits that a header at `pos` needs: fewer where fewer positions were examined before it. Segments
 * cut by a snapshot length have few bytes.
 */
static int bits_needed(const struct rtmp_recovery *r, uint32_t pos) {
    uint32_t there = pos - rtmp_search_buffer_missing(&r->buffer, pos);
    int needed = NEED_ENOUGH;
    for (uint32_t most = RTMP_LIMIT_SEARCH_BYTES / 2; there < most && needed > NEED_LEAST;
         most /= 2)
        needed--;
    return needed;
}

/* Is the evidence enough? Not for a header by itself that inherits its length: that may have
 * changed in a gap. */
static bool enough(struct rtmp_recovery *r, const struct rtmp_probe *p) {
    if (p->failed || !p->believed || p->bits < NEED_LEAST ||
        (p->bits < NEED_ENOUGH && p->bits < bits_needed(r, p->start)))
        return false;
    bool inherits = r->buffer.bytes[p->start] >> 6 >= 2;
    return !inherits || proves_inherited(r, p, p->start);
}

/*
 * Headers do not overlap: of those that begin among the bytes of `found`, the one with the most
 * evidence counts. Payload bytes in front of a header may form another header with it by chance,
 * and a zero in front a longer basic header. But a segment hardly begins with exactly those payload
 * bytes and has a likely message stream id by chance: then the longer basic header is right, even
 * if more is known of the chunk stream of the shorter one.
 */
static struct rtmp_probe surest(struct rtmp_recovery *r, const struct rtmp_probe *found) {
    struct rtmp_probe best = *found;
    const uint8_t first = r->buffer.bytes[found->start];
    uint32_t end = found->start + rtmp_chunk_header_bytes(first);
    uint32_t pos = found->start + 1;
    if (rtmp_search_buffer_aligned(&r->buffer, found->start) &&
        stream_id_at(r, found->start) < STREAM_ID_LIKELY)
        pos = found->start + rtmp_chunk_basic_bytes(first);
    for (; pos < end && has_header(r, pos); pos++) {
        struct rtmp_probe p = weigh(r, pos);
        if (enough(r, &p) && p.start == pos && p.bits >= best.bits)
            best = p;
    }
    return best;
}

/* A header stands at `pos`; the bytes before it are skipped. */
static void synchronised_at(struct rtmp_recovery *r, uint32_t pos) {
    r->state = RTMP_SYNCHRONISED;
    rtmp_dechunk_resume(&r->dechunk, r->buffer.offset + pos);
    r->lost_gap += rtmp_search_buffer_missing(&r->buffer, pos);
    r->continuation.valid = false;
    rtmp_sink_note(&r->dechunk.sink, RTMP_NOTE_RESYNCHRONIZED, r->dechunk.position,
                   r->dechunk.position - r->lost_offset - r->lost_gap, NULL);
}

static void accept_header(struct rtmp_recovery *r, const struct rtmp_probe *found) {
    const struct rtmp_probe best = surest(r, found);
    const struct rtmp_probe *p = &best;
    if (r->continuation.valid && r->continuation.complete && p->start == 0) {
        /* The open message ends exactly here: nothing else is missing. */
        rtmp_continuation_follow(r);
        return;
    }
    struct rtmp_chunk_stream *cs;
    while ((cs = rtmp_chunk_streams_distrust_next(&r->dechunk.streams))) {
        rtmp_dechunk_abandon(&r->dechunk, cs);
        cs->uncertain = true;
        cs->uncertain_told = false;
    }
    cs = rtmp_chunk_streams_find(&r->dechunk.streams, p->start_csid);
    if (cs) /* the bytes behind it confirmed what its header inherits */
        rtmp_chunk_streams_trust(&r->dechunk.streams, cs);
    uint32_t length = rtmp_probe_length_at(r, p->start);
    if (p->sizing)
        rtmp_sizing_accept(r, p->chunk_size, length);
    r->midstream = false;
    synchronised_at(r, p->start);
}

static void wait_for(struct rtmp_recovery *r, uint32_t pos, const struct rtmp_probe *p) {
    if (p->bits < NEED_PENDING || p->need == UINT32_MAX ||
        r->candidate_count == RTMP_SEARCH_CANDIDATES)
        return;
    r->candidate[r->candidate_count++] = (struct rtmp_candidate){.pos = pos, .need = p->need};
}

/* Accept the first of these candidates that has enough evidence now, even if it waited for more. */
static bool accept_first(struct rtmp_recovery *r, const struct rtmp_candidate *candidate,
                         uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct rtmp_probe p = weigh(r, candidate[i].pos);
        if (enough(r, &p)) {
            accept_header(r, &p);
            return true;
        }
    }
    return false;
}

/* Examine the candidates again for which more bytes have come. */
static bool find_pending(struct rtmp_recovery *r) {
    uint32_t count = r->candidate_count;
    struct rtmp_candidate pending[RTMP_SEARCH_CANDIDATES];
    memcpy(pending, r->candidate, sizeof pending);
    r->candidate_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pending[i].need > r->buffer.count) {
            r->candidate[r->candidate_count++] = pending[i];
            continue;
        }
        struct rtmp_probe p = weigh(r, pending[i].pos);
        if (p.failed)
            continue;
        if (enough(r, &p))
            return accept_first(r, pending, count);
        wait_for(r, pending[i].pos, &p);
    }
    return false;
}

/* Examine the positions that were not examined yet. */
static bool scan(struct rtmp_recovery *r) {
    for (; r->scanned < r->buffer.count; r->scanned++) {
        if (rtmp_search_buffer_misses(&r->buffer, r->scanned, 1))
            r->scanned += rtmp_search_buffer_run(&r->buffer, r->scanned);
        if (r->scanned == r->buffer.count)
            return false;
        uint32_t pos = r->scanned;
        if (!has_header(r, pos))
            return false;
        struct rtmp_probe p = weigh(r, pos);
        if (p.failed)
            continue;
        if (enough(r, &p)) {
            if (!accept_first(r, r->candidate, r->candidate_count))
                accept_header(r, &p);
            return true;
        }
        wait_for(r, pos, &p);
    }
    return false;
}

/* ---- PROVING ---- */

/*
 * A fmt 2 or 3 header stands first in the buffer, of a chunk stream that a gap may have changed. It
 * begins a message of the length before the gap if another header stands where such a message ends.
 * Sets `*wait` when more bytes may decide.
 */
static bool prove_inherited(struct rtmp_recovery *r, bool *wait) {
    struct rtmp_probe p = {.chunk_size = r->dechunk.chunk_size, .need = UINT32_MAX};
    uint32_t pos = 0;
    if (rtmp_probe_step(r, &p, &pos, true))
        rtmp_probe_from(r, &p, pos, false);
    *wait = !p.failed && p.need != UINT32_MAX && p.need < RTMP_LIMIT_SEARCH_BYTES / 2;
    r->look_again = p.need;
    if (p.failed || !proves_inherited(r, &p, 0))
        return false;
    rtmp_chunk_streams_trust(&r->dechunk.streams, stream_at(r, 0));
    return true;
}

/* The first buffered byte is the header it seemed to be: nothing is skipped. */
static bool resume_at_first(struct rtmp_recovery *r) {
    r->state = RTMP_SYNCHRONISED;
    rtmp_dechunk_resume(&r->dechunk, r->buffer.offset);
    return true;
}

/* Neither proved nor sized: search among the buffered bytes from `from` on. SIZING may have
 * buffered more than a search can, for a message longer than that: then the search begins among the
 * last bytes. */
static void search_from(struct rtmp_recovery *r, uint32_t from) {
    r->state = RTMP_SEARCHING;
    r->scanned = from;
    rtmp_recovery_doubt_chunk_size(r);
    if (r->buffer.count > RTMP_LIMIT_SEARCH_BYTES)
        drop_front(r, r->buffer.count - RTMP_LIMIT_SEARCH_BYTES / 2);
}

static bool try_proving(struct rtmp_recovery *r) {
    bool wait;
    if (prove_inherited(r, &wait))
        return resume_at_first(r);
    if (!wait)
        search_from(r, 1);
    return false;
}

/* ---- SIZING ---- */

/* All possible chunk sizes agree where the message of the first header ends: step over it. */
static bool pass_over_first(struct rtmp_recovery *r, uint32_t ends_at) {
    struct rtmp_chunk_header h;
    if (rtmp_probe_header_at(r, 0, &h))
        rtmp_dechunk_pass_over(&r->dechunk, &h, r->buffer.offset);
    synchronised_at(r, ends_at);
    return true;
}

/* Was the message of the first header taken back, with nothing missing since? */
static bool is_taken_back(const struct rtmp_recovery *r) {
    return r->dechunk.cut_at == r->buffer.offset + 1 &&
           !rtmp_search_buffer_misses(&r->buffer, 0, r->buffer.count);
}

/* The message was taken back because no header stands where its chunk ends. The chunk size as it
 * was known is no explanation; if there is none, it is read as before. */
static bool try_another_size(struct rtmp_recovery *r, const struct rtmp_size_guess *guess,
                             uint32_t length) {
    bool is_same = guess->size == r->dechunk.chunk_size ||
                   (guess->size >= length && length <= r->dechunk.chunk_size);
    if (guess->bits >= NEED_SIZE && !is_same) {
        rtmp_sizing_accept(r, guess->size, length);
        return resume_at_first(r);
    }
    r->look_again = guess->need;
    if (guess->bits < NEED_SIZE && guess->wait && r->buffer.count < RTMP_LIMIT_SEARCH_BYTES)
        return false;
    r->dechunk.chunk_size_known = true;
    return resume_at_first(r);
}

static bool try_sizing(struct rtmp_recovery *r) {
    const struct rtmp_size_guess guess = rtmp_sizing_guess(r, 0);
    const uint32_t length = rtmp_probe_length_at(r, 0);
    if (is_taken_back(r))
        return try_another_size(r, &guess, length);
    if (guess.bits >= NEED_SIZE) {
        rtmp_sizing_accept(r, guess.size, length);
        return resume_at_first(r);
    }
    if (guess.ends_in_gap) {
        r->dechunk.ends_in_gap = true;
        if (r->dechunk.chunk_size < length)
            r->dechunk.chunk_size = guess.size;
        return resume_at_first(r);
    }
    r->look_again = guess.need;
    if (guess.wait)
        return false;
    if (guess.ends_at)
        return pass_over_first(r, guess.ends_at);
    /* No size fits that is as large as the longest message in one chunk: perhaps a smaller one. */
    search_from(r, r->dechunk.chunk_size_floor > RTMP_DEFAULT_CHUNK_SIZE ? 0 : 1);
    return false;
}

bool rtmp_search_find(struct rtmp_recovery *r) {
    if (r->state == RTMP_PROVING || r->state == RTMP_SIZING) {
        if (r->buffer.count < r->look_again)
            return false;
        bool found = r->state == RTMP_PROVING ? try_proving(r) : try_sizing(r);
        if (r->state != RTMP_SEARCHING)
            return found;
    }
    if (rtmp_continuation_confirmed(r)) {
        rtmp_continuation_follow(r);
        return true;
    }
    return find_pending(r) || scan(r);
}
