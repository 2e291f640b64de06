/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "amf_events.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "payload/shared_object.h"

/* All parts of a body; for VALUE `whole` is widened to the value's bytes. */
struct run {
    struct rtmp_so_piece *pieces;
    size_t count;
    struct rtmp_reader reader;
};

static bool is_value(const struct rtmp_so_piece *piece) {
    return piece->kind == RTMP_SO_VALUE;
}

static void assert_inside(struct rtmp_span span, size_t len) {
    assert_true(span.pos <= len && span.len <= len - span.pos);
}

/* Pull a value's events, which must begin where the part before ended. */
static uint32_t pull_value(struct rtmp_shared_object *so, uint32_t pos) {
    struct rtmp_amf_event event;
    do {
        if (!rtmp_amf_next(&so->amf, &event))
            break;
        assert_int_equal(event.whole.pos, pos);
        pos += event.whole.len;
    } while (!rtmp_amf_value_done(&so->amf));
    return pos;
}

/* Decode everything. Asserts for any input: the parts tile the body up to the reader's last
 * position, and their number is bounded by the bytes. */
static struct run run_body(const uint8_t *bytes, size_t len, uint8_t type, bool pull) {
    static struct rtmp_shared_object so;
    struct run run = {.reader = rtmp_reader_over(bytes, (uint32_t)len)};
    struct rtmp_so_piece piece;
    size_t cap = 2 * len + 8;
    uint32_t pos = 0;
    run.pieces = calloc(cap, sizeof *run.pieces);
    assert_non_null(run.pieces);
    rtmp_shared_object_init(&so, &run.reader, type);
    while (rtmp_shared_object_next(&so, &piece)) {
        if (run.count && is_value(&run.pieces[run.count - 1])) {
            run.pieces[run.count - 1].whole.len =
                piece.whole.pos - run.pieces[run.count - 1].whole.pos;
            if (!pull)
                pos = piece.whole.pos;
        }
        assert_int_equal(piece.whole.pos, pos);
        assert_inside(piece.whole, len);
        assert_inside(piece.text, len);
        assert_inside(piece.body, len);
        assert_true(piece.depth <= 1);
        pos = rtmp_span_end(piece.whole);
        if (pull && is_value(&piece))
            pos = pull_value(&so, pos);
        assert_true(run.count < cap);
        run.pieces[run.count++] = piece;
    }
    if (run.count && is_value(&run.pieces[run.count - 1]))
        run.pieces[run.count - 1].whole.len = run.reader.pos - run.pieces[run.count - 1].whole.pos;
    if (pull || !(run.count && is_value(&run.pieces[run.count - 1])))
        assert_int_equal(run.reader.pos, pos);
    assert_int_equal(run.reader.end, len);
    if (rtmp_ok(&run.reader))
        assert_int_equal(run.reader.pos, len);
    return run;
}

/* Both ways of reading, with and without pulling the values, give the same parts. */
static void run_harmless(const uint8_t *bytes, size_t len, uint8_t type) {
    struct run pulled = run_body(bytes, len, type, true);
    struct run skipped = run_body(bytes, len, type, false);
    assert_int_equal(pulled.count, skipped.count);
    for (size_t i = 0; i < pulled.count; i++) {
        assert_int_equal(pulled.pieces[i].kind, skipped.pieces[i].kind);
        assert_int_equal(pulled.pieces[i].error, skipped.pieces[i].error);
        assert_int_equal(pulled.pieces[i].number, skipped.pieces[i].number);
        assert_int_equal(pulled.pieces[i].whole.pos, skipped.pieces[i].whole.pos);
        assert_int_equal(pulled.pieces[i].whole.len, skipped.pieces[i].whole.len);
    }
    assert_int_equal(pulled.reader.error, skipped.reader.error);
    free(pulled.pieces);
    free(skipped.pieces);
}

static void check_prefixes(const uint8_t *bytes, size_t len, uint8_t type) {
    for (size_t prefix = 0; prefix <= len; prefix++) {
        uint8_t *copy = guarded_copy(bytes, prefix);
        run_harmless(copy, prefix, type);
        guarded_free(copy, prefix);
    }
}

static void check_mutants(const uint8_t *bytes, size_t len, uint8_t type) {
    for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);)
        run_harmless(m.bytes, m.len, type);
}

/* --- The parts against a vector's meaning. --- */

struct cursor {
    const struct run *run;
    size_t next;
};

static const cJSON *member(const cJSON *json, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, name);
    assert_non_null(found);
    return found;
}

static const struct rtmp_so_piece *take(struct cursor *at, enum rtmp_so_kind kind) {
    assert_true(at->next < at->run->count);
    const struct rtmp_so_piece *piece = &at->run->pieces[at->next++];
    assert_int_equal(piece->kind, kind);
    return piece;
}

static void assert_text(const struct cursor *at, struct rtmp_span span, const char *text) {
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(at->run->reader.data + span.pos, text, span.len);
}

static void take_text(struct cursor *at, enum rtmp_so_kind kind, const cJSON *text) {
    assert_text(at, take(at, kind)->text, cJSON_GetStringValue(text));
}

static void take_number(struct cursor *at, enum rtmp_so_kind kind, const cJSON *number) {
    assert_true(take(at, kind)->number == cJSON_GetNumberValue(number));
}

/* AMF0 values have the vector's meaning, and are decoded in every broken form too. */
static void check_values(const struct cursor *at, struct rtmp_span span, const cJSON *values) {
    struct vector vector = {
        .meaning = values, .bytes = at->run->reader.data + span.pos, .len = span.len};
    check_amf_vector(&vector, 0);
}

static void check_attributes(struct cursor *at, const cJSON *attributes) {
    const cJSON *attribute;
    cJSON_ArrayForEach(attribute, attributes) {
        take_text(at, RTMP_SO_KEY, cJSON_GetArrayItem(attribute, 0));
        cJSON *values = cJSON_CreateArray();
        cJSON_AddItemReferenceToArray(values, cJSON_GetArrayItem(attribute, 1));
        check_values(at, take(at, RTMP_SO_VALUE)->whole, values);
        cJSON_Delete(values);
    }
}

static void check_arguments(struct cursor *at, const cJSON *values) {
    const cJSON *method = cJSON_GetArrayItem(values, 0);
    const struct rtmp_so_piece *piece = take(at, RTMP_SO_METHOD);
    struct rtmp_span span = piece->whole;
    assert_text(at, piece->text, cJSON_GetStringValue(member(method, "v")));
    for (int i = 1; i < cJSON_GetArraySize(values); i++)
        span.len += take(at, RTMP_SO_VALUE)->whole.len;
    check_values(at, span, values);
}

static void check_raw(const struct cursor *at, struct rtmp_span span, const cJSON *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(cJSON_GetStringValue(hex), &len);
    assert_int_equal(span.len, len);
    assert_memory_equal(at->run->reader.data + span.pos, bytes, len);
    guarded_free(bytes, len);
}

/* "request_change" is "Request change" here. */
static void check_type_name(uint8_t event, const char *name) {
    const char *ours = rtmp_so_event_name(event);
    if (strcmp(name, "unknown") == 0)
        return;
    assert_int_equal(strlen(ours), strlen(name));
    for (size_t i = 0; name[i]; i++)
        assert_int_equal(name[i] == '_' ? ' ' : name[i], i ? ours[i] : ours[i] - 'A' + 'a');
}

static void check_event(struct cursor *at, const cJSON *meaning) {
    const struct rtmp_so_piece *event = take(at, RTMP_SO_EVENT);
    const cJSON *item;
    assert_int_equal(event->event, member(meaning, "type")->valueint);
    assert_int_equal(event->number, member(meaning, "len")->valueint);
    assert_int_equal(event->body.len, event->number);
    assert_int_equal(event->error, RTMP_OK);
    check_type_name(event->event, cJSON_GetStringValue(member(meaning, "type_name")));
    check_attributes(at, cJSON_GetObjectItemCaseSensitive(meaning, "attrs"));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(meaning, "names"))
        take_text(at, RTMP_SO_KEY, item);
    if (cJSON_HasObjectItem(meaning, "values"))
        check_arguments(at, member(meaning, "values"));
    if (cJSON_HasObjectItem(meaning, "strings")) {
        take_text(at, RTMP_SO_STATUS_CODE, cJSON_GetArrayItem(member(meaning, "strings"), 0));
        take_text(at, RTMP_SO_STATUS_LEVEL, cJSON_GetArrayItem(member(meaning, "strings"), 1));
    }
    if (cJSON_HasObjectItem(meaning, "raw")) {
        check_raw(at, event->body, member(meaning, "raw"));
        while (at->next < at->run->count && at->run->pieces[at->next].kind != RTMP_SO_EVENT)
            at->next++;
    }
}

static void check_meaning(const struct run *run, const cJSON *meaning) {
    struct cursor at = {.run = run};
    const cJSON *event;
    assert_int_equal(run->reader.error, RTMP_OK);
    if (cJSON_HasObjectItem(meaning, "encoding_byte"))
        take_number(&at, RTMP_SO_FORMAT, member(meaning, "encoding_byte"));
    take_text(&at, RTMP_SO_NAME, member(meaning, "name"));
    take_number(&at, RTMP_SO_VERSION, member(meaning, "version"));
    const struct rtmp_so_piece *flags = take(&at, RTMP_SO_FLAGS);
    assert_int_equal(flags->number, member(meaning, "flags")->valueint);
    assert_int_equal((flags->number & RTMP_SO_PERSISTENT) != 0,
                     cJSON_IsTrue(member(meaning, "persistent")));
    take_number(&at, RTMP_SO_RESERVED, member(meaning, "flags2"));
    cJSON_ArrayForEach(event, member(meaning, "events")) check_event(&at, event);
    assert_int_equal(at.next, run->count);
}

/* The two malformed vectors: a release without its length, and a length of nearly 2^32. */
static void check_malformed(const struct vector *vector, const struct run *run) {
    const struct rtmp_so_piece *last = &run->pieces[run->count - 1];
    assert_int_equal(last->kind, RTMP_SO_EVENT);
    if (strstr(vector->name, "release")) {
        assert_int_equal(last->event, RTMP_SO_EVENT_RELEASE);
        assert_int_equal(last->error, RTMP_REMARK_LENGTH_OMITTED);
        assert_int_equal(run->reader.error, RTMP_OK);
    } else {
        assert_string_equal(vector->name, "fms-test-send-hugelen");
        assert_int_equal(last->number, 4294967294U);
        assert_int_equal(run->reader.error, RTMP_ERROR_LENGTH);
        assert_int_equal(rtmp_left(&run->reader), 2);
    }
}

static void check_vector(const struct vector *vector) {
    uint8_t type = (uint8_t)member(vector->meaning, "msg_type")->valueint;
    struct run run = run_body(vector->bytes, vector->len, type, true);
    if (cJSON_HasObjectItem(vector->meaning, "malformed"))
        check_malformed(vector, &run);
    else
        check_meaning(&run, vector->meaning);
    free(run.pieces);
    check_prefixes(vector->bytes, vector->len, type);
    check_mutants(vector->bytes, vector->len, type);
}

/* --- Cases built by hand from the layout. --- */

#define HEADER "0002736f 00000001 00000000 00000000 "

struct hex_run {
    struct run run;
    struct cursor at;
    uint8_t *bytes;
    size_t len;
};

/* Decode hex, past the message's header if it has the usual one. */
static struct hex_run begin_hex(const char *hex, uint8_t type) {
    struct hex_run of = {.bytes = NULL};
    of.bytes = guarded_hex(hex, &of.len);
    run_harmless(of.bytes, of.len, type);
    of.run = run_body(of.bytes, of.len, type, true);
    of.at.next = type == RTMP_MESSAGE_SHARED_OBJECT_AMF3 ? 5 : 4;
    return of;
}

static void end_hex(struct hex_run *of) {
    free(of->run.pieces);
    guarded_free(of->bytes, of->len);
}

static const struct rtmp_so_piece *take_event(struct cursor *at, uint8_t event, uint8_t depth,
                                              enum rtmp_so_layout layout) {
    const struct rtmp_so_piece *piece = take(at, RTMP_SO_EVENT);
    assert_int_equal(piece->event, event);
    assert_int_equal(piece->depth, depth);
    assert_int_equal(piece->layout, layout);
    return piece;
}

static void take_rest(struct cursor *at, enum rtmp_error error, uint32_t len) {
    const struct rtmp_so_piece *piece = take(at, RTMP_SO_REST);
    assert_int_equal(piece->error, error);
    assert_int_equal(piece->whole.len, len);
}

static void assert_end(const struct cursor *at, enum rtmp_error error, uint32_t left) {
    assert_int_equal(at->next, at->run->count);
    assert_int_equal(at->run->reader.error, error);
    assert_int_equal(rtmp_left(&at->run->reader), left);
}

static void use_success_with_nested_events(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0b0000000f 0800000000 0400000005 0001610101 "
                                         "0900000003 000161",
                                  RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 11, 0, RTMP_SO_LAYOUT_NESTED);
    take_event(&of.at, 8, 1, RTMP_SO_LAYOUT_EMPTY);
    take_event(&of.at, 4, 1, RTMP_SO_LAYOUT_ATTRIBUTES);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "a");
    assert_int_equal(take(&of.at, RTMP_SO_VALUE)->whole.len, 2);
    take_event(&of.at, 9, 0, RTMP_SO_LAYOUT_KEYS);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "a");
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void use_success_with_pairs(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0b00000005 0001610101", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 11, 0, RTMP_SO_LAYOUT_ATTRIBUTES);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "a");
    take(&of.at, RTMP_SO_VALUE);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void use_success_with_raw_bytes(void **state) {
    (void)state;
    struct hex_run of =
        begin_hex(HEADER "0b00000003 ffffff 0800000000", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 11, 0, RTMP_SO_LAYOUT_RAW);
    assert_int_equal(take(&of.at, RTMP_SO_DATA)->whole.len, 3);
    take_event(&of.at, 8, 0, RTMP_SO_LAYOUT_EMPTY);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

/* A use success inside a use success is not opened again. */
static void nesting_is_one_level(void **state) {
    (void)state;
    struct hex_run of =
        begin_hex(HEADER "0b0000000a 0b00000005 0800000000", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 11, 0, RTMP_SO_LAYOUT_NESTED);
    take_event(&of.at, 11, 1, RTMP_SO_LAYOUT_RAW);
    assert_int_equal(take(&of.at, RTMP_SO_DATA)->whole.len, 5);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void a_bad_value_ends_its_event_only(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0400000009 000161 02ffff 7a7a7a 0500000003 000162",
                                  RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 4, 0, RTMP_SO_LAYOUT_ATTRIBUTES);
    take(&of.at, RTMP_SO_KEY);
    assert_int_equal(take(&of.at, RTMP_SO_VALUE)->whole.len, 0);
    take_rest(&of.at, RTMP_ERROR_LENGTH, 6);
    take_event(&of.at, 5, 0, RTMP_SO_LAYOUT_KEYS);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "b");
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void a_key_without_a_value(void **state) {
    (void)state;
    struct hex_run of =
        begin_hex(HEADER "0300000003 000161 0800000000", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 3, 0, RTMP_SO_LAYOUT_ATTRIBUTES);
    take(&of.at, RTMP_SO_KEY);
    take_rest(&of.at, RTMP_ERROR_END, 0);
    take_event(&of.at, 8, 0, RTMP_SO_LAYOUT_EMPTY);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void a_key_longer_than_its_event(void **state) {
    (void)state;
    struct hex_run of =
        begin_hex(HEADER "0900000005 000961 6161 0800000000", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 9, 0, RTMP_SO_LAYOUT_KEYS);
    take_rest(&of.at, RTMP_ERROR_LENGTH, 5);
    take_event(&of.at, 8, 0, RTMP_SO_LAYOUT_EMPTY);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void surplus_of_an_event(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0800000002 aabb 0700000009 0001 43 0001 4c 010203",
                                  RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 8, 0, RTMP_SO_LAYOUT_EMPTY);
    take_rest(&of.at, RTMP_REMARK_TRAILING, 2);
    take_event(&of.at, 7, 0, RTMP_SO_LAYOUT_STATUS);
    assert_text(&of.at, take(&of.at, RTMP_SO_STATUS_CODE)->text, "C");
    assert_text(&of.at, take(&of.at, RTMP_SO_STATUS_LEVEL)->text, "L");
    take_rest(&of.at, RTMP_REMARK_TRAILING, 3);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void a_status_without_a_level(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0700000003 000143", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 7, 0, RTMP_SO_LAYOUT_STATUS);
    take(&of.at, RTMP_SO_STATUS_CODE);
    take_rest(&of.at, RTMP_ERROR_END, 0);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

/* Types 12 and 13 as their one source has them, repeated and cut. */
static void undocumented_events(void **state) {
    (void)state;
    struct hex_run of = begin_hex(HEADER "0c0000000e 0001610000002a 000162000000ff "
                                         "0c00000004 000163ff 0d00000004 00016105",
                                  RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 12, 0, RTMP_SO_LAYOUT_NUMBERED_KEYS);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "a");
    assert_int_equal(take(&of.at, RTMP_SO_NUMBER)->number, 42);
    assert_text(&of.at, take(&of.at, RTMP_SO_KEY)->text, "b");
    assert_int_equal(take(&of.at, RTMP_SO_NUMBER)->number, 255);
    take_event(&of.at, 12, 0, RTMP_SO_LAYOUT_NUMBERED_KEYS);
    take(&of.at, RTMP_SO_KEY);
    take_rest(&of.at, RTMP_ERROR_END, 1);
    take_event(&of.at, 13, 0, RTMP_SO_LAYOUT_ATTRIBUTES);
    take(&of.at, RTMP_SO_KEY);
    assert_int_equal(take(&of.at, RTMP_SO_VALUE)->whole.len, 1);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

/* A send message whose first value is no string has values but no method. */
static void a_send_message_without_a_method(void **state) {
    (void)state;
    struct hex_run of =
        begin_hex(HEADER "0600000003 05 0101 0600000000", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    take_event(&of.at, 6, 0, RTMP_SO_LAYOUT_VALUES);
    assert_int_equal(take(&of.at, RTMP_SO_VALUE)->whole.len, 1);
    assert_int_equal(take(&of.at, RTMP_SO_VALUE)->whole.len, 2);
    take_event(&of.at, 6, 0, RTMP_SO_LAYOUT_VALUES);
    assert_end(&of.at, RTMP_OK, 0);
    end_hex(&of);
}

static void lone_type_bytes(void **state) {
    static const char *const omitted[] = {HEADER "01", HEADER "02", HEADER "08", HEADER "0b"};
    (void)state;
    for (size_t i = 0; i < sizeof omitted / sizeof omitted[0]; i++) {
        struct hex_run of = begin_hex(omitted[i], RTMP_MESSAGE_SHARED_OBJECT_AMF0);
        of.at.run = &of.run;
        const struct rtmp_so_piece *event = take(&of.at, RTMP_SO_EVENT);
        assert_int_equal(event->error, RTMP_REMARK_LENGTH_OMITTED);
        assert_int_equal(event->whole.len, 1);
        assert_end(&of.at, RTMP_OK, 0);
        end_hex(&of);
    }
    struct hex_run of = begin_hex(HEADER "03", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    of.at.run = &of.run;
    assert_end(&of.at, RTMP_ERROR_END, 1);
    end_hex(&of);
}

static void a_name_longer_than_the_body(void **state) {
    (void)state;
    struct hex_run of = begin_hex("00ff7361", RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    assert_int_equal(of.run.count, 0);
    assert_int_equal(of.run.reader.error, RTMP_ERROR_LENGTH);
    assert_int_equal(rtmp_left(&of.run.reader), 4);
    end_hex(&of);
}

/* Count the events of all values of a message. */
static void pull_values(const char *hex, uint8_t type, struct rtmp_amf_event *events,
                        size_t expected) {
    static struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    size_t len;
    size_t count = 0;
    uint8_t *bytes = guarded_hex(hex, &len);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    memset(events, 0, expected * sizeof *events);
    rtmp_shared_object_init(&so, &reader, type);
    while (rtmp_shared_object_next(&so, &piece))
        if (piece.kind == RTMP_SO_VALUE)
            do {
                assert_true(count < expected && rtmp_amf_next(&so.amf, &events[count]));
                count++;
            } while (!rtmp_amf_value_done(&so.amf));
    assert_int_equal(count, expected);
    assert_int_equal(reader.error, RTMP_OK);
    guarded_free(bytes, len);
}

/* Observed: Red5 and FluorineFx refer to strings of other attributes and events of the message. */
static void amf3_tables_live_for_the_message(void **state) {
    struct rtmp_amf_event events[4];
    (void)state;
    pull_values(HEADER "0400000008 000161 1106056869 0400000006 000162 110600",
                RTMP_MESSAGE_SHARED_OBJECT_AMF0, events, 4);
    assert_int_equal(events[3].kind, RTMP_AMF_STRING);
    assert_true(events[3].is_reference);
    assert_int_equal(events[3].text.pos, events[1].text.pos);
    assert_int_equal(events[3].text.len, 2);
}

/* Trying whether a use success holds pairs leaves nothing in the tables. */
static void trying_a_layout_leaves_the_tables(void **state) {
    struct rtmp_amf_event events[4];
    (void)state;
    pull_values(HEADER "0b00000008 000161 1106056869 0400000006 000162 110600",
                RTMP_MESSAGE_SHARED_OBJECT_AMF0, events, 4);
    assert_int_equal(events[3].text.pos, events[1].text.pos);
    pull_values(HEADER "0b00000008 000161 1106056869 0400000006 000162 110602",
                RTMP_MESSAGE_SHARED_OBJECT_AMF0, events, 4);
    assert_int_equal(events[3].remark, RTMP_REMARK_UNRESOLVED);
}

/* A format byte of 3 is interpreted as values without the marker 0x11. */
static void format_byte_3(void **state) {
    struct rtmp_amf_event events[1];
    (void)state;
    struct hex_run of =
        begin_hex("03" HEADER "0400000005 000161 0405", RTMP_MESSAGE_SHARED_OBJECT_AMF3);
    assert_int_equal(of.run.pieces[0].kind, RTMP_SO_FORMAT);
    assert_int_equal(of.run.pieces[0].error, RTMP_REMARK_FORMAT_BYTE);
    end_hex(&of);
    pull_values("03" HEADER "0400000005 000161 0405", RTMP_MESSAGE_SHARED_OBJECT_AMF3, events, 1);
    assert_int_equal(events[0].kind, RTMP_AMF_INTEGER);
    assert_int_equal(events[0].value.integer, 5);
}

/* A megabyte of empty names ends at the limit, the rest of the message undecoded. */
static void items_are_bounded(void **state) {
    (void)state;
    const size_t len = 1U << 20;
    uint8_t *bytes = calloc(len, 1);
    static const uint8_t head[] = {0, 0, 0, 0, 0, 1, 0,    0,    0,   0,
                                   0, 0, 0, 0, 9, 0, 0x0F, 0xFF, 0xED};
    assert_non_null(bytes);
    memcpy(bytes, head, sizeof head);
    struct run run = run_body(bytes, len, RTMP_MESSAGE_SHARED_OBJECT_AMF0, true);
    assert_int_equal(run.count, RTMP_LIMIT_MESSAGE_ITEMS);
    assert_int_equal(run.reader.error, RTMP_LIMIT_ITEMS);
    assert_int_equal(run.reader.end, len);
    free(run.pieces);
    free(bytes);
}

/* The parts do not depend on the earlier content of the struct. */
static void nothing_stale_is_used(void **state) {
    static struct rtmp_shared_object so;
    struct rtmp_so_piece piece;
    size_t len;
    (void)state;
    uint8_t *bytes = guarded_hex(HEADER "0400000005 0001610101 02", &len);
    struct run fresh = run_body(bytes, len, RTMP_MESSAGE_SHARED_OBJECT_AMF0, false);
    memset(&so, 0xA5, sizeof so);
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    rtmp_shared_object_init(&so, &reader, RTMP_MESSAGE_SHARED_OBJECT_AMF0);
    for (size_t i = 0; i < fresh.count; i++) {
        assert_true(rtmp_shared_object_next(&so, &piece));
        assert_int_equal(piece.kind, fresh.pieces[i].kind);
        assert_int_equal(piece.number, fresh.pieces[i].number);
        assert_int_equal(piece.error, fresh.pieces[i].error);
        assert_int_equal(piece.whole.pos, fresh.pieces[i].whole.pos);
    }
    assert_false(rtmp_shared_object_next(&so, &piece));
    free(fresh.pieces);
    guarded_free(bytes, len);
}

/* Of all beginnings of a message: the same parts, and what is left for those after them. */
static void the_numbers_at_once_are_those_one_by_one(void **state) {
    (void)state;
    size_t len;
    uint8_t *bytes = guarded_hex(HEADER "0800000000", &len);
    for (size_t prefix = 4; prefix <= len; prefix++) {
        static struct rtmp_shared_object so[2];
        struct rtmp_so_piece at_once[3], piece;
        struct rtmp_reader reader[2];
        for (unsigned way = 0; way < 2; way++) {
            reader[way] = rtmp_reader_over(bytes, (uint32_t)prefix);
            rtmp_shared_object_init(&so[way], &reader[way], RTMP_MESSAGE_SHARED_OBJECT_AMF0);
            assert_true(rtmp_shared_object_next(&so[way], &piece));
        }
        bool found = rtmp_shared_object_next_numbers(&so[0], at_once);
        assert_int_equal(found, prefix >= reader[1].pos + 12);
        for (unsigned i = 0; found && i < 3; i++) {
            assert_true(rtmp_shared_object_next(&so[1], &piece));
            assert_int_equal(at_once[i].kind, piece.kind);
            assert_int_equal(at_once[i].number, piece.number);
            assert_int_equal(at_once[i].whole.pos, piece.whole.pos);
            assert_int_equal(at_once[i].whole.len, piece.whole.len);
        }
        assert_int_equal(reader[0].pos, reader[1].pos);
        assert_int_equal(so[0].amf.items, so[1].amf.items);
        assert_false(rtmp_shared_object_next_numbers(&so[0], at_once));
    }
    guarded_free(bytes, len);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_at_once_are_those_one_by_one),
        cmocka_unit_test(use_success_with_nested_events),
        cmocka_unit_test(use_success_with_pairs),
        cmocka_unit_test(use_success_with_raw_bytes),
        cmocka_unit_test(nesting_is_one_level),
        cmocka_unit_test(a_bad_value_ends_its_event_only),
        cmocka_unit_test(a_key_without_a_value),
        cmocka_unit_test(a_key_longer_than_its_event),
        cmocka_unit_test(surplus_of_an_event),
        cmocka_unit_test(a_status_without_a_level),
        cmocka_unit_test(undocumented_events),
        cmocka_unit_test(a_send_message_without_a_method),
        cmocka_unit_test(lone_type_bytes),
        cmocka_unit_test(a_name_longer_than_the_body),
        cmocka_unit_test(amf3_tables_live_for_the_message),
        cmocka_unit_test(trying_a_layout_leaves_the_tables),
        cmocka_unit_test(format_byte_3),
        cmocka_unit_test(items_are_bounded),
        cmocka_unit_test(nothing_stale_is_used),
    };
    int failures = cmocka_run_group_tests_name("shared_object", tests, NULL, NULL);
    return failures + run_vectors("so", check_vector);
}
