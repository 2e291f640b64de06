/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/config_message.h"

#include "vectors.h"

static struct rtmp_decoder_configs decoder_configs;

static void learn_message(uint8_t type, uint32_t stream_id, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    const struct rtmp_message message = {
        .type = type, .length = (uint32_t)len, .stream_id = stream_id};
    rtmp_decoder_configs_learn(&decoder_configs, &message, bytes, (uint32_t)len);
    guarded_free(bytes, len);
}

static void learn(uint32_t stream_id, const char *hex) {
    learn_message(RTMP_MESSAGE_VIDEO, stream_id, hex);
}

static unsigned size_of(uint32_t stream_id, uint8_t track, enum rtmp_codec codec) {
    return rtmp_decoder_configs_length_size(&decoder_configs, stream_id, track, codec);
}

static unsigned avc_size(uint32_t stream_id) {
    return size_of(stream_id, 0, RTMP_CODEC_H264);
}

static int begin(void **state) {
    (void)state;
    decoder_configs = (struct rtmp_decoder_configs){.count = 0};
    return 0;
}

#define AVC  "17 00 000000 01 64001f "
#define HVCC "01 0100000000 000000000000 00 f000 fc fd f8 f8 0000 "

static void the_last_record_of_a_stream_counts(void **state) {
    (void)state;
    assert_int_equal(avc_size(1), 0);
    assert_int_equal(rtmp_decoder_configs_length_size(NULL, 1, 0, RTMP_CODEC_H264), 0);
    learn(1, AVC "fc e0 00");
    assert_int_equal(avc_size(1), 1);
    assert_int_equal(avc_size(2), 0);
    learn(1, AVC "ff e0 00");
    assert_int_equal(avc_size(1), 4);
    learn(2, "90 68766331 " HVCC "0d 00");
    assert_int_equal(size_of(2, 0, RTMP_CODEC_HEVC), 2);
    assert_int_equal(avc_size(1), 4);
}

/* A record of another codec on the same stream does not apply. */
static void codecs_of_a_stream_have_their_own(void **state) {
    (void)state;
    learn(1, AVC "ff e0 00");
    learn(1, "90 68766331 " HVCC "0d 00");
    assert_int_equal(avc_size(1), 4);
    assert_int_equal(size_of(1, 0, RTMP_CODEC_HEVC), 2);
    assert_int_equal(size_of(1, 0, RTMP_CODEC_VVC), 0);
}

static void tracks_of_a_stream_have_their_own(void **state) {
    (void)state;
    learn(1, "90 61766331 01 64001f ff e0 00");
    learn(1, "96 00 61766331 05 01 64001f fd e0 00");
    learn(1, "97 02 0001f4 06 00 61766331 06 01 64001f fc e0 00"); /* behind a ModEx */
    assert_int_equal(avc_size(1), 4);
    assert_int_equal(size_of(1, 5, RTMP_CODEC_H264), 2);
    assert_int_equal(size_of(1, 6, RTMP_CODEC_H264), 1);
    assert_int_equal(size_of(1, 7, RTMP_CODEC_H264), 0);
}

/* All records of a multitrack message, of one codec or of several. */
static void tracks_of_a_message_have_their_own(void **state) {
    (void)state;
    learn(1, "96 10 61766331 01 000007 01 64001f fd e0 00 02 000007 01 64001f fc e0 00");
    assert_int_equal(size_of(1, 1, RTMP_CODEC_H264), 2);
    assert_int_equal(size_of(1, 2, RTMP_CODEC_H264), 1);
    learn(1, "96 20 61766331 01 000007 01 64001f ff e0 00"
             "      68766331 03 000017 " HVCC "0d 00");
    assert_int_equal(size_of(1, 1, RTMP_CODEC_H264), 4);
    assert_int_equal(size_of(1, 3, RTMP_CODEC_HEVC), 2);
}

static void records_in_an_aggregate_count(void **state) {
    (void)state;
    learn_message(RTMP_MESSAGE_AGGREGATE, 4,
                  "08 000002 000000 00 000000 af01 0000000d"
                  "09 00000c 000000 00 000009 " AVC "fd e0 00 00000017"
                  "09 000009");
    assert_int_equal(avc_size(4), 2);
    assert_int_equal(avc_size(9), 0); /* the tag's stream id is not used */
}

static void other_messages_announce_nothing(void **state) {
    (void)state;
    static const char *const others[] = {"",
                                         "17",
                                         "17 00 000000 01 64",
                                         "17 00",
                                         "90 76703039 00",
                                         "27 01 000000 00000002 41 9a",
                                         "97 02 000001 07 02 000002 0f",
                                         "d0 00",
                                         "96",
                                         "91 61766331 000000 00000001 09"};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        learn(1, others[i]);
    learn_message(RTMP_MESSAGE_AUDIO, 1, AVC "ff e0 00");
    assert_int_equal(decoder_configs.count, 0);
    assert_int_equal(decoder_configs.version, 0);
    learn(1, AVC "ff e0 00");
    learn(1, "17 00 000000 01 64"); /* cut: earlier entries remain */
    assert_int_equal(avc_size(1), 4);
}

static void a_change_is_another_version(void **state) {
    (void)state;
    learn(1, AVC "ff e0 00");
    struct rtmp_decoder_configs before = decoder_configs;
    assert_int_not_equal(before.version, 0);
    learn(1, AVC "ff e0 00");
    assert_int_equal(decoder_configs.version, before.version);
    learn(1, AVC "fd e0 00");
    struct rtmp_decoder_configs one = decoder_configs;
    decoder_configs = before;
    learn(2, AVC "fd e0 00");
    assert_int_not_equal(one.version, before.version);
    assert_int_not_equal(decoder_configs.version, before.version);
    assert_int_not_equal(decoder_configs.version, one.version);
}

static void a_full_table_forgets_the_oldest(void **state) {
    (void)state;
    for (uint32_t id = 1; id <= RTMP_LIMIT_DECODER_CONFIGS + 2; id++)
        learn(id, AVC "fd e0 00");
    assert_int_equal(decoder_configs.count, RTMP_LIMIT_DECODER_CONFIGS);
    assert_int_equal(avc_size(1), 0);
    assert_int_equal(avc_size(2), 0);
    for (uint32_t id = 3; id <= RTMP_LIMIT_DECODER_CONFIGS + 2; id++)
        assert_int_equal(avc_size(id), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_last_record_of_a_stream_counts, begin),
        cmocka_unit_test_setup(codecs_of_a_stream_have_their_own, begin),
        cmocka_unit_test_setup(tracks_of_a_stream_have_their_own, begin),
        cmocka_unit_test_setup(tracks_of_a_message_have_their_own, begin),
        cmocka_unit_test_setup(records_in_an_aggregate_count, begin),
        cmocka_unit_test_setup(other_messages_announce_nothing, begin),
        cmocka_unit_test_setup(a_change_is_another_version, begin),
        cmocka_unit_test_setup(a_full_table_forgets_the_oldest, begin),
    };
    return cmocka_run_group_tests_name("media_streams", tests, NULL, NULL);
}
