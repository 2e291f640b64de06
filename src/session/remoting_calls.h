/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_SESSION_REMOTING_CALLS_H
#define RTMP_SESSION_REMOTING_CALLS_H

#include "base/memory.h"
#include "base/text.h"
#include "payload/remoting/facts.h"
#include "session/record.h"

/*
 * The calls of Flash Remoting and their replies: records of AMF packets, and the links between
 * their messages. A reply belongs to a request by the HTTP exchange, its messages to the calls in
 * it by the response URI: `/1` is used again in every exchange (observed: SabreAMF).
 *
 * The records are made once, when a packet is first seen, and stay in `memory`; what a later packet
 * says of an earlier one is written into the record of the earlier one.
 */

#define RTMP_FLEX_ID_SIZE 40U /* a UUID of 36 characters, and some that are none */

/* One message of a packet. */
struct rtmp_remoting_record {
    const struct rtmp_remoting_packet *packet; /* that it is in */
    const uint8_t *id;                         /* what links it, id_length bytes */
    uint8_t id_length;                         /* 0: no reply is wanted, or the URI is too long */
    char flex_id[RTMP_FLEX_ID_SIZE];           /* of a Flex message: of a call its id, of a reply
                                                  the id of the call; "": none */
    enum rtmp_remoting_status status;          /* of a reply */
    bool is_fault;                             /* of a reply */
    bool is_second;                            /* of a reply: the call had one; it has no peer */
    const char *call;                          /* of a request: the name of the call, as shown */
    const struct rtmp_remoting_record *peer; /* the reply of a call, the call of a reply; or NULL */
};

/* One AMF packet. */
struct rtmp_remoting_packet {
    struct rtmp_frame frame;
    int64_t time; /* of capture: ns since 1970 */
    bool is_reply;
    bool is_whole;      /* it was read to its end */
    bool was_passed;    /* of a request: another answer came, or a reply to a later one */
    uint32_t announced; /* messages, by the packet */
    uint32_t total;     /* messages that can be read */
    uint32_t
        count; /* messages with a record, the first ones; RTMP_LIMIT_REMOTING_MESSAGES at most */
    struct rtmp_remoting_record *message;
    const struct rtmp_remoting_packet *peer; /* the other one of its exchange, or NULL */
    uint32_t stream;                         /* of HTTP/2; 0: of HTTP/1, or not known */
    uint32_t requests; /* of HTTP/1 on the connection, up to this packet; 0: not known */
    uint32_t replies;
    uint32_t acknowledged;  /* of a request over HTTP/1: TCP's acknowledgement number */
    struct rtmp_mask *mask; /* what its texts hide; NULL: nothing */
    const void *exchange;   /* whatever the transport knows it by */
    /* Of a request, the transport's: did its exchange end otherwise than by an AMF packet? NULL: it
     * cannot tell. */
    bool (*is_over)(const struct rtmp_remoting_packet *request);
    struct rtmp_remoting_packet *next; /* the next request that waits */
};

/* The requests of a connection that wait for their reply, in order. All zero is the beginning. */
struct rtmp_remoting_calls {
    struct rtmp_remoting_packet *first;
    uint32_t count;
    uint32_t unreplied;    /* requests less replies that HTTP counted before those that wait */
    uint32_t acknowledged; /* by the newest request */
    bool pipelines;        /* the client does not wait for replies (HTTP/1) */
};

/* Make the record of a packet. NULL: there is no memory. Borrows `reader` for the call, and `mask`,
 * that of its connection, which lists the packet's secrets and may be NULL, as long as the record
 * lives. */
struct rtmp_remoting_packet *rtmp_remoting_packet_new(const struct rtmp_memory *memory,
                                                      struct rtmp_reader reader, bool is_reply,
                                                      struct rtmp_mask *mask);

/* A request was sent. Its frame, time, stream and counts are set. Over HTTP/1 requests that wait
 * for replies which the client has received are passed: their replies are not in the capture. */
void rtmp_remoting_calls_request(struct rtmp_remoting_calls *calls,
                                 struct rtmp_remoting_packet *request);

/* The request that waits longest was answered otherwise than by an AMF packet. */
void rtmp_remoting_calls_pass(struct rtmp_remoting_calls *calls);

/*
 * A reply came. It belongs to the request of its stream; without a stream to the request of the
 * same number, if that made a call that it answers; else to the first request that waits and did;
 * if there is none, to that of the same number, or the first. in_order: replies come in the order
 * of the requests (HTTP/1), so that those before it get none.
 */
void rtmp_remoting_calls_reply(struct rtmp_remoting_calls *calls,
                               struct rtmp_remoting_packet *reply, bool in_order);

/* The name of the call that a reply answers, NULL: not known. */
static inline const char *rtmp_remoting_answered(const struct rtmp_remoting_record *reply) {
    return reply->packet->is_reply && reply->peer ? reply->peer->call : NULL;
}

/* Nanoseconds from the call to its reply; 0 without a peer. */
static inline int64_t rtmp_remoting_time(const struct rtmp_remoting_record *reply) {
    return reply->peer
               ? (int64_t)((uint64_t)reply->packet->time - (uint64_t)reply->peer->packet->time)
               : 0;
}

/* Was a call left without a reply, as far as is known by now? */
bool rtmp_remoting_has_no_answer(const struct rtmp_remoting_record *call);

/* One message of a packet with its bytes. */
struct rtmp_remoting_message {
    const struct rtmp_remoting_record *record;
    struct rtmp_reader packet;       /* over the packet; its cursor does not matter */
    struct rtmp_remoting_piece head; /* its MESSAGE piece */
    uint32_t length;                 /* bytes of head and value */
};

/* A walk over the messages of a packet that have a record, ~60 kB. */
struct rtmp_remoting_walk {
    const struct rtmp_remoting_packet *packet;
    struct rtmp_reader reader;
    struct rtmp_remoting remoting;
    uint32_t count; /* messages so far */
};

/* Begin a walk over a packet, whose bytes the reader is over. Borrows `packet` and the bytes. */
void rtmp_remoting_walk_begin(struct rtmp_remoting_walk *walk,
                              const struct rtmp_remoting_packet *packet, struct rtmp_reader reader);

/* The next message. False: there is none. */
bool rtmp_remoting_walk_next(struct rtmp_remoting_walk *walk,
                             struct rtmp_remoting_message *message);

/* Append one line about a message (payload/remoting/summary.h). */
void rtmp_remoting_message_text(struct rtmp_text *text, const struct rtmp_remoting_message *message,
                                bool shows_secrets);

/*
 * Append one line about the messages of a packet: that of its message,
 * or `5 calls: shop.sum, shop.echo x2, shop.fail`, `5 replies: shop.sum, error of shop.fail`.
 */
void rtmp_remoting_packet_line(struct rtmp_text *text, struct rtmp_reader reader,
                               const struct rtmp_remoting_packet *packet, bool shows_secrets);

#endif
