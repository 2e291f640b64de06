/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload/command/authentication.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct rtmp_auth of_app(const char *app) {
    return rtmp_auth_of_app((const uint8_t *)app, (uint32_t)strlen(app));
}

static struct rtmp_auth of_refusal(const char *description) {
    return rtmp_auth_of_refusal((const uint8_t *)description, (uint32_t)strlen(description));
}

static void assert_auth(struct rtmp_auth auth, enum rtmp_auth_step step, unsigned round) {
    assert_int_equal(auth.step, step);
    assert_int_equal(auth.round, round);
}

/* As FFmpeg 5.1 and crtmpserver do. */
static void the_rounds_of_adobe_are_known_by_what_they_say(void **state) {
    (void)state;
    assert_auth(of_app("live"), RTMP_AUTH_NONE, 0);
    assert_auth(of_refusal("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "),
                RTMP_AUTH_ASKED, 1);
    assert_auth(of_app("live?authmod=adobe&user=u"), RTMP_AUTH_USER, 2);
    assert_auth(of_refusal("[ AccessManager.Reject ] : [ authmod=adobe ] : "
                           "?reason=needauth&user=u&salt=s&challenge=c==&opaque=c=="),
                RTMP_AUTH_CHALLENGE, 2);
    assert_auth(of_app("live?authmod=adobe&user=u&challenge=c&response=r==&opaque=c=="),
                RTMP_AUTH_RESPONSE, 3);
}

/* As FFmpeg's rtmpproto.c does. */
static void so_are_those_of_limelight(void **state) {
    (void)state;
    assert_auth(of_refusal("[ code=403 need auth; authmod=llnw ]"), RTMP_AUTH_ASKED, 1);
    assert_auth(of_app("live?authmod=llnw&user=u"), RTMP_AUTH_USER, 2);
    assert_auth(of_refusal("[ authmod=llnw ] : ?reason=needauth&user=u&nonce=n"),
                RTMP_AUTH_CHALLENGE, 2);
    assert_auth(of_app("live?authmod=llnw&user=u&nonce=n&cnonce=c&nc=00000001&response=r"),
                RTMP_AUTH_RESPONSE, 3);
}

static void another_reason_refuses_for_good(void **state) {
    (void)state;
    assert_auth(of_refusal("[ authmod=adobe ] : ?reason=authfailed&opaque=c"), RTMP_AUTH_REFUSED,
                0);
    assert_auth(of_refusal("[ authmod=adobe ] : ?reason=nosuchuser"), RTMP_AUTH_REFUSED, 0);
}

static void other_refusals_are_no_rounds(void **state) {
    (void)state;
    assert_auth(of_refusal(""), RTMP_AUTH_NONE, 0);
    assert_auth(of_refusal("[ code=403 need auth; authmod=other ]"), RTMP_AUTH_NONE, 0);
    assert_auth(of_refusal("authmod=adobe"), RTMP_AUTH_NONE, 0);
    assert_auth(of_refusal("?reason=needauth"), RTMP_AUTH_NONE, 0);
}

static void every_step_has_a_name(void **state) {
    (void)state;
    for (unsigned step = 1; step <= RTMP_AUTH_ACCEPTED; step++)
        assert_true(strlen(rtmp_auth_step_name((enum rtmp_auth_step)step)) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rounds_of_adobe_are_known_by_what_they_say),
        cmocka_unit_test(so_are_those_of_limelight),
        cmocka_unit_test(another_reason_refuses_for_good),
        cmocka_unit_test(other_refusals_are_no_rounds),
        cmocka_unit_test(every_step_has_a_name),
    };
    return cmocka_run_group_tests_name("authentication", tests, NULL, NULL);
}
