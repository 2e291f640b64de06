/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/chunk_stream.h"

#include <string.h>

static void *resize(const struct rtmp_memory *memory, void *old, size_t size) {
    return memory->resize(memory->user, old, size);
}

static uint32_t hash(uint32_t csid, uint32_t capacity) {
    return (csid * 2654435761U) & (capacity - 1);
}

/* Is it found by its id alone? */
static bool is_low(uint32_t csid, uint32_t index) {
    return csid < 64 && index < UINT8_MAX;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_find(const struct rtmp_chunk_streams *s,
                                                  uint32_t csid) {
    if (csid < 64 && s->low[csid])
        return &s->items[s->low[csid] - 1];
    if (!s->high)
        return NULL;
    for (uint32_t i = hash(csid, s->high_capacity);; i = (i + 1) & (s->high_capacity - 1)) {
        if (!s->high[i])
            return NULL;
        struct rtmp_chunk_stream *stream = &s->items[s->high[i] - 1];
        if (stream->message.csid == csid)
            return stream;
    }
}

static void put_high(struct rtmp_chunk_streams *s, uint32_t index) {
    uint32_t i = hash(s->items[index].message.csid, s->high_capacity);
    while (s->high[i])
        i = (i + 1) & (s->high_capacity - 1);
    s->high[i] = index + 1;
}

/* The table stays at most half full, so that a search ends. */
static bool grow_high(struct rtmp_chunk_streams *s, const struct rtmp_memory *memory) {
    if (s->high && s->high_count < s->high_capacity / 2)
        return true;
    uint32_t capacity = s->high ? s->high_capacity * 2 : 16;
    uint32_t *table = resize(memory, NULL, capacity * sizeof *table);
    if (!table)
        return false;
    memset(table, 0, capacity * sizeof *table);
    if (s->high)
        (void)resize(memory, s->high, 0);
    s->high = table;
    s->high_capacity = capacity;
    for (uint32_t i = 0; i < s->count; i++)
        if (!is_low(s->items[i].message.csid, i))
            put_high(s, i);
    return true;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_add(struct rtmp_chunk_streams *s,
                                                 const struct rtmp_memory *memory, uint32_t csid) {
    if (!is_low(csid, s->count) && !grow_high(s, memory))
        return NULL;
    if (s->count == s->capacity) {
        uint32_t capacity = s->capacity ? s->capacity * 2 : 4;
        struct rtmp_chunk_stream *items = resize(memory, s->items, capacity * sizeof *items);
        if (!items)
            return NULL;
        s->items = items;
        s->capacity = capacity;
    }
    uint32_t index = s->count++;
    struct rtmp_chunk_stream *stream = &s->items[index];
    memset(stream, 0, sizeof *stream);
    stream->message.csid = csid;
    stream->broken = true;
    rtmp_chunk_streams_mend(s, stream);
    if (is_low(csid, index)) {
        s->low[csid] = (uint8_t)(index + 1);
    } else {
        put_high(s, index);
        s->high_count++;
    }
    return stream;
}

void rtmp_chunk_streams_mend(struct rtmp_chunk_streams *s, struct rtmp_chunk_stream *stream) {
    if (!stream->broken)
        return;
    stream->broken = false;
    stream->next = s->unbroken;
    s->unbroken = (uint32_t)(stream - s->items) + 1;
}

struct rtmp_chunk_stream *rtmp_chunk_streams_break_next(struct rtmp_chunk_streams *s) {
    if (!s->unbroken)
        return NULL;
    struct rtmp_chunk_stream *stream = &s->items[s->unbroken - 1];
    s->unbroken = stream->next;
    stream->broken = true;
    return stream;
}

uint64_t rtmp_chunk_streams_size(const struct rtmp_chunk_streams *s) {
    uint64_t size = s->count * sizeof *s->items + s->high_capacity * sizeof *s->high;
    for (uint32_t i = 0; i < s->count; i++)
        size += s->items[i].kept;
    return size;
}

static void *duplicate(const struct rtmp_memory *memory, const void *bytes, size_t size) {
    void *copy = resize(memory, NULL, size);
    if (copy)
        memcpy(copy, bytes, size);
    return copy;
}

bool rtmp_chunk_streams_copy(struct rtmp_chunk_streams *copy, const struct rtmp_chunk_streams *s,
                             const struct rtmp_memory *memory) {
    uint32_t count = s->count;
    *copy = *s;
    copy->count = copy->capacity = 0;
    copy->items = NULL;
    copy->high = NULL;
    if (s->high && !(copy->high = duplicate(memory, s->high, s->high_capacity * sizeof *s->high)))
        return false;
    if (count && !(copy->items = duplicate(memory, s->items, count * sizeof *s->items)))
        return false;
    copy->count = copy->capacity = count;
    bool copied = true;
    for (uint32_t i = 0; i < count; i++) {
        struct rtmp_chunk_stream *cs = &copy->items[i];
        cs->body = cs->kept ? duplicate(memory, s->items[i].body, cs->kept) : NULL;
        cs->capacity = cs->kept;
        copied &= cs->body || !cs->kept;
    }
    return copied;
}

void rtmp_chunk_streams_destroy(struct rtmp_chunk_streams *s, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < s->count; i++)
        if (s->items[i].body)
            (void)resize(memory, s->items[i].body, 0);
    if (s->items)
        (void)resize(memory, s->items, 0);
    if (s->high)
        (void)resize(memory, s->high, 0);
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
            cs->flags |= RTMP_PART_AMBIGUOUS;
        if (h->fmt != 3) {
            cs->delta = value;
            cs->after_fmt0 = false;
        }
        cs->message.timestamp += cs->delta; /* modulo 2^32 */
    }
    if (cs->chunks && (int32_t)(cs->message.timestamp - before) < 0)
        cs->flags |= RTMP_PART_BACKWARDS;
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
        cs->flags |= RTMP_PART_UNCERTAIN;
    cs->open = true;
    cs->fmt = h->fmt;
    cs->received = 0;
    cs->missing = 0;
    cs->chunks = 0;
    cs->slot = 0;
    cs->phase = 0;
}
