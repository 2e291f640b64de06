/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk_stream.h"

#include <string.h>

#define PAGE RTMP_CHUNK_STREAMS_PAGE

static void *resize_table(const struct rtmp_memory *memory, void *old, size_t size) {
    return memory->resize(memory->user, old, size);
}

/* Is it found by its id alone? */
static bool is_low(uint32_t csid, uint32_t index) {
    return csid < PAGE && index < UINT8_MAX;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_find(const struct rtmp_chunk_streams *s,
                                                  uint32_t csid) {
    if (csid < PAGE && s->low[csid])
        return &s->items[s->low[csid] - 1];
    if (csid / PAGE >= s->directory_size || !s->directory[csid / PAGE])
        return NULL;
    uint32_t place = s->pages[s->directory[csid / PAGE] - 1][csid % PAGE];
    return place ? &s->items[place - 1] : NULL;
}

/* An array with room for one more than `count`, for `least` at first; NULL: no memory, the array is
 * as it was. */
static void *with_room(void *items, uint32_t count, uint32_t least, uint32_t *capacity, size_t size,
                       const struct rtmp_memory *memory) {
    if (count < *capacity)
        return items;
    uint32_t wanted = *capacity ? *capacity * 2 : least;
    void *grown = resize_table(memory, items, wanted * size);
    if (grown)
        *capacity = wanted;
    return grown;
}

/* The directory reaches to the highest id that was seen. */
static bool grow_directory(struct rtmp_chunk_streams *s, const struct rtmp_memory *memory,
                           uint32_t size) {
    if (size <= s->directory_size)
        return true;
    uint16_t *directory = resize_table(memory, s->directory, size * sizeof *directory);
    if (!directory)
        return false;
    memset(directory + s->directory_size, 0, (size - s->directory_size) * sizeof *directory);
    s->directory = directory;
    s->directory_size = size;
    return true;
}

/* Add the page of an id. False: no memory. */
static bool add_page(struct rtmp_chunk_streams *s, const struct rtmp_memory *memory,
                     uint32_t csid) {
    if (!grow_directory(s, memory, csid / PAGE + 1))
        return false;
    if (s->directory[csid / PAGE])
        return true;
    void *pages =
        with_room(s->pages, s->page_count, 1, &s->page_capacity, sizeof *s->pages, memory);
    if (!pages)
        return false;
    s->pages = pages;
    memset(s->pages[s->page_count], 0, sizeof *s->pages);
    s->directory[csid / PAGE] = (uint16_t)++s->page_count;
    return true;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_add(struct rtmp_chunk_streams *s,
                                                 const struct rtmp_memory *memory, uint32_t csid) {
    uint32_t index = s->count;
    if (!is_low(csid, index) && !add_page(s, memory, csid))
        return NULL;
    void *items = with_room(s->items, s->count, 4, &s->capacity, sizeof *s->items, memory);
    if (!items)
        return NULL;
    s->items = items;
    s->count++;
    struct rtmp_chunk_stream *stream = &s->items[index];
    memset(stream, 0, sizeof *stream);
    stream->message.csid = csid;
    stream->untrusted = true;
    rtmp_chunk_streams_trust(s, stream);
    if (is_low(csid, index))
        s->low[csid] = (uint8_t)(index + 1);
    else
        s->pages[s->directory[csid / PAGE] - 1][csid % PAGE] = index + 1;
    return stream;
}

void rtmp_chunk_streams_trust(struct rtmp_chunk_streams *s, struct rtmp_chunk_stream *stream) {
    if (!stream->untrusted)
        return;
    stream->untrusted = false;
    stream->next = s->first_trusted;
    s->first_trusted = (uint32_t)(stream - s->items) + 1;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_distrust_next(struct rtmp_chunk_streams *s) {
    if (!s->first_trusted)
        return NULL;
    struct rtmp_chunk_stream *stream = &s->items[s->first_trusted - 1];
    s->first_trusted = stream->next;
    stream->untrusted = true;
    return stream;
}

uint64_t rtmp_chunk_streams_size(const struct rtmp_chunk_streams *s) {
    uint64_t size = s->count * sizeof *s->items + s->page_count * sizeof *s->pages +
                    s->directory_size * sizeof *s->directory;
    for (uint32_t i = 0; i < s->count; i++)
        size += s->items[i].kept;
    return size;
}

/* NULL: no memory, or no bytes. */
static void *duplicate(const struct rtmp_memory *memory, const void *bytes, size_t size) {
    void *copy = size ? resize_table(memory, NULL, size) : NULL;
    if (copy)
        memcpy(copy, bytes, size);
    return copy;
}

bool rtmp_chunk_streams_copy(struct rtmp_chunk_streams *copy, const struct rtmp_chunk_streams *s,
                             const struct rtmp_memory *memory) {
    uint32_t count = s->count;
    *copy = *s;
    copy->count = copy->capacity = 0;
    copy->page_capacity = copy->page_count;
    copy->items = duplicate(memory, s->items, count * sizeof *s->items);
    copy->pages = duplicate(memory, s->pages, s->page_count * sizeof *s->pages);
    copy->directory = duplicate(memory, s->directory, s->directory_size * sizeof *s->directory);
    bool copied = (copy->items || !count) && (copy->pages || !s->page_count) &&
                  (copy->directory || !s->directory);
    if (!copy->items)
        return copied;
    copy->count = copy->capacity = count;
    for (uint32_t i = 0; i < count; i++) {
        struct rtmp_chunk_stream *cs = &copy->items[i];
        cs->body = duplicate(memory, s->items[i].body, cs->kept);
        cs->capacity = cs->kept;
        copied &= cs->body || !cs->kept;
    }
    return copied;
}

void rtmp_chunk_streams_destroy(struct rtmp_chunk_streams *s, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < s->count; i++)
        if (s->items[i].body)
            (void)resize_table(memory, s->items[i].body, 0);
    if (s->items)
        (void)resize_table(memory, s->items, 0);
    if (s->pages)
        (void)resize_table(memory, s->pages, 0);
    if (s->directory)
        (void)resize_table(memory, s->directory, 0);
}

/* ---- one chunk stream ---- */

static uint32_t matching(const uint8_t *bytes, uint32_t len, uint32_t value) {
    uint32_t n = 0;
    while (n < len && n < 4 && bytes[n] == (uint8_t)(value >> (24 - 8 * n)))
        n++;
    return n;
}

int rtmp_chunk_stream_repeats_extended(uint32_t extended, uint32_t timestamp, const uint8_t *bytes,
                                       uint32_t len) {
    uint32_t known = len < 4 ? len : 4;
    if (matching(bytes, known, extended) < known && matching(bytes, known, timestamp) < known)
        return 0;
    return known == 4 ? 1 : -1;
}

uint32_t rtmp_chunk_streams_read_header(const struct rtmp_chunk_streams *s, const uint8_t *bytes,
                                        uint32_t len, struct rtmp_chunk_header *header,
                                        bool *repeats_extended) {
    *repeats_extended = false;
    if (len < rtmp_chunk_header_bytes(bytes[0]))
        return 0;
    struct rtmp_reader r = rtmp_reader_over(bytes, len);
    if (!rtmp_chunk_header_read(&r, header))
        return 0;
    if (header->fmt != 3)
        return r.pos;
    const struct rtmp_chunk_stream *cs = rtmp_chunk_streams_find(s, header->csid);
    if (!cs || !cs->has_extended)
        return r.pos;
    int repeated = rtmp_chunk_stream_repeats_extended(cs->extended, cs->message.timestamp,
                                                      bytes + r.pos, len - r.pos);
    if (repeated < 0)
        return 0;
    *repeats_extended = repeated == 1;
    return r.pos + (repeated ? 4U : 0U);
}

bool rtmp_chunk_stream_continues(const struct rtmp_chunk_stream *cs,
                                 const struct rtmp_chunk_header *h) {
    if (!cs->open)
        return false;
    if (h->fmt >= 2)
        return true;
    if (h->length != cs->message.length || h->type != cs->message.type)
        return false;
    uint32_t timestamp = h->has_extended ? h->extended : h->timestamp;
    return h->fmt == 1 ||
           (h->stream_id == cs->message.stream_id && timestamp == cs->message.timestamp);
}

static void set_timestamp(struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h,
                          bool fmt3_repeats_timestamp) {
    uint32_t before = cs->message.timestamp;
    uint32_t value = h->has_extended ? h->extended : h->timestamp;
    if (h->fmt == 0) {
        cs->message.timestamp = value;
        cs->delta = fmt3_repeats_timestamp ? value : 0;
        cs->after_fmt0 = true;
        cs->uncertain = false;
    } else {
        if (h->fmt == 3 && cs->after_fmt0 && before != 0)
            cs->flags |= RTMP_FRAGMENT_AMBIGUOUS;
        if (h->fmt != 3) {
            cs->delta = value;
            cs->after_fmt0 = false;
        }
        cs->message.timestamp += cs->delta; /* modulo 2^32 */
    }
}

void rtmp_chunk_stream_begin(struct rtmp_chunk_stream *cs, const struct rtmp_chunk_header *h,
                             bool fmt3_repeats_timestamp) {
    cs->flags = 0;
    set_timestamp(cs, h, fmt3_repeats_timestamp);
    if (h->fmt <= 1) {
        cs->message.length = h->length;
        cs->message.type = h->type;
    }
    if (h->fmt == 0)
        cs->message.stream_id = h->stream_id;
    if (h->fmt != 3) {
        cs->has_extended = h->has_extended;
        cs->extended = h->extended;
    }
    if (cs->uncertain)
        cs->flags |= RTMP_FRAGMENT_UNCERTAIN;
    cs->open = true;
    cs->muted = false;
    cs->fmt = h->fmt;
    cs->received = 0;
    cs->missing = 0;
    cs->chunks = 0;
    cs->slot = 0;
    cs->chunk_origin = 0;
}
