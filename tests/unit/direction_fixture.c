/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "direction_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "payload/media/body_format.h"
#include "vectors.h"

/* ---- memory ---- */

/* In front of each block, as large as keeps it aligned. */
union block {
    size_t size;
    max_align_t alignment;
};

static void *resize_recorded(void *user, void *old, size_t size) {
    struct recorder *rec = user;
    union block *block = old ? (union block *)old - 1 : NULL;
    size_t before = block ? block->size : 0;
    if (size == 0) {
        rec->live -= block != NULL;
        rec->held -= before;
        free(block);
        return NULL;
    }
    rec->allocations++;
    if (rec->fail_at >= 0 &&
        (rec->allocations == rec->fail_at || (rec->fail_on && rec->allocations > rec->fail_at)))
        return NULL;
    rec->live += block == NULL;
    block = realloc(block, sizeof *block + size);
    assert_non_null(block);
    block->size = size;
    rec->held += size - before;
    if (size > rec->largest)
        rec->largest = size;
    return block + 1;
}

struct rtmp_memory recorder_memory(struct recorder *rec) {
    return (struct rtmp_memory){.resize = resize_recorded, .user = rec};
}

/* ---- reports ---- */

static void record_message(struct recorder *rec, const struct rtmp_fragment *fragment) {
    assert_true(fragment->available + fragment->missing <= fragment->message.length ||
                !fragment->missing);
    rec->messages = realloc(rec->messages, (rec->count + 1) * sizeof *rec->messages);
    assert_non_null(rec->messages);
    struct recorded_message *m = &rec->messages[rec->count++];
    *m = (struct recorded_message){
        .message = fragment->message,
        .offset = fragment->message_offset,
        .chunks = fragment->chunks,
        .missing = fragment->missing,
        .available = fragment->available,
        .flags = fragment->flags & (RTMP_FRAGMENT_AMBIGUOUS | RTMP_FRAGMENT_UNCERTAIN),
        .body = malloc(fragment->available + 1U),
    };
    assert_non_null(m->body);
    if (fragment->available)
        memcpy(m->body, fragment->body, fragment->available);
}

static void record_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct recorder *rec = user;
    assert_true(fragment->offset >= rec->last_end || rec->any_order);
    rec->last_end = fragment->offset + fragment->size;
    rec->covered += fragment->size;
    *fragment->slot = 1;
    if (rec->fragment_count < sizeof rec->fragments / sizeof *rec->fragments)
        rec->fragments[rec->fragment_count] = *fragment;
    rec->fragment_count++;
    if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
        record_message(rec, fragment);
}

static void record_note(void *user, const struct rtmp_note *note) {
    struct recorder *rec = user;
    assert_true(note->kind < RTMP_NOTE_COUNT);
    rec->notes[note->kind]++;
    rec->noted[note->kind] += note->count;
}

struct rtmp_sink recorder_sink(struct recorder *rec) {
    return (struct rtmp_sink){.user = rec, .fragment = record_fragment, .note = record_note};
}

struct recorder recorder_new(void) {
    return (struct recorder){.fail_at = -1};
}

void recorder_clear(struct recorder *rec) {
    for (size_t i = 0; i < rec->count; i++)
        free(rec->messages[i].body);
    free(rec->messages);
    *rec = recorder_new();
}

const struct rtmp_fragment *last_fragment(const struct recorder *rec) {
    assert_in_range(rec->fragment_count, 1, sizeof rec->fragments / sizeof *rec->fragments);
    return &rec->fragments[rec->fragment_count - 1];
}

static int by_offset(const void *a, const void *b) {
    uint64_t first = ((const struct recorded_message *)a)->offset;
    uint64_t second = ((const struct recorded_message *)b)->offset;
    return first < second ? -1 : first > second;
}

void recorder_sort(struct recorder *rec) {
    if (!rec->count)
        return;
    qsort(rec->messages, rec->count, sizeof *rec->messages, by_offset);
    for (size_t i = 1; i < rec->count; i++)
        assert_true(rec->messages[i - 1].offset < rec->messages[i].offset);
}

void assert_same_messages(const struct recorder *a, size_t from_a, const struct recorder *b,
                          size_t from_b) {
    assert_int_equal(a->count - from_a, b->count - from_b);
    for (size_t i = 0; i < a->count - from_a; i++) {
        const struct recorded_message *m = &a->messages[from_a + i];
        const struct recorded_message *n = &b->messages[from_b + i];
        assert_int_equal(m->message.csid, n->message.csid);
        assert_int_equal(m->message.type, n->message.type);
        assert_int_equal(m->message.length, n->message.length);
        assert_int_equal(m->message.timestamp, n->message.timestamp);
        assert_int_equal(m->message.stream_id, n->message.stream_id);
        assert_int_equal(m->chunks, n->chunks);
        assert_int_equal(m->missing, n->missing);
        assert_int_equal(m->available, n->available);
        assert_int_equal(m->flags, n->flags);
        assert_memory_equal(m->body, n->body, m->available);
    }
}

/* ---- chunks of one direction ---- */

void fixture_begin_with(struct fixture *f, const struct rtmp_sink *sink) {
    f->rec = recorder_new();
    const struct rtmp_memory memory = recorder_memory(&f->rec);
    rtmp_recovery_init(&f->recovery, &memory, sink, &rtmp_media_body_format);
}

void fixture_begin(struct fixture *f) {
    const struct rtmp_sink sink = recorder_sink(&f->rec);
    fixture_begin_with(f, &sink);
}

struct recorder fixture_take(struct fixture *f) {
    rtmp_recovery_destroy(&f->recovery);
    assert_int_equal(f->rec.live, 0);
    return f->rec;
}

void fixture_end(struct fixture *f) {
    struct recorder rec = fixture_take(f);
    recorder_clear(&rec);
}

void feed(struct fixture *f, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    rtmp_recovery_feed(&f->recovery, bytes, (uint32_t)len);
    guarded_free(bytes, len);
}

void feed_bytes(struct fixture *f, const uint8_t *bytes, size_t len) {
    uint8_t *copy = guarded_copy(bytes, len);
    rtmp_recovery_feed(&f->recovery, copy, (uint32_t)len);
    guarded_free(copy, len);
}

void feed_same(struct fixture *f, uint8_t byte, size_t len) {
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, byte, len);
    feed_bytes(f, bytes, len);
    free(bytes);
}

void feed_pieces(struct fixture *f, const uint8_t *bytes, size_t len, size_t piece) {
    for (size_t pos = 0; pos < len; pos += piece)
        rtmp_recovery_feed(&f->recovery, bytes + pos,
                           (uint32_t)(len - pos < piece ? len - pos : piece));
}

void feed_gap(struct fixture *f, uint64_t count) {
    rtmp_recovery_gap(&f->recovery, count);
}

void begin_midstream(struct fixture *f, uint32_t chunk_size) {
    rtmp_recovery_begin_midstream(&f->recovery, chunk_size);
}

bool is_lost(const struct fixture *f) {
    return f->recovery.state != RTMP_SYNCHRONISED;
}

uint32_t buffered_bytes(const struct fixture *f) {
    return f->recovery.buffer.count;
}

/* ---- directions ---- */

void direction_begin(struct rtmp_direction *direction, enum rtmp_role role, struct recorder *rec,
                     struct recorder *memory) {
    const struct rtmp_memory from = recorder_memory(memory ? memory : rec);
    const struct rtmp_sink sink = recorder_sink(rec);
    rtmp_direction_init(direction, role, &from, &sink);
}

void direction_skip_handshake(struct rtmp_direction *direction, uint64_t position) {
    direction->phase = RTMP_PHASE_CHUNKS;
    direction->has_handshake = true;
    direction->position = direction->chunks.dechunk.position = position;
}

void pair_begin(struct pair *pair) {
    pair->client_rec = pair->server_rec = recorder_new();
    direction_begin(&pair->client, RTMP_ROLE_CLIENT, &pair->client_rec, NULL);
    direction_begin(&pair->server, RTMP_ROLE_SERVER, &pair->server_rec, NULL);
    pair->client.peer = &pair->server;
    pair->server.peer = &pair->client;
}

void pair_end(struct pair *pair) {
    rtmp_direction_destroy(&pair->client);
    rtmp_direction_destroy(&pair->server);
    assert_int_equal(pair->client_rec.live, 0);
    assert_int_equal(pair->server_rec.live, 0);
    recorder_clear(&pair->client_rec);
    recorder_clear(&pair->server_rec);
}
