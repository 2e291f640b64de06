/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media_events.h"
#include "vectors.h"

/*
 * Configuration records and codec headers with the values that their encoders were told to write
 * (x264, x265, libaom, SVT-AV1, rav1e, libvpx, FFmpeg's AAC, FLAC, AC-3, E-AC-3, libopus, LAME), or
 * made by hand where there is no encoder: marked so. Each stands behind an Enhanced RTMP header.
 */
struct fact {
    enum rtmp_media_field field;
    unsigned nth;
    int64_t value;
};

struct record {
    const char *name;
    const char *hex;    /* of the record or the frame */
    const char *fourcc; /* or the first byte of a legacy video message, two hex digits */
    bool frame;
    struct fact facts[14];
    const char *profile;
    double level, frame_rate;
};

#define F(field, value)                                                                            \
    { RTMP_FIELD_##field, 0, value }
#define N(field, nth, value)                                                                       \
    { RTMP_FIELD_##field, nth, value }
#define PIXELS(width, height) F(VIDEO_WIDTH, width), F(VIDEO_HEIGHT, height)
#define SOUND(rate, channels) F(AUDIO_SAMPLE_RATE, rate), F(AUDIO_CHANNEL_COUNT, channels)

static const struct record records[] = {
    {"H.264 4:4:4 with scaling lists and cropping",
     "01f4000dffe1001b67f4000d919b282a33c7c5e022000003000200000300601e28532c01000868ebe3c44c000440"
     "fff8f800",
     "avc1",
     false,
     {PIXELS(322, 182), F(AVC_PROFILE, 244), F(AVC_LEVEL, 13), F(NAL_LENGTH_SIZE, 4),
      F(SPS_COUNT, 1), F(PPS_COUNT, 1), F(CHROMA_FORMAT, 3), F(BIT_DEPTH_LUMA, 8),
      N(BIT_DEPTH_LUMA, 1, 8), F(SPS_EXTENSION_COUNT, 0), F(NAL_TYPE, 7), N(NAL_TYPE, 1, 8)},
     "High 4:4:4 Predictive",
     1.3,
     24},
    {"H.264 interlaced",
     "0164001effe100186764001eacd940b424d8208000000300800000190f8a14cb01000668fba3cb22c0fdf8f800",
     "avc1",
     false,
     {PIXELS(720, 576), F(AVC_PROFILE, 100), F(NAL_LENGTH, 24), N(NAL_LENGTH, 1, 6),
      F(ASPECT_RATIO_IDC, 4), F(NUM_UNITS_IN_TICK, 1), F(TIME_SCALE, 50)},
     "High",
     3.0,
     25},
    {"H.264 cropped 1918x1078 at 29.97",
     "01640028ffe1001a67640028acd940780227a9b01100000303e90000ea600f18319601000768ebe3cb3002c0fdf8"
     "f800",
     "avc1",
     false,
     {PIXELS(1918, 1078), F(NUM_UNITS_IN_TICK, 1001), F(TIME_SCALE, 60000)},
     "High",
     4.0,
     30000.0 / 1001},
    {"H.264 4:2:2 10 bit",
     "017a001fffe1001b677a001fb6cd940a42fe227c0440000003004000001903c60c658001000668ebe3cb22c0fefa"
     "fa00",
     "avc1",
     false,
     {PIXELS(642, 362), F(CHROMA_FORMAT, 2), F(BIT_DEPTH_LUMA, 10), F(BIT_DEPTH_CHROMA, 10)},
     "High 4:2:2",
     3.1,
     50},
    {"HEVC 4:4:4 12 bit, cropped",
     "0104080000009808000000003cf000fcfffcfc00000f03a00001001840010c01ffff040800000300980800000300"
     "003c998a0240a10001002c420101040800000300980800000300003c90014901f39e7294b331524995e02d010000"
     "030001000003001808a2000100084401c172860c4624",
     "hvc1",
     false,
     {PIXELS(322, 242), F(HEVC_PROFILE, 4), F(HEVC_LEVEL, 60), F(HEVC_COMPATIBILITY, 0x08000000),
      F(HEVC_CONSTRAINTS, 0x980800000000), F(CHROMA_FORMAT, 3), F(BIT_DEPTH_LUMA, 12),
      F(ARRAY_COUNT, 3), N(ARRAY_NAL_TYPE, 1, 33), N(NAL_TYPE, 0, 32), N(NAL_TYPE, 2, 34),
      N(BIT_DEPTH_CHROMA, 1, 12), F(NAL_LENGTH_SIZE, 4)},
     "Format Range Extensions (RExt)",
     2.0,
     24},
    {"HEVC scaling lists and HRD",
     "0101600000009000000000003cf000fcfdf8f800000f03a00001001840010c01ffff016000000300900000030000"
     "03003c959809a10001003542010101600000030090000003000003003ca00d080f165959a49395e02d0100000300"
     "01000003001e6014966e000f424001e84880a2000100074401c172b46240",
     "hvc1",
     false,
     {PIXELS(416, 240), F(HEVC_PROFILE, 1), F(HEVC_TIER, 0), F(TEMPORAL_LAYERS, 1),
      F(BIT_DEPTH_LUMA, 8), F(TIME_SCALE, 30)},
     "Main",
     2.0,
     30},
    {"VVC record and SPS (by hand)",
     "ff00255f0103538080500101020304078004380000038d00030069aa8f000100230079302d0353a0000003000003"
     "000003000003008080500101020304c0078100220f9610000100020081",
     "vvc1",
     false,
     {N(VIDEO_WIDTH, 1, 1920), N(VIDEO_HEIGHT, 1, 1080), PIXELS(1920, 1080), F(VVC_PROFILE, 1),
      F(VVC_TIER, 1), F(VVC_LEVEL, 83), F(VVC_SUB_PROFILE, 0x01020304), F(BIT_DEPTH_LUMA, 10),
      F(NAL_LENGTH_SIZE, 4), F(ARRAY_COUNT, 3), F(ARRAY_NAL_TYPE, 13), F(SPS_ID, 3),
      N(NAL_TYPE, 2, 16)},
     "Main 10",
     5.1,
     0},
    {"AV1 10 bit",
     "81014c000a0b0000000cc5036900be1010",
     "av01",
     false,
     {PIXELS(642, 362), F(AV1_MARKER, 1), F(AV1_LEVEL, 1), F(BIT_DEPTH_LUMA, 10),
      F(CHROMA_FORMAT, 1), F(OBU_TYPE, 1), F(OBU_SIZE, 11), F(AV1_TIER, 0)},
     "Main",
     2.1,
     0},
    {"AV1 without a level",
     "811f0c000a0e000000fa1e7f8e210a88101010a0",
     "av01",
     false,
     {PIXELS(320, 200), F(AV1_LEVEL, 31)},
     "Main",
     0,
     0},
    {"VP8 key frame",
     "10b4009d012a82026a0100c7",
     "vp08",
     true,
     {PIXELS(642, 362), F(VPX_KEY_FRAME, 1), F(VPX_SHOW_FRAME, 1),
      F(VP8_FIRST_PARTITION, 0xB410 >> 5)},
     NULL,
     0,
     0},
    {"VP9 profile 0",
     "8249834200281016960638",
     "vp09",
     true,
     {PIXELS(642, 362), F(VPX_PROFILE, 0), F(BIT_DEPTH_LUMA, 8), F(VPX_KEY_FRAME, 1)},
     NULL,
     0,
     0},
    {"VP9 profile 1",
     "a249834200050202d2c0c704",
     "vp09",
     true,
     {PIXELS(642, 362), F(VPX_PROFILE, 1)},
     NULL,
     0,
     0},
    {"VP9 profile 2",
     "924983420014080b5b031c12",
     "vp09",
     true,
     {PIXELS(642, 364), F(VPX_PROFILE, 2), F(BIT_DEPTH_LUMA, 10)},
     NULL,
     0,
     0},
    {"VP9 profile 3",
     "b124c1a142014080b5b031c1",
     "vp09",
     true,
     {PIXELS(642, 364), F(VPX_PROFILE, 3), F(BIT_DEPTH_LUMA, 12)},
     NULL,
     0,
     0},
    {"VP9 RGB",
     "a2498342e013f00ef602",
     "vp09",
     true,
     {PIXELS(320, 240), F(VPX_PROFILE, 1), F(VP9_COLOUR_SPACE, 7)},
     NULL,
     0,
     0},
    {"vpcC (by hand)",
     "01000000 02 1f ac 09 10 09 0000",
     "vp09",
     false,
     {F(VPX_PROFILE, 2), F(VPX_LEVEL, 31), F(BIT_DEPTH_LUMA, 10), F(VPX_CHROMA, 6),
      F(FULL_RANGE, 0), F(COLOUR_PRIMARIES, 9), F(TRANSFER_CHARACTERISTICS, 16),
      F(MATRIX_COEFFICIENTS, 9), F(VPX_INITIALIZATION_SIZE, 0)},
     "Profile 2",
     3.1,
     0},
    {"AAC LC",
     "1210",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_OBJECT_TYPE, 2), F(AAC_FRAME_LENGTH, 1024)},
     NULL,
     0,
     0},
    {"AAC LC of 960 samples (by hand)",
     "1214",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_FRAME_LENGTH, 960)},
     NULL,
     0,
     0},
    {"AAC with a program config element",
     "1200050848002000c4400d4c61766335392e33372e31303056e500",
     "mp4a",
     false,
     {SOUND(44100, 7), F(AAC_CHANNEL_CONFIGURATION, 0)},
     NULL,
     0,
     0},
    {"HE-AAC, SBR first (by hand)",
     "2b920800",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_OBJECT_TYPE, 5), F(AAC_FREQUENCY, 22050),
      F(AAC_EXTENSION_FREQUENCY, 44100), F(AAC_CORE_OBJECT_TYPE, 2)},
     NULL,
     0,
     0},
    {"HE-AAC v2, PS first (by hand)",
     "eb8a0800",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_OBJECT_TYPE, 29), F(AAC_CHANNEL_CONFIGURATION, 1), F(AAC_SBR, 1),
      F(AAC_PS, 1)},
     NULL,
     0,
     0},
    {"HE-AAC, SBR behind (by hand)",
     "139056e5a0",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_OBJECT_TYPE, 2), F(AAC_FREQUENCY, 22050), F(AAC_SBR, 1),
      F(AAC_EXTENSION_FREQUENCY, 44100)},
     NULL,
     0,
     0},
    {"HE-AAC v2, PS behind (by hand)",
     "138856e5a54880",
     "mp4a",
     false,
     {SOUND(44100, 2), F(AAC_SBR, 1), F(AAC_PS, 1)},
     NULL,
     0,
     0},
    {"AAC, no SBR announced",
     "118856e500",
     "mp4a",
     false,
     {SOUND(48000, 1), F(AAC_SBR, 0)},
     NULL,
     0,
     0},
    {"AAC, explicit frequency (by hand)",
     "1780158888",
     "mp4a",
     false,
     {F(AUDIO_SAMPLE_RATE, 11025), F(AAC_FREQUENCY, 11025), F(AAC_CHANNEL_CONFIGURATION, 1)},
     NULL,
     0,
     0},
    {"xHE-AAC by the escape (by hand)",
     "f9464000",
     "mp4a",
     false,
     {SOUND(48000, 2), F(AAC_OBJECT_TYPE, 42)},
     NULL,
     0,
     0},
    {"Opus 5.1",
     "4f707573486561640106380180bb00000000010402000401020305",
     "Opus",
     false,
     {SOUND(48000, 6), F(OPUS_PRE_SKIP, 312), F(OPUS_OUTPUT_GAIN, 0), F(OPUS_MAPPING_FAMILY, 1),
      F(OPUS_STREAM_COUNT, 4), F(OPUS_COUPLED_COUNT, 2)},
     NULL,
     0,
     0},
    {"Opus with a negative gain (by hand)",
     "4f707573486561640102380180bb000000fe00",
     "Opus",
     false,
     {SOUND(48000, 2), F(OPUS_OUTPUT_GAIN, -512)},
     NULL,
     0,
     0},
    {"Opus packet",
     "fc0b",
     "Opus",
     true,
     {F(OPUS_TOC_CONFIG, 31), F(OPUS_TOC_STEREO, 1), F(OPUS_TOC_FRAMES, 0)},
     NULL,
     0,
     0},
    {"FLAC 7.1, STREAMINFO alone",
     "2000200000546600623017700f700000bb8063de0e792cf3693183f8342d310f3751",
     "fLaC",
     false,
     {SOUND(96000, 8), F(FLAC_BITS_PER_SAMPLE, 24), F(FLAC_MIN_BLOCK_SIZE, 8192),
      F(FLAC_MIN_FRAME_SIZE, 0x5466), F(FLAC_TOTAL_SAMPLES, 48000)},
     NULL,
     0,
     0},
    {"FLAC with marker and block header (by hand)",
     "664c6143 80000022 1000100000000000000f 0ac442f0 00000001 00112233445566778899aabbccddeeff",
     "fLaC",
     false,
     {SOUND(44100, 2), F(FLAC_LAST_BLOCK, 1), F(FLAC_BLOCK_LENGTH, 34), F(FLAC_BITS_PER_SAMPLE, 16),
      F(FLAC_TOTAL_SAMPLES, 1)},
     NULL,
     0,
     0},
    {"AC-3 5.1",
     "0b7761de5e40ebf8403eff9d",
     "ac-3",
     true,
     {SOUND(44100, 6), F(AC3_BSID, 8), F(AC3_CHANNEL_MODE, 7), F(AC3_LFE, 1)},
     NULL,
     0,
     0},
    {"E-AC-3 3.0",
     "0b7703bfb887c00000000000",
     "ec-3",
     true,
     {SOUND(32000, 3), F(AC3_BSID, 16), F(EAC3_FRAME_SIZE, 959), F(AC3_LFE, 0)},
     NULL,
     0,
     0},
    {"MP3 mono, MPEG-2",
     "fff344c4000eb802",
     ".mp3",
     true,
     {SOUND(24000, 1), F(MPEG_BIT_RATE, 32), F(MPEG_VERSION, 2), F(MPEG_LAYER, 1)},
     NULL,
     0,
     0},
    {"MP3 stereo",
     "fffb906400000326",
     ".mp3",
     true,
     {SOUND(44100, 2), F(MPEG_BIT_RATE, 128), F(MPEG_VERSION, 3)},
     NULL,
     0,
     0},
    {"AV1 with timing, decoder model and operating points (by hand)",
     "8121cc000a1f2400000004000000caa90000000519211016e0280c9880920280c9d4cffb3c",
     "av01",
     false,
     {PIXELS(1280, 720), F(AV1_PROFILE, 1), N(AV1_LEVEL, 1, 13), F(TIME_SCALE, 50),
      F(NUM_UNITS_IN_TICK, 1), F(AV1_TIER, 1)},
     "High",
     2.1,
     25},
    {"AV1 still picture, then a frame shown again (by hand)",
     "0a05189dd8cc40 320180",
     "av01",
     true,
     {PIXELS(100, 50), F(AV1_LEVEL, 2), F(AV1_SHOW_EXISTING, 1)},
     NULL,
     0,
     0},
    {"AV1 unit with an extension, key frame (by hand)",
     "36 48 02 10 00 7a00",
     "av01",
     true,
     {F(OBU_TYPE, 6), F(OBU_TEMPORAL_ID, 2), F(OBU_SPATIAL_ID, 1), F(AV1_FRAME_TYPE, 0),
      F(AV1_SHOW_FRAME, 1), N(OBU_TYPE, 1, 15)},
     NULL,
     0,
     0},
    {"HEVC parameter set in band with everything optional (by hand)",
     "0000009b4201052408000003000003000003000003005dd000000300000300000300000300000300003c5a33005a"
     "201e994b12d96572b95e4912ebfffb5fffdafffed7fffffffffffffff6bfffffffffffffffb5fffffffffffffffd"
     "885fffffffffffffffd885fffffffffffffffd885fffffffffffffffd885fffffffffffffffdeef6235fda4bd80c"
     "09ffe005000436e021a0dc7e000007d20000bb8080 00000003 260100",
     "hvc1",
     true,
     {PIXELS(704, 480), F(HEVC_TIER, 1), F(SPS_ID, 5), F(CHROMA_FORMAT, 2), F(BIT_DEPTH_LUMA, 10),
      F(BIT_DEPTH_CHROMA, 10), F(SAR_WIDTH, 40), F(SAR_HEIGHT, 33), F(FULL_RANGE, 1),
      F(COLOUR_PRIMARIES, 1), F(MATRIX_COEFFICIENTS, 6), N(NAL_TYPE, 1, 19)},
     "Format Range Extensions (RExt)",
     3.1,
     24000.0 / 1001},
    {"H.264 parameter set in band, other picture order (by hand)",
     "0000001f6742c015d0e42262142c25d3affc0030002ca70000030001000003003cc000",
     "avc1",
     true,
     {PIXELS(346, 284), F(AVC_CONSTRAINTS, 0xC0), F(MAX_REFERENCE_FRAMES, 1), F(SAR_WIDTH, 12),
      F(SAR_HEIGHT, 11)},
     "Constrained Baseline",
     2.1,
     30},
    {"ER AAC LC with an extension (by hand)",
     "8b0a003e80",
     "mp4a",
     false,
     {SOUND(24000, 1), F(AAC_OBJECT_TYPE, 17), F(AAC_FRAME_LENGTH, 1024)},
     NULL,
     0,
     0},
    {"ER AAC Scalable (by hand)",
     "a31d5400",
     "mp4a",
     false,
     {SOUND(24000, 3), F(AAC_OBJECT_TYPE, 20), F(AAC_FRAME_LENGTH, 960)},
     NULL,
     0,
     0},
    {"ER BSAC (by hand)",
     "b411080200",
     "mp4a",
     false,
     {SOUND(16000, 2), F(AAC_OBJECT_TYPE, 22)},
     NULL,
     0,
     0},
    {"SBR on BSAC (by hand)",
     "2c12d880",
     "mp4a",
     false,
     {SOUND(32000, 2), F(AAC_FREQUENCY, 16000), F(AAC_CORE_OBJECT_TYPE, 22)},
     NULL,
     0,
     0},
    {"ER AAC LD (by hand)",
     "b98c00",
     "mp4a",
     false,
     {SOUND(48000, 1), F(AAC_OBJECT_TYPE, 23), F(AAC_FRAME_LENGTH, 480)},
     NULL,
     0,
     0},
    {"AC-3 2.1 (by hand)",
     "0b77000014404c0000",
     "ac-3",
     true,
     {SOUND(48000, 3), F(AC3_BSID, 8)},
     NULL,
     0,
     0},
    {"E-AC-3 at a half rate (by hand)",
     "0b770864d4800000",
     "ec-3",
     true,
     {SOUND(22050, 2), F(EAC3_SUBSTREAM_ID, 1), F(EAC3_FRAME_SIZE, 100)},
     NULL,
     0,
     0},
    {"Sorenson, 8-bit size (by hand)",
     "0000802432192880",
     "22",
     true,
     {PIXELS(100, 50), F(H263_TEMPORAL_REFERENCE, 9), F(H263_PICTURE_TYPE, 1), F(QUANTIZER, 17)},
     NULL,
     0,
     0},
    {"Sorenson, 16-bit size (by hand)",
     "0000802481f400fa2880",
     "22",
     true,
     {PIXELS(1000, 500)},
     NULL,
     0,
     0},
    {"Sorenson CIF (by hand)", "000080252880", "22", true, {PIXELS(352, 288)}, NULL, 0, 0},
    {"Sorenson 160x120 (by hand)", "000080272880", "22", true, {PIXELS(160, 120)}, NULL, 0, 0},
    {"Sorenson, reserved size (by hand)",
     "00008027a880",
     "22",
     true,
     {F(QUANTIZER, 17)},
     NULL,
     0,
     0},
    {"H.263 sub-QCIF (by hand)",
     "0000801e0600",
     "28",
     true,
     {PIXELS(128, 96), F(H263_TEMPORAL_REFERENCE, 7), F(H263_PICTURE_TYPE, 1)},
     NULL,
     0,
     0},
    {"H.263 16CIF (by hand)", "0000801e1600", "28", true, {PIXELS(1408, 1152)}, NULL, 0, 0},
    {"H.263 with an extended type (by hand)",
     "0000801e1e00",
     "28",
     true,
     {F(H263_TEMPORAL_REFERENCE, 7)},
     NULL,
     0,
     0},
    {"VP6 key frame (by hand)",
     "2350360f140f14aa",
     "14",
     true,
     {PIXELS(318, 237), F(VP6_HORIZONTAL_ADJUSTMENT, 2), F(VP6_VERTICAL_ADJUSTMENT, 3),
      F(QUANTIZER, 40), F(VP6_VERSION, 6), F(VP6_FILTER, 3), F(VPX_KEY_FRAME, 1)},
     NULL,
     0,
     0},
    {"VP6 with alpha (by hand)",
     "040012341547004003020302aa",
     "15",
     true,
     {PIXELS(32, 44), F(VP6_ALPHA_OFFSET, 0x1234), F(VP6_SEPARATE_COEFFICIENTS, 1),
      F(VP6_INTERLACED, 1), F(VP6_COEFFICIENT_OFFSET, 64)},
     NULL,
     0,
     0},
    {"Screen video (by hand)",
     "30a010600000",
     "13",
     true,
     {PIXELS(160, 96), F(SCREEN_BLOCK_WIDTH, 3), F(SCREEN_BLOCK_HEIGHT, 1)},
     NULL,
     0,
     0},
    {"Screen video 2 (by hand)",
     "30a010600300",
     "16",
     true,
     {PIXELS(160, 96), F(SCREEN_HAS_KEY_BLOCKS, 1), F(SCREEN_HAS_PALETTE, 1)},
     NULL,
     0,
     0},
};

static struct media_events events;

static bool is_legacy(const struct record *record) {
    return strlen(record->fourcc) == 2;
}

static bool is_video(const struct record *record) {
    const char *video[] = {"avc1", "hvc1", "vvc1", "av01", "vp08", "vp09"};
    for (size_t i = 0; i < sizeof video / sizeof video[0]; i++)
        if (strcmp(record->fourcc, video[i]) == 0)
            return true;
    return is_legacy(record);
}

/* The record as a message; the caller frees it. */
static uint8_t *message_of(const struct record *record, size_t *len) {
    size_t record_len;
    uint8_t *content = guarded_hex(record->hex, &record_len);
    uint8_t message[512];
    size_t header = is_legacy(record) ? 1 : 5;
    assert_true(record_len + header <= sizeof message);
    if (is_legacy(record)) {
        message[0] = (uint8_t)strtoul(record->fourcc, NULL, 16);
    } else {
        message[0] = (uint8_t)(0x90 | (record->frame ? is_video(record) ? 3 : 1 : 0));
        memcpy(message + 1, record->fourcc, 4);
    }
    memcpy(message + header, content, record_len);
    *len = record_len + header;
    guarded_free(content, record_len);
    return guarded_copy(message, *len);
}

static void check_real(enum rtmp_media_field field, double expected) {
    const struct rtmp_media_event *event = media_event(&events, field, 0);
    if (expected == 0) {
        assert_null(event);
        return;
    }
    assert_non_null(event);
    assert_true(fabs(event->real - expected) < 1e-9);
}

static void check_record(const struct record *record) {
    size_t len;
    uint8_t *bytes = message_of(record, &len);
    media_events_read(&events, is_video(record), bytes, len);
    for (size_t i = 0; i < 14 && record->facts[i].field; i++) {
        const struct fact *fact = &record->facts[i];
        const struct rtmp_media_event *event = media_event(&events, fact->field, fact->nth);
        if (!event || event->value != fact->value)
            fail_msg("%s: fact %zu is %lld, expected %lld\n%s", record->name, i,
                     event ? (long long)event->value : -1LL, (long long)fact->value,
                     media_events_text(&events));
    }
    for (size_t i = 0; i < events.count; i++)
        if (events.event[i].kind == RTMP_MEDIA_STOP)
            fail_msg("%s: reading stopped\n%s", record->name, media_events_text(&events));
    if (record->profile)
        assert_string_equal(media_event(&events, RTMP_FIELD_VIDEO_PROFILE, 0)->text,
                            record->profile);
    check_real(RTMP_FIELD_VIDEO_LEVEL, record->level);
    check_real(RTMP_FIELD_VIDEO_FRAME_RATE, record->frame_rate);
    guarded_free(bytes, len);
}

/* Cut at any byte and with any byte changed: no fault, and the invariants of media_events.c
 * hold. */
static void check_damage(const struct record *record) {
    size_t len;
    uint8_t *bytes = message_of(record, &len);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *prefix = guarded_copy(bytes, cut);
        struct rtmp_media_body body = {.video = is_video(record),
                                       .bytes = prefix,
                                       .available = (uint32_t)cut,
                                       .length = (uint32_t)len};
        media_events_read_body(&events, &body);
        for (size_t i = 0; i < events.count; i++)
            if (events.event[i].kind == RTMP_MEDIA_STOP && events.event[i].error != RTMP_OK)
                assert_true(events.event[i].cut);
        media_events_read(&events, is_video(record), prefix, cut);
        guarded_free(prefix, cut);
    }
    for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);)
        media_events_read(&events, is_video(record), m.bytes, m.len);
    guarded_free(bytes, len);
}

static void every_record_has_the_values_its_encoder_wrote(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        check_record(&records[i]);
}

static void damaged_records_do_no_harm(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        check_damage(&records[i]);
}

/* Every field of a small record, with its position. */
static void a_record_is_covered_field_by_field(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex("af00 2b920800", &len);
    media_events_read(&events, false, bytes, len);
    assert_string_equal(media_events_text(&events), "AUDIO_FORMAT 0+1 = 10\n"
                                                    "AUDIO_RATE 0+1 = 3\n"
                                                    "AUDIO_SAMPLE_SIZE 0+1 = 1\n"
                                                    "AUDIO_CHANNELS 0+1 = 1\n"
                                                    "AUDIO_CODEC 0+1 = 7 AAC\n"
                                                    "AUDIO_PACKET_TYPE 1+1 = 0\n"
                                                    "AUDIO_CONFIG 2+4 = 0\n"
                                                    "  AAC_OBJECT_TYPE 2+1 = 5 SBR (HE-AAC)\n"
                                                    "  AAC_SBR 2+1 = 1\n"
                                                    "  AAC_FREQUENCY 2+2 = 22050\n"
                                                    "  AAC_CHANNEL_CONFIGURATION 3+1 = 2 Stereo\n"
                                                    "  AAC_EXTENSION_FREQUENCY 3+2 = 44100\n"
                                                    "  AAC_CORE_OBJECT_TYPE 4+1 = 2 AAC LC\n"
                                                    "  AAC_FRAME_LENGTH 4+1 = 1024\n"
                                                    "  AUDIO_SAMPLE_RATE 2+4 = 44100\n"
                                                    "  AUDIO_CHANNEL_COUNT 2+4 = 2\n");
    guarded_free(bytes, len);
}

/* H.264, A.3.1: level_idc 11 with constraint_set3_flag is level 1b, elsewhere level_idc 9. */
static void level_1b_is_named(void **state) {
    (void)state;
    static const struct {
        const char *record;
        const char *line;
    } levels[] = {{"1700000000 0142f00b ffe000", "  AVC_LEVEL 8+1 = 11 1b\n"},
                  {"1700000000 0142e00b ffe000", "  AVC_LEVEL 8+1 = 11\n"},
                  {"1700000000 01640009 ffe000", "  AVC_LEVEL 8+1 = 9 1b\n"},
                  {"1700000000 0164100b ffe000", "  AVC_LEVEL 8+1 = 11\n"}};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct media_events events;
        size_t len;
        uint8_t *bytes = guarded_hex(levels[i].record, &len);
        media_events_read(&events, true, bytes, len);
        assert_non_null(strstr(media_events_text(&events), levels[i].line));
        guarded_free(bytes, len);
    }
}

/* A parameter set with a wrong length ends there; the record before it is kept. */
static void a_lying_parameter_set_ends_the_record(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex("17 00 000000 01 64001e ff e1 ffff 6764001e", &len);
    media_events_read(&events, true, bytes, len);
    assert_int_equal(media_errors(&events) >= 1, 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_AVC_PROFILE, 0), 100);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_LENGTH, 0), 65535);
    guarded_free(bytes, len);
}

/* A bad parameter set does not hide the next one. */
static void a_bad_parameter_set_hides_no_other(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex("17 00 000000 01 64001e ff e1 0003 676400 01 0002 68ee", &len);
    media_events_read(&events, true, bytes, len);
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_NAL_TYPE, 1), 8);
    guarded_free(bytes, len);
}

/* 65535 parameter sets are announced and none follows: one error. */
static void counts_are_bounded_by_the_bytes(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes =
        guarded_hex("1c 00 000000 01 01 40000000 900000000000 7b f000 fc fd f8 f8 0000 0f"
                    "ff a1 ffff",
                    &len);
    media_events_read(&events, true, bytes, len);
    assert_int_equal(media_number(&events, RTMP_FIELD_ARRAY_NAL_COUNT, 0), 65535);
    assert_int_equal(media_errors(&events), 1);
    assert_true(events.count < 40);
    guarded_free(bytes, len);
}

/* Impossible picture sizes are an error. */
static void impossible_sizes_are_refused(void **state) {
    (void)state;
    size_t len;
    /* Width in macroblocks minus 1: 16 zeros, a one, 16 zeros: 65535. */
    uint8_t *bytes = guarded_hex("17 00 000000 01 42001e ff e1 000a 6742001ef800020001c8 00", &len);
    media_events_read(&events, true, bytes, len);
    assert_null(media_event(&events, RTMP_FIELD_VIDEO_WIDTH, 0));
    assert_int_equal(media_errors(&events), 1);
    guarded_free(bytes, len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_values_its_encoder_wrote),
        cmocka_unit_test(damaged_records_do_no_harm),
        cmocka_unit_test(a_record_is_covered_field_by_field),
        cmocka_unit_test(level_1b_is_named),
        cmocka_unit_test(a_lying_parameter_set_ends_the_record),
        cmocka_unit_test(a_bad_parameter_set_hides_no_other),
        cmocka_unit_test(counts_are_bounded_by_the_bytes),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests_name("codec_config", tests, NULL, NULL);
}
