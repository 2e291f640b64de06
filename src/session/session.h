/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SESSION_H
#define RTMP_SESSION_SESSION_H

#include "payload/command/authentication.h"
#include "session/state.h"

/*
 * One RTMP connection, in TCP, in TLS or tunnelled in HTTP: both directions, their records, and the
 * facts that each gives of the other. The first pass feeds segments in the order of the capture;
 * later passes look up what it recorded (record.h) and feed nothing.
 */

/* Settings of the user. All zero: nothing is set, and thresholds are never reached. */
struct rtmp_session_options {
    uint32_t midstream_chunk_size; /* for captures that begin inside the connection; 0: infer it */
    bool fmt3_repeats_timestamp;   /* dechunk.h */
    bool keep_media;               /* whole bodies of audio and video, not only their head */
    bool hide_secrets;             /* in texts (secrets.h) */
    const char *server; /* where its server is: address and port as text; NULL: not known */
    struct rtmp_ack_thresholds ack_thresholds;
    struct rtmp_media_thresholds media_thresholds;
    uint32_t chunk_rate; /* chunks a second of a direction */
};

/* Offset of a segment an unknown number of bytes after the direction's position. */
#define RTMP_OFFSET_UNKNOWN UINT64_MAX
/* Offset of a segment before that position, whether or not its bytes were read. */
#define RTMP_OFFSET_SEEN (UINT64_MAX - 1)

/*
 * Bytes of one direction that came together: `captured` of them at `bytes` (borrowed; NULL if
 * none), and those up to `reported` that a snapshot length cut off.
 */
struct rtmp_segment {
    uint64_t offset; /* of the first byte in the direction, or one of the above */
    const uint8_t *bytes;
    uint32_t captured, reported;
    struct rtmp_frame frame;
    int64_t time;                     /* of capture: ns since 1970 */
    const struct rtmp_memory *packet; /* allocates what is needed until the segment was shown; not
                                         freed. NULL: nothing is kept for that */
};

/* Begin. id: distinct within the capture. memory is copied; session and capture stay where they
 * are. */
void rtmp_session_init(struct rtmp_session *session, uint32_t id, struct rtmp_capture *capture,
                       const struct rtmp_memory *memory,
                       const struct rtmp_session_options *options);

/* Free what it holds. */
void rtmp_session_destroy(struct rtmp_session *session);

/* Free what the sessions of a capture shared, after the last one; memory: theirs. */
void rtmp_capture_destroy(struct rtmp_capture *capture, const struct rtmp_memory *memory);

/* Distinct among the directions of a capture whose sessions' ids are less than 2^31. */
static inline uint32_t rtmp_session_direction_id(const struct rtmp_session_direction *direction) {
    return direction->session->id << 1 | (rtmp_session_from_client(direction) ? 0U : 1U);
}

/*
 * First pass: read a segment and record it. Bytes before the direction's position fill holes, or
 * were seen and are skipped; a distance beyond it is a hole. Without memory for its record it is
 * read all the same.
 *
 * Returns its record, NULL: nothing of it is new, or it has none. *fresh: the first of its fresh
 * bodies, or NULL.
 */
const struct rtmp_segment_record *rtmp_session_feed(struct rtmp_session_direction *direction,
                                                    const struct rtmp_segment *segment,
                                                    const struct rtmp_fresh_body **fresh);

/*
 * First pass: what the transport says of a packet of one side, as bits (RTMP_TRANSPORT_*), or
 * nothing; after its bytes were fed, if it has any. Told of every packet, or of none.
 */
void rtmp_session_transport(struct rtmp_session *session, bool by_client, unsigned what,
                            int64_t time);

/*
 * First pass: one side closes the connection, behind all that was fed. lossy: of what it or the
 * other sent, bytes are missing at the end. Nothing happens where it was closed before.
 */
void rtmp_session_close(struct rtmp_session *session, bool by_client, bool lossy);

/* First pass: rtmp_session_close() just closed the connection in this frame. */
void rtmp_session_closed_in(struct rtmp_session *session, uint32_t frame, int64_t time,
                            bool is_reset);

/* First pass: one side sends the connection's first RST, after rtmp_session_close(). If that side
 * closed first, it was for both directions: an answer that came in between was not read. */
void rtmp_session_reset(struct rtmp_session *session, bool by_client);

/* How the connection ended, as far as the first pass has come. NULL: it did not, there is nothing
 * to say, or the answer that was missing came behind the client's FIN: it had only ended its own
 * direction. */
const struct rtmp_ending *rtmp_session_ending(struct rtmp_session *session);

/*
 * The range of a segment that is handshake: bytes [offset, offset + len) of a direction's first
 * handshake_end bytes, and which of its packets (C1 / S1, C2 / S2) end there.
 */
struct rtmp_handshake_range {
    uint64_t offset;
    uint32_t len;
    bool completes_first;
    bool completes_second;
};

/* False: nothing of the segment's `len` bytes is handshake. */
bool rtmp_session_handshake_range(const struct rtmp_session_direction *direction,
                                  const struct rtmp_segment_record *segment, uint32_t len,
                                  struct rtmp_handshake_range *range);

/* What its bytes behind the last fragment are, as far as is known by now. */
enum rtmp_segment_rest rtmp_session_rest(const struct rtmp_session_direction *direction,
                                         const struct rtmp_segment_record *segment);

/* Where in the segment's `len` bytes the encrypted ones begin; `len`: there are none. */
uint32_t rtmp_session_encrypted_from(const struct rtmp_session_direction *direction,
                                     const struct rtmp_segment_record *segment, uint32_t len);

/* ---- messages ---- */

/* A complete message. */
struct rtmp_message_record {
    uint32_t id;        /* distinct within the session; within a direction, in the order in which
                           messages were completed */
    unsigned direction; /* 0: client to server */
    uint32_t session;   /* its id */
    struct rtmp_message message;
    int64_t time;                             /* of capture of the segment that completes it */
    uint32_t first_segment;                   /* index + 1; 0: not known */
    uint32_t last_segment;                    /* index of the one that completes it */
    const struct rtmp_reassembly *reassembly; /* NULL: one chunk in one segment */
    struct rtmp_message_facts facts;
};

/* What a command of the direction is to an authentication, `bytes` its body; facts: NULL: it has
 * none. */
struct rtmp_auth rtmp_session_auth(const struct rtmp_session_direction *direction,
                                   const struct rtmp_facts_record *facts,
                                   const struct rtmp_command *command, const uint8_t *bytes);

/* The frame and capture time of the message on the other end of a link. */
struct rtmp_linked {
    uint32_t frame; /* 0: a read filter took it away */
    int64_t time;   /* ns since 1970 */
};

/* The answer of a call, or the call of an answer; facts: of a message of the direction. False: none
 * is known. */
bool rtmp_session_linked(const struct rtmp_session_direction *direction,
                         const struct rtmp_facts_record *facts, struct rtmp_linked *linked);

/* The name of the call, NULL: not known. facts: of a call, or of an answer. */
static inline const struct rtmp_kept_text *
rtmp_session_call_name(const struct rtmp_session *session, const struct rtmp_facts_record *facts) {
    return rtmp_texts_of(&session->capture->texts, facts->name);
}

/* The id of the message that a fragment of this index completes. */
static inline uint32_t rtmp_session_message_id(const struct rtmp_session_direction *direction,
                                               uint32_t fragment) {
    return fragment << 1 | (rtmp_session_from_client(direction) ? 0U : 1U);
}

/* The message of an id. False: there is none. */
bool rtmp_session_message(const struct rtmp_session *session, uint32_t id,
                          struct rtmp_message_record *record);

#endif
