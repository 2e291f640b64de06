/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/probe.h"

#include "recovery/evidence.h"
#include "recovery/weights.h"

static struct rtmp_chunk_stream *find_stream(const struct rtmp_recovery *r, uint32_t csid) {
    return rtmp_chunk_streams_find(&r->dechunk.streams, csid);
}

uint32_t rtmp_probe_header_at(const struct rtmp_recovery *r, uint32_t pos,
                              struct rtmp_chunk_header *header) {
    if (pos >= r->buffer.count)
        return 0;
    struct rtmp_reader reader = rtmp_reader_over(r->buffer.bytes + pos, r->buffer.count - pos);
    return rtmp_chunk_header_read(&reader, header) ? reader.pos : 0;
}

/* Is an extended timestamp repeated at `pos`? Where those bytes are missing, earlier headers of
 * this sender decide. */
static bool repeats_extended(const struct rtmp_recovery *r, uint32_t extended, uint32_t timestamp,
                             uint32_t pos) {
    if (rtmp_search_buffer_misses(&r->buffer, pos, 4))
        return !r->dechunk.extended_omitted;
    return rtmp_chunk_stream_repeats_extended(extended, timestamp, r->buffer.bytes + pos,
                                              r->buffer.count - pos) == 1;
}

uint32_t rtmp_probe_extended_bytes(const struct rtmp_recovery *r,
                                   const struct rtmp_chunk_stream *cs, uint32_t pos) {
    bool repeated =
        cs && cs->has_extended && repeats_extended(r, cs->extended, cs->message.timestamp, pos);
    return repeated ? 4 : 0;
}

/* The same for a chunk stream of which the probe has read a header. */
static uint32_t met_extended_bytes(const struct rtmp_recovery *r, const struct rtmp_probe *p,
                                   uint32_t i, uint32_t pos) {
    bool repeated = p->open[i].has_extended &&
                    repeats_extended(r, p->open[i].extended, p->open[i].timestamp, pos);
    return repeated ? 4 : 0;
}

/* How many of the `len` bytes at `pos` are in the capture, up to the first that is not? */
static uint32_t bytes_there(const struct rtmp_recovery *r, uint32_t pos, uint32_t len) {
    uint32_t count = 0;
    while (count < len && pos + count < r->buffer.count &&
           !rtmp_search_buffer_misses(&r->buffer, pos + count, 1))
        count++;
    return count;
}

/* A header that the probe has read, its index in `open`, and the direction's state of its chunk
 * stream. */
struct met_header {
    struct rtmp_chunk_header h;
    const struct rtmp_chunk_stream *cs; /* NULL: not seen before */
    uint32_t i;
    uint32_t start, data; /* positions of the header and of what follows it */
    bool first;           /* the probe begins here */
};

/* Open the message of the header: fields that the header lacks are inherited. */
static void open_message(struct rtmp_probe *p, const struct met_header *met) {
    const struct rtmp_chunk_header *h = &met->h;
    const struct rtmp_chunk_stream *cs = met->cs;
    uint32_t i = met->i;
    if (i == p->open_count) {
        p->open_count++;
        p->open[i].csid = h->csid;
        p->open[i].length = cs ? cs->message.length : 0;
        p->open[i].type = cs ? cs->message.type : 0;
        p->open[i].has_extended = cs && cs->has_extended;
        p->open[i].extended = cs ? cs->extended : 0;
        p->open[i].timestamp = cs ? cs->message.timestamp : 0;
    }
    if (h->fmt != 3) {
        uint32_t value = h->has_extended ? h->extended : h->timestamp;
        p->open[i].has_extended = h->has_extended;
        p->open[i].extended = h->extended;
        p->open[i].timestamp = h->fmt == 0 ? value : p->open[i].timestamp + value;
    }
    if (h->fmt <= 1) {
        p->open[i].length = h->length;
        p->open[i].type = h->type;
    }
    p->open[i].rest = p->open[i].length;
}

/* Evidence for a header that begins a message, and for the beginning of its body. Opens the
 * message. Negative: it is no header. */
static int message_evidence(const struct rtmp_recovery *r, struct rtmp_probe *p,
                            const struct met_header *met) {
    const struct rtmp_chunk_header *h = &met->h;
    bool inherits_here = met->i < p->open_count && h->fmt >= 2;
    int evidence = !inherits_here ? rtmp_evidence_header(met->cs, h)
                   : h->fmt == 3  ? WEIGHT_INHERITS_HERE
                                  : WEIGHT_INHERITS_HERE + rtmp_evidence_delta(h);
    if (evidence < 0)
        return -1;
    open_message(p, met);
    uint32_t there = bytes_there(r, met->data, PROBE_BODY_BYTES);
    if (!p->open[met->i].rest || !there)
        return evidence;
    const struct rtmp_evidence_body body = {.format = r->dechunk.bodies.format,
                                            .bytes = r->buffer.bytes + met->data,
                                            .available = there,
                                            .length = p->open[met->i].length,
                                            .type = p->open[met->i].type};
    int of_body = rtmp_evidence_of_body(met->cs, &body);
    return of_body < 0 ? -1 : evidence + of_body;
}

/* A Set Chunk Size applies to the headers behind it. False: no sender sends this one. */
static bool apply_chunk_size(const struct rtmp_recovery *r, struct rtmp_probe *p,
                             const struct met_header *met) {
    if (p->open[met->i].type != RTMP_MESSAGE_SET_CHUNK_SIZE || p->open[met->i].rest != 4 ||
        r->buffer.count - met->data < 4 || rtmp_search_buffer_misses(&r->buffer, met->data, 4))
        return true;
    struct rtmp_reader reader = rtmp_reader_over(r->buffer.bytes + met->data, 4);
    uint32_t value = rtmp_u32(&reader);
    if (value == 0 || value > 0x7FFFFFFFU)
        return false;
    p->chunk_size = value;
    return true;
}

/* Does the message end where the segment ends in which it began? If its chunks were followed to its
 * end, any segment's end counts. */
static bool is_flushed(const struct rtmp_recovery *r, const struct rtmp_probe *p, uint32_t begin,
                       uint32_t end) {
    if (r->buffer.offset + end != r->fed_end &&
        rtmp_search_buffer_next_segment(&r->buffer, end, end + 1) != end)
        return false;
    return p->sizing || rtmp_search_buffer_next_segment(&r->buffer, begin + 1, end) == end;
}

/* No byte is missing and only the chunk size is unknown: the state of the chunk stream is right,
 * and no message of it is open. */
static bool inherits_surely(const struct rtmp_recovery *r, const struct rtmp_chunk_stream *cs) {
    return r->state == RTMP_SIZING && !cs->untrusted && !cs->open;
}

/*
 * The header at `*pos`, which then moves behind it. Where the header is missing, it is assumed to
 * continue the message of the chunk before. False: not all of the header is in the buffer.
 */
static bool probe_header(const struct rtmp_recovery *r, struct rtmp_probe *p, uint32_t *pos,
                         struct rtmp_chunk_header *h) {
    uint32_t start = *pos;
    uint32_t left = r->buffer.count - start;
    if (rtmp_search_buffer_misses(&r->buffer, start, 1)) {
        if (!p->open_count || !p->open[p->last].rest)
            return false;
        uint32_t csid = p->open[p->last].csid;
        *h = (struct rtmp_chunk_header){.fmt = 3, .csid = csid};
        *pos += rtmp_chunk_basic_bytes_of(csid);
        p->assumed = true;
        return *pos <= r->buffer.count;
    }
    uint32_t bytes = left ? rtmp_chunk_header_bytes(r->buffer.bytes[start]) : 1;
    uint32_t used = left < bytes ? 0 : rtmp_probe_header_at(r, start, h);
    if (used == 0) {
        p->need = start + bytes + 4;
        return false;
    }
    *pos += used;
    return !rtmp_search_buffer_misses(&r->buffer, start, used);
}

/* Not a header. That is no evidence if the header before was only assumed. */
static bool refute(struct rtmp_probe *p) {
    p->failed = !p->assumed;
    return false;
}

/* An inheriting header of a chunk stream that is new to the probe: is it in the middle of a message
 * whose beginning is lost? Only its id is evidence then. */
static bool is_middle(const struct rtmp_recovery *r, const struct met_header *met) {
    return met->cs ? !inherits_surely(r, met->cs) : met->h.csid == r->dechunk.orphan_csid;
}

/* The header begins a message. False: the probe ends here. */
static bool probe_message(const struct rtmp_recovery *r, struct rtmp_probe *p,
                          const struct met_header *met) {
    const struct rtmp_chunk_header *h = &met->h;
    bool first = met->first;
    if (!first && h->fmt >= 2 && met->i == p->open_count) {
        if (is_middle(r, met)) {
            p->bits += WEIGHT_MIDDLE;
            return false;
        }
        if (!met->cs && r->midstream) /* the message may have begun before the capture */
            return false;
    }
    /* A message of an unassigned type is accepted only where other headers lead to it. */
    if (first && h->fmt <= 1 && !rtmp_message_type_known(h->type))
        return refute(p);
    int evidence = message_evidence(r, p, met);
    if (evidence < 0 || !apply_chunk_size(r, p, met))
        return refute(p);
    p->open[met->i].begin = met->start;
    bool landed = !first && evidence >= NEED_STRONG;
    if (first)
        p->headless = h->fmt >= 2;
    bool begins = !p->believed && (!p->headless || first || landed || evidence >= NEED_LIKELY) &&
                  p->bits + (first ? evidence : 0) >= NEED_BELIEVED;
    int gained = landed ? WEIGHT_LANDING : evidence;
    if (begins) {
        p->believed = true;
        p->start = met->start;
        p->start_csid = h->csid;
    }
    p->bits += gained;
    p->after = first || begins ? 0 : p->after + gained;
    p->landed = landed;
    p->landed_at = met->start;
    return !landed;
}

/* Step over the data of the chunk whose message is open[i]. False: the probe ends here. */
static bool step_over_data(const struct rtmp_recovery *r, struct rtmp_probe *p, uint32_t i,
                           uint32_t chunk_size, uint32_t *pos) {
    uint32_t data = p->open[i].rest < chunk_size ? p->open[i].rest : chunk_size;
    p->open[i].rest -= data;
    *pos += data;
    if (p->open[i].rest == 0 && is_flushed(r, p, p->open[i].begin, *pos)) {
        p->bits += WEIGHT_FLUSHED;
        p->after += WEIGHT_FLUSHED;
    }
    if (*pos < r->buffer.count)
        return true;
    p->need = *pos > r->buffer.count ? *pos : *pos + 1;
    return false;
}

bool rtmp_probe_step(const struct rtmp_recovery *r, struct rtmp_probe *p, uint32_t *pos,
                     bool first) {
    struct met_header met = {.start = *pos, .first = first};
    bool missing = rtmp_search_buffer_misses(&r->buffer, met.start, 1);
    if (!probe_header(r, p, pos, &met.h))
        return false;
    while (met.i < p->open_count && p->open[met.i].csid != met.h.csid)
        met.i++;
    if (met.i == RTMP_PROBE_HEADERS)
        return false;
    met.cs = find_stream(r, met.h.csid);
    if (met.h.fmt == 3)
        *pos += met.i < p->open_count ? met_extended_bytes(r, p, met.i, *pos)
                                      : rtmp_probe_extended_bytes(r, met.cs, *pos);
    if (*pos > r->buffer.count)
        return false;
    met.data = *pos;
    uint32_t chunk_size = p->chunk_size; /* a Set Chunk Size applies behind its own chunk */
    if (met.i < p->open_count && p->open[met.i].rest) {
        if (met.h.fmt != 3)
            return refute(p);
        p->bits += missing ? 0 : WEIGHT_CONTINUATION;
    } else if (!probe_message(r, p, &met)) {
        return false;
    }
    p->last = met.i;
    if (!first && !r->dechunk.chunk_size_known &&
        p->open[met.i].rest > rtmp_recovery_least_chunk_size(r) && !p->sizing)
        return false; /* the chunk boundaries of the message are unknown */
    return step_over_data(r, p, met.i, chunk_size, pos);
}

/* Enough evidence: more headers would not change the decision. */
static bool is_saturated(const struct rtmp_probe *p) {
    return p->bits >= NEED_ENOUGH + WEIGHT_ALIGNED && p->believed && p->after >= WEIGHT_LANDING;
}

void rtmp_probe_from(const struct rtmp_recovery *r, struct rtmp_probe *p, uint32_t pos,
                     bool first) {
    p->need = UINT32_MAX;
    for (uint32_t n = 0; n < RTMP_PROBE_HEADERS && !is_saturated(p); n++)
        if (!rtmp_probe_step(r, p, &pos, first && n == 0))
            return;
}

bool rtmp_probe_strong_at(const struct rtmp_recovery *r, uint32_t pos, bool seen) {
    struct rtmp_chunk_header h;
    if (pos >= r->buffer.count || r->buffer.bytes[pos] >> 6 > 1)
        return false;
    uint32_t bytes = rtmp_probe_header_at(r, pos, &h);
    if (bytes == 0 || rtmp_search_buffer_misses(&r->buffer, pos, bytes))
        return false;
    const struct rtmp_chunk_stream *cs = find_stream(r, h.csid);
    return (cs || !seen) && rtmp_message_type_known(h.type) &&
           rtmp_evidence_header(cs, &h) >= NEED_STRONG;
}

uint32_t rtmp_probe_length_at(const struct rtmp_recovery *r, uint32_t pos) {
    struct rtmp_chunk_header h;
    if (!rtmp_probe_header_at(r, pos, &h))
        return 0;
    const struct rtmp_chunk_stream *cs = find_stream(r, h.csid);
    return h.fmt <= 1 ? h.length : cs ? cs->message.length : 0;
}
