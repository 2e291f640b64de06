/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/diagnose.h"

#include <string.h>

#include "base/message.h"
#include "session_fixture.h"

static struct session_fixture f;

enum { AUDIO = RTMP_MESSAGE_AUDIO, VIDEO = RTMP_MESSAGE_VIDEO };
static const uint8_t aac[] = {0xAF, 1, 0};
static const uint8_t aac_config[] = {0xAF, 0, 0x12, 0x10};
static const uint8_t avc[] = {0x27, 1, 0, 0, 0};
static const uint8_t avc_key[] = {0x17, 1, 0, 0, 0};
static const uint8_t avc_config[] = {0x17, 0, 0, 0, 0, 1};
static const uint8_t mp3[] = {0x2F, 0};

static const struct rtmp_media_thresholds thresholds = {2000, 2000, 200, 7, 3000};

#define MS INT64_C(1000000)
static int64_t now; /* ms since the connection began */

/* Feed `f.stream` in a frame of this time, behind so many bytes that are missing. */
static void send_behind(unsigned side, int64_t ms, uint64_t missing) {
    const struct rtmp_fresh_body *fresh;
    struct rtmp_session_direction *dir = session_side(&f, side);
    f.frame.number++;
    f.frame.place++;
    now = ms;
    const struct rtmp_segment segment = {.offset = dir->wire.position + missing,
                                         .bytes = f.stream.bytes,
                                         .captured = f.stream.len,
                                         .reported = f.stream.len,
                                         .frame = f.frame,
                                         .time = ms * MS,
                                         .packet = &f.packet};
    (void)rtmp_session_feed(dir, &segment, &fresh);
    f.stream.len = 0;
}

static void send_at(unsigned side, int64_t ms) {
    send_behind(side, ms, 0);
}

/* A message on message stream 1. */
static void put(uint8_t type, int64_t ms, const uint8_t *body, uint32_t len) {
    uint8_t *header = f.stream.bytes + f.stream.len;
    put_message(&f.stream, 4, type, body, len, 128);
    header[1] = (uint8_t)(ms >> 16);
    header[2] = (uint8_t)(ms >> 8);
    header[3] = (uint8_t)ms;
    header[8] = 1;
}
#define PUT(type, ms, body)  put(type, ms, body, sizeof body)
#define SEND(type, ms, body) (PUT(type, ms, body), send_at(CLIENT, ms))

/* What was found about the last message of the client. NULL: nothing. */
static const struct rtmp_media_fault *found(void) {
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    const struct rtmp_media_fault *faults;
    uint32_t index = rtmp_records_next_index(&dir->records) - 1;
    uint32_t count = rtmp_diagnosis_of(&dir->diagnosis, index, &faults);
    assert_int_equal(rtmp_records_fragment(&dir->records, index)->has_faults, count != 0);
    assert_true(count <= 1);
    return count ? faults : NULL;
}

static void assert_found(enum rtmp_media_fault_kind kind) {
    assert_non_null(found());
    assert_int_equal(found()->kind, kind);
}

static enum rtmp_culprit culprit(void) {
    assert_found(RTMP_FAULT_STALL);
    return rtmp_diagnosis_culprit(session_side(&f, CLIENT), found());
}

/* "publish" of message stream 1, accepted. */
static void publish(void) {
    static const char status[] = "\x02\0\x08onStatus\0\0\0\0\0\0\0\0\0\x05\x03\0\x05level\x02\0\x06"
                                 "status\0\x04"
                                 "code\x02\0\x17NetStream.Publish.Start\0\0\x09";
    static const char command[] = "\x02\0\x07publish\0@\0\0\0\0\0\0\0\x05\x02\0\1x\x02\0\4live";
    put(RTMP_MESSAGE_COMMAND_AMF0, 0, (const uint8_t *)command, sizeof command - 1);
    send_at(CLIENT, 0);
    put(RTMP_MESSAGE_COMMAND_AMF0, 0, (const uint8_t *)status, sizeof status - 1);
    send_at(SERVER, 0);
}

static int setup(void **state) {
    int result = session_setup(state);
    f.session.media_thresholds = thresholds;
    publish();
    return result;
}

static void begin_media(void) {
    PUT(AUDIO, 0, aac_config);
    PUT(VIDEO, 0, avc_config);
    send_at(CLIENT, 0);
    SEND(VIDEO, 0, avc_key);
    SEND(AUDIO, 10, aac);
    assert_null(found());
}

static void told(unsigned side, unsigned what, int64_t ms) {
    rtmp_session_transport(&f.session, side == CLIENT, what, ms * MS);
}

/* ---- stalls ---- */

static void stall_after_something(void) {
    PUT(VIDEO, 40, avc);
    send_at(CLIENT, 3000);
}

static void without_packets_nobody_is_to_blame(void **state) {
    (void)state;
    begin_media();
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
    assert_int_equal(found()->value, 2990 * MS);
    PUT(RTMP_MESSAGE_DATA_AMF0, 40, aac);
    send_at(CLIENT, 9000);
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    assert_int_equal(rtmp_diagnosis_culprit(dir, &dir->diagnosis.fault[0]), RTMP_CULPRIT_UNKNOWN);
}

/* While only the packets up to the message are known it may have been the network. */
static void packets_that_tell_nothing_blame_the_sender_later(void **state) {
    (void)state;
    told(CLIENT, 0, 0);
    told(SERVER, 0, 0);
    begin_media();
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    SEND(VIDEO, 3200, avc);
    assert_int_equal(rtmp_diagnosis_culprit(dir, &dir->diagnosis.fault[0]), RTMP_CULPRIT_UNKNOWN);
    SEND(VIDEO, 3201, avc);
    assert_int_equal(rtmp_diagnosis_culprit(dir, &dir->diagnosis.fault[0]), RTMP_CULPRIT_SENDER);
}

static void packets_of_one_side_blame_nobody(void **state) {
    (void)state;
    told(CLIENT, 0, 0);
    begin_media();
    stall_after_something();
    SEND(VIDEO, 9000, avc);
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    assert_int_equal(rtmp_diagnosis_culprit(dir, &dir->diagnosis.fault[0]), RTMP_CULPRIT_UNKNOWN);
}

static void timestamps_that_paused_blame_the_sender_at_once(void **state) {
    (void)state;
    begin_media();
    SEND(VIDEO, 3000, avc);
    assert_int_equal(culprit(), RTMP_CULPRIT_SENDER);
}

static void packets_that_were_sent_again_blame_the_network(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN, 2800);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_NETWORK);
}

/* A tail loss probe. */
static void one_that_was_sent_again_long_before_does_not(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN, 300);
    told(SERVER, 0, 300);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
}

static void a_closed_window_blames_the_receiver(void **state) {
    (void)state;
    begin_media();
    told(SERVER, RTMP_TRANSPORT_WINDOW_CLOSED, 500);
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN, 2900);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_RECEIVER);
}

static void so_does_a_full_one(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_WINDOW_FULL, 500);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_RECEIVER);
}

static void a_window_of_the_sender_itself_does_not(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_WINDOW_CLOSED, 500);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
}

/* time_network_stall_play_rtmpdump_at_client */
static void a_hole_right_behind_blames_the_network(void **state) {
    (void)state;
    begin_media();
    stall_after_something();
    told(CLIENT, 0, 3000);
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 3001);
    assert_int_equal(culprit(), RTMP_CULPRIT_NETWORK);
}

static void a_hole_behind_more_bytes_does_not(void **state) {
    (void)state;
    begin_media();
    stall_after_something();
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    SEND(VIDEO, 3001, avc);
    told(CLIENT, 0, 3001);
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 3002);
    assert_int_equal(dir->diagnosis.fault[0].culprit, RTMP_CULPRIT_UNKNOWN);
}

/* obs_slow_lossy_network with tcp.reassemble_out_of_order: bytes came all the time. */
static void bytes_behind_a_hole_are_no_silence(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 1500);
    stall_after_something();
    assert_null(found());
}

/* Of several holes the first one tells when bytes came. */
static void neither_are_they_behind_a_second_hole(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 1500);
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 2900);
    stall_after_something();
    assert_null(found());
}

/* A link that was cut, captured at the receiver, with tcp.reassemble_out_of_order: the first bytes
 * behind the silence come behind a hole that is filled at once. */
static void bytes_behind_a_hole_after_a_silence_end_it(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 2999);
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN, 3000);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_NETWORK);
}

/* A slow link, captured at the sender: it may not send before older bytes are acknowledged. */
static void bytes_under_way_all_the_time_blame_the_network(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_UNDER_WAY, 10);
    told(SERVER, RTMP_TRANSPORT_PEER_UNDER_WAY, 2900);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_NETWORK);
}

static void bytes_that_were_acknowledged_meanwhile_do_not(void **state) {
    (void)state;
    begin_media();
    told(CLIENT, RTMP_TRANSPORT_UNDER_WAY, 10);
    told(SERVER, 0, 50);
    told(CLIENT, RTMP_TRANSPORT_UNDER_WAY, 2999);
    stall_after_something();
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
}

/* A link that delays all packets for some seconds, captured at the receiver. */
static void needless_packets_right_behind_blame_the_network(void **state) {
    (void)state;
    begin_media();
    stall_after_something();
    told(CLIENT, 0, 3000);
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN | RTMP_TRANSPORT_NEEDLESS, 3400);
    assert_int_equal(culprit(), RTMP_CULPRIT_NETWORK);
}

static void needless_packets_long_after_do_not(void **state) {
    (void)state;
    begin_media();
    stall_after_something();
    told(CLIENT, RTMP_TRANSPORT_SENT_AGAIN | RTMP_TRANSPORT_NEEDLESS, 4001);
    assert_int_equal(culprit(), RTMP_CULPRIT_UNKNOWN);
}

static void behind_a_status_of_the_server_a_silence_is_none(void **state) {
    (void)state;
    begin_media();
    put_command(&f.stream, "onStatus", 0);
    send_at(SERVER, 1000);
    stall_after_something();
    assert_null(found());
}

static void behind_that_of_another_stream_it_is_one(void **state) {
    (void)state;
    begin_media();
    PUT(VIDEO, 20, avc_config);
    f.stream.bytes[8] = 2; /* message stream */
    send_at(CLIENT, 20);
    put_command(&f.stream, "onStatus", 0);
    f.stream.bytes[8] = 2;
    send_at(SERVER, 1000);
    stall_after_something();
    assert_found(RTMP_FAULT_STALL);
}

static void after_a_loss_a_silence_is_not_known(void **state) {
    (void)state;
    begin_media();
    PUT(AUDIO, 40, aac);
    send_behind(CLIENT, 3000, 30);
    assert_int_equal(session_side(&f, CLIENT)->diagnosis.count, 0);
}

/* A link that was cut, captured at the receiver: FFmpeg writes the header of a message by itself,
 * and what was sent behind it meanwhile is lost. */
static void a_silence_that_bytes_ended_before_a_loss_is_known(void **state) {
    (void)state;
    begin_media();
    PUT(AUDIO, 40, aac);
    f.stream.len = 8;
    send_at(CLIENT, 3000);
    PUT(AUDIO, 60, aac);
    send_behind(CLIENT, 3001, 30);
    told(CLIENT, RTMP_TRANSPORT_BEHIND_HOLE, 3001);
    const struct rtmp_session_direction *dir = session_side(&f, CLIENT);
    assert_int_equal(dir->diagnosis.count, 1);
    assert_int_equal(dir->diagnosis.fault[0].kind, RTMP_FAULT_STALL);
    assert_int_equal(rtmp_diagnosis_culprit(dir, &dir->diagnosis.fault[0]), RTMP_CULPRIT_NETWORK);
}

/* An aggregate of `count` frames, one each 40 ms from a timestamp on. */
static void put_aggregate(uint32_t first, unsigned count) {
    enum { TAG = 11 + sizeof avc + 4, MOST = 128 };
    uint8_t body[MOST * TAG];
    uint32_t len = 0;
    assert_in_range(count, 1, MOST);
    for (unsigned i = 0; i < count; i++) {
        const uint32_t time = i * 40;
        const uint8_t header[11] = {RTMP_MESSAGE_VIDEO, 0, 0, sizeof avc, 0, (uint8_t)(time >> 8),
                                    (uint8_t)time};
        memcpy(body + len, header, sizeof header);
        memcpy(body + len + sizeof header, avc, sizeof avc);
        memset(body + len + sizeof header + sizeof avc, 0, 4);
        body[len + TAG - 1] = TAG - 4;
        len += TAG;
    }
    put(RTMP_MESSAGE_AGGREGATE, first, body, len);
}

/* A silence before an aggregate was none. */
static void an_aggregate_ends_a_silence(void **state) {
    (void)state;
    begin_media();
    put_aggregate(40, 3);
    send_at(CLIENT, 40);
    assert_null(found());
    put_aggregate(160, 2);
    send_at(CLIENT, 3040);
    assert_found(RTMP_FAULT_STALL);
    assert_true(found()->value == 3000 * MS);
    put_aggregate(240, 2);
    send_at(CLIENT, 3120);
    assert_null(found());
    SEND(VIDEO, 3160, avc);
    assert_null(found());
}

static void aggregates_that_are_played_meanwhile_leave_no_silence(void **state) {
    (void)state;
    begin_media();
    for (uint32_t at = 40; at < 20000; at += 2400) {
        put_aggregate(at, 60);
        send_at(CLIENT, at);
        assert_null(found());
    }
}

/* ---- configurations and key frames ---- */

static void coded_before_any_configuration_is_told_of_each_kind_once(void **state) {
    (void)state;
    SEND(VIDEO, 0, avc_key);
    assert_found(RTMP_FAULT_MISSING_CONFIG);
    SEND(VIDEO, 40, avc);
    assert_null(found());
    SEND(AUDIO, 40, aac_config);
    SEND(AUDIO, 60, aac);
    assert_null(found());
}

static void codecs_without_configuration_lack_none(void **state) {
    (void)state;
    SEND(AUDIO, 0, mp3);
    assert_null(found());
}

static void of_a_connection_whose_beginning_is_missing_nothing_is_known(void **state) {
    (void)state;
    session_side(&f, CLIENT)->has_loss = true;
    SEND(VIDEO, 0, avc_key);
    assert_null(found());
}

static void a_first_key_frame_long_after_audio_is_late(void **state) {
    (void)state;
    SEND(AUDIO, 0, aac_config);
    SEND(VIDEO, 0, avc_config);
    for (int64_t at = 5000; at < 8000; at += 500)
        SEND(AUDIO, at, aac);
    SEND(VIDEO, 8000, avc_key);
    assert_found(RTMP_FAULT_FIRST_KEY_LATE);
    assert_int_equal(found()->value, 3000 * MS);
    for (int64_t at = 8500; at < 13000; at += 500)
        SEND(AUDIO, at, aac);
    SEND(VIDEO, 13000, avc_key);
    assert_null(found());
}

static void it_is_waited_for_from_the_status_on(void **state) {
    (void)state;
    SEND(AUDIO, 1000, aac_config);
    SEND(VIDEO, 1000, avc_config);
    SEND(AUDIO, 1000, aac);
    SEND(AUDIO, 2000, aac);
    SEND(VIDEO, 3000, avc_key);
    assert_found(RTMP_FAULT_FIRST_KEY_LATE);
    assert_int_equal(found()->value, 3000 * MS);
}

static void one_less_than_the_threshold_after_the_status_is_not(void **state) {
    (void)state;
    SEND(AUDIO, 0, aac_config);
    SEND(VIDEO, 0, avc_config);
    SEND(AUDIO, 10, aac);
    SEND(AUDIO, 1500, aac);
    SEND(VIDEO, 2990, avc_key);
    assert_null(found());
}

static void one_that_comes_with_the_first_media_is_not(void **state) {
    (void)state;
    SEND(AUDIO, 9000, aac_config);
    SEND(VIDEO, 9000, avc_config);
    SEND(AUDIO, 9000, aac);
    SEND(VIDEO, 9100, avc_key);
    assert_null(found());
}

/* ---- composition ---- */

/* Two frames that are presented at the same time. */
static void send_at_one_time(uint32_t timestamp) {
    static const uint8_t ahead[] = {0x27, 1, 0, 0, 80};
    SEND(VIDEO, timestamp, ahead);
    SEND(VIDEO, timestamp + 80, avc);
}

static void frames_that_no_encoder_orders_so_are_told_once_with_their_count(void **state) {
    (void)state;
    begin_media();
    send_at_one_time(40);
    assert_found(RTMP_FAULT_COMPOSITION);
    assert_int_equal(found()->value, RTMP_COMPOSITION_SAME_TIME);
    const struct rtmp_diagnosis *diagnosis = &session_side(&f, CLIENT)->diagnosis;
    send_at_one_time(160);
    send_at_one_time(280);
    assert_null(found());
    assert_int_equal(diagnosis->fault[0].count, 3);
    publish();
    begin_media();
    send_at_one_time(40);
    assert_found(RTMP_FAULT_COMPOSITION);
    assert_int_equal(found()->count, 1);
    assert_int_equal(diagnosis->fault[0].count, 3);
}

static void frames_behind_another_configuration_are_compared_with_none_before(void **state) {
    (void)state;
    static const uint8_t ahead[] = {0x27, 1, 0, 0, 80};
    begin_media();
    SEND(VIDEO, 40, ahead);
    SEND(VIDEO, 120, avc_config);
    SEND(VIDEO, 120, avc);
    assert_null(found());
}

static void frames_of_tracks_and_of_codecs_that_reorder_none_are_not_compared(void **state) {
    (void)state;
    static const uint8_t vp9_key[] = {0x91, 'v', 'p', '0', '9', 0, 0, 0};
    static const uint8_t track[] = {0xA6, 0x01, 'a', 'v', 'c', '1', 1, 0, 0, 0};
    static const uint8_t hevc_ahead[] = {0xA1, 'h', 'v', 'c', '1', 0, 0, 80};
    static const uint8_t hevc[] = {0xA1, 'h', 'v', 'c', '1', 0, 0, 0};
    begin_media();
    SEND(VIDEO, 40, hevc_ahead);
    SEND(VIDEO, 120, vp9_key);
    SEND(VIDEO, 120, track);
    assert_null(found());
    SEND(VIDEO, 120, hevc);
    assert_found(RTMP_FAULT_COMPOSITION);
}

static void unpublish(void) {
    static const char command[] = "\x02\0\x0C"
                                  "deleteStream\0@\x08\0\0\0\0\0\0\x05\0?\xF0\0\0\0\0\0\0";
    put(RTMP_MESSAGE_COMMAND_AMF0, 0, (const uint8_t *)command, sizeof command - 1);
    send_at(CLIENT, now + 100);
}

/* ---- chunks ---- */

/* A second of `count` messages of 1,000 bytes in chunks of 128 each. */
static void send_second(int64_t second, unsigned count) {
    static uint8_t body[1000] = {0x2F};
    for (unsigned i = 0; i < count; i++)
        SEND(AUDIO, second * 1000 + i * 1000 / count, body);
}

static void thousands_of_chunks_a_second_are_told_once(void **state) {
    (void)state;
    f.session.chunk_rate = 800;
    for (int64_t second = 0; second < 5; second++)
        send_second(second, 101);
    const struct rtmp_diagnosis *diagnosis = &session_side(&f, CLIENT)->diagnosis;
    assert_int_equal(diagnosis->count, 0);
    SEND(AUDIO, 5000, ((uint8_t[1000]){0x2F}));
    assert_found(RTMP_FAULT_SMALL_CHUNKS);
    assert_in_range(found()->value, 800, 810);
    assert_int_equal(found()->count, 128);
    /* A header of 12 bytes and seven of one byte. */
    assert_true(found()->real > 1.86 && found()->real < 1.87);
    for (int64_t second = 6; second < 18; second++)
        send_second(second, 101);
    assert_int_equal(diagnosis->count, 1);
}

static void fewer_chunks_are_not(void **state) {
    (void)state;
    f.session.chunk_rate = 800;
    for (int64_t second = 0; second < 12; second++)
        send_second(second, 99);
    assert_int_equal(session_side(&f, CLIENT)->diagnosis.count, 0);
}

static void a_burst_of_chunks_is_no_rate(void **state) {
    (void)state;
    f.session.chunk_rate = 800;
    send_second(0, 450);
    for (int64_t second = 1; second < 12; second++)
        send_second(second, 2);
    assert_int_equal(session_side(&f, CLIENT)->diagnosis.count, 0);
}

/* ---- silence before the end ---- */

static int64_t silence(void) {
    return rtmp_stream_silence(&f.session, f.capture.streams.stream[0]);
}

static void close_at(int64_t ms) {
    rtmp_session_close(&f.session, true, false);
    rtmp_session_closed_in(&f.session, f.frame.number + 1, ms * MS, false);
}

static void the_silence_before_the_end_is_known(void **state) {
    (void)state;
    begin_media();
    assert_int_equal(silence(), -1);
    now = 4900;
    unpublish();
    assert_int_equal(silence(), 4990 * MS);
    assert_null(found());
    SEND(VIDEO, 9000, avc); /* behind the end */
    assert_int_equal(silence(), 4990 * MS);
}

static void so_is_that_before_the_end_of_the_connection(void **state) {
    (void)state;
    begin_media();
    close_at(7010);
    assert_int_equal(silence(), 7000 * MS);
}

static void a_status_of_the_server_explains_it(void **state) {
    (void)state;
    begin_media();
    put_command(&f.stream, "onStatus", 0);
    send_at(SERVER, 1000);
    close_at(7010);
    assert_int_equal(silence(), -1);
}

static void without_media_there_is_none(void **state) {
    (void)state;
    SEND(AUDIO, 0, aac_config);
    close_at(7010);
    assert_int_equal(silence(), -1);
}

/* ---- no media ---- */

static void a_stream_that_ends_without_media_is_told(void **state) {
    (void)state;
    SEND(AUDIO, 0, aac_config);
    unpublish();
    assert_found(RTMP_FAULT_NO_MEDIA);
}

static void one_that_had_some_is_not(void **state) {
    (void)state;
    SEND(AUDIO, 0, mp3);
    unpublish();
    assert_null(found());
}

static void one_that_may_have_had_some_is_not(void **state) {
    (void)state;
    PUT(RTMP_MESSAGE_AGGREGATE, 0, mp3);
    send_at(CLIENT, 0);
    unpublish();
    assert_null(found());
}

static void a_client_that_closes_without_media_is_told(void **state) {
    (void)state;
    rtmp_session_close(&f.session, true, false);
    assert_non_null(rtmp_session_ending(&f.session));
    assert_int_equal(rtmp_session_ending(&f.session)->kind, RTMP_ENDING_NO_MEDIA);
}

static void a_server_that_closes_is_told_as_such(void **state) {
    (void)state;
    rtmp_session_close(&f.session, false, false);
    assert_int_equal(rtmp_session_ending(&f.session)->kind, RTMP_ENDING_IN_USE);
}

static void without_memory_nothing_is_told(void **state) {
    (void)state;
    f.rec.fail_at = 0;
    f.rec.fail_on = true;
    SEND(VIDEO, 0, avc_key);
    f.rec.fail_at = -1;
    f.rec.fail_on = false;
    assert_int_equal(session_side(&f, CLIENT)->diagnosis.count, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_prestate_setup_teardown(name, setup, session_teardown, &f)
    const struct CMUnitTest tests[] = {
        TEST(without_packets_nobody_is_to_blame),
        TEST(packets_that_tell_nothing_blame_the_sender_later),
        TEST(packets_of_one_side_blame_nobody),
        TEST(timestamps_that_paused_blame_the_sender_at_once),
        TEST(packets_that_were_sent_again_blame_the_network),
        TEST(one_that_was_sent_again_long_before_does_not),
        TEST(a_closed_window_blames_the_receiver),
        TEST(so_does_a_full_one),
        TEST(a_window_of_the_sender_itself_does_not),
        TEST(a_hole_right_behind_blames_the_network),
        TEST(a_hole_behind_more_bytes_does_not),
        TEST(bytes_behind_a_hole_are_no_silence),
        TEST(neither_are_they_behind_a_second_hole),
        TEST(bytes_behind_a_hole_after_a_silence_end_it),
        TEST(bytes_under_way_all_the_time_blame_the_network),
        TEST(bytes_that_were_acknowledged_meanwhile_do_not),
        TEST(needless_packets_right_behind_blame_the_network),
        TEST(needless_packets_long_after_do_not),
        TEST(behind_a_status_of_the_server_a_silence_is_none),
        TEST(behind_that_of_another_stream_it_is_one),
        TEST(after_a_loss_a_silence_is_not_known),
        TEST(a_silence_that_bytes_ended_before_a_loss_is_known),
        TEST(an_aggregate_ends_a_silence),
        TEST(aggregates_that_are_played_meanwhile_leave_no_silence),
        TEST(coded_before_any_configuration_is_told_of_each_kind_once),
        TEST(codecs_without_configuration_lack_none),
        TEST(of_a_connection_whose_beginning_is_missing_nothing_is_known),
        TEST(a_first_key_frame_long_after_audio_is_late),
        TEST(it_is_waited_for_from_the_status_on),
        TEST(one_less_than_the_threshold_after_the_status_is_not),
        TEST(one_that_comes_with_the_first_media_is_not),
        TEST(frames_that_no_encoder_orders_so_are_told_once_with_their_count),
        TEST(frames_behind_another_configuration_are_compared_with_none_before),
        TEST(frames_of_tracks_and_of_codecs_that_reorder_none_are_not_compared),
        TEST(thousands_of_chunks_a_second_are_told_once),
        TEST(fewer_chunks_are_not),
        TEST(a_burst_of_chunks_is_no_rate),
        TEST(the_silence_before_the_end_is_known),
        TEST(so_is_that_before_the_end_of_the_connection),
        TEST(a_status_of_the_server_explains_it),
        TEST(without_media_there_is_none),
        TEST(a_stream_that_ends_without_media_is_told),
        TEST(one_that_had_some_is_not),
        TEST(one_that_may_have_had_some_is_not),
        TEST(a_client_that_closes_without_media_is_told),
        TEST(a_server_that_closes_is_told_as_such),
        TEST(without_memory_nothing_is_told),
    };
    return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
