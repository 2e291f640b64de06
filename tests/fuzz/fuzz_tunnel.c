/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTMPT. The input is a URL, a zero byte, then a list of sequence numbers: a byte each, relative to
 * the last. Whatever their order, each number is given out once and in ascending order, and no more
 * than the limit wait. The URL's bytes are also read as the body of an open reply.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "wire/tunnel.h"

static void check_url(const uint8_t *data, size_t len) {
    char *url = malloc(len + 1);
    FUZZ_CHECK(url != NULL);
    memcpy(url, data, len);
    url[len] = '\0';
    struct rtmp_tunnel_request request;
    if (rtmp_tunnel_request_parse(url, &request)) {
        FUZZ_CHECK(rtmp_tunnel_command_name(request.command) != NULL);
        if (request.session_length) {
            FUZZ_CHECK(request.session >= url);
            FUZZ_CHECK(request.session_length <= len - (size_t)(request.session - url));
        }
    }
    free(url);
    FUZZ_CHECK(rtmp_tunnel_session_id(data, len) <= len);
}

static bool ascends(uint32_t before, uint32_t after) {
    return (int32_t)(after - before) > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t len = zero ? (size_t)(zero - data) : size;
    check_url(data, len);
    struct rtmp_order order = {0};
    uint32_t sequence = size > 4 ? 0xFFFFFFF0U : 0;
    uint32_t last = sequence - 1;
    bool any = false;
    for (size_t i = len + 1; i < size; i++) {
        sequence += data[i] < 128 ? data[i] : data[i] - 256U; /* a byte, signed */
        enum rtmp_turn turn = rtmp_order_arrive(&order, sequence);
        if (turn == RTMP_TURN_NOW) {
            FUZZ_CHECK(!any || ascends(last, sequence));
            last = sequence;
            any = true;
        }
        FUZZ_CHECK(order.count <= RTMP_LIMIT_TUNNEL_WAITING);
        uint32_t released, missing;
        while (rtmp_order_release(&order, &released, &missing)) {
            FUZZ_CHECK(ascends(last, released));
            FUZZ_CHECK(released - last == missing + 1);
            last = released;
        }
        FUZZ_CHECK(order.count < RTMP_LIMIT_TUNNEL_WAITING);
    }
    return 0;
}
