/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/texts.h"

#include <string.h>

#include "base/limits.h"
#include "base/list.h"

static uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static uint32_t load32(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Fewer than 8 bytes, all of them; what is read twice does not matter: the length is hashed too. */
static uint64_t short_word(const uint8_t *bytes, uint32_t len) {
    if (len >= 4)
        return (uint64_t)load32(bytes) << 32 | load32(bytes + len - 4);
    return len ? (uint64_t)bytes[0] << 16 | (uint64_t)bytes[len / 2] << 8 | bytes[len - 1] : 0;
}

static uint64_t mix_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* 8 bytes at a time: most keys and names are a word or two. Not the same on all machines, and kept
 * nowhere. */
static uint32_t hash_of_text(const uint8_t *bytes, uint32_t len) {
    uint64_t hash = len;
    for (; len >= 8; bytes += 8, len -= 8)
        hash = mix_word(hash, load64(bytes));
    return (uint32_t)mix_word(hash, short_word(bytes, len));
}

static bool is_text(const struct rtmp_kept_text *text, uint32_t hash, const uint8_t *bytes,
                    uint32_t len) {
    return text->hash == hash && text->len == len &&
           (len == 0 || memcmp(text->bytes, bytes, len) == 0);
}

/* The slot of a text that is kept, or the empty one where it belongs. */
static uint32_t *slot_of_text(const struct rtmp_texts *texts, uint32_t hash, const uint8_t *bytes,
                              uint32_t len) {
    uint32_t at = hash & (texts->slots - 1);
    while (texts->slot[at] && !is_text(texts->text[texts->slot[at] - 1], hash, bytes, len))
        at = (at + 1) & (texts->slots - 1);
    return &texts->slot[at];
}

static bool double_slots(struct rtmp_texts *texts, const struct rtmp_memory *memory) {
    uint32_t slots = texts->slots ? texts->slots * 2 : 16;
    uint32_t *slot = memory->resize(memory->user, NULL, slots * sizeof *slot);
    if (!slot)
        return false;
    memset(slot, 0, slots * sizeof *slot);
    if (texts->slot)
        (void)memory->resize(memory->user, texts->slot, 0);
    texts->slot = slot;
    texts->slots = slots;
    for (uint32_t i = 0; i < texts->count; i++) {
        const struct rtmp_kept_text *text = texts->text[i];
        *slot_of_text(texts, text->hash, text->bytes, text->len) = text->number;
    }
    return true;
}

/* Room for one more; a third of the slots stays empty, so that searches are short. */
static bool has_room_for_text(struct rtmp_texts *texts, const struct rtmp_memory *memory) {
    if (texts->slots / 3 * 2 <= texts->count && !double_slots(texts, memory))
        return false;
    const struct rtmp_kept_text **text = rtmp_list_with_room(
        memory, texts->text, texts->count, &texts->capacity, sizeof(struct rtmp_kept_text *));
    if (text)
        texts->text = text;
    return text != NULL;
}

const struct rtmp_kept_text *rtmp_texts_keep(struct rtmp_texts *texts,
                                             const struct rtmp_memory *memory, const uint8_t *bytes,
                                             uint32_t len) {
    uint32_t hash = hash_of_text(bytes, len);
    if (texts->slots) {
        uint32_t number = *slot_of_text(texts, hash, bytes, len);
        if (number)
            return texts->text[number - 1];
    }
    if (len > RTMP_LIMIT_TEXT_BYTES - texts->bytes || !has_room_for_text(texts, memory))
        return NULL;
    struct rtmp_kept_text *text = memory->resize(memory->user, NULL, sizeof *text + len);
    if (!text)
        return NULL;
    *text = (struct rtmp_kept_text){.number = texts->count + 1, .hash = hash, .len = len};
    if (len)
        memcpy(text->bytes, bytes, len);
    *slot_of_text(texts, hash, bytes, len) = text->number;
    texts->text[texts->count++] = text;
    texts->bytes += len;
    return text;
}

void rtmp_texts_destroy(struct rtmp_texts *texts, const struct rtmp_memory *memory) {
    for (uint32_t i = 0; i < texts->count; i++) {
        union {
            const struct rtmp_kept_text *kept;
            void *memory;
        } text = {texts->text[i]};
        (void)memory->resize(memory->user, text.memory, 0);
    }
    if (texts->text)
        (void)memory->resize(memory->user, texts->text, 0);
    if (texts->slot)
        (void)memory->resize(memory->user, texts->slot, 0);
    *texts = (struct rtmp_texts){.count = 0};
}
