/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk_walk.h"

/* A header that begins before the fragment: the bytes of it that are in the fragment are skipped.
 */
static bool read_split_header(struct rtmp_chunk_walk *w, struct rtmp_chunk_header *h) {
    uint32_t before = w->partial_header;
    uint32_t length;
    if (w->at == 0 && w->header) {
        struct rtmp_reader whole = rtmp_reader_over(w->header, RTMP_CHUNK_HEADER_MAX);
        (void)rtmp_chunk_header_read(&whole, h);
        length = whole.pos;
    } else if (w->at == 0) {
        return false;
    } else {
        /* A continuation header needs no bytes: it repeats the chunk stream id. */
        length = rtmp_chunk_basic_bytes_of(w->csid);
        *h = (struct rtmp_chunk_header){.fmt = 3, .csid = w->csid, .basic_length = (uint8_t)length};
    }
    (void)rtmp_take(&w->reader, length > before ? length - before : 0);
    return true;
}

/* The extended timestamp that follows a fmt 3 header. */
static void read_repeated_extended(struct rtmp_chunk_walk *w, struct rtmp_chunk_piece *piece) {
    uint32_t before = piece->partial_header;
    piece->has_extended = true;
    if (before <= 1) {
        piece->extended = w->reader.pos;
        piece->extended_value = rtmp_u32(&w->reader);
    } else {
        uint32_t length = piece->header.basic_length + 4U;
        (void)rtmp_take(&w->reader, length > before ? length - before : 0);
    }
}

/* The header at the cursor. */
static bool read_walked_header(struct rtmp_chunk_walk *w, struct rtmp_chunk_piece *piece) {
    struct rtmp_chunk_header *h = &piece->header;
    uint32_t start = w->reader.pos;
    piece->has_header = true;
    piece->partial_header = start == 0 ? w->partial_header : 0;
    if (!(piece->partial_header ? read_split_header(w, h) : rtmp_chunk_header_read(&w->reader, h)))
        return false;
    piece->basic = start;
    piece->message = start + h->basic_length;
    piece->extended = piece->message + h->message_length;
    piece->has_extended = h->has_extended;
    piece->extended_value = h->extended;
    if (h->fmt == 3 && w->repeats_extended)
        read_repeated_extended(w, piece);
    return rtmp_ok(&w->reader);
}

/* The bytes of the chunk at the cursor, or as many as there are. */
static struct rtmp_span take_data(struct rtmp_chunk_walk *w) {
    uint32_t rest = w->length - w->at;
    uint32_t in_chunk = w->chunk_size ? (w->at - w->chunk_origin) % w->chunk_size : 0;
    uint32_t room = w->chunk_size - in_chunk < rest ? w->chunk_size - in_chunk : rest;
    uint32_t take = room < rtmp_left(&w->reader) ? room : rtmp_left(&w->reader);
    w->at += take;
    w->header_next = take == room && w->at < w->length;
    return rtmp_take(&w->reader, take);
}

bool rtmp_chunk_walk_next(struct rtmp_chunk_walk *w, struct rtmp_chunk_piece *piece) {
    /* A fragment whose bytes are all in earlier segments still yields its header. */
    bool tells_header = w->header_next && w->partial_header && w->reader.end == 0;
    if (rtmp_left(&w->reader) == 0 && !tells_header)
        return false;
    *piece = (struct rtmp_chunk_piece){.start = w->reader.pos};
    if (w->header_next && !read_walked_header(w, piece))
        return false;
    piece->data = take_data(w);
    return piece->has_header || piece->data.len;
}

/* Step over a header without reading its values. */
static bool skip_header(struct rtmp_chunk_walk *w) {
    uint8_t first = rtmp_peek_at(&w->reader, w->reader.pos);
    struct rtmp_chunk_piece piece;
    if (w->reader.pos == 0 && w->partial_header)
        return read_walked_header(w, &piece);
    bool extended = w->repeats_extended;
    if (first >> 6 != 3) {
        struct rtmp_reader r = w->reader;
        (void)rtmp_take(&r, rtmp_chunk_basic_bytes(first));
        extended = rtmp_u24(&r) == RTMP_EXTENDED_TIMESTAMP;
    }
    (void)rtmp_take(&w->reader, rtmp_chunk_header_bytes(first) + (extended ? 4U : 0U));
    return rtmp_ok(&w->reader);
}

uint32_t rtmp_chunk_walk_gather(struct rtmp_chunk_walk *w, uint8_t *out, uint32_t room) {
    uint32_t done = 0;
    while (done < room && rtmp_left(&w->reader) && (!w->header_next || skip_header(w))) {
        struct rtmp_span data = take_data(w);
        const uint8_t *bytes = rtmp_bytes(&w->reader, data);
        uint32_t take = data.len < room - done ? data.len : room - done;
        if (take == 0 || !bytes)
            break;
        memcpy(out + done, bytes, take);
        done += take;
    }
    return done;
}
