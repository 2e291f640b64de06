/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FLV files of messages: their bytes, timestamps, what is left out, names. */
#include "export/flv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "libc_memory.h"

static struct rtmp_flv flv;
static const struct rtmp_memory memory = {.resize = libc_resize};

static const uint8_t key[] = {0x17, 1, 0, 0, 0, 'k'}, inter[] = {0x27, 1, 0, 0, 0, 'i'},
                     config[] = {0x17, 0, 0, 0, 0, 1}, sound[] = {0xAF, 1, 's'};

static int begin(void **state) {
    (void)state;
    flv = (struct rtmp_flv){.file.memory = &memory};
    return 0;
}

static int end(void **state) {
    (void)state;
    (void)libc_resize(NULL, flv.file.bytes, 0);
    return 0;
}

static void add(uint8_t type, uint32_t timestamp, const void *body, uint32_t len) {
    const struct rtmp_message message = {.type = type, .timestamp = timestamp, .length = len};
    rtmp_flv_add(&flv, &message, body, len);
}

static void add_relative(uint8_t type, uint32_t timestamp, const void *body, uint32_t len) {
    const struct rtmp_message message = {
        .type = type, .timestamp = timestamp, .length = len, .relative = true};
    rtmp_flv_add(&flv, &message, body, len);
}

static void add_cut(uint8_t type, const void *body, uint32_t len) {
    const struct rtmp_message message = {.type = type, .length = len + 1};
    rtmp_flv_add(&flv, &message, body, len);
}

/* A tag of the file: position, and what its header says. */
struct seen {
    const uint8_t *data;
    uint32_t len, timestamp;
    uint8_t type;
};

static struct seen tag(unsigned n) {
    const uint8_t *at = flv.file.bytes + 13;
    for (;; n--) {
        assert_true(at < flv.file.bytes + flv.file.size);
        uint32_t len = rtmp_be24(at + 1);
        const uint8_t *behind = at + 11 + len;
        assert_int_equal(behind[0], 0);
        assert_int_equal(rtmp_be24(behind + 1), len + 11);
        assert_int_equal(rtmp_be24(at + 8), 0);
        if (n == 0)
            return (struct seen){at + 11, len, rtmp_be24(at + 4) | (uint32_t)at[7] << 24, at[0]};
        at = behind + 4;
    }
}

static void check_timestamps(const uint32_t *wanted, size_t count) {
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(tag(i).timestamp, wanted[i]);
}

/* Those of the first tags. */
#define ASSERT_TIMESTAMPS(...)                                                                     \
    check_timestamps((const uint32_t[]){__VA_ARGS__},                                              \
                     sizeof(uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))

static unsigned tags(void) {
    unsigned count = 0;
    for (size_t at = 13; at < flv.file.size; count++)
        at += 15 + rtmp_be24(flv.file.bytes + at + 1);
    return count;
}

static void a_file_is_header_tags_and_their_sizes(void **state) {
    (void)state;
    add(RTMP_MESSAGE_AUDIO, 0x01000000, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 0x02000001, key, sizeof key);
    static const uint8_t wanted[] = {'F', 'L', 'V', 1,    5,  0, 0, 0, 9,   0, 0, 0,    0,
                                     8,   0,   0,   3,    0,  0, 0, 0, 0,   0, 0, 0xAF, 1,
                                     's', 0,   0,   0,    14, 9, 0, 0, 6,   0, 0, 1,    1,
                                     0,   0,   0,   0x17, 1,  0, 0, 0, 'k', 0, 0, 0,    17};
    assert_int_equal(flv.file.size, sizeof wanted);
    assert_memory_equal(flv.file.bytes, wanted, sizeof wanted);
    assert_int_equal(flv.left_out, 0);
}

static void the_header_says_which_kinds_there_are(void **state) {
    (void)state;
    add(RTMP_MESSAGE_DATA_AMF0, 0, "\x05", 1);
    assert_int_equal(flv.file.bytes[4], 0);
    add(RTMP_MESSAGE_VIDEO, 0, key, sizeof key);
    assert_int_equal(flv.file.bytes[4], 1);
    add(RTMP_MESSAGE_AUDIO, 0, sound, sizeof sound);
    assert_int_equal(flv.file.bytes[4], 5);
}

static void timestamps_count_from_the_first_coded_frame(void **state) {
    (void)state;
    add(RTMP_MESSAGE_DATA_AMF0, 0, "\x05", 1);
    add(RTMP_MESSAGE_VIDEO, 0, config, sizeof config);
    add(RTMP_MESSAGE_VIDEO, 5000, key, sizeof key);
    add(RTMP_MESSAGE_AUDIO, 4990, sound, sizeof sound);
    add(RTMP_MESSAGE_AUDIO, 5020, sound, sizeof sound);
    ASSERT_TIMESTAMPS(0, 0, 0, 0, 20);
}

static void timestamps_may_wrap(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, UINT32_MAX - 9, key, sizeof key);
    add(RTMP_MESSAGE_VIDEO, 30, inter, sizeof inter);
    assert_int_equal(tag(1).timestamp, 40);
}

/* Observed: FFmpeg counts modulo 2^31. All tags behind the wrap were at 0. */
static void timestamps_may_wrap_at_31_bits(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, INT32_MAX - 9, key, sizeof key);
    add(RTMP_MESSAGE_VIDEO, 30, inter, sizeof inter);
    add(RTMP_MESSAGE_VIDEO, 70, inter, sizeof inter);
    assert_int_equal(tag(1).timestamp, 40);
    assert_int_equal(tag(2).timestamp, 80);
}

/* A player stays while its publisher starts again: all tags from there on were at 0. */
static void a_publisher_that_starts_again_goes_on_from_the_last_tag(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 1000, key, sizeof key);
    add(RTMP_MESSAGE_AUDIO, 1010, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 8000, key, sizeof key);
    add(RTMP_MESSAGE_AUDIO, 8010, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 0, config, sizeof config);
    add(RTMP_MESSAGE_VIDEO, 0, key, sizeof key);
    add(RTMP_MESSAGE_AUDIO, 8030, sound, sizeof sound); /* from before */
    add(RTMP_MESSAGE_VIDEO, 100, inter, sizeof inter);
    add(RTMP_MESSAGE_AUDIO, 50, sound, sizeof sound);
    add(RTMP_MESSAGE_AUDIO, 120, sound, sizeof sound);
    ASSERT_TIMESTAMPS(0, 10, 7000, 7010, 7010, 7010, 7010, 7110, 7060, 7130);
}

/* It was at 0, before all that was sent. */
static void configuration_that_is_repeated_at_0_keeps_its_place(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 5000, key, sizeof key);
    add(RTMP_MESSAGE_VIDEO, 9000, inter, sizeof inter);
    add(RTMP_MESSAGE_VIDEO, 0, config, sizeof config);
    add(RTMP_MESSAGE_VIDEO, 9040, key, sizeof key);
    ASSERT_TIMESTAMPS(0, 4000, 4000, 4040);
}

/* Clocks that are far apart stay so. */
static void audio_may_be_behind_video(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 9000, key, sizeof key);
    add(RTMP_MESSAGE_VIDEO, 13000, inter, sizeof inter);
    add(RTMP_MESSAGE_AUDIO, 10000, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 13100, inter, sizeof inter);
    add(RTMP_MESSAGE_AUDIO, 10100, sound, sizeof sound);
    ASSERT_TIMESTAMPS(0, 4000, 1000, 4100, 1100);
}

static void behind_lost_messages_video_waits_for_a_key_frame(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 0, key, sizeof key);
    rtmp_flv_lose(&flv);
    add(RTMP_MESSAGE_VIDEO, 80, inter, sizeof inter);
    add(RTMP_MESSAGE_AUDIO, 80, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 120, key, sizeof key);
    assert_int_equal(flv.left_out, 1);
    assert_int_equal(tags(), 3);
}

static void relative_timestamps_go_on_from_the_last_tag(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 1000, key, sizeof key);
    add(RTMP_MESSAGE_AUDIO, 1100, sound, sizeof sound);
    add_relative(RTMP_MESSAGE_AUDIO, 7, sound, sizeof sound);
    add_relative(RTMP_MESSAGE_AUDIO, 27, sound, sizeof sound);
    add_relative(RTMP_MESSAGE_VIDEO, 500, inter, sizeof inter);
    add_relative(RTMP_MESSAGE_AUDIO, 20, sound, sizeof sound); /* lost again */
    add(RTMP_MESSAGE_AUDIO, 1200, sound, sizeof sound);
    ASSERT_TIMESTAMPS(0, 100, 100, 120, 120, 120, 200);
}

/* Of one kind, whose header was lost; the other begins behind the loss. */
static void a_file_may_begin_with_relative_timestamps(void **state) {
    (void)state;
    add_relative(RTMP_MESSAGE_AUDIO, 23, sound, sizeof sound);
    add_relative(RTMP_MESSAGE_AUDIO, 743, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 20001923, config, sizeof config);
    add(RTMP_MESSAGE_VIDEO, 20002023, key, sizeof key);
    add_relative(RTMP_MESSAGE_AUDIO, 766, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 20002123, inter, sizeof inter);
    ASSERT_TIMESTAMPS(0, 720, 720, 720, 743, 820);
}

static void data_is_written_as_servers_record_it(void **state) {
    (void)state;
    static const char set[] = "\x02\0\x0D@setDataFrame\x02\0\x0AonMetaData";
    add(RTMP_MESSAGE_DATA_AMF0, 0, set, sizeof set - 1);
    add(RTMP_MESSAGE_DATA_AMF3, 0, "\0\x02\0\1x", 5);
    add(RTMP_MESSAGE_DATA_AMF3, 0, "", 0);
    assert_int_equal(tag(0).len, 13);
    assert_memory_equal(tag(0).data, "\x02\0\x0AonMetaData", 13);
    assert_int_equal(tag(1).type, RTMP_MESSAGE_DATA_AMF0);
    assert_int_equal(tag(1).len, 4);
    assert_memory_equal(tag(1).data, "\x02\0\1x", 4);
    assert_int_equal(tag(2).len, 0);
}

static void other_messages_are_no_tags(void **state) {
    (void)state;
    add(RTMP_MESSAGE_COMMAND_AMF0, 0, "\x02\0\1x", 4);
    assert_int_equal(flv.file.size, 0);
}

static void behind_a_damaged_message_video_waits_for_a_key_frame(void **state) {
    (void)state;
    add(RTMP_MESSAGE_VIDEO, 0, key, sizeof key);
    add_cut(RTMP_MESSAGE_VIDEO, inter, sizeof inter);
    add(RTMP_MESSAGE_VIDEO, 40, inter, sizeof inter);
    add(RTMP_MESSAGE_AUDIO, 40, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 50, config, sizeof config);
    add(RTMP_MESSAGE_VIDEO, 80, key, sizeof key);
    add(RTMP_MESSAGE_VIDEO, 90, inter, sizeof inter);
    add_cut(RTMP_MESSAGE_AUDIO, sound, sizeof sound);
    add(RTMP_MESSAGE_VIDEO, 100, inter, sizeof inter);
    assert_int_equal(flv.left_out, 3);
    assert_int_equal(tags(), 6);
    ASSERT_TIMESTAMPS(0, 40, 50, 80, 90, 100);
}

/* Two tags, the second without its back pointer. */
static const uint8_t aggregate[] = {8, 0, 0, 3, 0, 0, 10, 0, 0, 0, 0, 0xAF, 1, 's', 0, 0, 0,  14,
                                    9, 0, 0, 6, 0, 0, 30, 0, 0, 0, 0, 0x17, 1, 0,   0, 0, 'k'};

static void tags_of_an_aggregate_are_tags(void **state) {
    (void)state;
    add(RTMP_MESSAGE_AGGREGATE, 1000, aggregate, sizeof aggregate);
    assert_int_equal(tags(), 2);
    assert_int_equal(tag(0).type, RTMP_MESSAGE_AUDIO);
    assert_int_equal(tag(0).timestamp, 0);
    assert_int_equal(tag(1).timestamp, 20);
    assert_memory_equal(tag(1).data, key, sizeof key);
}

static void of_a_cut_aggregate_the_whole_tags_are_left(void **state) {
    (void)state;
    const struct rtmp_message message = {.type = RTMP_MESSAGE_AGGREGATE,
                                         .length = sizeof aggregate};
    for (uint32_t len = 0; len < sizeof aggregate; len++) {
        begin(NULL);
        rtmp_flv_add(&flv, &message, aggregate, len);
        assert_int_equal(flv.file.size ? tags() : 0, len >= 14);
        assert_true(flv.needs_key_frame);
        end(NULL);
    }
    begin(NULL);
}

static void *refuse_memory(void *user, void *old, size_t size) {
    (void)user;
    (void)old;
    (void)size;
    return NULL;
}

static void without_memory_messages_are_left_out(void **state) {
    (void)state;
    static const struct rtmp_memory none = {.resize = refuse_memory};
    flv.file.memory = &none;
    add(RTMP_MESSAGE_VIDEO, 0, key, sizeof key);
    assert_int_equal(flv.file.size, 0);
    assert_int_equal(flv.left_out, 1);
}

static void check_name(const char *name, const char *wanted) {
    char out[256];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_flv_file_name(&text, (const uint8_t *)name, name ? strlen(name) : 0, 3);
    assert_string_equal(out, wanted);
}

static void names_are_safe(void **state) {
    (void)state;
    check_name("live", "live-3.flv");
    check_name("live?token=secret", "live-3.flv");
    check_name("../../etc/passwd", "___.._etc_passwd-3.flv");
    check_name("mp4:a\\b<>|\"*", "mp4_a_b_____-3.flv");
    check_name("a\nb", "a\xE2\x90\x8A"
                       "b-3.flv");
    check_name("?x", "stream-3.flv");
    check_name(NULL, "stream-3.flv");
}

static void a_long_name_is_cut(void **state) {
    (void)state;
    char name[300], out[256];
    memset(name, 'x', sizeof name);
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_flv_file_name(&text, (const uint8_t *)name, sizeof name, 4294967295U);
    assert_false(text.cut);
    assert_true(text.len < 130);
    assert_string_equal(out + text.len - 15, "-4294967295.flv");
}

#define FLV_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        FLV_TEST(a_file_is_header_tags_and_their_sizes),
        FLV_TEST(the_header_says_which_kinds_there_are),
        FLV_TEST(timestamps_count_from_the_first_coded_frame),
        FLV_TEST(timestamps_may_wrap),
        FLV_TEST(timestamps_may_wrap_at_31_bits),
        FLV_TEST(a_publisher_that_starts_again_goes_on_from_the_last_tag),
        FLV_TEST(configuration_that_is_repeated_at_0_keeps_its_place),
        FLV_TEST(audio_may_be_behind_video),
        FLV_TEST(relative_timestamps_go_on_from_the_last_tag),
        FLV_TEST(a_file_may_begin_with_relative_timestamps),
        FLV_TEST(data_is_written_as_servers_record_it),
        FLV_TEST(other_messages_are_no_tags),
        FLV_TEST(behind_a_damaged_message_video_waits_for_a_key_frame),
        FLV_TEST(behind_lost_messages_video_waits_for_a_key_frame),
        FLV_TEST(tags_of_an_aggregate_are_tags),
        FLV_TEST(of_a_cut_aggregate_the_whole_tags_are_left),
        FLV_TEST(without_memory_messages_are_left_out),
        FLV_TEST(names_are_safe),
        FLV_TEST(a_long_name_is_cut),
    };
    return cmocka_run_group_tests_name("FLV", tests, NULL, NULL);
}
