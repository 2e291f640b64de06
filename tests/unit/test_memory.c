/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the wire layer holds: bytes that were received and a little for each chunk stream, never
 * what a length announces. Counted, not timed. */
#include "direction_fixture.h"

#include <string.h>

/* C0 C1 C2, or S0 S1 S2, without digests: the second packet echoes `echoed`. */
static void shake_hands(struct rtmp_direction *direction, uint8_t own, uint8_t echoed) {
    uint8_t packet[RTMP_HANDSHAKE_SIZE] = {0};
    const uint8_t version = 3;
    rtmp_direction_feed(direction, &version, 1);
    memset(packet + 8, own, sizeof packet - 8);
    rtmp_direction_feed(direction, packet, sizeof packet);
    memset(packet + 8, echoed, sizeof packet - 8);
    rtmp_direction_feed(direction, packet, sizeof packet);
}

/* A chunk with a fmt 0 header of a message of `length` bytes on chunk stream 64..319, and as much
 * of it as a chunk of 128 bytes holds. */
static void feed_chunk(struct rtmp_direction *direction, uint8_t id, uint8_t type,
                       uint32_t length) {
    uint8_t chunk[13 + 128] = {0, id};
    for (unsigned i = 0; i < 3; i++)
        chunk[5 + i] = (uint8_t)(length >> (16 - 8 * i));
    chunk[8] = type;
    rtmp_direction_feed(direction, chunk, 13 + (length < 128 ? length : 128));
}

static void assert_no_notes(const struct recorder *rec) {
    for (size_t kind = 0; kind < sizeof rec->notes / sizeof *rec->notes; kind++)
        assert_int_equal(rec->notes[kind], 0);
}

static void end(struct rtmp_direction *direction, struct recorder *rec) {
    assert_no_notes(rec);
    rtmp_direction_destroy(direction);
    assert_int_equal(rec->held, 0);
    recorder_clear(rec);
}

/* ---- tests ---- */

enum { CHUNK_STREAMS = 200, ANNOUNCED = 0xFFFFFF };

static void announced_lengths_cost_what_is_sent(void **state) {
    (void)state;
    struct recorder rec = recorder_new();
    struct rtmp_direction direction;
    direction_begin(&direction, RTMP_ROLE_CLIENT, &rec, NULL);
    shake_hands(&direction, 1, 2);
    size_t before = rec.held;
    for (unsigned i = 0; i < CHUNK_STREAMS; i++)
        feed_chunk(&direction, (uint8_t)i, RTMP_MESSAGE_COMMAND_AMF0, ANNOUNCED);
    size_t each = (rec.held - before) / CHUNK_STREAMS;
    assert_int_equal(rec.count, 0);
    assert_in_range(each, 128, 1024);
    assert_in_range(rec.largest, 1, 64 * 1024);
    end(&direction, &rec);
}

static void messages_that_end_leave_nothing(void **state) {
    (void)state;
    struct recorder rec = recorder_new();
    struct rtmp_direction direction;
    direction_begin(&direction, RTMP_ROLE_CLIENT, &rec, NULL);
    shake_hands(&direction, 1, 2);
    feed_chunk(&direction, 0, RTMP_MESSAGE_COMMAND_AMF0, 0);
    size_t after_first = rec.held;
    for (unsigned i = 0; i < 10000; i++)
        feed_chunk(&direction, 0, RTMP_MESSAGE_COMMAND_AMF0, i % 129);
    assert_int_equal(rec.count, 10001);
    assert_int_equal(rec.held, after_first);
    end(&direction, &rec);
}

/* Of 7.5 KB that a connection may cost, the plugin's records need their part. */
static void a_connection_costs_little(void **state) {
    (void)state;
    struct pair pair;
    pair_begin(&pair);
    uint8_t packet[1 + RTMP_HANDSHAKE_SIZE] = {3};
    memset(packet + 9, 1, sizeof packet - 9);
    rtmp_direction_feed(&pair.client, packet, sizeof packet); /* C0 C1 */
    shake_hands(&pair.server, 2, 1);
    memset(packet + 9, 2, sizeof packet - 9);
    rtmp_direction_feed(&pair.client, packet + 1, RTMP_HANDSHAKE_SIZE); /* C2 */
    for (unsigned i = 0; i < 14; i++) {
        feed_chunk(&pair.client, (uint8_t)(i % 3), RTMP_MESSAGE_COMMAND_AMF0, 100);
        feed_chunk(&pair.server, (uint8_t)(i % 3), RTMP_MESSAGE_COMMAND_AMF0, 100);
    }
    assert_int_equal(pair.client_rec.count + pair.server_rec.count, 28);
    assert_in_range(pair.client_rec.held + pair.server_rec.held + sizeof pair.client +
                        sizeof pair.server,
                    1, 4000);
    assert_no_notes(&pair.client_rec);
    assert_no_notes(&pair.server_rec);
    pair_end(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(announced_lengths_cost_what_is_sent),
        cmocka_unit_test(messages_that_end_leave_nothing),
        cmocka_unit_test(a_connection_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
