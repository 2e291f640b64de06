/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_BASE_MASK_H
#define RTMP_BASE_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * What is hidden in texts of the wire that are shown (base/text.h): each secret is replaced by
 * `masked-1a2b3c`, a hash of it, by which it is recognised wherever else it is shown. The salt
 * makes it another one in each capture.
 *
 * Secrets are, in any text, the values of a query (`?token=...&expires=...`) but those of a few
 * names, and the password of a URL (`rtmp://user:password@host/`), where a query may begin with
 * `;`, `&` or `#` as well; and those of a list: as a whole text, or as a part of one between
 * characters that are neither letters nor digits.
 *
 * A mask that elides puts an ellipsis in their place, and takes a query for one secret:
 * `live?...`.
 */
struct rtmp_secret {
    const uint8_t *bytes;
    uint32_t len; /* of one in the list not 0 */
};

struct rtmp_mask {
    uint32_t salt;
    bool elides;
    struct rtmp_secret *secrets;
    uint32_t count, capacity;
};

/* Shorter ones of the list are hidden as whole texts only: they are in too many others. */
#define RTMP_MASK_SHORTEST_PART 3U

/* A value of a query that is longer reaches to the end of its text, and a password is not: a long
 * text that is shown many times is not read to its end. Of a longer one only so many bytes are
 * hashed. */
#define RTMP_MASK_LONGEST 1024U

/* Is it in the list? */
bool rtmp_mask_lists(const struct rtmp_mask *mask, const uint8_t *bytes, uint32_t len);

/* Put a secret into the list, which has RTMP_LIMIT_SECRETS at most and lies in `memory`. `secret`
 * is not copied and lives as long as the mask. False: there is no room or no memory for it, it is
 * not hidden. */
bool rtmp_mask_add(struct rtmp_mask *mask, const struct rtmp_memory *memory,
                   struct rtmp_secret secret);

/* The secret in the name of a stream, by which it is recognised with and without what may stand
 * before it (`mp4:`) and a query. len 0: none. */
struct rtmp_secret rtmp_mask_stream(const uint8_t *name, uint32_t len);

/* Bytes of a URL or a part of one that stand before its query. */
uint32_t rtmp_mask_before_query(const uint8_t *bytes, uint32_t len);

/* The end of a URL or a stream's name from where its query would end in a sentence: at a space, a
 * quote or a bracket in a value. len 0: none. */
struct rtmp_secret rtmp_mask_behind_query(const uint8_t *bytes, uint32_t len);

/* The secrets of a text, one by one. All zero but the first four is the beginning;
 * in_url: of a text that is a part of a URL. */
struct rtmp_mask_walk {
    const struct rtmp_mask *mask;
    const uint8_t *bytes;
    size_t len;
    size_t until; /* those that begin behind it are not looked for */
    size_t at;
    bool in_url, in_query;
};

/* The next one: bytes *start up to *end. False: there is none. */
bool rtmp_mask_next(struct rtmp_mask_walk *walk, size_t *start, size_t *end);

/* A salt made of bytes that only who has the capture knows; not 0. */
uint32_t rtmp_mask_salt(const uint8_t *bytes, size_t len);

/* What a secret is replaced by, with a terminator. */
#define RTMP_MASK_WORD_SIZE 14U
void rtmp_mask_word(const struct rtmp_mask *mask, const uint8_t *bytes, size_t len,
                    char word[RTMP_MASK_WORD_SIZE]);

#endif
