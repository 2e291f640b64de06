/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events tile the bytes they read, in order; there are at most three a byte; depth and count are
 * bounded; events do not depend on the earlier content of the decoder's memory; skipping a value
 * reads the bytes that pulling it reads; resuming behind an error is as safe as the first read;
 * every leaf has a path and a text.
 */
#include "amf_properties.h"

#include <string.h>

#include "payload/amf/amf.h"
#include "payload/amf/amf_path.h"
#include "payload/command/capabilities.h"

/* Values whose text a run writes: paths and texts are linear in the value, not in the message. */
#define TEXTS_A_RUN 64U

uint32_t fuzz_amf_event(const struct rtmp_amf_event *event, uint32_t pos, uint32_t end) {
    FUZZ_CHECK(event->whole.pos == pos);
    fuzz_check_inside(event->whole, end);
    FUZZ_CHECK(event->head.pos == pos);
    FUZZ_CHECK(event->payload.pos == rtmp_span_end(event->head));
    FUZZ_CHECK(event->whole.len == event->head.len + event->payload.len);
    fuzz_check_inside(event->text, end);
    fuzz_check_inside(event->target, end);
    FUZZ_CHECK(event->depth <= RTMP_LIMIT_AMF_DEPTH);
    FUZZ_CHECK(!rtmp_error_ends_value(event->remark));
    FUZZ_CHECK(event->kind <= RTMP_AMF_EXTERNALIZABLE_FLAGS);
    return rtmp_span_end(event->whole);
}

static uint64_t hash_span(uint64_t hash, struct rtmp_span span) {
    return fuzz_hash_number(hash, (uint64_t)span.pos << 32 | span.len);
}

static uint64_t hash_event(uint64_t hash, const struct rtmp_amf_event *event) {
    hash = hash_span(hash_span(hash, event->head), event->payload);
    hash = hash_span(hash_span(hash, event->text), event->target);
    uint64_t bits = 0;
    if (event->kind == RTMP_AMF_NUMBER || event->kind == RTMP_AMF_DATE)
        memcpy(&bits, &event->value.number, sizeof bits);
    else if (event->kind == RTMP_AMF_BOOLEAN)
        bits = event->value.boolean;
    else if (event->kind == RTMP_AMF_INTEGER || event->kind == RTMP_AMF_UNSIGNED)
        bits = event->value.unsigned_integer;
    hash = fuzz_hash_number(hash, bits);
    const uint32_t facts[] = {event->kind,
                              event->version,
                              event->marker,
                              event->depth,
                              event->is_reference,
                              event->is_dynamic,
                              event->is_externalizable,
                              event->traits_by_reference,
                              event->target_marker,
                              (uint32_t)event->timezone,
                              event->reference,
                              event->count,
                              event->remark};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        hash = fuzz_hash_number(hash, facts[i]);
    return hash;
}

static void check_texts(struct rtmp_amf_path *path, const struct rtmp_reader *reader,
                        const struct rtmp_amf_event *event) {
    rtmp_amf_path_event(path, reader, event);
    fuzz_check_text(path->text.out, path->text.len);
    FUZZ_CHECK(path->text.len < RTMP_LIMIT_AMF_PATH);
    if (!rtmp_amf_is_leaf(event->kind))
        return;
    char out[200];
    struct rtmp_text text = rtmp_text_over(out, sizeof out);
    rtmp_amf_leaf_text(&text, reader, event, 40);
    fuzz_check_text(out, text.len);
    if (event->kind == RTMP_AMF_NUMBER) {
        text = rtmp_text_over(out, sizeof out);
        if (rtmp_property_meaning(&text, path->text.out, event->value.number))
            fuzz_check_text(out, text.len);
        else
            FUZZ_CHECK(text.len == 0);
    }
}

struct run {
    uint64_t hash;
    uint32_t pos, error_pos;
    enum rtmp_error error;
};

static struct run pull(uint8_t version, const uint8_t *data, uint32_t len, uint8_t memory,
                       uint32_t texts) {
    static struct rtmp_amf amf;
    static struct rtmp_amf_path path;
    memset(&amf, memory, sizeof amf);
    struct rtmp_reader reader = rtmp_reader_over(data, len);
    rtmp_amf_init(&amf, &reader, version);
    struct run run = {.hash = FUZZ_HASH_START};
    struct rtmp_amf_event event;
    uint64_t most = 3 * (uint64_t)len + 3;
    uint32_t pos = 0;
    bool begun = false;
    while (rtmp_amf_next(&amf, &event)) {
        FUZZ_CHECK(most-- > 0);
        pos = fuzz_amf_event(&event, pos, len);
        FUZZ_CHECK(reader.pos == pos);
        run.hash = hash_event(run.hash, &event);
        if (texts) {
            texts--;
            if (!begun)
                rtmp_amf_path_begin(&path, "0");
            check_texts(&path, &reader, &event);
        }
        begun = !rtmp_amf_value_done(&amf);
    }
    FUZZ_CHECK(amf.items <= RTMP_LIMIT_MESSAGE_ITEMS);
    FUZZ_CHECK(reader.pos == pos);
    FUZZ_CHECK(reader.end == len);
    if (rtmp_ok(&reader)) {
        FUZZ_CHECK(pos == len);
        FUZZ_CHECK(rtmp_amf_value_done(&amf));
    } else {
        FUZZ_CHECK(rtmp_error_ends_value(reader.error));
        FUZZ_CHECK(reader.error_pos >= pos && reader.error_pos <= len);
        FUZZ_CHECK(!rtmp_amf_next(&amf, &event));
        FUZZ_CHECK(reader.pos == pos);
    }
    run.pos = pos;
    run.error_pos = reader.error_pos;
    run.error = reader.error;
    return run;
}

/* Skip value by value; behind an error one byte further, until nothing is left. */
static void skip(uint8_t version, const uint8_t *data, uint32_t len, const struct run *pulled) {
    static struct rtmp_amf amf;
    struct rtmp_reader reader = rtmp_reader_over(data, len);
    rtmp_amf_init(&amf, &reader, version);
    bool first = true;
    while (rtmp_left(&reader)) {
        uint32_t before = reader.pos;
        bool good = rtmp_amf_skip(&amf);
        FUZZ_CHECK(good == rtmp_ok(&reader));
        FUZZ_CHECK(!good || reader.pos > before);
        FUZZ_CHECK(reader.pos >= before && reader.pos <= len);
        if (good)
            continue;
        if (first) {
            FUZZ_CHECK(reader.error == pulled->error);
            FUZZ_CHECK(reader.error_pos == pulled->error_pos);
            FUZZ_CHECK(reader.pos == pulled->pos);
            first = false;
        }
        if (reader.error == RTMP_LIMIT_ITEMS)
            return;
        reader.error = RTMP_OK;
        rtmp_amf_resume(&amf);
        FUZZ_CHECK(rtmp_amf_value_done(&amf));
        if (rtmp_left(&reader))
            reader.pos++;
    }
}

void fuzz_amf(uint8_t version, const uint8_t *data, size_t size) {
    if (size > RTMP_LIMIT_MESSAGE_LENGTH)
        return;
    uint32_t len = (uint32_t)size;
    struct run run = pull(version, data, len, 0, TEXTS_A_RUN);
    struct run again = pull(version, data, len, 0xA5, 0);
    FUZZ_CHECK(run.hash == again.hash);
    FUZZ_CHECK(run.error == again.error && run.error_pos == again.error_pos);
    skip(version, data, len, &run);
}
