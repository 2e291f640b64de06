/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation. First byte: options (enum). With SOME_HANDSHAKE a byte for each direction: how
 * much of a handshake comes before. Then operations, a byte each: bit 7 the direction, bit 6 bytes
 * that are missing, bits 0..5 how many (48..63: another byte says more); the bytes fed follow, with
 * LATE the missing ones too, which then come behind the next ones. The same input is run as it is,
 * in pieces of one byte, with neighbouring pieces joined, and with an allocator that fails; with
 * libFuzzer, which is to try many inputs, as it is and in one of the other manners, which its size
 * decides.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "fuzz.h"
#include "session/direction.h"

enum {
    AFTER_HANDSHAKE = 1, /* a handshake comes before the input */
    MIDSTREAM_SIZE = 2,
    LITERAL_FMT3 = 4,
    KEEP_MEDIA = 8,
    FAIL_ON = 16, /* a failing allocator fails from then on */
    START_UNKNOWN = 32,
    LATE = 64,
    SOME_HANDSHAKE = 128,
};

/* What a run asks of memory: a chunk stream takes 8 bytes of input at least, and holds its state
 * and a first room for a body. A search holds bytes and their marks, is moved when it grows, and
 * may begin again while the search buffer of another is read. */
#define MEMORY_A_BYTE 96U
#define MEMORY_ALWAYS (2U * 5U * RTMP_LIMIT_SIZING_BYTES + 8192U)
#define MEMORY_LATE                                                                                \
    (2U * (2U * RTMP_LIMIT_LATE_BYTES + 8U * RTMP_LIMIT_LATE_MESSAGES +                            \
           RTMP_LIMIT_HOLES * (RTMP_LIMIT_HOLE_STATE + 4096U)))

enum manner { AS_IT_IS, BYTE_BY_BYTE, JOINED, FAILING };

struct stream {
    struct rtmp_direction direction;
    uint8_t *sent;   /* the bytes of the direction that were fed */
    uint64_t missed; /* the others so far */
    struct hole {
        uint64_t end, missed; /* until there */
    } * holes;                /* the first: where it begins */
    size_t hole_count;
    uint64_t fed;      /* or missed */
    uint64_t last_end; /* of the fragments */
    uint64_t messages, completed;
    bool late; /* what is missing comes in the end, so that fragments go back */
    uint64_t late_offset;
    const uint8_t *late_bytes;
    uint32_t late_length; /* to come, 0: nothing */
    bool lost;       /* a header was searched: what is found depends on how bytes were segmented */
    bool taken_back; /* a message was, to be read with another chunk size: only one that began in
                        the same feed */
    size_t *allocated;
};

struct conversation {
    struct stream stream[2];
    uint32_t live;
    size_t bytes, most;
    uint32_t allocations, fail_at;
    bool fail_on;
};

/* ---- memory ---- */

static void *resize(void *user, void *old, size_t size) {
    struct conversation *c = user;
    size_t *block = old ? (size_t *)old - 2 : NULL;
    size_t before = block ? *block : 0;
    if (size == 0) {
        c->live -= old != NULL;
        c->bytes -= before;
        free(block);
        return NULL;
    }
    c->allocations++;
    if (c->fail_at && (c->allocations == c->fail_at || (c->fail_on && c->allocations > c->fail_at)))
        return NULL;
    /* Always at another address, so that a use of the old one is an error that sanitizers report.
     */
    size_t *now = malloc(2 * sizeof *now + size);
    FUZZ_CHECK(now != NULL);
    *now = size;
    if (block) {
        memcpy(now + 2, old, before < size ? before : size);
        free(block);
    }
    c->live += old == NULL;
    c->bytes += size - before;
    if (c->bytes > c->most)
        c->most = c->bytes;
    return now + 2;
}

/* ---- what is reported ---- */

/* Are these the bytes of the direction from `offset` on, none of them missing? */
static bool were_sent(const struct stream *s, uint64_t offset, const uint8_t *bytes, uint32_t len) {
    size_t i = s->hole_count - 1;
    while (i > 0 && s->holes[i].end > offset)
        i--;
    const struct hole *before = &s->holes[i];
    bool last = i == s->hole_count - 1;
    uint64_t end = last ? s->fed : before[1].end - (before[1].missed - before->missed);
    return offset >= before->end && offset + len <= end &&
           memcmp(s->sent + offset - before->missed, bytes, len) == 0;
}

static void check_body(struct stream *s, const struct rtmp_fragment *fragment) {
    FUZZ_CHECK(fragment->available <= fragment->message.length);
    FUZZ_CHECK(fragment->missing <= fragment->message.length);
    FUZZ_CHECK(fragment->available <= fragment->message.length - fragment->missing);
    if (!(fragment->flags & RTMP_FRAGMENT_CONTIGUOUS))
        return;
    FUZZ_CHECK(fragment->available == fragment->message.length && fragment->missing == 0);
    FUZZ_CHECK(fragment->body_offset >= fragment->message_offset);
    FUZZ_CHECK(fragment->body_offset + fragment->message.length <=
               fragment->offset + fragment->size);
    if (fragment->message.length)
        FUZZ_CHECK(were_sent(s, fragment->body_offset, fragment->body, fragment->message.length));
}

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct stream *s = user;
    uint64_t end = fragment->offset + fragment->size;
    FUZZ_CHECK(fragment->offset >= s->last_end || s->late);
    FUZZ_CHECK(end <= s->fed);
    s->last_end = end;
    FUZZ_CHECK(fragment->message_offset <= fragment->offset);
    FUZZ_CHECK(fragment->message.csid >= 2 && fragment->message.csid <= RTMP_LIMIT_CSID);
    FUZZ_CHECK(fragment->message.length <= RTMP_LIMIT_MESSAGE_LENGTH);
    FUZZ_CHECK(fragment->at <= fragment->message.length && fragment->chunk_origin <= fragment->at);
    FUZZ_CHECK(fragment->chunk_size > 0 && fragment->chunks > 0);
    FUZZ_CHECK(fragment->fmt <= 3);
    FUZZ_CHECK(fragment->partial_header <= RTMP_CHUNK_HEADER_MAX);
    FUZZ_CHECK((fragment->partial_header > 0) == (fragment->header != NULL));
    if (fragment->flags & RTMP_FRAGMENT_FIRST)
        FUZZ_CHECK(*fragment->slot == 0 && fragment->at == 0);
    *fragment->slot = 7;
    if (fragment->header)
        FUZZ_CHECK(were_sent(s, fragment->offset - fragment->partial_header, fragment->header,
                             fragment->partial_header));
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return;
    check_body(s, fragment);
    s->completed++;
    const struct rtmp_message *m = &fragment->message;
    const uint64_t facts[] = {m->timestamp,
                              m->length,
                              m->stream_id,
                              m->csid,
                              m->type,
                              fragment->chunks,
                              fragment->available,
                              fragment->missing,
                              fragment->fmt,
                              fragment->message_offset,
                              fragment->chunk_size,
                              fragment->flags & 0x1A0U,
                              end};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        s->messages = fuzz_hash_number(s->messages, facts[i]);
    if (fragment->available)
        s->messages = fuzz_hash(s->messages, fragment->body, fragment->available);
}

/* What is read again lies before the last fragment's end. */
static void on_withdrawn(void *user, uint32_t slot) {
    struct stream *s = user;
    FUZZ_CHECK(slot == 7);
    s->last_end = 0;
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct stream *s = user;
    FUZZ_CHECK(note->kind < RTMP_NOTE_COUNT);
    FUZZ_CHECK(note->offset <= s->fed);
    if (note->kind == RTMP_NOTE_RESYNCHRONIZED || note->kind == RTMP_NOTE_ABANDONED)
        FUZZ_CHECK(note->count <= s->fed);
    if (note->kind != RTMP_NOTE_ABANDONED)
        s->lost = true;
}

/* ---- a run ---- */

static void send_bytes(struct stream *s, const uint8_t *bytes, uint32_t len, uint32_t piece) {
    /* At the end of a block of their own: a sanitizer reports a read of one byte more.
     */
    uint8_t *block = malloc(piece);
    FUZZ_CHECK(block != NULL);
    for (uint32_t pos = 0; pos < len;) {
        uint32_t n = len - pos < piece ? len - pos : piece;
        uint8_t *copy = block + piece - n;
        memcpy(copy, bytes + pos, n);
        memcpy(s->sent + s->fed - s->missed, copy, n);
        s->fed += n;
        rtmp_direction_feed(&s->direction, copy, n);
        pos += n;
    }
    free(block);
    if (!s->late_length)
        return;
    memcpy(s->sent + s->late_offset - s->missed, s->late_bytes, s->late_length);
    (void)rtmp_direction_late(&s->direction, s->late_offset, s->late_bytes, s->late_length);
    s->late_length = 0;
}

static void skip_gap_bytes(struct stream *s, uint32_t count) {
    s->fed += count;
    s->missed += count;
    s->holes[s->hole_count++] = (struct hole){.end = s->fed, .missed = s->missed};
    rtmp_direction_gap(&s->direction, count); /* buffered bytes may be read now */
}

static void delay_bytes(struct stream *s, const uint8_t *bytes, uint32_t count) {
    s->late_offset = s->fed;
    s->late_bytes = bytes;
    s->late_length = count;
    memset(s->sent + s->fed - s->missed, 0, count);
    s->fed += count;
    rtmp_direction_hole(&s->direction, count);
}

static uint32_t operation_length(struct fuzz_input *input, uint8_t operation) {
    uint32_t length = operation & 63U;
    return length < 48 ? length + 1 : ((length - 48) << 8 | fuzz_u8(input)) + 1;
}

static void run_operations(struct conversation *c, struct fuzz_input input, enum manner manner) {
    /* Joined: what one direction sends without a hole or the other's word between. */
    uint8_t *joined = malloc(input.left + 1);
    FUZZ_CHECK(joined != NULL);
    uint32_t gathered = 0;
    unsigned from = 0;
    while (input.left) {
        uint8_t operation = fuzz_u8(&input);
        unsigned to = operation >> 7;
        uint32_t length = operation_length(&input, operation);
        if (gathered && (to != from || operation & 64)) {
            send_bytes(&c->stream[from], joined, gathered, gathered);
            gathered = 0;
        }
        from = to;
        const uint8_t *bytes;
        if (operation & 64 && !c->stream[to].late) {
            skip_gap_bytes(&c->stream[to], length);
            continue;
        }
        length = fuzz_take(&input, length, &bytes);
        if (operation & 64)
            delay_bytes(&c->stream[to], bytes, length);
        else if (manner == JOINED) {
            memcpy(joined + gathered, bytes, length);
            gathered += length;
        } else {
            send_bytes(&c->stream[to], bytes, length, manner == BYTE_BY_BYTE ? 1 : length);
        }
    }
    if (gathered)
        send_bytes(&c->stream[from], joined, gathered, gathered);
    free(joined);
}

/* Thousands of bytes that the search would have to find again for every input. */
static void skip_handshake(struct stream *s) {
    s->direction.phase = RTMP_PHASE_CHUNKS;
    s->direction.has_handshake = true;
    s->direction.position = s->direction.chunks.dechunk.position = RTMP_HANDSHAKE_TOTAL;
    s->fed = s->missed = s->last_end = RTMP_HANDSHAKE_TOTAL;
    s->holes[0] = (struct hole){.end = s->fed, .missed = s->missed};
}

/* Up to the whole of it, of zeros. */
static void begin_handshake(struct stream *s, uint8_t fragment) {
    static const uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {RTMP_HANDSHAKE_PLAIN};
    uint32_t len = fragment * 13U;
    if (len > sizeof bytes)
        len = sizeof bytes;
    memcpy(s->sent, bytes, len);
    s->fed = len;
    rtmp_direction_feed(&s->direction, bytes, len);
}

static void begin(struct conversation *c, uint8_t options, size_t size) {
    struct rtmp_memory memory = {.resize = resize, .user = c};
    for (unsigned i = 0; i < 2; i++) {
        struct stream *s = &c->stream[i];
        struct rtmp_sink sink = {
            .user = s, .fragment = on_fragment, .note = on_note, .withdrawn = on_withdrawn};
        s->messages = FUZZ_HASH_START;
        s->late = options & LATE;
        s->sent = malloc(size + 1 + (options & SOME_HANDSHAKE ? RTMP_HANDSHAKE_TOTAL : 0));
        s->holes = calloc(size + 1, sizeof *s->holes);
        FUZZ_CHECK(s->sent && s->holes);
        s->hole_count = 1;
        rtmp_direction_init(&s->direction, i ? RTMP_ROLE_SERVER : RTMP_ROLE_CLIENT, &memory, &sink);
        s->direction.peer = &c->stream[1 - i].direction;
        s->direction.start_unknown = options & START_UNKNOWN;
        s->direction.midstream_chunk_size = options & MIDSTREAM_SIZE ? 200 : 0;
        s->direction.chunks.dechunk.fmt3_repeats_timestamp = options & LITERAL_FMT3;
        if (options & KEEP_MEDIA)
            s->direction.chunks.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
        if (options & AFTER_HANDSHAKE)
            skip_handshake(s);
    }
}

static void end(struct conversation *c) {
    for (unsigned i = 0; i < 2; i++) {
        struct rtmp_direction *direction = &c->stream[i].direction;
        FUZZ_CHECK(direction->position == c->stream[i].fed);
        if (direction->phase == RTMP_PHASE_CHUNKS) {
            FUZZ_CHECK(direction->chunks.dechunk.position == c->stream[i].fed);
            c->stream[i].taken_back = direction->chunks.dechunk.cut_at != 0;
        }
        (void)rtmp_direction_handshake(direction);
        rtmp_direction_destroy(direction);
        free(c->stream[i].sent);
        free(c->stream[i].holes);
    }
    FUZZ_CHECK(c->live == 0 && c->bytes == 0);
}

static struct conversation run(const uint8_t *data, size_t size, enum manner manner,
                               uint32_t fail_at) {
    struct fuzz_input input = {data, size};
    uint8_t options = fuzz_u8(&input);
    struct conversation c = {.fail_at = fail_at, .fail_on = options & FAIL_ON};
    begin(&c, options, input.left);
    if (options & SOME_HANDSHAKE && !(options & AFTER_HANDSHAKE))
        for (unsigned i = 0; i < 2; i++)
            begin_handshake(&c.stream[i], fuzz_u8(&input));
    run_operations(&c, input, manner);
    end(&c);
    if (!fail_at)
        FUZZ_CHECK(c.most <=
                   MEMORY_ALWAYS + MEMORY_A_BYTE * size + (options & LATE ? MEMORY_LATE : 0));
    return c;
}

static void check_same(const struct conversation *a, const struct conversation *b) {
    for (unsigned i = 0; i < 2; i++) {
        const struct stream *s = &a->stream[i];
        const struct stream *t = &b->stream[i];
        if (s->taken_back || t->taken_back)
            continue;
        if (s->lost || t->lost)
            FUZZ_CHECK(s->lost == t->lost);
        else
            FUZZ_CHECK(s->completed == t->completed && s->messages == t->messages);
    }
}

/* Is the input to be run in this manner, too? */
static bool is_tried(size_t size, enum manner manner) {
#ifdef FUZZ_ONE_MANNER
    return size % 3 + 1 == (size_t)manner;
#else
    (void)size;
    (void)manner;
    return true;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1U << 16)
        return 0;
    struct conversation whole = run(data, size, AS_IT_IS, 0);
    for (enum manner manner = BYTE_BY_BYTE; manner <= JOINED; manner++)
        if (is_tried(size, manner)) {
            struct conversation other = run(data, size, manner, 0);
            check_same(&whole, &other);
        }
    if (whole.allocations && is_tried(size, FAILING))
        (void)run(data, size, AS_IT_IS, 1 + data[size / 2] % whole.allocations);
    return 0;
}
