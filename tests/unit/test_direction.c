/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a direction begins: with a handshake, or somewhere in the middle. */
#include "direction_fixture.h"

#include <string.h>

#include "vectors.h"

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

static void a_random_first_packet_behind_a_syn_is_a_handshake(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, false);
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes - 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_UNDECIDED);
    rtmp_direction_feed(&pair.client, bytes + sizeof bytes - 1, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_HANDSHAKE);
    assert_int_equal(pair.client.position, RTMP_HANDSHAKE_FIRST);
    pair_end(&pair);
}

/* In the middle of a connection a payload byte may be 3 and what follows random. */
static void a_random_first_packet_midstream_is_none(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, false);
    pair.client.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    assert_int_equal(pair.client.position, RTMP_HANDSHAKE_FIRST);
    pair_end(&pair);
}

static void test_plain_packet_somewhere(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, true);
    pair.client.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, 100);
    assert_int_equal(pair.client.phase, RTMP_PHASE_HANDSHAKE);
    pair_end(&pair);
}

/* Where the client shakes hands the server does too: no need to wait. */
static void test_peer_shakes(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, true);
    pair.client.start_unknown = pair.server.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    first_packet(bytes, false);
    rtmp_direction_feed(&pair.server, bytes, 100);
    assert_int_equal(pair.server.phase, RTMP_PHASE_HANDSHAKE);
    rtmp_direction_feed(&pair.server, bytes + 100, sizeof bytes - 100);
    assert_true(pair.server.handshake.have_first);
    pair_end(&pair);
}

/* A first byte that begins a handshake and a chunk alike, beside a client that shakes hands: byte
 * by byte it was taken for a handshake, in one piece for what it is. */
static void how_bytes_are_cut_does_not_tell_a_handshake(void **state) {
    (void)state;
    uint8_t chunk[60] = {3, 0, 0, 1, 0, 0, 4, RTMP_MESSAGE_SET_CHUNK_SIZE};
    for (uint32_t piece = 1; piece <= sizeof chunk; piece++) {
        struct pair pair;
        uint8_t first[RTMP_HANDSHAKE_FIRST];
        pair_begin(&pair);
        first_packet(first, true);
        rtmp_direction_feed(&pair.client, first, sizeof first);
        assert_true(pair.client.has_handshake);
        for (uint32_t pos = 0; pos < sizeof chunk; pos += piece)
            rtmp_direction_feed(&pair.server, chunk + pos,
                                sizeof chunk - pos < piece ? (uint32_t)sizeof chunk - pos : piece);
        assert_int_equal(pair.server.phase, RTMP_PHASE_CHUNKS);
        pair_end(&pair);
    }
}

/* Nothing but `gaps` gaps was reported, of `bytes` bytes in all. */
static void assert_gaps(const struct recorder *rec, uint64_t gaps, uint64_t bytes) {
    for (size_t kind = 0; kind < sizeof rec->notes / sizeof *rec->notes; kind++)
        assert_int_equal(rec->notes[kind], kind == RTMP_NOTE_GAP ? gaps : 0);
    assert_int_equal(rec->noted[RTMP_NOTE_GAP], bytes);
}

/* Bytes that were missing from the handshake were not reported. */
static void a_gap_in_the_handshake_is_reported(void **state) {
    (void)state;
    static const struct {
        uint32_t seen;
        uint64_t missing;
        uint64_t notes; /* handshake and what follows are noted apart */
        uint8_t version;
    } gaps[] = {{0, 20, 1, 3},     {1, 1536, 1, 3},   {2000, 500, 1, 3}, {3000, 73, 1, 3},
                {3000, 100, 2, 3}, {3000, 100, 2, 6}, {3073, 100, 1, 6}};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        struct pair pair;
        uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {gaps[i].version};
        pair_begin(&pair);
        rtmp_direction_feed(&pair.client, bytes, gaps[i].seen);
        rtmp_direction_gap(&pair.client, gaps[i].missing);
        assert_int_equal(pair.client.position, gaps[i].seen + gaps[i].missing);
        assert_gaps(&pair.client_rec, gaps[i].notes, gaps[i].missing);
        pair_end(&pair);
    }
}

/* How many bytes are missing is unknown: a handshake ends with them, a chunk header is searched. */
static void a_gap_of_unknown_length_is_reported(void **state) {
    (void)state;
    static const struct {
        uint32_t seen;
        uint64_t behind;
        enum rtmp_phase phase;
        uint8_t version;
    } gaps[] = {{0, RTMP_HANDSHAKE_TOTAL, RTMP_PHASE_CHUNKS, 3},
                {1000, RTMP_HANDSHAKE_TOTAL, RTMP_PHASE_CHUNKS, 3},
                {RTMP_HANDSHAKE_TOTAL, RTMP_HANDSHAKE_TOTAL, RTMP_PHASE_CHUNKS, 3},
                {1000, RTMP_HANDSHAKE_TOTAL, RTMP_PHASE_ENCRYPTED, 6}};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        struct pair pair;
        uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {gaps[i].version};
        pair_begin(&pair);
        rtmp_direction_feed(&pair.client, bytes, gaps[i].seen);
        rtmp_direction_break(&pair.client);
        assert_int_equal(pair.client.position, gaps[i].behind);
        assert_int_equal(pair.client.phase, gaps[i].phase);
        if (gaps[i].phase == RTMP_PHASE_CHUNKS)
            assert_int_equal(pair.client.chunks.state, RTMP_SEARCHING);
        assert_gaps(&pair.client_rec, 1, 0);
        pair_end(&pair);
    }
}

/* A snapshot length cuts the handshake before it tells: a connection begins with nothing else. */
static void test_cut_packet_after_syn(void **state) {
    (void)state;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    first_packet(bytes, false);
    for (uint32_t captured = 0; captured < 200; captured += 100) {
        struct pair pair;
        pair_begin(&pair);
        rtmp_direction_feed(&pair.client, bytes, captured);
        rtmp_direction_gap(&pair.client, RTMP_HANDSHAKE_TOTAL - captured);
        assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
        assert_int_equal(pair.client.chunks.state, RTMP_SYNCHRONISED);
        assert_int_equal(pair.client.handshake.have_version, captured > 0);
        pair_end(&pair);
    }
}

static void test_cut_bytes_somewhere(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, false);
    pair.client.start_unknown = true;
    rtmp_direction_feed(&pair.client, bytes, 100);
    rtmp_direction_gap(&pair.client, RTMP_HANDSHAKE_TOTAL - 100);
    assert_false(pair.client.has_handshake);
    assert_int_equal(pair.client.chunks.state, RTMP_SEARCHING);
    pair_end(&pair);
}

/* Plain on both sides: the packets that echoes were compared with are freed, the verdicts stay. */
static void plain_packets_are_freed(void **state) {
    (void)state;
    struct pair pair;
    uint8_t client[RTMP_HANDSHAKE_FIRST];
    uint8_t server[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(client, true);
    first_packet(server, true);
    server[100] ^= 1;
    rtmp_direction_feed(&pair.client, client, sizeof client);
    rtmp_direction_feed(&pair.server, server, sizeof server);
    assert_non_null(pair.client.first_packet);
    rtmp_direction_feed(&pair.server, client + 1, RTMP_HANDSHAKE_SIZE);
    rtmp_direction_feed(&pair.client, server + 1, RTMP_HANDSHAKE_SIZE);
    assert_null(pair.client.first_packet);
    assert_null(pair.server.first_packet);
    for (int side = 0; side < 2; side++) {
        const struct rtmp_handshake *said =
            rtmp_direction_handshake(side ? &pair.server : &pair.client);
        assert_int_equal(said->first.version, 0);
        assert_int_equal(said->first.time, 0xeeU << 24 | (uint32_t)client[2] << 16 |
                                               (uint32_t)client[3] << 8 | client[4]);
        assert_false(said->first.has_digest);
        assert_true(said->second.echo_valid);
    }
    pair_end(&pair);
}

/* A chunk on chunk stream 3 begins with the byte of a handshake. */
static void test_chunk_is_no_handshake(void **state) {
    (void)state;
    struct pair pair;
    size_t len;
    uint8_t *bytes = guarded_hex("030000000000191400000000020009 46435075626c697368", &len);
    pair_begin(&pair);
    for (size_t i = 0; i < len; i++)
        rtmp_direction_feed(&pair.client, bytes + i, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    assert_false(pair.client.has_handshake);
    assert_int_equal(pair.client.position, len);
    pair_end(&pair);
    guarded_free(bytes, len);
}

/* Both directions of a connection, in pieces; the n-th allocation fails, up to what comes last and
 * is read as ever. False: there are fewer. */
static bool converse(long fail, bool persistent, bool unknown) {
    struct recorder rec = {.fail_at = fail, .fail_on = persistent};
    struct recorder reported[2] = {recorder_new(), recorder_new()};
    uint8_t shake[RTMP_HANDSHAKE_TOTAL];
    size_t len;
    uint8_t *chunks = guarded_hex("ffff 0300000000004014 00000000 020007636f6e6e656374 003ff0000000"
                                  "000000 05 c3 0505 0400000a 00000408 01000000 af010203 44 000014",
                                  &len);
    struct rtmp_direction pair[2];
    for (unsigned i = 0; i < 2; i++) {
        direction_begin(&pair[i], i ? RTMP_ROLE_SERVER : RTMP_ROLE_CLIENT, &reported[i], &rec);
        pair[i].peer = &pair[1 - i];
        pair[i].start_unknown = unknown;
    }
    memset(shake, 0x5A, sizeof shake);
    first_packet(shake, false);
    for (unsigned i = 0; i < 2; i++) {
        for (size_t at = 0; at < sizeof shake; at += 512)
            rtmp_direction_feed(&pair[i], shake + at, at + 512 < sizeof shake ? 512 : 1);
        for (size_t at = 0; at < len; at++)
            rtmp_direction_feed(&pair[i], chunks + at, 1);
        rtmp_direction_gap(&pair[i], 9);
        rtmp_direction_feed(&pair[i], chunks, (uint32_t)len);
        assert_int_equal(pair[i].position, 6 * 512 + 1 + len + 9 + len);
    }
    bool reached = rec.allocations >= fail;
    rec.fail_at = -1;
    size_t last_len;
    uint8_t *last = guarded_hex("04 000001 000004 08 01000000 af010203"
                                "04 000002 000004 08 01000000 af010405",
                                &last_len);
    for (unsigned i = 0; i < 2; i++) {
        (void)rtmp_direction_handshake(&pair[i]);
        for (size_t at = 0; at < 9 * last_len; at++) /* the first are of a message still open */
            rtmp_direction_feed(&pair[i], last + at % last_len, 1);
        assert_int_equal(pair[i].chunks.dechunk.position, pair[i].position);
        assert_in_range(reported[i].count, 1, 100);
        const struct recorded_message *m = &reported[i].messages[reported[i].count - 1];
        assert_int_equal(m->message.timestamp, 2);
        assert_int_equal(m->available, 4);
        assert_memory_equal(m->body, "\xAF\1\4\5", 4);
        rtmp_direction_destroy(&pair[i]);
        recorder_clear(&reported[i]);
    }
    assert_int_equal(rec.live, 0);
    guarded_free(last, last_len);
    guarded_free(chunks, len);
    return reached;
}

static void test_memory_fails_at_any_time(void **state) {
    (void)state;
    for (unsigned how = 0; how < 4; how++) {
        long fail = 1;
        while (converse(fail, how & 1, how & 2))
            fail++;
        assert_true(fail > 3); /* it does allocate */
    }
}

/* Text, and a version that nobody has: no handshake, unless the peer shakes hands. */
static void an_unlikely_packet_waits_for_the_peer(void **state) {
    (void)state;
    static const struct {
        uint8_t version, answer;
        enum rtmp_phase phase;
    } cases[] = {{3, 3, RTMP_PHASE_HANDSHAKE},
                 {'t', 3, RTMP_PHASE_HANDSHAKE},
                 {'t', 'n', RTMP_PHASE_CHUNKS}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        uint8_t client[RTMP_HANDSHAKE_FIRST], server[RTMP_HANDSHAKE_FIRST];
        pair_begin(&pair);
        first_packet(server, true);
        memset(client, 'x', sizeof client);
        client[0] = cases[i].version;
        server[0] = cases[i].answer;
        rtmp_direction_feed(&pair.client, client, sizeof client);
        assert_int_equal(pair.client.phase, RTMP_PHASE_UNDECIDED);
        rtmp_direction_feed(&pair.server, server, sizeof server);
        rtmp_direction_feed(&pair.client, server + 1, 100);
        assert_int_equal(pair.client.phase, cases[i].phase);
        assert_int_equal(pair.client.position, sizeof client + 100);
        pair_end(&pair);
    }
}

/* The peer does not answer, and more than a first packet comes: nothing is held for ever. */
static void an_unlikely_packet_is_not_held_for_ever(void **state) {
    (void)state;
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    memset(bytes, 'x', sizeof bytes);
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    rtmp_direction_feed(&pair.client, bytes, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    pair_end(&pair);
}

static void an_answer_may_be_something_else(void **state) {
    (void)state;
    static const char *const answers[] = {"HTTP/1.1 400 Bad Request\r\n", "no",
                                          "\x15\x03\x03\0\2\2\x28"};
    static const size_t lengths[] = {26, 2, 7};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct pair pair;
        uint8_t bytes[RTMP_HANDSHAKE_FIRST];
        pair_begin(&pair);
        first_packet(bytes, true);
        rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
        rtmp_direction_feed(&pair.server, (const uint8_t *)answers[i], (uint32_t)lengths[i]);
        assert_int_equal(pair.server.phase, RTMP_PHASE_NOT_RTMP);
        rtmp_direction_feed(&pair.server, bytes, 10);
        assert_int_equal(pair.server.position, lengths[i] + 10);
        pair_end(&pair);
    }
}

/* A chunk where C2 is due; random bytes and an echo are none. */
static void a_client_may_skip_its_second_packet(void **state) {
    (void)state;
    static const uint8_t connect[] = {3, 0,    0,    0, 0,   0,   19,  20,  0,   0,   0,
                                      0, 2,    0,    7, 'c', 'o', 'n', 'n', 'e', 'c', 't',
                                      0, 0x3f, 0xf0, 0, 0,   0,   0,   0,   0};
    for (uint32_t cut = 0; cut < sizeof connect; cut++) {
        for (unsigned skips = 0; skips < 2; skips++) {
            struct pair pair;
            uint8_t bytes[RTMP_HANDSHAKE_FIRST];
            pair_begin(&pair);
            first_packet(bytes, true);
            rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
            rtmp_direction_feed(&pair.server, bytes, sizeof bytes);
            const uint8_t *second = skips ? connect : bytes + 1;
            rtmp_direction_feed(&pair.client, second, cut);
            rtmp_direction_feed(&pair.client, second + cut, sizeof connect - cut);
            assert_int_equal(pair.client.phase, skips ? RTMP_PHASE_CHUNKS : RTMP_PHASE_HANDSHAKE);
            assert_int_equal(pair.client.position, sizeof bytes + sizeof connect);
            if (skips)
                assert_int_equal(pair.client.chunks.dechunk.position, pair.client.position);
            pair_end(&pair);
        }
    }
}

/* What segments the first chunk comes in decides nothing. */
static void a_skipped_second_packet_is_told_byte_by_byte(void **state) {
    (void)state;
    static const uint8_t chunk[] = {2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 16, 0};
    struct pair pair;
    uint8_t bytes[RTMP_HANDSHAKE_FIRST];
    pair_begin(&pair);
    first_packet(bytes, true);
    rtmp_direction_feed(&pair.client, bytes, sizeof bytes);
    rtmp_direction_feed(&pair.server, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof chunk; i++)
        rtmp_direction_feed(&pair.client, chunk + i, 1);
    assert_int_equal(pair.client.phase, RTMP_PHASE_CHUNKS);
    assert_int_equal(pair.client.chunks.dechunk.chunk_size, 4096);
    pair_end(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_first_packet_behind_a_syn_is_a_handshake),
        cmocka_unit_test(a_random_first_packet_midstream_is_none),
        cmocka_unit_test(test_plain_packet_somewhere),
        cmocka_unit_test(test_peer_shakes),
        cmocka_unit_test(how_bytes_are_cut_does_not_tell_a_handshake),
        cmocka_unit_test(a_gap_in_the_handshake_is_reported),
        cmocka_unit_test(a_gap_of_unknown_length_is_reported),
        cmocka_unit_test(test_cut_packet_after_syn),
        cmocka_unit_test(test_cut_bytes_somewhere),
        cmocka_unit_test(plain_packets_are_freed),
        cmocka_unit_test(test_chunk_is_no_handshake),
        cmocka_unit_test(test_memory_fails_at_any_time),
        cmocka_unit_test(an_unlikely_packet_waits_for_the_peer),
        cmocka_unit_test(an_unlikely_packet_is_not_held_for_ever),
        cmocka_unit_test(an_answer_may_be_something_else),
        cmocka_unit_test(a_client_may_skip_its_second_packet),
        cmocka_unit_test(a_skipped_second_packet_is_told_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
