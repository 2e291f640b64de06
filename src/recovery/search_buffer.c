/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/search_buffer.h"

#include <string.h>

static uint32_t count_missing(const uint8_t *marks, uint32_t len) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < len; i++)
        missing += marks[i] == RTMP_MARK_MISSING;
    return missing;
}

static bool grow_search_buffer(struct rtmp_search_buffer *buffer, const struct rtmp_memory *memory,
                               uint32_t count) {
    if (count <= buffer->capacity)
        return true;
    uint32_t capacity = buffer->capacity ? buffer->capacity : 2048;
    while (capacity < count)
        capacity *= 2;
    uint8_t *bytes = memory->resize(memory->user, NULL, (size_t)capacity * 2);
    if (!bytes)
        return false;
    if (buffer->count) {
        memcpy(bytes, buffer->bytes, buffer->count);
        memcpy(bytes + capacity, buffer->marks, buffer->count);
    }
    if (buffer->bytes)
        (void)memory->resize(memory->user, buffer->bytes, 0);
    buffer->bytes = bytes;
    buffer->marks = bytes + capacity;
    buffer->capacity = capacity;
    return true;
}

bool rtmp_search_buffer_append(struct rtmp_search_buffer *buffer, const struct rtmp_memory *memory,
                               const uint8_t *bytes, const uint8_t *marks, uint32_t len) {
    if (len == 0)
        return true;
    if (!grow_search_buffer(buffer, memory, buffer->count + len))
        return false;
    if (bytes)
        memcpy(buffer->bytes + buffer->count, bytes, len);
    else
        memset(buffer->bytes + buffer->count, 0, len);
    if (marks)
        memcpy(buffer->marks + buffer->count, marks, len);
    else
        memset(buffer->marks + buffer->count, bytes ? RTMP_MARK_NONE : RTMP_MARK_MISSING, len);
    if (marks || !bytes)
        buffer->missing += count_missing(buffer->marks + buffer->count, len);
    buffer->count += len;
    return true;
}

void rtmp_search_buffer_drop(struct rtmp_search_buffer *buffer, uint32_t count) {
    buffer->missing -= rtmp_search_buffer_missing(buffer, count);
    buffer->count -= count;
    buffer->offset += count;
    if (buffer->count == 0)
        return;
    memmove(buffer->bytes, buffer->bytes + count, buffer->count);
    memmove(buffer->marks, buffer->marks + count, buffer->count);
}

bool rtmp_search_buffer_copy(struct rtmp_search_buffer *copy,
                             const struct rtmp_search_buffer *buffer,
                             const struct rtmp_memory *memory) {
    *copy = (struct rtmp_search_buffer){.offset = buffer->offset};
    return rtmp_search_buffer_append(copy, memory, buffer->bytes, buffer->marks, buffer->count);
}

void rtmp_search_buffer_free(struct rtmp_search_buffer *buffer, const struct rtmp_memory *memory) {
    if (buffer->bytes)
        (void)memory->resize(memory->user, buffer->bytes, 0);
    *buffer = (struct rtmp_search_buffer){.offset = buffer->offset};
}

bool rtmp_search_buffer_misses(const struct rtmp_search_buffer *buffer, uint32_t pos,
                               uint32_t len) {
    uint32_t left = pos < buffer->count ? buffer->count - pos : 0;
    uint32_t end = pos + (len < left ? len : left);
    /* Called for every position, nearly always with a small `len`. */
    while (pos < end && buffer->marks[pos] != RTMP_MARK_MISSING)
        pos++;
    return pos < end;
}

uint32_t rtmp_search_buffer_missing(const struct rtmp_search_buffer *buffer, uint32_t count) {
    /* Called for many positions: mostly nothing is missing, or `count` is the whole buffer. */
    if (buffer->missing == 0 || count == buffer->count)
        return buffer->missing;
    return count_missing(buffer->marks, count);
}

uint32_t rtmp_search_buffer_run(const struct rtmp_search_buffer *buffer, uint32_t pos) {
    bool missing = buffer->marks[pos] == RTMP_MARK_MISSING;
    uint32_t end = pos + 1;
    while (end < buffer->count && (buffer->marks[end] == RTMP_MARK_MISSING) == missing)
        end++;
    return end - pos;
}

uint32_t rtmp_search_buffer_next_segment(const struct rtmp_search_buffer *buffer, uint32_t pos,
                                         uint32_t end) {
    uint32_t last = end < buffer->count ? end : buffer->count;
    while (pos < last && buffer->marks[pos] != RTMP_MARK_SHORT &&
           buffer->marks[pos] != RTMP_MARK_SEGMENT)
        pos++;
    return pos < last ? pos : end;
}

bool rtmp_search_buffer_aligned(const struct rtmp_search_buffer *buffer, uint32_t pos) {
    return pos < buffer->count && buffer->marks[pos] == RTMP_MARK_SEGMENT;
}
