/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random sessions of several clients and one server, which keeps to its protocol as one of three
 * servers does: the copies are the model's, each request has the answer that the model gave it, and
 * no two copies differ.
 */
#include "so_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum habit { FLUORINE, RED5, CRTMPSERVER };
enum { MODEL_CLIENTS = 3, KEYS = 5, QUEUE = 64, STEPS = 400 };

/* What a client holds of an attribute; frame 0: nothing. */
struct model_attribute {
    uint32_t frame;
    unsigned value;
};

struct model_request {
    uint32_t frame;
    unsigned key, value;
    bool removes;
};

struct model_client {
    bool uses;
    struct model_attribute copy[KEYS];
    struct model_request queue[QUEUE]; /* in order; the server answers the first */
    unsigned first, count;
};

struct model {
    struct so_fixture f;
    enum habit habit;
    uint32_t random, version;
    bool has[KEYS];
    unsigned value[KEYS];
    struct model_client client[MODEL_CLIENTS];
};

static struct model m;

static unsigned pick(unsigned count) {
    m.random = m.random * 1664525U + 1013904223U;
    return (m.random >> 8) % count;
}

/* The version of the next change: Red5's grows by more than one. */
static uint32_t next_version(void) {
    m.version += m.habit == RED5 ? 1 + pick(3) : 1;
    return m.version;
}

static void event_of(struct rtmp_text *text, unsigned type, unsigned key, int value) {
    if (text->len)
        rtmp_text_add(text, " | ");
    rtmp_text_format(text, "%u %c", type, 'a' + (int)key);
    if (value >= 0)
        rtmp_text_format(text, "=%d", value);
}

/* ---- what the model says ---- */

static void assert_copies(void) {
    for (unsigned c = 0; c < MODEL_CLIENTS; c++) {
        char line[256];
        struct rtmp_text text = rtmp_text_over(line, sizeof line);
        const struct model_client *client = &m.client[c];
        for (unsigned key = 0; key < KEYS; key++) {
            if (client->copy[key].frame)
                rtmp_text_format(&text, "%s%c=%u@%u", text.len ? ", " : "", 'a' + (int)key,
                                 client->copy[key].value, (unsigned)client->copy[key].frame);
        }
        so_assert_copy(&m.f, c, client->uses ? line : NULL);
    }
}

static unsigned count_of(unsigned c) {
    unsigned count = 0;
    for (unsigned key = 0; key < KEYS; key++)
        count += m.client[c].copy[key].frame != 0;
    return count;
}

static void previous_of(struct rtmp_text *text, const struct model_attribute *before) {
    if (before->frame)
        rtmp_text_format(text, "%swas=%u@%u", text->len ? " " : "", before->value,
                         (unsigned)before->frame);
}

/* ---- the server ---- */

/* A client is told of a change: its copy has it. Returns the frame. */
static uint32_t tell(unsigned c, unsigned type, unsigned key, bool is_change_to_null) {
    char line[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    struct model_attribute *attribute = &m.client[c].copy[key];
    bool removes = type == 9;
    if (is_change_to_null)
        rtmp_text_format(&text, "4 %c=null", 'a' + (int)key);
    event_of(&text, type, key, type == 4 ? (int)m.value[key] : -1);
    uint32_t frame = so_send(&m.f, c, SERVER, m.version, line);
    *attribute =
        removes ? (struct model_attribute){0, 0} : (struct model_attribute){frame, m.value[key]};
    return frame;
}

/* An attribute that is gone is not removed again: a client's own request has this answer. */
static void forget_removal(struct model_client *client, unsigned key) {
    for (unsigned i = 0; i < client->count; i++) {
        const struct model_request *request = &client->queue[(client->first + i) % QUEUE];
        if (!request->removes || request->key != key)
            continue;
        client->count--;
        for (; i < client->count; i++)
            client->queue[(client->first + i) % QUEUE] =
                client->queue[(client->first + i + 1) % QUEUE];
        return;
    }
}

/* Everybody but the one that asked for it. */
static void tell_others(unsigned requester, unsigned key, bool removes) {
    for (unsigned c = 0; c < MODEL_CLIENTS; c++) {
        if (c == requester || !m.client[c].uses)
            continue;
        tell(c, removes ? 9 : 4, key, removes && m.habit == CRTMPSERVER && pick(2));
        if (removes)
            forget_removal(&m.client[c], key);
    }
}

static void answer_use(unsigned c) {
    char line[128];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    rtmp_text_add(&text, m.habit == CRTMPSERVER ? "8 | 11" : "11 | 8");
    for (unsigned key = 0; key < KEYS; key++)
        if (m.has[key])
            event_of(&text, 4, key, (int)m.value[key]);
    if (m.habit == RED5)
        next_version();
    uint32_t frame = so_send(&m.f, c, SERVER, m.version, line);
    for (unsigned key = 0; key < KEYS; key++)
        m.client[c].copy[key] = m.has[key] ? (struct model_attribute){frame, m.value[key]}
                                           : (struct model_attribute){0, 0};
}

static void refuse(unsigned c, const struct model_request *request) {
    char line[96];
    char facts[128];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    struct model_attribute *attribute = &m.client[c].copy[request->key];
    bool restores = m.habit == FLUORINE && m.has[request->key];
    if (restores)
        event_of(&text, 4, request->key, (int)m.value[request->key]);
    rtmp_text_add(&text, text.len ? " | " : "");
    rtmp_text_add(&text, "7 SharedObject.NoWriteAccess");
    if (m.habit == RED5)
        next_version();
    uint32_t frame = so_send(&m.f, c, SERVER, m.version, line);
    text = rtmp_text_over(facts, sizeof facts);
    if (restores) {
        rtmp_text_format(&text, "n=%u", count_of(c));
        previous_of(&text, attribute);
        rtmp_text_format(&text, " restores@%u | ", (unsigned)request->frame);
        *attribute = (struct model_attribute){frame, m.value[request->key]};
    }
    rtmp_text_format(&text, "refuses:%c@%u%s", 'a' + (int)request->key, (unsigned)request->frame,
                     restores ? "" : " alone");
    so_assert_facts(&m.f, c, SERVER, frame, facts);
}

static void accept(unsigned c, const struct model_request *request) {
    char facts[128];
    struct rtmp_text text = rtmp_text_over(facts, sizeof facts);
    const struct model_attribute before = m.client[c].copy[request->key];
    next_version();
    m.has[request->key] = !request->removes;
    m.value[request->key] = request->value;
    uint32_t frame = tell(c, request->removes ? 9 : 5, request->key, false);
    rtmp_text_format(&text, "n=%u", count_of(c));
    previous_of(&text, &before);
    rtmp_text_format(&text, " confirms@%u", (unsigned)request->frame);
    so_assert_facts(&m.f, c, SERVER, frame, facts);
    tell_others(c, request->key, request->removes);
}

/* The first request of a client is answered. crtmpserver refuses nothing. */
static void answer(unsigned c) {
    struct model_client *client = &m.client[c];
    if (!client->count)
        return;
    const struct model_request request = client->queue[client->first];
    client->first = (client->first + 1) % QUEUE;
    client->count--;
    if (m.habit != CRTMPSERVER && pick(4) == 0)
        refuse(c, &request);
    else
        accept(c, &request);
}

/* By the server's own interface. */
static void change_by_server(void) {
    unsigned key = pick(KEYS);
    next_version();
    m.has[key] = pick(3) != 0;
    m.value[key] = pick(100);
    tell_others(MODEL_CLIENTS, key, !m.has[key]);
}

/* ---- the clients ---- */

static void use(unsigned c) {
    m.client[c].uses = true;
    so_send(&m.f, c, CLIENT, 1, "1");
    answer_use(c);
}

static void release(unsigned c) {
    while (m.client[c].count)
        answer(c);
    so_send(&m.f, c, CLIENT, 1, "2");
    m.client[c].uses = false;
    memset(m.client[c].copy, 0, sizeof m.client[c].copy);
}

static void ask(unsigned c) {
    struct model_client *client = &m.client[c];
    const struct model_request request = {
        .frame = m.f.frame + 1, .key = pick(KEYS), .value = pick(100), .removes = pick(3) == 0};
    char line[32];
    char facts[64];
    struct rtmp_text text = rtmp_text_over(line, sizeof line);
    if (client->count == QUEUE)
        return;
    client->queue[(client->first + client->count++) % QUEUE] = request;
    event_of(&text, request.removes ? 10 : 3, request.key,
             request.removes ? -1 : (int)request.value);
    assert_int_equal(so_send(&m.f, c, CLIENT, pick(50), line), request.frame);
    text = rtmp_text_over(facts, sizeof facts);
    previous_of(&text, &client->copy[request.key]);
    so_assert_facts(&m.f, c, CLIENT, request.frame, facts);
}

/* A message to all; crtmpserver sends it on with its sender's version. */
static void send_to_all(void) {
    for (unsigned c = 0; c < MODEL_CLIENTS; c++)
        if (m.client[c].uses)
            so_send(&m.f, c, SERVER, m.habit == CRTMPSERVER ? pick(50) : m.version, "6 say");
}

static void step(void) {
    unsigned c = pick(MODEL_CLIENTS);
    unsigned choice = pick(16);
    if (!m.client[c].uses)
        use(c);
    else if (choice == 0)
        release(c);
    else if (choice < 7)
        ask(c);
    else if (choice < 13)
        answer(c);
    else if (choice < 15)
        change_by_server();
    else
        send_to_all();
}

static void run_model(enum habit habit, uint32_t seed) {
    memset(&m, 0, sizeof m);
    so_begin(&m.f, MODEL_CLIENTS, "notes");
    m.habit = habit;
    m.random = seed;
    m.version = 1;
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        assert_copies();
    }
    assert_int_equal(m.f.capture.so.divergence_count, 0);
    so_end(&m.f);
}

static void copies_are_those_of_fluorinefx(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++)
        run_model(FLUORINE, seed);
}

static void copies_are_those_of_red5(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++)
        run_model(RED5, seed);
}

static void copies_are_those_of_crtmpserver(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++)
        run_model(CRTMPSERVER, seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_those_of_fluorinefx),
        cmocka_unit_test(copies_are_those_of_red5),
        cmocka_unit_test(copies_are_those_of_crtmpserver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
