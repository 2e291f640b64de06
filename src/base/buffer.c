/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buffer.h"

#include <string.h>

uint8_t *rtmp_buffer_reserve(struct rtmp_buffer *buffer, size_t len) {
    enum { FIRST_CAPACITY = 4096 };
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    while (capacity - buffer->size < len)
        capacity *= 2;
    if (capacity > buffer->capacity) {
        uint8_t *bytes = buffer->memory->resize(buffer->memory->user, buffer->bytes, capacity);
        if (!bytes)
            return NULL;
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->size;
}

bool rtmp_buffer_add(struct rtmp_buffer *buffer, const void *bytes, size_t len) {
    uint8_t *out = rtmp_buffer_reserve(buffer, len);
    if (!out)
        return false;
    if (len)
        memcpy(out, bytes, len);
    buffer->size += len;
    return true;
}
