/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a direction begins: with a handshake, or somewhere in the middle. */
#include "wire/direction.h"

#include <stdlib.h>

#include "vectors.h"

static void *resize(void *user, void *old, size_t size) {
    (void)user;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, size);
}

static void ignore_part(void *user, const struct rtmp_part *part) {
    (void)user;
    (void)part;
}

static void ignore_note(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
}

struct pair {
    struct rtmp_direction client, server;
};

static void open_pair(struct pair *pair) {
    const struct rtmp_memory memory = {.resize = resize};
    const struct rtmp_sink sink = {.part = ignore_part, .note = ignore_note};
    rtmp_direction_init(&pair->client, RTMP_ROLE_CLIENT, &memory, &sink);
    rtmp_direction_init(&pair->server, RTMP_ROLE_SERVER, &memory, &sink);
    pair->client.peer = &pair->server;
    pair->server.peer = &pair->client;
}

static void close_pair(struct pair *pair) {
    rtmp_direction_destroy(&pair->client);
    rtmp_direction_destroy(&pair->server);
}

/* C0 C1 or S0 S1: version 3, then random bytes; or with a zero field, which is certain. */
static void first_packet(uint8_t bytes[RTMP_HANDSHAKE_FIRST], bool plain) {
    uint32_t seed = 1;
    for (uint32_t i = 0; i < RTMP_HANDSHAKE_FIRST; i++) {
        seed = seed * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(seed >> 24);
    }
    bytes[0] = 3;
    bytes[1] = bytes[5] = 0xee; /* no chunk header, no known program */
    if (plain)
        memset(bytes + 5, 0, 4);
}

static void test_random_packet_after_syn(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    open_pair(&pair);
    first_packet(bytes, false);
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes - 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_UNDECIDED);
    rtmp_direction_feed(&pair.client, bytes + sizeof bytes - 1, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_HANDSHAKE);
    assert_int_equal(pair.client.position, RTMP_HANDSHAKE_FIRST);
    close_pair(&pair);
}

/* In the middle of a connection a payload byte may be 3 and what follows random. */
static void test_random_packet_somewhere(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    open_pair(&pair);
    first_packet(bytes, false);
    pair.client.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    assert_int_equal(pair.client.position, RTMP_HANDSHAKE_FIRST);
    close_pair(&pair);
}

static void test_plain_packet_somewhere(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    open_pair(&pair);
    first_packet(bytes, true);
    pair.client.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, 100);
    assert_int_equal(pair.client.phase, RTMP_PHASE_HANDSHAKE);
    close_pair(&pair);
}

/* Where the client shakes hands the server does too: no need to wait. */
static void test_peer_shakes(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    open_pair(&pair);
    first_packet(bytes, true);
    pair.client.start_unknown = pair.server.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    first_packet(bytes, false);
    rtmp_direction_feed(&pair.server, bytes, 100);
    assert_int_equal(pair.server.phase, RTMP_PHASE_HANDSHAKE);
    rtmp_direction_feed(&pair.server, bytes + 100, sizeof bytes - 100);
    assert_true(pair.server.handshake.have_first);
    close_pair(&pair);
}

/* A chunk on chunk stream 3 begins with the byte of a handshake. */
static void test_chunk_is_no_handshake(void **state) {
    (void)state;
    struct pair pair;
    size_t len;
    uint8_t *bytes = guarded_hex("030000000000191400000000020009 46435075626c697368", &len);
    open_pair(&pair);
    for (size_t i = 0; i < len; i++)
        rtmp_direction_feed(&pair.client, bytes + i, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    assert_false(pair.client.has_handshake);
    assert_int_equal(pair.client.position, len);
    close_pair(&pair);
    guarded_free(bytes, len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_packet_after_syn),
        cmocka_unit_test(test_random_packet_somewhere),
        cmocka_unit_test(test_plain_packet_somewhere),
        cmocka_unit_test(test_peer_shakes),
        cmocka_unit_test(test_chunk_is_no_handshake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
