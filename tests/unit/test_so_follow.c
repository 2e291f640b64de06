/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SharedObject messages do to a client's copy, and to each other. Frames of a client's
 * connection begin with 5: handshake and connect take four. */
#include "so_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "payload/shared_object.h"
#include "session/session.h"

static struct so_fixture f;

static int begin(void **state) {
    (void)state;
    so_begin(&f, 1, "notes");
    return 0;
}

static int end(void **state) {
    (void)state;
    so_end(&f);
    return 0;
}

static uint32_t ask(uint32_t version, const char *events) {
    return so_send(&f, 0, CLIENT, version, events);
}

static uint32_t tell(uint32_t version, const char *events) {
    return so_send(&f, 0, SERVER, version, events);
}

static void assert_asked(uint32_t frame, const char *facts) {
    so_assert_facts(&f, 0, CLIENT, frame, facts);
}

static void assert_told(uint32_t frame, const char *facts) {
    so_assert_facts(&f, 0, SERVER, frame, facts);
}

static uint32_t use(void) {
    ask(1, "1");
    return tell(1, "11 | 8");
}

static void a_use_and_its_answer_refer_to_each_other(void **state) {
    (void)state;
    assert_int_equal(ask(1, "1"), 5);
    assert_int_equal(tell(1, "11 | 8"), 6);
    assert_asked(5, "confirmed@6");
    assert_told(6, "n=0 confirms@5 | n=0");
    so_assert_copy(&f, 0, "");
}

/* Rule 1: flags of a message do not name another copy. */
static void flags_name_no_other_copy(void **state) {
    (void)state;
    ask(1, "1");
    f.flags = RTMP_SO_PERSISTENT;
    assert_int_equal(tell(1, "11 | 8 | 4 a=1"), 6);
    f.flags = 0;
    assert_told(tell(2, "4 b=2"), "n=2");
    assert_asked(5, "confirmed@6");
}

/* Rule 2. */
static void events_apply_in_the_order_of_a_message(void **state) {
    (void)state;
    use();
    assert_told(tell(2, "4 a=1, b=2 | 4 c=3 | 8 | 4 d=4"), "n=2 |  | n=3 | n=0 | n=1");
    so_assert_copy(&f, 0, "d=4@7");
}

/* Rule 3. */
static void null_sets_and_only_remove_removes(void **state) {
    (void)state;
    use();
    tell(2, "4 a=1");
    assert_told(tell(3, "4 a=null"), "n=1 was=1@7");
    so_assert_copy(&f, 0, "a=null@8");
    assert_told(tell(4, "9 a"), "n=0 was=null@8");
    assert_told(tell(5, "9 a"), "n=0");
    so_assert_copy(&f, 0, "");
}

/* Rule 4. */
static void a_success_applies_what_the_client_asked_for(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 a=1"), 7);
    assert_int_equal(ask(3, "3 a=two"), 8);
    assert_int_equal(tell(2, "5 a"), 9);
    so_assert_copy(&f, 0, "a=1@9");
    assert_int_equal(tell(3, "5 a"), 10);
    so_assert_copy(&f, 0, "a=two@10");
    assert_asked(7, "confirmed@9");
    assert_asked(8, "confirmed@10");
    assert_told(9, "n=1 confirms@7");
    assert_told(10, "n=1 was=1@9 confirms@8");
    assert_asked(ask(4, "3 a=3"), "was=two@10");
}

static void one_message_confirms_several(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 a=1, b=2 | 3 c=3"), 7);
    assert_int_equal(tell(2, "5 a | 5 b, c"), 8);
    assert_asked(7, "confirmed@8 | confirmed@8 | confirmed@8");
    assert_told(8, "n=1 confirms@7 | n=3 confirms@7 | confirms@7");
}

/* Rule 5. */
static void null_and_remove_in_one_message(void **state) {
    (void)state;
    use();
    tell(2, "4 a=1");
    assert_int_equal(ask(3, "3 a=null | 10 a"), 8);
    assert_int_equal(tell(3, "5 a | 9 a"), 9);
    assert_asked(8, "was=1@7 confirmed@9 | was=1@7 confirmed@9");
    assert_told(9, "n=1 was=1@7 confirms@8 | n=0 was=null@9 confirms@8");
}

/* Rule 6. */
static void a_remove_confirms_the_request_to_remove(void **state) {
    (void)state;
    use();
    tell(2, "4 a=1 | 4 b=2");
    assert_int_equal(ask(3, "10 a, b"), 8);
    assert_int_equal(tell(3, "9 a | 9 b"), 9);
    assert_asked(8, "was=1@7 confirmed@9 | was=2@7 confirmed@9");
    assert_told(9, "n=1 was=1@7 confirms@8 | n=0 was=2@7 confirms@8");
}

/* Rule 7, FluorineFx. */
static void a_refusal_names_its_attribute_in_a_change(void **state) {
    (void)state;
    use();
    tell(2, "4 locked=5 | 4 a=1");
    assert_int_equal(ask(3, "10 a | 10 locked"), 8);
    assert_int_equal(tell(3, "9 a | 4 locked=5 | 7 SharedObject.NoWriteAccess"), 9);
    assert_asked(8, "was=1@7 confirmed@9 | was=5@7 refused@9");
    assert_told(9, "n=1 was=1@7 confirms@8 | n=1 was=5@7 restores@8 | refuses:locked@8");
}

static void a_refusal_behind_others_names_its_attribute(void **state) {
    (void)state;
    use();
    tell(2, "4 x=1 | 4 locked=5 | 4 y=2");
    ask(3, "10 x | 10 locked | 10 y");
    assert_int_equal(tell(3, "9 x | 4 locked=5 | 9 y | 7 SharedObject.NoWriteAccess"), 9);
    assert_asked(8, "was=1@7 confirmed@9 | was=5@7 refused@9 | was=2@7 confirmed@9");
    so_assert_copy(&f, 0, "locked=5@9");
}

/* Rule 7, Red5. */
static void a_lone_refusal_is_of_the_oldest_request(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 readonly=9"), 7);
    assert_int_equal(tell(2, "7 SharedObject.NoWriteAccess"), 8);
    assert_asked(7, "refused@8");
    assert_told(8, "refuses:readonly@7 alone");
    assert_int_equal(ask(3, "3 readonly=1"), 9);
    assert_told(tell(4, "5 readonly"), "n=1 confirms@9");
    so_assert_copy(&f, 0, "readonly=1@10");
}

static void a_refusal_without_a_request_refuses_nothing(void **state) {
    (void)state;
    use();
    assert_told(tell(2, "7 SharedObject.NoWriteAccess"), "alone");
}

/* Rule 8. */
static void codes_that_refuse_a_use(void **state) {
    (void)state;
    static const char *const codes[] = {"SharedObject.ObjectCreationFailed",
                                        "SharedObject.NoReadAccess", "SharedObject.BadPersistence"};
    for (unsigned i = 0; i < 3; i++) {
        char event[64] = "7 ";
        strcat(event, codes[i]);
        uint32_t asked = ask(1, "1");
        uint32_t told = tell(0, event);
        char refused[32];
        char refuses[32];
        snprintf(refused, sizeof refused, "refused@%u", (unsigned)told);
        snprintf(refuses, sizeof refuses, "refuses@%u", (unsigned)asked);
        assert_asked(asked, refused);
        assert_told(told, refuses);
    }
}

static void a_refusal_to_write_refuses_no_use(void **state) {
    (void)state;
    assert_int_equal(ask(1, "1"), 5);
    assert_told(tell(1, "7 SharedObject.NoWriteAccess"), "alone");
    assert_int_equal(tell(1, "11 | 8"), 7);
    assert_asked(5, "confirmed@7");
}

static void a_refused_client_may_write(void **state) {
    (void)state;
    ask(1, "1");
    tell(0, "7 SharedObject.ObjectCreationFailed");
    assert_int_equal(ask(1, "3 a=1"), 7);
    assert_told(tell(2, "5 a"), "n=1 confirms@7");
}

/* Rule 9. */
static void a_late_joiner_is_told_all_at_once(void **state) {
    (void)state;
    ask(1, "1");
    assert_told(tell(12, "11 | 8 | 4 a=1 | 4 b=2"), "n=0 confirms@5 | n=0 | n=1 | n=2");
}

static void a_kept_object_may_hold_more(void **state) {
    (void)state;
    f.flags = RTMP_SO_PERSISTENT;
    ask(7, "1");
    assert_told(tell(9, "11 | 4 a=1"), "confirms@5 incomplete | ");
    assert_told(tell(10, "4 b=1"), "");
    assert_told(tell(11, "8"), "n=0");
    ask(7, "1");
    assert_told(tell(9, "11 | 8 | 4 a=1"), "confirms@9 | n=0 | n=1");
}

/* Rule 10. */
static void an_object_works_although_its_use_is_not_answered(void **state) {
    (void)state;
    ask(1, "1");
    ask(2, "3 a=1");
    assert_told(tell(4, "5 a"), "n=1 confirms@6");
    assert_asked(5, "unanswered");
    assert_told(tell(5, "11 | 8"), "n=1 confirms@5 | n=0");
    assert_asked(5, "confirmed@8");
}

static void a_use_is_answered_twice(void **state) {
    (void)state;
    ask(1, "1");
    assert_told(tell(1, "11 | 8 | 11 | 8"), "n=0 confirms@5 | n=0 | n=0 twice | n=0");
    assert_told(tell(1, "11"), "n=0");
}

/* Rule 11. */
static void a_copy_ends_with_its_release(void **state) {
    (void)state;
    use();
    tell(2, "4 a=1");
    ask(2, "2");
    so_assert_copy(&f, 0, NULL);
    assert_told(tell(3, "4 b=2"), "");
    assert_int_equal(ask(1, "1"), 10);
    assert_told(tell(4, "11 | 8 | 4 c=1"), "n=0 confirms@10 | n=0 | n=1");
}

/* Rule 12. */
static void a_sent_message_changes_nothing(void **state) {
    (void)state;
    use();
    assert_told(tell(2, "4 a=1 | 9 b | 6 say"), "n=1 | n=1 | ");
}

static void another_changes_what_the_client_is_changing(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 a=1"), 7);
    assert_told(tell(2, "4 a=2"), "n=1 conflict");
    assert_told(tell(3, "5 a"), "n=1 was=2@8 confirms@7");
    so_assert_copy(&f, 0, "a=1@9");
}

static void versions_go_backwards(void **state) {
    (void)state;
    use();
    tell(5, "4 a=1");
    assert_told(tell(4, "4 b=1 | 4 c=1"), "n=2 backwards | n=3");
    assert_told(tell(4, "4 b=1"), "n=3 was=1@8");
    assert_told(tell(2, "6 say"), "");
    assert_told(tell(2, "7 SharedObject.NoWriteAccess"), "alone");
    assert_told(tell(5, "9 b"), "n=2 was=1@9");
}

static void a_version_counts_on_through_0(void **state) {
    (void)state;
    use();
    tell(0x7FFFFFFF, "4 a=1");
    assert_told(tell(0xFFFFFFFE, "4 a=2"), "n=1 was=1@7");
    assert_told(tell(0xFFFFFFFF, "4 b=1"), "n=2");
    assert_told(tell(0, "4 c=1"), "n=3");
    assert_told(tell(1, "4 c=2"), "n=3 was=1@10");
    assert_told(tell(0, "4 c=1"), "n=3 was=2@11 backwards");
}

/* Red5's client writes XML with a length that is wrong, and the server closes (observed). */
static void a_value_that_cannot_be_read_is_not_known(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 a=!"), 7);
    assert_told(tell(2, "5 a"), "n=1 confirms@7");
    assert_told(tell(3, "4 a=1"), "n=1 was=@8");
    /* What else the change holds is lost. */
    assert_told(tell(4, "4 a=!"), "was=1@9 incomplete");
}

static void the_last_write_is_unconfirmed(void **state) {
    (void)state;
    use();
    assert_int_equal(ask(2, "3 a=1"), 7);
    assert_int_equal(ask(3, "3 b=1 | 10 c"), 8);
    (void)rtmp_session_close(&f.session[0], false, false);
    assert_asked(7, "");
    assert_asked(8, " | unconfirmed");
    /* The other side may still answer. */
    assert_int_equal(tell(2, "5 b | 9 c"), 9);
    assert_asked(8, "confirmed@9 | confirmed@9");
}

static void the_last_write_is_confirmed(void **state) {
    (void)state;
    use();
    ask(2, "3 a=1");
    assert_int_equal(ask(3, "3 b=1"), 8);
    tell(2, "5 b");
    (void)rtmp_session_close(&f.session[0], false, false);
    assert_asked(7, "");
    assert_asked(8, "confirmed@9");
}

static void a_use_is_unanswered_when_the_connection_ends(void **state) {
    (void)state;
    ask(1, "1");
    assert_asked(5, "");
    (void)rtmp_session_close(&f.session[0], true, false);
    assert_asked(5, "unanswered");
}

static void nothing_is_said_of_an_end_that_may_lack_bytes(void **state) {
    (void)state;
    ask(1, "1");
    ask(1, "3 a=1");
    (void)rtmp_session_close(&f.session[0], true, true);
    assert_asked(5, "");
    assert_asked(6, "");
}

static void a_loss_leaves_the_copy_incomplete(void **state) {
    (void)state;
    for (unsigned side = CLIENT; side <= SERVER; side++) {
        ask(1, "1");
        tell(1, "11 | 8 | 4 a=1");
        ask(2, "3 b=1");
        so_lose(&f, 0, side, 100);
        assert_told(tell(5, "4 a=2 | 5 b"), "incomplete | ");
        assert_told(tell(6, "4 c=3"), "");
        assert_told(tell(7, "8 | 4 c=1"), "n=0 | n=1");
    }
}

/* It may refuse a request that was lost. */
static void after_a_loss_a_lone_refusal_is_of_no_known_request(void **state) {
    (void)state;
    use();
    so_lose(&f, 0, CLIENT, 40);
    uint32_t asked = ask(2, "3 a=1");
    assert_told(tell(2, "7 SharedObject.NoWriteAccess"), "alone");
    assert_asked(asked, "");
    assert_told(tell(3, "5 a"), "incomplete");
    /* An answer to one behind the loss: all before it are answered. */
    asked = ask(4, "3 b=1 | 3 c=1");
    (void)tell(4, "5 b");
    assert_told(tell(5, "7 SharedObject.NoWriteAccess"), "refuses:c@11 alone");
    assert_int_equal(asked, 11);
}

static void a_use_after_a_loss_is_complete(void **state) {
    (void)state;
    use();
    so_lose(&f, 0, SERVER, 100);
    assert_int_equal(ask(1, "1"), 8);
    assert_told(tell(5, "11 | 8 | 4 a=1"), "n=0 confirms@8 | n=0 | n=1");
}

static void a_copy_whose_use_was_not_captured_is_incomplete(void **state) {
    (void)state;
    assert_int_equal(ask(1, "3 a=1"), 5);
    assert_told(tell(9, "5 a"), "confirms@5 incomplete");
    assert_told(tell(10, "4 a=2"), "was=1@6");
}

static void a_message_without_all_its_bytes_leaves_the_copy_incomplete(void **state) {
    (void)state;
    use();
    static uint8_t body[256];
    uint32_t len = so_body(body, "room", 2, 0, "4 a=1 | 4 b=2");
    struct stream s = {.len = 0};
    /* The last event announces more than there is. */
    body[len - 1 - 8 - 3 - 1]++;
    put_message(&s, 3, RTMP_MESSAGE_SHARED_OBJECT_AMF0, body, len, 128);
    assert_told(so_feed(&f, 0, SERVER, s.bytes, s.len), "n=1 incomplete | ");
}

static void names_are_bytes(void **state) {
    (void)state;
    static const char *const names[] = {"room", "Room", "", "\xff\xfe", "\xff", "room\x01"};
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
            f.name = names[i];
            tell(1, "8 | 4 a=1");
        }
    }
    assert_int_equal(f.session[0].so.count, sizeof names / sizeof *names);
    const struct rtmp_so_records *records = &f.session[0].direction[SERVER].so;
    for (uint32_t i = 0; i < records->message_count; i++)
        assert_int_equal(records->messages[i].number, i % (sizeof names / sizeof *names));
}

static void attributes_differ_by_case(void **state) {
    (void)state;
    use();
    assert_told(tell(2, "4 a=1 | 4 A=2 | 4 =3"), "n=1 | n=2 | n=3");
    so_assert_copy(&f, 0, "=3@7, A=2@7, a=1@7");
}

/* Of the second attribute only the reference to a string of the first is in its bytes. */
static void a_value_may_refer_to_an_earlier_one(void **state) {
    (void)state;
    static const char change[] = "\x00\x01\x61\x11\x06\x05hi"
                                 "\x00\x01\x62\x11\x0A\x0B\x01\x03k\x06\x00\x01";
    use();
    struct stream s = {.len = 0};
    static uint8_t body[256];
    uint32_t len = so_body(body, f.name, 2, 0, "");
    body[len++] = RTMP_SO_EVENT_CHANGE;
    memcpy(body + len, "\0\0\0", 3);
    body[len + 3] = sizeof change - 1;
    memcpy(body + len + 4, change, sizeof change - 1);
    len += 4 + (uint32_t)sizeof change - 1;
    put_message(&s, 3, RTMP_MESSAGE_SHARED_OBJECT_AMF0, body, len, 128);
    uint32_t frame = so_feed(&f, 0, SERVER, s.bytes, s.len);
    assert_told(frame, "n=2 | ");
    so_assert_copy(&f, 0, "a=hi@7, b={k: \"hi\"}@7");
    assert_told(tell(3, "9 b"), "n=1 was={k: \"hi\"}@7");
}

static void values_beyond_a_bound_are_not_known(void **state) {
    (void)state;
    use();
    f.session[0].direction[SERVER].so.body_bytes = RTMP_LIMIT_SO_BODIES - 4;
    assert_told(tell(2, "4 a=1"), "n=1 limit");
    assert_told(tell(3, "4 a=2"), "n=1 was=@7 limit");
    so_assert_copy(&f, 0, "a=@8");
}

static void a_late_message_has_no_facts(void **state) {
    (void)state;
    use();
    struct stream s = {.len = 0};
    static uint8_t body[256];
    uint32_t len = so_body(body, "room", 2, 0, "4 a=1");
    put_message(&s, 3, RTMP_MESSAGE_SHARED_OBJECT_AMF0, body, len, 128);
    uint64_t hole = f.session[0].direction[SERVER].wire.position;
    so_lose(&f, 0, SERVER, s.len);
    assert_int_equal(tell(3, "8 | 4 b=1"), 8);
    const struct rtmp_segment segment = {.offset = hole,
                                         .bytes = s.bytes,
                                         .captured = s.len,
                                         .reported = s.len,
                                         .frame = {++f.frame, f.frame}};
    const struct rtmp_fresh_body *fresh;
    (void)rtmp_session_feed(&f.session[0].direction[SERVER], &segment, &fresh);
    assert_told(9, "");
    assert_told(8, "n=0 | n=1");
    so_assert_copy(&f, 0, "b=1@8");
}

static void a_confirmation_takes_time(void **state) {
    (void)state;
    use();
    ask(2, "3 a=1");
    tell(2, "5 a");
    struct rtmp_so_place asked = rtmp_so_place_of(&f.session[0], CLIENT, 1);
    struct rtmp_so_place told = rtmp_so_place_of(&f.session[0], SERVER, 1);
    assert_int_equal(asked.frame, 7);
    assert_int_equal(told.time - asked.time, 1000000);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_use_and_its_answer_refer_to_each_other),
        TEST(flags_name_no_other_copy),
        TEST(events_apply_in_the_order_of_a_message),
        TEST(null_sets_and_only_remove_removes),
        TEST(a_success_applies_what_the_client_asked_for),
        TEST(one_message_confirms_several),
        TEST(null_and_remove_in_one_message),
        TEST(a_remove_confirms_the_request_to_remove),
        TEST(a_refusal_names_its_attribute_in_a_change),
        TEST(a_refusal_behind_others_names_its_attribute),
        TEST(a_lone_refusal_is_of_the_oldest_request),
        TEST(a_refusal_without_a_request_refuses_nothing),
        TEST(codes_that_refuse_a_use),
        TEST(a_refusal_to_write_refuses_no_use),
        TEST(a_refused_client_may_write),
        TEST(a_late_joiner_is_told_all_at_once),
        TEST(a_kept_object_may_hold_more),
        TEST(an_object_works_although_its_use_is_not_answered),
        TEST(a_use_is_answered_twice),
        TEST(a_copy_ends_with_its_release),
        TEST(a_sent_message_changes_nothing),
        TEST(another_changes_what_the_client_is_changing),
        TEST(versions_go_backwards),
        TEST(a_version_counts_on_through_0),
        TEST(a_value_that_cannot_be_read_is_not_known),
        TEST(the_last_write_is_unconfirmed),
        TEST(the_last_write_is_confirmed),
        TEST(a_use_is_unanswered_when_the_connection_ends),
        TEST(nothing_is_said_of_an_end_that_may_lack_bytes),
        TEST(a_loss_leaves_the_copy_incomplete),
        TEST(after_a_loss_a_lone_refusal_is_of_no_known_request),
        TEST(a_use_after_a_loss_is_complete),
        TEST(a_copy_whose_use_was_not_captured_is_incomplete),
        TEST(a_message_without_all_its_bytes_leaves_the_copy_incomplete),
        TEST(names_are_bytes),
        TEST(attributes_differ_by_case),
        TEST(a_value_may_refer_to_an_earlier_one),
        TEST(values_beyond_a_bound_are_not_known),
        TEST(a_late_message_has_no_facts),
        TEST(a_confirmation_takes_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
