/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#include "payload/remoting/packet.h"
#include "payload/remoting/secrets.h"
#include "payload/remoting/summary.h"

/* All pieces of a packet. */
struct run {
    struct rtmp_remoting_piece *pieces;
    size_t count;
    struct rtmp_reader reader;
};

/* Pull a value's events, which must begin where the piece before ended. */
static uint32_t pull_value(struct rtmp_remoting *packet, uint32_t pos) {
    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(&packet->amf, &event))
            break;
        assert_int_equal(event.whole.pos, pos);
        pos += event.whole.len;
    } while (!rtmp_amf_value_done(&packet->amf));
    return pos;
}

/* Read everything. Asserts for any input: pieces and events tile the packet up to the reader's
 * last position, and their number is bounded by the bytes. */
static struct run run_packet(const uint8_t *bytes, size_t len, bool pull) {
    static struct rtmp_remoting packet;
    struct run run = {.reader = rtmp_reader_over(bytes, (uint32_t)len)};
    struct rtmp_remoting_piece piece;
    size_t cap = 3 * len + 8;
    uint32_t pos = 0;
    run.pieces = calloc(cap, sizeof *run.pieces);
    assert_non_null(run.pieces);
    rtmp_remoting_init(&packet, &run.reader);
    while (rtmp_remoting_next(&packet, &piece)) {
        if (pull)
            assert_int_equal(piece.whole.pos, pos);
        assert_true(piece.whole.pos >= pos && rtmp_span_end(piece.whole) <= len);
        assert_true(rtmp_span_end(piece.name) <= rtmp_span_end(piece.whole));
        assert_true(rtmp_span_end(piece.response) <= rtmp_span_end(piece.whole));
        pos = rtmp_span_end(piece.whole);
        if (pull && piece.kind == RTMP_REMOTING_VALUE)
            pos = pull_value(&packet, pos);
        assert_true(run.count < cap);
        run.pieces[run.count++] = piece;
    }
    assert_int_equal(run.reader.end, len);
    assert_true(run.reader.pos >= pos && run.reader.pos <= len);
    return run;
}

static struct run run_hex(const char *hex, uint8_t **bytes, size_t *len) {
    *bytes = guarded_hex(hex, len);
    return run_packet(*bytes, *len, true);
}

/* Lines about a piece are text, whatever the bytes are. */
static void check_line(const struct rtmp_reader *reader, const struct rtmp_remoting_piece *piece,
                       bool is_reply) {
    char out[300];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    const struct rtmp_remoting_line line = {
        .entry = piece, .is_reply = is_reply, .call = is_reply ? "a.b" : NULL, .time = 12000000};
    if (piece->kind == RTMP_REMOTING_MESSAGE)
        rtmp_remoting_message_line(&text, *reader, &line);
    else
        rtmp_remoting_header_line(&text, *reader, &line);
    assert_int_equal(strlen(out), text.len);
    text = rtmp_text_over(out, sizeof out);
    rtmp_remoting_value_line(&text, *reader, &line);
    assert_int_equal(strlen(out), text.len);
}

/* Both ways of reading, with and without pulling the values, give the same pieces. */
static void run_harmless(const uint8_t *bytes, size_t len) {
    struct run pulled = run_packet(bytes, len, true);
    struct run skipped = run_packet(bytes, len, false);
    const struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    assert_int_equal(pulled.count, skipped.count);
    for (size_t i = 0; i < pulled.count; i++) {
        const struct rtmp_remoting_piece *piece = &pulled.pieces[i];
        assert_memory_equal(piece, &skipped.pieces[i], sizeof *piece);
        if (piece->kind != RTMP_REMOTING_MESSAGE && piece->kind != RTMP_REMOTING_HEADER)
            continue;
        check_line(&reader, piece, false);
        check_line(&reader, piece, true);
    }
    assert_int_equal(pulled.reader.error, skipped.reader.error);
    assert_int_equal(pulled.reader.error_pos, skipped.reader.error_pos);
    free(pulled.pieces);
    free(skipped.pieces);
}

/* ---- vectors ---- */

static const cJSON *member(const cJSON *json, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, name);
    assert_non_null(found);
    return found;
}

static void assert_span_is(const struct rtmp_reader *reader, struct rtmp_span span,
                           const char *text) {
    assert_true(rtmp_bytes_are(reader, span, text, strlen(text)));
}

static void check_entry(const struct run *run, size_t *next, const cJSON *meaning,
                        const char *name) {
    const struct rtmp_remoting_piece *head = &run->pieces[*next];
    const struct rtmp_remoting_piece *end = head + 2;
    assert_span_is(&run->reader, head->name, member(meaning, name)->valuestring);
    assert_true(head->length == cJSON_GetNumberValue(member(meaning, "length")));
    assert_int_equal(head[1].kind, RTMP_REMOTING_VALUE);
    assert_int_equal(end->kind, RTMP_REMOTING_END);
    assert_true(end->was_read);
    assert_true(end->value.len == cJSON_GetNumberValue(member(meaning, "value_length")));
    assert_int_not_equal(rtmp_remoting_length_of(end), RTMP_REMOTING_LENGTH_DIFFERS);
    *next += 3;
}

static void check_meaning(const struct run *run, const cJSON *meaning) {
    const cJSON *item;
    size_t next = 2;
    assert_int_equal(run->pieces[0].number, member(meaning, "version")->valueint);
    assert_int_equal(run->pieces[1].kind, RTMP_REMOTING_HEADER_COUNT);
    cJSON_ArrayForEach(item, member(meaning, "headers")) {
        assert_int_equal(run->pieces[next].kind, RTMP_REMOTING_HEADER);
        assert_int_equal(run->pieces[next].must_understand,
                         cJSON_IsTrue(member(item, "must_understand")));
        check_entry(run, &next, item, "name");
    }
    assert_int_equal(run->pieces[next++].kind, RTMP_REMOTING_MESSAGE_COUNT);
    cJSON_ArrayForEach(item, member(meaning, "messages")) {
        assert_int_equal(run->pieces[next].kind, RTMP_REMOTING_MESSAGE);
        assert_span_is(&run->reader, run->pieces[next].response,
                       member(item, "response")->valuestring);
        assert_int_equal(rtmp_remoting_is_reply_target(&run->reader, run->pieces[next].name),
                         cJSON_IsTrue(member(meaning, "reply")));
        check_entry(run, &next, item, "target");
    }
    assert_int_equal(next, run->count);
    assert_true(rtmp_ok(&run->reader));
    assert_int_equal(run->reader.pos, run->reader.end);
}

static void check_vector(const struct vector *vector) {
    struct run run = run_packet(vector->bytes, vector->len, true);
    check_meaning(&run, vector->meaning);
    free(run.pieces);
    for (size_t prefix = 0; prefix <= vector->len; prefix++) {
        uint8_t *copy = guarded_copy(vector->bytes, prefix);
        run_harmless(copy, prefix);
        guarded_free(copy, prefix);
    }
    for (struct mutants m = mutants_of(vector->bytes, vector->len); next_mutant(&m);)
        run_harmless(m.bytes, m.len);
}

/* ---- single rules ---- */

#define HEAD "0000 0000 0001 "           /* version 0, no header, one message */
#define CALL "0003 612e62 0002 2f31 "    /* a.b /1 */
#define TWO  "0000 0000 0002 "           /* two messages */
#define LAST "0001 63 0000 00000001 05 " /* a message `c` with null */
#define BAD  "13"                        /* no AMF0 marker */

static enum rtmp_remoting_length length_said(const char *hex) {
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(hex, &bytes, &len);
    const struct rtmp_remoting_piece *end = &run.pieces[run.count - 1];
    assert_true(rtmp_ok(&run.reader));
    assert_int_equal(end->kind, RTMP_REMOTING_END);
    enum rtmp_remoting_length says = rtmp_remoting_length_of(end);
    free(run.pieces);
    guarded_free(bytes, len);
    return says;
}

static void lengths_of_0_1_and_minus_1_say_nothing(void **state) {
    (void)state;
    assert_int_equal(length_said(HEAD CALL "00000003 0200 00"), RTMP_REMOTING_LENGTH_TRUE);
    assert_int_equal(length_said(HEAD CALL "00000000 0200 00"), RTMP_REMOTING_LENGTH_NOT_KNOWN);
    assert_int_equal(length_said(HEAD CALL "00000001 0200 00"), RTMP_REMOTING_LENGTH_NOT_KNOWN);
    assert_int_equal(length_said(HEAD CALL "ffffffff 0200 00"), RTMP_REMOTING_LENGTH_NOT_KNOWN);
    assert_int_equal(length_said(HEAD CALL "00000001 05"), RTMP_REMOTING_LENGTH_TRUE);
    assert_int_equal(length_said(HEAD CALL "00000002 0200 00"), RTMP_REMOTING_LENGTH_DIFFERS);
    assert_int_equal(length_said(HEAD CALL "7fffffff 0200 00"), RTMP_REMOTING_LENGTH_DIFFERS);
}

static void a_wrong_length_moves_no_message(void **state) {
    (void)state;
    assert_int_equal(length_said(TWO CALL "00000009 0200 00" LAST), RTMP_REMOTING_LENGTH_TRUE);
}

static void behind_a_bad_value_the_next_message_is_read(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(TWO CALL "00000003 " BAD "ffff" LAST, &bytes, &len);
    assert_true(rtmp_ok(&run.reader));
    const struct rtmp_remoting_piece *rest = &run.pieces[5];
    assert_int_equal(rest->kind, RTMP_REMOTING_REST);
    assert_int_equal(rest->error, RTMP_ERROR_MARKER);
    assert_int_equal(rest->whole.pos, 19);
    assert_int_equal(rest->error_pos, 19);
    assert_int_equal(rest->whole.len, 3);
    assert_int_equal(rest[1].kind, RTMP_REMOTING_END);
    assert_false(rest[1].was_read);
    assert_int_equal(rest[2].kind, RTMP_REMOTING_MESSAGE);
    assert_span_is(&run.reader, rest[2].name, "c");
    free(run.pieces);
    guarded_free(bytes, len);
}

static void assert_ends_at(const char *hex, enum rtmp_error error, uint32_t pos) {
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(hex, &bytes, &len);
    assert_int_equal(run.reader.error, error);
    assert_int_equal(run.reader.error_pos, pos);
    free(run.pieces);
    guarded_free(bytes, len);
}

static void a_bad_value_of_unknown_length_ends_the_packet(void **state) {
    (void)state;
    assert_ends_at(TWO CALL "ffffffff " BAD "ffff" LAST, RTMP_ERROR_MARKER, 19);
    assert_ends_at(TWO CALL "00000000 " BAD "ffff" LAST, RTMP_ERROR_MARKER, 19);
}

static void a_length_that_leads_nowhere_is_not_followed(void **state) {
    (void)state;
    assert_ends_at(TWO CALL "00000002 " BAD "ffff" LAST, RTMP_ERROR_MARKER, 19);
    assert_ends_at(TWO CALL "00001000 " BAD "ffff" LAST, RTMP_ERROR_MARKER, 19);
    assert_ends_at(HEAD CALL "00000002 " BAD "ffff", RTMP_ERROR_MARKER, 19);
}

static void a_value_cut_within_its_length_takes_no_bytes_of_the_next_message(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        enum rtmp_error error;
        uint32_t rest_len;
    } cuts[] = {
        {TWO CALL "00000006 0200 05 6865 6c" LAST, RTMP_ERROR_LENGTH, 6},
        {TWO CALL "00000002 0a00" LAST, RTMP_ERROR_END, 2},
        {TWO CALL "00000006 0a00 0000 0205" LAST, RTMP_ERROR_LENGTH, 6},
        {TWO CALL "00000008 110a 0707 4453 4b01" LAST, RTMP_ERROR_END, 0},
        {TWO CALL "00000003 0340 00" LAST, RTMP_ERROR_LENGTH, 2},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        uint8_t *bytes;
        size_t len;
        struct run run = run_hex(cuts[i].hex, &bytes, &len);
        assert_true(rtmp_ok(&run.reader));
        const struct rtmp_remoting_piece *rest = &run.pieces[5];
        while (rest->kind != RTMP_REMOTING_REST)
            rest++;
        assert_int_equal(rest->error, cuts[i].error);
        assert_int_equal(rest->whole.len, cuts[i].rest_len);
        assert_int_equal(rest[2].kind, RTMP_REMOTING_MESSAGE);
        assert_span_is(&run.reader, rest[2].name, "c");
        free(run.pieces);
        guarded_free(bytes, len);
    }
}

static void a_value_shorter_than_its_length_takes_the_bytes_up_to_it(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        uint32_t rest_len; /* 0: the next message stands behind the value */
    } values[] = {
        {TWO CALL "00000005 0200 00 0000" LAST, 2},         /* padding */
        {TWO CALL "00000008 05 0000 0000 00ff ff" LAST, 7}, /* ... which a head could begin in */
        {TWO CALL "00000003 0200 00" LAST, 0},              /* a true length */
        {TWO CALL "0000000e 0200 00 0001 63 0000 00000001 05" LAST, 0}, /* over a message */
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint8_t *bytes;
        size_t len;
        struct run run = run_hex(values[i].hex, &bytes, &len);
        assert_true(rtmp_ok(&run.reader));
        const struct rtmp_remoting_piece *end = &run.pieces[5];
        if (values[i].rest_len) {
            assert_int_equal(end->kind, RTMP_REMOTING_REST);
            assert_int_equal(end->error, RTMP_OK);
            assert_int_equal(end->whole.len, values[i].rest_len);
            end++;
        }
        assert_int_equal(end->kind, RTMP_REMOTING_END);
        assert_true(end->was_read);
        assert_int_equal(rtmp_remoting_length_of(end), values[i].rest_len || i == 3
                                                           ? RTMP_REMOTING_LENGTH_DIFFERS
                                                           : RTMP_REMOTING_LENGTH_TRUE);
        assert_int_equal(end[1].kind, RTMP_REMOTING_MESSAGE);
        assert_span_is(&run.reader, end[1].name, "c");
        free(run.pieces);
        guarded_free(bytes, len);
    }
}

static void more_messages_than_there_are_is_an_end(void **state) {
    (void)state;
    assert_ends_at("0000 0000 ffff " CALL "ffffffff 05", RTMP_ERROR_END, 20);
    assert_ends_at("0000 ffff 0000", RTMP_ERROR_END, 6);
}

static void bytes_behind_the_last_message_are_left(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(HEAD CALL "ffffffff 05 abcd", &bytes, &len);
    assert_true(rtmp_ok(&run.reader));
    assert_int_equal(rtmp_left(&run.reader), 2);
    free(run.pieces);
    guarded_free(bytes, len);
}

/* The second value of the packet refers to the string 0 of its own tables, which it has not. */
static void each_value_has_tables_of_its_own(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex(TWO CALL "ffffffff 11 06 03 78" CALL "ffffffff 11 06 00", &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    static struct rtmp_remoting packet;
    struct rtmp_remoting_piece piece;
    struct rtmp_amf_event event;
    unsigned unresolved = 0;
    rtmp_remoting_init(&packet, &reader);
    while (rtmp_remoting_next(&packet, &piece))
        while (piece.kind == RTMP_REMOTING_VALUE && rtmp_amf_next(&packet.amf, &event)) {
            unresolved += rtmp_amf_is_unresolved(&event);
            if (rtmp_amf_value_done(&packet.amf))
                break;
        }
    assert_int_equal(unresolved, 1);
    assert_true(rtmp_ok(&reader));
    guarded_free(bytes, len);
}

/* Messages count as events too, so that a packet of nothing but messages is bounded. */
static void a_packet_has_a_limit_of_items(void **state) {
    (void)state;
    enum { MESSAGES = 30000, SIZE = 9 };
    size_t len = 6 + (size_t)MESSAGES * SIZE;
    uint8_t *bytes = calloc(1, len);
    assert_non_null(bytes);
    bytes[4] = MESSAGES >> 8;
    bytes[5] = MESSAGES & 255;
    for (size_t i = 0; i < MESSAGES; i++)
        bytes[6 + i * SIZE + 8] = 5;
    struct run run = run_packet(bytes, len, true);
    assert_int_equal(run.reader.error, RTMP_LIMIT_ITEMS);
    free(run.pieces);
    free(bytes);
}

/* ---- URIs ---- */

static void assert_id(const char *target, const char *response, bool is_reply, const char *id,
                      enum rtmp_remoting_status status) {
    char bytes[80];
    size_t first = strlen(target);
    memcpy(bytes, target, first);
    memcpy(bytes + first, response, strlen(response));
    uint32_t len = (uint32_t)(first + strlen(response));
    uint8_t *copy = guarded_copy(bytes, len);
    const struct rtmp_reader reader = rtmp_reader_over(copy, len);
    const struct rtmp_remoting_piece message = {
        .name = rtmp_span_of(0, (uint32_t)first),
        .response = rtmp_span_of((uint32_t)first, len - (uint32_t)first)};
    struct rtmp_remoting_id found = rtmp_remoting_id_of(&reader, &message, is_reply);
    assert_int_equal(found.status, status);
    assert_span_is(&reader, found.text, id);
    guarded_free(copy, len);
}

static void ids_link_a_call_with_its_reply(void **state) {
    (void)state;
    assert_id("a.b", "/1", false, "/1", RTMP_REMOTING_BARE);
    assert_id("a.b", "null", false, "", RTMP_REMOTING_BARE);
    assert_id("a.b", "", false, "", RTMP_REMOTING_BARE);
    assert_id("/12/onResult", "null", true, "/12", RTMP_REMOTING_ON_RESULT);
    assert_id("/1/onStatus", "", true, "/1", RTMP_REMOTING_ON_STATUS);
    assert_id("/1/onDebugEvents", "null", true, "/1", RTMP_REMOTING_ON_DEBUG_EVENTS);
    assert_id("/0", "", true, "/0", RTMP_REMOTING_BARE);
    assert_id("/1/onResults", "", true, "/1/onResults", RTMP_REMOTING_BARE);
    assert_id("onResult", "", true, "onResult", RTMP_REMOTING_BARE);
    assert_id("/onResult", "", true, "", RTMP_REMOTING_ON_RESULT);
    assert_string_equal(rtmp_remoting_status_text(RTMP_REMOTING_BARE), "");
    assert_string_equal(rtmp_remoting_status_text(RTMP_REMOTING_ON_RESULT), "onResult");
}

static bool is_reply_target(const char *target) {
    uint8_t *copy = guarded_copy(target, strlen(target));
    const struct rtmp_reader reader = rtmp_reader_over(copy, (uint32_t)strlen(target));
    bool is = rtmp_remoting_is_reply_target(&reader, rtmp_span_of(0, reader.end));
    guarded_free(copy, strlen(target));
    return is;
}

static void targets_of_replies_begin_with_a_number(void **state) {
    (void)state;
    assert_true(is_reply_target("/1"));
    assert_true(is_reply_target("/123/onResult"));
    assert_true(is_reply_target("/1/onStatus"));
    assert_false(is_reply_target("/"));
    assert_false(is_reply_target(""));
    assert_false(is_reply_target("1/onResult"));
    assert_false(is_reply_target("/1/a"));
    assert_false(is_reply_target("/1/on"));
    assert_false(is_reply_target("/a/onResult"));
    assert_false(is_reply_target("null"));
}

/* ---- facts and lines ---- */

#define TEXT_MAX 300

typedef void line_function(struct rtmp_text *text, struct rtmp_reader reader,
                           const struct rtmp_remoting_line *line);

/* A line about the first message of a packet. */
static void assert_line_by(line_function *function, const char *hex,
                           const struct rtmp_remoting_line *line, const char *text) {
    char out[TEXT_MAX];
    struct rtmp_text found = rtmp_text_over(out, sizeof out);
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(hex, &bytes, &len);
    struct rtmp_remoting_line asked = *line;
    for (size_t i = 0; i < run.count; i++)
        if (run.pieces[i].kind == RTMP_REMOTING_MESSAGE)
            asked.entry = &run.pieces[i];
    assert_non_null(asked.entry);
    function(&found, run.reader, &asked);
    assert_string_equal(out, text);
    free(run.pieces);
    guarded_free(bytes, len);
}

static void assert_line(const char *hex, const struct rtmp_remoting_line *line, const char *text) {
    assert_line_by(rtmp_remoting_message_line, hex, line, text);
}

static void assert_value(const char *hex, const struct rtmp_remoting_line *line, const char *text) {
    assert_line_by(rtmp_remoting_value_line, hex, line, text);
}

#define REPLY                                                                                      \
    "0000 0000 0001 000b 2f312f6f6e526573756c74 0004 6e756c6c ffffffff "   /* /1/onResult          \
                                                                            */
#define STATUS "0000 0000 0001 000b 2f312f6f6e537461747573 0000 ffffffff " /* /1/onStatus */
#define NULLED "0000 0000 0001 0004 6e756c6c 0002 2f31 ffffffff "          /* null /1 */

static const struct rtmp_remoting_line call_line = {.is_reply = false};
static const struct rtmp_remoting_line reply_line = {
    .is_reply = true, .call = "shop.sum", .time = 12400000};
static const struct rtmp_remoting_line unknown_reply_line = {.is_reply = true};

static void a_call_shows_its_arguments(void **state) {
    (void)state;
    assert_line(HEAD CALL "ffffffff 0a00000002 004000000000000000 00400c000000000000", &call_line,
                "a.b(2, 3.5) /1");
    assert_line(HEAD CALL "ffffffff 0a00000000", &call_line, "a.b() /1");
    assert_line(HEAD CALL "ffffffff 05", &call_line, "a.b(null) /1");
    assert_line(HEAD CALL "ffffffff 0a00000003 020001 78 03 000009 0a00000000", &call_line,
                "a.b(\"x\", object, array of 0) /1");
    assert_line(HEAD "0003 612e62 0000 ffffffff 0a00000000", &call_line, "a.b()");
    /* All arguments as AMF3, each with a marker of its own. */
    assert_line(HEAD CALL "ffffffff 0a00000002 110402 11060379", &call_line, "a.b(2, \"y\") /1");
    assert_line(HEAD CALL "ffffffff 0a0000000a 05050505050505050505", &call_line,
                "a.b(null, null, null, null, null, null, null, null, \xE2\x80\xA6) /1");
}

static void a_result_shows_its_value_and_the_time(void **state) {
    (void)state;
    assert_line(REPLY "004016000000000000", &reply_line, "/1 result of shop.sum: 5.5, 12 ms");
    assert_line(REPLY "004016000000000000", &unknown_reply_line, "/1 result: 5.5");
    assert_line(REPLY "03 0001 61 05 000009", &unknown_reply_line, "/1 result: object");
    /* A typed object; a ByteArray. */
    assert_line(REPLY "10 0001 43 000009", &unknown_reply_line, "/1 result: C");
    assert_line(REPLY "11 0c 07 010203", &unknown_reply_line, "/1 result: 3 B");
}

static void times_are_short(void **state) {
    (void)state;
    struct rtmp_remoting_line line = reply_line;
    line.time = 400000;
    assert_line(REPLY "05", &line, "/1 result of shop.sum: null, 0.4 ms");
    line.time = INT64_C(12345678900);
    assert_line(REPLY "05", &line, "/1 result of shop.sum: null, 12.3 s");
    line.time = -1;
    assert_line(REPLY "05", &line, "/1 result of shop.sum: null");
}

/* code and description; code and message (BlazeDS); faultCode and faultString (amfphp). */
static void faults_say_why(void **state) {
    (void)state;
    assert_line(STATUS
                "03 0004 636f6465 020001 43 000b 6465736372697074696f6e 020003 776879 000009",
                &reply_line, "/1 error of shop.sum: why");
    assert_line(STATUS "03 0004 636f6465 020001 43 0007 6d657373616765 020003 776879 000009",
                &reply_line, "/1 error of shop.sum: why");
    assert_line(STATUS "03 0009 6661756c74436f6465 004045000000000000 000b 6661756c74537472696e67 "
                       "020003 776879 000009",
                &reply_line, "/1 error of shop.sum: why");
    assert_line(STATUS "03 0009 6661756c74436f6465 004045000000000000 000009", &reply_line,
                "/1 error of shop.sum: 42");
    assert_line(STATUS "05", &unknown_reply_line, "/1 error");
}

/* flex.messaging.messages.CommandMessage, as AMF0, with an operation; with a body. */
#define COMMAND_CLASS                                                                              \
    "10 0026 666c65782e6d6573736167696e672e6d657373616765732e436f6d6d616e644d657373616765 "
#define OPERATION "0009 6f7065726174696f6e "
#define BODY      "0004 626f6479 "

static void flex_commands_have_names(void **state) {
    (void)state;
    assert_line(NULLED COMMAND_CLASS OPERATION "004014000000000000 000009", &call_line, "ping /1");
    assert_line(NULLED "0a00000001" COMMAND_CLASS OPERATION "004000000000000000 000009", &call_line,
                "poll /1");
    assert_line(NULLED COMMAND_CLASS OPERATION "004059000000000000 000009", &call_line,
                "command 100 /1");
    /* Not a whole number of 8 bits. */
    assert_line(NULLED COMMAND_CLASS OPERATION "004070000000000000 000009", &call_line,
                "flex.messaging.messages.CommandMessage /1");
}

static void a_poll_counts_messages(void **state) {
    (void)state;
    struct rtmp_remoting_line line = reply_line;
    line.call = "poll";
    assert_line(REPLY COMMAND_CLASS OPERATION "004010000000000000" BODY "0a00000001 05 000009",
                &unknown_reply_line, "poll: 1 message");
    assert_line(REPLY "05", &line, "poll: 0 messages");
    /* DSK with a body: an ArrayCollection of two. */
    assert_line(REPLY "11 0a 07 07 44534b 01 "
                      "0a 07 43 666c65782e6d6573736167696e672e696f2e4172726179436f6c6c656374696f6e "
                      "09 05 01 01 01 00 00",
                &line, "poll: 2 messages");
}

/* What a line says of the value, alone. */
static void a_value_stands_by_itself(void **state) {
    (void)state;
    struct rtmp_remoting_line poll = reply_line;
    poll.call = "poll";
    assert_value(HEAD CALL "ffffffff 0a00000002 004000000000000000 00400c000000000000", &call_line,
                 "2, 3.5");
    assert_value(HEAD CALL "ffffffff 0a00000000", &call_line, "");
    assert_value(NULLED COMMAND_CLASS OPERATION "004014000000000000 000009", &call_line, "");
    assert_value(REPLY "004016000000000000", &reply_line, "5.5");
    assert_value(REPLY "05", &poll, "0 messages");
    assert_value(STATUS
                 "03 0004 636f6465 020001 43 000b 6465736372697074696f6e 020003 776879 000009",
                 &reply_line, "why");
    assert_value(STATUS "05", &unknown_reply_line, "");
}

/* A RemotingMessage without destination, as SabreAMF sends: source.operation, its body the
 * arguments. */
static void flex_calls_are_named_by_place_and_operation(void **state) {
    (void)state;
    assert_line(
        NULLED
        "10 0027 666c65782e6d6573736167696e672e6d657373616765732e52656d6f74696e674d657373616765"
        "000b 64657374696e6174696f6e 05 0006 736f75726365 020004 73686f70" OPERATION
        "020003 73756d" BODY "0a00000002 004000000000000000 00400c000000000000 000009",
        &call_line, "shop.sum(2, 3.5) /1");
}

/* The body of a Flex login; a property `password`; arguments of a method login. */
static void passwords_are_hidden_unless_asked_for(void **state) {
    (void)state;
    struct rtmp_remoting_line shown = call_line;
    shown.shows_secrets = true;
    static const char login[] = HEAD "0007 612e6c6f67696e 0002 2f31 ffffffff "
                                     "0a00000002 020001 75 020001 70";
    assert_line(login, &call_line, "a.login(********, ********) /1");
    assert_line(login, &shown, "a.login(\"u\", \"p\") /1");

    static const char header[] = "0000 0001 000b 43726564656e7469616c73 00 ffffffff "
                                 "03 0006 757365726964 020001 75 0008 70617373776f7264 020001 70 "
                                 "000009 0000";
    char out[TEXT_MAX];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    uint8_t *bytes;
    size_t len;
    struct run run = run_hex(header, &bytes, &len);
    struct rtmp_remoting_line line = {.entry = &run.pieces[2]};
    rtmp_remoting_header_line(&text, run.reader, &line);
    assert_string_equal(out, "Credentials={userid: \"u\", password: ********}");
    text = rtmp_text_over(out, sizeof out);
    line.shows_secrets = true;
    rtmp_remoting_header_line(&text, run.reader, &line);
    assert_string_equal(out, "Credentials={userid: \"u\", password: \"p\"}");
    free(run.pieces);
    guarded_free(bytes, len);
}

static unsigned hidden_values(const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    static struct rtmp_amf amf;
    struct rtmp_remoting_facts facts;
    struct rtmp_amf_event event, key = {0};
    bool has_key = false;
    unsigned hidden = 0;
    rtmp_remoting_facts_read(&facts, reader);
    const struct rtmp_secrets secrets = rtmp_secrets_of(
        &reader, &(struct rtmp_remoting_piece){.kind = RTMP_REMOTING_MESSAGE}, false, &facts);
    rtmp_amf_init(&amf, &reader, 0);
    while (rtmp_amf_next(&amf, &event)) {
        if (rtmp_amf_is_leaf(event.kind))
            hidden += rtmp_secrets_has(&secrets, &reader, has_key ? &key : NULL, &event);
        has_key = event.kind == RTMP_AMF_KEY;
        key = event;
    }
    guarded_free(bytes, len);
    return hidden;
}

/* {user, pwd, Pass-Word} as the argument of a login. */
static void properties_named_otherwise_are_passwords(void **state) {
    (void)state;
    assert_int_equal(hidden_values("03 0004 75736572 020001 75 0003 707764 020001 70 "
                                   "0009 506173732d576f7264 020001 70 000009"),
                     2);
}

static void the_body_of_a_flex_login_is_a_password(void **state) {
    (void)state;
    assert_int_equal(
        hidden_values(COMMAND_CLASS OPERATION "004020000000000000" BODY "020001 70 000009"), 1);
    assert_int_equal(
        hidden_values(COMMAND_CLASS OPERATION "004014000000000000" BODY "020001 70 000009"), 0);
    assert_int_equal(hidden_values(COMMAND_CLASS OPERATION "004020000000000000" BODY "05 000009"),
                     0);
    /* {u: "u", p: "p"}: it was shown. */
    assert_int_equal(hidden_values(COMMAND_CLASS OPERATION
                                   "004020000000000000" BODY
                                   "03 0001 75 020001 75 0001 70 020001 70 000009 000009"),
                     2);
}

/* DSK: clientIdBytes and messageIdBytes of 16 bytes; a third of 3, which is no id. */
static void ids_in_bytes_are_uuids(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex("11 0a 07 07 44534b 80 03 "
                                 "0c 21 00112233445566778899aabbccddeeff 0c 07 010203 00 00",
                                 &len);
    struct rtmp_remoting_facts facts;
    const struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    rtmp_remoting_facts_read(&facts, reader);
    assert_int_equal(facts.flex, RTMP_FLEX_ACKNOWLEDGE);
    assert_false(facts.fact[RTMP_REMOTING_FACT_MESSAGE_ID_BYTES].present);
    const struct rtmp_amf_leaf *id = &facts.fact[RTMP_REMOTING_FACT_CLIENT_ID_BYTES];
    assert_true(id->present);
    char out[64];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_remoting_fact_text(&text, &reader, id, 0);
    assert_string_equal(out, "00112233-4455-6677-8899-AABBCCDDEEFF");
    guarded_free(bytes, len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_of_0_1_and_minus_1_say_nothing),
        cmocka_unit_test(a_wrong_length_moves_no_message),
        cmocka_unit_test(behind_a_bad_value_the_next_message_is_read),
        cmocka_unit_test(a_value_cut_within_its_length_takes_no_bytes_of_the_next_message),
        cmocka_unit_test(a_value_shorter_than_its_length_takes_the_bytes_up_to_it),
        cmocka_unit_test(a_bad_value_of_unknown_length_ends_the_packet),
        cmocka_unit_test(a_length_that_leads_nowhere_is_not_followed),
        cmocka_unit_test(more_messages_than_there_are_is_an_end),
        cmocka_unit_test(bytes_behind_the_last_message_are_left),
        cmocka_unit_test(each_value_has_tables_of_its_own),
        cmocka_unit_test(a_packet_has_a_limit_of_items),
        cmocka_unit_test(ids_link_a_call_with_its_reply),
        cmocka_unit_test(targets_of_replies_begin_with_a_number),
        cmocka_unit_test(a_call_shows_its_arguments),
        cmocka_unit_test(a_result_shows_its_value_and_the_time),
        cmocka_unit_test(times_are_short),
        cmocka_unit_test(faults_say_why),
        cmocka_unit_test(flex_commands_have_names),
        cmocka_unit_test(a_poll_counts_messages),
        cmocka_unit_test(a_value_stands_by_itself),
        cmocka_unit_test(flex_calls_are_named_by_place_and_operation),
        cmocka_unit_test(passwords_are_hidden_unless_asked_for),
        cmocka_unit_test(properties_named_otherwise_are_passwords),
        cmocka_unit_test(the_body_of_a_flex_login_is_a_password),
        cmocka_unit_test(ids_in_bytes_are_uuids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + run_vectors("remoting", check_vector);
}
