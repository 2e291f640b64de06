/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random sessions: both sides call and answer, with few ids, so that they are used again, answered
 * twice and not at all; segments are lost or come late. What is said of each message is held
 * against all that was sent: a link may be missing, but no link is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "session/calls.h"
#include "session_fixture.h"
#include "vectors.h"

enum { MESSAGES = 80, SESSIONS = 200 };

/* A command as it was sent; its timestamp is its number. */
struct sent {
    unsigned side;
    bool answers;
    double id;
    char name[16];
    unsigned segment;
    bool recorded;
    bool late;      /* or held back until a chunk header was found */
    uint32_t frame; /* in which it was recorded */
    struct rtmp_facts_record facts;
    struct rtmp_linked linked;
    bool is_linked;
    unsigned other; /* the message that it is linked to */
};

/* Consecutive messages of one side. */
struct sent_segment {
    unsigned side, first, count;
    uint64_t offset;
    uint32_t frame; /* in which it came, 0: never */
    unsigned delay; /* it comes behind so many later ones */
    struct stream bytes;
};

static struct session_fixture f;
static struct sent sent[MESSAGES];
static struct sent_segment segments[MESSAGES];
static unsigned segment_count;
static uint32_t seed;

static uint32_t random_below(uint32_t below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

/* ---- what is sent ---- */

static void put_sent(struct stream *s, const struct sent *message, unsigned number) {
    uint32_t at = s->len;
    put_command(s, message->answers ? number % 3 ? "_result" : "_error" : message->name,
                message->id);
    s->bytes[at + 3] = (uint8_t)number; /* the timestamp of its fmt 0 header */
}

static void choose_message(unsigned number) {
    static const double ids[] = {1, 2, 3, 8, 8.5, 8.25, -1, 4294967304.0, 0};
    struct sent *message = &sent[number];
    *message = (struct sent){.side = random_below(3) == 0,
                             .answers = random_below(2),
                             .id = ids[random_below(sizeof ids / sizeof ids[0])]};
    if (message->answers)
        message->side = 1 - message->side;
    unsigned kind = random_below(9);
    if (kind < 2)
        strcpy(message->name, kind ? "onStatus" : "createStream");
    else
        snprintf(message->name, sizeof message->name, "call%u", number % 64);
}

/* Does a later segment of its side come before it? Otherwise it is not late: frames give the order
 * across directions. */
static bool is_overtaken(unsigned i) {
    for (unsigned k = i + 1; k <= i + segments[i].delay && k < segment_count; k++)
        if (segments[k].side == segments[i].side && segments[k].delay == 0)
            return true;
    return false;
}

/* Of 16 segments so many are lost, or late. */
static void choose_session(unsigned lost, unsigned late) {
    uint64_t offset[2] = {BEGIN, BEGIN};
    segment_count = 0;
    for (unsigned i = 0; i < MESSAGES; i++) {
        choose_message(i);
        struct sent_segment *segment = segment_count ? &segments[segment_count - 1] : NULL;
        if (!segment || segment->side != sent[i].side || random_below(2)) {
            segment = &segments[segment_count++];
            segment->side = sent[i].side;
            segment->first = i;
            segment->count = 0;
            segment->frame = 0;
            segment->offset = offset[sent[i].side];
            segment->bytes.len = 0;
            uint32_t fate = random_below(16);
            segment->delay = fate < lost ? MESSAGES : fate < lost + late ? 1 + random_below(6) : 0;
        }
        uint32_t before = segment->bytes.len;
        put_sent(&segment->bytes, &sent[i], i);
        offset[sent[i].side] += segment->bytes.len - before;
        segment->count++;
        sent[i].segment = segment_count - 1;
    }
    for (unsigned i = segment_count; i > 0; i--)
        if (segments[i - 1].delay < MESSAGES && !is_overtaken(i - 1))
            segments[i - 1].delay = 0;
}

/* ---- what is recorded of it ---- */

static void deliver(struct sent_segment *segment) {
    session_feed_at(&f, segment->side, segment->offset, segment->bytes.bytes, segment->bytes.len);
    segment->frame = f.frame.number;
}

static void deliver_all(void) {
    for (unsigned i = 0; i < segment_count; i++) {
        if (segments[i].delay == 0)
            deliver(&segments[i]);
        for (unsigned k = 0; k < i; k++)
            if (segments[k].delay && k + segments[k].delay == i)
                deliver(&segments[k]);
    }
}

static void read_records(void) {
    struct rtmp_message_record m;
    for (unsigned side = 0; side < 2; side++)
        for (unsigned n = 0; session_message(&f, side, n, &m); n++) {
            assert_in_range(m.message.timestamp, 0, MESSAGES - 1);
            struct sent *message = &sent[m.message.timestamp];
            assert_int_equal(message->side, side);
            assert_false(message->recorded);
            const struct rtmp_session_direction *dir = session_side(&f, side);
            message->recorded = true;
            message->frame = dir->records.segments[m.last_segment].frame;
            message->late = m.facts.late || message->frame != segments[message->segment].frame;
            if (!m.facts.call)
                continue;
            message->facts = *m.facts.call;
            message->is_linked = rtmp_session_linked(dir, m.facts.call, &message->linked);
            if (message->is_linked) {
                const struct rtmp_records *peer = &session_side(&f, 1 - side)->records;
                uint32_t other = peer->facts[m.facts.call->linked - 1].message;
                message->other = rtmp_records_fragment(peer, other)->timestamp;
            }
        }
}

/* ---- what must hold ---- */

static bool asks(const struct sent *message) {
    return !message->answers && message->id != 0 && strcmp(message->name, "onStatus") != 0;
}

static bool is_seen_before(unsigned message, unsigned answer) {
    return sent[message].recorded && sent[message].frame < sent[answer].frame;
}

/* The call of an answer's id that was sent last before it; MESSAGES: none. Not one that is missing
 * without a sign: nothing that its side sent later was recorded before the answer. */
static unsigned last_call(unsigned answer) {
    bool behind = false;
    for (unsigned i = answer; i > 0; i--) {
        const struct sent *call = &sent[i - 1];
        if (call->side == sent[answer].side)
            continue;
        behind |= is_seen_before(i - 1, answer);
        if (behind && asks(call) && call->id == sent[answer].id)
            return i - 1;
    }
    return MESSAGES;
}

/* Of what the caller's side sent between, is a message missing, with a sign, or did one come late?
 */
static bool is_missing_between(unsigned call, unsigned answer) {
    bool behind = false;
    for (unsigned i = answer; i > call; i--) {
        bool seen = is_seen_before(i - 1, answer);
        if (sent[i - 1].side == sent[call].side && (seen ? sent[i - 1].late : behind))
            return true;
        behind |= seen && sent[i - 1].side == sent[call].side;
    }
    return false;
}

static void check_link(unsigned number) {
    const struct sent *message = &sent[number], *other = &sent[message->other];
    assert_true(other->is_linked);
    assert_int_equal(other->other, number);
    assert_int_equal(message->answers, !other->answers);
    assert_int_equal(message->side, 1 - other->side);
    assert_true(message->id == other->id);
    assert_int_equal(message->linked.frame, other->frame);
    assert_int_equal(message->linked.time, other->frame * 1000000);
    if (!message->answers)
        return;
    const struct rtmp_kept_text *name = rtmp_session_call_name(&f.session, &message->facts);
    assert_int_equal(name->len, strlen(other->name));
    assert_memory_equal(name->bytes, other->name, name->len);
    assert_int_equal(message->facts.reply_kind, strcmp(other->name, "createStream") == 0
                                                    ? RTMP_REPLY_CREATE_STREAM
                                                    : RTMP_REPLY_ANOTHER);
    if (!message->late)
        assert_int_equal(message->other, last_call(number));
}

/* Was a call answered by a message that was recorded before this one? */
static bool was_answered(unsigned call, unsigned number) {
    const struct sent *answer = &sent[sent[call].other];
    return sent[call].is_linked && answer->frame <= sent[number].frame &&
           sent[call].other != number;
}

static void check_answer(unsigned number) {
    const struct sent *message = &sent[number];
    unsigned call = last_call(number);
    if (message->is_linked || message->late)
        assert_false(message->facts.second_answer);
    if (message->facts.second_answer)
        assert_true(call < MESSAGES && was_answered(call, number));
    if (call == MESSAGES || message->late || sent[call].late || is_missing_between(call, number))
        return;
    /* Nothing is missing: it is the answer, or there was one before. */
    assert_true(message->is_linked ? message->other == call : was_answered(call, number));
    assert_true(message->is_linked || message->facts.second_answer ||
                message->facts.call_uncertain);
}

static void check_session(void) {
    unsigned linked = 0;
    for (unsigned i = 0; i < MESSAGES; i++) {
        if (!sent[i].recorded)
            continue;
        if (sent[i].is_linked)
            check_link(i);
        if (sent[i].answers && sent[i].id != 0)
            check_answer(i);
        else if (!sent[i].answers)
            assert_int_equal(sent[i].facts.second_answer + sent[i].facts.call_uncertain, 0);
        if (!asks(&sent[i]) && !sent[i].answers)
            assert_false(sent[i].is_linked);
        linked += sent[i].is_linked;
    }
    assert_int_equal(linked % 2, 0);
}

static void run_sessions(unsigned lost, unsigned late) {
    for (uint32_t i = 0; i < SESSIONS; i++) {
        seed = i * 7919 + 1;
        session_begin(&f);
        session_shake_hands(&f);
        choose_session(lost, late);
        deliver_all();
        read_records();
        check_session();
        session_end(&f);
    }
}

static void every_answer_finds_its_call(void **state) {
    (void)state;
    run_sessions(0, 0);
}

static void no_link_is_wrong_where_segments_are_lost(void **state) {
    (void)state;
    run_sessions(1, 0);
    run_sessions(4, 0);
}

static void no_link_is_wrong_where_segments_come_late(void **state) {
    (void)state;
    run_sessions(0, 2);
    run_sessions(0, 6);
    run_sessions(2, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_finds_its_call),
        cmocka_unit_test(no_link_is_wrong_where_segments_are_lost),
        cmocka_unit_test(no_link_is_wrong_where_segments_come_late),
    };
    return cmocka_run_group_tests_name("calls_model", tests, NULL, NULL);
}
