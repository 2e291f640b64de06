/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

#include "direction_fixture.h"
#include "session/message_body.h"

/*
 * A session that is fed segments as a transport does, each in a frame of its own unless said
 * otherwise, captured a millisecond after the last one.
 */

enum { CLIENT, SERVER };
enum { BEGIN = RTMP_HANDSHAKE_TOTAL }; /* offset of the first chunk header */

struct stream {
    uint8_t bytes[1 << 16];
    uint32_t len;
};

struct session_fixture {
    struct recorder rec; /* the session's memory; may fail */
    struct rtmp_capture capture;
    struct rtmp_session session;
    struct rtmp_memory packet; /* freed at the end */
    void *packet_blocks[4096];
    unsigned packet_count;
    struct rtmp_frame frame; /* the last one */
    const struct rtmp_fresh_body *fresh;
    struct stream stream; /* what session_send() sends */
};

/* A test whose fixture `f` has shaken hands. */
#define SESSION_TEST(name)                                                                         \
    cmocka_unit_test_prestate_setup_teardown(name, session_setup, session_teardown, &f)
int session_setup(void **state);
int session_teardown(void **state);

/* A new session of the capture, nothing fed. */
void session_begin(struct session_fixture *f);

/* A handshake of both sides: three frames. */
void session_shake_hands(struct session_fixture *f);

/* Free everything, which must leave nothing allocated. */
void session_end(struct session_fixture *f);

struct rtmp_session_direction *session_side(struct session_fixture *f, unsigned side);

/* The next frame brings these bytes at an offset of a direction, or behind what it read so far. The
 * bytes are copied to the end of a block, so that a read beyond them is found. */
const struct rtmp_segment_record *session_feed_at(struct session_fixture *f, unsigned side,
                                                  uint64_t offset, const uint8_t *bytes,
                                                  uint32_t len);
const struct rtmp_segment_record *session_feed(struct session_fixture *f, unsigned side,
                                               const uint8_t *bytes, uint32_t len);

/* The same of an explicit frame. */
const struct rtmp_segment_record *session_feed_frame(struct session_fixture *f, unsigned side,
                                                     struct rtmp_frame frame, const uint8_t *bytes,
                                                     uint32_t len);

/* The next frame brings `f->stream`, which is empty then. */
const struct rtmp_segment_record *session_send(struct session_fixture *f, unsigned side);

/* A segment as it is shown later, without the bodies of the first pass. */
struct rtmp_segment_view session_view(struct session_fixture *f, unsigned side,
                                      const struct rtmp_segment_record *segment,
                                      const uint8_t *bytes);

/* The n-th complete message of a direction, in the order of ids. False: there are fewer. */
bool session_message(const struct session_fixture *f, unsigned side, unsigned n,
                     struct rtmp_message_record *message);

/* ---- bytes ---- */

/* Append a message in chunks of `chunk_size` bytes, with a fmt 0 header. */
void put_message(struct stream *s, uint8_t csid, uint8_t type, const void *body, uint32_t len,
                 uint32_t chunk_size);

/* Append a command in AMF0, in one chunk: a name and a transaction id. */
void put_command(struct stream *s, const char *name, double transaction_id);

/* Append video in one chunk: an AVC configuration record with this NAL length size, or a coded
 * frame. */
void put_avc_config(struct stream *s, uint8_t nal_length_size);
void put_avc_frame(struct stream *s);

#endif
