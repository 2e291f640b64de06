/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chunks -> messages: rtmp_dechunk_feed against a bare loop over the same headers, as Markdown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc_memory.h"
#include "payload/media/body_format.h"
#include "timing.h"
#include "wire/dechunk.h"

enum { SEGMENT = 1448, STREAM_BYTES = 1 << 26 };

/* Larger than the caches: what is in a capture was not read before. */
struct stream {
    uint8_t bytes[STREAM_BYTES + (1 << 17)];
    uint32_t len, chunk_size, messages, chunks;
    uint32_t feed; /* bytes a feed */
};

/* Video and audio messages of one length each, in turn: fmt 0 first, then fmt 1, fmt 3 inside. */
static void build(struct stream *s, uint32_t chunk_size, uint32_t video, uint32_t audio) {
    s->len = s->messages = s->chunks = 0;
    s->chunk_size = chunk_size;
    while (s->len < STREAM_BYTES) {
        bool is_audio = s->messages % 2;
        uint32_t length = is_audio ? audio : video;
        uint8_t csid = is_audio ? 4 : 6;
        uint8_t head[12] = {csid,
                            0,
                            0,
                            20,
                            (uint8_t)(length >> 16),
                            (uint8_t)(length >> 8),
                            (uint8_t)length,
                            is_audio ? 8 : 9,
                            1};
        uint32_t head_len = s->messages < 2 ? 12 : 8;
        if (s->messages >= 2)
            head[0] |= 1 << 6;
        memcpy(s->bytes + s->len, head, head_len);
        s->len += head_len;
        for (uint32_t at = 0; at < length; at += chunk_size) {
            uint32_t n = length - at < chunk_size ? length - at : chunk_size;
            if (at)
                s->bytes[s->len++] = (uint8_t)(3 << 6 | csid);
            memset(s->bytes + s->len, 0x5A, n);
            s->len += n;
            s->chunks++;
        }
        s->messages++;
    }
}

static void count_fragment(void *user, const struct rtmp_fragment *fragment) {
    uint64_t *messages = user;
    *messages += (fragment->flags & RTMP_FRAGMENT_COMPLETE) != 0;
}

static void no_note(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
    abort();
}

static uint64_t dechunk(void *user) {
    const struct stream *s = user;
    uint64_t messages = 0;
    struct rtmp_dechunk d;
    rtmp_dechunk_init(
        &d, &(struct rtmp_memory){libc_resize, NULL},
        &(struct rtmp_sink){.user = &messages, .fragment = count_fragment, .note = no_note},
        &rtmp_media_body_format);
    d.chunk_size = s->chunk_size;
    for (uint32_t at = 0; at < s->len; at += s->feed)
        (void)rtmp_dechunk_feed(&d, s->bytes + at, s->len - at < s->feed ? s->len - at : s->feed);
    rtmp_dechunk_destroy(&d);
    if (messages != s->messages)
        abort();
    return messages;
}

/* The least there is to do: trusts every byte, knows no extended timestamp, keeps nothing. */
static uint64_t bare(void *user) {
    const struct stream *s = user;
    struct {
        uint32_t length, left;
    } open[64] = {{0, 0}};
    uint64_t messages = 0;
    uint32_t at = 0;
    while (at < s->len) {
        uint8_t first = s->bytes[at++];
        uint8_t csid = first & 0x3F, fmt = first >> 6;
        if (fmt < 2) {
            const uint8_t *length = s->bytes + at + 3;
            open[csid].length = (uint32_t)length[0] << 16 | (uint32_t)length[1] << 8 | length[2];
            at += fmt == 0 ? 11 : 7;
        } else if (fmt == 2) {
            at += 3;
        }
        if (open[csid].left == 0)
            open[csid].left = open[csid].length;
        uint32_t n = open[csid].left < s->chunk_size ? open[csid].left : s->chunk_size;
        open[csid].left -= n;
        at += n;
        messages += open[csid].left == 0;
    }
    if (messages != s->messages)
        abort();
    return messages;
}

static void compare(struct stream *s, uint32_t chunk_size, uint32_t video, uint32_t audio) {
    build(s, chunk_size, video, audio);
    const struct {
        const char *title;
        uint32_t bytes;
    } feeds[] = {{"in one run", s->len}, {"in segments of 1448", SEGMENT}};
    for (unsigned i = 0; i < 2; i++) {
        s->feed = feeds[i].bytes;
        struct timing_pair ns = timing_compare(dechunk, bare, s);
        printf("| %u-byte chunks, messages of %u and %u bytes, %s | %.1f | %.1f | %.2f |\n",
               chunk_size, video, audio, feeds[i].title, ns.first / s->chunks,
               ns.second / s->chunks, ns.first / ns.second);
    }
}

int main(void) {
    static struct stream stream;
    printf("| chunks | rtmp_dechunk_feed ns/chunk | bare loop ns/chunk | ratio, goal 2 |\n"
           "|---|---|---|---|\n");
    compare(&stream, 128, 20000, 400);
    compare(&stream, 4096, 20000, 400);
    compare(&stream, 65536, 20000, 400);
    compare(&stream, 128, 60, 20);
    return 0;
}
