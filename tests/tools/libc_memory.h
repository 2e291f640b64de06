/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_TOOLS_LIBC_MEMORY_H
#define TESTS_TOOLS_LIBC_MEMORY_H

#include <stdlib.h>

#include "base/memory.h"

/* The allocator of the wire layer (base/memory.h) over the C library. */
static inline void *libc_resize(void *user, void *old, size_t size) {
    (void)user;
    if (size)
        return realloc(old, size);
    free(old);
    return NULL;
}

static inline struct rtmp_memory libc_memory(void) {
    return (struct rtmp_memory){.resize = libc_resize};
}

#endif
