/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_ENDING_H
#define RTMP_SESSION_ENDING_H

#include "base/limits.h"
#include "session/arguments.h"

/*
 * Why a connection ended: what the client asked for, what the server said of it, and who closed the
 * connection first.
 *
 * Requests are connect, createStream, publish and play. connect and createStream are answered by
 * the `_result` or `_error` of their transaction id; publish and play by that or by an onStatus, on
 * their message stream or, observed, on another where no stream of that id was asked for. A play is
 * also answered by audio or video (observed: servers that send no status), and by the user control
 * event Stream Begin of its stream id, which says that the stream can be used (specified; every
 * server observed sends a status with it). A publish is not: no Stream Begin is specified for it.
 *
 * A stream is in use from its publish or play until the client ends it (deleteStream, closeStream,
 * FCUnpublish; publish or play with the argument false), or the server says that it ended or failed
 * (a status of level "error", or of a code that does not say that the stream continues; the user
 * control event Stream EOF, until Stream Begin follows it: nginx-rtmp, where the player pauses or
 * another publisher comes; onPlayStatus).
 */
enum rtmp_request {
    RTMP_REQUEST_NONE,
    RTMP_REQUEST_CONNECT,
    RTMP_REQUEST_CREATE_STREAM,
    RTMP_REQUEST_PUBLISH,
    RTMP_REQUEST_PLAY,
};

/* A request that waits for its answer, or a stream in use. */
struct rtmp_open_request {
    double transaction_id;
    uint32_t stream_id; /* of publish and play: the message stream */
    uint32_t frame;     /* in which it was complete */
    uint8_t kind;       /* enum rtmp_request */
    bool is_answered;   /* of publish and play: the stream is in use */
    bool has_eof;       /* it was: Stream EOF came, and no Stream Begin since */
};

/* Those of one connection, in the order in which they were made. All zero is the beginning. */
struct rtmp_requests {
    struct rtmp_open_request open[RTMP_LIMIT_OPEN_REQUESTS];
    uint8_t count;
};

/* A complete message that may say something of requests. */
struct rtmp_requests_message {
    struct rtmp_arguments *arguments; /* and the body and type of any message */
    uint32_t stream_id;
    uint32_t frame;
    bool is_from_client;
};

/* A command (types 20, 17) whose head was read. */
void rtmp_requests_follow_command(struct rtmp_requests *requests,
                                  const struct rtmp_command_head *head,
                                  const struct rtmp_requests_message *message);

/* A user control message (type 4) or a data message (types 18, 15). */
void rtmp_requests_follow_event(struct rtmp_requests *requests,
                                const struct rtmp_requests_message *message);

/* The server has sent audio or video: plays are answered. */
void rtmp_requests_note_media(struct rtmp_requests *requests);

/* Was a publish or play on this message stream accepted, and the stream not ended since? */
bool rtmp_requests_have_accepted(const struct rtmp_requests *requests, uint32_t stream_id);

/* Bytes of the connection are missing, answers perhaps among them: what was open is not known. */
static inline void rtmp_requests_forget(struct rtmp_requests *requests) {
    requests->count = 0;
}

enum rtmp_ending_kind {
    RTMP_ENDING_NONE,       /* not ended, as it should, or not known */
    RTMP_ENDING_UNANSWERED, /* closed while a request waited for its answer */
    RTMP_ENDING_NO_MEDIA,   /* closed by the client, without any media of its last stream */
    RTMP_ENDING_IN_USE, /* closed by the server while a stream was in use, by the client while it
                           published */
};

struct rtmp_ending {
    uint8_t kind;    /* enum rtmp_ending_kind */
    uint8_t request; /* enum rtmp_request: the last one that waited or was in use */
    bool by_client;
    uint32_t request_frame;
};

/* One side closes the connection. */
struct rtmp_ending rtmp_requests_close(const struct rtmp_requests *requests, bool by_client);

/* The client closes it, and its stream on this message stream had no media. */
struct rtmp_ending rtmp_requests_close_without_media(const struct rtmp_requests *requests,
                                                     uint32_t stream_id);

/* Does the request of an ending still wait for its answer? One may come behind the client's FIN. */
bool rtmp_requests_wait(const struct rtmp_requests *requests, const struct rtmp_ending *ending);

/* "connect" and so on. Static storage. */
const char *rtmp_request_name(enum rtmp_request request);

#endif
