/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "amf_events.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_event_holds(const struct rtmp_amf_event *event, uint32_t pos, uint32_t end) {
    assert_int_equal(event->whole.pos, pos);
    assert_int_equal(event->head.pos, pos);
    assert_int_equal(event->payload.pos, rtmp_span_end(event->head));
    assert_int_equal(event->whole.len, event->head.len + event->payload.len);
    assert_true(rtmp_span_end(event->whole) <= end);
    assert_true(event->text.pos <= end && event->text.len <= end - event->text.pos);
    assert_true(event->target.pos <= end && event->target.len <= end - event->target.pos);
    assert_true(event->depth <= RTMP_LIMIT_AMF_DEPTH);
    assert_false(rtmp_error_ends_value(event->remark));
}

/* Resuming behind an error, at any byte, must hold the same invariants. */
static void go_on(struct rtmp_amf *amf, struct rtmp_reader *reader) {
    reader->error = RTMP_OK;
    rtmp_amf_resume(amf);
    assert_true(rtmp_amf_value_done(amf));
    if (rtmp_left(reader) > 0)
        reader->pos++;
    (void)rtmp_amf_skip(amf);
}

struct amf_run amf_run_bytes(const uint8_t *bytes, size_t len, uint8_t version) {
    static struct rtmp_amf amf;
    struct amf_run run = {.len = len};
    struct rtmp_reader reader = rtmp_reader_over(bytes, (uint32_t)len);
    /* A container gives its begin and its end, a sealed member its key and its value. */
    size_t most = 3 * len + 3;
    size_t cap = 0;
    rtmp_amf_init(&amf, &reader, version);
    uint32_t pos = 0;
    struct rtmp_amf_event event;
    while (rtmp_amf_next(&amf, &event)) {
        assert_event_holds(&event, pos, (uint32_t)len);
        pos = rtmp_span_end(event.whole);
        assert_int_equal(reader.pos, pos);
        assert_true(run.count < most);
        if (run.count == cap) {
            cap = cap ? cap * 2 : 16;
            run.events = realloc(run.events, cap * sizeof *run.events);
            assert_non_null(run.events);
        }
        run.events[run.count++] = event;
    }
    assert_int_equal(reader.pos, pos);
    if (rtmp_ok(&reader)) {
        assert_int_equal(pos, len);
        assert_true(rtmp_amf_value_done(&amf));
    } else {
        assert_true(rtmp_error_ends_value(reader.error));
        assert_true(reader.error_pos >= pos && reader.error_pos <= len);
    }
    run.reader = reader;
    go_on(&amf, &reader);
    return run;
}

struct amf_run amf_run_hex(const char *hex, uint8_t version) {
    size_t len;
    uint8_t *copy = guarded_hex(hex, &len);
    struct amf_run run = amf_run_bytes(copy, len, version);
    run.copy = copy;
    return run;
}

void amf_run_free(struct amf_run *run) {
    free(run->events);
    if (run->copy)
        guarded_free(run->copy, run->len);
}

static int text_equals(const struct amf_run *run, struct rtmp_span span, const void *text,
                       size_t len) {
    const uint8_t *bytes = rtmp_bytes(&run->reader, span);
    return bytes && span.len == len && memcmp(bytes, text, len) == 0;
}

void assert_event_text(const struct amf_run *run, const struct rtmp_amf_event *event,
                       const char *text) {
    assert_true(text_equals(run, event->text, text, strlen(text)));
}

void assert_event_kinds(const struct amf_run *run, ...) {
    va_list kinds;
    va_start(kinds, run);
    size_t i = 0;
    for (int kind = va_arg(kinds, int); kind >= 0; kind = va_arg(kinds, int), i++) {
        assert_true(i < run->count);
        assert_int_equal(run->events[i].kind, kind);
    }
    va_end(kinds);
    assert_int_equal(i, run->count);
}

/* --- The events against the vector's meaning. --- */

struct cursor {
    const struct amf_run *run;
    size_t next;
};

static const struct rtmp_amf_event *take_event(struct cursor *at, enum rtmp_amf_kind kind,
                                               unsigned depth) {
    assert_true(at->next < at->run->count);
    const struct rtmp_amf_event *event = &at->run->events[at->next++];
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->depth, depth);
    return event;
}

static const cJSON *member(const cJSON *json, const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, name);
    assert_non_null(found);
    return found;
}

static double json_number(const cJSON *json) {
    if (!cJSON_IsString(json))
        return cJSON_GetNumberValue(json);
    if (strcmp(json->valuestring, "-0") == 0)
        return -0.0;
    return strtod(json->valuestring, NULL);
}

static void assert_number(double value, const cJSON *json) {
    double expected = json_number(json);
    assert_true((isnan(value) && isnan(expected)) ||
                (value == expected && signbit(value) == signbit(expected)));
}

static void assert_bytes(const struct amf_run *run, struct rtmp_span span, const cJSON *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(cJSON_GetStringValue(hex), &len);
    assert_true(text_equals(run, span, bytes, len));
    guarded_free(bytes, len);
}

static void assert_text(const struct amf_run *run, const struct rtmp_amf_event *event,
                        const cJSON *text) {
    if (cJSON_IsString(text))
        assert_event_text(run, event, text->valuestring);
    else
        assert_bytes(run, event->text, member(text, "badutf8"));
}

static void assert_string_reference(const struct rtmp_amf_event *event, const cJSON *meaning) {
    const cJSON *index = cJSON_GetObjectItemCaseSensitive(meaning, "ref");
    assert_int_equal(event->is_reference, index != NULL);
    if (index)
        assert_int_equal(event->reference, index->valueint);
}

/* The markers of a kind in the vector files. */
static const struct {
    const char *kind;
    uint8_t version, marker;
} kind_markers[] = {
    {"object", 0, 0x03},        {"ecma", 0, 0x08},          {"strict", 0, 0x0A},
    {"typed", 0, 0x10},         {"xmldoc", 3, 0x07},        {"date", 3, 0x08},
    {"array", 3, 0x09},         {"object", 3, 0x0A},        {"xml", 3, 0x0B},
    {"bytearray", 3, 0x0C},     {"vector-int", 3, 0x0D},    {"vector-uint", 3, 0x0E},
    {"vector-double", 3, 0x0F}, {"vector-object", 3, 0x10}, {"dictionary", 3, 0x11},
};

static uint8_t marker_of(const char *kind, uint8_t version) {
    for (size_t i = 0; i < sizeof kind_markers / sizeof *kind_markers; i++)
        if (kind_markers[i].version == version && strcmp(kind_markers[i].kind, kind) == 0)
            return kind_markers[i].marker;
    fail_msg("no marker for %s", kind);
    return 0;
}

static void check_reference(struct cursor *at, const cJSON *meaning, unsigned depth,
                            uint8_t version) {
    const struct rtmp_amf_event *event = take_event(at, RTMP_AMF_REFERENCE, depth);
    const char *to = cJSON_GetStringValue(member(meaning, "to"));
    assert_int_equal(event->reference, member(meaning, "i")->valueint);
    assert_int_equal(event->target.len, 1);
    assert_int_equal(event->target_marker, marker_of(to, version));
    assert_int_equal(rtmp_peek_at(&at->run->reader, event->target.pos), event->target_marker);
    if (version == 3)
        assert_int_equal(event->marker,
                         marker_of(cJSON_GetStringValue(member(meaning, "marker")), 3));
}

static void check_value(struct cursor *at, const cJSON *meaning, unsigned depth, uint8_t version);

/* [[key, value], ...] */
static void check_pairs(struct cursor *at, const cJSON *pairs, unsigned depth, uint8_t version) {
    const cJSON *pair;
    cJSON_ArrayForEach(pair, pairs) {
        const struct rtmp_amf_event *key = take_event(at, RTMP_AMF_KEY, depth);
        assert_text(at->run, key, cJSON_GetArrayItem(pair, 0));
        check_value(at, cJSON_GetArrayItem(pair, 1), depth, version);
    }
}

static void check_values(struct cursor *at, const cJSON *values, unsigned depth, uint8_t version) {
    const cJSON *value;
    cJSON_ArrayForEach(value, values) check_value(at, value, depth, version);
}

static void check_end(struct cursor *at, unsigned depth, uint32_t bytes) {
    const struct rtmp_amf_event *end = take_event(at, RTMP_AMF_END, depth);
    assert_int_equal(end->whole.len, bytes);
}

static void check_object3(struct cursor *at, const cJSON *meaning, unsigned depth) {
    const struct rtmp_amf_event *event = take_event(at, RTMP_AMF_OBJECT, depth);
    const cJSON *traits = cJSON_GetObjectItemCaseSensitive(meaning, "traitref");
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(meaning, "body");
    assert_text(at->run, event, member(meaning, "class"));
    assert_int_equal(event->traits_by_reference, traits != NULL);
    if (traits)
        assert_int_equal(event->reference, traits->valueint);
    assert_int_equal(event->is_externalizable, body != NULL);
    if (body) {
        check_value(at, body, depth + 1, 3);
        check_end(at, depth, 0);
        return;
    }
    const cJSON *sealed = member(meaning, "sealed");
    const cJSON *name;
    assert_int_equal(event->count, cJSON_GetArraySize(sealed));
    assert_int_equal(event->is_dynamic, cJSON_IsTrue(member(meaning, "dynamic")));
    if (!traits)
        cJSON_ArrayForEach(name, sealed) assert_text(
            at->run, take_event(at, RTMP_AMF_MEMBER_NAME, depth + 1), cJSON_GetArrayItem(name, 0));
    check_pairs(at, sealed, depth + 1, 3);
    if (event->is_dynamic)
        check_pairs(at, member(meaning, "dyn"), depth + 1, 3);
    check_end(at, depth, event->is_dynamic ? 1 : 0);
}

static void check_vector(struct cursor *at, const cJSON *meaning, unsigned depth,
                         const char *items) {
    const struct rtmp_amf_event *event = take_event(at, RTMP_AMF_VECTOR, depth);
    const cJSON *value;
    assert_int_equal(event->is_fixed, cJSON_IsTrue(member(meaning, "fixed")));
    assert_int_equal(event->count, cJSON_GetArraySize(member(meaning, "v")));
    if (strcmp(items, "object") == 0) {
        assert_text(at->run, event, member(meaning, "class"));
        check_values(at, member(meaning, "v"), depth + 1, 3);
    } else {
        cJSON_ArrayForEach(value, member(meaning, "v")) {
            if (strcmp(items, "int") == 0)
                assert_number(take_event(at, RTMP_AMF_INTEGER, depth + 1)->value.integer, value);
            else if (strcmp(items, "uint") == 0)
                assert_number(take_event(at, RTMP_AMF_UNSIGNED, depth + 1)->value.unsigned_integer,
                              value);
            else
                assert_number(take_event(at, RTMP_AMF_NUMBER, depth + 1)->value.number, value);
        }
    }
    check_end(at, depth, 0);
}

static void check_dictionary(struct cursor *at, const cJSON *meaning, unsigned depth) {
    const struct rtmp_amf_event *event = take_event(at, RTMP_AMF_DICTIONARY, depth);
    const cJSON *entry;
    assert_int_equal(event->is_fixed, cJSON_IsTrue(member(meaning, "weak")));
    assert_int_equal(event->count, cJSON_GetArraySize(member(meaning, "v")));
    cJSON_ArrayForEach(entry, member(meaning, "v")) {
        assert_true(at->run->events[at->next].is_dictionary_key);
        check_value(at, cJSON_GetArrayItem(entry, 0), depth + 1, 3);
        assert_false(at->run->events[at->next].is_dictionary_key);
        check_value(at, cJSON_GetArrayItem(entry, 1), depth + 1, 3);
    }
    check_end(at, depth, 0);
}

static int check_leaf(struct cursor *at, const cJSON *meaning, const char *type, unsigned depth,
                      uint8_t version) {
    const struct rtmp_amf_event *event;
    if (strcmp(type, "null") == 0) {
        (void)take_event(at, RTMP_AMF_NULL, depth);
    } else if (strcmp(type, "undefined") == 0) {
        (void)take_event(at, RTMP_AMF_UNDEFINED, depth);
    } else if (strcmp(type, "number") == 0 || strcmp(type, "double") == 0) {
        event = take_event(at, RTMP_AMF_NUMBER, depth);
        assert_number(event->value.number, member(meaning, "v"));
    } else if (strcmp(type, "integer") == 0) {
        event = take_event(at, RTMP_AMF_INTEGER, depth);
        assert_number(event->value.integer, member(meaning, "v"));
    } else if (strcmp(type, "boolean") == 0) {
        event = take_event(at, RTMP_AMF_BOOLEAN, depth);
        assert_int_equal(event->value.boolean, cJSON_IsTrue(member(meaning, "v")));
    } else if (strcmp(type, "string") == 0 || strcmp(type, "longstring") == 0) {
        event = take_event(at, RTMP_AMF_STRING, depth);
        assert_text(at->run, event, member(meaning, "v"));
        assert_string_reference(event, meaning);
    } else if (strcmp(type, "xml") == 0 || strcmp(type, "xmldoc") == 0) {
        event = take_event(at, RTMP_AMF_XML, depth);
        assert_text(at->run, event, member(meaning, "v"));
    } else if (strcmp(type, "date") == 0) {
        event = take_event(at, RTMP_AMF_DATE, depth);
        assert_number(event->value.milliseconds, member(meaning, "ms"));
        if (version == 0)
            assert_int_equal(event->timezone, member(meaning, "tz")->valueint);
    } else if (strcmp(type, "bytearray") == 0) {
        event = take_event(at, RTMP_AMF_BYTES, depth);
        assert_bytes(at->run, event->payload, member(meaning, "hex"));
    } else if (strcmp(type, "reference") == 0 || strcmp(type, "objref") == 0) {
        check_reference(at, meaning, depth, version);
    } else {
        return 0;
    }
    assert_int_equal(at->run->events[at->next - 1].version, version);
    return 1;
}

static void check_container0(struct cursor *at, const cJSON *meaning, const char *type,
                             unsigned depth) {
    const struct rtmp_amf_event *event;
    if (strcmp(type, "strict") == 0) {
        event = take_event(at, RTMP_AMF_STRICT_ARRAY, depth);
        assert_int_equal(event->count, cJSON_GetArraySize(member(meaning, "v")));
        check_values(at, member(meaning, "v"), depth + 1, 0);
        check_end(at, depth, 0);
        return;
    }
    if (strcmp(type, "ecma") == 0) {
        event = take_event(at, RTMP_AMF_ECMA_ARRAY, depth);
        assert_number(event->count, member(meaning, "n"));
    } else {
        event = take_event(at, RTMP_AMF_OBJECT, depth);
        assert_int_equal(event->marker, marker_of(type, 0));
        if (strcmp(type, "typed") == 0)
            assert_text(at->run, event, member(meaning, "class"));
    }
    check_pairs(at, member(meaning, "p"), depth + 1, 0);
    check_end(at, depth, 3);
}

static void check_value(struct cursor *at, const cJSON *meaning, unsigned depth, uint8_t version) {
    const char *type = cJSON_GetStringValue(member(meaning, "t"));
    if (strcmp(type, "avmplus") == 0) {
        (void)take_event(at, RTMP_AMF_AVMPLUS, depth);
        check_value(at, member(meaning, "v"), depth, 3);
    } else if (check_leaf(at, meaning, type, depth, version)) {
        return;
    } else if (version == 0) {
        check_container0(at, meaning, type, depth);
    } else if (strcmp(type, "array") == 0) {
        const struct rtmp_amf_event *event = take_event(at, RTMP_AMF_ARRAY, depth);
        assert_int_equal(event->count, cJSON_GetArraySize(member(meaning, "dense")));
        check_pairs(at, member(meaning, "assoc"), depth + 1, 3);
        (void)take_event(at, RTMP_AMF_KEYS_END, depth + 1);
        check_values(at, member(meaning, "dense"), depth + 1, 3);
        check_end(at, depth, 0);
    } else if (strcmp(type, "object") == 0) {
        check_object3(at, meaning, depth);
    } else if (strcmp(type, "dictionary") == 0) {
        check_dictionary(at, meaning, depth);
    } else {
        assert_memory_equal(type, "vector-", 7);
        check_vector(at, meaning, depth, type + 7);
    }
}

/* --- Prefixes and mutations. --- */

static int spans_equal(struct rtmp_span a, struct rtmp_span b) {
    return a.pos == b.pos && a.len == b.len;
}

static void assert_events_equal(const struct rtmp_amf_event *a, const struct rtmp_amf_event *b) {
    assert_true(a->kind == b->kind && a->version == b->version && a->marker == b->marker &&
                a->depth == b->depth && a->reference == b->reference && a->count == b->count &&
                a->remark == b->remark && a->timezone == b->timezone &&
                a->target_marker == b->target_marker);
    assert_true(a->has_marker == b->has_marker && a->is_reference == b->is_reference &&
                a->is_dynamic == b->is_dynamic && a->is_externalizable == b->is_externalizable &&
                a->is_fixed == b->is_fixed && a->is_dictionary_key == b->is_dictionary_key &&
                a->traits_by_reference == b->traits_by_reference);
    assert_true(spans_equal(a->whole, b->whole) && spans_equal(a->head, b->head) &&
                spans_equal(a->payload, b->payload) && spans_equal(a->text, b->text) &&
                spans_equal(a->target, b->target));
    assert_memory_equal(&a->value, &b->value, sizeof a->value);
}

static void check_prefixes(const struct amf_run *whole, const uint8_t *bytes, size_t len,
                           uint8_t version) {
    uint8_t *copy = guarded_copy(bytes, len);
    for (size_t prefix = 0; prefix < len; prefix++) {
        uint8_t *start = copy + (len - prefix);
        memcpy(start, bytes, prefix);
        struct amf_run run = amf_run_bytes(start, prefix, version);
        assert_true(run.reader.error == RTMP_OK || run.reader.error == RTMP_ERROR_END ||
                    run.reader.error == RTMP_ERROR_LENGTH);
        size_t i = 0;
        for (; i < run.count && run.events[i].remark != RTMP_REMARK_NO_TERMINATOR; i++) {
            assert_true(i < whole->count);
            assert_events_equal(&run.events[i], &whole->events[i]);
        }
        for (; i < run.count; i++)
            assert_int_equal(run.events[i].kind, RTMP_AMF_END);
        amf_run_free(&run);
    }
    guarded_free(copy, len);
}

static void check_mutants(const uint8_t *bytes, size_t len, uint8_t version) {
    for (struct mutants m = mutants_of(bytes, len); next_mutant(&m);) {
        struct amf_run run = amf_run_bytes(m.bytes, m.len, version);
        amf_run_free(&run);
    }
}

void check_amf_vector(const struct vector *vector, uint8_t version) {
    struct amf_run run = amf_run_bytes(vector->bytes, vector->len, version);
    assert_int_equal(run.reader.error, RTMP_OK);
    assert_int_equal(run.reader.pos, vector->len);
    struct cursor at = {.run = &run};
    check_values(&at, vector->meaning, 0, version);
    assert_int_equal(at.next, run.count);
    check_prefixes(&run, vector->bytes, vector->len, version);
    check_mutants(vector->bytes, vector->len, version);
    amf_run_free(&run);
}
