/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_BUFFER_H
#define RTMP_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* Bytes that grow, as a file that is made; the caller frees `bytes`. All zero but `memory` is the
 * beginning. */
struct rtmp_buffer {
    const struct rtmp_memory *memory;
    uint8_t *bytes;
    size_t size, capacity;
};

/* Room for `len` bytes behind its end, NULL: no memory. */
uint8_t *rtmp_buffer_reserve(struct rtmp_buffer *buffer, size_t len);

/* Append. False: no memory. */
bool rtmp_buffer_add(struct rtmp_buffer *buffer, const void *bytes, size_t len);

#endif
