/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzzing found in the wire layer, a case each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vectors.h"
#include "wire/direction.h"
#include "wire/limits.h"

/* ---- a sink that keeps parts and notes ---- */

struct log {
    struct rtmp_part parts[64];
    size_t part_count;
    size_t notes[RTMP_NOTE_MEMORY + 1];
    int allocations_left; /* < 0: any number */
};

static void on_part(void *user, const struct rtmp_part *part) {
    struct log *log = user;
    *part->slot = 1;
    if (log->part_count < 64)
        log->parts[log->part_count] = *part;
    log->part_count++;
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct log *log = user;
    log->notes[note->kind]++;
}

static void *resize(void *user, void *old, size_t size) {
    struct log *log = user;
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (log->allocations_left == 0)
        return NULL;
    if (log->allocations_left > 0)
        log->allocations_left--;
    return realloc(old, size);
}

static void begin(struct rtmp_dechunk *d, struct log *log) {
    *log = (struct log){.allocations_left = -1};
    struct rtmp_memory memory = {.resize = resize, .user = log};
    struct rtmp_sink sink = {.user = log, .part = on_part, .note = on_note};
    rtmp_dechunk_init(d, &memory, &sink, 0);
}

static void feed(struct rtmp_dechunk *d, const char *hex) {
    size_t len;
    uint8_t *bytes = guarded_hex(hex, &len);
    rtmp_dechunk_feed(d, bytes, (uint32_t)len);
    guarded_free(bytes, len);
}

/* ---- cases ---- */

/* A chunk of a message and the header of another on the same chunk stream, in one feed: the part
 * was reported with the values of the message that replaced it. */
static void part_of_a_replaced_message_keeps_its_values(void **state) {
    (void)state;
    struct log log;
    struct rtmp_dechunk d;
    begin(&d, &log);
    d.chunk_size = 4;
    feed(&d, "04 000001 000008 08 01000000 AF010203" /* half of 8 bytes */
             "04 000002 000002 08 01000000 AF01");
    assert_int_equal(log.part_count, 2);
    assert_int_equal(log.parts[0].message.length, 8);
    assert_int_equal(log.parts[0].message.timestamp, 1);
    assert_int_equal(log.parts[0].message_offset, 0);
    assert_false(log.parts[0].flags & RTMP_PART_COMPLETE);
    assert_int_equal(log.parts[1].message.length, 2);
    assert_int_equal(log.parts[1].message_offset, 16);
    assert_int_equal(log.notes[RTMP_NOTE_ABANDONED], 1);
    rtmp_dechunk_destroy(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_of_a_replaced_message_keeps_its_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
