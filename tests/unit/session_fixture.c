/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "vectors.h"

static void *resize_packet(void *user, void *old, size_t size) {
    struct session_fixture *f = user;
    assert_null(old);
    assert_in_range(f->packet_count, 0, sizeof f->packet_blocks / sizeof *f->packet_blocks - 1);
    void *block = malloc(size);
    assert_non_null(block);
    f->packet_blocks[f->packet_count++] = block;
    return block;
}

void session_begin(struct session_fixture *f) {
    memset(f, 0, sizeof *f);
    f->rec = recorder_new();
    f->packet = (struct rtmp_memory){.resize = resize_packet, .user = f};
    const struct rtmp_memory memory = recorder_memory(&f->rec);
    const struct rtmp_session_options options = {0};
    rtmp_session_init(&f->session, 7, &f->capture, &memory, &options);
}

void session_end(struct session_fixture *f) {
    const struct rtmp_memory memory = recorder_memory(&f->rec);
    rtmp_session_destroy(&f->session);
    rtmp_capture_destroy(&f->capture, &memory);
    assert_int_equal(f->rec.live, 0);
    while (f->packet_count)
        free(f->packet_blocks[--f->packet_count]);
}

/* C0 C1, S0 S1 S2, C2: without digests; the second packets echo nothing. */
void session_shake_hands(struct session_fixture *f) {
    uint8_t bytes[RTMP_HANDSHAKE_TOTAL] = {3, 0xee};
    memset(bytes + 9, 0x5A, sizeof bytes - 9);
    session_feed(f, CLIENT, bytes, 1 + RTMP_HANDSHAKE_SIZE);
    session_feed(f, SERVER, bytes, sizeof bytes);
    session_feed(f, CLIENT, bytes + 1 + RTMP_HANDSHAKE_SIZE, RTMP_HANDSHAKE_SIZE);
}

int session_setup(void **state) {
    session_begin(*state);
    session_shake_hands(*state);
    return 0;
}

int session_teardown(void **state) {
    session_end(*state);
    return 0;
}

struct rtmp_session_direction *session_side(struct session_fixture *f, unsigned side) {
    return &f->session.direction[side];
}

static const struct rtmp_segment_record *feed_segment(struct session_fixture *f, unsigned side,
                                                      uint64_t offset, const uint8_t *bytes,
                                                      uint32_t len) {
    uint8_t *copy = guarded_copy(bytes, len);
    const struct rtmp_segment segment = {.offset = offset,
                                         .bytes = copy,
                                         .captured = len,
                                         .reported = len,
                                         .frame = f->frame,
                                         .time = (int64_t)f->frame.number * 1000000,
                                         .packet = &f->packet};
    const struct rtmp_segment_record *record =
        rtmp_session_feed(session_side(f, side), &segment, &f->fresh);
    guarded_free(copy, len);
    return record;
}

static void next_frame(struct session_fixture *f) {
    f->frame.number++;
    f->frame.place += 100;
}

const struct rtmp_segment_record *session_feed_at(struct session_fixture *f, unsigned side,
                                                  uint64_t offset, const uint8_t *bytes,
                                                  uint32_t len) {
    next_frame(f);
    return feed_segment(f, side, offset, bytes, len);
}

const struct rtmp_segment_record *session_feed(struct session_fixture *f, unsigned side,
                                               const uint8_t *bytes, uint32_t len) {
    return session_feed_at(f, side, session_side(f, side)->wire.position, bytes, len);
}

const struct rtmp_segment_record *session_feed_frame(struct session_fixture *f, unsigned side,
                                                     struct rtmp_frame frame, const uint8_t *bytes,
                                                     uint32_t len) {
    f->frame = frame;
    return feed_segment(f, side, session_side(f, side)->wire.position, bytes, len);
}

const struct rtmp_segment_record *session_send(struct session_fixture *f, unsigned side) {
    const struct rtmp_segment_record *segment =
        session_feed(f, side, f->stream.bytes, f->stream.len);
    f->stream.len = 0;
    return segment;
}

struct rtmp_segment_view session_view(struct session_fixture *f, unsigned side,
                                      const struct rtmp_segment_record *segment,
                                      const uint8_t *bytes) {
    struct rtmp_session_direction *direction = session_side(f, side);
    return (struct rtmp_segment_view){
        .direction = direction,
        .segment = segment,
        .fragments = rtmp_records_fragments(&direction->records, segment),
        .bytes = bytes,
        .packet = &f->packet,
    };
}

bool session_message(const struct session_fixture *f, unsigned side, unsigned n,
                     struct rtmp_message_record *message) {
    uint32_t end = rtmp_records_next_index(&f->session.direction[side].records);
    for (uint32_t index = 0; index < end; index++)
        if (rtmp_session_message(&f->session, index << 1 | side, message) && n-- == 0)
            return true;
    return false;
}

/* ---- bytes ---- */

static void put(struct stream *s, const void *bytes, uint32_t len) {
    assert_in_range(s->len + len, 0, sizeof s->bytes);
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
}

void put_message(struct stream *s, uint8_t csid, uint8_t type, const void *body, uint32_t len,
                 uint32_t chunk_size) {
    const uint8_t header[12] = {csid,         0,    0, 20, 0, (uint8_t)(len >> 8),
                                (uint8_t)len, type, 1, 0,  0, 0};
    const uint8_t continues = (uint8_t)(0xC0 | csid);
    const uint8_t *bytes = body;
    put(s, header, sizeof header);
    for (uint32_t at = 0; at < len; at += chunk_size) {
        if (at)
            put(s, &continues, 1);
        put(s, bytes + at, len - at < chunk_size ? len - at : chunk_size);
    }
}

void put_command(struct stream *s, const char *name, double transaction_id) {
    uint8_t body[64] = {2, 0, (uint8_t)strlen(name)};
    uint32_t len = 3 + (uint32_t)strlen(name);
    memcpy(body + 3, name, strlen(name));
    uint64_t bits;
    memcpy(&bits, &transaction_id, sizeof bits);
    body[len++] = 0;
    for (unsigned shift = 64; shift; shift -= 8)
        body[len++] = (uint8_t)(bits >> (shift - 8));
    put_message(s, 3, RTMP_MESSAGE_COMMAND_AMF0, body, len, 128);
}

void put_avc_config(struct stream *s, uint8_t nal_length_size) {
    const uint8_t body[] = {0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1F, (uint8_t)(0xFB + nal_length_size),
                            0xE0, 0};
    put_message(s, 6, RTMP_MESSAGE_VIDEO, body, sizeof body, 128);
}

void put_avc_frame(struct stream *s) {
    static const uint8_t body[] = {0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x41, 0x9A};
    put_message(s, 6, RTMP_MESSAGE_VIDEO, body, sizeof body, 128);
}
