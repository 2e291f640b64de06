/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls and answers of a session: their records, and the frames that they lead to. */
#include <string.h>

#include "session_fixture.h"
#include "vectors.h"

static struct session_fixture f;

static void send_command(unsigned side, const char *name, double id) {
    put_command(&f.stream, name, id);
    session_send(&f, side);
}

/* What is recorded of the n-th message of a side; NULL: nothing. */
static const struct rtmp_facts_record *call_of(unsigned side, unsigned n) {
    struct rtmp_message_record message;
    assert_true(session_message(&f, side, n, &message));
    return message.facts.call;
}

/* The other half of the n-th message of a side is in this frame; 0: there is none. */
static void assert_linked(unsigned side, unsigned n, uint32_t frame) {
    const struct rtmp_facts_record *call = call_of(side, n);
    struct rtmp_linked linked;
    bool is_linked = call && rtmp_session_linked(session_side(&f, side), call, &linked);
    assert_int_equal(is_linked, frame != 0);
    if (!frame)
        return;
    assert_int_equal(linked.frame, frame);
    assert_int_equal(linked.time, frame * 1000000);
}

static void assert_name(unsigned side, unsigned n, const char *name) {
    const struct rtmp_kept_text *text = rtmp_session_call_name(&f.session, call_of(side, n));
    assert_non_null(text);
    assert_int_equal(text->len, strlen(name));
    assert_memory_equal(text->bytes, name, text->len);
}

/* Three frames of handshake came before. */
static void a_call_and_its_answer_lead_to_each_other(void **state) {
    (void)state;
    send_command(CLIENT, "connect", 1); /* frame 4 */
    send_command(CLIENT, "createStream", 2);
    assert_linked(CLIENT, 1, 0); /* not yet */
    send_command(SERVER, "_result", 2);
    send_command(SERVER, "_error", 1);
    send_command(SERVER, "onBWDone", 1); /* frame 8 */
    send_command(CLIENT, "_result", 1);
    assert_linked(CLIENT, 0, 7);
    assert_linked(CLIENT, 1, 6);
    assert_linked(SERVER, 0, 5);
    assert_linked(SERVER, 1, 4);
    assert_linked(SERVER, 2, 9);
    assert_linked(CLIENT, 2, 8);
    assert_name(SERVER, 0, "createStream");
    assert_name(SERVER, 1, "connect");
    assert_name(CLIENT, 2, "onBWDone");
    assert_true(call_of(SERVER, 1)->is_answer);
    assert_false(call_of(CLIENT, 0)->is_answer);
}

static void what_is_no_call_has_no_facts(void **state) {
    (void)state;
    send_command(CLIENT, "deleteStream", 0);
    send_command(SERVER, "onStatus", 3);
    send_command(CLIENT, "_result", 3);
    send_command(SERVER, "_result", 0);
    send_command(SERVER, "_result", 7); /* of a call that was not seen */
    assert_null(call_of(CLIENT, 0));
    assert_null(call_of(SERVER, 0));
    assert_null(call_of(CLIENT, 1));
    assert_null(call_of(SERVER, 1));
    assert_null(call_of(SERVER, 2));
}

static void a_second_answer_is_linked_to_nothing(void **state) {
    (void)state;
    send_command(CLIENT, "connect", 1);
    send_command(SERVER, "_error", 1);
    send_command(SERVER, "_result", 1);
    assert_linked(CLIENT, 0, 5);
    assert_linked(SERVER, 1, 0);
    assert_true(call_of(SERVER, 1)->second_answer);
    assert_int_equal(call_of(SERVER, 1)->name, 0);
    assert_false(call_of(SERVER, 0)->second_answer);
}

/* Names are kept once, whoever uses them. */
static void a_name_is_kept_once(void **state) {
    (void)state;
    for (unsigned id = 1; id <= 9; id++)
        send_command(id % 2 ? CLIENT : SERVER, "getStreamLength", id);
    assert_int_equal(f.capture.texts.count, 1);
    assert_int_equal(call_of(CLIENT, 0)->name, call_of(SERVER, 3)->name);
}

/* The records of a segment move while it is read; links are kept. */
static void links_hold_in_a_segment_of_many_messages(void **state) {
    (void)state;
    enum { CALLS = 600 };
    send_command(SERVER, "onBWDone", 1);
    put_command(&f.stream, "_result", 1);
    for (unsigned id = 1; id <= CALLS; id++)
        put_command(&f.stream, "call", id);
    session_send(&f, CLIENT); /* frame 5 */
    for (unsigned id = CALLS - 20; id <= CALLS; id++)
        put_command(&f.stream, "_result", id);
    session_send(&f, SERVER); /* frame 6 */
    assert_linked(SERVER, 0, 5);
    assert_linked(CLIENT, 0, 4);
    for (unsigned i = 0; i <= 20; i++) {
        assert_linked(SERVER, 1 + i, 5);
        assert_linked(CLIENT, CALLS - 20 + i, 6);
    }
    assert_linked(CLIENT, CALLS - 21, 0);
}

/* ---- frames that a read filter takes away ---- */

static void feed_command(unsigned side, struct rtmp_frame frame, const char *name, double id) {
    f.stream.len = 0;
    put_command(&f.stream, name, id);
    session_feed_frame(&f, side, frame, f.stream.bytes, f.stream.len);
    f.stream.len = 0;
}

/* The next frame has its number; which side it is of says nothing. */
static void a_frame_that_was_taken_away_is_no_target(void **state) {
    (void)state;
    feed_command(CLIENT, (struct rtmp_frame){20, 5000}, "connect", 1);
    feed_command(SERVER, (struct rtmp_frame){20, 6000}, "_result", 1);
    feed_command(CLIENT, (struct rtmp_frame){21, 7000}, "createStream", 2);
    feed_command(SERVER, (struct rtmp_frame){22, 8000}, "_result", 2);
    feed_command(CLIENT, (struct rtmp_frame){22, 9000}, "play", 3);
    struct rtmp_linked linked;
    assert_true(rtmp_session_linked(session_side(&f, SERVER), call_of(SERVER, 0), &linked));
    assert_int_equal(linked.frame, 0);
    assert_int_equal(linked.time, 20 * 1000000); /* the time is known */
    assert_linked(CLIENT, 0, 20);
    assert_linked(SERVER, 1, 21);
    assert_true(rtmp_session_linked(session_side(&f, CLIENT), call_of(CLIENT, 1), &linked));
    assert_int_equal(linked.frame, 0);
}

/* ---- bytes that are missing ---- */

static struct stream lost, behind;

/* A call, another one with the same id that does not come, and one behind it. */
static uint64_t lose_a_call(void) {
    lost.len = behind.len = 0;
    put_command(&lost, "createStream", 2);
    put_command(&behind, "play", 3);
    send_command(CLIENT, "connect", 1);
    send_command(CLIENT, "FCPublish", 2);
    uint64_t at = session_side(&f, CLIENT)->wire.position;
    session_feed_at(&f, CLIENT, at + lost.len, behind.bytes, behind.len); /* frame 6 */
    return at;
}

static void an_answer_to_a_call_before_a_loss_is_uncertain(void **state) {
    (void)state;
    lose_a_call();
    send_command(SERVER, "_result", 2);
    send_command(SERVER, "_result", 3);
    assert_linked(SERVER, 0, 0);
    assert_true(call_of(SERVER, 0)->call_uncertain);
    assert_linked(SERVER, 1, 6);
    assert_linked(CLIENT, 1, 0);
}

/* What was said of an answer stays as it is. */
static void late_bytes_make_later_answers_certain(void **state) {
    (void)state;
    uint64_t at = lose_a_call();
    send_command(SERVER, "_result", 2); /* frame 7 */
    session_feed_at(&f, CLIENT, at, lost.bytes, lost.len);
    send_command(SERVER, "_result", 1); /* frame 9 */
    send_command(SERVER, "_result", 2);
    assert_true(call_of(SERVER, 0)->call_uncertain);
    assert_linked(SERVER, 1, 4);
    assert_linked(SERVER, 2, 8);
    assert_name(SERVER, 2, "createStream");
}

/* A hole behind one that is given up: filling it does not bring back what is lost for good. */
static void what_is_lost_for_good_stays_uncertain(void **state) {
    (void)state;
    uint64_t at = lose_a_call();
    rtmp_direction_forget_holes(&session_side(&f, CLIENT)->wire);
    at = session_side(&f, CLIENT)->wire.position;
    lost.len = 0;
    put_command(&lost, "seek", 4);
    session_feed_at(&f, CLIENT, at + lost.len, behind.bytes, behind.len);
    session_feed_at(&f, CLIENT, at, lost.bytes, lost.len); /* frame 8 */
    assert_null(session_side(&f, CLIENT)->wire.late);
    send_command(SERVER, "_result", 2);
    send_command(SERVER, "_result", 4);
    assert_true(call_of(SERVER, 0)->call_uncertain);
    assert_linked(SERVER, 1, 8);
}

/* What the other side lost changes no call. */
static void a_loss_of_answers_leaves_the_calls(void **state) {
    (void)state;
    lost.len = behind.len = 0;
    put_command(&lost, "_result", 1);
    put_command(&behind, "_result", 2);
    send_command(CLIENT, "connect", 1);
    send_command(CLIENT, "createStream", 2);
    session_feed_at(&f, SERVER, session_side(&f, SERVER)->wire.position + lost.len, behind.bytes,
                    behind.len);
    send_command(SERVER, "onBWDone", 0);
    assert_linked(SERVER, 0, 5);
    assert_linked(CLIENT, 0, 0);
}

/* Each link of a side leads back. */
static unsigned check_links(unsigned side) {
    const struct rtmp_records *own = &session_side(&f, side)->records;
    const struct rtmp_records *peer = &session_side(&f, 1 - side)->records;
    unsigned linked = 0;
    for (uint32_t i = 0; i < own->facts_count; i++) {
        if (!own->facts[i].linked)
            continue;
        linked++;
        const struct rtmp_facts_record *other = &peer->facts[own->facts[i].linked - 1];
        assert_int_equal(other->linked, i + 1);
        assert_int_equal(other->is_answer, !own->facts[i].is_answer);
    }
    return linked;
}

/* Whichever allocation fails: a call or an answer is not known, and the others are. */
static void without_memory_links_are_missing(void **state) {
    (void)state;
    for (long failing = 1; failing < 60; failing++) {
        f.rec.fail_at = f.rec.allocations + failing;
        for (unsigned id = 1; id <= 20; id++) {
            send_command(CLIENT, id % 3 ? "call" : "createStream", id);
            send_command(SERVER, "_result", id);
        }
        unsigned linked = check_links(CLIENT);
        assert_int_equal(check_links(SERVER), linked);
        assert_in_range(linked, 15, 20);
        (void)session_teardown(state);
        (void)session_setup(state);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_call_and_its_answer_lead_to_each_other),
        SESSION_TEST(what_is_no_call_has_no_facts),
        SESSION_TEST(a_second_answer_is_linked_to_nothing),
        SESSION_TEST(a_name_is_kept_once),
        SESSION_TEST(links_hold_in_a_segment_of_many_messages),
        SESSION_TEST(a_frame_that_was_taken_away_is_no_target),
        SESSION_TEST(an_answer_to_a_call_before_a_loss_is_uncertain),
        SESSION_TEST(late_bytes_make_later_answers_certain),
        SESSION_TEST(what_is_lost_for_good_stays_uncertain),
        SESSION_TEST(a_loss_of_answers_leaves_the_calls),
        SESSION_TEST(without_memory_links_are_missing),
    };
    return cmocka_run_group_tests_name("call_links", tests, NULL, NULL);
}
