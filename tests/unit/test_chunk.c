/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chunk vectors: headers alone, and whole directions in every segmentation. */
#include "vectors.h"

#include <stdlib.h>

#include "base/limits.h"
#include "direction_fixture.h"

static uint32_t number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    assert_non_null(item);
    return (uint32_t)item->valuedouble;
}

static void expect(const cJSON *object, const char *name, uint32_t value) {
    if (cJSON_HasObjectItem(object, name))
        assert_int_equal(number(object, name), value);
}

static void check_header(const struct vector *v) {
    struct rtmp_reader r = rtmp_reader_over(v->bytes, (uint32_t)v->len);
    struct rtmp_chunk_header h;
    assert_true(rtmp_chunk_header_read(&r, &h));
    expect(v->meaning, "fmt", h.fmt);
    expect(v->meaning, "csid", h.csid);
    expect(v->meaning, "ts_field", h.timestamp);
    expect(v->meaning, "len", h.length);
    expect(v->meaning, "type", h.type);
    expect(v->meaning, "msid_le", h.stream_id);
    expect(v->meaning, "ext_ts", h.extended);
    assert_int_equal(h.has_extended, cJSON_HasObjectItem(v->meaning, "ext_ts"));
    for (uint32_t len = 0; len < r.pos; len++) {
        uint8_t *copy = guarded_copy(v->bytes, len);
        struct rtmp_reader cut = rtmp_reader_over(copy, len);
        assert_false(rtmp_chunk_header_read(&cut, &h));
        assert_int_equal(cut.error, RTMP_ERROR_END);
        guarded_free(copy, len);
    }
}

/* What `len` bytes are read as in pieces of `piece`. */
static struct recorder read_pieces(const uint8_t *bytes, size_t len, size_t piece) {
    struct fixture f;
    fixture_begin(&f);
    f.recovery.dechunk.bodies.media_head = RTMP_LIMIT_MESSAGE_LENGTH;
    for (size_t pos = 0; pos < len; pos += piece)
        feed_bytes(&f, bytes + pos, len - pos < piece ? len - pos : piece);
    assert_int_equal(f.recovery.dechunk.position, len);
    return fixture_take(&f);
}

static void check_body(const char *hex, const struct recorded_message *m) {
    /* "afaf...(200)": a long body is abbreviated after its first bytes. */
    size_t digits = strspn(hex, "0123456789abcdef");
    for (size_t i = 0; i + 1 < digits; i += 2) {
        char pair[3] = {hex[i], hex[i + 1], 0};
        assert_int_equal(m->body[i / 2], strtoul(pair, NULL, 16));
    }
    if (hex[digits] == '\0')
        assert_int_equal(digits / 2, m->available);
}

static void check_messages(const struct vector *v, const struct recorder *rec) {
    const cJSON *messages = cJSON_GetObjectItem(v->meaning, "messages");
    assert_int_equal(rec->count, cJSON_GetArraySize(messages));
    for (int i = 0; i < cJSON_GetArraySize(messages); i++) {
        const cJSON *want = cJSON_GetArrayItem(messages, i);
        const struct recorded_message *m = &rec->messages[i];
        expect(want, "csid", m->message.csid);
        expect(want, "type", m->message.type);
        expect(want, "msid", m->message.stream_id);
        expect(want, "len", m->message.length);
        /* fmt 3 after fmt 0 has two readings (protocol: A.6); ours is delta 0, marked. */
        if (cJSON_HasObjectItem(want, "timestamp_alt")) {
            expect(want, "timestamp_alt", m->message.timestamp);
            assert_true(m->flags & RTMP_FRAGMENT_AMBIGUOUS);
        } else {
            expect(want, "timestamp", m->message.timestamp);
        }
        check_body(cJSON_GetObjectItem(want, "body_hex")->valuestring, m);
    }
}

/* Another byte anywhere: every byte is read, and no memory is lost. */
static void check_mutants(const struct vector *v) {
    for (struct mutants m = mutants_of(v->bytes, v->len); next_mutant(&m);) {
        struct recorder changed = read_pieces(m.bytes, m.len, m.len);
        recorder_clear(&changed);
    }
}

static void check_direction(const struct vector *v) {
    struct recorder whole = read_pieces(v->bytes, v->len, v->len);
    check_messages(v, &whole);
    for (size_t piece = 1; piece < v->len && piece < 200; piece++) {
        struct recorder split = read_pieces(v->bytes, v->len, piece);
        assert_same_messages(&whole, 0, &split, 0);
        recorder_clear(&split);
    }
    for (size_t len = 0; len < v->len; len++) {
        struct recorder prefix = read_pieces(v->bytes, len, len ? len : 1);
        assert_true(prefix.count <= whole.count);
        struct recorder begin = whole;
        begin.count = prefix.count;
        assert_same_messages(&begin, 0, &prefix, 0);
        recorder_clear(&prefix);
    }
    recorder_clear(&whole);
    check_mutants(v);
}

static void check(const struct vector *v) {
    if (cJSON_HasObjectItem(v->meaning, "header_only"))
        check_header(v);
    else
        check_direction(v);
}

int main(void) {
    return run_vectors("chunk", check);
}
