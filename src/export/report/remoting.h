/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_REMOTING_H
#define RTMP_EXPORT_REPORT_REMOTING_H

#include "export/report/calls.h"
#include "export/report/causes.h"
#include "session/key_index.h"
#include "session/remoting_calls.h"

/*
 * Flash Remoting in a report: its HTTP connections, and its calls and replies as rows among those
 * of RTMP.
 */

/* A TCP connection with AMF packets. */
struct rtmp_report_http {
    uint32_t client, server; /* texts */
    uint32_t tcp;            /* + 1 */
    struct rtmp_report_place first, last;
    uint64_t messages[2]; /* calls, replies */
};

/* All zero is the beginning. */
struct rtmp_report_remoting {
    struct rtmp_report_http *http;
    uint32_t count, capacity;
    struct rtmp_key_index index; /* by tcp + 1; 0: left out */
};

/* An AMF packet as it is added; all is borrowed for the call, but its record. */
struct rtmp_report_packet {
    const struct rtmp_remoting_packet *record;
    struct rtmp_reader reader; /* over the packet */
    struct rtmp_report_ends ends;
    bool is_cut; /* its end was not captured */
    bool shows_passwords;
};

/* Add a packet. */
void rtmp_report_remoting_add(struct rtmp_report_remoting *remoting,
                              struct rtmp_report_calls *calls, const struct rtmp_causes *causes,
                              const struct rtmp_report_packet *packet);

/* All were added: the reply of a call, or that it has none. The call has a record (calls.h). */
void rtmp_report_remoting_settle(struct rtmp_report_call *call, const struct rtmp_causes *causes);

/* Index + 1 of a connection by its TCP stream + 1; 0: it is left out. */
uint32_t rtmp_report_http_of(const struct rtmp_report_remoting *remoting, uint32_t tcp);

void rtmp_report_remoting_destroy(struct rtmp_report_remoting *remoting,
                                  const struct rtmp_memory *memory);

#endif
