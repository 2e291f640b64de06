/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/list.h"

void *rtmp_list_with_room(const struct rtmp_memory *memory, void *list, uint32_t count,
                          uint32_t *capacity, size_t size) {
    if (count < *capacity)
        return list;
    uint32_t larger = *capacity ? *capacity * 2 : 1;
    void *grown = memory->resize(memory->user, list, larger * size);
    if (grown)
        *capacity = larger;
    return grown;
}

void rtmp_list_free(const struct rtmp_memory *memory, void *list) {
    if (list)
        (void)memory->resize(memory->user, list, 0);
}
