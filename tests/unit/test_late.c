/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments in any order: every message is reported once, and none is made up. */
#include <string.h>

#include "base/limits.h"
#include "session/direction.h"
#include "vectors.h"
#include "wire_record.h"

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

/* ---- what is reported ---- */

struct report {
    uint64_t offset[MESSAGES + 1];
    uint32_t missing[MESSAGES + 1];
    uint32_t sum[MESSAGES + 1]; /* of the header and the bytes kept */
    uint32_t count, late;
};

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct report *report = user;
    *fragment->slot = 1;
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return;
    uint32_t i = 0;
    while (i < report->count && report->offset[i] < fragment->message_offset)
        i++;
    assert_in_range(report->count, 0, MESSAGES);
    assert_true(i == report->count || report->offset[i] != fragment->message_offset);
    uint32_t behind = report->count++ - i;
    memmove(report->offset + i + 1, report->offset + i, behind * sizeof *report->offset);
    memmove(report->missing + i + 1, report->missing + i, behind * sizeof *report->missing);
    memmove(report->sum + i + 1, report->sum + i, behind * sizeof *report->sum);
    report->offset[i] = fragment->message_offset;
    report->missing[i] = fragment->missing;
    report->sum[i] =
        fragment->message.length ^ (uint32_t)fragment->message.type << 24 ^ fragment->chunks << 16;
    for (uint32_t at = 0; at < fragment->available; at++)
        report->sum[i] = report->sum[i] * 31 + fragment->body[at];
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct report *report = user;
    report->late += note->kind == RTMP_NOTE_LATE;
}

static void begin(struct rtmp_direction *dir, struct report *report,
                  const struct rtmp_memory *memory) {
    *report = (struct report){.count = 0};
    const struct rtmp_sink sink = {.user = report, .fragment = on_fragment, .note = on_note};
    rtmp_direction_init(dir, RTMP_ROLE_CLIENT, memory, &sink);
    dir->phase = RTMP_PHASE_CHUNKS;
    dir->has_handshake = true;
    dir->position = dir->dechunk.position = BEGIN;
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

static struct report in_order(const struct stream *s, struct recorder *recorder) {
    struct rtmp_memory memory = recorder_memory(recorder);
    struct rtmp_direction dir;
    struct report report;
    begin(&dir, &report, &memory);
    for (uint32_t at = 0; at < s->len; at += 1460)
        deliver(&dir, s, at, s->len - at < 1460 ? s->len - at : 1460);
    rtmp_direction_destroy(&dir);
    return report;
}

/* Segments of up to `most` bytes, each up to `reach` places from its own. */
static struct report shuffled(struct stream *s, uint32_t most, uint32_t reach,
                              struct recorder *recorder) {
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
    struct rtmp_memory memory = recorder_memory(recorder);
    struct rtmp_direction dir;
    struct report report;
    begin(&dir, &report, &memory);
    deliver(&dir, s, 0, SET_CHUNK_SIZE);
    for (uint32_t i = 0; i < count; i++)
        deliver(&dir, s, cut[order[i]], cut[order[i] + 1] - cut[order[i]]);
    assert_int_equal(dir.position, BEGIN + (uint64_t)s->len);
    rtmp_direction_destroy(&dir);
    return report;
}

static void assert_same(const struct report *expected, const struct report *shown) {
    assert_int_equal(shown->count, expected->count);
    for (uint32_t i = 0; i < expected->count; i++) {
        assert_int_equal(shown->offset[i], expected->offset[i]);
        if (!shown->missing[i])
            assert_int_equal(shown->sum[i], expected->sum[i]);
    }
}

/* ---- cases ---- */

static struct stream stream;

static void test_any_order(void **state) {
    (void)state;
    static const uint32_t most[] = {100, 400, 1460};
    for (uint32_t seed = 1; seed <= 3; seed++)
        for (uint32_t i = 0; i < sizeof most / sizeof *most; i++)
            for (uint32_t reach = 2; reach <= 5; reach++) {
                struct recorder recorder = {.fail_at = -1};
                build(&stream, seed);
                struct report expected = in_order(&stream, &recorder);
                assert_int_equal(expected.count, MESSAGES + 1);
                struct report shown = shuffled(&stream, most[i], reach, &recorder);
                assert_true(shown.late > 0);
                assert_same(&expected, &shown);
                assert_int_equal(recorder.live, 0);
            }
}

/* What comes late may be what all that follows depends on. */
static void test_late_set_chunk_size(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    build(&stream, 9);
    struct report expected = in_order(&stream, &recorder);
    begin(&dir, &shown, &memory);
    deliver(&dir, &stream, SET_CHUNK_SIZE, 2000);
    deliver(&dir, &stream, 0, SET_CHUNK_SIZE);
    assert_int_equal(shown.late, 1);
    assert_int_equal(dir.dechunk.chunk_size, 300);
    deliver(&dir, &stream, SET_CHUNK_SIZE + 2000, stream.len - 2000 - SET_CHUNK_SIZE);
    assert_same(&expected, &shown);
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
}

/* A hole that never fills does not keep the next one from it. */
static void test_hole_beside_one_that_stays(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    build(&stream, 7);
    struct report expected = in_order(&stream, &recorder);
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    begin(&dir, &shown, &memory);
    deliver(&dir, &stream, 0, 1000);
    deliver(&dir, &stream, 1100, 8900); /* 1000 .. 1099 never come */
    deliver(&dir, &stream, 11000, 9000);
    deliver(&dir, &stream, 10000, 1000);
    assert_int_equal(shown.late, 1);
    assert_true(dir.late->hole_count == 1);
    for (uint32_t at = 20000; at < stream.len; at += 100)
        deliver(&dir, &stream, at, stream.len - at < 100 ? stream.len - at : 100);
    assert_in_range(expected.count - shown.count, 1, 4); /* what the first hole took */
    for (uint32_t i = 0, j = 0; i < shown.count; i++, j++) {
        while (expected.offset[j] < shown.offset[i])
            j++;
        assert_int_equal(shown.offset[i], expected.offset[j]);
        if (!shown.missing[i])
            assert_int_equal(shown.sum[i], expected.sum[j]);
    }
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
}

/* The body of a long message, with holes of `size` bytes up to there are `count`. */
static void open_holes(struct rtmp_direction *dir, uint32_t count, uint32_t size) {
    static const uint8_t head[] = {6, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0};
    dir->dechunk.chunk_size = 0xFFFFFF;
    rtmp_direction_feed(dir, head, sizeof head);
    for (uint32_t i = 0; i < count; i++) {
        rtmp_direction_hole(dir, size);
        rtmp_direction_feed(dir, stream.bytes, 100);
    }
    assert_int_equal(dir->late->hole_count, count);
}

/* Nothing is kept for ever: behind the window the first hole is given up. */
static void test_window_is_bounded(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    build(&stream, 3);
    begin(&dir, &shown, &memory);
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
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
}

/* A hole filled in its middle becomes two, the second of which waits for the first: they are given
 * up together, and where there is no room for one more the bytes are not used. */
static void test_hole_filled_in_its_middle(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    build(&stream, 4);
    begin(&dir, &shown, &memory);
    open_holes(&dir, RTMP_LIMIT_HOLES - 1, 30);
    uint64_t first = dir.late->holes[0].start;
    assert_true(rtmp_direction_late(&dir, first + 10, stream.bytes, 10));
    assert_int_equal(dir.late->hole_count, RTMP_LIMIT_HOLES);
    assert_false(rtmp_direction_late(&dir, dir.late->holes[3].start + 10, stream.bytes, 10));
    rtmp_direction_hole(&dir, 30);
    assert_int_equal(dir.late->hole_count, RTMP_LIMIT_HOLES - 1);
    assert_true(dir.late->holes[0].known && dir.late->holes[0].start > first + 30);
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
}

static void ignore_fragment(void *user, const struct rtmp_fragment *fragment) {
    (void)user;
    (void)fragment;
}

/* Behind a hole each message that was shown is remembered; no more than so many. */
static void test_messages_behind_a_hole_are_bounded(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    begin(&dir, &shown, &memory);
    dir.dechunk.sink.fragment = ignore_fragment;
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
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
}

/* Segments in pairs, the second first, while the n-th allocation fails, and what follows it if
 * `on`; in the second half memory is to be had again. False: there are fewer allocations. */
static bool swapped_while_memory_fails(const struct report *expected, long fail_at, bool on) {
    struct recorder recorder = {.fail_at = fail_at, .fail_on = on};
    struct rtmp_memory memory = recorder_memory(&recorder);
    struct rtmp_direction dir;
    struct report shown;
    bool reached = false;
    uint32_t at = SET_CHUNK_SIZE;
    begin(&dir, &shown, &memory);
    /* An open message on a chunk stream in a page. */
    static const uint8_t high[13 + 128] = {0, 200, 0, 0, 0, 0, 0, 129, 8, 1, 0, 0, 0};
    dir.position = dir.dechunk.position = BEGIN - sizeof high;
    rtmp_direction_feed(&dir, high, sizeof high);
    deliver(&dir, &stream, 0, SET_CHUNK_SIZE);
    for (; at + 700 < stream.len; at += 700) {
        if (at > stream.len / 2 && recorder.fail_at >= 0) {
            reached = recorder.allocations >= fail_at;
            recorder.fail_at = -1;
        }
        deliver(&dir, &stream, at + 350, 350);
        deliver(&dir, &stream, at, 350);
    }
    deliver(&dir, &stream, at, stream.len - at);
    assert_int_equal(dir.position, BEGIN + (uint64_t)stream.len);
    assert_int_equal(dir.dechunk.position, dir.position);
    assert_in_range(shown.count, expected->count / 4, expected->count);
    for (uint32_t back = 1; back <= expected->count / 6; back++) {
        uint32_t a = expected->count - back;
        uint32_t b = shown.count - back;
        assert_int_equal(shown.offset[b], expected->offset[a]);
        if (!shown.missing[b])
            assert_int_equal(shown.sum[b], expected->sum[a]);
    }
    rtmp_direction_destroy(&dir);
    assert_int_equal(recorder.live, 0);
    return reached;
}

/* Whatever memory cannot be had: nothing is reported twice, nothing is lost of memory, and late
 * segments fill their holes as soon as there is some. */
static void test_memory_failures(void **state) {
    (void)state;
    struct recorder recorder = {.fail_at = -1};
    build(&stream, 5);
    stream.len = 15000;
    struct report expected = in_order(&stream, &recorder);
    for (int on = 0; on < 2; on++) {
        long fail_at = 1;
        while (swapped_while_memory_fails(&expected, fail_at, on))
            fail_at++;
        assert_true(fail_at > 10); /* it does allocate */
    }
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
