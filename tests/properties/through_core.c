/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments on standard input through the core alone, for property runs of many variants
 * (properties.py --core). A record is a struct record in the machine's byte order, then `captured`
 * bytes. Prints each complete message as "variant direction offset type length timestamp stream_id
 * csid body", where `offset` is that of its first byte and `body` the Adler-32 checksum of the
 * whole body, -1 when bytes of it are missing.
 *
 * Segments are handed over as Wireshark does unless told otherwise: bytes that come late or again
 * are not; with the argument --late they are.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "libc_memory.h"
#include "session/direction.h"

struct record {
    uint64_t offset;   /* of the first byte in its direction */
    uint32_t reported; /* bytes of the segment */
    uint32_t captured; /* of those in the capture */
    uint32_t variant;
    uint8_t direction;
    uint8_t begins; /* the capture shows where the direction begins */
    uint8_t unused[2];
};

struct stream {
    struct rtmp_direction wire;
    const struct record *segment; /* being fed */
    uint64_t base;                /* offset of the wire's position 0 */
    bool started;
};

static int64_t checksum(const struct rtmp_fragment *fragment) {
    if (fragment->missing || fragment->available < fragment->message.length)
        return -1;
    uint32_t low = 1;
    uint32_t high = 0;
    for (uint32_t i = 0; i < fragment->message.length; i++) {
        low = (low + fragment->body[i]) % 65521;
        high = (high + low) % 65521;
    }
    return (int64_t)high << 16 | low;
}

static void print_message(void *user, const struct rtmp_fragment *fragment) {
    const struct stream *s = user;
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return;
    const struct rtmp_message *m = &fragment->message;
    /* -1: the timestamp is relative and the stream id not known. */
    const int64_t stream_id =
        fragment->flags & RTMP_FRAGMENT_UNCERTAIN ? -1 : (int64_t)m->stream_id;
    printf("%" PRIu32 " %d %" PRIu64 " %d %" PRIu32 " %" PRIu32 " %" PRId64 " %" PRIu32 " %" PRId64
           "\n",
           s->segment->variant, s->segment->direction, s->base + fragment->message_offset, m->type,
           m->length, m->timestamp, stream_id, m->csid, checksum(fragment));
}

static void ignore(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
}

/* Only complete messages are printed. */
static void forget_fragments(void *user, uint32_t slot) {
    (void)user;
    (void)slot;
}

static void begin(struct stream stream[2]) {
    const struct rtmp_memory memory = libc_memory();
    for (int i = 0; i < 2; i++) {
        const struct rtmp_sink sink = {.user = &stream[i],
                                       .fragment = print_message,
                                       .note = ignore,
                                       .withdrawn = forget_fragments};
        stream[i].started = false;
        rtmp_direction_init(&stream[i].wire, i ? RTMP_ROLE_SERVER : RTMP_ROLE_CLIENT, &memory,
                            &sink);
        stream[i].wire.peer = &stream[1 - i].wire;
        stream[i].wire.chunks.dechunk.bodies.media_head =
            RTMP_LIMIT_MESSAGE_LENGTH; /* every body whole */
    }
}

static void end(struct stream stream[2]) {
    rtmp_direction_destroy(&stream[0].wire);
    rtmp_direction_destroy(&stream[1].wire);
}

static void feed(struct stream *s, const struct record *segment, const uint8_t *bytes, bool late) {
    if (!s->started) {
        s->started = true;
        s->base = segment->begins ? 0 : segment->offset;
        s->wire.start_unknown = !segment->begins;
    }
    s->segment = segment;
    uint64_t next = s->base + s->wire.position;
    uint64_t seen = next > segment->offset ? next - segment->offset : 0;
    if (late && seen && segment->offset >= s->base) {
        uint32_t before = seen < segment->captured ? (uint32_t)seen : segment->captured;
        rtmp_direction_late(&s->wire, segment->offset - s->base, bytes, before);
    }
    if (seen >= segment->reported)
        return;
    if (segment->offset > next)
        rtmp_direction_hole(&s->wire, segment->offset - next);
    if (seen < segment->captured) {
        rtmp_direction_feed(&s->wire, bytes + seen, (uint32_t)(segment->captured - seen));
        seen = segment->captured;
    }
    if (seen < segment->reported)
        rtmp_direction_gap(&s->wire, segment->reported - seen);
}

int main(int argc, char **argv) {
    static uint8_t bytes[1 << 17];
    static struct stream stream[2];
    struct record record;
    uint32_t variant = 0;
    const bool late = argc > 1 && strcmp(argv[1], "--late") == 0;
    begin(stream);
    while (fread(&record, sizeof record, 1, stdin) == 1) {
        if (record.captured > sizeof bytes || record.direction > 1 ||
            fread(bytes, 1, record.captured, stdin) != record.captured)
            return EXIT_FAILURE;
        if (record.variant != variant) {
            end(stream);
            begin(stream);
            variant = record.variant;
        }
        feed(&stream[record.direction], &record, bytes, late);
    }
    end(stream);
    return ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}
