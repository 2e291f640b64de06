/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which texts of a connection are secrets. */
#include "session/secrets.h"

#include <string.h>

#include "session_fixture.h"

static struct session_fixture f;

static struct {
    uint8_t bytes[512];
    uint32_t len;
} body;

static void put_name(const char *text) {
    size_t len = strlen(text);
    body.bytes[body.len++] = 0;
    body.bytes[body.len++] = (uint8_t)len;
    memcpy(body.bytes + body.len, text, len);
    body.len += (uint32_t)len;
}

static void put_string(const char *text) {
    body.bytes[body.len++] = 2;
    put_name(text);
}

/* `name` and transaction id 1. */
static void begin_command(const char *name) {
    static const uint8_t one[] = {0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0};
    body.len = 0;
    put_string(name);
    memcpy(body.bytes + body.len, one, sizeof one);
    body.len += sizeof one;
}

/* An object with a property, or two. */
static void put_object(const char *key, const char *value, const char *key2, const char *value2) {
    body.bytes[body.len++] = 3;
    put_name(key);
    put_string(value);
    if (key2) {
        put_name(key2);
        put_string(value2);
    }
    memcpy(body.bytes + body.len, "\0\0\x09", 3);
    body.len += 3;
}

/* With an object that has one property, or null. */
static void begin_call(const char *name, const char *key, const char *value) {
    begin_command(name);
    if (key)
        put_object(key, value, NULL, NULL);
    else
        body.bytes[body.len++] = 5;
}

static void send_call(unsigned side) {
    put_message(&f.stream, 3, RTMP_MESSAGE_COMMAND_AMF0, body.bytes, body.len, 128);
    (void)session_send(&f, side);
}

/* The list, in its order. */
static void assert_secrets(const char *expected) {
    char line[256] = "";
    const struct rtmp_mask *mask = rtmp_session_mask(&f.session);
    assert_non_null(mask);
    for (uint32_t i = 0; i < mask->count; i++) {
        strcat(line, i ? " " : "");
        strncat(line, (const char *)mask->secrets[i].bytes, mask->secrets[i].len);
    }
    assert_string_equal(line, expected);
}

static void hide(void) {
    f.session.hides_secrets = true;
}

static void nothing_is_listed_for_nobody(void **state) {
    (void)state;
    begin_call("publish", NULL, NULL);
    put_string("cam1");
    send_call(CLIENT);
    assert_null(rtmp_session_mask(&f.session));
    assert_int_equal(f.session.secrets.count, 0);
}

static void names_of_streams(void **state) {
    (void)state;
    static const char *const commands[] = {"releaseStream", "FCPublish",        "publish",
                                           "play",          "DVRGetStreamInfo", "DVRSubscribe"};
    hide();
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        char name[] = "cam0?token=abc";
        name[3] = (char)('1' + i / 2);
        begin_call(commands[i], NULL, NULL);
        put_string(name);
        put_string("live");
        send_call(CLIENT);
    }
    assert_secrets("cam1 cam2 cam3");
    begin_call("other", NULL, NULL);
    put_string("text");
    send_call(CLIENT);
    begin_call("play", NULL, NULL);
    put_string("server");
    send_call(SERVER);
    begin_call("play", NULL, NULL);
    put_string("?query");
    send_call(CLIENT);
    assert_secrets("cam1 cam2 cam3");
    assert_int_not_equal(f.session.secrets.salt, 0);
}

static void names_of_streams_with_a_prefix(void **state) {
    (void)state;
    hide();
    begin_call("publish", NULL, NULL);
    put_string("mp4:cam1?token=abc");
    send_call(CLIENT);
    begin_call("play2", NULL, NULL);
    put_object("oldStreamName", "flv:cam1", "streamName", "mp4:cam2?token=abc");
    send_call(CLIENT);
    assert_secrets("cam1 cam2");
}

/* Where a query would end in a sentence. */
static void ends_of_queries(void **state) {
    (void)state;
    hide();
    begin_call("publish", NULL, NULL);
    put_string("cam1?token=a b'c");
    send_call(CLIENT);
    begin_call("connect", "app", "live?token=d]e");
    send_call(CLIENT);
    begin_command("connect");
    put_object("tcUrl", "rtmp://h/x y?token=f\"g", "app", "x y");
    send_call(CLIENT);
    assert_secrets(" b'c cam1 ]e \"g");
}

static void assert_connect_hides(const char *app, const char *url, const char *expected) {
    f.session.secrets.count = 0;
    begin_command("connect");
    put_object("tcUrl", url, "app", app);
    send_call(CLIENT);
    assert_secrets(expected);
}

/* Before it is known that this is a stream. */
static void a_name_in_the_url_behind_the_application(void **state) {
    (void)state;
    hide();
    assert_connect_hides("live", "rtmp://h/live/cam1", "cam1");
    assert_connect_hides("live?vhost=a", "rtmp://h/live/mp4:cam1/?vhost=a", "cam1");
    assert_connect_hides("live/x", "rtmp://h/live/x/cam1#y", "cam1");
    assert_connect_hides("live", "rtmp://jo:p/w;1@h/live/cam1", "cam1");
    assert_connect_hides("live", "rtmp:///live/cam1", "cam1");
    assert_connect_hides("live", "rtmp://live/live/cam1", "cam1");
    assert_connect_hides("live", "rtmp://live/cam1", "");
    assert_connect_hides("live", "rtmp://h/live/", "");
    assert_connect_hides("live", "rtmp://h/live", "");
    assert_connect_hides("live", "rtmp://h/lively/cam1", "");
    assert_connect_hides("live/cam1", "rtmp://h/live/cam1", "");
    assert_connect_hides("", "rtmp://h//cam1", "");
    assert_connect_hides("live", "", "");
}

static void a_query_of_an_application(void **state) {
    (void)state;
    hide();
    assert_connect_hides("live;token=abc&vhost=d#efg", "", "abc efg");
    assert_connect_hides("live?user=abc", "", "");
    assert_connect_hides("R&D", "", "");
}

/* Whatever was captured first makes the salt of all. */
static void what_is_outside_of_connections_has_the_same_salt(void **state) {
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    const struct rtmp_mask *mask = rtmp_secrets_of_capture(&f.capture, bytes, sizeof bytes);
    uint32_t salt = mask->salt;
    assert_int_not_equal(salt, 0);
    assert_int_equal(mask->count, 0);
    hide();
    begin_call("connect", "app", "live");
    send_call(CLIENT);
    assert_int_equal(f.session.secrets.salt, salt);
    assert_ptr_equal(rtmp_secrets_of_capture(&f.capture, bytes, 1), mask);
    assert_int_equal(mask->salt, salt);
}

static void arguments_of_connect(void **state) {
    (void)state;
    hide();
    begin_call("connect", "app", "live");
    put_string("me");
    put_string("mypass");
    memcpy(body.bytes + body.len, "\x0F\0\0\0\4<x/>", 9); /* XML */
    body.len += 9;
    send_call(CLIENT);
    assert_secrets("me mypass <x/>");
}

static void properties_named_as_passwords(void **state) {
    (void)state;
    hide();
    begin_call("enter", "Password", "open");
    send_call(CLIENT);
    begin_call("enter", "passwords", "text");
    send_call(CLIENT);
    begin_call("granted", "token", "t0k");
    send_call(SERVER);
    assert_secrets("open t0k");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(nothing_is_listed_for_nobody),
        SESSION_TEST(names_of_streams),
        SESSION_TEST(names_of_streams_with_a_prefix),
        SESSION_TEST(ends_of_queries),
        SESSION_TEST(a_name_in_the_url_behind_the_application),
        SESSION_TEST(a_query_of_an_application),
        SESSION_TEST(what_is_outside_of_connections_has_the_same_salt),
        SESSION_TEST(arguments_of_connect),
        SESSION_TEST(properties_named_as_passwords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
