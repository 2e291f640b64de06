/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_SESSION_H
#define RTMP_SESSION_SESSION_H

#include "base/limits.h"
#include "session/calls.h"
#include "session/clock.h"
#include "session/direction.h"
#include "session/ending.h"
#include "session/record.h"

/*
 * One RTMP connection, in TCP, in TLS or tunnelled in HTTP: both directions, their records, and the
 * facts that each gives of the other. The first pass feeds segments in the order of the capture;
 * later passes look up what it recorded (record.h) and feed nothing.
 */

struct rtmp_session_direction;

/*
 * What the sessions of one capture share: the directions whose holes may still fill, that of the
 * last hole first. The end of a connection is not known: a direction leaves the list when enough
 * others have holes. All zero is the beginning. Lives as long as its sessions.
 */
struct rtmp_capture {
    struct rtmp_session_direction *waiting[RTMP_LIMIT_LATE_DIRECTIONS];
};

/* Settings of the user. All zero are the defaults. */
struct rtmp_session_options {
    uint32_t midstream_chunk_size; /* for captures that begin inside the connection; 0: infer it */
    bool fmt3_repeats_timestamp;   /* dechunk.h */
    bool keep_media;               /* whole bodies of audio and video, not only their head */
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

/*
 * The body of a message whose several chunks are in one segment, as reassembled when they were
 * read. In the segment's packet memory: later passes reassemble it again.
 */
struct rtmp_fresh_body {
    const struct rtmp_fresh_body *next; /* that of a later fragment */
    uint32_t fragment;                  /* index in the segment of the one that completes it */
    uint8_t bytes[];                    /* all of the message's */
};

/* Where the record of a message is found: its fragment counts from the first of its segment. */
struct rtmp_recent_message {
    uint64_t offset; /* of its first byte */
    uint32_t segment, fragment;
};

struct rtmp_session_direction {
    struct rtmp_session *session;
    struct rtmp_direction wire;
    struct rtmp_records records;
    struct rtmp_calls calls;
    struct rtmp_clocks clocks;
    /* The note of each kind that is reported at each occurrence: index + 1; 0: none yet. */
    uint32_t counter[RTMP_NOTE_COUNT - RTMP_NOTE_FIRST_COUNTED];
    const struct rtmp_fresh_body **next_fresh;
    struct rtmp_frame last_frame;       /* the last one fed */
    uint64_t open_offset, open_end;     /* of the segment being fed */
    const struct rtmp_memory *packet;   /* its packet memory */
    bool filling;                       /* what is being fed fills holes */
    struct rtmp_recent_message *recent; /* messages recorded while holes are open, which late bytes
                                           may correct; NULL: none yet */
    uint32_t recent_count;
};

struct rtmp_session {
    uint32_t id;
    struct rtmp_memory memory;
    struct rtmp_capture *capture;
    struct rtmp_session_direction direction[2]; /* 0: client to server */
    bool answer_without_call; /* one of a call that was not seen before it: requests are missing, or
                                 come out of order */
    struct rtmp_requests requests; /* that were not answered, or whose stream is in use */
    struct rtmp_ending ending;
    bool is_closed;
};

/* Begin. id: distinct within the capture. memory is copied; session and capture stay where they
 * are. */
void rtmp_session_init(struct rtmp_session *session, uint32_t id, struct rtmp_capture *capture,
                       const struct rtmp_memory *memory,
                       const struct rtmp_session_options *options);

/* Free what it holds. */
void rtmp_session_destroy(struct rtmp_session *session);

/* The other direction. */
struct rtmp_session_direction *rtmp_session_peer(const struct rtmp_session_direction *direction);

/* Is it the direction from client to server? */
static inline bool rtmp_session_from_client(const struct rtmp_session_direction *direction) {
    return direction == &direction->session->direction[0];
}

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
 * First pass: one side closes the connection, behind all that was fed. lossy: of what it or the
 * other sent, bytes are missing at the end. Returns how the connection ends; NULL: it did before,
 * or there is nothing to say.
 */
const struct rtmp_ending *rtmp_session_close(struct rtmp_session *session, bool by_client,
                                             bool lossy);

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

/* The id of the message that a fragment of this index completes. */
static inline uint32_t rtmp_session_message_id(const struct rtmp_session_direction *direction,
                                               uint32_t fragment) {
    return fragment << 1 | (rtmp_session_from_client(direction) ? 0U : 1U);
}

/* The message of an id. False: there is none. */
bool rtmp_session_message(const struct rtmp_session *session, uint32_t id,
                          struct rtmp_message_record *record);

#endif
