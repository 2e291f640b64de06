/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "decoder_configs_of_size.h"
#include "media_events.h"
#include "vectors.h"

static struct media_events events;

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void check_number(const cJSON *object, const char *name, enum rtmp_media_field field,
                         unsigned nth) {
    const cJSON *item = member(object, name);
    if (cJSON_IsNumber(item) || cJSON_IsBool(item))
        assert_int_equal(media_number(&events, field, nth),
                         cJSON_IsNumber(item) ? (int64_t)item->valuedouble : cJSON_IsTrue(item));
}

/* A vector's `frame_type` is a word, or the number itself. */
static void check_frame_type(const cJSON *meaning) {
    static const char *const words[] = {"",           "key",           "inter",
                                        "disposable", "generated key", "command"};
    const cJSON *item = member(meaning, "frame_type");
    if (!item)
        return;
    int64_t value = media_number(&events, RTMP_FIELD_VIDEO_FRAME_TYPE, 0);
    if (cJSON_IsString(item))
        assert_string_equal(words[value], item->valuestring);
    else
        assert_int_equal(value, item->valueint);
}

/* The packet type after modifiers and multitrack. */
static void check_packet_type(const cJSON *meaning, bool video) {
    static const char *const names[][8] = {
        {"SequenceStart", "CodedFrames", "SequenceEnd", "", "MultichannelConfig"},
        {"SequenceStart", "CodedFrames", "SequenceEnd", "CodedFramesX", "Metadata",
         "MPEG2TSSequenceStart"},
    };
    const cJSON *item = member(meaning, "packet_type");
    if (!cJSON_IsString(item))
        return;
    enum rtmp_media_field field =
        video ? RTMP_FIELD_VIDEO_PACKET_TYPE : RTMP_FIELD_AUDIO_PACKET_TYPE;
    unsigned last = 0;
    while (media_event(&events, field, last + 1))
        last++;
    assert_string_equal(names[video][media_number(&events, field, last)], item->valuestring);
}

/* A FourCC field's number and its four bytes. */
static void check_fourcc(const cJSON *object, bool video, unsigned nth) {
    const cJSON *item = member(object, "fourcc");
    if (!cJSON_IsString(item))
        return;
    const char *s = item->valuestring;
    uint32_t expected = (uint32_t)(uint8_t)s[0] << 24 | (uint32_t)(uint8_t)s[1] << 16 |
                        (uint32_t)(uint8_t)s[2] << 8 | (uint8_t)s[3];
    enum rtmp_media_field field = video ? RTMP_FIELD_VIDEO_FOURCC : RTMP_FIELD_AUDIO_FOURCC;
    assert_int_equal(media_number(&events, field, nth), expected);
    assert_int_equal(media_event(&events, field, nth)->span.len, 4);
}

/* The range of the nth payload: coded data, record or metadata; the bytes are `data_hex`. */
static void check_data(const struct vector *vector, const cJSON *object, bool video, unsigned nth) {
    const cJSON *item = member(object, "data_hex");
    if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
        return;
    const enum rtmp_media_field fields[] = {
        video ? RTMP_FIELD_VIDEO_DATA : RTMP_FIELD_AUDIO_DATA,
        video ? RTMP_FIELD_VIDEO_CONFIG : RTMP_FIELD_AUDIO_CONFIG, RTMP_FIELD_VIDEO_METADATA};
    const struct rtmp_media_event *event = NULL;
    for (size_t i = 0; i < 3 && !event; i++)
        event = media_event(&events, fields[i], nth);
    assert_non_null(event);
    size_t len;
    uint8_t *data = guarded_hex(item->valuestring, &len);
    assert_int_equal(event->span.len, len);
    assert_memory_equal(vector->bytes + event->span.pos, data, len);
    guarded_free(data, len);
}

static void check_modex(const struct vector *vector, const cJSON *modex) {
    unsigned nth = 0;
    unsigned opaque = 0;
    unsigned offsets = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, modex) {
        size_t len;
        uint8_t *data = guarded_hex(member(entry, "data_hex")->valuestring, &len);
        check_number(entry, "modex_type", RTMP_FIELD_MODEX_TYPE, nth);
        assert_int_equal(media_number(&events, RTMP_FIELD_MODEX_SIZE, nth), len);
        bool offset = member(entry, "nano_offset");
        const struct rtmp_media_event *event =
            offset ? media_event(&events, RTMP_FIELD_TIMESTAMP_NANO_OFFSET, offsets)
                   : media_event(&events, RTMP_FIELD_MODEX_DATA, opaque);
        assert_non_null(event);
        assert_int_equal(event->span.len, len);
        assert_memory_equal(vector->bytes + event->span.pos, data, len);
        if (offset)
            check_number(entry, "nano_offset", RTMP_FIELD_TIMESTAMP_NANO_OFFSET, offsets++);
        else
            opaque++;
        guarded_free(data, len);
        nth++;
    }
    assert_null(media_event(&events, RTMP_FIELD_MODEX, nth));
}

static void check_tracks(const struct vector *vector, const cJSON *meaning, bool video) {
    static const char *const layouts[] = {"OneTrack", "ManyTracks", "ManyTracksManyCodecs"};
    const cJSON *tracks = member(meaning, "tracks");
    if (!tracks)
        return;
    assert_string_equal(layouts[media_number(&events, RTMP_FIELD_MULTITRACK_TYPE, 0)],
                        member(meaning, "multitrack")->valuestring);
    unsigned nth = 0;
    unsigned times = 0;
    unsigned payloads = 0;
    const cJSON *track;
    cJSON_ArrayForEach(track, tracks) {
        check_number(track, "track_id", RTMP_FIELD_TRACK_ID, nth);
        check_number(track, "track_size", RTMP_FIELD_TRACK_SIZE, nth);
        check_fourcc(track, video, nth);
        if (member(track, "composition_time"))
            check_number(track, "composition_time", RTMP_FIELD_VIDEO_COMPOSITION_TIME, times++);
        check_data(vector, track, video, payloads);
        payloads += member(track, "data_hex")->valuestring[0] != '\0';
        nth++;
    }
    assert_null(media_event(&events, RTMP_FIELD_TRACK, nth));
}

static void check_channels(const cJSON *meaning) {
    check_number(meaning, "channel_order", RTMP_FIELD_AUDIO_CHANNEL_ORDER, 0);
    check_number(meaning, "channel_count", RTMP_FIELD_AUDIO_CHANNEL_COUNT, 0);
    check_number(meaning, "channel_flags", RTMP_FIELD_AUDIO_CHANNEL_MASK, 0);
    unsigned nth = 0;
    const cJSON *channel;
    cJSON_ArrayForEach(channel, member(meaning, "mapping"))
        assert_int_equal(media_number(&events, RTMP_FIELD_AUDIO_CHANNEL, nth++), channel->valueint);
}

/* The codec's name, in any spelling of the vectors. */
static void check_codec(const cJSON *meaning, bool video) {
    static const char *const same[][2] = {
        {"avc", "H.264"},
        {"hevc", "HEVC"},
        {"vp6", "VP6"},
        {"vp6a", "VP6 with alpha"},
        {"h263", "H.263"},
        {"mpeg4", "MPEG-4 Visual"},
        {"sorenson", "Sorenson H.263"},
        {"screen", "Screen video"},
        {"screen2", "Screen video 2"},
        {"jpeg", "JPEG"},
        {"av1", "AV1"},
        {"vp8", "VP8"},
        {"vp9", "VP9"},
        {"aac", "AAC"},
        {"mp3", "MP3"},
        {"speex", "Speex"},
        {"opus", "Opus"},
        {"nellymoser", "Nellymoser"},
        {"pcm", "PCM"},
        {"adpcm", "ADPCM"},
        {"alaw", "G.711 A-law"},
        {"mulaw", "G.711 mu-law"},
        {"device", "Device-specific"},
    };
    const struct rtmp_media_event *event =
        media_event(&events, video ? RTMP_FIELD_VIDEO_CODEC : RTMP_FIELD_AUDIO_CODEC, 0);
    const cJSON *item = member(meaning, "codec");
    if (!item)
        return;
    assert_non_null(event);
    if (cJSON_IsNull(item)) {
        assert_string_equal(event->text, "Unknown");
        return;
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        size_t len = strlen(same[i][0]);
        char after =
            strncmp(item->valuestring, same[i][0], len) == 0 ? item->valuestring[len] : 'x';
        if (after == '\0' || after == ' ' || after == '_' ||
            (after >= '0' && after <= '9' && strcmp(same[i][0], "nellymoser") == 0)) {
            assert_string_equal(event->text, same[i][1]);
            return;
        }
    }
    fail_msg("no name for codec %s", item->valuestring);
}

static void check_facts(const struct vector *vector) {
    const cJSON *meaning = vector->meaning;
    bool video = strcmp(member(meaning, "media")->valuestring, "video") == 0;
    media_events_read(&events, video, vector->bytes, vector->len);
    if (member(meaning, "silence")) {
        assert_non_null(
            media_event(&events, video ? RTMP_FIELD_VIDEO_EMPTY : RTMP_FIELD_AUDIO_SILENCE, 0));
        return;
    }
    if (video)
        check_number(meaning, "ex", RTMP_FIELD_VIDEO_ENHANCED, 0);
    check_frame_type(meaning);
    check_number(meaning, "codec_id", RTMP_FIELD_VIDEO_CODEC_ID, 0);
    check_codec(meaning, video);
    check_number(meaning, "sound_format", RTMP_FIELD_AUDIO_FORMAT, 0);
    check_number(meaning, "rate", RTMP_FIELD_AUDIO_RATE, 0);
    check_number(meaning, "size16", RTMP_FIELD_AUDIO_SAMPLE_SIZE, 0);
    check_number(meaning, "stereo", RTMP_FIELD_AUDIO_CHANNELS, 0);
    check_number(meaning, "aac_packet_type", RTMP_FIELD_AUDIO_PACKET_TYPE, 0);
    check_number(meaning, "avc_packet_type", RTMP_FIELD_VIDEO_PACKET_TYPE, 0);
    check_number(meaning, "composition_time", RTMP_FIELD_VIDEO_COMPOSITION_TIME, 0);
    check_number(meaning, "command", RTMP_FIELD_VIDEO_COMMAND, 0);
    check_packet_type(meaning, video);
    check_fourcc(meaning, video, 0);
    check_modex(vector, member(meaning, "modex"));
    check_tracks(vector, meaning, video);
    check_channels(meaning);
    check_data(vector, meaning, video, 0);
}

/* Every prefix is read without a fault, and gives the same values as the whole up to its end. */
static void check_prefixes(const struct vector *vector) {
    bool video = strcmp(member(vector->meaning, "media")->valuestring, "video") == 0;
    struct media_events *whole = malloc(sizeof *whole);
    assert_non_null(whole);
    struct rtmp_media_body body = {.video = video,
                                   .length = (uint32_t)vector->len,
                                   .decoder_configs = decoder_configs_of_size(4)};
    body.bytes = vector->bytes;
    body.available = body.length;
    media_events_read_body(whole, &body);
    for (size_t len = 0; len < vector->len; len++) {
        uint8_t *prefix = guarded_copy(vector->bytes, len);
        media_events_read(&events, video, prefix, len); /* the message ends here */
        body.bytes = prefix;
        body.available = (uint32_t)len;
        media_events_read_body(&events, &body); /* only the head was kept */
        for (size_t i = 0; i < events.count; i++)
            if (events.event[i].kind == RTMP_MEDIA_STOP &&
                rtmp_error_ends_value(events.event[i].error) && media_errors(whole) == 0)
                assert_true(events.event[i].cut);
        guarded_free(prefix, len);
    }
    free(whole);
}

static void check_mutants(const struct vector *vector) {
    for (struct mutants m = mutants_of(vector->bytes, vector->len); next_mutant(&m);) {
        media_events_read(&events, true, m.bytes, m.len);
        media_events_read(&events, false, m.bytes, m.len);
    }
}

static void check_vector(const struct vector *vector) {
    check_facts(vector);
    check_prefixes(vector);
    check_mutants(vector);
}

/* ---- wrong lengths and types ---- */

static const char *text_of(bool video, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    media_events_read(&events, video, bytes, len);
    guarded_free(bytes, len);
    return media_events_text(&events);
}

static void a_track_past_the_end_ends_there(void **state) {
    (void)state;
    /* Two tracks; the second announces 9 bytes and has 2. */
    (void)text_of(true, "96 13 76703038 00 000002 1000 01 000009 abcd");
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_TRACK_ID, 1), 1);
    const struct rtmp_media_event *stop = &events.event[events.count - 2];
    assert_int_equal(stop->kind, RTMP_MEDIA_STOP);
    assert_int_equal(stop->error, RTMP_ERROR_LENGTH);
    assert_int_equal(stop->error_pos, 13);
    assert_int_equal(stop->span.pos, 16);
    assert_int_equal(stop->span.len, 2);
}

static void a_lying_track_hides_no_neighbour(void **state) {
    (void)state;
    /* The first track's record is malformed; the second track is read nevertheless. */
    (void)text_of(false, "95 20 4f707573 00 000004 01020304 6d703461 01 000002 1210");
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_AUDIO_SAMPLE_RATE, 0), 44100);
}

static void a_modifier_past_the_end_ends_the_message(void **state) {
    (void)state;
    (void)text_of(true, "97 fe 000001");
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_MODEX_SIZE, 0), 255);
    (void)text_of(true, "97 ff ffff 00"); /* 65536 bytes announced */
    assert_int_equal(media_errors(&events), 1);
    assert_int_equal(media_number(&events, RTMP_FIELD_MODEX_SIZE, 0), 65536);
}

static void a_chain_without_end_ends_with_the_bytes(void **state) {
    (void)state;
    uint8_t body[1501] = {0x97};
    for (size_t i = 1; i + 2 < sizeof body; i += 3)
        body[i + 2] = 0x17; /* one byte of data, then: another modifier follows */
    uint8_t *bytes = guarded_copy(body, sizeof body);
    media_events_read(&events, true, bytes, sizeof body);
    assert_non_null(media_event(&events, RTMP_FIELD_MODEX, 499));
    assert_null(media_event(&events, RTMP_FIELD_VIDEO_FOURCC, 0));
    assert_true(events.count <= 6 * 500 + 8);
    guarded_free(bytes, sizeof body);
}

static void multitrack_inside_multitrack_is_refused(void **state) {
    (void)state;
    (void)text_of(true, "96 06 61766331 00 01");
    assert_int_equal(media_errors(&events), 1);
    (void)text_of(true, "96 31 61766331 00 01"); /* a layout that does not exist */
    assert_int_equal(media_errors(&events), 1);
}

static void speex_is_not_enhanced(void **state) {
    (void)state;
    (void)text_of(false, "b6 4f707573 01");
    assert_null(media_event(&events, RTMP_FIELD_AUDIO_FOURCC, 0));
    assert_string_equal(media_event(&events, RTMP_FIELD_AUDIO_CODEC, 0)->text, "Speex");
}

/* Empty tracks: as many as the body holds, up to the limit of items. */
static void work_is_bounded_by_the_bytes(void **state) {
    (void)state;
    size_t len = 6 + 4 * 50000;
    uint8_t *body = calloc(1, len);
    assert_non_null(body);
    memcpy(body, "\x96\x13vp08", 6);
    media_events_read(&events, true, body, len);
    assert_true(events.count < 4 * 100000);
    assert_int_equal(events.event[MEDIA_EVENTS - 1].kind == RTMP_MEDIA_STOP, 0);
    free(body);
}

static void metadata_ids_have_names(void **state) {
    (void)state;
    assert_string_equal(rtmp_codec_name_of_metadata(true, 7), "H.264");
    assert_string_equal(rtmp_codec_name_of_metadata(true, 12), "HEVC");
    assert_string_equal(rtmp_codec_name_of_metadata(true, 1752589105), "HEVC");
    assert_string_equal(rtmp_codec_name_of_metadata(false, 10), "AAC");
    assert_string_equal(rtmp_codec_name_of_metadata(false, 1332770163), "Opus");
    assert_null(rtmp_codec_name_of_metadata(false, 9));
    assert_null(rtmp_codec_name_of_metadata(true, 7.5));
    assert_null(rtmp_codec_name_of_metadata(true, -1));
    assert_null(rtmp_codec_name_of_metadata(true, 1e300));
    assert_null(rtmp_codec_name_of_metadata(true, 0.0 / 0.0));
}

static void descriptions_need_no_sink(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex("96 21 68766331 09 000009 fffffe 00000002 2601"
                                 "61763031 02 000002 1200",
                                 &len);
    struct rtmp_media_body body = {
        .video = true, .bytes = bytes, .available = (uint32_t)len, .length = (uint32_t)len};
    struct rtmp_media_info info = rtmp_media_describe(&body);
    assert_int_equal(info.kind, RTMP_MEDIA_FRAME);
    assert_int_equal(info.codec, RTMP_CODEC_HEVC);
    assert_true(info.enhanced && info.multitrack);
    assert_int_equal(info.frame_type, 1);
    assert_int_equal(info.tracks, 2);
    assert_int_equal(info.track_id, 9);
    assert_int_equal(info.packet_type, 1);
    assert_int_equal(info.composition_time, -2);
    assert_int_equal(info.data_pos, 13);
    guarded_free(bytes, len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_track_past_the_end_ends_there),
        cmocka_unit_test(a_lying_track_hides_no_neighbour),
        cmocka_unit_test(a_modifier_past_the_end_ends_the_message),
        cmocka_unit_test(a_chain_without_end_ends_with_the_bytes),
        cmocka_unit_test(multitrack_inside_multitrack_is_refused),
        cmocka_unit_test(speex_is_not_enhanced),
        cmocka_unit_test(work_is_bounded_by_the_bytes),
        cmocka_unit_test(metadata_ids_have_names),
        cmocka_unit_test(descriptions_need_no_sink),
    };
    int failures = cmocka_run_group_tests_name("media", tests, NULL, NULL);
    return failures + run_vectors("av", check_vector);
}
