/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random directions written by a small chunk writer: any segmentation, gaps, memory failures. */
#include <stdlib.h>

#include "base/limits.h"
#include "direction_fixture.h"

/* ---- a writer ---- */

struct output {
    uint8_t *bytes;
    size_t len;
    uint32_t chunk_size;
};

static void put(struct output *out, const void *bytes, size_t len) {
    out->bytes = realloc(out->bytes, out->len + len + 1);
    memcpy(out->bytes + out->len, bytes, len);
    out->len += len;
}

static void put_number(struct output *out, uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        put(out, &byte, 1);
    }
}

static void put_basic(struct output *out, unsigned fmt, uint32_t csid) {
    uint8_t head[3] = {(uint8_t)(fmt << 6)};
    if (csid < 64) {
        head[0] |= (uint8_t)csid;
        put(out, head, 1);
    } else if (csid < 320) {
        head[1] = (uint8_t)(csid - 64);
        put(out, head, 2);
    } else {
        head[0] |= 1;
        head[1] = (uint8_t)(csid - 64);
        head[2] = (uint8_t)((csid - 64) >> 8);
        put(out, head, 3);
    }
}

struct sent {
    uint32_t csid, timestamp, delta, length, stream_id;
    uint8_t type;
    bool repeat_extended;
};

static void put_header(struct output *out, const struct sent *m, unsigned fmt) {
    uint32_t time = fmt == 0 ? m->timestamp : m->delta;
    bool extended = time >= RTMP_EXTENDED_TIMESTAMP;
    put_basic(out, fmt, m->csid);
    if (fmt <= 2)
        put_number(out, extended ? RTMP_EXTENDED_TIMESTAMP : time, 3);
    if (fmt <= 1) {
        put_number(out, m->length, 3);
        put(out, &m->type, 1);
    }
    if (fmt == 0) {
        uint8_t id[4] = {(uint8_t)m->stream_id, (uint8_t)(m->stream_id >> 8),
                         (uint8_t)(m->stream_id >> 16), (uint8_t)(m->stream_id >> 24)};
        put(out, id, 4);
    }
    if (fmt <= 2 && extended)
        put_number(out, time, 4);
}

static void put_body(struct output *out, const struct sent *m, unsigned fmt, uint32_t from,
                     uint32_t to, const uint8_t *body) {
    uint32_t time = fmt == 0 ? m->timestamp : m->delta;
    for (uint32_t pos = from; pos < to;) {
        uint32_t n = to - pos < out->chunk_size ? to - pos : out->chunk_size;
        if (pos) {
            put_basic(out, 3, m->csid);
            if (time >= RTMP_EXTENDED_TIMESTAMP && m->repeat_extended)
                put_number(out, time, 4);
        }
        put(out, body + pos, n);
        pos += n;
    }
}

static void put_message(struct output *out, const struct sent *m, unsigned fmt,
                        const uint8_t *body) {
    put_header(out, m, fmt);
    put_body(out, m, fmt, 0, m->length, body);
}

static uint32_t seed_state;

static uint32_t any(uint32_t below) {
    seed_state = seed_state * 1664525U + 1013904223U;
    return (seed_state >> 8) % below;
}

/* What a publisher sends: audio and video on chunk streams of their own, mixed formats. */
static struct output publish(uint32_t seed, uint32_t count, uint32_t chunk_size, bool only_fmt0) {
    seed_state = seed;
    struct output out = {.chunk_size = 128};
    if (chunk_size != 128) {
        uint8_t size[4] = {(uint8_t)(chunk_size >> 24), (uint8_t)(chunk_size >> 16),
                           (uint8_t)(chunk_size >> 8), (uint8_t)chunk_size};
        struct sent scs = {.csid = 2, .type = 1, .length = 4};
        put_message(&out, &scs, 0, size);
        out.chunk_size = chunk_size;
    }
    static uint8_t body[20000];
    struct sent streams[2] = {{.csid = 4, .type = 8, .stream_id = 1},
                              {.csid = 6, .type = 9, .stream_id = 1}};
    bool begun[2] = {false, false};
    for (uint32_t i = 0; i < count; i++) {
        unsigned which = any(2);
        struct sent *m = &streams[which];
        unsigned fmt = only_fmt0 || !begun[which] ? 0 : any(8) == 0 ? 0 : 1;
        m->delta = 10 + any(30);
        m->timestamp += m->delta;
        m->length = which ? 200 + any(9000) : 100 + any(300);
        for (uint32_t b = 0; b < m->length; b++)
            body[b] = (uint8_t)any(256);
        body[0] = which ? 0x27 : 0xAF;
        put_message(&out, m, fmt, body);
        begun[which] = true;
    }
    return out;
}

/* Bodies of audio and video are kept whole. */
static void begin(struct fixture *f) {
    fixture_begin(f);
    f->recovery.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
}

/* The n-th allocation fails, and if `on` all that follow. */
static void begin_failing(struct fixture *f, long n, bool on) {
    begin(f);
    f->rec.fail_at = n;
    f->rec.fail_on = on;
}

static void feed_any_pieces(struct fixture *f, const uint8_t *bytes, size_t len, size_t most) {
    for (size_t pos = 0; pos < len;) {
        size_t n = 1 + any((uint32_t)most);
        if (n > len - pos)
            n = len - pos;
        feed_pieces(f, bytes + pos, n, n);
        pos += n;
    }
}

static struct recorder read_whole(const struct output *out) {
    struct fixture f;
    begin(&f);
    feed_bytes(&f, out->bytes, out->len);
    assert_int_equal(f.rec.covered, out->len);
    return fixture_take(&f);
}

/* ---- cases ---- */

static void any_segmentation_gives_the_same_messages(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed < 40; seed++) {
        struct output out = publish(seed, 30, seed % 3 ? 128 : 4096, false);
        struct recorder whole = read_whole(&out);
        assert_int_equal(whole.count, 30 + (out.chunk_size != 128));
        for (size_t most = 1; most < 5000; most = most * 3 + 1) {
            struct fixture f;
            begin(&f);
            feed_any_pieces(&f, out.bytes, out.len, most);
            assert_same_messages(&whole, 0, &f.rec, 0);
            fixture_end(&f);
        }
        recorder_clear(&whole);
        free(out.bytes);
    }
}

/* Messages of `rec` that are whole, from the end backwards, must be those of the original. */
static void assert_recovered(const struct recorder *original, const struct recorder *rec,
                             bool timestamps, size_t *recovered) {
    size_t i = original->count;
    size_t j = rec->count;
    while (i && j) {
        const struct recorded_message *m = &original->messages[i - 1];
        const struct recorded_message *n = &rec->messages[j - 1];
        if (n->missing) {
            j--;
            continue;
        }
        if (m->message.length == n->message.length && m->message.type == n->message.type &&
            m->available == n->available && memcmp(m->body, n->body, m->available) == 0) {
            if (timestamps)
                assert_int_equal(m->message.timestamp, n->message.timestamp);
            i--;
            j--;
            (*recovered)++;
            continue;
        }
        i--;
    }
    while (j) { /* what is left would be phantoms */
        assert_true(rec->messages[j - 1].missing > 0);
        j--;
    }
}

static void gap_anywhere_makes_no_phantom(void **state) {
    (void)state;
    size_t gaps = 0;
    size_t recovered = 0;
    size_t total = 0;
    for (uint32_t seed = 100; seed < 112; seed++) {
        struct output out = publish(seed, 60, seed % 2 ? 128 : 4096, seed % 3 == 0);
        struct recorder whole = read_whole(&out);
        for (size_t at = 0; at < out.len; at += 1448) {
            size_t lost = 1448;
            if (lost > out.len - at)
                lost = out.len - at;
            struct fixture f;
            begin(&f);
            feed_bytes(&f, out.bytes, at);
            feed_gap(&f, lost);
            feed_pieces(&f, out.bytes + at + lost, out.len - at - lost, 1448);
            assert_recovered(&whole, &f.rec, seed % 3 == 0, &recovered);
            total += whole.count;
            gaps++;
            fixture_end(&f);
        }
        recorder_clear(&whole);
        free(out.bytes);
    }
    print_message("%zu gaps: %zu of %zu messages whole\n", gaps, recovered, total);
    assert_true(recovered * 100 > total * 95);
}

static void capture_that_begins_anywhere_synchronises(void **state) {
    (void)state;
    size_t recovered = 0;
    size_t starts = 0;
    size_t total = 0;
    for (uint32_t seed = 200; seed < 206; seed++) {
        struct output out = publish(seed, 60, seed % 2 ? 128 : 4096, true);
        struct recorder whole = read_whole(&out);
        for (size_t at = 1448; at < out.len / 2; at += 1448) {
            struct fixture f;
            begin(&f);
            begin_midstream(&f, 0);
            feed_pieces(&f, out.bytes + at, out.len - at, 1448);
            assert_recovered(&whole, &f.rec, true, &recovered);
            total += whole.count / 2;
            starts++;
            fixture_end(&f);
        }
        recorder_clear(&whole);
        free(out.bytes);
    }
    print_message("%zu starts: %zu messages, at least %zu wanted\n", starts, recovered, total);
    assert_true(recovered > total * 9 / 10);
}

static void extended_timestamp_repeated_or_omitted(void **state) {
    (void)state;
    for (int repeat = 0; repeat < 2; repeat++) {
        struct output out = {.chunk_size = 128};
        uint8_t body[500];
        memset(body, 0x5A, sizeof body);
        struct sent m = {.csid = 4,
                         .type = 9,
                         .length = 500,
                         .timestamp = 0x1234567,
                         .stream_id = 1,
                         .repeat_extended = repeat};
        put_message(&out, &m, 0, body);
        m.delta = 0x2000000; /* extended delta */
        put_message(&out, &m, 1, body);
        m.delta = 40;
        put_message(&out, &m, 2, body);
        struct recorder whole = read_whole(&out);
        assert_int_equal(whole.count, 3);
        assert_int_equal(whole.messages[0].message.timestamp, 0x1234567);
        assert_int_equal(whole.messages[1].message.timestamp, 0x3234567);
        assert_int_equal(whole.messages[2].message.timestamp, 0x3234567 + 40);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(whole.messages[i].available, 500);
            assert_memory_equal(whole.messages[i].body, body, 500);
        }
        for (size_t piece = 1; piece < 140; piece++) {
            struct fixture f;
            begin(&f);
            feed_pieces(&f, out.bytes, out.len, piece);
            assert_same_messages(&whole, 0, &f.rec, 0);
            fixture_end(&f);
        }
        recorder_clear(&whole);
        free(out.bytes);
    }
}

/* Payload behind a fmt 3 header that agrees with the first bytes of the extended timestamp. */
static void payload_that_resembles_an_extended_timestamp(void **state) {
    (void)state;
    struct output out = {.chunk_size = 128};
    uint8_t body[400];
    memset(body, 0x11, sizeof body);
    memcpy(body + 128, "\x01\x23\x45\x68", 4); /* last byte differs */
    memcpy(body + 256, "\x01\x23\x99", 3);
    struct sent m = {.csid = 70, .type = 9, .length = 400, .timestamp = 0x1234567, .stream_id = 1};
    put_message(&out, &m, 0, body);
    put_message(&out, &m, 0, body);
    struct recorder whole = read_whole(&out);
    assert_int_equal(whole.count, 2);
    assert_memory_equal(whole.messages[0].body, body, 400);
    for (size_t piece = 1; piece < 300; piece++) {
        struct fixture f;
        begin(&f);
        feed_pieces(&f, out.bytes, out.len, piece);
        assert_same_messages(&whole, 0, &f.rec, 0);
        fixture_end(&f);
    }
    recorder_clear(&whole);
    free(out.bytes);
}

static void length_change_inside_a_message_begins_anew(void **state) {
    (void)state;
    struct output out = {.chunk_size = 128};
    uint8_t body[8192] = {0xAF};
    struct sent big = {.csid = 4, .type = 8, .length = 8192, .stream_id = 1};
    put_header(&out, &big, 0);
    put(&out, body, 128);
    struct sent small = {.csid = 4, .type = 8, .length = 16, .stream_id = 1, .timestamp = 5};
    put_message(&out, &small, 0, body);
    struct recorder whole = read_whole(&out);
    assert_int_equal(whole.count, 1);
    assert_int_equal(whole.messages[0].message.length, 16);
    assert_int_equal(whole.notes[RTMP_NOTE_ABANDONED], 1);
    recorder_clear(&whole);
    free(out.bytes);
}

static void strange_chunk_sizes_are_defined(void **state) {
    (void)state;
    static const uint32_t sizes[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0x80000040};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t body[4] = {(uint8_t)(sizes[i] >> 24), (uint8_t)(sizes[i] >> 16),
                           (uint8_t)(sizes[i] >> 8), (uint8_t)sizes[i]};
        struct output out = {.chunk_size = 128};
        struct sent scs = {.csid = 2, .type = 1, .length = 4};
        put_message(&out, &scs, 0, body);
        uint32_t effective = sizes[i] & 0x7FFFFFFF;
        out.chunk_size = effective ? effective : 128;
        uint8_t media[300] = {0x17};
        struct sent m = {.csid = 4, .type = 9, .length = 300, .stream_id = 1};
        put_message(&out, &m, 0, media);
        struct recorder whole = read_whole(&out);
        assert_int_equal(whole.count, 2);
        assert_int_equal(whole.messages[1].available, 300);
        recorder_clear(&whole);
        free(out.bytes);
    }
}

static void many_chunk_streams_each_found_again(void **state) {
    (void)state;
    struct output out = {.chunk_size = 128};
    uint8_t body[3] = {0xAF, 1, 2};
    struct sent m = {.type = 8, .length = 3, .stream_id = 1};
    for (int round = 0; round < 2; round++)
        for (uint32_t csid = 2; csid <= RTMP_LIMIT_CSID; csid += 13) {
            m.csid = csid;
            m.delta = 7;
            put_message(&out, &m, round ? 2 : 0, body);
        }
    struct recorder whole = read_whole(&out);
    assert_int_equal(whole.count, 2 * ((RTMP_LIMIT_CSID - 2) / 13 + 1));
    assert_int_equal(whole.messages[whole.count - 1].message.timestamp, 7);
    recorder_clear(&whole);
    free(out.bytes);
}

static void announced_sizes_allocate_nothing(void **state) {
    (void)state;
    struct output out = {.chunk_size = 128};
    uint8_t body[128] = {0xAF};
    for (uint32_t csid = 3; csid < 203; csid++) {
        struct sent m = {.csid = csid, .type = 20, .length = 0xFFFFFF, .stream_id = 1};
        put_header(&out, &m, 0);
        put(&out, body, 128);
    }
    struct fixture f;
    begin(&f);
    feed_bytes(&f, out.bytes, out.len);
    uint64_t allocated = 0;
    for (uint32_t i = 0; i < f.recovery.dechunk.streams.count; i++)
        allocated += f.recovery.dechunk.streams.items[i].capacity;
    assert_true(allocated <= 200 * 256);
    fixture_end(&f);
    free(out.bytes);
}

/* Of a long coded frame the head is kept, of a long configuration record everything. */
static void media_heads_and_whole_configurations_are_kept(void **state) {
    (void)state;
    static uint8_t body[5000];
    for (int config = 0; config < 2; config++) {
        struct output out = {.chunk_size = 128};
        memset(body, 0x42, sizeof body); /* of the frame: one NAL unit */
        memcpy(body,
               config ? "\x17\x00\x00\x00\x00\x01\x42\xC0\x0B\xFF"
                      : "\x17\x01\x00\x00\x00\x00\x00\x13\x7F\x65",
               10);
        struct sent m = {.csid = 6, .type = 9, .length = sizeof body, .stream_id = 1};
        put_message(&out, &m, 0, body);
        struct fixture f;
        begin(&f);
        f.recovery.dechunk.bodies.media_head = RTMP_DEFAULT_MEDIA_HEAD;
        feed_pieces(&f, out.bytes, out.len, 1000);
        assert_int_equal(f.rec.count, 1);
        assert_int_equal(f.rec.messages[0].available,
                         config ? sizeof body : RTMP_DEFAULT_MEDIA_HEAD);
        assert_memory_equal(f.rec.messages[0].body, body, f.rec.messages[0].available);
        fixture_end(&f);
        free(out.bytes);
    }
}

static void random_bytes_never_hang(void **state) {
    (void)state;
    uint8_t noise[70000];
    for (uint32_t seed = 1; seed < 30; seed++) {
        seed_state = seed * 77;
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)any(seed % 2 ? 256 : 7);
        struct fixture f;
        begin(&f);
        feed_any_pieces(&f, noise, sizeof noise, seed % 3 ? 1460 : 65536);
        assert_int_equal(f.recovery.dechunk.position, sizeof noise);
        fixture_end(&f);
    }
}

/*
 * Read a stream with a gap in its middle while the n-th allocation fails, and what follows it if
 * `persistent`, up to its last third; there allocations succeed again. No memory is leaked,
 * no byte is skipped, and the last messages are those of `whole`. False: there are fewer
 * allocations.
 */
static bool read_while_memory_fails(const struct output *out, const struct recorder *whole,
                                    long fail, bool persistent, uint32_t media_head) {
    struct fixture f;
    size_t third = out->len / 3;
    begin_failing(&f, fail, persistent);
    f.recovery.dechunk.bodies.media_head = media_head;
    seed_state = 1;
    feed_any_pieces(&f, out->bytes, third, 900);
    feed_gap(&f, 100);
    feed_any_pieces(&f, out->bytes + third + 100, third - 100, 900);
    bool reached = f.rec.allocations >= fail;
    f.rec.fail_at = -1;
    feed_any_pieces(&f, out->bytes + 2 * third, out->len - 2 * third, 900);
    assert_int_equal(f.recovery.dechunk.position, out->len);
    const size_t last = 8;
    assert_true(f.rec.count > last);
    assert_same_messages(whole, whole->count - last, &f.rec, f.rec.count - last);
    fixture_end(&f);
    return reached;
}

static void allocation_failures_lose_bodies_not_memory(void **state) {
    (void)state;
    struct output out = publish(7, 60, 128, true);
    for (unsigned how = 0; how < 4; how++) {
        uint32_t media_head = how & 2 ? RTMP_DEFAULT_MEDIA_HEAD : RTMP_LIMIT_MESSAGE_LENGTH;
        struct fixture f;
        begin(&f);
        f.recovery.dechunk.bodies.media_head = media_head;
        seed_state = 1;
        feed_any_pieces(&f, out.bytes, out.len, 900);
        struct recorder whole = fixture_take(&f);
        long fail = 1;
        while (read_while_memory_fails(&out, &whole, fail, how & 1, media_head))
            fail++;
        assert_true(fail > 4); /* it does allocate */
        recorder_clear(&whole);
    }
    free(out.bytes);
}

/* Each message on a chunk stream of its own, twice: the second time, when allocations succeed
 * again, all that follows what a search takes are there. */
static bool open_streams_while_memory_fails(const struct output *out, uint32_t count, long fail,
                                            bool persistent) {
    struct fixture f;
    begin_failing(&f, fail, persistent);
    feed_bytes(&f, out->bytes, out->len);
    bool reached = f.rec.allocations >= fail;
    f.rec.fail_at = -1;
    feed_bytes(&f, out->bytes, out->len);
    assert_int_equal(f.recovery.dechunk.position, 2 * out->len);
    const uint32_t last = count - 10;
    assert_true(f.rec.count >= last);
    for (uint32_t back = 0; back < last; back++)
        assert_int_equal(f.rec.messages[f.rec.count - 1 - back].message.csid,
                         60 + count - 1 - back);
    fixture_end(&f);
    return reached;
}

static void allocation_failures_lose_no_chunk_stream_for_ever(void **state) {
    (void)state;
    const uint32_t count = 60; /* some in the table of low ids, most in pages */
    struct output out = {.chunk_size = 128};
    for (uint32_t i = 0; i < count; i++) {
        struct sent m = {.csid = 60 + i, .type = 8, .length = 4, .stream_id = 1};
        put_message(&out, &m, 0, (const uint8_t *)"\xAF\1\2\3");
    }
    for (int persistent = 0; persistent < 2; persistent++) {
        long fail = 1;
        while (open_streams_while_memory_fails(&out, count, fail, persistent))
            fail++;
        assert_true(fail > 4); /* it does allocate */
    }
    free(out.bytes);
}

/* While buffered bytes are read, a new search may begin before the newly fed bytes are buffered.
 * When memory for those failed they were dropped, and all later bytes had wrong offsets. */
static void bytes_that_cannot_be_buffered_again_are_a_gap(void **state) {
    (void)state;
    struct output out = publish(3, 40, 4096, true);
    struct output untrusted = {.bytes = NULL};
    for (size_t pos = 16; pos < out.len; pos += 5000) {
        put(&untrusted, "\xFF\xFF", 2);
        put(&untrusted, out.bytes + pos, out.len - pos < 5000 ? out.len - pos : 5000);
    }
    for (long fail = 1;; fail++) {
        struct fixture f;
        begin_failing(&f, fail, false);
        begin_midstream(&f, 0);
        feed_bytes(&f, untrusted.bytes, untrusted.len);
        assert_int_equal(f.recovery.dechunk.position, untrusted.len);
        bool reached = f.rec.allocations >= fail;
        fixture_end(&f);
        if (!reached)
            break;
    }
    free(untrusted.bytes);
    free(out.bytes);
}

/* ---- the short way inside a chunk ---- */

struct fragment_log {
    struct rtmp_fragment *fragments;
    uint32_t *slots;
    size_t count, shortened;
    uint32_t messages;
};

static struct rtmp_fragment *new_entry(struct fragment_log *log, uint32_t slot) {
    log->fragments = realloc(log->fragments, (log->count + 1) * sizeof *log->fragments);
    log->slots = realloc(log->slots, (log->count + 1) * sizeof *log->slots);
    log->slots[log->count] = slot;
    return &log->fragments[log->count++];
}

static void log_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct fragment_log *log = user;
    if (*fragment->slot == 0)
        *fragment->slot = ++log->messages;
    *new_entry(log, *fragment->slot) = *fragment;
}

/* Continuation headers among the bytes of a fragment that begins inside a chunk. */
static uint32_t headers_in(const struct rtmp_fragment *fragment) {
    const uint32_t header = fragment->message.csid < 64 ? 1 : fragment->message.csid < 320 ? 2 : 3;
    uint32_t headers = 0;
    uint32_t data =
        fragment->chunk_size - (fragment->at - fragment->chunk_origin) % fragment->chunk_size;
    for (uint32_t left = fragment->size; left > data; headers++) {
        left -= data + header;
        data = fragment->chunk_size;
    }
    return headers;
}

static bool log_continuation(void *user, uint32_t slot, uint64_t offset, uint32_t size,
                             uint32_t at) {
    struct fragment_log *log = user;
    if (log->count % 7 == 0) /* the sink may always ask for the fragment instead */
        return false;
    assert_true(log->count && log->slots[log->count - 1] == slot);
    struct rtmp_fragment fragment = log->fragments[log->count - 1];
    fragment.offset = offset;
    fragment.size = size;
    fragment.at = at;
    fragment.partial_header = 0;
    fragment.flags &= RTMP_FRAGMENT_OF_MESSAGE;
    fragment.chunks += headers_in(&fragment);
    *new_entry(log, slot) = fragment;
    log->shortened++;
    return true;
}

static void ignore_note(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
}

static void log_pieces(const struct output *out, const struct rtmp_sink *sink, size_t most) {
    struct fixture f;
    fixture_begin_with(&f, sink);
    seed_state = 5;
    feed_any_pieces(&f, out->bytes, out->len, most);
    fixture_end(&f);
}

static void a_continuation_says_what_a_fragment_would(void **state) {
    (void)state;
    for (size_t most = 3; most < 3000; most *= 3) {
        struct output out = publish((uint32_t)most, 40, 1000, false);
        struct fragment_log fragments = {.count = 0};
        struct fragment_log mixed = {.count = 0};
        log_pieces(
            &out,
            &(struct rtmp_sink){.user = &fragments, .fragment = log_fragment, .note = ignore_note},
            most);
        log_pieces(&out,
                   &(struct rtmp_sink){.user = &mixed,
                                       .fragment = log_fragment,
                                       .note = ignore_note,
                                       .on_continuation = log_continuation},
                   most);
        assert_int_equal(fragments.count, mixed.count);
        assert_true(mixed.shortened > 20);
        for (size_t i = 0; i < fragments.count; i++) {
            const struct rtmp_fragment *a = &fragments.fragments[i];
            const struct rtmp_fragment *b = &mixed.fragments[i];
            assert_int_equal(a->message.csid, b->message.csid);
            assert_int_equal(a->message.type, b->message.type);
            assert_int_equal(a->message.timestamp, b->message.timestamp);
            assert_int_equal(a->message.length, b->message.length);
            assert_int_equal(a->message.stream_id, b->message.stream_id);
            assert_int_equal(fragments.slots[i], mixed.slots[i]);
            assert_int_equal(a->offset, b->offset);
            assert_int_equal(a->size, b->size);
            assert_int_equal(a->at, b->at);
            assert_int_equal(a->chunk_origin, b->chunk_origin);
            assert_int_equal(a->chunk_size, b->chunk_size);
            assert_int_equal(a->chunks, b->chunks);
            assert_int_equal(a->flags, b->flags);
            assert_int_equal(a->partial_header, b->partial_header);
            assert_int_equal(a->fmt, b->fmt);
        }
        free(fragments.fragments);
        free(fragments.slots);
        free(mixed.fragments);
        free(mixed.slots);
        free(out.bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_segmentation_gives_the_same_messages),
        cmocka_unit_test(gap_anywhere_makes_no_phantom),
        cmocka_unit_test(capture_that_begins_anywhere_synchronises),
        cmocka_unit_test(extended_timestamp_repeated_or_omitted),
        cmocka_unit_test(payload_that_resembles_an_extended_timestamp),
        cmocka_unit_test(length_change_inside_a_message_begins_anew),
        cmocka_unit_test(strange_chunk_sizes_are_defined),
        cmocka_unit_test(many_chunk_streams_each_found_again),
        cmocka_unit_test(announced_sizes_allocate_nothing),
        cmocka_unit_test(media_heads_and_whole_configurations_are_kept),
        cmocka_unit_test(random_bytes_never_hang),
        cmocka_unit_test(allocation_failures_lose_bodies_not_memory),
        cmocka_unit_test(allocation_failures_lose_no_chunk_stream_for_ever),
        cmocka_unit_test(bytes_that_cannot_be_buffered_again_are_a_gap),
        cmocka_unit_test(a_continuation_says_what_a_fragment_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
