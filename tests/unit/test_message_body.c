/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of messages and the walk over their chunks, however the stream is cut into segments. */
#include "session_fixture.h"

#include <string.h>

#include "vectors.h"

static struct session_fixture f;
static struct stream s; /* the same for all cuts */

enum { MESSAGES = 8, BODY_MAX = 40 };

/* Two messages at a time whose chunks alternate, with chunks of 6 bytes; some have an extended
 * timestamp, which their fmt 3 headers repeat, and one a chunk stream id of two bytes. */
struct sent {
    uint8_t body[BODY_MAX];
    uint32_t len;
    uint8_t csid;
    bool extended;
};
static struct sent sent[MESSAGES];

static void put_byte(uint32_t byte) {
    s.bytes[s.len++] = (uint8_t)byte;
}

static void put_basic(const struct sent *message, unsigned fmt) {
    if (message->csid < 64) {
        put_byte(fmt << 6 | message->csid);
        return;
    }
    put_byte(fmt << 6);
    put_byte(message->csid - 64U);
}

static void put_extended(const struct sent *message) {
    for (unsigned i = 0; i < 4 && message->extended; i++)
        put_byte(i + 1);
}

static void put_chunk(const struct sent *message, uint32_t at) {
    enum { CHUNK = 6 };
    if (at && at >= message->len)
        return;
    put_basic(message, at ? 3 : 0);
    if (at == 0) {
        for (unsigned i = 0; i < 3; i++)
            put_byte(message->extended ? 0xFF : 0);
        put_byte(0);
        put_byte(0);
        put_byte(message->len);
        put_byte(RTMP_MESSAGE_DATA_AMF0);
        for (unsigned i = 0; i < 4; i++)
            put_byte(0);
    }
    put_extended(message);
    for (uint32_t i = at; i < at + CHUNK && i < message->len; i++)
        put_byte(message->body[i]);
}

static void build(void) {
    static const uint8_t set_chunk_size[] = {2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 6};
    static const uint32_t lengths[MESSAGES] = {40, 17, 6, 12, 1, 39, 0, 30};
    s.len = 0;
    memcpy(s.bytes, set_chunk_size, sizeof set_chunk_size);
    s.len = sizeof set_chunk_size;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        sent[i] = (struct sent){.len = lengths[i],
                                .csid = (uint8_t)(i % 2 ? 5 : (i % 4 ? 100 : 4)),
                                .extended = i % 3 == 0};
        for (uint32_t k = 0; k < sent[i].len; k++)
            sent[i].body[k] = (uint8_t)(0x20 + i * 16 + k);
    }
    for (uint32_t i = 0; i < MESSAGES; i += 2)
        for (uint32_t at = 0; at == 0 || at < BODY_MAX; at += 6) {
            put_chunk(&sent[i], at);
            put_chunk(&sent[i + 1], at);
        }
}

/* Which of those sent it is: each has a length of its own. */
static const struct sent *sent_of(const struct rtmp_fragment_record *fragment) {
    for (uint32_t i = 0; i < MESSAGES; i++)
        if (sent[i].len == fragment->length)
            return &sent[i];
    fail_msg("length %u", fragment->length);
    return NULL;
}

/* Every complete message of a segment, whole or only its beginning. */
static unsigned check_bodies(const struct rtmp_segment_view *view, uint32_t enough) {
    struct rtmp_segment_messages messages = {.view = view, .fresh = view->fresh};
    unsigned count = 0;
    for (uint32_t i = 0; i < view->segment->fragment_count; i++) {
        const struct rtmp_fragment_record *fragment = &view->fragments[i];
        if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE) ||
            fragment->type == RTMP_MESSAGE_SET_CHUNK_SIZE)
            continue;
        const struct sent *message = sent_of(fragment);
        struct rtmp_message_body body = rtmp_segment_message_body(&messages, i, enough);
        bool limited = body.available < message->len;
        assert_int_equal(body.available, limited ? enough : message->len);
        assert_int_equal(body.head, 0);
        if (body.available)
            assert_memory_equal(body.bytes, message->body, body.available);
        if (body.in_one_range && body.available)
            assert_ptr_equal(body.bytes, view->bytes + body.start);
        const struct rtmp_message_fragment *run;
        uint32_t fragments = rtmp_segment_fragments_of(&messages, i, &run);
        assert_int_equal(run[fragments - 1].index, i);
        for (uint32_t k = 0; k < fragments; k++)
            assert_int_equal(view->fragments[run[k].index].length, fragment->length);
        count++;
    }
    if (count)
        assert_true(rtmp_segment_completes_message(view));
    return count;
}

/* The pieces of a fragment tile its bytes, and say what the headers do. */
static void check_pieces(const struct rtmp_segment_view *view,
                         const struct rtmp_fragment_record *fragment) {
    struct rtmp_chunk_walk walk =
        rtmp_records_walk(&view->direction->records, fragment, view->bytes);
    struct rtmp_chunk_walk gathered = walk;
    struct rtmp_chunk_piece piece;
    uint8_t data[BODY_MAX], again[BODY_MAX];
    uint32_t done = 0;
    uint32_t end = 0;
    while (rtmp_chunk_walk_next(&walk, &piece)) {
        assert_int_equal(piece.start, end);
        assert_true(piece.has_header || end == 0);
        assert_int_equal(piece.partial_header > 0, end == 0 && fragment->partial_header > 0);
        if (piece.has_header)
            assert_int_equal(piece.header.csid, fragment->csid);
        if (piece.has_header && piece.header.fmt == 0)
            assert_int_equal(piece.header.length, fragment->length);
        if (piece.has_header && piece.has_extended && !piece.partial_header)
            assert_int_equal(piece.extended_value, 0x01020304);
        memcpy(data + done, view->bytes + fragment->start + piece.data.pos, piece.data.len);
        done += piece.data.len;
        end = rtmp_span_end(piece.data);
    }
    assert_int_equal(end, fragment->size);
    if (fragment->type == RTMP_MESSAGE_SET_CHUNK_SIZE)
        return;
    const struct sent *message = sent_of(fragment);
    assert_memory_equal(data, message->body + fragment->at, done);
    assert_int_equal(rtmp_chunk_walk_gather(&gathered, again, sizeof again), done);
    assert_memory_equal(again, data, done);
}

static void check_cut(uint32_t first, uint32_t piece) {
    void *state = &f;
    session_setup(&state);
    struct rtmp_session_direction *direction = session_side(&f, CLIENT);
    unsigned count = 0;
    for (uint32_t at = 0, len = first; at < s.len; at += len, len = piece) {
        len = s.len - at < len ? s.len - at : len;
        const struct rtmp_segment_record *segment = session_feed(&f, CLIENT, s.bytes + at, len);
        uint8_t *bytes = guarded_copy(s.bytes + at, len);
        struct rtmp_segment_view view = session_view(&f, CLIENT, segment, bytes);
        for (uint32_t i = 0; i < segment->fragment_count; i++)
            check_pieces(&view, &view.fragments[i]);
        check_bodies(&view, 3);
        count += check_bodies(&view, UINT32_MAX);
        view.fresh = f.fresh;
        check_bodies(&view, UINT32_MAX);
        guarded_free(bytes, len);
    }
    assert_int_equal(count, MESSAGES);
    assert_int_equal(direction->records.note_count, 0);
    session_end(&f);
}

static void however_the_stream_is_cut(void **state) {
    (void)state;
    build();
    for (uint32_t piece = 1; piece <= s.len; piece++)
        check_cut(piece, piece);
    for (uint32_t first = 1; first < s.len; first++)
        check_cut(first, s.len);
}

/* Only what was put together at the first look is fresh. */
static void fresh_bodies_are_those_of_the_segment(void **state) {
    (void)state;
    build();
    const struct rtmp_segment_record *segment = session_feed(&f, CLIENT, s.bytes, s.len);
    unsigned count = 0;
    for (const struct rtmp_fresh_body *fresh = f.fresh; fresh; fresh = fresh->next) {
        const struct rtmp_fragment_record *fragment =
            &session_view(&f, CLIENT, segment, s.bytes).fragments[fresh->fragment];
        assert_true(fragment->flags & RTMP_FRAGMENT_COMPLETE);
        assert_memory_equal(fresh->bytes, sent_of(fragment)->body, fragment->length);
        count++;
    }
    assert_int_equal(count, 5); /* the others are of one chunk */
}

/* A body that spans segments has a head and an outline if it is media. */
static void of_media_the_head_is_kept(void **state) {
    (void)state;
    static uint8_t body[4000] = {0x27, 1};
    put_message(&f.stream, 6, RTMP_MESSAGE_VIDEO, body, sizeof body, 128);
    session_feed(&f, CLIENT, f.stream.bytes, 1000);
    const struct rtmp_segment_record *segment =
        session_feed(&f, CLIENT, f.stream.bytes + 1000, f.stream.len - 1000);
    struct rtmp_segment_view view = session_view(&f, CLIENT, segment, f.stream.bytes + 1000);
    struct rtmp_segment_messages messages = {.view = &view};
    struct rtmp_message_body found =
        rtmp_segment_message_body(&messages, segment->fragment_count - 1, UINT32_MAX);
    assert_int_equal(found.head, RTMP_DEFAULT_MEDIA_HEAD);
    assert_in_range(found.available, RTMP_DEFAULT_MEDIA_HEAD, 2 * RTMP_DEFAULT_MEDIA_HEAD);
    assert_memory_equal(found.bytes, body, RTMP_DEFAULT_MEDIA_HEAD);
    assert_false(found.in_one_range);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_the_stream_is_cut),
        SESSION_TEST(fresh_bodies_are_those_of_the_segment),
        SESSION_TEST(of_media_the_head_is_kept),
    };
    return cmocka_run_group_tests_name("message bodies", tests, NULL, NULL);
}
