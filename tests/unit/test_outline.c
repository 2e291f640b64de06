/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/media/outline.h"

#include "decoder_configs_of_size.h"
#include "media_events.h"
#include "outline_keep.h"
#include "vectors.h"

/* ---- bodies of many units ---- */

static uint8_t made[400000];
static uint32_t made_len;
static uint32_t seed;

static uint32_t any(uint32_t below) {
    seed = seed * 1103515245U + 12345U;
    return (seed >> 8) % below;
}

static void put(uint32_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;)
        made[made_len++] = (uint8_t)(value >> (8 * i));
}

static void put_hex(const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    memcpy(made + made_len, bytes, len);
    made_len += (uint32_t)len;
    guarded_free(bytes, len);
}

/* Small ones, ones around the sizes where something changes, large ones. */
static uint32_t any_size(void) {
    static const uint32_t edges[] = {1, 2, 31, 32, 33, 63, 64, 65, 66, 127, 128, 300};
    uint32_t kind = any(3);
    return kind == 0 ? 2 + any(60) : kind == 1 ? edges[any(12)] : 1 + any(3000);
}

static void put_payload(uint32_t size) {
    for (uint32_t i = 0; i < size; i++)
        made[made_len++] = (uint8_t)(0x80 | any(0x80)); /* no emulation prevention, no leb128 end */
}

static void put_nal_units(unsigned count, unsigned length_size, uint8_t header) {
    for (unsigned i = 0; i < count; i++) {
        uint32_t size = any_size();
        if (length_size == 1 && size > 255)
            size = 255;
        put(size, length_size);
        put(header, 1);
        put_payload(size - 1);
    }
}

static void put_obus(unsigned count, bool last_is_sized) {
    for (unsigned i = 0; i < count; i++) {
        uint32_t size = any_size();
        bool sized = i + 1 < count || last_is_sized;
        put(0x20 | (sized ? 2U : 0U), 1); /* a tile group */
        uint32_t rest = size;
        while (sized) {
            put((rest & 0x7F) | (rest > 0x7F ? 0x80U : 0U), 1);
            rest >>= 7;
            if (!rest)
                break;
        }
        put_payload(size);
    }
}

/* ---- comparison ---- */

static struct media_events whole, outlined;

static void read_outlined(const struct rtmp_media_body *body, uint32_t head, uint32_t piece) {
    uint8_t *kept;
    struct rtmp_media_body fragment = keep_outline(body, head, piece, &kept);
    fragment.bytes = guarded_copy(kept, fragment.available);
    media_events_read_body(&outlined, &fragment);
    guarded_free((uint8_t *)(uintptr_t)fragment.bytes, fragment.available);
    free(kept);
}

static void assert_same(enum rtmp_media_field field) {
    for (unsigned i = 0;; i++) {
        const struct rtmp_media_event *a = media_event(&whole, field, i);
        const struct rtmp_media_event *b = media_event(&outlined, field, i);
        assert_int_equal(a == NULL, b == NULL);
        if (!a || !b)
            return;
        assert_int_equal(a->value, b->value);
    }
}

/* The outline shows the same units as the whole body, for any length of the head and of the
 * pieces. */
static void check_made(uint8_t length_size, bool video) {
    struct rtmp_media_body body = {.video = video,
                                   .bytes = made,
                                   .available = made_len,
                                   .length = made_len,
                                   .decoder_configs = decoder_configs_of_size(length_size)};
    media_events_read_body(&whole, &body);
    assert_true(whole.count < MEDIA_EVENTS);
    static const uint32_t heads[] = {16, 17, 18, 19, 20, 21, 40, 128, 1024};
    static const uint32_t pieces[] = {1, 2, 7, 128, 1448, UINT32_MAX};
    static const enum rtmp_media_field fields[] = {
        RTMP_FIELD_NAL_LENGTH, RTMP_FIELD_NAL_TYPE,      RTMP_FIELD_NAL_OFFSET,
        RTMP_FIELD_OBU_TYPE,   RTMP_FIELD_OBU_SIZE,      RTMP_FIELD_OBU_OFFSET,
        RTMP_FIELD_TRACK_ID,   RTMP_FIELD_TRACK_SIZE,    RTMP_FIELD_VIDEO_FOURCC,
        RTMP_FIELD_AUDIO_DATA, RTMP_FIELD_VPX_KEY_FRAME, RTMP_FIELD_VIDEO_COMPOSITION_TIME};
    for (unsigned h = 0; h < sizeof heads / sizeof heads[0]; h++)
        for (unsigned p = 0; p < sizeof pieces / sizeof pieces[0] && heads[h] < made_len; p++) {
            read_outlined(&body, heads[h], pieces[p]);
            for (unsigned f = 0; f < sizeof fields / sizeof fields[0]; f++)
                assert_same(fields[f]);
            assert_int_equal(media_errors(&outlined), 0);
        }
}

static void nal_units_behind_the_head_are_listed(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 12; round++) {
        seed = round;
        made_len = 0;
        put_hex("27 01 000000");
        put_nal_units(1 + any(60), 4, 0x41);
        check_made(round % 2 ? 4 : 0, true);
        made_len = 0;
        put_hex("91 68766331 000028");
        put_nal_units(1 + any(60), 4, 0x02);
        check_made(4, true);
        made_len = 0;
        put_hex("93 76766331"); /* vvc1, coded frames X */
        put_nal_units(1 + any(60), 3, 0x00);
        check_made(3, true);
        made_len = 0;
        put_hex("27 01 000000");
        put_nal_units(1 + any(90), 1, 0x41);
        check_made(1, true);
    }
}

static void obus_behind_the_head_are_listed(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 12; round++) {
        seed = round;
        made_len = 0;
        put_hex("91 61763031");
        put_obus(1 + any(60), round % 2);
        check_made(0, true);
    }
}

/* A track of a list; its size is written when the content is complete. */
static void begin_track(const char *fourcc, uint8_t id, uint32_t *at) {
    put_hex(fourcc);
    put(id, 1);
    *at = made_len;
    put(0, 3);
}

static void end_track(uint32_t at) {
    uint32_t end = made_len;
    made_len = at;
    put(end - at - 3, 3);
    made_len = end;
}

static void units_of_every_track_are_listed(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 12; round++) {
        uint32_t at;
        seed = round;
        made_len = 0;
        put_hex("96 11 61766331"); /* many tracks of H.264 */
        for (uint8_t id = 0; id < 5; id++) {
            begin_track("", id, &at);
            put_hex("00 00 28");
            put_nal_units(any(20), 4, 0x41);
            end_track(at);
        }
        check_made(4, true);
        made_len = 0;
        put_hex("96 21");
        begin_track("68766331", 0, &at);
        put_hex("ff ff d8");
        put_nal_units(1 + any(20), 4, 0x02);
        end_track(at);
        begin_track("76703038", 1, &at); /* VP8 has no units */
        put_hex("10 02 00 9d012a 4001 f000");
        put_payload(any(3000));
        end_track(at);
        begin_track("61763031", 2, &at);
        put_obus(1 + any(20), true);
        end_track(at);
        begin_track("61766331", 3, &at);
        put_hex("000000");
        put_nal_units(1 + any(20), 4, 0x41);
        end_track(at);
        check_made(4, true);
        made_len = 0;
        put_hex("95 11 4f707573"); /* many tracks of Opus */
        for (uint8_t id = 0; id < 40; id++) {
            begin_track("", id, &at);
            put_payload(any(200) + 1);
            end_track(at);
        }
        check_made(0, false);
    }
}

static void a_track_alone_is_outlined_like_a_message(void **state) {
    (void)state;
    seed = 3;
    made_len = 0;
    put_hex("97 02 0001f4 06 01 61766331 07 000028"); /* nanoseconds, one track, coded frames */
    put_nal_units(30, 4, 0x41);
    check_made(4, true);
    assert_int_equal(media_number(&outlined, RTMP_FIELD_TRACK_ID, 0), 7);
    assert_int_equal(media_number(&outlined, RTMP_FIELD_TIMESTAMP_NANO_OFFSET, 0), 500);
}

/* ---- what is kept ---- */

static struct rtmp_media_body made_body(void) {
    return (struct rtmp_media_body){
        .video = true, .bytes = made, .available = made_len, .length = made_len};
}

static uint32_t kept_of_made(uint32_t head) {
    struct rtmp_media_body body = made_body();
    uint8_t *kept;
    uint32_t available = keep_outline(&body, head, 1448, &kept).available;
    free(kept);
    return available;
}

static void of_a_unit_only_the_beginning_is_kept(void **state) {
    (void)state;
    made_len = 0;
    put_hex("17 01 000000");
    for (unsigned i = 0; i < 3; i++) {
        put(100000, 4);
        put(0x65, 1);
        put_payload(99999);
    }
    assert_int_equal(kept_of_made(1024), 1024 + 2 * (4 + RTMP_OUTLINE_UNIT));
}

static void a_recovery_point_behind_a_long_message_is_seen(void **state) {
    (void)state;
    made_len = 0;
    put_hex("27 01 000000");
    put(3000, 4);
    put_hex("06 05 ff ff ff ff ff ff ff ff ff ff ff b9"); /* user data of 2990 bytes */
    put_payload(2986);
    put_hex("00000005 06 06 01 c4 80");
    put(2000, 4);
    put(0x41, 1);
    put_payload(1999);
    struct rtmp_media_body body = made_body();
    read_outlined(&body, 1024, 1448);
    assert_string_equal(media_event(&outlined, RTMP_FIELD_SEI_PAYLOAD_TYPE, 1)->text,
                        "Recovery point");
    assert_int_equal(media_number(&outlined, RTMP_FIELD_NAL_TYPE, 2), 1);
    assert_int_equal(media_number(&outlined, RTMP_FIELD_NAL_LENGTH, 2), 2000);
}

static unsigned remarks(enum rtmp_error error) {
    unsigned count = 0;
    for (size_t i = 0; i < outlined.count && i < MEDIA_EVENTS; i++)
        count += outlined.event[i].kind == RTMP_MEDIA_STOP && outlined.event[i].error == error;
    return count;
}

static void units_beyond_the_limit_end_the_list(void **state) {
    (void)state;
    made_len = 0;
    put_hex("27 01 000000");
    for (unsigned i = 0; i < 2 * RTMP_LIMIT_OUTLINE_UNITS; i++) {
        put(100, 4);
        put(0x41, 1);
        put_payload(99);
    }
    uint32_t kept = kept_of_made(1024);
    assert_true(kept < 1024 + (RTMP_LIMIT_OUTLINE_UNITS + 2) * (4 + RTMP_OUTLINE_UNIT));
    struct rtmp_media_body body = made_body();
    read_outlined(&body, 1024, 1448);
    assert_int_equal(remarks(RTMP_REMARK_LIST_ENDS), 1);
    assert_int_equal(media_errors(&outlined), 0);
}

static void a_lost_rest_ends_the_list(void **state) {
    (void)state;
    seed = 5;
    made_len = 0;
    put_hex("27 01 000000");
    put_nal_units(40, 4, 0x41);
    struct rtmp_media_body body = made_body();
    uint8_t *kept;
    struct rtmp_media_body fragment = keep_outline(&body, 64, 1448, &kept);
    uint32_t available = fragment.available;
    for (uint32_t cut = 1; cut < available - 5; cut += 13) { /* missing bytes */
        fragment.available = available - cut;
        media_events_read_body(&outlined, &fragment);
        assert_int_equal(media_errors(&outlined), 0);
        assert_true(remarks(RTMP_REMARK_LIST_ENDS) <= 1);
        if (cut > 70) /* more than is kept of any unit */
            assert_int_equal(remarks(RTMP_REMARK_LIST_ENDS), 1);
    }
    free(kept);
}

static void a_wrong_length_behind_the_head_is_an_error(void **state) {
    (void)state;
    made_len = 0;
    put_hex("27 01 000000");
    put(500, 4);
    put(0x41, 1);
    put_payload(499);
    put(70000, 4); /* more than follows */
    put(0x41, 1);
    put_payload(2000);
    struct rtmp_media_body body = made_body();
    body.decoder_configs = decoder_configs_of_size(4);
    read_outlined(&body, 128, 1448);
    assert_int_equal(media_errors(&outlined), 1);
    assert_int_equal(media_number(&outlined, RTMP_FIELD_NAL_LENGTH, 1), 70000);
    made_len = 0;
    put_hex("96 11 61766331 00 ffffff 000000"); /* a track larger than the message */
    put_nal_units(30, 4, 0x41);
    body = made_body();
    read_outlined(&body, 64, 1448);
    assert_int_equal(media_errors(&outlined), 1);
}

static void what_has_no_units_keeps_its_head(void **state) {
    (void)state;
    static const char *const heads[] = {"92 68766331", "14", "91 76703039", "17 01 000000 ffffffff",
                                        "d0 00"};
    for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        made_len = 0;
        put_hex(heads[i]);
        put_payload(3000);
        assert_int_equal(kept_of_made(1024), 1024);
    }
    made_len = 0;
    put_hex("17 00 000000 01");
    put_payload(3000);
    assert_int_equal(kept_of_made(1024), made_len); /* a configuration record is kept whole */
}

/* Receiver and readers find the same holes, for any bytes. */
static void any_bytes_are_read_as_they_were_kept(void **state) {
    (void)state;
    static const char *const heads[] = {
        "27 01 000000", "91 68766331 000000", "91 61763031", "96 11 61766331",
        "96 21",        "95 11 4f707573",     "97"};
    for (uint32_t round = 0; round < 3000; round++) {
        seed = round;
        made_len = 0;
        put_hex(heads[round % 7]);
        for (uint32_t i = 0, n = 40 + any(600); i < n; i++)
            put(any(4) ? 0 : any(4) ? any(90) : any(256), 1);
        struct rtmp_media_body body = made_body();
        body.video = made[0] >> 4 != 9 || round % 7 != 5;
        read_outlined(&body, 12 + any(28), 1 + any(50)); /* checks what holds for any input */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nal_units_behind_the_head_are_listed),
        cmocka_unit_test(obus_behind_the_head_are_listed),
        cmocka_unit_test(units_of_every_track_are_listed),
        cmocka_unit_test(a_track_alone_is_outlined_like_a_message),
        cmocka_unit_test(of_a_unit_only_the_beginning_is_kept),
        cmocka_unit_test(a_recovery_point_behind_a_long_message_is_seen),
        cmocka_unit_test(units_beyond_the_limit_end_the_list),
        cmocka_unit_test(a_lost_rest_ends_the_list),
        cmocka_unit_test(a_wrong_length_behind_the_head_is_an_error),
        cmocka_unit_test(what_has_no_units_keeps_its_head),
        cmocka_unit_test(any_bytes_are_read_as_they_were_kept),
    };
    return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}
