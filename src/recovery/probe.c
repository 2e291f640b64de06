/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/probe.h"

#include "recovery/evidence.h"
#include "recovery/sizing.h"

#define BODY_BEGINNING    8  /* bytes of a body that show what it is */
#define EVIDENCE_BELIEVED 22 /* the first header; the headers before one that it follows */
#define EVIDENCE_LIKELY   10 /* a header that may be one */
#define EVIDENCE_FLUSHED  10 /* a message that ends where its segment does */

uint32_t rtmp_probe_header_at(const struct rtmp_dechunk *d, uint32_t pos,
                              struct rtmp_chunk_header *header) {
    if (pos >= d->held.count)
        return 0;
    struct rtmp_reader r = rtmp_reader_over(d->held.bytes + pos, d->held.count - pos);
    return rtmp_chunk_header_read(&r, header) ? r.pos : 0;
}

/* Is a timestamp repeated at held `pos`? Where it is missing, by the sender's habit. */
static bool repeats(const struct rtmp_dechunk *d, uint32_t extended, uint32_t timestamp,
                    uint32_t pos) {
    if (rtmp_search_buffer_misses(&d->held, pos, 4))
        return !d->extended_omitted;
    return rtmp_chunk_stream_repeats_extended(extended, timestamp, d->held.bytes + pos,
                                              d->held.count - pos) == 1;
}

uint32_t rtmp_probe_extended_bytes(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs,
                                   uint32_t pos) {
    bool repeated = cs && cs->has_extended && repeats(d, cs->extended, cs->message.timestamp, pos);
    return repeated ? 4 : 0;
}

/* The same for a chunk stream that the walk has met. */
static uint32_t met_extended_bytes(const struct rtmp_dechunk *d, const struct rtmp_probe *w,
                                   uint32_t i, uint32_t pos) {
    bool repeated =
        w->open[i].has_extended && repeats(d, w->open[i].extended, w->open[i].timestamp, pos);
    return repeated ? 4 : 0;
}

/* How many of the `len` bytes at held `pos` are there, up to the first that is not? */
static uint32_t bytes_there(const struct rtmp_dechunk *d, uint32_t pos, uint32_t len) {
    uint32_t count = 0;
    while (count < len && pos + count < d->held.count &&
           !rtmp_search_buffer_misses(&d->held, pos + count, 1))
        count++;
    return count;
}

/* Evidence for the header `h` of the walk whose data begin at `pos`; opens its message. */
static int walk_message(struct rtmp_dechunk *d, struct rtmp_probe *w,
                        const struct rtmp_chunk_header *h, const struct rtmp_chunk_stream *cs,
                        uint32_t i, uint32_t pos) {
    bool inherits_here = i < w->open_count && h->fmt >= 2;
    int evidence = !inherits_here ? rtmp_evidence_header(cs, h)
                   : h->fmt == 3  ? 5
                                  : 5 + rtmp_evidence_delta(h);
    if (evidence < 0)
        return -1;
    if (i == w->open_count) {
        w->open_count++;
        w->open[i].csid = h->csid;
        w->open[i].length = cs ? cs->message.length : 0;
        w->open[i].type = cs ? cs->message.type : 0;
        w->open[i].has_extended = cs && cs->has_extended;
        w->open[i].extended = cs ? cs->extended : 0;
        w->open[i].timestamp = cs ? cs->message.timestamp : 0;
    }
    if (h->fmt != 3) {
        uint32_t value = h->has_extended ? h->extended : h->timestamp;
        w->open[i].has_extended = h->has_extended;
        w->open[i].extended = h->extended;
        w->open[i].timestamp = h->fmt == 0 ? value : w->open[i].timestamp + value;
    }
    if (h->fmt <= 1) {
        w->open[i].length = h->length;
        w->open[i].type = h->type;
    }
    w->open[i].rest = w->open[i].length;
    uint32_t there = bytes_there(d, pos, BODY_BEGINNING);
    if (w->open[i].rest && there) {
        int body =
            rtmp_evidence_body(cs, w->open[i].type, d->held.bytes + pos, there, w->open[i].length);
        return body < 0 ? -1 : evidence + body;
    }
    return evidence;
}

/* A Set Chunk Size on the way acts on the headers behind it. */
static bool walk_chunk_size(struct rtmp_dechunk *d, struct rtmp_probe *w, uint32_t i,
                            uint32_t pos) {
    if (w->open[i].type != RTMP_MESSAGE_SET_CHUNK_SIZE || w->open[i].rest != 4 ||
        d->held.count - pos < 4 || rtmp_search_buffer_misses(&d->held, pos, 4))
        return true;
    struct rtmp_reader r = rtmp_reader_over(d->held.bytes + pos, 4);
    uint32_t value = rtmp_u32(&r);
    if (value == 0 || value > 0x7FFFFFFFU)
        return false;
    w->chunk_size = value;
    return true;
}

/* Does the message end with the segment in which it began? Of one whose chunks were followed to its
 * end it is enough that a segment ends there. */
static bool flushed(const struct rtmp_dechunk *d, const struct rtmp_probe *w, uint32_t begin,
                    uint32_t end) {
    if (d->held.offset + end != d->fed_end &&
        rtmp_search_buffer_next_segment(&d->held, end, end + 1) != end)
        return false;
    return w->sizing || rtmp_search_buffer_next_segment(&d->held, begin + 1, end) == end;
}

/* Nothing is missing, only a chunk size: the chunk stream is what it was, between messages. */
static bool inherits_surely(const struct rtmp_dechunk *d, const struct rtmp_chunk_stream *cs) {
    return d->inferring && !cs->untrusted && !cs->open;
}

/*
 * The header at held `*pos`, which then moves behind it. Where it is missing, the message whose
 * chunk came before goes on, nothing between. False: it is not all there.
 */
static bool walk_header(const struct rtmp_dechunk *d, struct rtmp_probe *w, uint32_t *pos,
                        struct rtmp_chunk_header *h) {
    uint32_t start = *pos;
    uint32_t left = d->held.count - start;
    if (rtmp_search_buffer_misses(&d->held, start, 1)) {
        if (!w->open_count || !w->open[w->last].rest)
            return false;
        uint32_t csid = w->open[w->last].csid;
        *h = (struct rtmp_chunk_header){.fmt = 3, .csid = csid};
        *pos += rtmp_chunk_basic_bytes_of(csid);
        w->assumed = true;
        return *pos <= d->held.count;
    }
    uint32_t bytes = left ? rtmp_chunk_header_bytes(d->held.bytes[start]) : 1;
    uint32_t used = left < bytes ? 0 : rtmp_probe_header_at(d, start, h);
    if (used == 0) {
        w->need = start + bytes + 4;
        return false;
    }
    *pos += used;
    return !rtmp_search_buffer_misses(&d->held, start, used);
}

/* Not a header. After one that was only assumed that says nothing. */
static bool refute(struct rtmp_probe *w) {
    w->failed = !w->assumed;
    return false;
}

/* The header begins a message. False: the walk ends here. */
static bool walk_beginning(struct rtmp_dechunk *d, struct rtmp_probe *w,
                           const struct rtmp_chunk_header *h, uint32_t i, uint32_t start,
                           uint32_t pos, bool first) {
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h->csid);
    if (!first && h->fmt >= 2 && i == w->open_count) {
        if (cs ? !inherits_surely(d, cs) : h->csid == d->headless) {
            /* The middle of a message whose beginning is lost: it says no more than its id. */
            w->bits += 5;
            return false;
        }
        if (!cs && d->midstream) /* its beginning may have come before the capture's */
            return false;
    }
    /* Of a type that nobody knows a message is believed where others lead to it. */
    if (first && h->fmt <= 1 && !rtmp_message_type_known(h->type))
        return refute(w);
    int evidence = walk_message(d, w, h, cs, i, pos);
    if (evidence < 0 || !walk_chunk_size(d, w, i, pos))
        return refute(w);
    w->open[i].begin = start;
    bool landed = !first && evidence >= RTMP_EVIDENCE_STRONG;
    if (first)
        w->headless = h->fmt >= 2;
    bool begins = !w->believed &&
                  (!w->headless || first || landed || evidence >= EVIDENCE_LIKELY) &&
                  w->bits + (first ? evidence : 0) >= EVIDENCE_BELIEVED;
    int gained = landed ? RTMP_EVIDENCE_LANDING : evidence;
    if (begins) {
        w->believed = true;
        w->start = start;
        w->start_csid = h->csid;
    }
    w->bits += gained;
    w->after = first || begins ? 0 : w->after + gained;
    w->landed = landed;
    w->landed_at = start;
    return !landed;
}

bool rtmp_probe_step(struct rtmp_dechunk *d, struct rtmp_probe *w, uint32_t *pos, bool first) {
    uint32_t start = *pos;
    bool missing = rtmp_search_buffer_misses(&d->held, start, 1);
    struct rtmp_chunk_header h;
    if (!walk_header(d, w, pos, &h))
        return false;
    uint32_t i = 0;
    while (i < w->open_count && w->open[i].csid != h.csid)
        i++;
    if (i == RTMP_PROBE_HEADERS)
        return false;
    if (h.fmt == 3)
        *pos +=
            i < w->open_count
                ? met_extended_bytes(d, w, i, *pos)
                : rtmp_probe_extended_bytes(d, rtmp_chunk_streams_find(&d->streams, h.csid), *pos);
    if (*pos > d->held.count)
        return false;
    uint32_t chunk_size = w->chunk_size;
    if (i < w->open_count && w->open[i].rest) {
        if (h.fmt != 3)
            return refute(w);
        w->bits += missing ? 0 : 6;
    } else if (!walk_beginning(d, w, &h, i, start, *pos, first)) {
        return false;
    }
    w->last = i;
    if (!first && !d->chunk_size_known && w->open[i].rest > rtmp_sizing_least(d) && !w->sizing)
        return false; /* where it is cut is not known */
    uint32_t data = w->open[i].rest < chunk_size ? w->open[i].rest : chunk_size;
    w->open[i].rest -= data;
    *pos += data;
    if (w->open[i].rest == 0 && flushed(d, w, w->open[i].begin, *pos)) {
        w->bits += EVIDENCE_FLUSHED;
        w->after += EVIDENCE_FLUSHED;
    }
    if (*pos >= d->held.count) {
        w->need = *pos > d->held.count ? *pos : *pos + 1;
        return false;
    }
    return true;
}

/* Enough to end the walk: what follows says no more. */
static bool saturated(const struct rtmp_probe *w) {
    return w->bits >= RTMP_EVIDENCE_ENOUGH + RTMP_EVIDENCE_ALIGNED && w->believed &&
           w->after >= RTMP_EVIDENCE_LANDING;
}

void rtmp_probe_from(struct rtmp_dechunk *d, struct rtmp_probe *w, uint32_t pos, bool first) {
    w->need = UINT32_MAX;
    for (uint32_t n = 0; n < RTMP_PROBE_HEADERS && !saturated(w); n++)
        if (!rtmp_probe_step(d, w, &pos, first && n == 0))
            return;
}

bool rtmp_probe_strong_at(const struct rtmp_dechunk *d, uint32_t pos, bool seen) {
    struct rtmp_chunk_header h;
    if (pos >= d->held.count || d->held.bytes[pos] >> 6 > 1)
        return false;
    uint32_t bytes = rtmp_probe_header_at(d, pos, &h);
    if (bytes == 0 || rtmp_search_buffer_misses(&d->held, pos, bytes))
        return false;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    return (cs || !seen) && rtmp_message_type_known(h.type) &&
           rtmp_evidence_header(cs, &h) >= RTMP_EVIDENCE_STRONG;
}

uint32_t rtmp_probe_length_at(struct rtmp_dechunk *d, uint32_t pos) {
    struct rtmp_chunk_header h;
    if (!rtmp_probe_header_at(d, pos, &h))
        return 0;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(&d->streams, h.csid);
    return h.fmt <= 1 ? h.length : cs ? cs->message.length : 0;
}
