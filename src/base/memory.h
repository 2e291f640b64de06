/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_MEMORY_H
#define RTMP_BASE_MEMORY_H

#include <stddef.h>

/*
 * The allocator that the wire layer works with (payload decoders allocate nothing).
 *
 * resize(user, old, size) behaves as realloc: old NULL allocates, size 0 frees and returns NULL. It
 * may return NULL; the wire layer then drops the body that it was reassembling and continues.
 */
struct rtmp_memory {
    void *(*resize)(void *user, void *old, size_t size);
    void *user;
};

#endif
