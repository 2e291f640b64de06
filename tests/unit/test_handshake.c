/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

/* One handshake: both directions' first 3073 bytes, each against a guard page. */
struct handshake {
    uint8_t *client, *server;
};

static struct handshake handshake_of(const cJSON *hex) {
    size_t c0c1, s0s1s2, c2;
    uint8_t *first = guarded_hex(cJSON_GetObjectItem(hex, "c0c1")->valuestring, &c0c1);
    uint8_t *second = guarded_hex(cJSON_GetObjectItem(hex, "c2")->valuestring, &c2);
    uint8_t whole[RTMP_HANDSHAKE_TOTAL];
    struct handshake handshake;
    handshake.server = guarded_hex(cJSON_GetObjectItem(hex, "s0s1s2")->valuestring, &s0s1s2);
    assert_int_equal(c0c1, RTMP_HANDSHAKE_FIRST);
    assert_int_equal(c2, RTMP_HANDSHAKE_SIZE);
    assert_int_equal(s0s1s2, RTMP_HANDSHAKE_TOTAL);
    memcpy(whole, first, c0c1);
    memcpy(whole + c0c1, second, c2);
    handshake.client = guarded_copy(whole, sizeof whole);
    guarded_free(first, c0c1);
    guarded_free(second, c2);
    return handshake;
}

static void assert_digest(const struct rtmp_handshake_first *first, const cJSON *meaning) {
    size_t len;
    uint8_t *digest = guarded_hex(cJSON_GetObjectItem(meaning, "digest")->valuestring, &len);
    assert_true(first->has_digest);
    assert_int_equal(first->scheme, cJSON_GetObjectItem(meaning, "scheme")->valueint);
    assert_int_equal(first->digest_offset, cJSON_GetObjectItem(meaning, "digest_offset")->valueint);
    assert_int_equal(len, RTMP_HANDSHAKE_DIGEST);
    assert_memory_equal(first->digest, digest, RTMP_HANDSHAKE_DIGEST);
    guarded_free(digest, len);
}

static struct rtmp_handshake_first assert_first(const uint8_t *direction, enum rtmp_role role,
                                                const cJSON *meaning) {
    struct rtmp_handshake_first first, swapped;
    rtmp_handshake_examine_first(direction + 1, role, &first);
    if (cJSON_HasObjectItem(meaning, "digest")) {
        assert_digest(&first, meaning);
        assert_int_equal(first.digest_role, role);
    } else {
        assert_false(first.has_digest);
    }
    const cJSON *time = cJSON_GetObjectItem(meaning, "time");
    const cJSON *version = cJSON_GetObjectItem(meaning, "version_hex");
    if (time)
        assert_true((double)first.time == time->valuedouble);
    if (version)
        assert_int_equal(first.version, strtoul(version->valuestring, NULL, 16));

    /* A wrong guess of the role costs time, not truth. */
    rtmp_handshake_examine_first(
        direction + 1, role == RTMP_ROLE_CLIENT ? RTMP_ROLE_SERVER : RTMP_ROLE_CLIENT, &swapped);
    assert_int_equal(swapped.has_digest, first.has_digest);
    assert_int_equal(swapped.digest_role, first.digest_role);
    return first;
}

/* Every prefix answers, never goes back, and the whole first packet is recognised. */
static void assert_recognised(const uint8_t *direction, bool certain) {
    enum rtmp_verdict last = RTMP_MAYBE;
    for (size_t len = 0; len <= RTMP_HANDSHAKE_FIRST + 64; len++) {
        uint8_t *prefix = guarded_copy(direction, len);
        enum rtmp_verdict verdict = rtmp_handshake_looks(prefix, len);
        assert_true(verdict == last || last == RTMP_MAYBE);
        assert_int_not_equal(verdict, RTMP_NO);
        if (rtmp_handshake_certain(prefix, len))
            assert_int_equal(verdict, RTMP_YES);
        last = verdict;
        guarded_free(prefix, len);
    }
    assert_int_equal(last, RTMP_YES);
    assert_int_equal(rtmp_handshake_certain(direction, RTMP_HANDSHAKE_TOTAL), certain);
}

/* Another byte in a first packet is read as well, and a digest found is one that holds. */
static void check_mutants(const uint8_t *direction, enum rtmp_role role) {
    struct rtmp_handshake_first before, first;
    rtmp_handshake_examine_first(direction + 1, role, &before);
    for (struct mutants m = mutants_of(direction, RTMP_HANDSHAKE_FIRST); next_mutant(&m);) {
        (void)rtmp_handshake_looks(m.bytes, m.len);
        (void)rtmp_handshake_certain(m.bytes, m.len);
        rtmp_handshake_examine_first(m.bytes + 1, role, &first);
        if (m.offset > 0 && m.bytes[m.offset] != m.original)
            assert_false(first.has_digest);
        else
            assert_int_equal(first.has_digest, before.has_digest);
    }
}

static void check_vector(const struct vector *vector) {
    struct handshake handshake = handshake_of(cJSON_GetObjectItem(vector->json, "hex"));
    const cJSON *meaning = vector->meaning, *mode = cJSON_GetObjectItem(meaning, "mode");
    const cJSON *c1_says = cJSON_GetObjectItem(meaning, "c1");
    const cJSON *s1_says = cJSON_GetObjectItem(meaning, "s1");
    const cJSON *s2_says = cJSON_GetObjectItem(meaning, mode ? "s2_echoes_c1_random" : "s2_valid");
    const cJSON *c2_says = cJSON_GetObjectItem(meaning, mode ? "c2_echoes_s1_random" : "c2_valid");
    const uint8_t *c1 = handshake.client + 1, *s1 = handshake.server + 1;
    const uint8_t *c2 = c1 + RTMP_HANDSHAKE_SIZE, *s2 = s1 + RTMP_HANDSHAKE_SIZE;

    assert_int_equal(handshake.client[0], cJSON_GetObjectItem(meaning, "c0")->valueint);
    struct rtmp_handshake_first client = assert_first(handshake.client, RTMP_ROLE_CLIENT, c1_says);
    struct rtmp_handshake_first server = assert_first(handshake.server, RTMP_ROLE_SERVER, s1_says);
    struct rtmp_handshake_second second;
    rtmp_handshake_examine_second(s2, RTMP_ROLE_SERVER, c1, &client, &second);
    assert_true(second.echo_known);
    assert_int_equal(second.echo_valid, cJSON_IsTrue(s2_says));
    rtmp_handshake_examine_second(c2, RTMP_ROLE_CLIENT, s1, &server, &second);
    assert_true(second.echo_known);
    assert_int_equal(second.echo_valid, cJSON_IsTrue(c2_says));

    check_mutants(handshake.client, RTMP_ROLE_CLIENT);
    check_mutants(handshake.server, RTMP_ROLE_SERVER);
    assert_recognised(handshake.client, true);
    assert_recognised(handshake.server, server.version == 0 || server.has_digest);
    guarded_free(handshake.client, RTMP_HANDSHAKE_TOTAL);
    guarded_free(handshake.server, RTMP_HANDSHAKE_TOTAL);
}

/* A deterministic stand-in for what encoders draw at random. */
static void fill_random(uint8_t *bytes, size_t len, uint32_t seed) {
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static void test_versions(void **state) {
    (void)state;
    for (unsigned version = 0; version < 256; version++) {
        bool encrypted = version == 6 || version == 8 || version == 9;
        assert_int_equal(rtmp_handshake_version_encrypted((uint8_t)version), encrypted);
        assert_int_equal(rtmp_handshake_version_known((uint8_t)version), encrypted || version == 3);
    }
    assert_string_equal(rtmp_handshake_version_name(6), "RTMPE");
    assert_string_equal(rtmp_handshake_version_name(0), "Unknown");
}

/* Without the packet of the peer there is no verdict; with a changed byte it is negative. */
static void test_second_without_echo(void **state) {
    (void)state;
    uint8_t peer[RTMP_HANDSHAKE_SIZE], packet[RTMP_HANDSHAKE_SIZE];
    struct rtmp_handshake_second second;
    fill_random(peer, sizeof peer, 1);
    memcpy(packet, peer, sizeof packet);
    memcpy(packet, "\0\0\1\2\0\0\3\4", 8);

    rtmp_handshake_examine_second(packet, RTMP_ROLE_CLIENT, NULL, NULL, &second);
    assert_false(second.echo_known);
    assert_int_equal(second.time, 0x102);
    assert_int_equal(second.time2, 0x304);

    rtmp_handshake_examine_second(packet, RTMP_ROLE_CLIENT, peer, NULL, &second);
    assert_true(second.echo_known && second.echo_valid && !second.response_digest);
    packet[RTMP_HANDSHAKE_SIZE - 1] ^= 1;
    rtmp_handshake_examine_second(packet, RTMP_ROLE_CLIENT, peer, NULL, &second);
    assert_true(second.echo_known && !second.echo_valid);
}

/* The digest's position depends on four bytes; every sum must stay inside the packet. */
static void test_digest_positions(void **state) {
    (void)state;
    for (unsigned sum = 0; sum <= 4 * 255; sum++) {
        uint8_t packet[RTMP_HANDSHAKE_SIZE] = {0};
        struct rtmp_handshake_first first;
        for (unsigned i = 0, left = sum; i < 4; i++) {
            unsigned fragment = left > 255 ? 255 : left;
            packet[8 + i] = packet[772 + i] = (uint8_t)fragment;
            left -= fragment;
        }
        uint8_t *guarded = guarded_copy(packet, sizeof packet);
        rtmp_handshake_examine_first(guarded, RTMP_ROLE_CLIENT, &first);
        assert_false(first.has_digest);
        guarded_free(guarded, sizeof packet);
    }
}

/* First bytes of directions that are no handshake, and how many of them are needed to tell. */
static const struct {
    const char *what, *hex;
    size_t needed;
} strangers[] = {
    {"HTTP request", "504f5354202f6f70656e2f3120485454502f312e310d0a", 1},
    {"HTTP reply", "485454502f312e3120323030204f4b0d0a", 1},
    {"TLS", "16030101700100016c0303d12e178b981ef6ec297928f130", 1},
    {"SSH", "5353482d322e302d4f70656e5353485f392e32", 1},
    {"text after a tab", "0974686520717569636b2062726f776e20666f78206a756d7073", 16},
    {"chunk, fmt 1", "4400001800004f08af01214a", 1},
    {"FCPublish on csid 3",
     "0300000000002214000000000200094643 5075626c697368004014000000000000050200056c6976", 15},
    {"connect on csid 3", "0300000000010f1400000000020007636f6e6e65637400 3ff0", 15},
    {"connect on csid 3, timestamp extended", "03ffffff00010f140000000001000000020007636f6e6e", 19},
    {"AMF3 command on csid 3", "030000000000201100000000000200046361", 16},
    {"onMetaData on csid 8", "0800001100012a12 01000000 02000a6f6e4d657461", 15},
    {"video on csid 6", "060018220003e80901000000 1701000000", 12},
    {"stream id in the other byte order", "060018220003e80900000001 1701000000", 12},
    {"set chunk size on csid 3", "030000000000040100000000 00001000", 12},
    {"user control on csid 3", "030000000000060400000000 000000000001", 12},
    {"shared object on csid 3", "030000000000351300000000 0005", 12},
};

static void test_strangers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(strangers[i].hex, &len);
        for (size_t n = 0; n <= len; n++) {
            uint8_t *prefix = guarded_copy(bytes, n);
            enum rtmp_verdict expected = n < strangers[i].needed ? RTMP_MAYBE : RTMP_NO;
            if (rtmp_handshake_looks(prefix, n) != expected)
                fail_msg("%s, %zu bytes", strangers[i].what, n);
            assert_false(rtmp_handshake_certain(prefix, n));
            guarded_free(prefix, n);
        }
        guarded_free(bytes, len);
    }
}

static void test_tls_is_known(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        bool tls;
    } cases[] = {
        {"160301 0200 01", true},  {"160303 007a 02", true},  /* ClientHello, ServerHello */
        {"160301 0200", false},    {"160303 007a 0b", false}, /* cut short; Certificate */
        {"170303 0040 01", false}, {"160501 0200 01", false}, /* application data; no version */
        {"160300 0003 01", false}, {"030000 0000 01", false}, /* too short for one; RTMP */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(cases[i].hex, &len);
        assert_int_equal(rtmp_handshake_is_tls(bytes, len), cases[i].tls);
        guarded_free(bytes, len);
    }
}

/* Protocols of other makers that begin with the bytes 03, and a stream of small numbers. */
static void test_strangers_stay_maybe(void **state) {
    (void)state;
    static const char *const hex[] = {
        "03000013 0ee00000 00000001 00080003 000000",        /* TPKT, RDP */
        "03000016 11e00000 000100c1 020100c2 020102c0 010a", /* TPKT, S7comm */
        "03000000 05000000 00",                              /* Cassandra OPTIONS */
        "03000000 05000000 00030000 01010000 00160001 000b4351 4c5f5645 5253494f 4e000533 2e302e",
        ("03000000 10000000 00000000 00000000 01000000 02000000 03000000 04000000 05000000 0600"
         "00000700 00000800 00000900 00000a00"),
    };
    for (size_t i = 0; i < sizeof hex / sizeof *hex; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(hex[i], &len);
        assert_int_not_equal(rtmp_handshake_looks(bytes, len), RTMP_YES);
        guarded_free(bytes, len);
    }
}

/* Beginnings that are waited with until they tell, however short, and those that others shall see
 * at once. */
static void test_promises(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        bool promises;
    } beginnings[] = {
        {"03", true},
        {"06 1234", true},
        {"03 12345678 00", true},
        {"03 12345678 00000000 A1B2C3D4E5F6A7B8C9D0E1F2A3B4C5D6E7F8", true},
        {"03 00000000 00000000 A1B2", true}, /* time 0 */
        {"03 00000000 00000000 A1B2C3D4E5F6A7B8C9D0E1F2A3B4C5D6E7F8", true},
        {"03 000000FF 00000000 00000000 00000000 00000000 00000000", true}, /* no random data */
        {"03 00000005 0A00", true},                                         /* Flash Player 10 */
        {"03 00000005 80000702 8C1E", true}, /* Flash Player 11 behind a proxy */
        {"03 00000005 0D0E0A", true},        /* nginx-rtmp */
        {"", false},
        {"16 0301 0200 01", false},                      /* TLS */
        {"05", false},                                   /* SOCKS */
        {"03 0000130E E00000 000000", false},            /* RDP: TPKT, a connection request */
        {"03 00001902 F08068 00", false},                /* TPKT, data */
        {"03 00000000 0000FF14 00000000 020007", false}, /* a chunk */
        {"03 00000001 00000000 00000002 00000003 00000004", false}, /* little numbers */
        {"03 12345678 12345678", false},
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(beginnings[i].hex, &len);
        if (rtmp_handshake_promises(bytes, len) != beginnings[i].promises)
            fail_msg("%s", beginnings[i].hex);
        guarded_free(bytes, len);
    }
}

/* A segment that a snapshot length cut: another protocol's beginning is none, a handshake's is. */
static void test_cut_by_a_snapshot_length(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        size_t reported;
        bool handshake;
    } beginnings[] = {
        {"03 000003E8 00000000 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 1448, true},
        {"03 00000000 00000000 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 1537, true},
        {"03 000003E8 80000702 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 1448, true},
        {"06 000003E8 0D0E0A0D A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 536, true},
        {"03 000003E8 00000000 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334", 1448, false},
        {"03 000003E8 00000000 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 100, false},
        {"03 000003E8 12345678 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 1448, false},
        {"04 000003E8 00000000 A1B2C3D4E5F60718293A4B5C6D7E8F90A1122334 45", 1448, false},
        {"03 00000001 00000000 000000020000000300000004000000050000000600", 1448, false},
        {"03 00000000 0000FF14 00000000 02000763 6F6E6E65 637400 3FF00000 00000000", 600, false},
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        size_t len;
        uint8_t *bytes = guarded_hex(beginnings[i].hex, &len);
        if (rtmp_handshake_cut(bytes, len, beginnings[i].reported) != beginnings[i].handshake)
            fail_msg("%s", beginnings[i].hex);
        guarded_free(bytes, len);
    }
}

/* Random bytes after a 3: fits, for want of anything against it, but is not certain. */
static void test_random_is_not_certain(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        uint8_t bytes[RTMP_HANDSHAKE_FIRST];
        fill_random(bytes, sizeof bytes, seed * 7919U);
        bytes[0] = 3;
        bytes[5] = 0xee; /* no known program's version */
        assert_int_equal(rtmp_handshake_looks(bytes, sizeof bytes), RTMP_YES);
        assert_int_equal(rtmp_handshake_looks(bytes, sizeof bytes - 1), RTMP_MAYBE);
        assert_false(rtmp_handshake_certain(bytes, sizeof bytes));
        bytes[0] = 6; /* RTMPE always carries a digest */
        assert_int_equal(rtmp_handshake_looks(bytes, sizeof bytes), RTMP_NO);
        bytes[0] = 3;
        for (size_t i = 9; i < sizeof bytes; i++)
            bytes[i] &= 0x7f;
        assert_int_equal(rtmp_handshake_looks(bytes, sizeof bytes), RTMP_NO);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_second_without_echo),
        cmocka_unit_test(test_digest_positions),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_tls_is_known),
        cmocka_unit_test(test_strangers_stay_maybe),
        cmocka_unit_test(test_random_is_not_certain),
        cmocka_unit_test(test_promises),
        cmocka_unit_test(test_cut_by_a_snapshot_length),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    return failures + run_vectors("handshake", check_vector);
}
