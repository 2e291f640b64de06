/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void *resize_recorded(void *user, void *old, size_t size) {
    struct recorder *rec = user;
    if (size == 0) {
        if (old)
            rec->live--;
        free(old);
        return NULL;
    }
    rec->allocations++;
    if (rec->fail_at >= 0 &&
        (rec->allocations == rec->fail_at || (rec->fail_on && rec->allocations > rec->fail_at)))
        return NULL;
    void *now = realloc(old, size);
    assert_non_null(now);
    if (!old)
        rec->live++;
    return now;
}

static void on_fragment(void *user, const struct rtmp_fragment *fragment) {
    struct recorder *rec = user;
    assert_true(fragment->offset >= rec->last_end);
    rec->last_end = fragment->offset + fragment->size;
    rec->covered += fragment->size;
    *fragment->slot = 1;
    if (!(fragment->flags & RTMP_FRAGMENT_COMPLETE))
        return;
    assert_true(fragment->available + fragment->missing <= fragment->message.length ||
                !fragment->missing);
    rec->messages = realloc(rec->messages, (rec->count + 1) * sizeof *rec->messages);
    struct recorded_message *m = &rec->messages[rec->count++];
    *m = (struct recorded_message){
        .message = fragment->message,
        .chunks = fragment->chunks,
        .missing = fragment->missing,
        .available = fragment->available,
        .flags = fragment->flags & (RTMP_FRAGMENT_AMBIGUOUS | RTMP_FRAGMENT_UNCERTAIN),
        .body = malloc(fragment->available + 1U),
    };
    if (fragment->available)
        memcpy(m->body, fragment->body, fragment->available);
}

static void on_note(void *user, const struct rtmp_note *note) {
    struct recorder *rec = user;
    assert_true(note->kind <= RTMP_NOTE_MEMORY);
    rec->notes[note->kind]++;
}

struct rtmp_sink recorder_sink(struct recorder *rec) {
    return (struct rtmp_sink){.user = rec, .fragment = on_fragment, .note = on_note};
}

struct rtmp_memory recorder_memory(struct recorder *rec) {
    return (struct rtmp_memory){.resize = resize_recorded, .user = rec};
}

void recorder_clear(struct recorder *rec) {
    for (size_t i = 0; i < rec->count; i++)
        free(rec->messages[i].body);
    free(rec->messages);
    *rec = (struct recorder){.fail_at = -1};
}

void assert_same_messages(const struct recorder *a, size_t from_a, const struct recorder *b,
                          size_t from_b) {
    assert_int_equal(a->count - from_a, b->count - from_b);
    for (size_t i = 0; i < a->count - from_a; i++) {
        const struct recorded_message *m = &a->messages[from_a + i];
        const struct recorded_message *n = &b->messages[from_b + i];
        assert_int_equal(m->message.csid, n->message.csid);
        assert_int_equal(m->message.type, n->message.type);
        assert_int_equal(m->message.length, n->message.length);
        assert_int_equal(m->message.timestamp, n->message.timestamp);
        assert_int_equal(m->message.stream_id, n->message.stream_id);
        assert_int_equal(m->chunks, n->chunks);
        assert_int_equal(m->missing, n->missing);
        assert_int_equal(m->available, n->available);
        assert_int_equal(m->flags, n->flags);
        assert_memory_equal(m->body, n->body, m->available);
    }
}
