/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/tunnel.h"

#include <string.h>

#include "vectors.h"

static void test_urls(void **state) {
    (void)state;
    static const struct {
        const char *url;
        enum rtmp_tunnel_command command; /* 0: not RTMPT */
        const char *session;
        uint32_t sequence;
    } cases[] = {
        {"/open/1", RTMP_TUNNEL_OPEN, "", 0},
        {"/send/a5771bce93e200c3/0", RTMP_TUNNEL_SEND, "a5771bce93e200c3", 0},
        {"/idle/7/4294967295", RTMP_TUNNEL_IDLE, "7", 4294967295U},
        {"/close/7/12", RTMP_TUNNEL_CLOSE, "7", 12},
        {"/fcs/ident2", RTMP_TUNNEL_IDENT, "", 0},
        {"http://example.org:80/send/7/1", RTMP_TUNNEL_SEND, "7", 1},
        {"/send/7/1?x=/idle/8/2", RTMP_TUNNEL_SEND, "7", 1},
        {"/send/7/4294967296", 0, NULL, 0},
        {"/send/7/1x", 0, NULL, 0},
        {"/send/7/", 0, NULL, 0},
        {"/send/7", 0, NULL, 0},
        {"/send//1", 0, NULL, 0},
        {"/fcs/other", 0, NULL, 0},
        {"/sends/7/1", 0, NULL, 0},
        {"/", 0, NULL, 0},
        {"", 0, NULL, 0},
        {"open/1", 0, NULL, 0},
        {"http://example.org", 0, NULL, 0},
        {"/a?http://b/open/1", 0, NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rtmp_tunnel_request request;
        bool ok = rtmp_tunnel_request_parse(cases[i].url, &request);
        if (ok != (cases[i].session != NULL))
            fail_msg("%s", cases[i].url);
        if (!ok)
            continue;
        assert_int_equal(request.command, cases[i].command);
        assert_int_equal(request.session_length, strlen(cases[i].session));
        assert_memory_equal(request.session, cases[i].session, request.session_length);
        assert_int_equal(request.sequence, cases[i].sequence);
    }
    assert_string_equal(rtmp_tunnel_command_name(RTMP_TUNNEL_IDLE), "idle");
}

static void test_session_id(void **state) {
    (void)state;
    static const struct {
        const char *body;
        size_t id;
    } cases[] = {{"a5771bce93e200c3\n", 16},
                 {"42\r\n", 2},
                 {"42", 2},
                 {"\n", 0},
                 {"", 0},
                 {"4 2\n", 0},
                 {"4\x80\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].body);
        uint8_t *body = guarded_copy(cases[i].body, len);
        assert_int_equal(rtmp_tunnel_session_id(body, len), cases[i].id);
        guarded_free(body, len);
    }
}

static void assert_released(struct rtmp_order *order, uint32_t expected,
                            uint32_t expected_missing) {
    uint32_t sequence, missing;
    assert_true(rtmp_order_release(order, &sequence, &missing));
    assert_int_equal(sequence, expected);
    assert_int_equal(missing, expected_missing);
}

static void assert_nothing_released(struct rtmp_order *order) {
    uint32_t sequence, missing;
    assert_false(rtmp_order_release(order, &sequence, &missing));
}

static void test_order(void **state) {
    (void)state;
    struct rtmp_order order = {0};
    assert_nothing_released(&order);
    assert_int_equal(rtmp_order_arrive(&order, UINT32_MAX), RTMP_TURN_NOW);
    assert_int_equal(rtmp_order_arrive(&order, 2), RTMP_TURN_LATER);
    assert_int_equal(rtmp_order_arrive(&order, UINT32_MAX), RTMP_TURN_PAST);
    assert_int_equal(rtmp_order_arrive(&order, 1), RTMP_TURN_LATER);
    assert_int_equal(rtmp_order_arrive(&order, 2), RTMP_TURN_PAST);
    assert_nothing_released(&order);
    assert_int_equal(rtmp_order_arrive(&order, 0), RTMP_TURN_NOW);
    assert_released(&order, 1, 0);
    assert_released(&order, 2, 0);
    assert_nothing_released(&order);
    assert_int_equal(rtmp_order_arrive(&order, 3), RTMP_TURN_NOW);
}

/* A number that carries nothing is waited for by none. */
static void test_order_skips(void **state) {
    (void)state;
    struct rtmp_order order = {0};
    assert_int_equal(rtmp_order_arrive(&order, 1), RTMP_TURN_NOW);
    rtmp_order_skip(&order, 2);
    assert_int_equal(rtmp_order_arrive(&order, 3), RTMP_TURN_NOW);
    for (uint32_t i = 0; i < 2 * RTMP_LIMIT_TUNNEL_WAITING; i++)
        rtmp_order_skip(&order, 5 + i); /* ahead of their turn */
    assert_nothing_released(&order);
    assert_int_equal(rtmp_order_arrive(&order, 4), RTMP_TURN_NOW);
    assert_released(&order, 5, 0);
}

/* A number that never comes is given up when too many wait for it. */
static void test_order_gives_up(void **state) {
    (void)state;
    struct rtmp_order order = {0};
    assert_int_equal(rtmp_order_arrive(&order, 10), RTMP_TURN_NOW);
    for (uint32_t i = 0; i < RTMP_LIMIT_TUNNEL_WAITING; i++) {
        assert_nothing_released(&order);
        assert_int_equal(rtmp_order_arrive(&order, 13 + i), RTMP_TURN_LATER);
    }
    assert_released(&order, 13, 2);
    for (uint32_t i = 1; i < RTMP_LIMIT_TUNNEL_WAITING; i++)
        assert_released(&order, 13 + i, 0);
    assert_nothing_released(&order);
    assert_int_equal(rtmp_order_arrive(&order, 11), RTMP_TURN_PAST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),           cmocka_unit_test(test_session_id),
        cmocka_unit_test(test_order),          cmocka_unit_test(test_order_skips),
        cmocka_unit_test(test_order_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
