/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/continuation.h"

#include "recovery/probe.h"
#include "recovery/weights.h"

/*
 * Move the prediction over `count` bytes that are not read: the message continues in fmt 3 chunks
 * with nothing between. False: it would end inside those bytes, and what follows it is not known.
 */
static bool advance_prediction(const struct rtmp_dechunk *d, struct rtmp_continuation *c,
                               uint64_t count) {
    struct rtmp_dechunk_place *place = &c->place;
    const struct rtmp_chunk_stream *cs = &d->streams.items[place->stream];
    uint32_t step = count < place->left ? (uint32_t)count : place->left;
    place->received += step;
    place->missing += step;
    place->left -= step;
    count -= step;
    uint32_t rest = cs->message.length - place->received;
    if (count && rest) {
        uint32_t basic = rtmp_chunk_basic_bytes_of(cs->message.csid);
        uint32_t header = basic + (cs->has_extended && !d->extended_omitted ? 4U : 0U);
        uint64_t unit = (uint64_t)header + d->chunk_size;
        uint64_t chunks = count / unit;
        if (chunks > rest / d->chunk_size)
            chunks = rest / d->chunk_size;
        uint32_t data = (uint32_t)(chunks * d->chunk_size);
        count -= chunks * unit;
        rest -= data;
        place->chunk_origin = place->received;
        place->chunks += (uint32_t)chunks;
        if (count && rest) {
            uint32_t chunk = rest < d->chunk_size ? rest : d->chunk_size;
            if (count < header)
                return false;
            uint32_t inside = count - header < chunk ? (uint32_t)(count - header) : chunk;
            count -= header + inside;
            data += inside;
            rest -= inside;
            place->left = chunk - inside;
            place->chunks++;
        }
        place->received += data;
        place->missing += data;
    }
    c->complete = rest == 0;
    return count == 0;
}

void rtmp_continuation_predict(struct rtmp_recovery *r, uint64_t count) {
    const struct rtmp_dechunk *d = &r->dechunk;
    struct rtmp_continuation *c = &r->continuation;
    if (r->state != RTMP_SYNCHRONISED) { /* the buffered bytes are given up as well */
        c->valid = c->valid && !c->complete && advance_prediction(d, c, r->buffer.count + count);
        return;
    }
    c->valid = false;
    if (!d->streams.count || !d->streams.items[d->current].open || d->partial_header_len)
        return;
    const struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    *c = (struct rtmp_continuation){.place = {.stream = d->current,
                                              .received = cs->received,
                                              .chunk_origin = cs->chunk_origin,
                                              .chunks = cs->chunks}};
    c->valid = advance_prediction(d, c, count);
}

bool rtmp_continuation_confirmed(struct rtmp_recovery *r) {
    struct rtmp_continuation *c = &r->continuation;
    if (!c->valid || c->complete || c->place.left >= r->buffer.count)
        return false;
    const struct rtmp_chunk_stream *cs = &r->dechunk.streams.items[c->place.stream];
    struct rtmp_probe p = {.chunk_size = r->dechunk.chunk_size, .sizing = c->chunk_size_known};
    p.open_count = 1;
    p.open[0].csid = cs->message.csid;
    p.open[0].length = cs->message.length;
    p.open[0].type = cs->message.type;
    p.open[0].rest = cs->message.length - c->place.received - c->place.left;
    rtmp_probe_from(r, &p, c->place.left, false);
    if (p.failed)
        c->valid = false;
    return !p.failed && p.bits >= NEED_EXPECTED;
}

void rtmp_continuation_follow(struct rtmp_recovery *r) {
    struct rtmp_continuation *c = &r->continuation;
    r->state = RTMP_SYNCHRONISED;
    r->dechunk.chunk_size_known |= c->chunk_size_known;
    c->valid = false;
    rtmp_dechunk_continue(&r->dechunk, &c->place, r->buffer.offset);
}
