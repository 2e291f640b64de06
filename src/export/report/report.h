/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMP_EXPORT_REPORT_REPORT_H
#define RTMP_EXPORT_REPORT_REPORT_H

#include "export/report/authentication.h"
#include "export/report/calls.h"
#include "export/report/connection.h"
#include "export/report/findings.h"
#include "export/report/objects.h"
#include "export/report/remoting.h"
#include "export/report/stream.h"

/*
 * A report of a capture: what went wrong, its connections and streams, its calls (those of Flash
 * Remoting as well) and SharedObjects, with bounded memory and a bounded page (rows.def,
 * base/limits.h).
 *
 * Segments and messages are added in the order of the capture, on any pass; then what is only known
 * at its end is looked up in the records. Sessions and records of AMF packets outlive the report.
 */
struct rtmp_report_options {
    bool shows_secrets; /* of store.h */
    uint32_t stall; /* ms: shorter ones are not reported; none is that the session did not note */
};

struct rtmp_report {
    struct rtmp_report_options options;
    struct rtmp_report_store store;
    struct rtmp_report_connection *connection;
    uint32_t connection_count, connection_capacity;
    struct rtmp_key_index connection_index; /* by number in the capture */
    struct rtmp_report_stream **stream;
    uint32_t stream_count, stream_capacity;
    struct rtmp_key_index stream_index; /* by number in the capture */
    struct rtmp_report_calls calls;
    struct rtmp_report_auths auths;
    struct rtmp_report_objects objects;
    struct rtmp_report_remoting remoting;
    struct rtmp_findings findings;
    uint32_t unchecked; /* messages since points and steps were counted */
};

/* Begin; memory is borrowed. */
void rtmp_report_init(struct rtmp_report *report, const struct rtmp_memory *memory,
                      const struct rtmp_report_options *options);

/* Is the connection one that the report has, or leaves out? Else it is to be begun. */
bool rtmp_report_knows(const struct rtmp_report *report, const struct rtmp_session *session);

/* A connection, before its first segment. */
void rtmp_report_begin_connection(struct rtmp_report *report, struct rtmp_session *session,
                                  const struct rtmp_report_ends *ends);

/* A segment of a connection that was begun, of `captured` bytes. */
void rtmp_report_add_segment(struct rtmp_report *report,
                             const struct rtmp_session_direction *direction,
                             const struct rtmp_segment_record *segment, uint32_t captured);

/* A message of a connection that was begun, behind the segment that completes it. */
void rtmp_report_add_message(struct rtmp_report *report, const struct rtmp_row_message *message);

/* An AMF packet of Flash Remoting. */
void rtmp_report_add_packet(struct rtmp_report *report, const struct rtmp_report_packet *packet);

/* The capture ends. */
void rtmp_report_finish(struct rtmp_report *report);

/* Index + 1 of a connection or stream by its number in the capture; 0: it is left out. */
uint32_t rtmp_report_connection_of(const struct rtmp_report *report, uint32_t number);
uint32_t rtmp_report_stream_of(const struct rtmp_report *report, uint32_t number);

void rtmp_report_destroy(struct rtmp_report *report);

#endif
