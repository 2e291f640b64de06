/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acknowledgements against what was sent, and pings. */
#include "session/flow.h"

#include "session_fixture.h"

enum { HANDSHAKE = RTMP_HANDSHAKE_TOTAL, WINDOW = 5000 };

static const struct rtmp_ack_thresholds two_windows = {.windows = 2, .delay = 1000};
static const int64_t second = 1000000000;

/* The outstanding bytes, or -1 when the acknowledgement is ignored. */
static int64_t outstanding(struct rtmp_acks *acks, uint32_t number, uint64_t sent) {
    uint64_t bytes;
    if (!rtmp_acks_follow(acks, number, HANDSHAKE + sent, HANDSHAKE, &bytes))
        return -1;
    return (int64_t)bytes;
}

/* ---- the base ---- */

static void the_handshake_is_not_counted_unless_more_is_acknowledged_than_was_sent(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 2640, 3000), 360);
    assert_int_equal(outstanding(&acks, 6213, 6213), 0);
    assert_int_equal(acks.base, 0);
}

static void the_whole_handshake_is_counted(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 3107, 34), 0);
    assert_int_equal(acks.base, HANDSHAKE);
    assert_int_equal(outstanding(&acks, 5140, 2100), 33);
}

static void the_whole_handshake_is_counted_while_bytes_are_under_way(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 3107, 1034), 1000);
    assert_int_equal(acks.base, HANDSHAKE);
}

static void a_part_of_the_handshake_is_counted(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 5088, 5000), 0);
    assert_int_equal(acks.base, 88);
    assert_int_equal(outstanding(&acks, 10088, 10500), 500);
}

static void more_than_was_ever_sent_is_ignored(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, HANDSHAKE + 1001, 1000), -1);
    assert_false(acks.any);
    assert_int_equal(outstanding(&acks, 1000, 1000), 0);
    assert_int_equal(acks.base, 0);
}

/* ---- counts that wrap ---- */

static void a_count_wraps_at_32_bits(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    const uint64_t wrap = UINT64_C(1) << 32;
    assert_int_equal(outstanding(&acks, UINT32_MAX - 99, wrap - 50), 50);
    assert_int_equal(outstanding(&acks, 900, wrap + 1000), 100);
    assert_int_equal(outstanding(&acks, 5900, wrap + 6000), 100);
}

static void a_first_count_may_have_wrapped(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 900, (UINT64_C(3) << 32) + 1000), 100);
}

static void a_count_begins_again_as_nginx_does(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    const uint64_t again = 0xF0000000;
    assert_int_equal(outstanding(&acks, (uint32_t)again - 1000, again - 1000), 0);
    assert_int_equal(outstanding(&acks, 4000, again + 4100), 100);
    assert_int_equal(outstanding(&acks, 9000, again + 9000), 0);
}

static void a_count_begins_again_as_srs_does(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    const uint64_t again = 0xF0000000;
    assert_int_equal(outstanding(&acks, (uint32_t)again - 1000, again - 1000), 0);
    /* The 5000 bytes since then; 2000 more are under way. */
    assert_int_equal(outstanding(&acks, 5000, again + 6000), 1000);
    assert_int_equal(outstanding(&acks, 10000, again + 9000), 0);
    assert_int_equal(outstanding(&acks, 15000, again + 14500), 500);
}

static void one_out_of_order_changes_nothing(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    assert_int_equal(outstanding(&acks, 9000, 10000), 1000);
    assert_int_equal(outstanding(&acks, 8000, 10000), 2000);
    assert_int_equal(outstanding(&acks, 9500, 10000), 500);
}

/* ---- what is overdue ---- */

static bool overdue(struct rtmp_acks *acks, uint64_t sent, int64_t time) {
    return rtmp_acks_behind(acks, HANDSHAKE + sent) && rtmp_acks_overdue(acks, time);
}

static struct rtmp_acks announced(uint32_t window) {
    struct rtmp_acks acks = {.thresholds = &two_windows};
    rtmp_acks_announce(&acks, window, HANDSHAKE + 100);
    return acks;
}

static void nothing_is_overdue_without_a_window(void **state) {
    (void)state;
    struct rtmp_acks acks = {.thresholds = &two_windows};
    (void)outstanding(&acks, 10, 10);
    assert_false(overdue(&acks, 1 << 30, second));
    assert_false(overdue(&acks, 1 << 30, 5 * second));
}

static void two_windows_may_be_outstanding(void **state) {
    (void)state;
    struct rtmp_acks acks = announced(WINDOW);
    assert_false(overdue(&acks, 100 + 2 * WINDOW, second));
    assert_false(overdue(&acks, 100 + 2 * WINDOW, 5 * second));
    assert_false(overdue(&acks, 101 + 2 * WINDOW, 6 * second));
    assert_true(overdue(&acks, 101 + 2 * WINDOW, 7 * second));
    assert_false(acks.any);
}

static void an_acknowledgement_in_time_is_not_overdue(void **state) {
    (void)state;
    struct rtmp_acks acks = announced(WINDOW);
    assert_false(overdue(&acks, 20000, second));
    assert_int_equal(outstanding(&acks, 15000, 20000), 5000);
    assert_false(overdue(&acks, 25000, 9 * second));
    assert_false(overdue(&acks, 25001, 10 * second));
    assert_true(overdue(&acks, 25001, 11 * second));
}

static void it_is_told_once_until_the_next_one(void **state) {
    (void)state;
    struct rtmp_acks acks = announced(WINDOW);
    (void)overdue(&acks, 20000, second);
    assert_true(overdue(&acks, 20000, 2 * second));
    assert_false(overdue(&acks, 90000, 9 * second));
    rtmp_acks_announce(&acks, WINDOW, HANDSHAKE + 90000);
    assert_false(overdue(&acks, 190000, 11 * second));
    assert_false(overdue(&acks, 190000, 13 * second));
    (void)outstanding(&acks, 190000, 190000);
    assert_false(overdue(&acks, 290000, 14 * second));
    assert_true(overdue(&acks, 290000, 15 * second));
}

static void none_is_overdue_where_some_may_be_missing(void **state) {
    (void)state;
    struct rtmp_acks acks = announced(WINDOW);
    rtmp_acks_lose(&acks);
    rtmp_acks_announce(&acks, 2 * WINDOW, HANDSHAKE + 200);
    assert_false(overdue(&acks, 90000, second));
    assert_false(overdue(&acks, 90000, 3 * second));
    (void)outstanding(&acks, 90000, 90000);
    assert_false(overdue(&acks, 190000, 4 * second));
    assert_true(overdue(&acks, 190000, 5 * second));
}

static void without_thresholds_nothing_is_overdue(void **state) {
    (void)state;
    const struct rtmp_ack_thresholds none = {0};
    struct rtmp_acks acks = {.thresholds = &none};
    rtmp_acks_announce(&acks, WINDOW, HANDSHAKE);
    assert_false(rtmp_acks_behind(&acks, UINT64_MAX));
    acks = (struct rtmp_acks){.window = 0};
    rtmp_acks_announce(&acks, WINDOW, HANDSHAKE);
    assert_false(rtmp_acks_behind(&acks, UINT64_MAX));
}

/* ---- pings ---- */

static void responses_find_their_requests_by_timestamp(void **state) {
    (void)state;
    struct rtmp_pings pings = {.count = 0};
    struct rtmp_ping found;
    for (uint32_t i = 1; i <= 3; i++)
        rtmp_pings_request(&pings, &(struct rtmp_ping){.timestamp = 100 * i, .frame = i});
    assert_true(rtmp_pings_respond(&pings, 200, &found));
    assert_int_equal(found.frame, 2);
    assert_false(rtmp_pings_respond(&pings, 200, &found));
    assert_true(rtmp_pings_respond(&pings, 300, &found));
    assert_int_equal(found.frame, 3);
    assert_true(rtmp_pings_respond(&pings, 100, &found));
    assert_int_equal(found.frame, 1);
    assert_false(rtmp_pings_respond(&pings, 100, &found));
}

static void the_oldest_of_equal_requests_is_answered_first(void **state) {
    (void)state;
    struct rtmp_pings pings = {.count = 0};
    struct rtmp_ping found;
    for (uint32_t i = 1; i <= 2; i++)
        rtmp_pings_request(&pings, &(struct rtmp_ping){.timestamp = 7, .frame = i});
    assert_true(rtmp_pings_respond(&pings, 7, &found));
    assert_int_equal(found.frame, 1);
    assert_true(rtmp_pings_respond(&pings, 7, &found));
    assert_int_equal(found.frame, 2);
}

static void the_longest_waiting_request_makes_room(void **state) {
    (void)state;
    struct rtmp_pings pings = {.count = 0};
    struct rtmp_ping found;
    for (uint32_t i = 0; i <= RTMP_LIMIT_PINGS; i++)
        rtmp_pings_request(&pings, &(struct rtmp_ping){.timestamp = i, .frame = i + 1});
    assert_false(rtmp_pings_respond(&pings, 0, &found));
    assert_true(rtmp_pings_respond(&pings, RTMP_LIMIT_PINGS, &found));
    assert_true(rtmp_pings_respond(&pings, 1, &found));
}

/* ---- in a session ---- */

static struct session_fixture f;

static int begin(void **state) {
    (void)state;
    session_begin(&f);
    session_shake_hands(&f);
    f.session.ack_thresholds = two_windows;
    return 0;
}

static int end(void **state) {
    (void)state;
    session_end(&f);
    return 0;
}

static void send(unsigned side, uint8_t type, const void *body, uint32_t len) {
    static struct stream s;
    s.len = 0;
    put_message(&s, 2, type, body, len, 128);
    session_feed(&f, side, s.bytes, s.len);
}

static void send_number(unsigned side, uint8_t type, uint32_t number) {
    const uint8_t body[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                            (uint8_t)(number >> 8), (uint8_t)number};
    send(side, type, body, sizeof body);
}

static void send_ping(unsigned side, uint8_t event, uint8_t timestamp) {
    const uint8_t body[] = {0, event, 0, 0, 0, timestamp};
    send(side, RTMP_MESSAGE_USER_CONTROL, body, sizeof body);
}

/* What is known of the flow of the n-th message of a side. */
static const struct rtmp_flow_record *flow_of(unsigned side, unsigned n) {
    const struct rtmp_records *records = &session_side(&f, side)->records;
    struct rtmp_message_record message;
    assert_true(session_message(&f, side, n, &message));
    return rtmp_records_flow(records, message.id >> 1,
                             rtmp_records_fragment(records, message.id >> 1));
}

static uint32_t notes_of(unsigned side, enum rtmp_note_kind kind) {
    const struct rtmp_records *records = &session_side(&f, side)->records;
    uint32_t count = 0;
    for (uint32_t i = 0; i < records->note_count; i++)
        count += records->notes[i].kind == kind;
    return count;
}

static void a_ping_and_its_response_know_each_other(void **state) {
    (void)state;
    send_ping(SERVER, 6, 1);
    uint32_t first = f.frame.number;
    send_ping(SERVER, 6, 2);
    send_ping(CLIENT, 7, 2);
    send_ping(CLIENT, 7, 1);
    assert_int_equal(flow_of(SERVER, 0)->frame, f.frame.number);
    assert_int_equal(flow_of(CLIENT, 1)->frame, first);
    assert_int_equal(flow_of(CLIENT, 1)->round_trip, 3000000);
    assert_true(flow_of(CLIENT, 1)->is_response);
    assert_int_equal(flow_of(CLIENT, 0)->frame, first + 1);
    assert_int_equal(flow_of(CLIENT, 0)->round_trip, 1000000);
    send_ping(CLIENT, 7, 9);
    assert_null(flow_of(CLIENT, 2));
    send_ping(SERVER, 6, 3);
    assert_int_equal(flow_of(SERVER, 2)->frame, 0);
}

static void an_acknowledgement_is_held_against_what_the_other_side_sent(void **state) {
    (void)state;
    send_number(SERVER, RTMP_MESSAGE_WINDOW_ACK_SIZE, WINDOW); /* 16 bytes */
    send_number(CLIENT, RTMP_MESSAGE_ACKNOWLEDGEMENT, 10);
    assert_int_equal(flow_of(CLIENT, 0)->outstanding, 6);
    assert_int_equal(flow_of(CLIENT, 0)->base, 0);
    send_number(CLIENT, RTMP_MESSAGE_ACKNOWLEDGEMENT, 100000);
    assert_null(flow_of(CLIENT, 1));
}

static void windows_that_nobody_acknowledges_are_noted_once(void **state) {
    (void)state;
    static const uint8_t media[30000];
    f.session.ack_thresholds.delay = 1;
    send_number(SERVER, RTMP_MESSAGE_WINDOW_ACK_SIZE, WINDOW);
    for (unsigned i = 0; i < 4; i++)
        send(SERVER, RTMP_MESSAGE_AUDIO, media, sizeof media);
    assert_int_equal(notes_of(SERVER, RTMP_NOTE_NO_ACKNOWLEDGEMENT), 1);
    assert_int_equal(notes_of(SERVER, RTMP_NOTE_WINDOW_EXCEEDED), 0);
    send_number(CLIENT, RTMP_MESSAGE_ACKNOWLEDGEMENT, 100000);
    for (unsigned i = 0; i < 4; i++)
        send(SERVER, RTMP_MESSAGE_AUDIO, media, sizeof media);
    assert_int_equal(notes_of(SERVER, RTMP_NOTE_NO_ACKNOWLEDGEMENT), 1);
    assert_int_equal(notes_of(SERVER, RTMP_NOTE_WINDOW_EXCEEDED), 1);
}

int main(void) {
#define IN_SESSION(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_is_not_counted_unless_more_is_acknowledged_than_was_sent),
        cmocka_unit_test(the_whole_handshake_is_counted),
        cmocka_unit_test(the_whole_handshake_is_counted_while_bytes_are_under_way),
        cmocka_unit_test(a_part_of_the_handshake_is_counted),
        cmocka_unit_test(more_than_was_ever_sent_is_ignored),
        cmocka_unit_test(a_count_wraps_at_32_bits),
        cmocka_unit_test(a_first_count_may_have_wrapped),
        cmocka_unit_test(a_count_begins_again_as_nginx_does),
        cmocka_unit_test(a_count_begins_again_as_srs_does),
        cmocka_unit_test(one_out_of_order_changes_nothing),
        cmocka_unit_test(nothing_is_overdue_without_a_window),
        cmocka_unit_test(two_windows_may_be_outstanding),
        cmocka_unit_test(an_acknowledgement_in_time_is_not_overdue),
        cmocka_unit_test(it_is_told_once_until_the_next_one),
        cmocka_unit_test(none_is_overdue_where_some_may_be_missing),
        cmocka_unit_test(without_thresholds_nothing_is_overdue),
        cmocka_unit_test(responses_find_their_requests_by_timestamp),
        cmocka_unit_test(the_oldest_of_equal_requests_is_answered_first),
        cmocka_unit_test(the_longest_waiting_request_makes_room),
        IN_SESSION(a_ping_and_its_response_know_each_other),
        IN_SESSION(an_acknowledgement_is_held_against_what_the_other_side_sent),
        IN_SESSION(windows_that_nobody_acknowledges_are_noted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
