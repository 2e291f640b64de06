/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_CONNECTION_H
#define RTMP_EXPORT_REPORT_CONNECTION_H

#include "export/report/place.h"
#include "export/report/store.h"

/*
 * A connection in a report: its ends, what its connect said, and its flow: announced sizes,
 * acknowledgements against what was sent, pings.
 */

/* A window (type 5) or chunk size (type 1) that a side announces. */
struct rtmp_report_setting {
    struct rtmp_report_place place;
    uint32_t value;
    uint8_t direction; /* 0: from the client */
};

struct rtmp_report_ack {
    struct rtmp_report_place place;
    uint32_t acked;       /* as on the wire */
    uint64_t outstanding; /* bytes sent by then, less acknowledged */
};

struct rtmp_report_ping {
    struct rtmp_report_place place;
    uint32_t answer_frame; /* 0: none */
    int64_t round_trip;    /* ns, of one that is answered */
    uint8_t direction;
};

struct rtmp_report_settings {
    struct rtmp_report_setting *setting;
    uint32_t count, capacity;
};

/* Acknowledgements that a side sends. */
struct rtmp_report_acks {
    struct rtmp_report_ack *ack;
    uint32_t count, capacity;
    uint32_t window; /* the last one that the other side announced; 0: none */
};

struct rtmp_report_pings {
    struct rtmp_report_ping *ping;
    uint32_t count, capacity;
};

/* What the transport knows of a connection; texts are copied. */
struct rtmp_report_ends {
    const char *client, *server; /* address:port; NULL: not known */
    uint32_t tcp;                /* Wireshark's TCP stream + 1; 0: none */
    int64_t round_trip;          /* ns, of TCP's handshake; 0: not known */
};

struct rtmp_report_connection {
    struct rtmp_session *session;
    uint32_t client, server, app, url, agent; /* texts */
    uint32_t tcp;                             /* + 1 */
    int64_t round_trip;
    struct rtmp_report_place first, last;
    bool is_encrypted;
    uint64_t messages[2]; /* by direction */
    struct rtmp_report_settings windows, chunk_sizes;
    struct rtmp_report_acks acks[2]; /* by the direction in which they are sent */
    struct rtmp_report_pings pings;
};

/* A message of the connection. */
void rtmp_report_connection_add(struct rtmp_report_connection *connection,
                                struct rtmp_report_store *store, struct rtmp_row *row);

/* Bytes that a direction had sent when a segment came. */
struct rtmp_report_sent {
    int64_t time;
    uint64_t bytes;
};

/* Those of at most `room` segments, evenly chosen, the last one among them. Returns how many. */
uint32_t rtmp_report_sent_of(const struct rtmp_session_direction *direction,
                             struct rtmp_report_sent *sent, uint32_t room);

void rtmp_report_connection_destroy(struct rtmp_report_connection *connection,
                                    const struct rtmp_memory *memory);

#endif
