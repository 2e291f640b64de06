/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/key_index.h"

#include <string.h>

/* Numbers follow each other: all bits of the product's upper half are used. */
static uint32_t home_of_key(const struct rtmp_key_index *index, uint64_t key) {
    uint64_t product = (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(product >> 32) & (index->slots - 1);
}

/* The slot of a key, or the empty one where it belongs. */
static struct rtmp_key_slot *slot_of_key(const struct rtmp_key_index *index, uint64_t key) {
    uint32_t at = home_of_key(index, key);
    while (index->slot[at].place && index->slot[at].key != key)
        at = (at + 1) & (index->slots - 1);
    return &index->slot[at];
}

uint32_t rtmp_key_find(const struct rtmp_key_index *index, uint64_t key) {
    return index->slots ? slot_of_key(index, key)->place : 0;
}

static bool double_key_slots(struct rtmp_key_index *index, const struct rtmp_memory *memory) {
    struct rtmp_key_index larger = {.slots = index->slots ? index->slots * 2 : 4,
                                    .count = index->count};
    larger.slot = memory->resize(memory->user, NULL, larger.slots * sizeof *larger.slot);
    if (!larger.slot)
        return false;
    memset(larger.slot, 0, larger.slots * sizeof *larger.slot);
    for (uint32_t i = 0; i < index->slots; i++)
        if (index->slot[i].place)
            *slot_of_key(&larger, index->slot[i].key) = index->slot[i];
    if (index->slot)
        (void)memory->resize(memory->user, index->slot, 0);
    *index = larger;
    return true;
}

/* A quarter of the slots stays empty, so that searches are short. */
bool rtmp_key_add(struct rtmp_key_index *index, const struct rtmp_memory *memory, uint64_t key,
                  uint32_t place) {
    if (index->slots / 4 * 3 <= index->count && !double_key_slots(index, memory))
        return false;
    *slot_of_key(index, key) = (struct rtmp_key_slot){key, place + 1};
    index->count++;
    return true;
}

/* Those behind it move up as far as they may, so that no search ends before them. */
void rtmp_key_remove(struct rtmp_key_index *index, uint64_t key) {
    uint32_t mask = index->slots - 1;
    uint32_t hole = (uint32_t)(slot_of_key(index, key) - index->slot);
    for (uint32_t at = (hole + 1) & mask; index->slot[at].place; at = (at + 1) & mask) {
        uint32_t home = home_of_key(index, index->slot[at].key);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        index->slot[hole] = index->slot[at];
        hole = at;
    }
    index->slot[hole] = (struct rtmp_key_slot){0, 0};
    index->count--;
}

void rtmp_key_index_destroy(struct rtmp_key_index *index, const struct rtmp_memory *memory) {
    if (index->slot)
        (void)memory->resize(memory->user, index->slot, 0);
    *index = (struct rtmp_key_index){.slot = NULL};
}
