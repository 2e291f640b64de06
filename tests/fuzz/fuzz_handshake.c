/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshake packets. The input are the first bytes of a direction (version, packet); what is behind
 * 1537 bytes is the answer of the peer. A verdict never goes back as bytes come.
 */
#include "fuzz.h"
#include "wire/handshake.h"

static void check_verdicts(const uint8_t *data, size_t size) {
    enum rtmp_verdict before = RTMP_MAYBE;
    for (size_t len = 0; len <= size; len += len < 16 ? 1 : len < 1536 ? 190 : 1) {
        enum rtmp_verdict verdict = rtmp_handshake_looks(data, len);
        FUZZ_CHECK(before == RTMP_MAYBE || verdict == before);
        FUZZ_CHECK(len < RTMP_HANDSHAKE_FIRST || verdict != RTMP_MAYBE);
        if (verdict != RTMP_YES)
            (void)rtmp_handshake_certain(data, len);
        before = verdict;
        if (len >= RTMP_HANDSHAKE_FIRST)
            break;
    }
    (void)rtmp_handshake_certain(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_verdicts(data, size);
    if (size) {
        FUZZ_CHECK(rtmp_handshake_version_name(data[0]) != NULL);
        FUZZ_CHECK(!rtmp_handshake_version_encrypted(data[0]) ||
                   rtmp_handshake_version_known(data[0]));
    }
    if (size < RTMP_HANDSHAKE_FIRST)
        return 0;
    struct rtmp_handshake_first first;
    memset(&first, 0xA5, sizeof first);
    rtmp_handshake_examine_first(data + 1, data[0] & 1 ? RTMP_ROLE_CLIENT : RTMP_ROLE_SERVER,
                                 &first);
    FUZZ_CHECK(!first.has_digest ||
               first.digest_offset + RTMP_HANDSHAKE_DIGEST <= RTMP_HANDSHAKE_SIZE);
    if (size < RTMP_HANDSHAKE_FIRST + RTMP_HANDSHAKE_SIZE)
        return 0;
    struct rtmp_handshake_second second;
    memset(&second, 0xA5, sizeof second);
    rtmp_handshake_examine_second(data + RTMP_HANDSHAKE_FIRST, RTMP_ROLE_SERVER, data + 1, &first,
                                  &second);
    FUZZ_CHECK(second.echo_known || !second.echo_valid);
    rtmp_handshake_examine_second(data + RTMP_HANDSHAKE_FIRST, RTMP_ROLE_CLIENT, NULL, NULL,
                                  &second);
    FUZZ_CHECK(!second.echo_valid || second.response_digest);
    return 0;
}
