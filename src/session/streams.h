/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_STREAMS_H
#define RTMP_SESSION_STREAMS_H

#include "base/limits.h"
#include "session/texts.h"

/*
 * Streams: what a client publishes or plays under a name, from its `publish` or `play` until the
 * next one on the same message stream. A stream that ended still owns the messages that come behind
 * its end (observed: servers that send on after deleteStream).
 *
 * Which stream a message concerns is recorded as changes: from a message of a direction on, a
 * message stream id belongs to another stream. Messages that name a stream on message stream 0
 * (deleteStream, FCUnpublish, user control events) are recorded one by one.
 *
 * Audio and video of a publish come from the client, those of a play from the server; what the
 * other side sends on its message stream belongs to none.
 *
 * Media on a message stream that no `play` or `publish` named belong to the only one of the
 * connection that is in use (observed: Node-Media-Server 4 and FFmpeg as a server send the media of
 * a play on message stream 1 on 0), until another stream begins.
 *
 * Behind a loss the message stream of a message may not be known: its media and data belong to the
 * only stream of their side, if no second one was seen.
 */
enum rtmp_stream_role { RTMP_STREAM_PUBLISH, RTMP_STREAM_PLAY };

/* What ended a stream first. */
enum rtmp_stream_end {
    RTMP_STREAM_OPEN,
    RTMP_STREAM_DELETED,     /* deleteStream */
    RTMP_STREAM_CLOSED,      /* closeStream, or publish / play with the argument false */
    RTMP_STREAM_UNPUBLISHED, /* FCUnpublish */
    RTMP_STREAM_REPLACED,    /* another publish or play on its message stream */
    RTMP_STREAM_STATUS,      /* a status of the server that says that it ended or failed */
    RTMP_STREAM_EOF,         /* the user control event Stream EOF */
    RTMP_STREAM_CONNECTION,  /* the connection ended */
};

/* A message: its session's id in the capture, and its own in the session (session.h). */
struct rtmp_message_place {
    uint32_t session, message;
};

struct rtmp_stream {
    uint32_t number;                 /* in the capture, from 0 */
    uint32_t id;                     /* message stream */
    struct rtmp_message_place begin; /* the message that publishes or plays it */
    struct rtmp_message_place end;   /* that ended it; not of RTMP_STREAM_OPEN and _CONNECTION */
    int64_t started; /* with has_started: capture time of the status that says so, ns since 1970 */
    uint8_t role;    /* enum rtmp_stream_role */
    uint8_t ended;   /* enum rtmp_stream_end */
    bool has_started;
    bool has_media;    /* coded audio or video came ... */
    bool is_uncertain; /* ... or may have come, and configuration too: in an aggregate, late, after
                          a loss, or of the stream that it replaced */
    int64_t silence;   /* of one that a message ended: rtmp_stream_silence() */
    const struct rtmp_kept_text *name;         /* as published or played; NULL: not known */
    const struct rtmp_kept_text *app, *tc_url; /* of the connection; NULL: not known */
};

/* The streams of a capture, by number. All zero is the beginning. */
struct rtmp_streams {
    struct rtmp_stream **stream;
    uint32_t count, capacity;
};

void rtmp_streams_destroy(struct rtmp_streams *streams, const struct rtmp_memory *memory);

/* Those of one connection that have not ended, and what its `connect` said. All zero is the
 * beginning. */
struct rtmp_streams_in_use {
    struct rtmp_stream *stream[RTMP_LIMIT_STREAMS_IN_USE];
    uint32_t count;
    struct rtmp_stream *published;             /* the last one, ended or not; NULL: none */
    const struct rtmp_kept_text *app, *tc_url; /* NULL: not known */
};

/* From the message of this index on. */
struct rtmp_stream_change {
    uint32_t message;
    const struct rtmp_stream *stream; /* NULL: none */
};

/* Changes in the order of messages. */
struct rtmp_stream_changes {
    struct rtmp_stream_change *change;
    uint32_t count, capacity;
};

/* The streams of one direction. All zero is the beginning. */
struct rtmp_stream_bindings {
    struct rtmp_stream_id_changes *of; /* by message stream id */
    uint32_t count, capacity;
    struct rtmp_stream_changes named; /* single messages that name a stream */
    uint32_t media_id;                /* of the last media message ... */
    bool media_settled;               /* ... whose stream, or that it has none, is recorded */
    uint32_t guessed_id;              /* bound because media came on it ... */
    bool has_guessed;                 /* ... if there is one */
};

void rtmp_stream_bindings_destroy(struct rtmp_stream_bindings *bindings,
                                  const struct rtmp_memory *memory);

/* From message `index` on, a message stream id belongs to `stream` (NULL: to none). Without memory,
 * or beyond RTMP_LIMIT_STREAM_IDS ids, it belongs to none. */
void rtmp_stream_bind(struct rtmp_stream_bindings *bindings, const struct rtmp_memory *memory,
                      uint32_t id, uint32_t index, const struct rtmp_stream *stream);

/* Message `index`, the last one, concerns `stream`. */
void rtmp_stream_name_one(struct rtmp_stream_bindings *bindings, const struct rtmp_memory *memory,
                          uint32_t index, const struct rtmp_stream *stream);

/* The stream that a message stream id belongs to at message `index`, NULL: none. */
const struct rtmp_stream *rtmp_stream_bound(const struct rtmp_stream_bindings *bindings,
                                            uint32_t id, uint32_t index);

/* The stream that audio or video of one side on a message stream belongs to, at message `index`.
 * NULL: none. */
const struct rtmp_stream *rtmp_stream_of_media(const struct rtmp_stream_bindings *bindings,
                                               bool from_client, uint32_t id, uint32_t index);

/* The only stream that audio, video or data of one side can belong to at message `index`, whatever
 * their message stream. NULL: there is none, or there are several. */
const struct rtmp_stream *rtmp_stream_only(const struct rtmp_stream_bindings *bindings,
                                           bool from_client, uint32_t index);

/* The stream that message `index` was named for, NULL: none. */
const struct rtmp_stream *rtmp_stream_named(const struct rtmp_stream_bindings *bindings,
                                            uint32_t index);

/* A new stream of the capture. NULL: no memory, or RTMP_LIMIT_STREAMS. */
struct rtmp_stream *rtmp_streams_add(struct rtmp_streams *streams,
                                     const struct rtmp_memory *memory);

/* "publish" or "play"; "deleteStream" and so on. Static storage. */
const char *rtmp_stream_role_name(enum rtmp_stream_role role);
const char *rtmp_stream_end_name(enum rtmp_stream_end end);

#endif
