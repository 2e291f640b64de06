/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/dechunk.h"

/*
 * Move the hypothesis over `count` bytes that are not read: the message goes on in fmt 3 chunks,
 * nothing between. False: it would end inside those bytes, and what follows it is not known.
 */
static bool advance(const struct rtmp_dechunk *d, struct rtmp_continuation *h, uint64_t count) {
    const struct rtmp_chunk_stream *cs = &d->streams.items[h->stream];
    uint32_t step = count < h->left ? (uint32_t)count : h->left;
    h->received += step;
    h->missing += step;
    h->left -= step;
    count -= step;
    uint32_t rest = cs->message.length - h->received;
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
        h->chunk_origin = h->received;
        h->chunks += (uint32_t)chunks;
        if (count && rest) {
            uint32_t chunk = rest < d->chunk_size ? rest : d->chunk_size;
            if (count < header)
                return false;
            uint32_t inside = count - header < chunk ? (uint32_t)(count - header) : chunk;
            count -= header + inside;
            data += inside;
            rest -= inside;
            h->left = chunk - inside;
            h->chunks++;
        }
        h->received += data;
        h->missing += data;
    }
    h->complete = rest == 0;
    return count == 0;
}

void rtmp_continuation_predict(struct rtmp_dechunk *d, uint64_t count) {
    struct rtmp_continuation *h = &d->continuation;
    if (d->state == RTMP_LOST) { /* what is held is given up as well */
        h->valid = h->valid && !h->complete && advance(d, h, d->held.count + count);
        return;
    }
    h->valid = false;
    if (!d->streams.count || !d->streams.items[d->current].open || d->partial_header_len)
        return;
    const struct rtmp_chunk_stream *cs = &d->streams.items[d->current];
    *h = (struct rtmp_continuation){.stream = d->current,
                                    .received = cs->received,
                                    .missing = 0,
                                    .chunk_origin = cs->chunk_origin,
                                    .chunks = cs->chunks};
    h->valid = advance(d, h, count);
}
