/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "payload/command/capabilities.h"
#include "payload/media/media_summary.h"

#include "vectors.h"

static void assert_line(bool video, const char *hex, uint32_t length, uint32_t timestamp,
                        const char *expected) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_media_body body = {.video = video,
                                   .bytes = bytes,
                                   .available = (uint32_t)len,
                                   .length = length ? length : (uint32_t)len};
    char line[200];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_media_summary(&text, &body, &(struct rtmp_message){.timestamp = timestamp});
    assert_string_equal(line, expected);
    guarded_free(bytes, len);
}

static void one_line_names_a_message(void **state) {
    (void)state;
    assert_line(false, "", 0, 5, "Audio silence");
    assert_line(true, "", 0, 5, "Video empty");
    assert_line(true, "1701000000 00001000", 4100, 1040,
                "Video H.264 keyframe, ts 1040 ms, 4.1 kB");
    assert_line(true, "a168766331000000", 753, 300, "Video HEVC inter, ts 300 ms, 753 B");
    assert_line(true, "3200", 0, 0, "Video Sorenson H.263 disposable, ts 0 ms, 2 B");
    assert_line(false, "af01 2110", 371, 23, "Audio AAC, ts 23 ms, 371 B");
    assert_line(false, "af00 1210", 0, 0, "Audio AAC config 44100 Hz stereo");
    assert_line(false, "af00", 0, 0, "Audio AAC config");
    assert_line(
        true,
        "1700000000 014d401effe10023674d401e965605017fcb80b5010101400000fa00003a983800007a10"
        "000f425bbcb82801000468ee3c80",
        0, 0, "Video H.264 config 640x360");
    assert_line(true, "2702000000", 0, 0, "Video H.264 end of sequence");
    assert_line(true, "8468766331 05", 0, 0, "Video HEVC metadata");
    assert_line(true, "5700", 0, 0, "Video H.264 command: start seek");
    assert_line(true, "d001", 0, 0, "Video command: end seek");
    assert_line(false, "944f707573 0106 0000003f", 0, 0,
                "Audio Opus multichannel config 6 channels");
    assert_line(false, "95114f707573 00 000001 fc 01 000001 fc", 0, 7,
                "Audio Opus 2 tracks, ts 7 ms, 16 B");
    assert_line(true, "9603 76703038 05 1000", 0, 9, "Video VP8 track 5 keyframe, ts 9 ms, 9 B");
    assert_line(true, "9178797a39 00", 0, 1, "Video xyz9 keyframe, ts 1 ms, 6 B");
    assert_line(false, "c000", 0, 1, "Audio format 12, ts 1 ms, 2 B");
    assert_line(true, "9f61766331 00", 0, 1, "Video H.264 packet type 15");
}

/* The first byte announces a packet type, a command or a FourCC that is missing. */
static void what_is_not_there_is_not_named(void **state) {
    (void)state;
    assert_line(true, "27", 0, 0, "Video H.264 cut short");
    assert_line(true, "67", 0, 0, "Video H.264 cut short");
    assert_line(true, "57", 0, 0, "Video H.264 cut short");
    assert_line(true, "d1", 0, 0, "Video cut short");
    assert_line(true, "90", 0, 0, "Video cut short");
    assert_line(true, "916176", 0, 0, "Video cut short");
    assert_line(true, "97ff", 0, 0, "Video cut short");
    assert_line(false, "af", 0, 0, "Audio AAC cut short");
    assert_line(false, "95", 0, 0, "Audio cut short");
    assert_line(false, "2f", 0, 0, "Audio MP3, ts 0 ms, 1 B");
}

static void assert_meaning(const char *path, double value, const char *expected) {
    char line[200];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    bool known = rtmp_property_meaning(&text, path, value);
    assert_int_equal(known, expected != NULL);
    assert_string_equal(line, expected ? expected : "");
}

static void properties_have_a_meaning(void **state) {
    (void)state;
    assert_meaning("2.capsEx", 15, "reconnect, multitrack, ModEx, nanosecond offset");
    assert_meaning("2.capsEx", 2, "multitrack");
    assert_meaning("2.capsEx", 0, NULL);
    assert_meaning("2.capsEx", -1, NULL);
    assert_meaning("2.capsEx", NAN, NULL);
    assert_meaning("2.videoFunction", 1, "client seek");
    assert_meaning("2.videoFunction", 14, "HDR, metadata packet, large-scale tile");
    assert_meaning("2.videoFourCcInfoMap.hvc1", 5, "decode, forward");
    assert_meaning("2.audioFourCcInfoMap.*", 4, "forward");
    assert_meaning("videoFourCcInfoMap", 4, NULL);
    assert_meaning("2.audioCodecs", 0x0400 + 0x0800, "AAC, Speex");
    assert_meaning("2.videoCodecs", 252,
                   "Sorenson H.263, Screen video, VP6, VP6 with alpha, Screen video 2, H.264");
    assert_meaning("1.videocodecid", 7, "H.264");
    assert_meaning("2.videocodecid", 1635135537, "AV1");
    assert_meaning("2.audiocodecid", 10, "AAC");
    assert_meaning("2.audiocodecid", 12, NULL);
    assert_meaning("audiocodecid", 2, "MP3");
    assert_meaning("1.colorConfig.transferCharacteristics", 16, "PQ (ST 2084)");
    assert_meaning("1.colorConfig.colorPrimaries", 9, "BT.2020");
    assert_meaning("1.colorConfig.matrixCoefficients", 0, "Identity (RGB)");
    assert_meaning("1.colorConfig.matrixCoefficients", 99, NULL);
    assert_meaning("2.width", 7, NULL);
    assert_meaning("", 7, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_names_a_message),
        cmocka_unit_test(what_is_not_there_is_not_named),
        cmocka_unit_test(properties_have_a_meaning),
    };
    return cmocka_run_group_tests_name("media_summary", tests, NULL, NULL);
}
