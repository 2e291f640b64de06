/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media bodies that span segments are put together again, however the stream is cut. */
#include "session_fixture.h"

#include <string.h>

#include "export/whole_bodies.h"
#include "vectors.h"

static struct session_fixture f;
static struct rtmp_whole_bodies bodies;

enum { BODIES = 3, LENGTH = 4000 };
static uint8_t sent[BODIES][LENGTH];

/* Video of different lengths, with a short audio message between. */
static void build(void) {
    f.stream.len = 0;
    for (uint32_t i = 0; i < BODIES; i++) {
        memset(sent[i], (int)(i + 1), LENGTH);
        for (uint32_t k = 0; k < LENGTH; k += 7)
            sent[i][k] = (uint8_t)k;
        sent[i][0] = 0x27;
        sent[i][1] = 1;
        put_message(&f.stream, 6, RTMP_MESSAGE_VIDEO, sent[i], LENGTH - i, 128);
        put_message(&f.stream, 4, RTMP_MESSAGE_AUDIO, "\xAF\1x", 3, 128);
    }
}

/* Visit a segment; returns how many videos were found whole. */
static unsigned visit(const struct rtmp_segment_view *view) {
    unsigned count = 0;
    struct rtmp_segment_messages messages = {.view = view};
    for (uint32_t i = 0; i < view->segment->fragment_count; i++) {
        const struct rtmp_fragment_record *fragment = &view->fragments[i];
        const uint8_t *whole = rtmp_whole_bodies_follow(&bodies, &f.session.memory, view, i);
        if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE)) {
            assert_null(whole);
            continue;
        }
        struct rtmp_message_body body = rtmp_segment_message_body(&messages, i, UINT32_MAX);
        if (!whole && body.available == fragment->length)
            whole = body.bytes;
        if (fragment->type != RTMP_MESSAGE_VIDEO || !whole)
            continue;
        assert_memory_equal(whole, sent[LENGTH - fragment->length], fragment->length);
        count++;
    }
    return count;
}

/* later: visit the segments when all were fed. */
static void check_cut(uint32_t piece, bool later) {
    void *state = &f;
    session_setup(&state);
    build();
    struct stream s = f.stream;
    unsigned found = 0;
    uint32_t first = session_side(&f, CLIENT)->records.segment_count;
    for (uint32_t at = 0; at < s.len; at += piece) {
        uint32_t len = s.len - at < piece ? s.len - at : piece;
        const struct rtmp_segment_record *segment = session_feed(&f, CLIENT, s.bytes + at, len);
        struct rtmp_segment_view view = session_view(&f, CLIENT, segment, s.bytes + at);
        if (!later)
            found += visit(&view);
    }
    for (uint32_t at = 0; later && at < s.len; at += piece, first++) {
        struct rtmp_segment_view view = session_view(
            &f, CLIENT, &session_side(&f, CLIENT)->records.segments[first], s.bytes + at);
        found += visit(&view);
    }
    assert_int_equal(found, BODIES);
    rtmp_whole_bodies_destroy(&bodies, &f.session.memory);
    session_end(&f);
}

static void however_the_stream_is_cut(void **state) {
    (void)state;
    for (uint32_t piece = 11; piece < 9000; piece = piece * 5 / 4) {
        check_cut(piece, false);
        check_cut(piece, true);
    }
}

static void a_body_with_a_missing_segment_is_none(void **state) {
    (void)state;
    build();
    struct stream s = f.stream;
    uint64_t offset = session_side(&f, CLIENT)->wire.position;
    unsigned found = 0;
    for (uint32_t at = 0; at < s.len; at += 1000) {
        uint32_t len = s.len - at < 1000 ? s.len - at : 1000;
        if (at == 2000)
            continue;
        const struct rtmp_segment_record *segment =
            session_feed_at(&f, CLIENT, offset + at, s.bytes + at, len);
        struct rtmp_segment_view view = session_view(&f, CLIENT, segment, s.bytes + at);
        found += visit(&view);
    }
    assert_int_equal(found, BODIES - 1);
    rtmp_whole_bodies_destroy(&bodies, &f.session.memory);
}

/* The first of a limit's worth and one more makes room; all is freed. */
static void open_bodies_are_bounded(void **state) {
    (void)state;
    for (uint32_t i = 0; i <= RTMP_LIMIT_WHOLE_BODIES; i++) {
        f.stream.len = 0;
        put_message(&f.stream, (uint8_t)(6 + i), RTMP_MESSAGE_VIDEO, sent[0], 200, 128);
        const struct rtmp_segment_record *segment = session_feed(&f, CLIENT, f.stream.bytes, 100);
        struct rtmp_segment_view view = session_view(&f, CLIENT, segment, f.stream.bytes);
        f.stream.len = 0;
        assert_int_equal(visit(&view), 0);
        /* the rest of the chunk, so that the next header can follow */
        put_message(&f.stream, (uint8_t)(6 + i), RTMP_MESSAGE_VIDEO, sent[0], 200, 128);
        segment = session_feed(&f, CLIENT, f.stream.bytes + 100, 128 + 12 - 100);
        view = session_view(&f, CLIENT, segment, f.stream.bytes + 100);
        assert_int_equal(visit(&view), 0);
    }
    assert_int_equal(bodies.count, RTMP_LIMIT_WHOLE_BODIES);
    assert_int_equal(bodies.open[0].csid, 7);
    rtmp_whole_bodies_destroy(&bodies, &f.session.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_the_stream_is_cut),
        SESSION_TEST(a_body_with_a_missing_segment_is_none),
        SESSION_TEST(open_bodies_are_bounded),
    };
    return cmocka_run_group_tests_name("whole bodies", tests, NULL, NULL);
}
