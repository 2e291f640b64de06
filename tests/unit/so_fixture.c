/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "so_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "session/session.h"
#include "session/so_values.h"
#include "vectors.h"

/* ---- sessions ---- */

static struct rtmp_session_direction *so_side(struct so_fixture *f, unsigned client,
                                              unsigned side) {
    return &f->session[client].direction[side];
}

static void feed_at(struct so_fixture *f, unsigned client, unsigned side, uint64_t offset,
                    const uint8_t *bytes, uint32_t len) {
    f->frame++;
    uint8_t *copy = guarded_copy(bytes, len);
    const struct rtmp_segment segment = {.offset = offset,
                                         .bytes = copy,
                                         .captured = len,
                                         .reported = len,
                                         .frame = {f->frame, f->frame},
                                         .time = (int64_t)f->frame * 1000000};
    const struct rtmp_fresh_body *fresh;
    (void)rtmp_session_feed(so_side(f, client, side), &segment, &fresh);
    guarded_free(copy, len);
}

uint32_t so_feed(struct so_fixture *f, unsigned client, unsigned side, const uint8_t *bytes,
                 uint32_t len) {
    feed_at(f, client, side, so_side(f, client, side)->wire.position, bytes, len);
    return f->frame;
}

void so_lose(struct so_fixture *f, unsigned client, unsigned side, uint32_t len) {
    struct stream s = {.len = 0};
    put_message(&s, 4, RTMP_MESSAGE_AUDIO, "x", 1, 128);
    feed_at(f, client, side, so_side(f, client, side)->wire.position + len, s.bytes, s.len);
}

static void shake_hands(struct so_fixture *f, unsigned client) {
    uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {3, 0xee};
    memset(bytes + 9, 0x5A, sizeof bytes - 9);
    so_feed(f, client, CLIENT, bytes, 1 + RTMP_HANDSHAKE_SIZE);
    so_feed(f, client, SERVER, bytes, sizeof bytes);
    so_feed(f, client, CLIENT, bytes + 1 + RTMP_HANDSHAKE_SIZE, RTMP_HANDSHAKE_SIZE);
}

static uint32_t put_counted(uint8_t *out, const char *text, size_t len) {
    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    memcpy(out + 2, text, len);
    return 2 + (uint32_t)len;
}

static void send_connect(struct so_fixture *f, unsigned client, const char *app) {
    static const uint8_t one[] = {0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 3};
    uint8_t body[128] = {2};
    uint32_t len = 1 + put_counted(body + 1, "connect", 7);
    memcpy(body + len, one, sizeof one);
    len += sizeof one;
    len += put_counted(body + len, "app", 3);
    body[len++] = 2;
    len += put_counted(body + len, app, strlen(app));
    body[len + 2] = 9;
    struct stream s = {.len = 0};
    put_message(&s, 3, RTMP_MESSAGE_COMMAND_AMF0, body, len + 3, 128);
    so_feed(f, client, CLIENT, s.bytes, s.len);
}

unsigned so_connect(struct so_fixture *f, const char *app) {
    const struct rtmp_memory memory = recorder_memory(&f->rec);
    const struct rtmp_session_options options = {.server = f->server};
    unsigned client = f->clients++;
    assert_in_range(client, 0, SO_CLIENTS_MAX - 1);
    rtmp_session_init(&f->session[client], client, &f->capture, &memory, &options);
    shake_hands(f, client);
    send_connect(f, client, app);
    return client;
}

void so_begin(struct so_fixture *f, unsigned clients, const char *app) {
    memset(f, 0, sizeof *f);
    f->rec = recorder_new();
    f->name = "room";
    while (f->clients < clients)
        so_connect(f, app);
}

void so_end(struct so_fixture *f) {
    const struct rtmp_memory memory = recorder_memory(&f->rec);
    for (unsigned i = 0; i < f->clients; i++)
        rtmp_session_destroy(&f->session[i]);
    rtmp_capture_destroy(&f->capture, &memory);
    assert_int_equal(f->rec.live, 0);
}

/* ---- messages ---- */

static void put_u32(uint8_t *out, uint32_t value) {
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t put_number(uint8_t *out, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    out[0] = 0;
    for (int i = 0; i < 8; i++)
        out[1 + i] = (uint8_t)(bits >> (56 - 8 * i));
    return 9;
}

/* `[abc]` or `{abc}`: strings of a letter each; the ECMA array names them 0, 1, ... */
static uint32_t put_list(uint8_t *out, const char *text, size_t len) {
    bool named = text[0] == '{';
    uint32_t count = (uint32_t)len - 2;
    out[0] = named ? 8 : 10;
    put_u32(out + 1, count);
    uint32_t at = 5;
    for (uint32_t i = 0; i < count; i++) {
        char key[2] = {(char)('0' + i), 0};
        if (named)
            at += put_counted(out + at, key, 1);
        out[at++] = 2;
        at += put_counted(out + at, text + 1 + i, 1);
    }
    if (named) {
        memcpy(out + at, "\0\0\x09", 3);
        at += 3;
    }
    return at;
}

static uint32_t put_value(uint8_t *out, const char *text, size_t len) {
    char copy[64];
    char *rest;
    snprintf(copy, sizeof copy, "%.*s", (int)len, text);
    double number = strtod(copy, &rest);
    if (len == 4 && memcmp(text, "null", 4) == 0) {
        out[0] = 5;
        return 1;
    }
    if (len == 1 && text[0] == '!') {
        out[0] = 0x7F;
        return 1;
    }
    if (len >= 2 && (text[0] == '[' || text[0] == '{'))
        return put_list(out, text, len);
    if (len && *rest == 0)
        return put_number(out, number);
    out[0] = 2;
    return 1 + put_counted(out + 1, text, len);
}

/* What stands behind the event's type, up to `len`. */
static uint32_t put_event_body(uint8_t *out, unsigned type, const char *text, size_t len) {
    uint32_t at = 0;
    if (type == 6)
        out[at++] = 2;
    if (type == 6 || type == 7) {
        at += put_counted(out + at, text, len);
        return type == 7 ? at + put_counted(out + at, "error", 5) : at;
    }
    while (len) {
        size_t pair = 0;
        while (pair < len && text[pair] != ',')
            pair++;
        const char *equals = memchr(text, '=', pair);
        at += put_counted(out + at, text, equals ? (size_t)(equals - text) : pair);
        if (equals)
            at += put_value(out + at, equals + 1, (size_t)(text + pair - equals - 1));
        size_t step = pair < len ? pair + 2 : pair;
        text += step;
        len -= step;
    }
    return at;
}

uint32_t so_body(uint8_t *out, const char *name, uint32_t version, uint32_t flags,
                 const char *events) {
    uint32_t at = put_counted(out, name, strlen(name));
    put_u32(out + at, version);
    put_u32(out + at + 4, flags);
    put_u32(out + at + 8, 0);
    at += 12;
    while (*events) {
        const char *bar = strstr(events, " | ");
        size_t len = bar ? (size_t)(bar - events) : strlen(events);
        char *text;
        unsigned type = (unsigned)strtoul(events, &text, 10);
        text += *text == ' ' && len > (size_t)(text - events);
        uint32_t body = put_event_body(out + at + 5, type, text, (size_t)(events + len - text));
        out[at] = (uint8_t)type;
        put_u32(out + at + 1, body);
        at += 5 + body;
        events += bar ? len + 3 : len;
    }
    return at;
}

uint32_t so_send(struct so_fixture *f, unsigned client, unsigned side, uint32_t version,
                 const char *events) {
    static struct stream s;
    static uint8_t body[1 << 15];
    uint32_t len = so_body(body, f->name, version, f->flags, events);
    s.len = 0;
    put_message(&s, 3, RTMP_MESSAGE_SHARED_OBJECT_AMF0, body, len, 128);
    return so_feed(f, client, side, s.bytes, s.len);
}

/* ---- facts ---- */

static void add_text(struct rtmp_text *line, const struct so_fixture *f, uint32_t number) {
    const struct rtmp_kept_text *text = rtmp_texts_of(&f->capture.texts, number);
    if (text)
        rtmp_text_wire(line, text->bytes, text->len, 0);
}

static void add_value(struct rtmp_text *line, const struct rtmp_session *session,
                      struct rtmp_so_value value) {
    (void)rtmp_so_value_line(line, rtmp_so_records_of(session), value, false);
}

static uint32_t frame_at(const struct so_fixture *f, unsigned client, unsigned side,
                         uint32_t place) {
    return rtmp_so_place_of(&f->session[client], side, place - 1).frame;
}

static void add_word(struct rtmp_text *line, const char *word) {
    bool is_first = line->len == 0 || line->out[line->len - 1] == ' ';
    rtmp_text_add(line, is_first ? "" : " ");
    rtmp_text_add(line, word);
}

static void add_link(struct rtmp_text *line, const struct so_fixture *f, unsigned client,
                     unsigned side, const struct rtmp_so_fact *fact) {
    static const struct {
        uint32_t flag;
        const char *word;
    } links[] = {{RTMP_SO_CONFIRMED, "confirmed"},
                 {RTMP_SO_CONFIRMS, "confirms"},
                 {RTMP_SO_REFUSED, "refused"},
                 {RTMP_SO_REFUSES, "refuses"},
                 {RTMP_SO_RESTORES, "restores"}};
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++) {
        if (!(fact->flags & links[i].flag))
            continue;
        add_word(line, links[i].word);
        if (links[i].flag == RTMP_SO_REFUSES && fact->refused_key) {
            rtmp_text_add(line, ":");
            add_text(line, f, fact->refused_key);
        }
        rtmp_text_format(line, "@%u", frame_at(f, client, 1 - side, fact->link));
    }
}

static void add_flags(struct rtmp_text *line, uint32_t flags) {
    static const struct {
        uint32_t flag;
        const char *word;
    } names[] = {{RTMP_SO_UNANSWERED, "unanswered"},
                 {RTMP_SO_ANSWERED_TWICE, "twice"},
                 {RTMP_SO_UNCONFIRMED, "unconfirmed"},
                 {RTMP_SO_CONFLICT, "conflict"},
                 {RTMP_SO_INCOMPLETE, "incomplete"},
                 {RTMP_SO_VERSION_BACKWARDS, "backwards"},
                 {RTMP_SO_LIMIT, "limit"},
                 {RTMP_SO_ALONE, "alone"},
                 {RTMP_SO_CANDIDATE, "candidate"}};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (flags & names[i].flag)
            add_word(line, names[i].word);
}

static void add_fact(struct rtmp_text *line, const struct so_fixture *f, unsigned client,
                     unsigned side, const struct rtmp_so_fact *fact) {
    char count[16];
    snprintf(count, sizeof count, "n=%u", (unsigned)fact->attribute_count);
    if (fact->flags & RTMP_SO_COUNTED)
        add_word(line, count);
    if (fact->flags & RTMP_SO_HAD_VALUE) {
        add_word(line, "was=");
        add_value(line, &f->session[client], fact->previous);
        rtmp_text_format(line, "@%u", frame_at(f, client, SERVER, fact->set_in));
    }
    add_link(line, f, client, side, fact);
    add_flags(line, fact->flags);
}

static struct rtmp_so_facts facts_in(const struct so_fixture *f, unsigned client, unsigned side,
                                     uint32_t frame) {
    const struct rtmp_so_records *records = &f->session[client].direction[side].so;
    for (uint32_t i = 0; i < records->message_count; i++)
        if (frame_at(f, client, side, i + 1) == frame)
            return rtmp_so_records_find(records, records->messages[i].message);
    return (struct rtmp_so_facts){.message = NULL};
}

void so_assert_facts(const struct so_fixture *f, unsigned client, unsigned side, uint32_t frame,
                     const char *facts) {
    char buffer[1024];
    struct rtmp_text line = rtmp_text_over(buffer, sizeof buffer);
    const struct rtmp_so_facts found = facts_in(f, client, side, frame);
    assert_non_null(found.message);
    for (uint32_t i = 0; i < found.count; i++) {
        rtmp_text_add(&line, i ? " | " : "");
        add_fact(&line, f, client, side, &found.fact[i]);
    }
    assert_string_equal(line.out, facts);
}

static void add_held(struct rtmp_text *line, const struct so_fixture *f,
                     const struct rtmp_so_held *held) {
    const struct rtmp_session *session = f->capture.so.clients[held->client - 1];
    if (held->is_present)
        add_value(line, session, held->value);
    rtmp_text_format(line, "%s@%u", held->is_present ? "" : "none",
                     rtmp_so_place_of(session, SERVER, held->told_in - 1).frame);
}

void so_assert_divergence(const struct so_fixture *f, unsigned client, uint32_t frame,
                          const char *divergence) {
    char buffer[1024];
    struct rtmp_text line = rtmp_text_over(buffer, sizeof buffer);
    const struct rtmp_so_facts found = facts_in(f, client, SERVER, frame);
    assert_non_null(found.message);
    for (uint32_t i = 0; i < found.message->divergence_count; i++) {
        const struct rtmp_so_divergence *differs =
            &f->capture.so.divergences[found.message->first_divergence + i];
        rtmp_text_add(&line, i ? ", " : "");
        add_text(&line, f, differs->key);
        rtmp_text_add(&line, ": ");
        add_held(&line, f, &differs->own);
        rtmp_text_add(&line, " other ");
        add_held(&line, f, &differs->other);
    }
    assert_string_equal(line.out, divergence);
}

static const struct rtmp_so_copy *copy_of(const struct so_fixture *f, unsigned client) {
    const struct rtmp_texts *names = &f->capture.so.names;
    for (uint32_t i = 0; i < names->count; i++)
        if (names->text[i]->len == strlen(f->name) &&
            memcmp(names->text[i]->bytes, f->name, strlen(f->name)) == 0)
            return rtmp_so_copies_find(&f->session[client].so, i);
    return NULL;
}

static const struct so_fixture *sorting;

static int by_key(const void *a, const void *b) {
    const struct rtmp_so_attribute *const *x = a;
    const struct rtmp_so_attribute *const *y = b;
    const struct rtmp_kept_text *p = rtmp_texts_of(&sorting->capture.texts, (*x)->key);
    const struct rtmp_kept_text *q = rtmp_texts_of(&sorting->capture.texts, (*y)->key);
    int order = memcmp(p->bytes, q->bytes, p->len < q->len ? p->len : q->len);
    return order ? order : (int)p->len - (int)q->len;
}

void so_assert_copy(const struct so_fixture *f, unsigned client, const char *attributes) {
    const struct rtmp_so_copy *copy = copy_of(f, client);
    if (!attributes) {
        assert_true(!copy || copy->is_released);
        return;
    }
    assert_non_null(copy);
    char buffer[4096];
    struct rtmp_text line = rtmp_text_over(buffer, sizeof buffer);
    const struct rtmp_so_attribute *found[256];
    unsigned count = 0;
    for (uint32_t next = copy->oldest; next; next = copy->attributes[next - 1].newer)
        found[count++] = &copy->attributes[next - 1];
    assert_int_equal(count, copy->present);
    sorting = f;
    qsort(found, count, sizeof *found, by_key);
    for (unsigned i = 0; i < count; i++) {
        rtmp_text_add(&line, i ? ", " : "");
        add_text(&line, f, found[i]->key);
        rtmp_text_add(&line, "=");
        add_value(&line, &f->session[client], found[i]->value);
        rtmp_text_format(&line, "@%u", frame_at(f, client, SERVER, found[i]->told_in));
    }
    assert_string_equal(line.out, attributes);
}
