/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "payload/amf/amf_secret.h"

static bool is_password(const char *name) {
    return rtmp_amf_names_password((const uint8_t *)name, (uint32_t)strlen(name));
}

static bool is_secret(const char *name) {
    static const uint8_t text[] = "mp4:cam?x";
    return rtmp_amf_secret_of((const uint8_t *)name, (uint32_t)strlen(name), text, sizeof text - 1)
        .len;
}

static void names_in_any_case_and_with_any_separator(void **state) {
    (void)state;
    assert_true(is_password("password") && is_password("passWord") && is_password("PASS_WORD"));
    assert_true(is_password("pwd") && is_password("passwd") && is_password("DSRemoteCredentials"));
    assert_true(is_secret("stream_key") && is_secret("stream-key") && is_secret("streamKey"));
    assert_true(is_secret("password"));
    assert_false(is_password("token"));
}

static uint32_t length_of(const char *name, const char *text) {
    return rtmp_amf_secret_of((const uint8_t *)name, (uint32_t)strlen(name), (const uint8_t *)text,
                              (uint32_t)strlen(text))
        .len;
}

/* A password may have what stands around a name. */
static void of_a_stream_its_name_without_prefix_and_query(void **state) {
    (void)state;
    assert_int_equal(length_of("oldStreamName", "mp4:cam?x"), 3);
    assert_int_equal(length_of("streamName", "cam"), 3);
    assert_int_equal(length_of("stream_key", "cam?x"), 3);
    assert_int_equal(length_of("password", "mp4:cam?x"), 9);
    assert_int_equal(length_of("token", "cam?x"), 5);
    assert_int_equal(length_of("name", "cam?x"), 0);
    assert_int_equal(rtmp_amf_secret_of((const uint8_t *)"token", 5, NULL, 1).len, 0);
}

static void other_names(void **state) {
    (void)state;
    assert_false(is_secret("") || is_secret("_") || is_secret("passwordHint"));
    assert_false(is_secret("name") || is_secret("dsremotecredentialsdsremotecredentials"));
    assert_int_equal(rtmp_amf_secret_of(NULL, 5, (const uint8_t *)"a", 1).len, 0);
    assert_false(rtmp_amf_names_password((const uint8_t *)"pwd\0", 4));
}

static void names_that_end_so(void **state) {
    (void)state;
    assert_true(is_password("newPassword") && is_password("user_password") &&
                is_password("X-Password") && is_password("user_pwd"));
    assert_true(is_password("password2") && is_password("Authorization"));
    assert_true(is_secret("refreshToken") && !is_password("refreshToken"));
    assert_false(is_secret("compass") || is_secret("passwordless") || is_secret("2"));
}

static bool is_login(const char *name) {
    return rtmp_amf_names_login((const uint8_t *)name, (uint32_t)strlen(name));
}

static void calls_that_log_in(void **state) {
    (void)state;
    assert_true(is_login("login") && is_login("auth.Login") && is_login("auth/LOGIN"));
    assert_true(is_login("sign_in") && is_login("User.changePassword"));
    assert_true(is_login("NetStream.Authenticate.UsherToken"));
    assert_true(is_login("user.doLogin") && is_login("resetPassword") &&
                is_login("setCredentials"));
    assert_false(is_login("") || is_login("login.last") || is_login("getLogins") || is_login("a."));
    assert_false(rtmp_amf_names_login(NULL, 5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_in_any_case_and_with_any_separator),
        cmocka_unit_test(of_a_stream_its_name_without_prefix_and_query),
        cmocka_unit_test(other_names),
        cmocka_unit_test(names_that_end_so),
        cmocka_unit_test(calls_that_log_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
