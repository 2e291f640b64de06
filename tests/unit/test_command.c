/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "payload/command/labels.h"
#include "payload/command/summary.h"

/* --- Bodies, value by value as Adobe's AMF0 specifies them. --- */

struct body {
    uint8_t bytes[1024];
    size_t len;
};

static void put(struct body *body, const void *bytes, size_t len) {
    assert_true(len <= sizeof body->bytes - body->len);
    memcpy(body->bytes + body->len, bytes, len);
    body->len += len;
}

static void put_u8(struct body *body, unsigned value) {
    uint8_t byte = (uint8_t)value;
    put(body, &byte, 1);
}

static void put_key(struct body *body, const char *key) {
    size_t len = strlen(key);
    put_u8(body, (unsigned)len >> 8);
    put_u8(body, (unsigned)len & 0xFF);
    put(body, key, len);
}

static void put_string(struct body *body, const char *text) {
    put_u8(body, 0x02);
    put_key(body, text);
}

static void put_number(struct body *body, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u8(body, 0x00);
    for (unsigned shift = 64; shift; shift -= 8)
        put_u8(body, (unsigned)(bits >> (shift - 8)) & 0xFF);
}

static void put_null(struct body *body) {
    put_u8(body, 0x05);
}

static void put_bool(struct body *body, bool value) {
    put_u8(body, 0x01);
    put_u8(body, value);
}

static void begin_object(struct body *body) {
    put_u8(body, 0x03);
}
static void end_object(struct body *body) {
    put(body, "\0\0\x09", 3);
}

static void put_pair(struct body *body, const char *key, const char *text) {
    put_key(body, key);
    put_string(body, text);
}

/* name, transaction id, null: how most commands begin. */
static struct body command_body(const char *name, double transaction_id) {
    struct body body = {.len = 0};
    put_string(&body, name);
    put_number(&body, transaction_id);
    put_null(&body);
    return body;
}

/* --- What is read from them. --- */

/* What the test's messages answer. */
static struct rtmp_answered_call answered;

static void answers(enum rtmp_reply_kind kind, const char *name) {
    answered.kind = kind;
    answered.name = (const uint8_t *)name;
    answered.name_len = name ? (uint32_t)strlen(name) : 0;
}

struct run {
    struct rtmp_command command;
    uint8_t *bytes;
    size_t len;
    char summary[512];
};

static void summarize(struct run *run, uint8_t type) {
    struct rtmp_text text = rtmp_text_over(run->summary, sizeof run->summary);
    rtmp_command_summary(&text, rtmp_reader_over(run->bytes, (uint32_t)run->len), type, &answered);
}

static struct run run_bytes(uint8_t *bytes, size_t len, uint8_t type) {
    struct run run = {.len = len, .bytes = bytes};
    memset(&run.command, 0xA5, sizeof run.command);
    rtmp_command_read(&run.command, rtmp_reader_over(bytes, (uint32_t)len), type, answered.kind);
    summarize(&run, type);
    return run;
}

/* Read the whole body, and before that every prefix against a guard page and every mutant. */
static struct run run_body(const struct body *body, uint8_t type) {
    for (size_t prefix = 0; prefix < body->len; prefix++) {
        uint8_t *copy = guarded_copy(body->bytes, prefix);
        (void)run_bytes(copy, prefix, type);
        guarded_free(copy, prefix);
    }
    for (struct mutants m = mutants_of(body->bytes, body->len); next_mutant(&m);)
        (void)run_bytes(m.bytes, m.len, type);
    return run_bytes(guarded_copy(body->bytes, body->len), body->len, type);
}

static void end_run(struct run *run) {
    guarded_free(run->bytes, run->len);
}

static void assert_text(const struct run *run, const struct rtmp_amf_leaf *value,
                        const char *text) {
    assert_true(value->present);
    assert_int_equal(value->kind, RTMP_AMF_STRING);
    assert_int_equal(value->text.len, strlen(text));
    assert_memory_equal(run->bytes + value->text.pos, text, value->text.len);
}

static void assert_number(const struct rtmp_amf_leaf *value, double number) {
    assert_true(value->present);
    assert_true(value->number == number);
}

static void assert_facts(const struct run *run, unsigned count) {
    unsigned present = 0;
    for (unsigned i = 0; i < RTMP_FACT_COUNT; i++)
        present += run->command.fact[i].present;
    assert_int_equal(present, count);
}

static void assert_summary(const struct body *body, uint8_t type, const char *expected) {
    struct run run = run_body(body, type);
    assert_string_equal(run.summary, expected);
    end_run(&run);
}

static void connect_command(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "connect");
    put_number(&body, 1);
    begin_object(&body);
    put_pair(&body, "app", "live");
    put_pair(&body, "type", "nonprivate");
    put_pair(&body, "flashVer", "FMLE/3.0");
    put_pair(&body, "tcUrl", "rtmp://host/live");
    put_pair(&body, "swfUrl", "http://host/a.swf");
    put_pair(&body, "pageUrl", "http://host/");
    put_key(&body, "nested");
    begin_object(&body);
    put_pair(&body, "app", "not this one");
    end_object(&body);
    put_key(&body, "objectEncoding");
    put_number(&body, 3);
    end_object(&body);
    put_string(&body, "user");
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_text(&run, &run.command.name, "connect");
    assert_number(&run.command.transaction_id, 1);
    assert_text(&run, &run.command.fact[RTMP_FACT_APP], "live");
    assert_text(&run, &run.command.fact[RTMP_FACT_TC_URL], "rtmp://host/live");
    assert_text(&run, &run.command.fact[RTMP_FACT_FLASH_VER], "FMLE/3.0");
    assert_text(&run, &run.command.fact[RTMP_FACT_SWF_URL], "http://host/a.swf");
    assert_text(&run, &run.command.fact[RTMP_FACT_PAGE_URL], "http://host/");
    assert_number(&run.command.fact[RTMP_FACT_OBJECT_ENCODING], 3);
    assert_facts(&run, 6);
    assert_string_equal(run.summary, "connect app=live tcUrl=rtmp://host/live");
    end_run(&run);
}

static struct body status_body(const char *name, const char *level, const char *code) {
    struct body body = command_body(name, 0);
    begin_object(&body);
    put_pair(&body, "level", level);
    put_pair(&body, "code", code);
    put_pair(&body, "description", "words");
    end_object(&body);
    return body;
}

static void status_commands(void **state) {
    static const char *const names[] = {"onStatus", "_result", "_error"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct body body = status_body(names[i], "error", "NetStream.Publish.BadName");
        struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
        char expected[64] = "";
        strcat(strcat(expected, names[i]), " NetStream.Publish.BadName: \"words\"");
        assert_text(&run, &run.command.fact[RTMP_FACT_LEVEL], "error");
        assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "NetStream.Publish.BadName");
        assert_text(&run, &run.command.fact[RTMP_FACT_DESCRIPTION], "words");
        assert_facts(&run, 3);
        assert_string_equal(run.summary, expected);
        end_run(&run);
    }
}

/* Whatever the message is called, and whatever follows it. */
static void an_information_object_in_any_message(void **state) {
    static const char *const names[] = {"onFCPublish", "onSomething", "call"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct body body = status_body(names[i], "status", "NetStream.Publish.Start");
        put_number(&body, 7);
        struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
        assert_text(&run, &run.command.fact[RTMP_FACT_LEVEL], "status");
        assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "NetStream.Publish.Start");
        assert_text(&run, &run.command.fact[RTMP_FACT_DESCRIPTION], "words");
        assert_facts(&run, 3);
        end_run(&run);
    }
}

static void a_description_alone_is_no_status(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "onMetaData");
    begin_object(&body);
    put_pair(&body, "description", "a film");
    put_pair(&body, "code", "47");
    end_object(&body);
    struct run run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_facts(&run, 0);
    end_run(&run);
}

/* The information object follows an object of properties. */
static void connect_result(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "_result");
    put_number(&body, 1);
    begin_object(&body);
    put_pair(&body, "fmsVer", "FMS/3,0,1,123");
    end_object(&body);
    begin_object(&body);
    put_pair(&body, "level", "status");
    put_pair(&body, "code", "NetConnection.Connect.Success");
    end_object(&body);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "NetConnection.Connect.Success");
    assert_facts(&run, 2);
    assert_string_equal(run.summary, "_result NetConnection.Connect.Success");
    end_run(&run);
}

static void create_stream_result(void **state) {
    (void)state;
    struct body body = command_body("_result", 4);
    put_number(&body, 1);
    answers(RTMP_REPLY_CREATE_STREAM, NULL);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_number(&run.command.fact[RTMP_FACT_STREAM_ID], 1);
    assert_facts(&run, 1);
    assert_string_equal(run.summary, "_result stream 1");
    end_run(&run);

    struct body other = {.len = 0};
    put_string(&other, "_result");
    put_number(&other, 4);
    begin_object(&other);
    end_object(&other);
    put_number(&other, 1);
    run = run_body(&other, RTMP_MESSAGE_COMMAND_AMF0);
    assert_facts(&run, 0);
    end_run(&run);
    answers(RTMP_REPLY_UNKNOWN, NULL);
}

/* getStreamLength's reply has the form of createStream's. */
static void the_number_of_an_unknown_call_is_no_stream_id(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *summary;
    } cases[] = {{1, "_result 1"}, {12.5, "_result"}};
    for (unsigned i = 0; i < 2; i++) {
        struct body body = command_body("_result", 5);
        put_number(&body, cases[i].number);
        struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
        assert_facts(&run, 0);
        assert_string_equal(run.summary, cases[i].summary);
        end_run(&run);
    }
}

/* The reply kind tells them apart. */
static void the_call_decides_whether_it_is_a_stream_id(void **state) {
    (void)state;
    struct body body = command_body("_result", 5);
    put_number(&body, 120);
    answers(RTMP_REPLY_ANOTHER, NULL);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_facts(&run, 0);
    assert_string_equal(run.summary, "_result");
    end_run(&run);
    answers(RTMP_REPLY_CREATE_STREAM, NULL);
    run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_number(&run.command.fact[RTMP_FACT_STREAM_ID], 120);
    assert_string_equal(run.summary, "_result stream 120");
    end_run(&run);
    answers(RTMP_REPLY_UNKNOWN, NULL);
}

static void assert_line(const struct body *body, const char *line) {
    struct run run = run_body(body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_string_equal(run.summary, line);
    end_run(&run);
}

/* Behind the name of an answer stands that of its call, from the wire as well. */
static void the_line_of_an_answer_names_its_call(void **state) {
    (void)state;
    struct body body = command_body("_result", 5);
    answers(RTMP_REPLY_ANOTHER, "FCPublish");
    assert_line(&body, "_result of FCPublish");
    answers(RTMP_REPLY_ANOTHER, "");
    assert_line(&body, "_result of ");
    answers(RTMP_REPLY_ANOTHER, "a\n\xFF");
    assert_line(&body, "_result of a\xE2\x90\x8A\xEF\xBF\xBD");
    put_number(&body, 3);
    answers(RTMP_REPLY_CREATE_STREAM, "createStream");
    assert_line(&body, "_result of createStream: stream 3");
    answers(RTMP_REPLY_ANOTHER, "getStreamLength");
    assert_line(&body, "_result of getStreamLength");
    static const uint8_t rejected[] = "\x03\x00\x05level\x02\x00\x05"
                                      "error\x00\x04"
                                      "code\x02\x00\x01X\x00\x00\x09";
    body = command_body("_error", 1);
    memcpy(body.bytes + body.len, rejected, sizeof rejected - 1);
    body.len += sizeof rejected - 1;
    answers(RTMP_REPLY_ANOTHER, "connect");
    assert_line(&body, "_error of connect: X");
    answers(RTMP_REPLY_UNKNOWN, NULL);
    assert_line(&body, "_error X");
}

/* Its information object is that of an onStatus. */
static void on_play_status_is_a_status(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "onPlayStatus");
    begin_object(&body);
    put_pair(&body, "level", "status");
    put_pair(&body, "code", "NetStream.Play.Complete");
    end_object(&body);
    struct run run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_int_equal(run.command.kind, RTMP_COMMAND_STATUS);
    assert_text(&run, &run.command.fact[RTMP_FACT_LEVEL], "status");
    assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "NetStream.Play.Complete");
    end_run(&run);
}

static void publish_and_play(void **state) {
    (void)state;
    struct body body = command_body("publish", 5);
    put_string(&body, "cam1");
    put_string(&body, "live");
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_text(&run, &run.command.fact[RTMP_FACT_PUBLISH_NAME], "cam1");
    assert_text(&run, &run.command.fact[RTMP_FACT_PUBLISH_TYPE], "live");
    assert_facts(&run, 2);
    assert_string_equal(run.summary, "publish \"cam1\" live");
    end_run(&run);

    body = command_body("play", 0);
    put_string(&body, "cam1");
    put_number(&body, -2);
    put_number(&body, 12.5);
    run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_text(&run, &run.command.fact[RTMP_FACT_PLAY_NAME], "cam1");
    assert_number(&run.command.fact[RTMP_FACT_PLAY_START], -2);
    assert_number(&run.command.fact[RTMP_FACT_PLAY_DURATION], 12.5);
    assert_facts(&run, 3);
    assert_string_equal(run.summary, "play \"cam1\"");
    end_run(&run);
}

/* A value of another type than the fact's is no fact (publish false stops publishing). */
static void facts_have_types(void **state) {
    (void)state;
    struct body body = command_body("publish", 5);
    put_bool(&body, false);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_facts(&run, 0);
    assert_string_equal(run.summary, "publish");
    end_run(&run);

    body = (struct body){.len = 0};
    put_string(&body, "connect");
    put_string(&body, "no id");
    begin_object(&body);
    put_key(&body, "app");
    put_number(&body, 7);
    put_pair(&body, "objectEncoding", "3");
    end_object(&body);
    run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_false(run.command.transaction_id.present);
    assert_facts(&run, 0);
    end_run(&run);
}

static void data_messages(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "@setDataFrame");
    put_string(&body, "onMetaData");
    begin_object(&body);
    put_pair(&body, "encoder", "x");
    end_object(&body);
    struct run run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_true(run.command.is_data);
    assert_text(&run, &run.command.name, "@setDataFrame");
    assert_false(run.command.transaction_id.present);
    assert_text(&run, &run.command.argument, "onMetaData");
    assert_string_equal(run.summary, "@setDataFrame onMetaData");
    end_run(&run);

    body = (struct body){.len = 0};
    put_string(&body, "onStatus");
    begin_object(&body);
    put_pair(&body, "code", "NetStream.Data.Start");
    end_object(&body);
    run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "NetStream.Data.Start");
    assert_facts(&run, 1);
    end_run(&run);
}

/* Types 17 and 15: one byte 0, then as types 20 and 18. */
static void format_bytes(void **state) {
    (void)state;
    struct body inner = command_body("createStream", 2);
    struct body body = {.len = 0};
    put_u8(&body, 0);
    put(&body, inner.bytes, inner.len);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF3);
    assert_int_equal(run.command.format.span.len, 1);
    assert_int_equal(run.command.format.remark, RTMP_OK);
    assert_text(&run, &run.command.name, "createStream");
    assert_number(&run.command.transaction_id, 2);
    end_run(&run);

    run = run_body(&inner, RTMP_MESSAGE_COMMAND_AMF3);
    assert_int_equal(run.command.format.span.len, 0);
    assert_int_equal(run.command.format.remark, RTMP_REMARK_FORMAT_BYTE);
    assert_text(&run, &run.command.name, "createStream");
    end_run(&run);

    body.bytes[0] = 1;
    run = run_body(&body, RTMP_MESSAGE_DATA_AMF3);
    assert_int_equal(run.command.format.span.len, 1);
    assert_int_equal(run.command.format.value, 1);
    assert_int_equal(run.command.format.remark, RTMP_REMARK_FORMAT_BYTE);
    assert_text(&run, &run.command.name, "createStream");
    end_run(&run);
}

/* Observed: rtmpy sends type 17 as AMF3 values without the format byte. */
static void pure_amf3(void **state) {
    static const uint8_t bytes[] = {0x06, 0x0B, 'c', 'l', 'o', 's', 'e', 0x04, 0x07, 0x01};
    (void)state;
    struct body body = {.len = 0};
    put(&body, bytes, sizeof bytes);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF3);
    assert_int_equal(run.command.format.amf_version, 3);
    assert_int_equal(run.command.format.span.len, 0);
    assert_text(&run, &run.command.name, "close");
    assert_number(&run.command.transaction_id, 7);
    end_run(&run);
}

/* AMF3 after 0x11: sealed members, an integer, and a string by reference. */
static void amf3_information_object(void **state) {
    static const uint8_t object[] = {0x11, 0x0A, 0x23, 0x01, 0x0B, 'l', 'e',  'v',
                                     'e',  'l',  0x09, 'c',  'o',  'd', 'e',  0x06,
                                     0x0B, 'e',  'r',  'r',  'o',  'r', 0x06, 0x04};
    (void)state;
    struct body body = command_body("onStatus", 0);
    put(&body, object, sizeof object);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_text(&run, &run.command.fact[RTMP_FACT_LEVEL], "error");
    assert_text(&run, &run.command.fact[RTMP_FACT_CODE], "error");
    assert_int_equal(run.command.fact[RTMP_FACT_CODE].whole.len, 2);
    end_run(&run);
}

static void odd_transaction_ids(void **state) {
    (void)state;
    struct body body = command_body("close", NAN);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_true(isnan(run.command.transaction_id.number));
    end_run(&run);
    body = command_body("deleteStream", INFINITY);
    put_number(&body, -INFINITY);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "deleteStream -Infinity");
}

/* Not a command: its first value is no string. */
static void a_name_that_is_no_string(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_number(&body, 1);
    put_string(&body, "late");
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_false(run.command.name.present);
    assert_facts(&run, 0);
    assert_string_equal(run.summary, "Command (AMF0)");
    end_run(&run);
}

/* A summary does not read an argument that is an object. */
static void an_argument_that_is_an_object(void **state) {
    (void)state;
    struct body body = {.len = 0};
    put_string(&body, "onMetaData");
    begin_object(&body);
    put_pair(&body, "code", "no status");
    end_object(&body);
    struct run run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_false(run.command.argument.present);
    assert_facts(&run, 0);
    assert_string_equal(run.summary, "onMetaData");
    end_run(&run);
}

static void assert_label(const struct run *run, unsigned index, const char *expected) {
    char line[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_command_value_label(&text, &run->command, index);
    assert_string_equal(line, expected);
}

static void argument_labels(void **state) {
    (void)state;
    struct body body = command_body("play", 0);
    struct run run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_label(&run, 0, "Name");
    assert_label(&run, 1, "Transaction id");
    assert_label(&run, 2, "Command object");
    assert_label(&run, 3, "Stream name");
    assert_label(&run, 4, "Start");
    assert_label(&run, 5, "Duration");
    assert_label(&run, 6, "Reset");
    assert_label(&run, 7, "Argument 5");
    end_run(&run);

    body = command_body("service.method", 9);
    run = run_body(&body, RTMP_MESSAGE_COMMAND_AMF0);
    assert_null(run.command.signature);
    assert_label(&run, 2, "Command object");
    assert_label(&run, 3, "Argument 1");
    assert_label(&run, 4, "Argument 2");
    end_run(&run);

    body = (struct body){.len = 0};
    put_string(&body, "|RtmpSampleAccess");
    run = run_body(&body, RTMP_MESSAGE_DATA_AMF0);
    assert_label(&run, 1, "Audio access");
    assert_label(&run, 2, "Video access");
    assert_label(&run, 3, "Argument 3");
    end_run(&run);
}

static void summaries(void **state) {
    (void)state;
    struct body body = command_body("createStream", 2);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "createStream");
    body = command_body("releaseStream", 2);
    put_string(&body, "cam1");
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "releaseStream \"cam1\"");
    body = command_body("deleteStream", 7);
    put_number(&body, 1);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "deleteStream 1");
    body = command_body("pause", 7);
    put_bool(&body, true);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "pause true");
    body = command_body("_checkbw", 3);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "_checkbw");
    body = status_body("onPlayStatus", "status", "NetStream.Play.Complete");
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "onPlayStatus NetStream.Play.Complete");
    body = (struct body){.len = 0};
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, "Command (AMF0)");
    assert_summary(&body, RTMP_MESSAGE_DATA_AMF3, "Data (AMF3)");
}

/* Text from the wire does not break the line, and is cut after 64 bytes. */
static void summaries_are_bounded(void **state) {
    char name[101];
    char expected[128] = "publish \"";
    (void)state;
    memset(name, 'x', 100);
    name[100] = '\0';
    memset(expected + strlen(expected), 'x', 64);
    strcat(expected, "\xE2\x80\xA6\"");
    struct body body = command_body("publish", 5);
    put_string(&body, name);
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0, expected);
    body = command_body("publish", 5);
    put_string(&body, "a\nb\x1b");
    assert_summary(&body, RTMP_MESSAGE_COMMAND_AMF0,
                   "publish \"a\xE2\x90\x8A"
                   "b\xE2\x90\x9B\"");
}

static void status_meanings(void **state) {
    (void)state;
    const char *known = "NetStream.Publish.BadName";
    assert_string_equal(rtmp_status_meaning((const uint8_t *)known, (uint32_t)strlen(known)),
                        "stream name in use or not allowed");
    assert_null(rtmp_status_meaning((const uint8_t *)known, (uint32_t)strlen(known) - 1));
    assert_null(rtmp_status_meaning((const uint8_t *)"", 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_command),
        cmocka_unit_test(status_commands),
        cmocka_unit_test(an_information_object_in_any_message),
        cmocka_unit_test(a_description_alone_is_no_status),
        cmocka_unit_test(connect_result),
        cmocka_unit_test(create_stream_result),
        cmocka_unit_test(the_number_of_an_unknown_call_is_no_stream_id),
        cmocka_unit_test(the_call_decides_whether_it_is_a_stream_id),
        cmocka_unit_test(the_line_of_an_answer_names_its_call),
        cmocka_unit_test(on_play_status_is_a_status),
        cmocka_unit_test(publish_and_play),
        cmocka_unit_test(facts_have_types),
        cmocka_unit_test(data_messages),
        cmocka_unit_test(format_bytes),
        cmocka_unit_test(pure_amf3),
        cmocka_unit_test(amf3_information_object),
        cmocka_unit_test(odd_transaction_ids),
        cmocka_unit_test(a_name_that_is_no_string),
        cmocka_unit_test(an_argument_that_is_an_object),
        cmocka_unit_test(argument_labels),
        cmocka_unit_test(summaries),
        cmocka_unit_test(summaries_are_bounded),
        cmocka_unit_test(status_meanings),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
