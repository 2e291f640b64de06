/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments in any order: every message is reported once, and none is made up. */
#include "direction_fixture.h"

#include <string.h>

#include "base/limits.h"
#include "vectors.h"

enum { MESSAGES = 300, STREAM_MAX = 1 << 18, SET_CHUNK_SIZE = 16, BEGIN = RTMP_HANDSHAKE_TOTAL };

/* ---- a stream ---- */

struct stream {
    uint8_t bytes[STREAM_MAX];
    uint32_t len;
    uint32_t seed;
};

static uint32_t any(struct stream *s, uint32_t below) {
    s->seed = s->seed * 1664525U + 1013904223U;
    return (s->seed >> 8) % below;
}

static void put_message(struct stream *s, uint8_t csid, uint8_t type, uint32_t length,
                        uint32_t chunk_size) {
    const uint8_t head[12] = {csid, 0, 0, 20, 0, (uint8_t)(length >> 8), (uint8_t)length, type, 1};
    memcpy(s->bytes + s->len, head, sizeof head);
    s->len += sizeof head;
    for (uint32_t at = 0; at < length; at++) {
        if (at && at % chunk_size == 0)
            s->bytes[s->len++] = (uint8_t)(0xC0 | csid);
        s->bytes[s->len++] = (uint8_t)any(s, 256);
    }
}

/* Set Chunk Size, then audio and video. */
static void build(struct stream *s, uint32_t seed) {
    static const uint8_t size[SET_CHUNK_SIZE] = {2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 1, 44};
    *s = (struct stream){.seed = seed, .len = sizeof size};
    memcpy(s->bytes, size, sizeof size);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        bool video = any(s, 3) == 0;
        put_message(s, video ? 6 : 4, video ? 9 : 8, 4 + any(s, video ? 900 : 200), 300);
    }
}

/* ---- a direction ---- */

static void begin(struct rtmp_direction *dir, struct recorder *rec) {
    *rec = recorder_new();
    rec->any_order = true;
    direction_begin(dir, RTMP_ROLE_CLIENT, rec, NULL);
    direction_skip_handshake(dir, BEGIN);
}

/* Nothing may remain allocated and no message be reported twice. What was reported stays. */
static void end(struct rtmp_direction *dir, struct recorder *rec) {
    rtmp_direction_destroy(dir);
    assert_int_equal(rec->live, 0);
    recorder_sort(rec);
}

/* As a transport does. */
static void deliver(struct rtmp_direction *dir, const struct stream *s, uint32_t at, uint32_t len) {
    uint64_t offset = BEGIN + (uint64_t)at;
    uint8_t *bytes = guarded_copy(s->bytes + at, len);
    if (offset < dir->position) {
        rtmp_direction_late(dir, offset, bytes, len);
    } else {
        if (offset > dir->position)
            rtmp_direction_hole(dir, offset - dir->position);
        rtmp_direction_feed(dir, bytes, len);
    }
    guarded_free(bytes, len);
}

static struct recorder in_order(const struct stream *s) {
    struct rtmp_direction dir;
    struct recorder rec;
    begin(&dir, &rec);
    for (uint32_t at = 0; at < s->len; at += 1460)
        deliver(&dir, s, at, s->len - at < 1460 ? s->len - at : 1460);
    end(&dir, &rec);
    return rec;
}

/* Segments of up to `most` bytes, each up to `reach` places from its own. */
static struct recorder shuffled(struct stream *s, uint32_t most, uint32_t reach) {
    static uint32_t cut[STREAM_MAX];
    static uint32_t order[STREAM_MAX];
    uint32_t count = 0;
    for (uint32_t at = SET_CHUNK_SIZE; at < s->len; at += 1 + any(s, most))
        cut[count++] = at;
    cut[count] = s->len;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rest = count - i < reach ? count - i : reach;
        uint32_t j = i + any(s, rest);
        uint32_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    struct rtmp_direction dir;
    struct recorder rec;
    begin(&dir, &rec);
    deliver(&dir, s, 0, SET_CHUNK_SIZE);
    for (uint32_t i = 0; i < count; i++)
        deliver(&dir, s, cut[order[i]], cut[order[i] + 1] - cut[order[i]]);
    assert_int_equal(dir.position, BEGIN + (uint64_t)s->len);
    end(&dir, &rec);
    return rec;
}

/* Of a message that misses bytes nothing but its place is compared. */
static void assert_same_message(const struct recorded_message *expected,
                                const struct recorded_message *shown) {
    assert_int_equal(shown->offset, expected->offset);
    if (shown->missing)
        return;
    assert_int_equal(shown->message.type, expected->message.type);
    assert_int_equal(shown->message.length, expected->message.length);
    assert_int_equal(shown->chunks, expected->chunks);
    assert_int_equal(shown->available, expected->available);
    assert_memory_equal(shown->body, expected->body, shown->available);
}

static void assert_same(const struct recorder *expected, const struct recorder *shown) {
    assert_int_equal(shown->count, expected->count);
    for (size_t i = 0; i < expected->count; i++)
        assert_same_message(&expected->messages[i], &shown->messages[i]);
}

/* ---- cases ---- */

static struct stream stream;

static void test_any_order(void **state) {
    (void)state;
    static const uint32_t most[] = {100, 400, 1460};
    for (uint32_t seed = 1; seed <= 3; seed++)
        for (uint32_t i = 0; i < sizeof most / sizeof *most; i++)
            for (uint32_t reach = 2; reach <= 5; reach++) {
                build(&stream, seed);
                struct recorder expected = in_order(&stream);
                assert_int_equal(expected.count, MESSAGES + 1);
                struct recorder shown = shuffled(&stream, most[i], reach);
                assert_true(shown.notes[RTMP_NOTE_LATE] > 0);
                assert_same(&expected, &shown);
                recorder_clear(&expected);
                recorder_clear(&shown);
            }
}

/* What comes late may be what all that follows depends on. */
static void test_late_set_chunk_size(void **state) {
    (void)state;
    struct rtmp_direction dir;
    struct recorder shown;
    build(&stream, 9);
    struct recorder expected = in_order(&stream);
    begin(&dir, &shown);
    deliver(&dir, &stream, SET_CHUNK_SIZE, 2000);
    deliver(&dir, &stream, 0, SET_CHUNK_SIZE);
    assert_int_equal(shown.notes[RTMP_NOTE_LATE], 1);
    assert_int_equal(dir.chunks.dechunk.chunk_size, 300);
    deliver(&dir, &stream, SET_CHUNK_SIZE + 2000, stream.len - 2000 - SET_CHUNK_SIZE);
    end(&dir, &shown);
    assert_same(&expected, &shown);
    recorder_clear(&expected);
    recorder_clear(&shown);
}

/* A hole that never fills does not keep the next one from it. */
static void test_hole_beside_one_that_stays(void **state) {
    (void)state;
    build(&stream, 7);
    struct recorder expected = in_order(&stream);
    struct rtmp_direction dir;
    struct recorder shown;
    begin(&dir, &shown);
    deliver(&dir, &stream, 0, 1000);
    deliver(&dir, &stream, 1100, 8900); /* 1000 .. 1099 never come */
    deliver(&dir, &stream, 11000, 9000);
    deliver(&dir, &stream, 10000, 1000);
    assert_int_equal(shown.notes[RTMP_NOTE_LATE], 1);
    assert_true(dir.late->hole_count == 1);
    for (uint32_t at = 20000; at < stream.len; at += 100)
        deliver(&dir, &stream, at, stream.len - at < 100 ? stream.len - at : 100);
    assert_in_range(expected.count - shown.count, 1, 4); /* what the first hole took */
    end(&dir, &shown);
    for (size_t i = 0, j = 0; i < shown.count; i++, j++) {
        while (expected.messages[j].offset < shown.messages[i].offset)
            j++;
        assert_same_message(&expected.messages[j], &shown.messages[i]);
    }
    recorder_clear(&expected);
    recorder_clear(&shown);
}

/* The body of a long message, with holes of `size` bytes up to there are `count`. */
static void open_holes(struct rtmp_direction *dir, uint32_t count, uint32_t size) {
    static const uint8_t head[] = {6, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0};
    dir->chunks.dechunk.chunk_size = 0xFFFFFF;
    rtmp_direction_feed(dir, head, sizeof head);
    for (uint32_t i = 0; i < count; i++) {
        rtmp_direction_hole(dir, size);
        rtmp_direction_feed(dir, stream.bytes, 100);
    }
    assert_int_equal(dir->late->hole_count, count);
}

/* The window is bounded: beyond it the first hole is given up. */
static void test_window_is_bounded(void **state) {
    (void)state;
    struct rtmp_direction dir;
    struct recorder shown;
    build(&stream, 3);
    begin(&dir, &shown);
    open_holes(&dir, 1, 10);
    for (uint32_t hole = 0; hole < 3 * RTMP_LIMIT_HOLES; hole++) {
        rtmp_direction_hole(&dir, 10);
        assert_in_range(dir.late->hole_count, 1, RTMP_LIMIT_HOLES);
        rtmp_direction_feed(&dir, stream.bytes, 100);
    }
    uint64_t last = dir.late->holes[RTMP_LIMIT_HOLES - 1].start;
    for (uint32_t fed = 0; fed <= RTMP_LIMIT_LATE_BYTES; fed += 1000) {
        rtmp_direction_feed(&dir, stream.bytes, 1000);
        if (dir.late)
            assert_in_range(dir.late->count, 0, RTMP_LIMIT_LATE_BYTES);
    }
    assert_null(dir.late);
    assert_false(rtmp_direction_late(&dir, last, stream.bytes, 10));
    rtmp_direction_hole(&dir, RTMP_LIMIT_LATE_BYTES + 1);
    assert_null(dir.late);
    end(&dir, &shown);
    recorder_clear(&shown);
}

/* A hole filled in its middle becomes two, the second of which waits for the first: they are given
 * up together, and where there is no room for one more the bytes are not used. */
static void test_hole_filled_in_its_middle(void **state) {
    (void)state;
    struct rtmp_direction dir;
    struct recorder shown;
    build(&stream, 4);
    begin(&dir, &shown);
    open_holes(&dir, RTMP_LIMIT_HOLES - 1, 30);
    uint64_t first = dir.late->holes[0].start;
    assert_true(rtmp_direction_late(&dir, first + 10, stream.bytes, 10));
    assert_int_equal(dir.late->hole_count, RTMP_LIMIT_HOLES);
    assert_false(rtmp_direction_late(&dir, dir.late->holes[3].start + 10, stream.bytes, 10));
    rtmp_direction_hole(&dir, 30);
    assert_int_equal(dir.late->hole_count, RTMP_LIMIT_HOLES - 1);
    assert_true(dir.late->holes[0].known && dir.late->holes[0].start > first + 30);
    end(&dir, &shown);
    recorder_clear(&shown);
}

/* Behind a hole each message that was shown is remembered; no more than so many. */
static void test_messages_behind_a_hole_are_bounded(void **state) {
    (void)state;
    struct rtmp_direction dir;
    struct recorder shown;
    begin(&dir, &shown);
    static const uint8_t head[] = {4, 0, 0, 0, 0, 0, 1, 8, 1, 0, 0, 0};
    static const uint8_t message[] = {4, 0, 0, 0, 0, 0, 1, 8, 1, 0, 0, 0, 0xAF};
    rtmp_direction_feed(&dir, head, sizeof head);
    rtmp_direction_hole(&dir, 1);
    for (uint32_t i = 0; i < RTMP_LIMIT_LATE_MESSAGES - 1; i++)
        rtmp_direction_feed(&dir, message, sizeof message);
    assert_non_null(dir.late);
    for (uint32_t i = 0; i < 3; i++)
        rtmp_direction_feed(&dir, message, sizeof message);
    assert_null(dir.late);
    end(&dir, &shown);
    recorder_clear(&shown);
}

/* Segments in pairs, the second first, while the n-th allocation fails, and what follows it if
 * `on`; in the second half allocations succeed again. False: there are fewer allocations. */
static bool swapped_while_memory_fails(const struct recorder *expected, long fail_at, bool on) {
    struct rtmp_direction dir;
    struct recorder shown;
    bool reached = false;
    uint32_t at = SET_CHUNK_SIZE;
    begin(&dir, &shown);
    shown.fail_at = fail_at;
    shown.fail_on = on;
    /* An open message on a chunk stream in a page. */
    static const uint8_t high[13 + 128] = {0, 200, 0, 0, 0, 0, 0, 129, 8, 1, 0, 0, 0};
    direction_skip_handshake(&dir, BEGIN - sizeof high);
    rtmp_direction_feed(&dir, high, sizeof high);
    deliver(&dir, &stream, 0, SET_CHUNK_SIZE);
    for (; at + 700 < stream.len; at += 700) {
        if (at > stream.len / 2 && shown.fail_at >= 0) {
            reached = shown.allocations >= fail_at;
            shown.fail_at = -1;
        }
        deliver(&dir, &stream, at + 350, 350);
        deliver(&dir, &stream, at, 350);
    }
    deliver(&dir, &stream, at, stream.len - at);
    assert_int_equal(dir.position, BEGIN + (uint64_t)stream.len);
    assert_int_equal(dir.chunks.dechunk.position, dir.position);
    assert_in_range(shown.count, expected->count / 4, expected->count);
    end(&dir, &shown);
    for (size_t back = 1; back <= expected->count / 6; back++)
        assert_same_message(&expected->messages[expected->count - back],
                            &shown.messages[shown.count - back]);
    recorder_clear(&shown);
    return reached;
}

/* Whichever allocation fails: nothing is reported twice, no memory is leaked, and late segments
 * fill their holes as soon as allocations succeed again. */
static void test_memory_failures(void **state) {
    (void)state;
    build(&stream, 5);
    stream.len = 15000;
    struct recorder expected = in_order(&stream);
    for (int on = 0; on < 2; on++) {
        long fail_at = 1;
        while (swapped_while_memory_fails(&expected, fail_at, on))
            fail_at++;
        assert_true(fail_at > 10); /* it does allocate */
    }
    recorder_clear(&expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_late_set_chunk_size),
        cmocka_unit_test(test_hole_beside_one_that_stays),
        cmocka_unit_test(test_window_is_bounded),
        cmocka_unit_test(test_hole_filled_in_its_middle),
        cmocka_unit_test(test_messages_behind_a_hole_are_bounded),
        cmocka_unit_test(test_memory_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
