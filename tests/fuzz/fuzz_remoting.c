/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMF packets. First byte: bit 0 leave the values to the reader, bit 1 replies come in any order,
 * bit 2 secrets are hidden.
 * Second byte: where the rest is cut into a request and a reply, in 255ths. Pieces and the events
 * of their values tile each packet; records, links and lines are made of both.
 */
#include <stdlib.h>

#include "amf_properties.h"
#include "base/limits.h"
#include "payload/remoting/secrets.h"
#include "payload/remoting/summary.h"
#include "session/remoting_calls.h"

static struct rtmp_remoting packet;

/* Everything that the records take; freed at the end of the input. */
enum { ALLOCATIONS_MAX = 8192 };
static void *allocated[ALLOCATIONS_MAX];
static unsigned allocations;

static void *resize(void *user, void *old, size_t size) {
    (void)user;
    unsigned i = allocations;
    while (old && allocated[i - 1] != old)
        FUZZ_CHECK(--i > 0);
    if (size == 0) {
        free(old);
        allocated[i - 1] = allocated[--allocations];
        return NULL;
    }
    if (!old && allocations == ALLOCATIONS_MAX)
        return NULL;
    void *block = realloc(old, size);
    allocated[old ? i - 1 : allocations++] = block;
    return block;
}

static const struct rtmp_memory memory = {.resize = resize, .user = NULL};

/* Pull the events of the value that was returned, as far as they go. */
static uint32_t pull_remoting_value(const struct rtmp_reader *reader,
                                    const struct rtmp_remoting_piece *entry, uint32_t len) {
    uint32_t pos = reader->pos;
    struct rtmp_amf_event event;
    struct rtmp_amf_event key = {0};
    struct rtmp_remoting_facts facts;
    rtmp_remoting_facts_read(&facts, *reader);
    const struct rtmp_secrets secrets = rtmp_secrets_of(reader, entry, false, &facts);
    do {
        if (!rtmp_amf_next(&packet.amf, &event))
            break;
        pos = fuzz_amf_event(&event, pos, len);
        FUZZ_CHECK(reader->pos == pos);
        if (rtmp_amf_is_leaf(event.kind))
            (void)rtmp_secrets_has(&secrets, reader, key.kind == RTMP_AMF_KEY ? &key : NULL,
                                   &event);
        key = event;
    } while (!rtmp_amf_value_done(&packet.amf));
    return pos;
}

static void check_line(const uint8_t *data, uint32_t len, const struct rtmp_remoting_piece *piece,
                       bool is_reply) {
    char out[200];
    struct rtmp_text text = rtmp_text_over(out, 4U + piece->length % 190U);
    const struct rtmp_remoting_line line = {.entry = piece, .is_reply = is_reply};
    if (piece->kind == RTMP_REMOTING_MESSAGE)
        rtmp_remoting_message_line(&text, rtmp_reader_over(data, len), &line);
    else
        rtmp_remoting_header_line(&text, rtmp_reader_over(data, len), &line);
    fuzz_check_text(out, text.len);
}

static void check_remoting_piece(const struct rtmp_remoting_piece *piece, uint32_t len) {
    fuzz_check_inside(piece->whole, len);
    fuzz_check_inside(piece->name, len);
    fuzz_check_inside(piece->response, len);
    fuzz_check_inside(piece->value, len);
    FUZZ_CHECK(piece->kind <= RTMP_REMOTING_END);
    FUZZ_CHECK(piece->kind == RTMP_REMOTING_REST || piece->error == RTMP_OK);
}

static void check_packet(const uint8_t *data, uint32_t len, uint8_t options, bool is_reply) {
    struct rtmp_reader reader = rtmp_reader_over(data, len);
    struct rtmp_remoting_piece piece, entry = {.kind = RTMP_REMOTING_REST};
    uint32_t pos = 0;
    unsigned lines = 0;
    uint64_t most = 2 * (uint64_t)len + 16;
    memset(&packet, options, sizeof packet);
    rtmp_remoting_init(&packet, &reader);
    while (rtmp_remoting_next(&packet, &piece)) {
        FUZZ_CHECK(most-- > 0);
        check_remoting_piece(&piece, len);
        FUZZ_CHECK(options & 1 ? piece.whole.pos >= pos : piece.whole.pos == pos);
        pos = rtmp_span_end(piece.whole);
        if (piece.kind == RTMP_REMOTING_VALUE && !(options & 1))
            pos = pull_remoting_value(&reader, &entry, len);
        bool has_line = piece.kind == RTMP_REMOTING_MESSAGE || piece.kind == RTMP_REMOTING_HEADER;
        if (has_line)
            entry = piece;
        if (has_line && lines++ < 8)
            check_line(data, len, &piece, is_reply);
    }
    FUZZ_CHECK(rtmp_ok(&reader) || rtmp_error_ends_value(reader.error));
    FUZZ_CHECK(reader.pos >= pos && reader.pos <= len);
}

static struct rtmp_remoting_packet *record_packet(const uint8_t *data, uint32_t len, bool is_reply,
                                                  struct rtmp_mask *mask) {
    struct rtmp_remoting_packet *record =
        rtmp_remoting_packet_new(&memory, rtmp_reader_over(data, len), is_reply, mask);
    if (record)
        FUZZ_CHECK(record->count <= RTMP_LIMIT_REMOTING_MESSAGES);
    return record;
}

/* Links are mutual, between a call and a reply with the same id. */
static void check_links(const struct rtmp_remoting_packet *reply) {
    for (uint32_t i = 0; i < reply->count; i++) {
        const struct rtmp_remoting_record *record = &reply->message[i];
        const struct rtmp_remoting_record *call = record->peer;
        if (!call)
            continue;
        FUZZ_CHECK(!record->is_second && !call->packet->is_reply);
        FUZZ_CHECK(call->id_length == record->id_length && record->id_length > 0);
        FUZZ_CHECK(memcmp(call->id, record->id, record->id_length) == 0);
        FUZZ_CHECK(call->peer == record || record->status == RTMP_REMOTING_ON_DEBUG_EVENTS);
    }
}

static void check_packet_line(const uint8_t *data, uint32_t len,
                              const struct rtmp_remoting_packet *record) {
    char out[120];
    struct rtmp_text text = rtmp_text_masked(out, sizeof out, record->mask);
    rtmp_remoting_packet_line(&text, rtmp_reader_over(data, len), record, false);
    fuzz_check_text(out, text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    uint8_t options = fuzz_u8(&input);
    uint32_t at = fuzz_u8(&input);
    if (input.left > RTMP_LIMIT_MESSAGE_LENGTH)
        return 0;
    uint32_t cut = (uint32_t)(input.left * at / 255);
    uint32_t len = (uint32_t)input.left - cut;
    check_packet(input.data, cut, options, false);
    check_packet(input.data + cut, len, options, true);
    struct rtmp_mask connection = {.salt = 7};
    struct rtmp_mask *mask = options & 4 ? &connection : NULL;
    struct rtmp_remoting_packet *request = record_packet(input.data, cut, false, mask);
    struct rtmp_remoting_packet *reply = record_packet(input.data + cut, len, true, mask);
    struct rtmp_remoting_calls calls = {.first = NULL};
    if (request && reply) {
        rtmp_remoting_calls_request(&calls, request);
        rtmp_remoting_calls_reply(&calls, reply, !(options & 2));
        FUZZ_CHECK(calls.count == 0 && request->peer == reply);
        check_links(reply);
        check_packet_line(input.data, cut, request);
        check_packet_line(input.data + cut, len, reply);
    }
    while (allocations)
        free(allocated[--allocations]);
    return 0;
}
