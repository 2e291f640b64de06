/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <string.h>

#include "base/message.h"
#include "payload/control.h"

#define FIELDS_MAX 8

/* Read all fields of a body, which tile it up to the reader's position. */
struct run {
    struct rtmp_control_field fields[FIELDS_MAX];
    unsigned count;
    struct rtmp_reader reader;
};

static struct run run_body(const uint8_t *bytes, size_t len, uint8_t type) {
    struct run run = {.reader = rtmp_reader_over(bytes, (uint32_t)len)};
    struct rtmp_control control;
    struct rtmp_control_field field;
    uint32_t pos = 0;
    rtmp_control_init(&control, &run.reader, type);
    while (rtmp_control_next(&control, &field)) {
        assert_true(run.count < FIELDS_MAX);
        assert_int_equal(field.span.pos, pos);
        pos = rtmp_span_end(field.span);
        assert_int_equal(run.reader.pos, pos);
        run.fields[run.count++] = field;
    }
    assert_int_equal(run.reader.pos, pos);
    return run;
}

/* The whole and every prefix against a guard page; a prefix has the first fields of the whole,
 * the last one perhaps cut. */
static struct run run_hex(const char *hex, uint8_t type) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct run whole = run_body(bytes, len, type);
    for (size_t prefix = 0; prefix < len; prefix++) {
        uint8_t *copy = guarded_copy(bytes, prefix);
        struct run cut = run_body(copy, prefix, type);
        assert_true(cut.count <= whole.count);
        for (unsigned i = 0; i < cut.count; i++) {
            assert_int_equal(cut.fields[i].kind, whole.fields[i].kind);
            assert_int_equal(cut.fields[i].value, whole.fields[i].value);
        }
        guarded_free(copy, prefix);
    }
    for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);)
        (void)run_body(m.bytes, m.len, type);
    guarded_free(bytes, len);
    return whole;
}

static void assert_field(const struct run *run, unsigned i, enum rtmp_control_kind kind,
                         uint32_t value) {
    assert_true(i < run->count);
    assert_int_equal(run->fields[i].kind, kind);
    assert_int_equal(run->fields[i].value, value);
}

static void assert_end(const struct run *run, unsigned count, enum rtmp_error error,
                       uint32_t left) {
    assert_int_equal(run->count, count);
    assert_int_equal(run->reader.error, error);
    assert_int_equal(rtmp_left(&run->reader), left);
}

static void one_number_messages(void **state) {
    static const struct {
        uint8_t type;
        enum rtmp_control_kind kind;
    } messages[] = {
        {RTMP_MESSAGE_SET_CHUNK_SIZE, RTMP_CONTROL_CHUNK_SIZE},
        {RTMP_MESSAGE_ABORT, RTMP_CONTROL_ABORT_CSID},
        {RTMP_MESSAGE_ACKNOWLEDGEMENT, RTMP_CONTROL_ACK_SEQUENCE_NUMBER},
        {RTMP_MESSAGE_WINDOW_ACK_SIZE, RTMP_CONTROL_WINDOW_ACK_SIZE},
        {RTMP_MESSAGE_SET_PEER_BANDWIDTH, RTMP_CONTROL_PEER_BANDWIDTH},
    };
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct run run = run_hex("00010203", messages[i].type);
        assert_field(&run, 0, messages[i].kind, 0x00010203);
        assert_int_equal(run.fields[0].remark, RTMP_OK);
        assert_end(&run, 1, RTMP_OK, 0);
    }
}

static void peer_bandwidth(void **state) {
    (void)state;
    struct run run = run_hex("002625a0 02", RTMP_MESSAGE_SET_PEER_BANDWIDTH);
    assert_field(&run, 0, RTMP_CONTROL_PEER_BANDWIDTH, 2500000);
    assert_field(&run, 1, RTMP_CONTROL_LIMIT_TYPE, RTMP_PEER_BANDWIDTH_DYNAMIC);
    assert_end(&run, 2, RTMP_OK, 0);
}

static void short_bodies(void **state) {
    (void)state;
    struct run run = run_hex("000102", RTMP_MESSAGE_SET_CHUNK_SIZE);
    assert_end(&run, 0, RTMP_ERROR_END, 3);
    run = run_hex("", RTMP_MESSAGE_ACKNOWLEDGEMENT);
    assert_end(&run, 0, RTMP_ERROR_END, 0);
    run = run_hex("00", RTMP_MESSAGE_USER_CONTROL);
    assert_end(&run, 0, RTMP_ERROR_END, 1);
    run = run_hex("0000 000000", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 0, RTMP_CONTROL_EVENT, RTMP_USER_CONTROL_STREAM_BEGIN);
    assert_end(&run, 1, RTMP_ERROR_END, 3);
}

static void long_bodies(void **state) {
    (void)state;
    struct run run = run_hex("00001000 aabbcc", RTMP_MESSAGE_SET_CHUNK_SIZE);
    assert_end(&run, 1, RTMP_OK, 3);
    run = run_hex("00001000 02 aa", RTMP_MESSAGE_SET_PEER_BANDWIDTH);
    assert_end(&run, 2, RTMP_OK, 1);
}

static void chunk_sizes(void **state) {
    (void)state;
    assert_int_equal(run_hex("00000000", RTMP_MESSAGE_SET_CHUNK_SIZE).fields[0].remark,
                     RTMP_ERROR_FORMAT);
    assert_int_equal(run_hex("80000000", RTMP_MESSAGE_SET_CHUNK_SIZE).fields[0].remark,
                     RTMP_ERROR_FORMAT);
    assert_int_equal(run_hex("7fffffff", RTMP_MESSAGE_SET_CHUNK_SIZE).fields[0].remark, RTMP_OK);
    assert_int_equal(run_hex("00000001", RTMP_MESSAGE_SET_CHUNK_SIZE).fields[0].remark, RTMP_OK);
}

static void stream_events(void **state) {
    static const char *const bodies[] = {"0000 00000001", "0001 00000001", "0002 00000001",
                                         "0004 00000001", "001f 00000001", "0020 00000001"};
    static const uint16_t events[] = {0, 1, 2, 4, 31, 32};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct run run = run_hex(bodies[i], RTMP_MESSAGE_USER_CONTROL);
        assert_field(&run, 0, RTMP_CONTROL_EVENT, events[i]);
        assert_field(&run, 1, RTMP_CONTROL_STREAM_ID, 1);
        assert_end(&run, 2, RTMP_OK, 0);
        assert_non_null(rtmp_user_control_event_name(events[i]));
    }
}

static void buffer_length_and_pings(void **state) {
    (void)state;
    struct run run = run_hex("0003 00000001 00000bb8", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 1, RTMP_CONTROL_STREAM_ID, 1);
    assert_field(&run, 2, RTMP_CONTROL_BUFFER_LENGTH, 3000);
    assert_end(&run, 3, RTMP_OK, 0);
    run = run_hex("0006 00003039", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 1, RTMP_CONTROL_TIMESTAMP, 12345);
    assert_end(&run, 2, RTMP_OK, 0);
    run = run_hex("0007 ffffffff", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 1, RTMP_CONTROL_TIMESTAMP, 0xFFFFFFFFU);
    assert_end(&run, 2, RTMP_OK, 0);
}

/* Old ping bodies have up to three u32 values; a fourth is surplus. */
static void old_ping_bodies(void **state) {
    (void)state;
    struct run run = run_hex("0003 00000001 000003e8 00000000", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 3, RTMP_CONTROL_VALUE, 0);
    assert_end(&run, 4, RTMP_OK, 0);
    run = run_hex("0006 00000001 00000002 00000003 00000004", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 2, RTMP_CONTROL_VALUE, 2);
    assert_field(&run, 3, RTMP_CONTROL_VALUE, 3);
    assert_end(&run, 4, RTMP_OK, 4);
    run = run_hex("0000 00000001 0000", RTMP_MESSAGE_USER_CONTROL);
    assert_end(&run, 2, RTMP_OK, 2);
}

static void swf_verification(void **state) {
    (void)state;
    struct run run = run_hex("001a", RTMP_MESSAGE_USER_CONTROL);
    assert_end(&run, 1, RTMP_OK, 0);
    run = run_hex("001a 01", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 1, RTMP_CONTROL_SWF_TYPE, 1);
    assert_end(&run, 2, RTMP_OK, 0);
    run = run_hex("001b 01 01 00010000 00010000 "
                  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                  RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 1, RTMP_CONTROL_SWF_TYPE, 1);
    assert_field(&run, 2, RTMP_CONTROL_SWF_VERSION, 1);
    assert_field(&run, 3, RTMP_CONTROL_SWF_SIZE, 65536);
    assert_field(&run, 4, RTMP_CONTROL_SWF_SIZE_2, 65536);
    assert_int_equal(run.fields[5].kind, RTMP_CONTROL_SWF_HMAC);
    assert_int_equal(run.fields[5].span.len, 32);
    assert_end(&run, 6, RTMP_OK, 0);
}

static void unknown_events(void **state) {
    (void)state;
    struct run run = run_hex("0008 aabbccdd ee", RTMP_MESSAGE_USER_CONTROL);
    assert_field(&run, 0, RTMP_CONTROL_EVENT, 8);
    assert_int_equal(run.fields[1].kind, RTMP_CONTROL_DATA);
    assert_int_equal(run.fields[1].span.len, 5);
    assert_end(&run, 2, RTMP_OK, 0);
    assert_null(rtmp_user_control_event_name(8));
    run = run_hex("ffff", RTMP_MESSAGE_USER_CONTROL);
    assert_end(&run, 1, RTMP_OK, 0);
}

static void other_types_have_no_fields(void **state) {
    (void)state;
    struct run run = run_hex("00000000", 7);
    assert_end(&run, 0, RTMP_OK, 4);
    run = run_hex("00000000", 0);
    assert_end(&run, 0, RTMP_OK, 4);
}

static void assert_summary(const char *hex, uint8_t type, const char *expected) {
    char line[128];
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_control_summary(&text, rtmp_reader_over(bytes, (uint32_t)len), type);
    assert_string_equal(line, expected);
    guarded_free(bytes, len);
}

static void summaries(void **state) {
    (void)state;
    assert_summary("00001000", RTMP_MESSAGE_SET_CHUNK_SIZE, "Set chunk size 4096");
    assert_summary("00000004", RTMP_MESSAGE_ABORT, "Abort csid 4");
    assert_summary("00004e20", RTMP_MESSAGE_ACKNOWLEDGEMENT, "Acknowledgement 20000");
    assert_summary("002625a0", RTMP_MESSAGE_WINDOW_ACK_SIZE, "Window acknowledgement size 2500000");
    assert_summary("002625a0 02", RTMP_MESSAGE_SET_PEER_BANDWIDTH,
                   "Set peer bandwidth 2500000 (dynamic)");
    assert_summary("002625a0 09", RTMP_MESSAGE_SET_PEER_BANDWIDTH,
                   "Set peer bandwidth 2500000 (unknown limit type)");
    assert_summary("0000 00000001", RTMP_MESSAGE_USER_CONTROL, "Stream begin 1");
    assert_summary("0003 00000001 00000bb8", RTMP_MESSAGE_USER_CONTROL,
                   "Set buffer length 1, 3000 ms");
    assert_summary("0006 00003039", RTMP_MESSAGE_USER_CONTROL, "Ping request 12345 ms");
    assert_summary("001a 01", RTMP_MESSAGE_USER_CONTROL, "SWF verification request");
    assert_summary("0008", RTMP_MESSAGE_USER_CONTROL, "User control event 8");
    assert_summary("00", RTMP_MESSAGE_USER_CONTROL, "User control");
    assert_summary("0010", RTMP_MESSAGE_SET_CHUNK_SIZE, "Set chunk size");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_messages),
        cmocka_unit_test(peer_bandwidth),
        cmocka_unit_test(short_bodies),
        cmocka_unit_test(long_bodies),
        cmocka_unit_test(chunk_sizes),
        cmocka_unit_test(stream_events),
        cmocka_unit_test(buffer_length_and_pings),
        cmocka_unit_test(old_ping_bodies),
        cmocka_unit_test(swf_verification),
        cmocka_unit_test(unknown_events),
        cmocka_unit_test(other_types_have_no_fields),
        cmocka_unit_test(summaries),
    };
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
