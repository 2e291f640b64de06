/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the wire layer holds: bytes that were received and a little for each chunk stream, never
 * what a length announces. Counted, not timed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/direction.h"

/* ---- an allocator that counts ---- */

struct account {
    size_t held, peak, largest;
};

/* In front of each block, as much as keeps it aligned. */
union block {
    size_t size;
    max_align_t alignment;
};

static void *counted_resize(void *user, void *old, size_t size) {
    struct account *account = user;
    union block *block = old ? (union block *)old - 1 : NULL;
    account->held -= block ? block->size : 0;
    if (size == 0) {
        free(block);
        return NULL;
    }
    block = realloc(block, sizeof *block + size);
    assert_non_null(block);
    block->size = size;
    account->held += size;
    if (account->held > account->peak)
        account->peak = account->held;
    if (size > account->largest)
        account->largest = size;
    return block + 1;
}

struct messages {
    unsigned complete;
};

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct messages *messages = user;
    if (fragment->flags & RTMP_FRAGMENT_COMPLETE)
        messages->complete++;
}

static void on_note(void *user, const struct rtmp_note *note) {
    (void)user;
    (void)note;
    fail_msg("a note of kind %d", note->kind);
}

static void begin(struct rtmp_direction *direction, enum rtmp_role role, struct account *account,
                  struct messages *messages) {
    const struct rtmp_memory memory = {.resize = counted_resize, .user = account};
    const struct rtmp_sink sink = {.user = messages, .fragment = on_fragment, .note = on_note};
    rtmp_direction_init(direction, role, &memory, &sink);
}

/* C0 C1 C2, or S0 S1 S2, without digests: the second packet echoes `echoed`. */
static void shake_hands(struct rtmp_direction *direction, uint8_t own, uint8_t echoed) {
    uint8_t packet[RTMP_HANDSHAKE_SIZE] = {0};
    const uint8_t version = 3;
    rtmp_direction_feed(direction, &version, 1);
    memset(packet + 8, own, sizeof packet - 8);
    rtmp_direction_feed(direction, packet, sizeof packet);
    memset(packet + 8, echoed, sizeof packet - 8);
    rtmp_direction_feed(direction, packet, sizeof packet);
}

/* A chunk with a fmt 0 header of a message of `length` bytes on chunk stream 64..319, and as much
 * of it as a chunk of 128 bytes holds. */
static void feed_chunk(struct rtmp_direction *direction, uint8_t id, uint8_t type,
                       uint32_t length) {
    uint8_t chunk[13 + 128] = {0, id};
    for (unsigned i = 0; i < 3; i++)
        chunk[5 + i] = (uint8_t)(length >> (16 - 8 * i));
    chunk[8] = type;
    rtmp_direction_feed(direction, chunk, 13 + (length < 128 ? length : 128));
}

/* ---- tests ---- */

enum { CHUNK_STREAMS = 200, ANNOUNCED = 0xFFFFFF };

static void announced_lengths_cost_what_is_sent(void **state) {
    (void)state;
    struct account account = {0};
    struct messages messages = {0};
    struct rtmp_direction direction;
    begin(&direction, RTMP_ROLE_CLIENT, &account, &messages);
    shake_hands(&direction, 1, 2);
    size_t before = account.held;
    for (unsigned i = 0; i < CHUNK_STREAMS; i++)
        feed_chunk(&direction, (uint8_t)i, RTMP_MESSAGE_COMMAND_AMF0, ANNOUNCED);
    size_t each = (account.held - before) / CHUNK_STREAMS;
    assert_int_equal(messages.complete, 0);
    assert_in_range(each, 128, 1024);
    assert_in_range(account.largest, 1, 64 * 1024);
    rtmp_direction_destroy(&direction);
    assert_int_equal(account.held, 0);
}

static void messages_that_end_leave_nothing(void **state) {
    (void)state;
    struct account account = {0};
    struct messages messages = {0};
    struct rtmp_direction direction;
    begin(&direction, RTMP_ROLE_CLIENT, &account, &messages);
    shake_hands(&direction, 1, 2);
    feed_chunk(&direction, 0, RTMP_MESSAGE_COMMAND_AMF0, 0);
    size_t after_first = account.held;
    for (unsigned i = 0; i < 10000; i++)
        feed_chunk(&direction, 0, RTMP_MESSAGE_COMMAND_AMF0, i % 129);
    assert_int_equal(messages.complete, 10001);
    assert_int_equal(account.held, after_first);
    rtmp_direction_destroy(&direction);
}

/* Of 7.5 KB that a connection may cost, the plugin's records need their part. */
static void a_connection_costs_little(void **state) {
    (void)state;
    struct account account = {0};
    struct messages messages = {0};
    struct rtmp_direction client;
    struct rtmp_direction server;
    begin(&client, RTMP_ROLE_CLIENT, &account, &messages);
    begin(&server, RTMP_ROLE_SERVER, &account, &messages);
    client.peer = &server;
    server.peer = &client;
    uint8_t packet[1 + RTMP_HANDSHAKE_SIZE] = {3};
    memset(packet + 9, 1, sizeof packet - 9);
    rtmp_direction_feed(&client, packet, sizeof packet); /* C0 C1 */
    shake_hands(&server, 2, 1);
    memset(packet + 9, 2, sizeof packet - 9);
    rtmp_direction_feed(&client, packet + 1, RTMP_HANDSHAKE_SIZE); /* C2 */
    for (unsigned i = 0; i < 14; i++) {
        feed_chunk(&client, (uint8_t)(i % 3), RTMP_MESSAGE_COMMAND_AMF0, 100);
        feed_chunk(&server, (uint8_t)(i % 3), RTMP_MESSAGE_COMMAND_AMF0, 100);
    }
    assert_int_equal(messages.complete, 28);
    assert_in_range(account.held + sizeof client + sizeof server, 1, 4000);
    rtmp_direction_destroy(&client);
    rtmp_direction_destroy(&server);
    assert_int_equal(account.held, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(announced_lengths_cost_what_is_sent),
        cmocka_unit_test(messages_that_end_leave_nothing),
        cmocka_unit_test(a_connection_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
