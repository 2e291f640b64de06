/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_STATE_H
#define RTMP_SESSION_STATE_H

#include "base/limits.h"
#include "base/mask.h"
#include "session/calls.h"
#include "session/chunking.h"
#include "session/clock.h"
#include "session/diagnosis.h"
#include "session/direction.h"
#include "session/ending.h"
#include "session/flow.h"
#include "session/record.h"
#include "session/so_objects.h"
#include "session/so_records.h"
#include "session/streams.h"

/*
 * What a session holds (session.h is its interface): written by the first pass, through the files
 * that record messages (recorder.h), notes (notes.h) and facts (follow.h).
 */

struct rtmp_session_direction;

/*
 * What the sessions of one capture share: the directions whose holes may still fill, that of the
 * last hole first, the texts that facts refer to, and the SharedObjects. The end of a connection is
 * not known: a direction leaves the list when enough others have holes. All zero is the beginning.
 * Lives as long as its sessions, which have the same memory.
 */
struct rtmp_capture {
    struct rtmp_session_direction *waiting[RTMP_LIMIT_LATE_DIRECTIONS];
    struct rtmp_session_direction *last_fed; /* NULL: none yet */
    struct rtmp_texts texts;
    struct rtmp_streams streams;
    uint32_t sessions; /* so far */
    struct rtmp_so_objects so;
    struct rtmp_mask
        mask; /* of texts outside of connections; its salt is that of all, 0: none yet */
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

/* What was known of a direction when the first of the holes that are open was. */
struct rtmp_known_before_holes {
    uint64_t offset;      /* of that hole */
    uint64_t calls_since; /* calls.known_since */
    bool is_certain;      /* when all holes are filled, no byte since was left out */
};

struct rtmp_session_direction {
    struct rtmp_session *session;
    struct rtmp_direction wire;
    struct rtmp_records records;
    struct rtmp_calls calls;
    struct rtmp_known_before_holes before_holes;
    uint32_t peer_facts_at_loss; /* of the peer's calls, and answers, when the last loss was
                                    noticed, or the first of the holes that are open */
    struct rtmp_so_records so;
    struct rtmp_clocks clocks;
    struct rtmp_diagnosis diagnosis; /* of its messages */
    struct rtmp_transport transport; /* of its bytes */
    struct rtmp_stream_bindings streams;
    struct rtmp_acks acks;   /* by the other side, of the bytes of this one */
    struct rtmp_pings pings; /* requests of this side */
    struct rtmp_chunking chunking;
    /* The note of each kind that is reported at each occurrence: index + 1; 0: none yet. */
    uint32_t counter[RTMP_NOTE_COUNT - RTMP_NOTE_FIRST_COUNTED];
    const struct rtmp_fresh_body **next_fresh;
    struct rtmp_frame last_frame;     /* the last one fed */
    uint64_t open_offset, open_end;   /* of the segment being fed */
    const struct rtmp_memory *packet; /* its packet memory */
    bool is_broken; /* an unknown number of bytes is missing: offsets count too few */
    bool filling;   /* what is being fed fills holes */
    bool has_loss;  /* messages may be missing, somewhere before */
    struct rtmp_recent_message *recent; /* messages recorded while holes are open, which late bytes
                                           may correct; NULL: none yet */
    uint32_t recent_count;
};

/* Which side closed the connection first, with FIN or RST, and where. */
struct rtmp_closing {
    uint32_t frame; /* 0: not known */
    int64_t time;   /* of capture, ns since 1970 */
    bool by_client, is_reset;
};

/* The first connect of a connection that names a user to the server
 * (payload/command/authentication.h). */
struct rtmp_auth_connect {
    uint32_t message; /* index among the client's */
    uint8_t round;    /* 0: there is none */
};

struct rtmp_session {
    uint32_t id;
    uint32_t number; /* in the capture, from 0 */
    struct rtmp_memory memory;
    struct rtmp_capture *capture;
    struct rtmp_ack_thresholds ack_thresholds;
    struct rtmp_media_thresholds media_thresholds;
    uint32_t chunk_rate; /* chunks a second from which on it is told of them; 0: never */
    struct rtmp_session_direction direction[2]; /* 0: client to server */
    bool answer_without_call; /* one of a call that was not seen before it: requests are missing, or
                                 come out of order */
    struct rtmp_requests requests; /* that were not answered, or whose stream is in use */
    struct rtmp_streams_in_use streams;
    struct rtmp_auth_connect auth;
    const struct rtmp_kept_text *server; /* its address and port; NULL: not known */
    struct rtmp_ending ending;
    struct rtmp_closing closing; /* with is_closed */
    struct rtmp_so_copies so;
    struct rtmp_mask secrets;
    bool hides_secrets;
    bool is_closed; /* one side has sent FIN or RST */
    bool is_final;  /* the client closed first, and reads no answers any more */
};

/* What texts of the connection hide; NULL: nothing. */
static inline const struct rtmp_mask *rtmp_session_mask(const struct rtmp_session *session) {
    return session->hides_secrets ? &session->secrets : NULL;
}

/* The other direction. */
static inline struct rtmp_session_direction *
rtmp_session_peer(const struct rtmp_session_direction *direction) {
    return &direction->session->direction[direction == &direction->session->direction[0] ? 1 : 0];
}

/* Is it the direction from client to server? */
static inline bool rtmp_session_from_client(const struct rtmp_session_direction *direction) {
    return direction == &direction->session->direction[0];
}

/* ---- while a segment is fed ---- */

static inline struct rtmp_segment_record *
rtmp_session_open_segment(const struct rtmp_session_direction *direction) {
    return &direction->records.segments[direction->records.segment_count - 1];
}

/* The nearest offset that the segment has, or its end. */
static inline uint64_t rtmp_session_clamp(const struct rtmp_session_direction *direction,
                                          uint64_t offset) {
    return offset < direction->open_offset ? direction->open_offset
           : offset > direction->open_end  ? direction->open_end
                                           : offset;
}

#endif
