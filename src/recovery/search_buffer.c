/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/search_buffer.h"

#include <string.h>

static uint32_t count_missing(const uint8_t *marks, uint32_t len) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < len; i++)
        missing += marks[i] == RTMP_MARK_MISSING;
    return missing;
}

static bool grow(struct rtmp_search_buffer *held, const struct rtmp_memory *memory,
                 uint32_t count) {
    if (count <= held->capacity)
        return true;
    uint32_t capacity = held->capacity ? held->capacity : 2048;
    while (capacity < count)
        capacity *= 2;
    uint8_t *bytes = memory->resize(memory->user, NULL, (size_t)capacity * 2);
    if (!bytes)
        return false;
    if (held->count) {
        memcpy(bytes, held->bytes, held->count);
        memcpy(bytes + capacity, held->marks, held->count);
    }
    if (held->bytes)
        (void)memory->resize(memory->user, held->bytes, 0);
    held->bytes = bytes;
    held->marks = bytes + capacity;
    held->capacity = capacity;
    return true;
}

bool rtmp_search_buffer_append(struct rtmp_search_buffer *held, const struct rtmp_memory *memory,
                               const uint8_t *bytes, const uint8_t *marks, uint32_t len) {
    if (len == 0)
        return true;
    if (!grow(held, memory, held->count + len))
        return false;
    if (bytes)
        memcpy(held->bytes + held->count, bytes, len);
    else
        memset(held->bytes + held->count, 0, len);
    if (marks)
        memcpy(held->marks + held->count, marks, len);
    else
        memset(held->marks + held->count, bytes ? RTMP_MARK_NONE : RTMP_MARK_MISSING, len);
    if (marks || !bytes)
        held->missing += count_missing(held->marks + held->count, len);
    held->count += len;
    return true;
}

void rtmp_search_buffer_drop(struct rtmp_search_buffer *held, uint32_t count) {
    held->missing -= rtmp_search_buffer_missing(held, count);
    held->count -= count;
    held->offset += count;
    if (held->count == 0)
        return;
    memmove(held->bytes, held->bytes + count, held->count);
    memmove(held->marks, held->marks + count, held->count);
}

bool rtmp_search_buffer_copy(struct rtmp_search_buffer *copy, const struct rtmp_search_buffer *held,
                             const struct rtmp_memory *memory) {
    *copy = (struct rtmp_search_buffer){.offset = held->offset};
    return rtmp_search_buffer_append(copy, memory, held->bytes, held->marks, held->count);
}

void rtmp_search_buffer_free(struct rtmp_search_buffer *held, const struct rtmp_memory *memory) {
    if (held->bytes)
        (void)memory->resize(memory->user, held->bytes, 0);
    *held = (struct rtmp_search_buffer){.offset = held->offset};
}

bool rtmp_search_buffer_misses(const struct rtmp_search_buffer *held, uint32_t pos, uint32_t len) {
    uint32_t left = pos < held->count ? held->count - pos : 0;
    uint32_t end = pos + (len < left ? len : left);
    /* Asked of every position, and of a few bytes nearly always. */
    while (pos < end && held->marks[pos] != RTMP_MARK_MISSING)
        pos++;
    return pos < end;
}

uint32_t rtmp_search_buffer_missing(const struct rtmp_search_buffer *held, uint32_t count) {
    /* Asked of many positions: mostly nothing is missing, or all that is held is meant. */
    if (held->missing == 0 || count == held->count)
        return held->missing;
    return count_missing(held->marks, count);
}

uint32_t rtmp_search_buffer_run(const struct rtmp_search_buffer *held, uint32_t pos) {
    bool missing = held->marks[pos] == RTMP_MARK_MISSING;
    uint32_t end = pos + 1;
    while (end < held->count && (held->marks[end] == RTMP_MARK_MISSING) == missing)
        end++;
    return end - pos;
}

uint32_t rtmp_search_buffer_next_segment(const struct rtmp_search_buffer *held, uint32_t pos,
                                         uint32_t end) {
    uint32_t last = end < held->count ? end : held->count;
    while (pos < last && held->marks[pos] != RTMP_MARK_SHORT &&
           held->marks[pos] != RTMP_MARK_SEGMENT)
        pos++;
    return pos < last ? pos : end;
}

bool rtmp_search_buffer_aligned(const struct rtmp_search_buffer *held, uint32_t pos) {
    return pos < held->count && held->marks[pos] == RTMP_MARK_SEGMENT;
}
