/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/clock.h"

#include <string.h>

#include "base/message.h"
#include "session/clock_facts.h"
#include "session_fixture.h"

/* ---- clocks alone ---- */

static const uint8_t aac[] = {0xAF, 1, 0};
static const uint8_t aac_config[] = {0xAF, 0, 0};
static const uint8_t avc[] = {0x27, 1, 0, 0, 0};
static const uint8_t avc_key[] = {0x17, 1, 0, 0, 0};
static const uint8_t avc_config[] = {0x17, 0, 0, 0, 0};
static const uint8_t enhanced_config[] = {0x90, 'h', 'v', 'c', '1'};

static struct recorder rec;
static struct rtmp_clocks clocks;
static struct rtmp_memory memory;
static uint32_t next_index;

static int begin_clocks(void **state) {
    (void)state;
    rec = recorder_new();
    memory = recorder_memory(&rec);
    clocks = (struct rtmp_clocks){.last = 0};
    next_index = 0;
    return 0;
}

static int end_clocks(void **state) {
    (void)state;
    rtmp_clocks_destroy(&clocks, &memory);
    assert_int_equal(rec.live, 0);
    recorder_clear(&rec);
    return 0;
}

/* The next message, which arrives at its timestamp. Does its timestamp run backwards? */
static bool step(uint32_t stream, unsigned type, uint32_t ms, const uint8_t *bytes, uint32_t len) {
    const struct rtmp_media_body body = {
        .video = type == RTMP_MESSAGE_VIDEO, .bytes = bytes, .available = len, .length = len};
    struct rtmp_clock_message message = {.index = next_index++,
                                         .stream_id = stream,
                                         .timestamp = ms,
                                         .arrival = (int64_t)ms * 1000000,
                                         .kind = body.video ? RTMP_CLOCK_VIDEO : RTMP_CLOCK_AUDIO,
                                         .class = rtmp_media_classify(&body)};
    bool backwards;
    (void)rtmp_clocks_follow(&clocks, &memory, &message, &body, &backwards);
    return backwards;
}
#define STEP(stream, kind, ms, bytes) step(stream, kind, ms, bytes, sizeof bytes)
enum { AUDIO = RTMP_MESSAGE_AUDIO, VIDEO = RTMP_MESSAGE_VIDEO };

/* time_drift_audio_fast_pub_gst_rtmpsink: audio and video on one chunk stream, each only rises. */
static void each_kind_and_stream_counts_by_itself(void **state) {
    (void)state;
    assert_false(STEP(1, AUDIO, 100, aac));
    assert_false(STEP(1, VIDEO, 40, avc));
    assert_false(STEP(1, AUDIO, 123, aac));
    assert_false(STEP(2, AUDIO, 0, aac));
    assert_false(STEP(1, VIDEO, 80, avc));
    assert_true(STEP(1, AUDIO, 122, aac));
    assert_false(STEP(1, AUDIO, 145, aac)); /* once for its cause */
    assert_false(STEP(2, AUDIO, 23, aac));
}

static void configurations_do_not_count(void **state) {
    (void)state;
    assert_false(STEP(1, VIDEO, 16775000, avc));
    assert_false(STEP(1, VIDEO, 0, avc_config));
    assert_false(STEP(1, VIDEO, 0, enhanced_config));
    assert_false(STEP(1, VIDEO, 16775040, avc));
    assert_false(STEP(1, AUDIO, 16775000, aac));
    assert_false(STEP(1, AUDIO, 0, aac_config));
    assert_true(STEP(1, AUDIO, 0, aac));
}

/* extts_pub_ffmpeg51_32bit_wrap */
static void wraps_are_not_backwards(void **state) {
    (void)state;
    assert_false(STEP(1, AUDIO, 0xFFFFFFF0, aac));
    assert_false(STEP(1, AUDIO, 7, aac));
    rtmp_clocks_judge_anew(&clocks);
    assert_false(STEP(1, AUDIO, 2147483627, aac));
    assert_false(STEP(1, AUDIO, 3, aac));
    assert_false(STEP(1, AUDIO, 26, aac));
}

static void distances_are_counted_on_over_wraps(void **state) {
    (void)state;
    assert_int_equal(rtmp_clock_distance(100, 123), 23);
    assert_int_equal(rtmp_clock_distance(123, 100), -23);
    assert_int_equal(rtmp_clock_distance(0xFFFFFFF0, 7), 23);
    assert_int_equal(rtmp_clock_distance(7, 0xFFFFFFF0), -23);
    assert_int_equal(rtmp_clock_distance(2147483627, 2), 23);
    assert_int_equal(rtmp_clock_distance(2, 2147483627), -23);
    assert_int_equal(rtmp_clock_distance(0, 0x7FFF0000), 0x7FFF0000);
}

/* A second publish begins at 0 again. */
static void judged_anew_the_first_is_not_backwards(void **state) {
    (void)state;
    assert_false(STEP(1, AUDIO, 5000, aac));
    rtmp_clocks_judge_anew(&clocks);
    assert_false(STEP(1, AUDIO, 0, aac));
}

static void streams_beyond_the_limit_have_no_clock(void **state) {
    (void)state;
    for (uint32_t stream = 0; stream < RTMP_LIMIT_CLOCKS; stream++)
        assert_false(STEP(stream, AUDIO, 1000, aac));
    assert_false(STEP(RTMP_LIMIT_CLOCKS, AUDIO, 1000, aac));
    assert_false(STEP(RTMP_LIMIT_CLOCKS, AUDIO, 500, aac));
    assert_true(STEP(0, AUDIO, 500, aac));
}

static void without_memory_a_message_is_not_counted(void **state) {
    (void)state;
    rec.fail_at = 0;
    rec.fail_on = true;
    assert_false(STEP(1, AUDIO, 1000, aac));
    assert_int_equal(clocks.checkpoint_count, 0);
    rec.fail_at = -1;
    rec.fail_on = false;
    assert_false(STEP(1, AUDIO, 500, aac));
    assert_int_equal(clocks.checkpoint_count, 1);
}

/* Enhanced RTMP: tracks 1 and 0 in one message, 2 bytes of each. */
static const uint8_t two_tracks[] = {0x96, 0x11, 'a', 'v', '0', '1', 1, 0, 0,
                                     2,    7,    7,   0,   0,   0,   2, 7, 7};
static const uint8_t track_1[] = {0x96, 0x01, 'a', 'v', '0', '1', 1, 7, 7};
static const uint8_t no_track[] = {0x91, 'a', 'v', '0', '1', 7, 7};

static void each_track_of_a_message_counts_for_itself(void **state) {
    (void)state;
    const struct rtmp_track_key *keys;
    (void)STEP(1, VIDEO, 0, no_track);
    (void)STEP(1, VIDEO, 40, track_1);
    (void)STEP(1, VIDEO, 2000, two_tracks);
    (void)STEP(2, VIDEO, 2000, track_1);
    assert_int_equal(rtmp_clocks_track_keys(&clocks, 0, &keys), 0);
    assert_int_equal(rtmp_clocks_track_keys(&clocks, 1, &keys), 1);
    assert_int_equal(keys[0].track, 1);
    assert_int_equal(keys[0].number, 1);
    assert_int_equal(keys[0].interval, -1);
    assert_int_equal(rtmp_clocks_track_keys(&clocks, 2, &keys), 2);
    assert_int_equal(keys[0].track, 1);
    assert_int_equal(keys[0].number, 2);
    assert_int_equal(keys[0].interval, 1960);
    assert_int_equal(keys[1].track, 0); /* that of the message without tracks was its first */
    assert_int_equal(keys[1].number, 2);
    assert_int_equal(keys[1].interval, 2000);
    assert_int_equal(rtmp_clocks_track_keys(&clocks, 3, &keys), 1);
    assert_int_equal(keys[0].number, 1);
    rtmp_clocks_restart(&clocks, 1);
    (void)STEP(1, VIDEO, 4000, track_1);
    assert_int_equal(rtmp_clocks_track_keys(&clocks, 4, &keys), 1);
    assert_int_equal(keys[0].number, 1);
}

/* ---- facts of a session's messages ---- */

static struct session_fixture f;

static int begin_session(void **state) {
    (void)state;
    session_begin(&f);
    session_shake_hands(&f);
    return 0;
}

static int finish_session(void **state) {
    (void)state;
    session_end(&f);
    return 0;
}

/* Append a message on message stream 1 with a timestamp. */
static void put_media(struct stream *s, uint8_t type, uint32_t ms, const uint8_t *body,
                      uint32_t len) {
    uint8_t *header = s->bytes + s->len;
    put_message(s, 4, type, body, len, 128);
    header[1] = (uint8_t)(ms >> 16);
    header[2] = (uint8_t)(ms >> 8);
    header[3] = (uint8_t)ms;
    header[8] = 1;
}
#define PUT(s, type, ms, body) put_media(s, type, ms, body, sizeof body)

static bool facts_of(unsigned n, struct rtmp_media_facts *facts) {
    struct rtmp_message_record message;
    assert_true(session_message(&f, CLIENT, n, &message));
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    const uint32_t index = message.id >> 1;
    return rtmp_media_facts_of(dir, rtmp_records_fragment(&dir->records, index), index, facts);
}

/* In one frame: the first coded message of a kind has skew 0, later ones minus their timestamp. */
static void facts_of_a_stream(void **state) {
    (void)state;
    struct stream s = {.len = 0};
    struct rtmp_media_facts facts;
    PUT(&s, AUDIO, 0, aac_config);
    PUT(&s, VIDEO, 0, avc_config);
    PUT(&s, AUDIO, 1000, aac);
    PUT(&s, VIDEO, 1010, avc_key);
    PUT(&s, AUDIO, 1023, aac);
    PUT(&s, VIDEO, 1050, avc);
    PUT(&s, VIDEO, 3010, avc_key);
    session_feed(&f, CLIENT, s.bytes, s.len);
    assert_true(facts_of(0, &facts));
    assert_false(facts.has_interval);
    assert_false(facts.has_skew);
    assert_true(facts_of(2, &facts));
    assert_int_equal(facts.interval, 1000); /* configuration included */
    assert_true(facts.has_skew && facts.skew == 0);
    assert_false(facts.has_av_offset);
    assert_true(facts_of(3, &facts));
    assert_int_equal(facts.av_offset, -10);
    assert_int_equal(facts.key, 1);
    assert_int_equal(facts.key_interval, -1);
    assert_true(facts_of(5, &facts));
    assert_int_equal(facts.interval, 40);
    assert_true(facts.skew == -40);
    assert_int_equal(facts.av_offset, -27);
    assert_int_equal(facts.key, 0);
    assert_true(facts_of(6, &facts));
    assert_int_equal(facts.key, 2);
    assert_int_equal(facts.key_interval, 2000);
}

/* extts_pub_ffmpeg51_32bit_wrap: FFmpeg's configuration is at 0, its first audio just below 2^31.
 */
static void a_beginning_below_2_31_is_no_wrap(void **state) {
    (void)state;
    struct rtmp_stream_clock clock = {.stream_id = 1};
    struct rtmp_clock_message message = {.kind = RTMP_CLOCK_AUDIO,
                                         .class = RTMP_MEDIA_CLASS_CONFIG};
    rtmp_clock_step(&clock, &message);
    message.class = RTMP_MEDIA_CLASS_CODED;
    message.timestamp = 2147481352;
    assert_int_equal(rtmp_clock_facts(&clock, &message).interval, 2147481352);
    rtmp_clock_step(&clock, &message);
    message.timestamp = 4;
    assert_int_equal(rtmp_clock_facts(&clock, &message).interval, 2300);
}

/* Each millisecond a frame with one to three messages of 23 ms: over several checkpoints, with
 * empty segments between, asked for in any order. */
static void facts_do_not_depend_on_the_order_of_visits(void **state) {
    (void)state;
    enum { FRAMES = 600 };
    struct rtmp_media_facts facts;
    unsigned count = 0;
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        struct stream s = {.len = 0};
        for (unsigned i = 0; i <= frame % 3; i++)
            PUT(&s, AUDIO, 23 * count++, aac);
        session_feed(&f, CLIENT, s.bytes, s.len);
        if (frame % 7 == 0) /* seen before */
            session_feed_at(&f, CLIENT, BEGIN, s.bytes, 4);
    }
    assert_true(session_side(&f, CLIENT)->clocks.checkpoint_count >= 3);
    struct rtmp_message_record first, message;
    assert_true(session_message(&f, CLIENT, 0, &first));
    for (unsigned i = 0; i < count; i++) {
        unsigned n = (i * 719) % count;
        assert_true(session_message(&f, CLIENT, n, &message));
        assert_true(facts_of(n, &facts));
        assert_int_equal(facts.has_interval, n > 0);
        assert_int_equal(facts.interval, n ? 23 : 0);
        assert_true(facts.skew == (double)(message.time - first.time) / 1e6 - 23.0 * n);
    }
}

int main(void) {
#define CLOCKS(test)  cmocka_unit_test_setup_teardown(test, begin_clocks, end_clocks)
#define SESSION(test) cmocka_unit_test_setup_teardown(test, begin_session, finish_session)
    const struct CMUnitTest tests[] = {
        CLOCKS(each_kind_and_stream_counts_by_itself),
        CLOCKS(configurations_do_not_count),
        CLOCKS(wraps_are_not_backwards),
        cmocka_unit_test(distances_are_counted_on_over_wraps),
        cmocka_unit_test(a_beginning_below_2_31_is_no_wrap),
        CLOCKS(judged_anew_the_first_is_not_backwards),
        CLOCKS(streams_beyond_the_limit_have_no_clock),
        CLOCKS(without_memory_a_message_is_not_counted),
        CLOCKS(each_track_of_a_message_counts_for_itself),
        SESSION(facts_of_a_stream),
        SESSION(facts_do_not_depend_on_the_order_of_visits),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
