/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_LIST_H
#define RTMP_BASE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* A list of `count` members of `size` bytes with room for one more: it doubles when *capacity is
 * reached, and may move. NULL: no memory, the list is as it was. */
void *rtmp_list_with_room(const struct rtmp_memory *memory, void *list, uint32_t count,
                          uint32_t *capacity, size_t size);

/* NULL allowed. */
void rtmp_list_free(const struct rtmp_memory *memory, void *list);

#endif
