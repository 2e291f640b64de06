/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several connections of one capture, both directions: SharedObject messages, commands, losses,
 * late bytes and ends, with memory that may fail. What messages are to each other must refer to
 * what is there, and back; copies and their bounds must be consistent.
 */
#include <string.h>

#include "base/limits.h"
#include "fuzz.h"
#include "libc_memory.h"
#include "session/session.h"
#include "session/so_facts.h"
#include "session/so_summary.h"
#include "session/so_values.h"

enum { CLIENTS = 3, BODY_MAX = 120 };

struct failing_memory {
    struct rtmp_memory memory;
    uint32_t left; /* allocations until one fails; 0: none does */
};

struct sessions {
    struct rtmp_capture capture;
    struct rtmp_session session[CLIENTS];
    struct failing_memory memory;
    uint32_t frame;
    uint64_t hole[CLIENTS][2]; /* where bytes were lost last, 0: nowhere */
};

struct body {
    uint8_t bytes[BODY_MAX];
    uint32_t len;
};

static void *resize_or_fail(void *user, void *old, size_t size) {
    struct failing_memory *memory = user;
    if (size && memory->left && --memory->left == 0)
        return NULL;
    return memory->memory.resize(memory->memory.user, old, size);
}

/* ---- bytes of messages ---- */

static void put(struct body *body, const void *bytes, uint32_t len) {
    if (len > BODY_MAX - body->len)
        return;
    memcpy(body->bytes + body->len, bytes, len);
    body->len += len;
}

static void put_u8(struct body *body, unsigned value) {
    const uint8_t byte = (uint8_t)value;
    put(body, &byte, 1);
}

static void put_u32(struct body *body, uint32_t value) {
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    put(body, bytes, 4);
}

static void put_text(struct body *body, const char *text) {
    put_u8(body, 0);
    put_u8(body, (unsigned)strlen(text));
    put(body, text, (uint32_t)strlen(text));
}

static void put_value(struct body *body, unsigned choice) {
    static const char *const values[] = {
        "\x05",                                 /* null */
        "\x00\x3f\xf0\x00\x00\x00\x00\x00\x00", /* 1 */
        "\x11\x04\x01",                         /* 1 */
        "\x02\x00\x01\x61",
        "\x0a\x00\x00\x00\x01\x05",
        "\x08\x00\x00\x00\x00\x00\x01\x78\x05\x00\x00\x09",
        "\x07\x00\x00", /* a reference */
        "\x7f",         /* no value */
    };
    static const uint32_t lengths[] = {1, 9, 3, 4, 6, 12, 3, 1};
    put(body, values[choice & 7], lengths[choice & 7]);
}

static void put_pair(struct body *body, unsigned type, unsigned choice) {
    static const char *const keys[] = {"", "a", "A", "b", "c", "\xff", "d", "e"};
    put_text(body, keys[choice & 7]);
    if (type == 3 || type == 4 || type == 13)
        put_value(body, choice >> 3);
    else if (type == 12)
        put_u32(body, choice);
}

static void put_event(struct body *body, struct fuzz_input *input) {
    static const char *const codes[] = {"SharedObject.NoWriteAccess",
                                        "SharedObject.ObjectCreationFailed",
                                        "SharedObject.NoReadAccess", "SharedObject.Other"};
    unsigned choice = fuzz_u8(input);
    unsigned type = choice & 15;
    struct body inside = {.len = 0};
    if (type == 7) {
        put_text(&inside, codes[choice >> 4 & 3]);
        put_text(&inside, "error");
    } else if (type == 6) {
        put_value(&inside, choice >> 4);
    } else if (type == 3 || type == 4 || type == 5 || type == 9 || type == 10 || type >= 12) {
        for (unsigned i = 0; i <= (choice >> 4 & 3); i++)
            put_pair(&inside, type, fuzz_u8(input));
    }
    put_u8(body, type);
    put_u32(body, inside.len);
    put(body, inside.bytes, inside.len);
}

static void put_shared_object(struct body *body, struct fuzz_input *input, bool amf3) {
    static const char *const names[] = {"room", "Room", "", "\xff"};
    unsigned choice = fuzz_u8(input);
    if (amf3)
        put_u8(body, 0);
    put_text(body, names[choice & 3]);
    put_u32(body, fuzz_u8(input) & 15U);
    put_u32(body, choice & 4 ? 2 : 0);
    put_u32(body, 0);
    for (unsigned i = 0; i <= (choice >> 4 & 7); i++)
        put_event(body, input);
}

/* A name, a transaction id, and arguments as they come. */
static void put_command(struct body *body, struct fuzz_input *input) {
    static const char *const names[] = {
        "connect",  "createStream", "publish",     "play",          "_result",     "_error",
        "onStatus", "deleteStream", "closeStream", "releaseStream", "FCUnpublish", "call"};
    unsigned choice = fuzz_u8(input);
    put_u8(body, 2);
    put_text(body, names[choice % (sizeof names / sizeof *names)]);
    put(body,
        choice & 16 ? "\x00\x3f\xf0\x00\x00\x00\x00\x00\x00"
                    : "\x00\x40\x00\x00\x00\x00\x00\x00\x00",
        9);
    put_u8(body, 5);
    if (choice & 32)
        put_value(body, 3);
    if (choice & 64)
        put_value(body, 1);
}

/* ---- segments ---- */

static void feed_at(struct sessions *s, unsigned client, unsigned side, uint64_t offset,
                    const uint8_t *bytes, uint32_t len) {
    s->frame++;
    const struct rtmp_segment segment = {.offset = offset,
                                         .bytes = bytes,
                                         .captured = len,
                                         .reported = len,
                                         .frame = {s->frame, s->frame},
                                         .time = s->frame};
    const struct rtmp_fresh_body *fresh;
    (void)rtmp_session_feed(&s->session[client].direction[side], &segment, &fresh);
}

static uint64_t position_of(const struct sessions *s, unsigned client, unsigned side) {
    return s->session[client].direction[side].wire.position;
}

/* A line about the message that came last is the same with its known parts and without. */
static void check_line(const struct sessions *s, unsigned client, unsigned side) {
    const struct rtmp_session *session = &s->session[client];
    const struct rtmp_so_records *records = &session->direction[side].so;
    const struct rtmp_so_message *last =
        records->message_count ? &records->messages[records->message_count - 1] : NULL;
    if (!last || !last->body)
        return;
    struct rtmp_so_facts facts = rtmp_so_records_find(records, last->message);
    const struct rtmp_reader body = rtmp_reader_over(last->body->bytes, last->body->len);
    char lines[2][512];
    for (unsigned way = 0; way < 2; way++) {
        struct rtmp_text text = rtmp_text_over(lines[way], sizeof lines[way]);
        rtmp_so_summary(&text, body, last->body->type, &facts, rtmp_so_records_of(session));
        facts.recent = NULL;
    }
    FUZZ_CHECK(strcmp(lines[0], lines[1]) == 0);
}

static void send_body(struct sessions *s, unsigned client, unsigned side, uint64_t offset,
                      unsigned type, const struct body *body) {
    uint8_t bytes[12 + BODY_MAX] = {3, 0, 0, 0, 0, 0, (uint8_t)body->len, (uint8_t)type, 0};
    memcpy(bytes + 12, body->bytes, body->len);
    feed_at(s, client, side, offset, bytes, 12 + body->len);
    check_line(s, client, side);
}

static void shake_hands(struct sessions *s, unsigned client) {
    static uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {3};
    feed_at(s, client, 0, 0, bytes, RTMP_HANDSHAKE_TOTAL);
    feed_at(s, client, 1, 0, bytes, RTMP_HANDSHAKE_TOTAL);
}

/* One step: what a connection sends, loses or ends with. */
static void step(struct sessions *s, struct fuzz_input *input) {
    unsigned choice = fuzz_u8(input);
    unsigned client = (choice & 3) % CLIENTS;
    unsigned side = choice >> 2 & 1;
    struct body body = {.len = 0};
    uint64_t at = position_of(s, client, side);
    uint64_t *hole = &s->hole[client][side];
    unsigned type = 19;
    switch (choice >> 3 & 15) {
    case 0: /* bytes are lost before it */
        *hole = at;
        at += 12U + (fuzz_u8(input) & 63U);
        put_shared_object(&body, input, false);
        break;
    case 1: /* it comes where bytes were lost */
        at = *hole ? *hole : at;
        put_shared_object(&body, input, false);
        break;
    case 2:
        rtmp_session_close(&s->session[client], side, choice & 128);
        return;
    case 3: {
        const uint8_t *bytes;
        body.len = fuzz_take(input, fuzz_u8(input) % BODY_MAX, &bytes);
        memcpy(body.bytes, bytes, body.len);
        break;
    }
    case 4:
    case 5:
        type = 20;
        put_command(&body, input);
        break;
    case 6:
        type = 16;
        put_shared_object(&body, input, true);
        break;
    default:
        put_shared_object(&body, input, false);
    }
    send_body(s, client, side, at, type, &body);
}

/* ---- what must hold ---- */

static bool refers_back(const struct rtmp_session *session, unsigned side, uint32_t place,
                        uint32_t flag, uint32_t to) {
    const struct rtmp_so_records *records = &session->direction[side].so;
    FUZZ_CHECK(place < records->message_count);
    const struct rtmp_so_facts facts =
        rtmp_so_records_find(records, records->messages[place].message);
    for (uint32_t i = 0; i < facts.count; i++)
        if ((facts.fact[i].flags & flag) && facts.fact[i].link == to + 1)
            return true;
    return false;
}

static void check_fact(const struct sessions *s, const struct rtmp_session *session, unsigned side,
                       uint32_t place, const struct rtmp_so_fact *fact) {
    static const struct {
        uint32_t flag, back;
        unsigned side;
    } halves[] = {{RTMP_SO_CONFIRMED, RTMP_SO_CONFIRMS, 0},
                  {RTMP_SO_CONFIRMS, RTMP_SO_CONFIRMED, 1},
                  {RTMP_SO_REFUSED, RTMP_SO_REFUSES, 0},
                  {RTMP_SO_REFUSES, RTMP_SO_REFUSED, 1}};
    FUZZ_CHECK(!(fact->flags & RTMP_SO_CANDIDATE));
    if (fact->flags & RTMP_SO_REFUSES)
        FUZZ_CHECK(fact->refused_key <= s->capture.texts.count);
    else
        FUZZ_CHECK(fact->attribute_count <= RTMP_LIMIT_SO_ATTRIBUTES);
    if (fact->flags & RTMP_SO_HAD_VALUE) {
        char line[64];
        struct rtmp_text text = rtmp_text_over(line, sizeof line);
        /* A value that was read once is read again. */
        FUZZ_CHECK(!fact->previous.message ||
                   rtmp_so_value_line(&text, rtmp_so_records_of(session), fact->previous, true));
        FUZZ_CHECK(fact->set_in && fact->set_in <= session->direction[1].so.message_count);
        FUZZ_CHECK(side == 0 || fact->set_in <= place + 1);
    }
    for (unsigned i = 0; i < sizeof halves / sizeof *halves; i++) {
        if (!(fact->flags & halves[i].flag))
            continue;
        FUZZ_CHECK(side == halves[i].side && fact->link);
        FUZZ_CHECK(refers_back(session, 1 - side, fact->link - 1, halves[i].back, place));
    }
}

static void check_records(const struct sessions *s, const struct rtmp_session *session,
                          unsigned side) {
    const struct rtmp_so_records *records = &session->direction[side].so;
    for (uint32_t place = 0; place < records->message_count; place++) {
        const struct rtmp_so_message *message = &records->messages[place];
        const struct rtmp_so_facts facts = rtmp_so_records_find(records, message->message);
        FUZZ_CHECK(facts.message == message && message->number < s->capture.so.names.count);
        FUZZ_CHECK(message->first_divergence + message->divergence_count <=
                   s->capture.so.divergence_count);
        FUZZ_CHECK(rtmp_so_place_of(session, side, place).frame <= s->frame);
        for (uint32_t i = 0; i < facts.count; i++)
            check_fact(s, session, side, place, &facts.fact[i]);
    }
}

static void check_copy(const struct rtmp_so_copy *copy) {
    uint32_t present = 0;
    uint32_t older = 0;
    for (uint32_t next = copy->oldest; next; next = copy->attributes[next - 1].newer) {
        const struct rtmp_so_attribute *attribute = &copy->attributes[next - 1];
        FUZZ_CHECK(attribute->is_told && attribute->is_present && attribute->older == older);
        FUZZ_CHECK(rtmp_so_copy_find(copy, attribute->key) == next);
        older = next;
        present++;
    }
    FUZZ_CHECK(copy->newest == older && copy->present == present);
    FUZZ_CHECK(copy->keys.count <= RTMP_LIMIT_SO_ATTRIBUTES && present <= copy->keys.count);
    uint32_t requests = 0;
    for (uint32_t next = copy->oldest_request; next; next = copy->requests[next - 1].newer) {
        FUZZ_CHECK(copy->requests[next - 1].is_open);
        requests++;
    }
    FUZZ_CHECK(requests <= RTMP_LIMIT_SO_REQUESTS && requests <= copy->request_count);
}

static void check_sessions(const struct sessions *s) {
    for (unsigned client = 0; client < CLIENTS; client++) {
        const struct rtmp_session *session = &s->session[client];
        check_records(s, session, 0);
        check_records(s, session, 1);
        FUZZ_CHECK(session->so.count <= RTMP_LIMIT_SO_COPIES);
        for (uint32_t i = 0; i < session->so.count; i++)
            check_copy(session->so.copy[i]);
    }
    const struct rtmp_so_objects *objects = &s->capture.so;
    FUZZ_CHECK(objects->divergence_count <= RTMP_LIMIT_SO_DIVERGENCES);
    for (uint32_t i = 0; i < objects->divergence_count; i++) {
        const struct rtmp_so_held *const held[] = {&objects->divergences[i].own,
                                                   &objects->divergences[i].other};
        for (unsigned side = 0; side < 2; side++) {
            const struct rtmp_session *session = objects->clients[held[side]->client - 1];
            FUZZ_CHECK(held[side]->told_in <= session->direction[1].so.message_count);
        }
    }
    for (uint32_t i = 0; i < objects->object_count; i++)
        FUZZ_CHECK(objects->objects[i].users <= CLIENTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input input = {data, size};
    static struct sessions s;
    memset(&s, 0, sizeof s);
    s.memory = (struct failing_memory){.memory = libc_memory()};
    const struct rtmp_memory memory = {.resize = resize_or_fail, .user = &s.memory};
    const struct rtmp_session_options options = {0};
    for (unsigned client = 0; client < CLIENTS; client++) {
        rtmp_session_init(&s.session[client], client, &s.capture, &memory, &options);
        shake_hands(&s, client);
    }
    s.memory.left = fuzz_u8(&input);
    while (input.left)
        step(&s, &input);
    check_sessions(&s);
    for (unsigned client = 0; client < CLIENTS; client++)
        rtmp_session_destroy(&s.session[client]);
    rtmp_capture_destroy(&s.capture, &memory);
    return 0;
}
