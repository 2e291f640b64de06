/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mask.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/list.h"

/* ---- queries ---- */

/* Values of these names say how a server wants to be spoken to, and hide nothing. */
static bool is_public(const uint8_t *name, size_t len) {
    static const char *const names[] = {"authmod", "reason", "vhost"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return true;
    return false;
}

static bool separates_values(uint8_t byte) {
    return byte == '&' || byte == ';' || byte == '?' || byte == '#';
}

static bool ends_url(uint8_t byte) {
    return byte <= ' ' || byte == '"' || byte == '\'';
}

/* The bracket is that around a server's texts. */
static bool ends_query(uint8_t byte) {
    return ends_url(byte) || byte == ']';
}

/* So far is looked from here. */
static size_t end_of_look(const struct rtmp_mask_walk *walk) {
    return walk->len - walk->at > RTMP_MASK_LONGEST ? walk->at + RTMP_MASK_LONGEST : walk->len;
}

/* The end of the part of a query that begins here; whole: of all that is left of the query. */
static size_t end_of_part(const struct rtmp_mask_walk *walk, bool whole) {
    size_t stop = walk->at;
    const size_t last = end_of_look(walk);
    while (stop < last && !ends_query(walk->bytes[stop]) &&
           (whole || !separates_values(walk->bytes[stop])))
        stop++;
    return stop == last ? walk->len : stop;
}

/* All that is left of the query. False: nothing. */
static bool rest_of_query(struct rtmp_mask_walk *walk, size_t *start, size_t *end) {
    *start = walk->at;
    *end = walk->at = end_of_part(walk, true);
    walk->in_query = false;
    return *start < *end;
}

/* The `=` behind a name; NULL: the part is a value alone. Base64 ends with `=`: with two, or behind
 * more letters than names have. */
static const uint8_t *end_of_name(const uint8_t *part, size_t len) {
    enum { LONGEST_NAME = 20 };
    const uint8_t *equals = len ? memchr(part, '=', len) : NULL;
    size_t name = equals ? (size_t)(equals - part) : len, end = len;
    while (end > name && part[end - 1] == '=')
        end--;
    bool is_padded = end == name && (len - name == 2 || (len - name == 1 && name > LONGEST_NAME));
    return is_padded ? NULL : equals;
}

/* The next part of the query, `name=value` or a value alone. False: it is no secret. */
static bool next_of_query(struct rtmp_mask_walk *walk, size_t *start, size_t *end) {
    const uint8_t *bytes = walk->bytes;
    size_t begin = walk->at;
    size_t stop = end_of_part(walk, false);
    const uint8_t *equals = end_of_name(bytes + begin, stop - begin);
    size_t value = equals ? (size_t)(equals - bytes) + 1 : begin;
    walk->in_query = stop < walk->len && separates_values(bytes[stop]);
    walk->at = stop + walk->in_query;
    *start = value;
    *end = stop;
    return value < stop && !(equals && is_public(bytes + begin, value - 1 - begin));
}

uint32_t rtmp_mask_before_query(const uint8_t *bytes, uint32_t len) {
    uint32_t before = 0;
    while (before < len && !separates_values(bytes[before]))
        before++;
    return before;
}

struct rtmp_secret rtmp_mask_behind_query(const uint8_t *bytes, uint32_t len) {
    const uint8_t *mark = len ? memchr(bytes, '?', len) : NULL;
    uint32_t at = mark ? (uint32_t)(mark - bytes) : len;
    while (at < len && !ends_query(bytes[at]))
        at++;
    return (struct rtmp_secret){bytes + at, len - at};
}

/* ---- URLs ---- */

static bool is_behind_scheme(const uint8_t *bytes, size_t at) {
    return at >= 3 && memcmp(bytes + at - 3, "://", 3) == 0;
}

/* Does the user of a URL end here, with a colon: is it behind `://` and a name? */
static bool is_behind_user(const struct rtmp_mask_walk *walk) {
    const uint8_t *bytes = walk->bytes;
    if (walk->at == 0 || bytes[walk->at - 1] != ':')
        return false;
    size_t user = walk->at - 1;
    const size_t first = user > RTMP_MASK_LONGEST ? user - RTMP_MASK_LONGEST : 0;
    while (user > first && bytes[user - 1] != '/' && bytes[user - 1] != ':' &&
           bytes[user - 1] != '@' && bytes[user - 1] != '[' && !ends_query(bytes[user - 1]))
        user--;
    return is_behind_scheme(bytes, user);
}

/* The password of a URL, behind its user and up to the `@` before the host. It may have a slash,
 * and what ends a query; digits before a slash are a port. */
static bool password_at(const struct rtmp_mask_walk *walk, size_t *start, size_t *end) {
    const uint8_t *bytes = walk->bytes;
    const size_t last = end_of_look(walk);
    bool is_port = true;
    *start = *end = walk->at;
    if (!is_behind_user(walk))
        return false;
    for (size_t i = walk->at; i < last && bytes[i] > ' ' && bytes[i] != '"'; i++) {
        if (bytes[i] == '@')
            *end = i;
        else if (bytes[i] == '/' && (is_port || *end > *start))
            break;
        is_port = is_port && bytes[i] >= '0' && bytes[i] <= '9';
    }
    return *end > *start;
}

/* Step over a byte that begins no secret. Names may have what begins a query in a URL. */
static void step(struct rtmp_mask_walk *walk) {
    uint8_t byte = walk->bytes[walk->at++];
    walk->in_url = !ends_url(byte) && (walk->in_url || is_behind_scheme(walk->bytes, walk->at));
    walk->in_query = byte == '?' || (walk->in_url && separates_values(byte));
}

/* ---- names of streams ---- */

/* Bytes of what may stand before a name for the same stream (specified: ActionScript's NetStream,
 * play and publish; Wowza: the last three). */
static uint32_t prefix_length(const uint8_t *name, uint32_t len) {
    static const char *const prefixes[] = {
        "mp4:", "flv:", "mp3:", "id3:", "raw:", "smil:", "ngrp:", "amlst:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const uint32_t size = (uint32_t)strlen(prefixes[i]);
        if (size <= len && memcmp(name, prefixes[i], size) == 0)
            return size;
    }
    return 0;
}

struct rtmp_secret rtmp_mask_stream(const uint8_t *name, uint32_t len) {
    const uint8_t *query = len ? memchr(name, '?', len) : NULL;
    const uint32_t end = query ? (uint32_t)(query - name) : len;
    const uint32_t prefix = prefix_length(name, end);
    const bool is_found_without = end - prefix >= RTMP_MASK_SHORTEST_PART;
    return is_found_without ? (struct rtmp_secret){name + prefix, end - prefix}
                            : (struct rtmp_secret){name, end};
}

/* ---- the list ---- */

bool rtmp_mask_lists(const struct rtmp_mask *mask, const uint8_t *bytes, uint32_t len) {
    for (uint32_t i = 0; i < mask->count; i++)
        if (mask->secrets[i].len == len && memcmp(mask->secrets[i].bytes, bytes, len) == 0)
            return true;
    return false;
}

bool rtmp_mask_add(struct rtmp_mask *mask, const struct rtmp_memory *memory,
                   struct rtmp_secret secret) {
    if (mask->count == RTMP_LIMIT_SECRETS)
        return false;
    struct rtmp_secret *secrets =
        rtmp_list_with_room(memory, mask->secrets, mask->count, &mask->capacity, sizeof *secrets);
    if (!secrets)
        return false;
    mask->secrets = secrets;
    secrets[mask->count++] = secret;
    return true;
}

static bool is_of_word(uint8_t byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte >= 0x80;
}

static bool stands_at(const struct rtmp_mask_walk *walk, const struct rtmp_secret *secret) {
    size_t at = walk->at;
    if (secret->len > walk->len - at || memcmp(walk->bytes + at, secret->bytes, secret->len) != 0)
        return false;
    size_t behind = at + secret->len;
    if (at == 0 && behind == walk->len)
        return true;
    return secret->len >= RTMP_MASK_SHORTEST_PART &&
           (at == 0 || !is_of_word(walk->bytes[at - 1]) || !is_of_word(secret->bytes[0])) &&
           (behind == walk->len || !is_of_word(walk->bytes[behind]) ||
            !is_of_word(secret->bytes[secret->len - 1]));
}

/* The longest that stands there. */
static bool listed_at(const struct rtmp_mask_walk *walk, size_t *start, size_t *end) {
    size_t longest = 0;
    for (uint32_t i = 0; i < walk->mask->count; i++) {
        const struct rtmp_secret *secret = &walk->mask->secrets[i];
        if (secret->len > longest && stands_at(walk, secret))
            longest = secret->len;
    }
    *start = walk->at;
    *end = walk->at + longest;
    return longest;
}

bool rtmp_mask_next(struct rtmp_mask_walk *walk, size_t *start, size_t *end) {
    while (walk->at < walk->len && walk->at < walk->until) {
        if (walk->in_query) {
            if (walk->mask->elides ? rest_of_query(walk, start, end)
                                   : next_of_query(walk, start, end))
                return true;
        } else if (password_at(walk, start, end) || listed_at(walk, start, end)) {
            walk->at = *end;
            return true;
        } else {
            step(walk);
        }
    }
    return false;
}

/* ---- words ---- */

static uint32_t fnv1a(uint32_t salt, const uint8_t *bytes, size_t len) {
    uint32_t hash = 2166136261U ^ salt;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 16777619U;
    return hash;
}

uint32_t rtmp_mask_salt(const uint8_t *bytes, size_t len) {
    return fnv1a(0, bytes, len) | 1U;
}

void rtmp_mask_word(const struct rtmp_mask *mask, const uint8_t *bytes, size_t len,
                    char word[RTMP_MASK_WORD_SIZE]) {
    if (mask->elides) {
        (void)snprintf(word, RTMP_MASK_WORD_SIZE, "\xE2\x80\xA6");
        return;
    }
    /* Finished so that all bits depend on all of it. */
    uint32_t hash = fnv1a(mask->salt, bytes, len < RTMP_MASK_LONGEST ? len : RTMP_MASK_LONGEST);
    hash ^= hash >> 16;
    hash *= 0x7FEB352DU;
    hash ^= hash >> 15;
    (void)snprintf(word, RTMP_MASK_WORD_SIZE, "masked-%06x", (unsigned)(hash & 0xFFFFFFU));
}
